//! What clients and server say about the floor, on the Floor channel.

use crate::ids::{PersonId, RoomId};
use serde::{Deserialize, Serialize};
use std::fmt;

/// From a client: about the floor of the room it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FloorRequest {
    /// The key is down.
    Request {
        /// Counts the presses of this client; answers carry it.
        burst: u8,
    },
    /// The key is up and the tail is sent.
    Release {
        /// The press that ends.
        burst: u8,
    },
}

/// From the server: about the floor of the room that the client is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FloorNotice {
    /// The floor is yours.
    Granted {
        /// The press that is answered.
        burst: u8,
        /// How long the turn may last, in milliseconds.
        remaining_ms: u32,
    },
    /// Somebody else holds it.
    Busy {
        /// The press that is answered.
        burst: u8,
        /// Who holds it.
        holder: PersonId,
    },
    /// You may not ask here or now.
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
    /// The floor is no longer yours.
    Revoked {
        /// The press that ends.
        burst: u8,
        /// Why.
        cause: RevokeCause,
    },
    /// Somebody holds the room's floor now; also told on entering a room.
    Taken {
        /// The room.
        room: RoomId,
        /// Who.
        holder: PersonId,
    },
    /// Nobody holds the room's floor now.
    Idle {
        /// The room.
        room: RoomId,
    },
}

/// Why the floor was not given, other than that somebody holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DenyCause {
    /// The hall has no floor.
    NotInRoom,
    /// Asked too often.
    TooManyRequests,
}

/// Why the floor was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RevokeCause {
    /// The longest turn is over.
    TalkLimit,
    /// No voice came from the holder.
    Silent,
    /// Nothing at all came from the holder.
    Vanished,
}

impl DenyCause {
    /// A word for scripts.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotInRoom => "not_in_room",
            Self::TooManyRequests => "too_many_requests",
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
        }
    }
}

impl fmt::Display for DenyCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotInRoom => "You are in the hall; walk into a room to talk.",
            Self::TooManyRequests => "You pressed too often; wait a second.",
        })
    }
}

impl fmt::Display for RevokeCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TalkLimit => "Your turn reached the talk limit.",
            Self::Silent => "No sound came from you for a while, so the floor was freed.",
            Self::Vanished => "Your connection was lost, so the floor was freed.",
        })
    }
}
