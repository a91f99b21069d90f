//! What was said, on disk: SQLite in the data folder, one writer, and the world's way to both.
//!
//! The world never waits for the disk. It puts questions on a bounded queue ([`StoreClient`]) and finds the answers on
//! another; a message counts as stored, and is told to anybody, only when its answer is there. The writer takes all
//! messages that wait into one transaction, so that a busy server pays for one sync, not for hundreds.

mod attachments;
mod changes;
mod database;
pub(crate) mod export;
mod keeping;
mod marks;
mod search;
mod worker;

pub use changes::{Actor, Change, Changed, Denied, Done};
pub(crate) use database::connect;
pub use database::{Database, OpenError};
pub use marks::{StoredMarks, StoredMention, StoredReaction};
pub use worker::StoreWorker;

use crate::accounts::NewBan;
use hallway_protocol::{
    chat::Quote,
    control::HistoryAt,
    file::Attachment,
    ids::{MessageId, PersonId},
    names::{DisplayName, NameKey},
    owner::OwnerId,
};
use tokio::sync::mpsc;

/// Questions that may wait for the store. A full queue means that the disk is a thousand messages behind.
const WAITING: usize = 1024;

/// Where a message belongs, across restarts of the server.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Thread {
    /// Everyone.
    World,
    /// A room.
    Room {
        /// What tells this room's history from all others'; see [`Thread::map_room`] and [`Thread::made_room`].
        key: String,
        /// The room's name, for people who read the database.
        name: String,
    },
    /// Two people, whatever their names.
    Pair {
        /// The writer, or the one who asks.
        from: OwnerId,
        /// The other one.
        to: OwnerId,
    },
}

impl Thread {
    /// A room that is drawn on the map: known by its name, whatever becomes of its number.
    #[must_use]
    pub fn map_room(name: &str) -> Self {
        Self::Room { key: format!("map/{}", NameKey::of(name).as_str()), name: name.to_owned() }
    }

    /// A room that people created: its history belongs to this life of the room, which `life` names.
    #[must_use]
    pub fn made_room(name: &str, life: u64) -> Self {
        Self::Room { key: format!("made/{life:016x}"), name: name.to_owned() }
    }

    /// Whether messages of the other one are messages of this one, too: names of rooms and the order of two people don't
    /// matter.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.column() == other.column()
    }

    /// The value of the column `thread`.
    pub(crate) fn column(&self) -> String {
        match self {
            Self::World => "world".to_owned(),
            Self::Room { key, .. } => key.clone(),
            Self::Pair { from, to } => format!("pair/{}/{}", from.min(to), from.max(to)),
        }
    }

    /// The value of the column `kind`.
    fn kind(&self) -> &'static str {
        match self {
            Self::World => "world",
            Self::Room { .. } => "room",
            Self::Pair { .. } => "private",
        }
    }
}

/// A message to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMessage {
    /// Where it belongs.
    pub thread: Thread,
    /// The writer's id in this run of the server.
    pub writer: PersonId,
    /// The writer's name.
    pub from: DisplayName,
    /// For a private message, the other one's name.
    pub to: Option<DisplayName>,
    /// What was written.
    pub text: String,
    /// The file that goes with it.
    pub attachment: Option<Attachment>,
    /// When the server took it, in milliseconds since the Unix epoch.
    pub sent_ms: i64,
    /// Whose client wrote it.
    pub author: OwnerId,
    /// The message that it answers. One that is not in the same thread, or deleted, is as good as none.
    pub reply_to: Option<MessageId>,
    /// Whom it mentions.
    pub mentions: Vec<StoredMention>,
}

/// A message as it was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMessage {
    /// Its place in the server's order.
    pub id: MessageId,
    /// The writer's id, if this run of the server stored it.
    pub writer: Option<PersonId>,
    /// The writer's name.
    pub from_name: String,
    /// For a private message, the other one's name.
    pub to_name: Option<String>,
    /// What was written.
    pub text: String,
    /// The file that goes with it.
    pub attachment: Option<Attachment>,
    /// When the server took it, in milliseconds since the Unix epoch.
    pub sent_ms: i64,
    /// What stands at it beside its text.
    pub marks: StoredMarks,
}

/// A page of history to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageQuery {
    /// Of which conversation.
    pub thread: Thread,
    /// Which part of it.
    pub part: PagePart,
    /// At most so many.
    pub count: u16,
}

/// Which part of a conversation a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PagePart {
    /// The newest.
    Newest,
    /// The newest before this one.
    Before(MessageId),
    /// As the protocol says it.
    At(HistoryAt),
}

impl PagePart {
    /// The ids that a page goes through backwards from its middle, how many of them, and the same forwards; see
    /// [`HistoryAt`].
    #[must_use]
    pub fn ways(self, count: u16) -> ((MessageId, u16), (MessageId, u16)) {
        match self {
            Self::Newest => ((MessageId(i64::MAX), count), (MessageId(i64::MAX), 0)),
            Self::Before(id) => ((id, count), (id, 0)),
            Self::At(HistoryAt::Around(id)) => ((id, count / 2), (id, count - count / 2)),
            Self::At(HistoryAt::After(id)) => ((id, 0), (MessageId(id.0.saturating_add(1)), count)),
        }
    }
}

