//! The session's state at one moment, as the face draws it and scripts list it.
//!
//! The session publishes a new one after each of its updates that changed something; a reader takes the latest and
//! never waits. Nothing here is shared with the session but immutable parts behind `Arc`.

mod calls;
mod notes;
mod stats;
mod talk;

pub use calls::{CallView, CallsView};
pub use notes::{NoteDraft, NoteKey, NotePlaying, NoteSpeed, NoteState, NotesView};
pub use stats::{Grade, SessionStats, StatsSample, TalkerQuality};
pub use talk::TalkState;

use super::{
    preferences::{PicturePreferences, VoicePreferences},
    track::PoseTrack,
    transfers::TransferView,
};
use bytes::Bytes;
use hallway_protocol::{
    chat::{ChatMessage, Conversation},
    floor::{FloorPolicy, QueueRule, keeps_turns},
    ids::{MessageId, PersonId, RequestId, RoomId},
    keeping::Keeping,
    map::{Point, WorldMap},
    replicated::{RoomCallSummary, RoomSite},
};
use std::{collections::BTreeMap, sync::Arc, time::Instant};

/// Everything that lasts.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Where the session stands with its server.
    pub connection: ConnectionState,
    /// The own person; `None` while signed out.
    pub me: Option<Me>,
    /// The map; `None` before the first sign-in.
    pub map: Option<Arc<LoadedMap>>,
    /// Everyone who is signed in, the own person included, by name.
    pub people: Vec<PersonView>,
    /// All rooms: those of the map first, then those people created, each by name.
    pub rooms: Vec<RoomView>,
    /// What was said, by conversation. A conversation appears with its first message or history page.
    pub chats: BTreeMap<Conversation, Arc<ChatLog>>,
    /// The own microphone and the floor.
    pub talk: TalkState,
    /// The calls that one is in, and those that ring.
    pub calls: Arc<CallsView>,
    /// The preferences in force about voice.
    pub voice: Arc<VoicePreferences>,
    /// Whether nobody has chosen anything about voice on this machine yet, so that a sound check is worth offering.
    pub sound_unchecked: bool,
    /// What is wrong with the sound devices.
    pub devices: DeviceTrouble,
    /// Whether the own microphone is heard in the own speaker, to try them.
    pub testing: bool,
    /// Measurements of the link and of voice.
    pub stats: SessionStats,
    /// Voice notes: recorded, and played.
    pub notes: Arc<NotesView>,
    /// Files on their way, and the newest of those that were, the oldest first.
    pub transfers: Arc<Vec<TransferView>>,
    /// How long the server keeps what is said.
    pub keeping: Keeping,
    /// Whose pictures are fetched by themselves.
    pub pictures: Arc<PicturePreferences>,
}

/// What is wrong with the sound devices: a sentence each, `None` where they are as they were chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceTrouble {
    /// Why there is no microphone.
    pub microphone: Option<String>,
    /// Why there is no speaker.
    pub speaker: Option<String>,
}

/// Where the session stands with its server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ConnectionState {
    /// Not signed in.
    #[default]
    SignedOut,
    /// The front desk was asked, or the live door is being opened.
    SigningIn,
    /// In the world.
    Connected,
    /// Lost; being tried again.
    Retrying,
}

/// The own person.
#[derive(Clone, Debug)]
pub struct Me {
    /// The own id.
    pub id: PersonId,
    /// The own name.
    pub name: String,
    /// Where the own avatar was at `stamp`.
    pub at: Point,
    /// Where it was walking at `stamp`: direction with length at most 1. A drawing face goes on from here with
    /// [`hallway_protocol::walk`]'s rule until the next snapshot.
    pub direction: (f32, f32),
    /// 1/256 turns, clockwise on the screen, 0 to the right.
    pub facing: u8,
    /// When `at` was true.
    pub stamp: Instant,
    /// The room that the server says it is in.
    pub room: Option<RoomId>,
    /// What is left of a walk to a chosen place.
    pub path: Vec<Point>,
    /// Whether one moderates every room of the server. In one room alone: [`RoomView::moderated`].
    pub moderator: bool,
    /// Whether the name is one's own on this server, and not a guest's.
    pub account: bool,
}

/// A map with its picture.
#[derive(Debug)]
pub struct LoadedMap {
    /// The map.
    pub map: WorldMap,
    /// The tile set's picture, PNG.
    pub tiles_png: Bytes,
    /// The map's digest.
    pub digest: String,
}

