//! The floor: who may talk in a room, decided here and nowhere else.
//!
//! [`Floor`] is one room's machine after the model of 3GPP TS 24.380's floor control server. It is pure: time comes in
//! as `now` (since any fixed start), decisions go out as [`FloorDecision`]s, and the server carries them out.
//!
//! | the room | the standard's state | here |
//! |---|---|---|
//! | nobody talks | G: Floor Idle | no turn |
//! | somebody talks | G: Floor Taken | a turn |
//! | a turn was taken back and its grace runs | G: pending Floor Revoke | a turn that is revoked |
//!
//! | the person | the standard's state | here |
//! |---|---|---|
//! | does not ask | U: not permitted | neither a turn nor a place in the queue |
//! | waits | U: not permitted | a place in the queue |
//! | was granted and has not begun | U: permitted | a turn without voice |
//! | talks | U: permitted | a turn |
//! | may end the last word | U: pending Floor Revoke | a turn that is revoked |
//!
//! A turn ends when it is released, when its holder leaves or when one of its timers runs out. Whoever is first in the
//! queue is next. Moderators' orders come in like everything else.

mod events;
pub mod messages;
mod orders;
mod queue;
mod rules;
mod talked;
mod turn;

pub use events::{FloorDecision, FloorInput};
pub use rules::{FloorPolicy, FloorRules, FloorTimes, QueueRule, UnknownRule, keeps_turns};

use crate::{ids::PersonId, limits};
use messages::{DenyCause, FloorState, RevokeCause};
use queue::Queue;
use std::time::Duration;
use talked::Talked;
use turn::{Due, Revocation, Turn};

/// The floor of one room.
#[derive(Clone, Debug, Default)]
pub struct Floor {
    rules: FloorRules,
    /// The running turns, in the order of their grants. More than one only in an open room, and for the time of grace
    /// after a room has stopped being one.
    turns: Vec<Turn>,
    queue: Queue,
    muted: Vec<PersonId>,
    talked: Talked,
    /// What the room was told last.
    shown: FloorState,
}

/// What becomes of a request.
enum Verdict {
    Talk,
    Wait,
    Busy(PersonId),
    Deny(DenyCause),
}

impl Floor {
    /// A floor on which nobody talks.
    #[must_use]
    pub fn new(rules: FloorRules) -> Self {
        Self { rules, ..Self::default() }
    }

    /// The rules in force.
    #[must_use]
    pub fn rules(&self) -> FloorRules {
        self.rules
    }

    /// Whether the relay may pass on this person's voice.
    #[must_use]
    pub fn may_speak(&self, person: PersonId) -> bool {
        self.turns.iter().any(|turn| turn.person == person)
    }

    /// Who may speak, in the order of their grants.
    pub fn talkers(&self) -> impl Iterator<Item = PersonId> {
        self.turns.iter().map(|turn| turn.person)
    }

    /// Whether this person waits for the floor.
    #[must_use]
    pub fn is_waiting(&self, person: PersonId) -> bool {
        self.queue.people().any(|waiting| waiting == person)
    }

    /// Whether a moderator keeps this person from talking.
    #[must_use]
    pub fn is_muted(&self, person: PersonId) -> bool {
        self.muted.contains(&person)
    }

    /// Whom moderators keep from talking.
    pub fn muted(&self) -> impl Iterator<Item = PersonId> {
        self.muted.iter().copied()
    }

    /// Whether an order to mute somebody can be carried out: not while [`limits::FLOOR_MUTED`] others are muted.
    #[must_use]
    pub fn can_mute(&self, person: PersonId) -> bool {
        self.muted.len() < limits::FLOOR_MUTED || self.is_muted(person)
    }

    /// How the floor stands.
    #[must_use]
    pub fn state(&self) -> FloorState {
        FloorState {
            talkers: self.talkers().collect(),
            waiting: self.queue.people().collect(),
            muted: self.muted.clone(),
        }
    }

    /// Takes in what happened; what follows from it is added to `decisions`.
    ///
    /// Timers that ran out by `now` fire first, so that a request at the very moment at which a turn ends finds the
    /// floor as it is then. Signs of life are the exception.
    pub fn handle(&mut self, now: Duration, input: FloorInput, decisions: &mut Vec<FloorDecision>) {
        match input {
            FloorInput::Voice { person } => self.running(person).into_iter().for_each(|turn| turn.spoke(now)),
            FloorInput::Heard { person } => self.running(person).into_iter().for_each(|turn| turn.heard(now)),
            input => {
                self.fire(now, decisions);
                self.promote(now, decisions);
                self.take(now, input, decisions);
                self.settle(now, decisions);
            }
        }
    }

    fn take(&mut self, now: Duration, input: FloorInput, decisions: &mut Vec<FloorDecision>) {
        match input {
            FloorInput::Request { person, burst, moderator } => self.request(now, person, burst, moderator, decisions),
            FloorInput::Release { person, burst } => {
                self.end_where(|turn| turn.person == person && turn.burst == burst);
                self.queue.withdraw(person, burst);
            }
            FloorInput::Left { person } => self.leave(person),
            FloorInput::Gone { person } => {
                self.leave(person);
                self.muted.retain(|muted| *muted != person);
            }
            FloorInput::Order(order) => self.obey(now, order, decisions),
            FloorInput::Voice { .. } | FloorInput::Heard { .. } => {}
        }
    }