/// Words to be found in what somebody may read: what was said to everyone, in the room, and in private to them or by them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchQuery {
    /// The words, which all must be there.
    pub text: String,
    /// Whose private messages are looked through.
    pub owner: OwnerId,
    /// The room that the person is in.
    pub room: Option<Thread>,
    /// By whom, and where and when.
    pub narrowed: Narrowed,
    /// Only messages older than this one.
    pub before: Option<MessageId>,
    /// At most so many, the newest of them.
    pub count: u16,
}

/// What else must be so of messages that are looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Narrowed {
    /// The writer's name.
    pub from: Option<NameKey>,
    /// Where they were said.
    pub place: Option<NarrowedPlace>,
    /// Not before this moment, in milliseconds since the Unix epoch.
    pub since_ms: Option<i64>,
    /// Only before this moment.
    pub until_ms: Option<i64>,
}

/// Where messages that are looked for must have been said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NarrowedPlace {
    /// To everyone.
    World,
    /// In the room that the person is in.
    Room,
    /// In private with whoever has this name.
    With(NameKey),
}

/// A message that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundMessage {
    /// The message.
    pub message: StoredMessage,
    /// Where it was said.
    pub place: FoundWhere,
}

/// Where a message was said, for whoever found it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FoundWhere {
    /// To everyone.
    World,
    /// In the room of that name.
    Room(String),
    /// In private with somebody.
    Pair {
        /// Who that is, unless it is nobody's any more.
        other: Option<OwnerId>,
        /// The other one's name at the time.
        name: String,
    },
}

/// What the world asks of the store. `ticket` comes back with the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreAsk {
    /// Store a message.
    Append {
        /// The asker's number.
        ticket: u64,
        /// The message.
        message: NewMessage,
    },
    /// Read a page.
    Page {
        /// The asker's number.
        ticket: u64,
        /// The page.
        query: PageQuery,
    },
    /// Read what was written in private to the holder of an account since they were seen last; they are seen now.
    Missed {
        /// The asker's number.
        ticket: u64,
        /// The account's owner.
        owner: OwnerId,
        /// Now, in milliseconds since the Unix epoch.
        now_ms: i64,
    },
    /// Note that the holder of an account was here until now. Has no answer.
    Seen {
        /// The account's owner.
        owner: OwnerId,
        /// Now, in milliseconds since the Unix epoch.
        now_ms: i64,
    },
    /// Find messages.
    Search {
        /// The asker's number.
        ticket: u64,
        /// Which.
        query: SearchQuery,
    },
    /// Change a message.
    Change {
        /// The asker's number.
        ticket: u64,
        /// Which.
        message: MessageId,
        /// Who wants it.
        actor: Actor,
        /// What.
        change: Change,
        /// Now, in milliseconds since the Unix epoch.
        now_ms: i64,
    },
    /// Note that somebody was sent away, and keep them out. Has no answer.
    SendAway {
        /// Whom, by whom and why.
        ban: NewBan,
        /// Whether they are kept out.
        is_ban: bool,
        /// Now, in milliseconds since the Unix epoch.
        now_ms: i64,
    },
}

/// What the store answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreAnswer {
    /// The message is on disk.
    Stored {
        /// The asker's number.
        ticket: u64,
        /// The message's id.
        id: MessageId,
        /// What it answers.
        reply_to: Option<Quote>,
    },
    /// The page, oldest first.
    Page {
        /// The asker's number.
        ticket: u64,
        /// Its messages.
        messages: Vec<StoredMessage>,
    },
    /// What was found or missed, newest first.
    Found {
        /// The asker's number.
        ticket: u64,
        /// The messages.
        messages: Vec<FoundMessage>,
    },
    /// The message is changed, or is not to be.
    Changed {
        /// The asker's number.
        ticket: u64,
        /// What became of it.
        done: Result<Changed, Denied>,
    },
    /// It could not be done; the reason is in the log.
    Failed {
        /// The asker's number.
        ticket: u64,
    },
}

/// The world's end of the way to the store.
pub struct StoreClient {
    asks: mpsc::Sender<StoreAsk>,
    answers: mpsc::UnboundedReceiver<StoreAnswer>,
}

impl StoreClient {
    /// Puts a question on the queue; `false` when the queue is full or the store is gone.
    pub fn ask(&self, ask: StoreAsk) -> bool {
        self.asks.try_send(ask).is_ok()
    }

    /// The next answer, if one is there.
    pub fn answer(&mut self) -> Option<StoreAnswer> {
        self.answers.try_recv().ok()
    }
}

/// The store's end of the way to the world.
pub struct StoreEnd {
    asks: mpsc::Receiver<StoreAsk>,
    answers: mpsc::UnboundedSender<StoreAnswer>,
}

impl StoreEnd {
    /// The next question, if one is there: for a store that lives in a test.
    pub fn ask(&mut self) -> Option<StoreAsk> {
        self.asks.try_recv().ok()
    }

    /// Sends an answer; the world may be gone.
    pub fn answer(&self, answer: StoreAnswer) {
        let _ = self.answers.send(answer);
    }
}

/// The way between the world and the store, both ends.
#[must_use]
pub fn wire() -> (StoreClient, StoreEnd) {
    let (asks, asks_end) = mpsc::channel(WAITING);
    // Bounded by the questions: each has one answer.
    let (answers_end, answers) = mpsc::unbounded_channel();
    (StoreClient { asks, answers }, StoreEnd { asks: asks_end, answers: answers_end })
}

#[cfg(test)]
mod tests;
