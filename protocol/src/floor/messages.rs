//! What clients and server say about the floor, on the Floor channel.

use crate::ids::{PersonId, RoomId};
use serde::{Deserialize, Serialize};
use std::fmt;

/// From a client: about the floor of the room it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FloorRequest {
    /// The key is down. May be sent again for the same press: the answer is then the same as before.
    Request {
        /// Counts the presses of this client; answers carry it.
        burst: u8,
    },
    /// The key is up and the tail is sent, or the place in the queue is given up.
    Release {
        /// The press that ends.
        burst: u8,
    },
}

/// From the server: about the floor of the room that the client is in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FloorNotice {
    /// The floor is yours.
    Granted {
        /// The press that is answered.
        burst: u8,
        /// How long the turn may last, in milliseconds.
        remaining_ms: u32,
    },
    /// Somebody else talks; you wait for your turn. Told again whenever the position changes.
    Queued {
        /// The press that is answered.
        burst: u8,
        /// How many turns come before yours, plus one: 1 is next.
        position: u16,
        /// Who talks now; `None` when a chair has not given the floor to anyone.
        holder: Option<PersonId>,
    },
    /// Somebody else holds it, and the room has no queue or a full one.
    Busy {
        /// The press that is answered.
        burst: u8,
        /// Who holds it.
        holder: PersonId,
    },
    /// You may not ask here or now; or you waited, and nobody waits here any more.
    Denied {
        /// The press that is answered.
        burst: u8,
        /// Why.
        cause: DenyCause,
    },
    /// Your turn ends soon.
    Warning {
        /// Time left, in milliseconds.
        remaining_ms: u32,
    },
    /// Stop talking, or wait no longer. What a talker sends in the next `grace_ms` is still passed on, nothing after.
    Revoked {
        /// The press that ends.
        burst: u8,
        /// Why.
        cause: RevokeCause,
        /// Time to bring the last word to an end, in milliseconds; 0 when it was taken at once.
        grace_ms: u16,
    },
    /// How the room's floor stands; told at every change and on entering a room.
    State {
        /// The room.
        room: RoomId,
        /// Who talks, who waits, who may not.
        state: FloorState,
    },
}

/// How a room's floor stands: the same for everybody in the room.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FloorState {
    /// Who talks, in the order of their grants. At most one but in an open room, and for the moment of grace after a
    /// room has stopped being open.
    pub talkers: Vec<PersonId>,
    /// Who waits, the next one first.
    pub waiting: Vec<PersonId>,
    /// Whom a moderator keeps from talking.
    pub muted: Vec<PersonId>,
}

/// What a moderator orders about the floor of the room that the moderator is in, on the Control channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FloorOrder {
    /// Ends this person's turn, with the usual grace, or takes the place in the queue.
    Revoke(PersonId),
    /// Keeps this person from talking, also after leaving the room and coming back; ends the turn at once and takes the
    /// place in the queue.
    Mute(PersonId),
    /// Lets this person ask again, who may have left the room in between.
    Unmute(PersonId),
    /// Gives this waiting person the floor: at once, or when the grace of the holder, who is pre-empted, is over.
    Give(PersonId),
    /// Sets the room's policy; running turns go on, but for those that the new policy doesn't allow.
    SetPolicy(super::FloorPolicy),
    /// Sets what becomes of requests while somebody talks.
    SetQueue(super::QueueRule),
    /// Switches the room's talk log on or off: whether the turns that begin from now on are kept in its history.
    SetTalkLog(bool),
}

/// Why the floor was not given, other than that somebody holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DenyCause {
    /// The hall has no floor.
    NotInRoom,
    /// Asked too often.
    TooManyRequests,
    /// A moderator muted the asker.
    Muted,
    /// So many talk in this open room that one more would not be understood.
    TooManyTalkers,
    /// Nobody talks, since a chair has not given the floor to anyone, and the queue is full.
    QueueFull,
}

/// Why the floor, or a place in the queue, was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RevokeCause {
    /// The longest turn is over.
    TalkLimit,
    /// No voice came from the holder.
    Silent,
    /// Nothing at all came from the holder.
    Vanished,
    /// A granted turn was not begun in time.
    NotTaken,
    /// A moderator ended the turn.
    Moderator,
    /// A moderator gave the floor to somebody else.
    PreEmpted,
    /// A moderator muted the holder.
    Muted,
    /// The room's policy was changed.
    PolicyChanged,
}

impl DenyCause {
    /// A word for scripts.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotInRoom => "not_in_room",
            Self::TooManyRequests => "too_many_requests",
            Self::Muted => "muted",
            Self::TooManyTalkers => "too_many_talkers",
            Self::QueueFull => "queue_full",
        }
    }
}

impl RevokeCause {
    /// A word for scripts.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::TalkLimit => "talk_limit",
            Self::Silent => "silent",
            Self::Vanished => "vanished",
            Self::NotTaken => "not_taken",
            Self::Moderator => "moderator",
            Self::PreEmpted => "pre_empted",
            Self::Muted => "muted",
            Self::PolicyChanged => "policy_changed",
        }
    }
}

impl fmt::Display for DenyCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotInRoom => "You are in the hall; walk into a room to talk.",
            Self::TooManyRequests => "You pressed too often; wait a second.",
            Self::Muted => "A moderator has muted you here; ask to be unmuted.",
            Self::TooManyTalkers => "Too many people talk here at once; try again when one has finished.",
            Self::QueueFull => "Too many people wait for the floor here; try again after a few turns.",
        })
    }
}

impl fmt::Display for RevokeCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TalkLimit => "Your turn reached the talk limit.",
            Self::Silent => "No sound came from you for a while, so the floor was freed.",
            Self::Vanished => "Your connection was lost, so the floor was freed.",
            Self::NotTaken => "Your turn came and was not taken, so the floor was freed.",
            Self::Moderator => "A moderator ended your turn.",
            Self::PreEmpted => "A moderator gave the floor to somebody else.",
            Self::Muted => "A moderator has muted you.",
            Self::PolicyChanged => "The rules of this room were changed; press again to talk.",
        })
    }
}
