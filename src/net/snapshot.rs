//! The session's state at one moment, as the face draws it and scripts list it.
//!
//! The session publishes a new one after each of its updates that changed something; a reader takes the latest and
//! never waits. Nothing here is shared with the session but immutable parts behind `Arc`.

use super::track::PoseTrack;
use bytes::Bytes;
use hallway_protocol::{
    chat::{ChatMessage, Conversation},
    ids::{MessageId, PersonId, RequestId, RoomId},
    map::{Point, WorldMap},
    replicated::RoomSite,
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
    /// Measurements of the link and of voice.
    pub stats: SessionStats,
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
    /// Who holds its floor.
    pub holder: Option<PersonId>,
    /// Who is inside.
    pub people: Vec<PersonId>,
}

/// What was said in one conversation, oldest first. The newest 500 are kept.
#[derive(Clone, Debug, Default)]
pub struct ChatLog {
    /// The lines.
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

/// The own microphone and the floor of the room one is in.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum TalkState {
    /// The key is up.
    #[default]
    Quiet,
    /// The key is down; the server has not answered yet.
    Asking,
    /// The floor is one's own, and voice is being sent.
    Talking {
        /// When the turn reaches the talk limit.
        ends: Instant,
        /// Whether the server has warned that it ends soon.
        warned: bool,
    },
    /// The key is down, but somebody else holds the floor.
    Busy {
        /// Who.
        holder: PersonId,
    },
    /// The key is down, but the floor was refused or taken back; a sentence tells why.
    Refused(String),
}

/// Measurements since the sign-in.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SessionStats {
    /// Round trip of the live door, in milliseconds.
    pub rtt_ms: f32,
    /// Its variation, in milliseconds.
    pub jitter_ms: f32,
    /// Voice packets sent.
    pub voice_sent: u64,
    /// Voice packets received.
    pub voice_received: u64,
    /// Voice packets that never came.
    pub voice_lost: u64,
    /// Packets' worth of sound that was made up for lost ones.
    pub voice_concealed: u64,
    /// Voice packets that came too late to be played.
    pub voice_late: u64,
    /// Times the speaker device ran out of sound.
    pub underruns: u64,
    /// Samples of the microphone that were dropped because nobody took them in time.
    pub overruns: u64,
    /// What the jitter buffers hold at the moment, in milliseconds.
    pub buffer_ms: u32,
    /// Level of the microphone while it is open, 0 to 1.
    pub microphone_level: f32,
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
            stats: SessionStats::default(),
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
