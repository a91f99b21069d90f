//! What the face, or a script, asks of the session.

use super::{
    preferences::{PicturesFrom, VoicePreferences},
    snapshot::{NoteKey, NoteSpeed},
    transfers::{FetchInto, Outgoing},
};
use crate::media::{
    cameras::CameraChoice,
    devices::{sink::Speaker, source::Microphone},
    screens::ScreenChoice,
};
use hallway_protocol::{
    call::{CallKind, Reach},
    chat::Conversation,
    control::HistoryAt,
    desk::{AccountChange, Proof},
    file::FileId,
    floor::{FloorPolicy, QueueRule, messages::FloorOrder},
    ids::{CallId, MessageId, PersonId, RoomId},
    map::Point,
    moderation::SendAway,
    video::{Layer, Source},
};
use std::{fmt, str::FromStr, time::Duration};

/// A wish. The session answers with [events](super::events::Event) and a new [snapshot](super::snapshot::Snapshot).
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Sign in; an earlier sign-in ends first.
    SignIn(SignIn),
    /// Make the own name one's own: sign in anew with an account.
    Register {
        /// The account's password.
        password: Secret,
        /// Whether this client stays signed in.
        stay: bool,
    },
    /// Change the account that one is signed in to.
    ChangeAccount {
        /// Its password.
        password: Secret,
        /// What to change.
        change: AccountChange,
    },
    /// Leave the server but keep the session. This client stays signed in to no account.
    SignOut,
    /// Walk in this direction (length at most 1; 0 stands still). Counts for a quarter of a second, so that a stuck
    /// face never makes an avatar walk on; say it again while the key is down.
    Steer {
        /// To the right.
        x: f32,
        /// Down.
        y: f32,
    },
    /// Walk there, round the walls.
    WalkTo(Point),
    /// Walk into a room.
    Enter(RoomId),
    /// Walk back to the hall.
    Leave,
    /// Write to a conversation.
    Say {
        /// Where to.
        to: Conversation,
        /// What; checked by the session.
        text: String,
    },
    /// Write to somebody by name, who may be away: it waits for whoever has an account.
    Letter {
        /// The name; checked by the session.
        to: String,
        /// What; checked by the session.
        text: String,
    },
    /// The person is typing into a conversation. May be said at every keystroke.
    Typing {
        /// Where.
        to: Conversation,
    },
    /// Ask for older messages; they come into the conversation's log and as an event.
    History {
        /// Of which conversation.
        of: Conversation,
        /// Only older ones than this.
        before: Option<MessageId>,
        /// How many.
        count: u16,
    },
    /// Find messages with these words in them, among those one may read here; they come as an event.
    Search {
        /// The words, which all must be there; checked by the session.
        words: String,
        /// Only older messages than this one.
        before: Option<MessageId>,
    },
    /// Create a room on a free plot.
    CreateRoom {
        /// Its name; checked by the session.
        name: String,
        /// Who may talk in it.
        policy: FloorPolicy,
        /// What becomes of requests while somebody talks.
        queue: QueueRule,
        /// Whether turns are kept in its history, where one talks at a time.
        talk_log: bool,
    },
    /// Take a room down.
    DeleteRoom(RoomId),
    /// A moderator's word about the floor of the room one is in.
    OrderFloor(FloorOrder),
    /// The talk key went down. Twice within [`DOUBLE_PRESS`](super::talk::key::DOUBLE_PRESS), where the preferences
    /// allow it, locks talk on; then the next press ends it.
    PressTalk,
    /// The talk key went up; said as often as wanted. Ends a turn that is not locked on.
    ReleaseTalk,
    /// Talk must end whatever the key: the window lost the focus or was hidden. Ends a locked turn too, and gives up a
    /// place in the queue.
    StopTalk,
    /// What becomes of the recording that was [offered](super::snapshot::TalkState::Offered) to be played, or is being
    /// played.
    AnswerOffer {
        /// Whether it is played to the room as one's turn; otherwise it is dropped, and who still holds the key talks.
        play: bool,
    },
    /// How loud one hears a person: remembered for whoever has that name.
    SetVolume {
        /// Who.
        person: PersonId,
        /// 0.0 is muted, 1.0 as sent, 2.0 twice as loud; what is beyond is brought within.
        volume: f32,
    },
    /// Ring somebody.
    Call {
        /// Whom.
        to: PersonId,
        /// What about. In a video call the own camera is switched on once it is accepted.
        kind: CallKind,
    },
    /// Start the call of the room that one is in, or join it.
    JoinRoomCall {
        /// What about.
        kind: CallKind,
    },
    /// Ring a further person into the call that one is in.
    AskIntoCall(PersonId),
    /// Answer a call that rings here.
    AcceptCall {
        /// Which.
        call: CallId,
        /// Whether the own camera is switched on.
        camera: bool,
    },
    /// Don't answer a call that rings here.
    DeclineCall {
        /// Which.
        call: CallId,
        /// A short word to the caller; may be empty.
        text: String,
    },
    /// Leave the call that one is in, or give up the one that one rings.
    HangUp,
    /// Open or shut the own microphone to the call. Open at first.
    SetCallMicrophone(bool),
    /// Switch the own camera on or off, in the call.
    SetCamera(bool),
    /// Another camera; from then on this one is meant.
    ChooseCamera(CameraChoice),
    /// Share a screen or a window in the call that one is in, or, without one, in the call of the room.
    ShareScreen(ScreenChoice),
    /// No longer.
    StopScreen,
    /// How large somebody's pictures are drawn, so that no larger ones are sent: the encoding wanted, `None` for not at
    /// all. Medium at first for cameras, large for screens.
    WatchVideo {
        /// Whose.
        of: PersonId,
        /// Which.
        source: Source,
        /// How large at most.
        layer: Option<Layer>,
    },
    /// Who may ring here.
    SetReach(Reach),
    /// Whether this person's calls are answered without asking.
    SetAutoAnswer {
        /// Who.
        person: PersonId,
        /// Whether.
        on: bool,
    },
    /// Calls of whoever has this name are no longer answered without asking; the person need not be here.
    ForgetAutoAnswer {
        /// The name, as the snapshot lists it.
        name: String,
    },
    /// All preferences about voice, in place of those of before.
    SetVoice(VoicePreferences),
    /// Another microphone; the other preferences stay.
    SetMicrophone(Microphone),
    /// Another speaker; the other preferences stay.
    SetSpeaker(Speaker),
    /// Hear the own microphone as it would be sent, about a second late. Nothing leaves. Ends with a press of the talk
    /// key. Possible while signed out.
    StartSoundTest,
    /// End that.
    StopSoundTest,
    /// Send a file.
    SendFile(Outgoing),
    /// Fetch the file of a message that was told.
    FetchFile {
        /// Which.
        file: FileId,
        /// Where to.
        into: FetchInto,
    },
    /// Stop a file on its way, for now.
    PauseTransfer(FileId),
    /// Go on with it; one that failed is tried again.
    ResumeTransfer(FileId),
    /// Stop it for good.
    CancelTransfer(FileId),
    /// Take an own file away from the server, and from the messages that show it.
    DeleteFile(FileId),
    /// A moderator's word that somebody has to leave the server, for now or for longer.
    SendAway(SendAway),
    /// Open the microphone for a voice note. What is said goes nowhere but into it.
    RecordNote,
    /// Record a note of this length and send it there.
    SpeakNote {
        /// Where to.
        to: Conversation,
        /// How long.
        length: Duration,
    },
    /// That was the note: it waits to be sent or thrown away.
    FinishNote,
    /// Throw away the note that is recorded, or that waits.
    DiscardNote,
    /// Send the note that waits.
    SendNote {
        /// Where to.
        to: Conversation,
    },
    /// Play a note, in place of the one before.
    PlayNote {
        /// Which.
        note: NoteKey,
        /// From which place; from where it was left where it is `None`.
        from: Option<Duration>,
        /// How fast, from now on; as before where it is `None`.
        speed: Option<NoteSpeed>,
    },
    /// Play it no longer; its place is remembered.
    PauseNote,
    /// How fast notes are played, from now on.
    SetNoteSpeed(NoteSpeed),
    /// Whether pauses in notes are passed over, from now on.
    SkipSilence(bool),
    /// Sign out and end the session; [`Ended`](super::events::Event::Ended) is the last event. The same happens, unheard,
    /// when the handle is dropped.
    Quit,
    /// Answer a message of a conversation.
    Reply {
        /// The conversation.
        to: Conversation,
        /// Which message.
        of: MessageId,
        /// What; checked by the session.
        text: String,
    },
    /// Change the text of an own message.
    EditMessage {
        /// Which.
        message: MessageId,
        /// The text; checked by the session.
        text: String,
    },
    /// Delete an own message, or as a moderator somebody else's.
    DeleteMessage(MessageId),
    /// Put an emoji to a message, or take it away again.
    React {
        /// Which.
        message: MessageId,
        /// The emoji; checked by the session.
        emoji: String,
    },
    /// Read a conversation at another place; the lines come into its log's [window](super::snapshot::Window).
    HistoryAt {
        /// Which conversation.
        of: Conversation,
        /// Where.
        at: HistoryAt,
    },
    /// Read a conversation's newest lines again.
    LeaveWindow(Conversation),
    /// Fetch whose pictures by themselves, from now on.
    ShowPicturesFrom(PicturesFrom),
    /// Whether the pictures of whoever has this name are fetched by themselves, whatever holds for all; `None` for what
    /// holds for all. The person need not be here.
    ShowPicturesOf {
        /// The name.
        name: String,
        /// Whether.
        comes: Option<bool>,
    },
}

