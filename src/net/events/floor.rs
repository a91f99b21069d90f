//! What happens on the floor of the room one is in, and the sentence for it. Each tone that is heard has its sentence.

use hallway_protocol::floor::messages::{DenyCause, FloorOrder, RevokeCause};
use std::{fmt, time::Duration};

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
}

impl fmt::Display for FloorChanged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Granted { .. } => f.write_str("You have the floor: talk."),
            Self::Queued { position, holder, .. } | Self::Position { position, holder } => {
                match position {
                    1 => f.write_str("You are next to talk.")?,
                    position => write!(f, "You wait to talk, as number {position}.")?,
                }
                match holder {
                    Some(holder) => write!(f, " {holder} is talking."),
                    None => f.write_str(" Nobody is talking: the chair chooses who is next."),
                }
            }
            Self::Queue { waiting } if waiting.is_empty() => f.write_str("Nobody waits to talk any more."),
            Self::Queue { waiting } => write!(f, "Waiting to talk: {}.", waiting.join(", ")),
            Self::Offered { recorded, .. } => {
                write!(f, "Your turn: play the {} s that you recorded, or drop them.", seconds(*recorded))
            }
            Self::Playing { recorded } => write!(f, "The {} s that you recorded are being played.", seconds(*recorded)),
            Self::Locked => f.write_str("Talk is locked on: press again to end it."),
            Self::Muted => f.write_str("A moderator has muted you here."),
            Self::Unmuted => f.write_str("You may talk here again."),
            Self::Ordered(order) => f.write_str(done(*order)),
            Self::Busy { holder, .. } => write!(f, "{holder} is talking: your microphone stays closed."),
            Self::Denied { cause, .. } => cause.fmt(f),
            Self::Warning { remaining } => write!(f, "Your turn ends in {} s.", seconds(*remaining)),
            Self::Released => f.write_str("Your turn is over."),
            Self::Revoked { cause, .. } => cause.fmt(f),
            Self::Taken { holder } => write!(f, "{holder} is talking."),
            Self::Idle => f.write_str("Nobody is talking."),
        }
    }
}

/// Whole seconds, and never none.
fn seconds(time: Duration) -> u64 {
    (time.as_secs_f32().round() as u64).max(1)
}

fn done(order: FloorOrder) -> &'static str {
    match order {
        FloorOrder::Revoke(_) => "The turn was ended.",
        FloorOrder::Mute(_) => "The person was muted.",
        FloorOrder::Unmute(_) => "The person may talk again.",
        FloorOrder::Give(_) => "The person was given the floor.",
        FloorOrder::SetPolicy(_) | FloorOrder::SetQueue(_) => "The room's rules were changed.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_is_a_sentence() {
        let recorded = Duration::from_millis(11_600);
        let holder = || Some("Bob".to_owned());
        let cases = [
            (FloorChanged::Position { position: 1, holder: holder() }, "You are next to talk. Bob is talking."),
            (
                FloorChanged::Queued { after: Duration::ZERO, position: 3, holder: None },
                "You wait to talk, as number 3. Nobody is talking: the chair chooses who is next.",
            ),
            (FloorChanged::Queue { waiting: vec!["Ann".to_owned(), "Bob".to_owned()] }, "Waiting to talk: Ann, Bob."),
            (
                FloorChanged::Offered { recorded, remaining: recorded },
                "Your turn: play the 12 s that you recorded, or drop them.",
            ),
            (FloorChanged::Warning { remaining: Duration::from_millis(300) }, "Your turn ends in 1 s."),
        ];
        for (change, sentence) in cases {
            assert_eq!(change.to_string(), sentence);
        }
    }
}
