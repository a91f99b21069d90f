//! What clients and server say on the Control channel: everything that must arrive, in order, and is not the floor.

use crate::{
    chat::{ChatMessage, ChatText, Conversation, Emoji, FoundMessage, MessageChange, SearchFor},
    file::FileId,
    floor::{FloorPolicy, QueueRule, messages::FloorOrder},
    ids::{MessageId, PersonId, RequestId, RoomId},
    keeping::Keeping,
    moderation::SendAway,
    names::{DisplayName, RoomName},
    pose::WirePoint,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// From a client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ClientMessage {
    /// The first message on a link: the secret that the front desk gave with the connect token. Until it came, the
    /// server takes nothing else from the link.
    Prove {
        /// The secret.
        secret: [u8; 16],
    },
    /// A message to a conversation.
    Say {
        /// Comes back with the stored message or the refusal.
        request: RequestId,
        /// Where to.
        to: Conversation,
        /// What.
        text: ChatText,
    },
    /// A private message to somebody by name, who may be away: it waits for whoever has an account.
    Letter {
        /// Comes back with [`ServerMessage::LetterKept`], with the stored message of somebody who is here after all, or
        /// with the refusal.
        request: RequestId,
        /// To whom.
        to: DisplayName,
        /// What.
        text: ChatText,
    },
    /// The person is typing into a conversation; sent again every two seconds while it goes on.
    Typing {
        /// Where.
        to: Conversation,
    },
    /// A page of what was said, the newest before `before`.
    History {
        /// Comes back with the page.
        request: RequestId,
        /// Which conversation; a room only from inside.
        of: Conversation,
        /// Only older messages than this one.
        before: Option<MessageId>,
        /// How many, at most [`crate::limits::HISTORY_PAGE`].
        count: u16,
    },
    /// Messages that fit, among those that the person may read here: to everyone, in the room it is in, and in private.
    Search {
        /// Comes back with what was found.
        request: RequestId,
        /// What is looked for.
        query: SearchFor,
        /// Only older messages than this one.
        before: Option<MessageId>,
    },
    /// A new room on a free plot.
    CreateRoom {
        /// Comes back with the answer.
        request: RequestId,
        /// What it is called.
        name: RoomName,
        /// Who may talk in it.
        policy: FloorPolicy,
        /// What becomes of requests while somebody talks.
        queue: QueueRule,
        /// Whether turns are kept in its history, where one talks at a time.
        talk_log: bool,
    },
    /// A moderator's word about the floor of the room that the moderator is in.
    OrderFloor {
        /// Comes back with the answer.
        request: RequestId,
        /// What.
        order: FloorOrder,
    },
    /// Take a room down that people created.
    DeleteRoom {
        /// Comes back with the answer.
        request: RequestId,
        /// Which.
        room: RoomId,
    },
    /// A message to a conversation that answers another one of it. Where that one is gone, it is like any other.
    Reply {
        /// Comes back with the stored message or the refusal.
        request: RequestId,
        /// Where to.
        to: Conversation,
        /// The message that is answered.
        of: MessageId,
        /// What.
        text: ChatText,
    },
    /// Another text for an own message, within [`crate::limits::EDIT_WITHIN`].
    EditMessage {
        /// Comes back with the change or the refusal.
        request: RequestId,
        /// Which.
        message: MessageId,
        /// The text.
        text: ChatText,
    },
    /// Delete an own message; a moderator may delete others' that are not private.
    DeleteMessage {
        /// Comes back with the change or the refusal.
        request: RequestId,
        /// Which.
        message: MessageId,
    },
    /// Put an emoji to a message, or take it away again.
    React {
        /// Comes back with the change or the refusal.
        request: RequestId,
        /// Which.
        message: MessageId,
        /// The emoji.
        emoji: Emoji,
    },
    /// A page around or after a message, answered like [`Self::History`].
    HistoryAt {
        /// Comes back with the page.
        request: RequestId,
        /// Which conversation; a room only from inside.
        of: Conversation,
        /// Where.
        at: HistoryAt,
        /// How many, at most [`crate::limits::HISTORY_PAGE`].
        count: u16,
    },
    /// A moderator's word that somebody has to leave.
    SendAway {
        /// Comes back with the answer.
        request: RequestId,
        /// Who, for how long and why.
        order: SendAway,
    },
}

/// Where a page of history lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HistoryAt {
    /// Half of it before this message, this one and newer ones after.
    Around(MessageId),
    /// The oldest that are newer than this one.
    After(MessageId),
}