/// How to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// Where.
    pub server: ServerAddress,
    /// Under which name.
    pub name: String,
    /// Whether a free variant will do when the name is taken.
    pub or_variant: bool,
    /// Which certificates to take.
    pub trust: Trust,
    /// What shows that the name is one's own. Without anything, what this client kept to stay signed in.
    pub proof: Proof,
    /// Whether this client stays signed in.
    pub stay: bool,
    /// The invitation to register with, where guests may not come in.
    pub invite: Option<Secret>,
}

/// A password, as it was typed. Its `Debug` form does not show it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Which certificate of a front desk is taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// Only the one that was pinned for this server before.
    #[default]
    Pinned,
    /// The pinned one; where none is, the one it shows now, which is then pinned.
    New,
    /// Only the one with this fingerprint, which is then pinned: SHA-256 in hex, colons allowed.
    Fingerprint(String),
}

/// A front desk's host and port.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ServerAddress {
    /// Host name or address, without brackets.
    pub host: String,
    /// TCP port of the front desk, which is the UDP port of the live door as well.
    pub port: u16,
}

/// The port where nothing else is said.
pub const DEFAULT_PORT: u16 = 7443;

impl FromStr for ServerAddress {
    type Err = String;

    /// Reads `HOST`, `HOST:PORT`, `[V6]` or `[V6]:PORT`.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("“{text}” is no server address; write it as HOST or HOST:PORT, such as talk.example:7443");
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => rest.split_once(']').ok_or_else(wrong)?,
            None if text.matches(':').count() > 1 => (text, ""),
            None => text.find(':').map_or((text, ""), |colon| text.split_at(colon)),
        };
        let port = match port.strip_prefix(':') {
            Some(port) => port.parse().ok().filter(|port| *port != 0).ok_or_else(wrong)?,
            None if port.is_empty() => DEFAULT_PORT,
            None => return Err(wrong()),
        };
        let is_host = !host.is_empty() && host.chars().all(|c| c.is_alphanumeric() || "-._:%".contains(c));
        if is_host { Ok(Self { host: host.to_owned(), port }) } else { Err(wrong()) }
    }
}

impl fmt::Display for ServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_with_and_without_port() {
        let cases = [
            ("talk.example", "talk.example:7443"),
            ("127.0.0.1:99", "127.0.0.1:99"),
            ("[::1]:99", "[::1]:99"),
            ("[::1]", "[::1]:7443"),
            ("::1", "[::1]:7443"),
        ];
        for (text, shown) in cases {
            assert_eq!(text.parse::<ServerAddress>().unwrap().to_string(), shown);
        }
        for text in ["", ":99", "a b", "host:", "host:0", "host:99999", "[::1", "[::1]x", "https://host"] {
            assert!(text.parse::<ServerAddress>().is_err(), "{text}");
        }
    }
}