/// A person as others see it.
#[derive(Clone, Debug)]
pub struct PersonView {
    /// Who.
    pub id: PersonId,
    /// The name.
    pub name: String,
    /// In which room; `None` is the hall.
    pub room: Option<RoomId>,
    /// Whether this person's voice is being passed on.
    pub talking: bool,
    /// How loud one hears this person: 0.0 is muted, 1.0 as sent, up to 2.0.
    pub volume: f32,
    /// Where this person is typing, as far as one may know.
    pub typing: Option<Conversation>,
    /// Where the avatar is, to be asked at the time of drawing.
    pub track: PoseTrack,
}

/// A room.
#[derive(Clone, Debug)]
pub struct RoomView {
    /// Which.
    pub id: RoomId,
    /// Its name.
    pub name: String,
    /// Where it stands, and who created it.
    pub site: RoomSite,
    /// Who may talk in it.
    pub policy: FloorPolicy,
    /// What becomes of requests while somebody talks.
    pub queue: QueueRule,
    /// Whether its talk log is on; see [`Self::keeps_turns`].
    pub talk_log: bool,
    /// Who talks in it, in the order of their grants: at most one but in an open room.
    pub talkers: Vec<PersonId>,
    /// Who waits for its floor, the next one first. Known of one's own room only.
    pub waiting: Vec<PersonId>,
    /// Whom a moderator keeps from talking. Known of one's own room only.
    pub muted: Vec<PersonId>,
    /// Its call, if there is one.
    pub call: Option<RoomCallSummary>,
    /// Whether one may order about its floor, from inside.
    pub moderated: bool,
    /// Who is inside.
    pub people: Vec<PersonId>,
}

impl RoomView {
    /// Who talks; in an open room who began first.
    #[must_use]
    pub fn holder(&self) -> Option<PersonId> {
        self.talkers.first().copied()
    }

    /// Whether what is said in it is kept.
    #[must_use]
    pub fn keeps_turns(&self) -> bool {
        keeps_turns(self.policy, self.talk_log)
    }
}

/// What was said in one conversation, oldest first. The newest 500 are kept.
#[derive(Clone, Debug, Default)]
pub struct ChatLog {
    /// The lines.
    pub lines: Vec<ChatLine>,
    /// Whether the server has nothing older than the first line.
    pub complete: bool,
    /// Older lines that are read instead, until one comes back to the newest.
    pub window: Option<Window>,
}

/// A piece of a conversation's history that doesn't reach its newest line.
#[derive(Clone, Debug, Default)]
pub struct Window {
    /// The lines, oldest first; as many at most as the log has.
    pub lines: Vec<ChatLine>,
    /// Whether the server has nothing older than the first line.
    pub complete: bool,
}

/// One line of a conversation.
#[derive(Clone, Debug, PartialEq)]
pub enum ChatLine {
    /// Stored by the server.
    Said(ChatMessage),
    /// An own message that the server has not stored yet.
    Pending {
        /// The session's number for it.
        request: RequestId,
        /// What it says.
        text: String,
    },
    /// An own message that the server refused, or that was on its way when the connection was lost.
    Failed {
        /// The session's number for it.
        request: RequestId,
        /// What it says.
        text: String,
        /// A sentence that tells why.
        reason: String,
    },
    /// Something that happened here, such as somebody entering.
    Notice {
        /// A sentence.
        text: String,
        /// When, by this machine's clock, in milliseconds since the Unix epoch.
        at_ms: i64,
    },
}

impl ChatLine {
    /// The stored message's id.
    #[must_use]
    pub fn id(&self) -> Option<MessageId> {
        match self {
            Self::Said(message) => Some(message.id),
            Self::Pending { .. } | Self::Failed { .. } | Self::Notice { .. } => None,
        }
    }
}

impl Snapshot {
    /// The state before the first sign-in.
    #[must_use]
    pub fn signed_out() -> Self {
        Self {
            connection: ConnectionState::SignedOut,
            me: None,
            map: None,
            people: Vec::new(),
            rooms: Vec::new(),
            chats: BTreeMap::new(),
            talk: TalkState::Quiet,
            calls: Arc::default(),
            voice: Arc::default(),
            sound_unchecked: false,
            devices: DeviceTrouble::default(),
            testing: false,
            stats: SessionStats::default(),
            notes: Arc::default(),
            transfers: Arc::default(),
            keeping: Keeping::default(),
            pictures: Arc::default(),
        }
    }

    /// A person by id.
    #[must_use]
    pub fn person(&self, id: PersonId) -> Option<&PersonView> {
        self.people.iter().find(|person| person.id == id)
    }

    /// A room by id.
    #[must_use]
    pub fn room(&self, id: RoomId) -> Option<&RoomView> {
        self.rooms.iter().find(|room| room.id == id)
    }
}