/// From the server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ServerMessage {
    /// The secret was right: the person is in the world.
    Welcome {
        /// The client's own person.
        person: PersonId,
        /// Where it stands.
        at: WirePoint,
        /// Whether this person moderates every room of the server. Who created a room moderates that one.
        moderator: bool,
        /// How long the server keeps what is said.
        keeping: Keeping,
    },
    /// Somebody wrote something that this client may read, or its own message is stored.
    Said {
        /// The message.
        message: ChatMessage,
        /// The writer's own number, in the copy that the writer gets.
        request: Option<RequestId>,
    },
    /// The answer to [`ClientMessage::Letter`]: it is stored, and waits.
    LetterKept {
        /// The question's number.
        request: RequestId,
    },
    /// What was written to the holder of an account while away, newest first; told once, after [`Self::Welcome`].
    Missed {
        /// The messages, at most [`crate::limits::HISTORY_PAGE`].
        messages: Vec<FoundMessage>,
    },
    /// The answer to [`ClientMessage::History`], oldest first.
    History {
        /// The question's number.
        request: RequestId,
        /// The page.
        messages: Vec<ChatMessage>,
    },
    /// The answer to [`ClientMessage::Search`], newest first, at most [`crate::limits::HISTORY_PAGE`].
    Found {
        /// The question's number.
        request: RequestId,
        /// The messages.
        messages: Vec<FoundMessage>,
    },
    /// The answer to [`ClientMessage::CreateRoom`].
    RoomCreated {
        /// The question's number.
        request: RequestId,
        /// The new room.
        room: RoomId,
    },
    /// The answer to [`ClientMessage::DeleteRoom`].
    RoomDeleted {
        /// The question's number.
        request: RequestId,
    },
    /// The answer to [`ClientMessage::OrderFloor`].
    FloorOrdered {
        /// The question's number.
        request: RequestId,
    },
    /// Something that was asked for can't be.
    Refused {
        /// The question's number.
        request: RequestId,
        /// Why.
        refusal: Refusal,
    },
    /// The server placed this client in a room, or in the hall.
    Placed {
        /// The room; `None` is the hall.
        room: Option<RoomId>,
        /// The ids of the others inside.
        people: Vec<PersonId>,
    },
    /// Something changed about another person. Entering and leaving is told to those inside the room, arriving and
    /// going to everyone.
    PersonChanged {
        /// Who.
        person: PersonId,
        /// The name, since the person may be gone by the time this is read.
        name: String,
        /// What.
        change: PersonChange,
    },
    /// Somebody is typing where this client reads. Shown for three seconds.
    Typing {
        /// Who.
        from: PersonId,
        /// Where, as this client sees it.
        to: Conversation,
    },
    /// The server did not take the client's way and put it back.
    PutBack {
        /// Where it stands now.
        at: WirePoint,
        /// Number of times this client was put back; its pose reports carry it from now on.
        epoch: u8,
        /// Why.
        cause: PutBackCause,
    },
    /// The server ends the connection on purpose.
    Closing {
        /// Why.
        cause: CloseCause,
    },
    /// A message that this client may read was changed.
    MessageChanged {
        /// Which; ids are the same in all conversations.
        message: MessageId,
        /// What became of it.
        change: MessageChange,
        /// The own number, in the copy that whoever changed it gets.
        request: Option<RequestId>,
    },
    /// A file was deleted: messages are shown without it.
    FileGone {
        /// Which.
        file: FileId,
    },
    /// The answer to [`ClientMessage::SendAway`].
    SentAway {
        /// The question's number.
        request: RequestId,
    },
}

/// What changed about a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PersonChange {
    /// Signed in.
    Arrived,
    /// Signed out or lost.
    Gone,
    /// Came into the room.
    Entered(RoomId),
    /// Left the room.
    Left(RoomId),
}

/// Why an avatar was put back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PutBackCause {
    /// It came further than one can walk in that time.
    TooFast,
    /// There is a wall in between, or no such place.
    ThroughWall,
    /// The room in which it stood was taken down.
    RoomGone,
}

/// Why the server ends a connection on purpose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CloseCause {
    /// The server is being stopped; a reconnect may be tried after so many milliseconds.
    ServerStops {
        /// Suggested pause, in milliseconds.
        retry_after_ms: u32,
    },
    /// The client broke the rules of the protocol again and again.
    Misbehaved,
    /// The person signed out everywhere, or the account is deleted.
    SignedOut,
    /// A moderator or the operator sent the person away.
    SentAway {
        /// The sentence about it: by whom, for how long and why.
        text: String,
    },
}

