//! The floor: who may talk in a room. One person at a time, decided here and nowhere else.
//!
//! [`Floor`] is one room's machine after the model of 3GPP TS 24.380's floor control server, reduced to what an
//! exclusive room without a queue needs: idle, or taken by one holder. It is pure: time comes in as `now` (since any
//! fixed start), decisions go out as [`FloorDecision`]s, and the server carries them out.

pub mod messages;
mod rules;

pub use rules::{FloorPolicy, FloorRules, FloorTimes, QueueRule, UnknownRule};

use crate::ids::PersonId;
use messages::RevokeCause;
use std::time::Duration;

/// Something that happened, told to the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FloorInput {
    /// Somebody in the room pressed the key.
    Request {
        /// Who.
        person: PersonId,
        /// The press's number, which answers carry.
        burst: u8,
    },
    /// Somebody let the key go, and the tail is sent.
    Release {
        /// Who.
        person: PersonId,
        /// The press that ends; a release of an older press changes nothing.
        burst: u8,
    },
    /// A voice packet came from somebody.
    Voice {
        /// Who.
        person: PersonId,
    },
    /// Any datagram came from somebody.
    Heard {
        /// Who.
        person: PersonId,
    },
    /// Somebody walked out, signed out or lost the link for good.
    Left {
        /// Who.
        person: PersonId,
    },
}

/// What the server has to tell, and to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// To the asker: somebody else holds it.
    Busy {
        /// The asker.
        to: PersonId,
        /// The press that is answered.
        burst: u8,
        /// Who holds it.
        holder: PersonId,
    },
    /// To the holder: the turn ends soon.
    Warn {
        /// The holder.
        to: PersonId,
        /// Time left.
        remaining: Duration,
    },
    /// To the holder: the floor is no longer yours.
    Revoke {
        /// The one who held it.
        to: PersonId,
        /// The press that ends.
        burst: u8,
        /// Why.
        cause: RevokeCause,
    },
    /// To the room: somebody holds it now.
    Taken {
        /// Who.
        holder: PersonId,
    },
    /// To the room: nobody holds it now.
    Idle,
}

/// One turn at talking.
#[derive(Clone, Copy, Debug)]
struct Turn {
    holder: PersonId,
    burst: u8,
    ends: Duration,
    warned: bool,
    /// When the last voice packet came, or the grant was made.
    voice: Duration,
    /// When the last datagram of any kind came.
    heard: Duration,
}

/// The floor of one room.
#[derive(Clone, Debug, Default)]
pub struct Floor {
    times: FloorTimes,
    turn: Option<Turn>,
}

impl Floor {
    /// An idle floor.
    #[must_use]
    pub fn new(times: FloorTimes) -> Self {
        Self { times, turn: None }
    }

    /// Who holds the floor.
    #[must_use]
    pub fn holder(&self) -> Option<PersonId> {
        self.turn.map(|turn| turn.holder)
    }

    /// Whether the relay may pass on this person's voice.
    #[must_use]
    pub fn may_speak(&self, person: PersonId) -> bool {
        self.holder() == Some(person)
    }

    /// Takes in what happened; what follows from it is added to `decisions`.
    ///
    /// Timers that ran out by `now` fire first, so that a request at the very moment of the holder's limit finds the
    /// floor free.
    pub fn handle(&mut self, now: Duration, input: FloorInput, decisions: &mut Vec<FloorDecision>) {
        self.poll(now, decisions);
        match input {
            FloorInput::Request { person, burst } => self.request(now, person, burst, decisions),
            FloorInput::Release { person, burst } => {
                if self.turn.is_some_and(|turn| turn.holder == person && turn.burst == burst) {
                    self.free(decisions);
                }
            }
            FloorInput::Left { person } => {
                if self.may_speak(person) {
                    self.free(decisions);
                }
            }
            FloorInput::Voice { person } => {
                if let Some(turn) = self.turn.as_mut().filter(|turn| turn.holder == person) {
                    turn.voice = now;
                    turn.heard = now;
                }
            }
            FloorInput::Heard { person } => {
                if let Some(turn) = self.turn.as_mut().filter(|turn| turn.holder == person) {
                    turn.heard = now;
                }
            }
        }
    }

    /// Fires the timers that ran out by `now`.
    pub fn poll(&mut self, now: Duration, decisions: &mut Vec<FloorDecision>) {
        let Some(turn) = &mut self.turn else { return };
        if let Some(cause) = self.times.lost(turn, now) {
            decisions.push(FloorDecision::Revoke { to: turn.holder, burst: turn.burst, cause });
            self.free(decisions);
        } else if !turn.warned && now + self.times.warning_before >= turn.ends {
            turn.warned = true;
            decisions.push(FloorDecision::Warn { to: turn.holder, remaining: turn.ends.saturating_sub(now) });
        }
    }

    /// When [`poll`](Self::poll) has something to do next, if no input comes before.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Duration> {
        let turn = self.turn?;
        let lost = turn.ends.min(turn.voice + self.times.silence).min(turn.heard + self.times.vanished);
        let warning = (!turn.warned).then(|| turn.ends.saturating_sub(self.times.warning_before));
        Some(warning.map_or(lost, |warning| warning.min(lost)))
    }

    fn request(&mut self, now: Duration, person: PersonId, burst: u8, decisions: &mut Vec<FloorDecision>) {
        match &mut self.turn {
            // Asked again while holding (a release was never sent): the same turn goes on with the time it has left,
            // or people could talk without end by asking over and over.
            Some(turn) if turn.holder == person => {
                turn.burst = burst;
                turn.heard = now;
                turn.voice = now;
                decisions.push(FloorDecision::Grant { to: person, burst, remaining: turn.ends.saturating_sub(now) });
            }
            Some(turn) => decisions.push(FloorDecision::Busy { to: person, burst, holder: turn.holder }),
            None => {
                let ends = now + self.times.talk_limit;
                self.turn = Some(Turn { holder: person, burst, ends, warned: false, voice: now, heard: now });
                decisions.push(FloorDecision::Grant { to: person, burst, remaining: self.times.talk_limit });
                decisions.push(FloorDecision::Taken { holder: person });
            }
        }
    }

    fn free(&mut self, decisions: &mut Vec<FloorDecision>) {
        self.turn = None;
        decisions.push(FloorDecision::Idle);
    }
}

impl FloorTimes {
    /// Why the holder of a turn has lost it by `now`, if so.
    fn lost(&self, turn: &Turn, now: Duration) -> Option<RevokeCause> {
        if now >= turn.ends {
            Some(RevokeCause::TalkLimit)
        } else if now >= turn.heard + self.vanished {
            Some(RevokeCause::Vanished)
        } else if now >= turn.voice + self.silence {
            Some(RevokeCause::Silent)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests;
