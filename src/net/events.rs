//! What happened in the session, told once to the face or the script. What lasts is in the
//! [snapshot](super::snapshot::Snapshot); whoever misses an event misses a notice, never the state.

mod call;
mod floor;
mod note;

pub use call::{CallChanged, CallNamed};
pub use floor::FloorChanged;
pub use note::NoteChanged;

use super::transfers::FileEvent;
use hallway_protocol::{
    chat::{ChatMessage, Conversation, FoundMessage, MessageChange},
    ids::{MessageId, PersonId, RoomId},
    map::Point,
};
use std::fmt;

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Signed in, and in the world.
    Welcome {
        /// The own id.
        person: PersonId,
        /// The own name as granted.
        name: String,
        /// `HOST:PORT` of the server.
        server: String,
        /// The server's version.
        version: String,
        /// The certificate's fingerprint.
        fingerprint: String,
    },
    /// The sign-in was refused, or could not be made.
    SignInFailed(SignInFailure),
    /// The own avatar came into a room.
    Entered {
        /// Which.
        room: RoomId,
        /// Its name.
        name: String,
        /// Names of all inside, the own included.
        people: Vec<String>,
    },
    /// The own avatar left a room.
    Left {
        /// Which.
        room: RoomId,
        /// Its name.
        name: String,
    },
    /// Something changed about another person.
    PersonChanged {
        /// Who.
        person: PersonId,
        /// The name.
        name: String,
        /// What.
        change: PersonChanged,
    },
    /// A walk that was asked for ended where it should.
    Arrived {
        /// Where.
        at: Point,
        /// In which room.
        room: Option<RoomId>,
    },
    /// Somebody wrote, or an own message is stored.
    Message(ChatMessage),
    /// The room that one asked for stands, and is in the snapshot.
    RoomCreated {
        /// Which.
        room: RoomId,
        /// Its name.
        name: String,
    },
    /// The room that one wanted gone is taken down.
    RoomDeleted {
        /// Which.
        room: RoomId,
        /// Its name.
        name: String,
    },
    /// An answer to a history command.
    History {
        /// Of which conversation.
        of: Conversation,
        /// The page, oldest first.
        messages: Vec<ChatMessage>,
    },
    /// What was written to one's account while one was away, newest first.
    Missed {
        /// The messages.
        messages: Vec<FoundMessage>,
    },
    /// What was looked for, newest first.
    Found {
        /// The words.
        words: String,
        /// Whether it goes on from a message that was found before.
        more: bool,
        /// The messages.
        messages: Vec<FoundMessage>,
    },
    /// Something about the floor of the room one is in.
    Floor {
        /// Which room; `None` in the hall.
        room: Option<RoomId>,
        /// What.
        change: FloorChanged,
    },
    /// Something about a call.
    Call {
        /// Which.
        call: CallNamed,
        /// What.
        change: CallChanged,
    },
    /// The connection was lost, is being tried again, or is back.
    Connection(ConnectionChanged),
    /// Something that was asked for can't be.
    Refused {
        /// The headless word of the command, such as `say`.
        command: &'static str,
        /// A word for scripts.
        code: &'static str,
        /// A sentence for people.
        text: String,
    },
    /// Something people should know: a device went away, a room was taken down, the server stops soon.
    Notice {
        /// A word for scripts.
        code: &'static str,
        /// A sentence for people.
        text: String,
    },
    /// Something happened to a file.
    File(FileEvent),
    /// Something about a file can't be done.
    FileRefused {
        /// The headless word of the command.
        command: &'static str,
        /// A word for scripts; some are the server's.
        code: String,
        /// A sentence for people.
        text: String,
    },
    /// Something about a voice note.
    Note(NoteChanged),
    /// The session ended: its face is gone or it was told to quit.
    Ended,
    /// A message that one may read was edited or deleted, or somebody reacted to it.
    MessageChanged {
        /// Which.
        message: MessageId,
        /// What became of it.
        change: MessageChange,
    },
}

/// What changed about another person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonChanged {
    /// Signed in.
    Arrived,
    /// Signed out or lost.
    Gone,
    /// Came into one's room.
    Entered(RoomId),
    /// Left one's room.
    Left(RoomId),
}

/// What changed about the connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectionChanged {
    /// Lost; a sentence tells why.
    Lost(String),
    /// Another try is under way.
    Retrying,
    /// Back in the world.
    Regained,
    /// Given up: not regained in time.
    GivenUp(String),
}

/// Why a sign-in failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignInFailure {
    /// Somebody has the name.
    NameTaken {
        /// The holder's name as it is shown.
        holder: String,
        /// A variant that was free at that moment.
        variant: String,
    },
    /// The name belongs to somebody, who has a password for it.
    PasswordNeeded {
        /// A variant that was free at that moment.
        variant: String,
    },
    /// The server shows a certificate that was never pinned.
    UnknownCertificate {
        /// Its fingerprint.
        fingerprint: String,
    },
    /// The server shows another certificate than the pinned one.
    ChangedCertificate {
        /// The pinned fingerprint.
        pinned: String,
        /// The one it shows now.
        shown: String,
    },
    /// The server refused for another reason.
    Refused {
        /// The server's word.
        code: String,
        /// The server's sentence.
        text: String,
    },
    /// The server could not be reached, or what it said made no sense. A sentence tells what and what to do.
    Unreachable(String),
}

impl SignInFailure {
    /// A word for scripts.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::NameTaken { .. } => "name_taken",
            Self::PasswordNeeded { .. } => "password_needed",
            Self::UnknownCertificate { .. } => "unknown_certificate",
            Self::ChangedCertificate { .. } => "changed_certificate",
            Self::Refused { code, .. } => code,
            Self::Unreachable(_) => "unreachable",
        }
    }
}

impl fmt::Display for SignInFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NameTaken { holder, variant } => {
                write!(f, "The name is taken by {holder}; “{variant}” is free, or choose another.")
            }
            Self::PasswordNeeded { variant } => {
                write!(f, "The name belongs to somebody: give its password, or come in as {variant}.")
            }
            Self::UnknownCertificate { fingerprint } => write!(
                f,
                "This server was never trusted on this machine; compare its fingerprint with what its operator tells: \
                 {fingerprint}"
            ),
            Self::ChangedCertificate { pinned, shown } => write!(
                f,
                "The server shows another certificate than the trusted one. Ask its operator before you go on. \
                 Trusted: {pinned}. Shown: {shown}."
            ),
            Self::Refused { text, .. } | Self::Unreachable(text) => f.write_str(text),
        }
    }
}
