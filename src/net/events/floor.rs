//! What happens on the floor of the room one is in.

use hallway_protocol::floor::messages::{DenyCause, FloorOrder, RevokeCause};
use std::time::Duration;

/// What changed about the floor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FloorChanged {
    /// It is one's own: the microphone is open.
    Granted {
        /// From key-down to the grant.
        after: Duration,
        /// How long the turn may last.
        remaining: Duration,
    },
    /// Somebody else holds it, or the room's chair has not given it: one waits for one's turn, and what is said is
    /// recorded.
    Queued {
        /// From key-down to the answer.
        after: Duration,
        /// Turns that come before one's own, plus one: 1 is next.
        position: u16,
        /// Name of who talks now, where anybody does.
        holder: Option<String>,
    },
    /// One's place in the queue changed.
    Position {
        /// Turns that come before one's own, plus one: 1 is next.
        position: u16,
        /// Name of who talks now, where anybody does.
        holder: Option<String>,
    },
    /// Who waits in the room changed.
    Queue {
        /// Their names, the next one first.
        waiting: Vec<String>,
    },
    /// One's turn came after a wait: what was recorded can be played as the turn, or dropped.
    /// [`Command::AnswerOffer`](crate::net::commands::Command::AnswerOffer) chooses.
    Offered {
        /// How much was recorded.
        recorded: Duration,
        /// How long one has to choose.
        remaining: Duration,
    },
    /// The own recording is being played to the room; the microphone is shut.
    Playing {
        /// How much was recorded.
        recorded: Duration,
    },
    /// Talk is locked on: the key may be let go, its next press ends talk.
    Locked,
    /// A moderator keeps one from talking in this room.
    Muted,
    /// One may talk in this room again.
    Unmuted,
    /// What one ordered as a moderator was done.
    Ordered(FloorOrder),
    /// Somebody else holds it, and there is no queue or a full one: the microphone stays closed.
    Busy {
        /// From key-down to the answer.
        after: Duration,
        /// Name of the holder.
        holder: String,
    },
    /// It was not given for another reason.
    Denied {
        /// From key-down to the answer.
        after: Duration,
        /// Why.
        cause: DenyCause,
    },
    /// The own turn ends soon.
    Warning {
        /// Time left.
        remaining: Duration,
    },
    /// The own turn, or the wait for it, ended by one's own will.
    Released,
    /// The own turn, or the wait for it, was ended by the server.
    Revoked {
        /// Why.
        cause: RevokeCause,
        /// For how long the microphone stays open for the last word.
        grace: Duration,
    },
    /// Somebody else talks now; in an open room told of each.
    Taken {
        /// Name of who talks.
        holder: String,
    },
    /// Nobody talks now.
    Idle,
    /// What is said in the room is kept from now on, or no longer. Told on entering a room that keeps it, too.
    TalkLog(bool),
}