    /// Fires the timers that ran out by `now`.
    pub fn poll(&mut self, now: Duration, decisions: &mut Vec<FloorDecision>) {
        self.fire(now, decisions);
        self.settle(now, decisions);
    }

    /// When [`Self::poll`] has something to do next, if no input comes before.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Duration> {
        self.turns.iter().map(|turn| turn.deadline(&self.rules.times)).min()
    }

    fn running(&mut self, person: PersonId) -> Option<&mut Turn> {
        self.turns.iter_mut().find(|turn| turn.person == person)
    }

    fn fire(&mut self, now: Duration, decisions: &mut Vec<FloorDecision>) {
        let times = self.rules.times;
        for turn in &mut self.turns {
            match turn.due(&times, now) {
                Some(Due::Warning) => {
                    decisions.push(FloorDecision::Warn { to: turn.person, remaining: turn.warn(now) });
                }
                Some(Due::Limit) => decisions.push(turn.revoke(RevokeCause::TalkLimit, now, times.grace)),
                Some(Due::Lost(cause)) => decisions.push(turn.revoke(cause, now, Duration::ZERO)),
                Some(Due::GraceOver) | None => {}
            }
        }
        self.end_where(|turn| turn.is_over(now));
    }

    fn request(
        &mut self,
        now: Duration,
        person: PersonId,
        burst: u8,
        moderator: bool,
        decisions: &mut Vec<FloorDecision>,
    ) {
        match self.running(person) {
            // Asked again while holding: the same turn goes on with the time it has left, or people could talk without
            // end by asking over and over.
            Some(turn) if turn.revoked.is_none() => {
                turn.press(burst, now);
                decisions.push(FloorDecision::Grant { to: person, burst, remaining: turn.remaining(now) });
                return;
            }
            Some(Turn { revoked: Some(Revocation { cause, until }), burst: revoked, .. }) if *revoked == burst => {
                let grace = until.saturating_sub(now);
                decisions.push(FloorDecision::Revoke { to: person, burst, cause: *cause, grace });
                return;
            }
            _ => {}
        }
        match self.verdict(person, moderator) {
            Verdict::Talk => self.grant(now, person, burst, false, decisions),
            Verdict::Wait => self.queue.join(person, burst, moderator),
            Verdict::Busy(holder) => decisions.push(FloorDecision::Busy { to: person, burst, holder }),
            Verdict::Deny(cause) => decisions.push(FloorDecision::Deny { to: person, burst, cause }),
        }
    }

    /// What becomes of a request by somebody who has no turn, or a revoked one.
    fn verdict(&self, person: PersonId, moderator: bool) -> Verdict {
        let talking = self.talkers().filter(|talker| *talker != person).count();
        match self.rules.policy {
            _ if self.is_muted(person) => Verdict::Deny(DenyCause::Muted),
            _ if self.is_waiting(person) => Verdict::Wait,
            FloorPolicy::Open if talking < limits::OPEN_TALKERS => Verdict::Talk,
            FloorPolicy::Open => Verdict::Deny(DenyCause::TooManyTalkers),
            FloorPolicy::Exclusive if self.turns.is_empty() => Verdict::Talk,
            FloorPolicy::Chair if self.turns.is_empty() && moderator => Verdict::Talk,
            policy => {
                let refuses = policy == FloorPolicy::Exclusive && self.rules.queue == QueueRule::Refuse;
                match self.talkers().next() {
                    _ if !refuses && self.queue.has_room() => Verdict::Wait,
                    Some(holder) => Verdict::Busy(holder),
                    None => Verdict::Deny(DenyCause::QueueFull),
                }
            }
        }
    }

    /// Begins a turn; one that this person has left is over, which happens in open rooms alone.
    fn grant(&mut self, now: Duration, to: PersonId, burst: u8, waited: bool, decisions: &mut Vec<FloorDecision>) {
        self.end_where(|turn| turn.person == to);
        let turn = Turn::new(to, burst, waited, now, &self.rules.times);
        decisions.push(FloorDecision::Grant { to, burst, remaining: turn.remaining(now) });
        self.turns.push(turn);
    }

    fn leave(&mut self, person: PersonId) {
        self.end_where(|turn| turn.person == person);
        self.queue.remove(person);
    }

    fn end_where(&mut self, ends: impl Fn(&Turn) -> bool) {
        for ended in self.turns.extract_if(.., |turn| ends(turn)) {
            self.talked.add(ended.person, ended.spoken());
        }
    }

    /// Gives the floor to those who are next.
    fn promote(&mut self, now: Duration, decisions: &mut Vec<FloorDecision>) {
        self.queue.sort(self.rules, &self.talked);
        let policy = self.rules.policy;
        while self.turns.is_empty() || (policy == FloorPolicy::Open && self.turns.len() < limits::OPEN_TALKERS) {
            let Some(next) = self.queue.pop(policy) else { break };
            self.grant(now, next.person, next.burst, true, decisions);
        }
    }

    /// Brings everything into the order in which it stays until something happens, and tells what has changed.
    fn settle(&mut self, now: Duration, decisions: &mut Vec<FloorDecision>) {
        self.promote(now, decisions);
        let holder = self.talkers().next();
        self.queue.tell(holder, decisions);
        let state = self.state();
        if state != self.shown {
            self.shown = state.clone();
            decisions.push(FloorDecision::Changed(state));
        }
    }
}

#[cfg(test)]
mod tests;
