//! Those who wait for a room's floor, in the order in which they get it.

use super::{FloorDecision, FloorPolicy, FloorRules, QueueRule, talked::Talked};
use crate::{ids::PersonId, limits};
use std::{cmp::Reverse, time::Duration};

/// Somebody who waits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiting {
    pub(super) person: PersonId,
    /// The press that waits.
    pub(super) burst: u8,
    /// Counts the askers of this room.
    asked: u64,
    moderator: bool,
    /// Whether a moderator has said that this person is next.
    given: bool,
    /// The position that this person was told last; `None` when the press is not answered yet.
    told: Option<u16>,
}

/// The queue; at most [`limits::FLOOR_QUEUE`] people, each once.
#[derive(Clone, Debug, Default)]
pub(super) struct Queue {
    waiting: Vec<Waiting>,
    asked: u64,
}

impl Queue {
    /// Who waits, the next one first.
    pub(super) fn people(&self) -> impl Iterator<Item = PersonId> {
        self.waiting.iter().map(|waiting| waiting.person)
    }

    /// Whether one more may wait.
    pub(super) fn has_room(&self) -> bool {
        self.waiting.len() < limits::FLOOR_QUEUE
    }

    /// Lets somebody wait. Whoever waits already keeps the place, now for this press, and is told it again.
    pub(super) fn join(&mut self, person: PersonId, burst: u8, moderator: bool) {
        if let Some(waiting) = self.find(person) {
            (waiting.burst, waiting.moderator, waiting.told) = (burst, moderator, None);
            return;
        }
        self.asked += 1;
        self.waiting.push(Waiting { person, burst, asked: self.asked, moderator, given: false, told: None });
    }

    /// Takes a place back that this press had.
    pub(super) fn withdraw(&mut self, person: PersonId, burst: u8) {
        self.waiting.retain(|waiting| waiting.person != person || waiting.burst != burst);
    }

    /// Takes somebody's place, whatever press it was for.
    pub(super) fn remove(&mut self, person: PersonId) -> Option<Waiting> {
        let place = self.waiting.iter().position(|waiting| waiting.person == person)?;
        Some(self.waiting.remove(place))
    }

    /// Makes somebody the next one, instead of whoever a moderator made so before; whether that person waits.
    pub(super) fn put_first(&mut self, person: PersonId) -> bool {
        let waits = self.people().any(|waiting| waiting == person);
        for waiting in self.waiting.iter_mut().filter(|_| waits) {
            waiting.given = waiting.person == person;
        }
        waits
    }

    /// Brings all into the order of the rules.
    pub(super) fn sort(&mut self, rules: FloorRules, talked: &Talked) {
        self.waiting.sort_by_key(|waiting| {
            let chairs = rules.policy == FloorPolicy::Chair && waiting.moderator;
            let by_silence = rules.queue == QueueRule::QuietestFirst;
            let talked = if by_silence { talked.by(waiting.person) } else { Duration::ZERO };
            (Reverse(waiting.given), Reverse(chairs), talked, waiting.asked)
        });
    }

    /// Takes the next one off who may have a free floor: with a chair, that is a moderator or whom one has chosen.
    pub(super) fn pop(&mut self, policy: FloorPolicy) -> Option<Waiting> {
        let next = self.waiting.first()?;
        let may = policy != FloorPolicy::Chair || next.given || next.moderator;
        may.then(|| self.waiting.remove(0))
    }

    /// Takes everybody off.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = Waiting> {
        self.waiting.drain(..)
    }

    /// Tells a position to those who don't know theirs.
    pub(super) fn tell(&mut self, holder: Option<PersonId>, decisions: &mut Vec<FloorDecision>) {
        for (position, waiting) in (1..).zip(&mut self.waiting) {
            if waiting.told.replace(position) != Some(position) {
                let (to, burst) = (waiting.person, waiting.burst);
                decisions.push(FloorDecision::Queue { to, burst, position, holder });
            }
        }
    }

    fn find(&mut self, person: PersonId) -> Option<&mut Waiting> {
        self.waiting.iter_mut().find(|waiting| waiting.person == person)
    }
}
