//! The words of the talk key's machine: what happens to it, what it wants done, and where it is.

use crate::net::preferences::Deferred;
use hallway_protocol::{
    floor::messages::{DenyCause, FloorNotice, FloorRequest, RevokeCause},
    ids::PersonId,
};
use std::{
    fmt,
    time::{Duration, Instant},
};

/// What the person prefers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TalkRules {
    /// Whether a double press locks talk on.
    pub lock: bool,
    /// What becomes of what is said while one waits.
    pub deferred: Deferred,
    /// How long sound goes out after the key went up.
    pub tail: Duration,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum TalkInput {
    /// The key went down, or repeats.
    Press {
        /// So long ago: a session may have been busy.
        ago: Duration,
        /// Whether it was no key but the voice itself: that never locks talk on.
        by_voice: bool,
        /// Why it is of no use, so that the server need not be asked.
        refused: Option<Why>,
    },
    /// The key went up, or is up. Ends nothing that is locked on.
    Release,
    /// Talk must end, whatever the key: nobody could see it being open. From here on the key counts as up.
    Stop,
    /// Talk can't go on; the key may still be down.
    Cut(Why),
    /// What becomes of the recording was chosen.
    Answer {
        /// Whether it is played.
        play: bool,
    },
    /// The server said something.
    Notice(FloorNotice),
    /// The room's queue says where one stands in it.
    Place {
        /// Turns that come before one's own, plus one.
        position: u16,
        /// Who talks now.
        holder: Option<PersonId>,
    },
    /// The voice engine has recorded so much since the press.
    Recorded(Duration),
    /// The voice engine has sent the tail, or a recording.
    TailSent,
    /// Time went on.
    Poll,
}

/// Something to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TalkAction {
    /// Begin to record what may be sent; during a tail: go on sending.
    Record,
    /// Keep all that is said from now on.
    KeepRecording,
    /// Record no more, but keep what was recorded.
    StopRecording,
    /// Send what was recorded and what follows.
    OpenMicrophone,
    /// Forget what was recorded, send what follows.
    SpeakLive,
    /// Send what was recorded, nothing else, and then say so.
    PlayRecording,
    /// Send the tail and then say so.
    EndBurst,
    /// Drop what was recorded, send nothing more.
    Abort,
    /// Say this to the server.
    Ask(FloorRequest),
    /// Tell the person.
    Tell(Told),
}

/// What the person is told, by sound and sign.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Told {
    /// The microphone is open.
    Granted {
        /// Since the press.
        after: Duration,
        /// How long the turn may last.
        remaining: Duration,
    },
    /// One waits.
    Queued {
        /// Since the press.
        after: Duration,
        /// Turns that come before one's own, plus one.
        position: u16,
        /// Who talks now.
        holder: Option<PersonId>,
    },
    /// One's place in the queue changed, or who talks.
    Position {
        /// Turns that come before one's own, plus one.
        position: u16,
        /// Who talks now.
        holder: Option<PersonId>,
    },
    /// The turn came; what was recorded can be played or dropped.
    Offered {
        /// How much was recorded.
        recorded: Duration,
        /// How long one may think: [`OFFER_TIME`](super::OFFER_TIME).
        remaining: Duration,
    },
    /// The recording is being played.
    Playing {
        /// How much was recorded.
        recorded: Duration,
    },
    /// Talk is locked on.
    Locked,
    /// Somebody else talks.
    Busy {
        /// Since the press.
        after: Duration,
        /// Who.
        holder: PersonId,
    },
    /// Not here, not now.
    Denied {
        /// Since the press.
        after: Duration,
        /// Why.
        cause: DenyCause,
    },
    /// The server did not answer.
    NoAnswer,
    /// There is nothing to talk into.
    NoMicrophone,
    /// The turn ends soon.
    Warning {
        /// Time left.
        remaining: Duration,
    },
    /// The turn, or the wait for it, ended by one's own will.
    Released,
    /// The server ended the turn, or the wait for it.
    Revoked {
        /// Why.
        cause: RevokeCause,
        /// For how long the microphone stays open.
        grace: Duration,
    },
}

/// A turn at talking.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Turn {
    /// When the key went down.
    pub since: Instant,
    /// When the turn reaches its limit, or its grace ends.
    pub ends: Instant,
    /// Whether that was warned of.
    pub warned: bool,
}

/// Where the key is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum TalkPhase {
    /// Nothing is wanted. The key is up, or was held beyond the end of a recording.
    #[default]
    Quiet,
    /// The server has not answered.
    Asking {
        /// When the key went down.
        since: Instant,
        /// When the server was asked last.
        asked: Instant,
    },
    /// One waits for one's turn.
    Queued {
        /// When the key went down.
        since: Instant,
        /// Turns that come before one's own, plus one.
        position: u16,
        /// Who talks now.
        holder: Option<PersonId>,
    },
    /// The floor is one's own, and what was recorded waits for an answer. Nothing is sent.
    Offered {
        /// The turn.
        turn: Turn,
        /// Until when it waits.
        until: Instant,
        /// How much was recorded.
        recorded: Duration,
    },
    /// What the microphone hears is sent.
    Talking(Turn),
    /// What was recorded is sent.
    Playing(Turn),
    /// The server took the floor back; until the turn's end it still passes on the last words.
    Closing {
        /// The turn.
        turn: Turn,
        /// Why.
        cause: RevokeCause,
        /// Whether the microphone is sent, not a recording.
        live: bool,
    },
    /// The tail is sent.
    Ending {
        /// The turn.
        turn: Turn,
        /// When the tail must be sent.
        by: Instant,
        /// Why the server took the floor back, if it did.
        revoked: Option<RevokeCause>,
    },
    /// The key is down, and somebody else talks.
    Busy {
        /// Who.
        holder: PersonId,
    },
    /// The key is down, and it is of no use.
    Refused(Why),
}

/// Why a held key is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The server said so.
    Denied(DenyCause),
    /// The server took the floor back.
    Revoked(RevokeCause),
    /// The server did not answer.
    NoAnswer,
    /// One walked into another room or out of one.
    Moved,
    /// There is no link.
    Unlinked,
    /// There is no microphone, or none any more.
    NoMicrophone,
    /// The machine was asleep.
    Slept,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Denied(cause) => cause.fmt(f),
            Self::Revoked(cause) => cause.fmt(f),
            Self::NoAnswer => f.write_str("The server did not answer; let the key go and press it again."),
            Self::Moved => f.write_str("You walked on; let the key go and press it again to talk here."),
            Self::Unlinked => f.write_str("The connection was lost; press again when it is back."),
            Self::NoMicrophone => {
                f.write_str("There is no microphone; connect one, or choose another in the settings, and press again.")
            }
            Self::Slept => f.write_str("This machine was asleep; let the key go and press it again to talk."),
        }
    }
}
