//! The own microphone and the floor.

use hallway_protocol::ids::PersonId;
use std::time::{Duration, Instant};

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
