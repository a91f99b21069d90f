//! The session's state at one moment, as the face draws it and scripts list it.
//!
//! The session publishes a new one after each of its updates that changed something; a reader takes the latest and
//! never waits. Nothing here is shared with the session but immutable parts behind `Arc`.

use super::{preferences::VoicePreferences, track::PoseTrack};
use crate::media::voice::encoding::Encoding;
use bytes::Bytes;
use hallway_protocol::{
    chat::{ChatMessage, Conversation},
    floor::{FloorPolicy, QueueRule},
    ids::{MessageId, PersonId, RequestId, RoomId},
    map::{Point, WorldMap},
    replicated::RoomSite,
};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::{Duration, Instant},
};

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
    /// Who talks in it, in the order of their grants: at most one but in an open room.
    pub talkers: Vec<PersonId>,
    /// Who waits for its floor, the next one first. Known of one's own room only.
    pub waiting: Vec<PersonId>,
    /// Whom a moderator keeps from talking. Known of one's own room only.
    pub muted: Vec<PersonId>,
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
    /// The key is down; one waits for one's turn. Letting go gives the place up.
    Queued {
        /// Turns that come before one's own, plus one: 1 is next.
        position: u16,
        /// Who talks now; `None` where a chair has not given the floor to anyone.
        holder: Option<PersonId>,
        /// How much of what is said was recorded; nothing where the preferences drop it.
        recorded: Duration,
        /// Whether talk is locked on, so that the key may be up.
        locked: bool,
    },
    /// One's turn came after a wait; nobody else talks. What was recorded can be played, or dropped. Where nothing is
    /// chosen by then, it is dropped, and who still holds the key talks.
    Offered {
        /// Until when one may choose.
        until: Instant,
        /// How much was recorded.
        recorded: Duration,
        /// Whether the key is down, or talk is locked on: who drops the recording talks then, and gives the turn back
        /// otherwise.
        held: bool,
    },
    /// The floor is one's own.
    Talking {
        /// When the turn reaches the talk limit, or the grace of a turn that was taken back ends.
        ends: Instant,
        /// Whether the server has warned that it ends soon, or has taken it back.
        warned: bool,
        /// Whether talk is locked on, so that the key may be up.
        locked: bool,
        /// Whether it is the recording that is sent, not the microphone.
        playing: bool,
        /// Whether voice really leaves this client: not at first, and not when the microphone is gone.
        mic_open: bool,
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
#[derive(Clone, Debug, Default, PartialEq)]
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
    /// Level of the microphone while it is open, tested or listened to for voice activation: 0 to 1.
    pub microphone_level: f32,
    /// From the last key-down to its grant, in milliseconds.
    pub grant_ms: Option<f32>,
    /// How the own voice is made into packets at the moment.
    pub encoding: Encoding,
    /// How well those are heard who talked in the last seconds. The own person stands among them, as the others hear it,
    /// once they have told.
    pub talkers: Vec<TalkerQuality>,
    /// One sample a second over the last minute, the oldest first.
    pub history: Arc<VecDeque<StatsSample>>,
}

/// How well somebody is heard.
#[derive(Clone, Debug, PartialEq)]
pub struct TalkerQuality {
    /// Who.
    pub person: PersonId,
    /// How well.
    pub grade: Grade,
    /// A sentence that tells why it is not better; of a good one, that it is good.
    pub reason: String,
    /// Share of packets that didn't come in time, 0.0 to 1.0.
    pub loss: f32,
    /// Variation of the packets' travel times, in milliseconds.
    pub jitter_ms: f32,
    /// Sound held back to even that out, in milliseconds.
    pub buffer_ms: f32,
}

/// A judgement of sound, for a sign that is seen at a glance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Hardly anything is missing.
    Good,
    /// Noticeably worse, but every word is understood.
    Fair,
    /// Words are lost, or come so late that people talk into each other.
    Poor,
}

/// What was measured over one second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StatsSample {
    /// The second's end.
    pub at: Instant,
    /// Round trip of the live door, in milliseconds.
    pub rtt_ms: f32,
    /// Its variation, in milliseconds.
    pub jitter_ms: f32,
    /// Share of the voice packets of all talkers that didn't come in time, 0.0 to 1.0; `None` where nobody talked.
    pub loss: Option<f32>,
    /// Sound held back in the fullest jitter buffer, in milliseconds; `None` where nobody talked.
    pub buffer_ms: Option<f32>,
    /// From key-down to the grant in that second, in milliseconds, where there was one.
    pub access_ms: Option<f32>,
    /// From a talker's mouth to the own ear, in milliseconds, as far as this client can know; `None` where nobody talked.
    /// See [`quality::mouth_to_ear`](super::quality::mouth_to_ear).
    pub mouth_to_ear_ms: Option<f32>,
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
            voice: Arc::default(),
            sound_unchecked: false,
            devices: DeviceTrouble::default(),
            testing: false,
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
