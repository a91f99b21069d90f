//! What a floor is told, and what it decides.

use super::messages::{DenyCause, FloorOrder, FloorState, RevokeCause};
use crate::ids::PersonId;
use std::time::Duration;

/// Something that happened, told to the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FloorInput {
    /// Somebody in the room pressed the key. The same press may come again; its answer is then repeated.
    Request {
        /// Who.
        person: PersonId,
        /// The press's number, which answers carry.
        burst: u8,
        /// Whether this person moderates the room: it matters where there is a chair.
        moderator: bool,
    },
    /// Somebody let the key go and the tail is sent, or gave the place in the queue up.
    Release {
        /// Who.
        person: PersonId,
        /// The press that ends; a release of an older press changes nothing.
        burst: u8,
    },
    /// A voice packet came from somebody: a sign of life, which fires no timer. Only [`poll`](super::Floor::poll) and the
    /// other inputs do, so that a server that was held up takes nobody for gone whose packets lie waiting.
    Voice {
        /// Who.
        person: PersonId,
    },
    /// Any datagram came from somebody: a sign of life like [`Self::Voice`].
    Heard {
        /// Who.
        person: PersonId,
    },
    /// Somebody walked out.
    Left {
        /// Who.
        person: PersonId,
    },
    /// Somebody signed out or lost the link for good. This number never comes back, so it is not kept as muted.
    Gone {
        /// Who.
        person: PersonId,
    },
    /// A moderator's word. That the moderator may say so, and that a person who is given the floor waits for it
    /// ([`is_waiting`](super::Floor::is_waiting)), was checked before.
    Order(FloorOrder),
}

/// What the server has to tell, and to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FloorDecision {
    /// To the asker: the floor is yours.
    Grant {
        /// The asker.
        to: PersonId,
        /// The press that is answered.
        burst: u8,
        /// How long the turn may still last.
        remaining: Duration,
    },
    /// To somebody who waits: an answer to a request, or a place in the queue that has changed.
    Queue {
        /// Who waits.
        to: PersonId,
        /// The press that waits.
        burst: u8,
        /// 1 is next.
        position: u16,
        /// Who talks.
        holder: Option<PersonId>,
    },
    /// To the asker: somebody else holds it, and one can't wait for it.
    Busy {
        /// The asker.
        to: PersonId,
        /// The press that is answered.
        burst: u8,
        /// Who holds it.
        holder: PersonId,
    },
    /// To the asker: not here, not now.
    Deny {
        /// The asker.
        to: PersonId,
        /// The press that is answered.
        burst: u8,
        /// Why.
        cause: DenyCause,
    },
    /// To a talker: the turn ends soon.
    Warn {
        /// The talker.
        to: PersonId,
        /// Time left.
        remaining: Duration,
    },
    /// To a talker: the floor is no longer yours; or to somebody who waited: you don't wait any more.
    Revoke {
        /// The one who held it or waited for it.
        to: PersonId,
        /// The press that ends.
        burst: u8,
        /// Why.
        cause: RevokeCause,
        /// How long this person is still heard.
        grace: Duration,
    },
    /// To the room: how the floor stands now. Comes at most once for each input, after all else, and only when
    /// something has changed.
    Changed(FloorState),
}