/// Why something that was asked for can't be. Shown as a sentence; scripts get [`Refusal::code`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    /// Messages come faster than the server takes them.
    TooFast,
    /// The room is not the one that the asker is in.
    NotInRoom,
    /// There is no such person any more.
    NoSuchPerson,
    /// There is no such room any more.
    NoSuchRoom,
    /// A private message to oneself.
    ToOneself,
    /// Another room has that name.
    RoomNameTaken {
        /// The other room's name as it is shown.
        name: String,
    },
    /// Every plot has a room.
    NoFreePlot,
    /// The room belongs to the map.
    RoomOfMap,
    /// Somebody else created the room.
    NotOwner {
        /// Who created it.
        owner: String,
    },
    /// Only moderators and the room's creator order about its floor.
    NotModerator,
    /// The person who should get the floor doesn't wait for it.
    NotWaiting,
    /// So many people are muted in the room that one more is not taken.
    TooManyMuted,
    /// The message could not be stored.
    StoreFailed,
    /// There is no such message where the asker may read, or it is deleted.
    NoSuchMessage,
    /// Somebody else wrote the message.
    NotYourMessage,
    /// The message is too old to be changed.
    TooOld,
    /// So many emoji stand at the message that one more is not taken.
    TooManyReactions,
    /// Whoever moderates the whole server is not sent away from within it.
    Moderates,
    /// The server keeps no private messages, so that none can wait for somebody.
    NotKept,
}

impl Refusal {
    /// A word for scripts.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooFast => "too_fast",
            Self::NotInRoom => "not_in_room",
            Self::NoSuchPerson => "no_such_person",
            Self::NoSuchRoom => "no_such_room",
            Self::ToOneself => "to_oneself",
            Self::RoomNameTaken { .. } => "room_name_taken",
            Self::NoFreePlot => "no_free_plot",
            Self::RoomOfMap => "room_of_map",
            Self::NotOwner { .. } => "not_owner",
            Self::NotModerator => "not_moderator",
            Self::NotWaiting => "not_waiting",
            Self::TooManyMuted => "too_many_muted",
            Self::StoreFailed => "store_failed",
            Self::NoSuchMessage => "no_such_message",
            Self::NotYourMessage => "not_your_message",
            Self::TooOld => "too_old",
            Self::TooManyReactions => "too_many_reactions",
            Self::Moderates => "moderates",
            Self::NotKept => "not_kept",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFast => f.write_str("That was too fast; wait a moment and send it again."),
            Self::NotInRoom => f.write_str("You are not in that room; walk in first."),
            Self::NoSuchPerson => f.write_str("That person is not here any more."),
            Self::NoSuchRoom => f.write_str("That room is not there any more."),
            Self::ToOneself => f.write_str("That is you; choose somebody else to write to."),
            Self::RoomNameTaken { name } => write!(f, "There is a room named “{name}” already; choose another name."),
            Self::NoFreePlot => f.write_str("Every plot has a room; delete one or wait until an empty one disappears."),
            Self::RoomOfMap => f.write_str("That room belongs to the map and can't be deleted."),
            Self::NotOwner { owner } => write!(f, "Only {owner}, who created the room, can delete it."),
            Self::NotModerator => {
                f.write_str("Only a moderator, or who created the room, can do that; ask one of them.")
            }
            Self::NotWaiting => f.write_str("That person does not wait for the floor; ask them to press the talk key."),
            Self::TooManyMuted => {
                f.write_str("So many people are muted here that no more can be; let one of them talk.")
            }
            Self::StoreFailed => f.write_str("The server could not store the message; try again in a moment."),
            Self::NoSuchMessage => f.write_str("That message is not there any more, or not where you are."),
            Self::NotYourMessage => f.write_str("Somebody else wrote that message."),
            Self::TooOld => {
                f.write_str("Messages can be changed for a day; you can still delete it, or write another one.")
            }
            Self::TooManyReactions => {
                f.write_str("So many emoji stand at that message that no more can; choose one that is there.")
            }
            Self::Moderates => f.write_str("That person moderates this server; ask its operator instead."),
            Self::NotKept => f.write_str(
                "This server keeps no private messages, so that nothing can wait for that person; write when they are here.",
            ),
        }
    }
}

impl fmt::Display for CloseCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ServerStops { .. } => f.write_str("The server is being stopped."),
            Self::Misbehaved => f.write_str("The server refused what this client sent."),
            Self::SignedOut => f.write_str("You were signed out everywhere; sign in again."),
            Self::SentAway { text } => f.write_str(text),
        }
    }
}
