//! How long each person has talked in a room: what [`super::QueueRule::QuietestFirst`] goes by.

use crate::ids::PersonId;
use std::{collections::BTreeMap, time::Duration};

/// Most people that are remembered: more than a usual server holds. Beyond it, whoever has talked least is forgotten,
/// which changes the least: a person who is not known has talked for no time at all.
const REMEMBERED: usize = 256;

/// Talk times of a room. They outlast walking out, so that nobody gets ahead by coming back.
#[derive(Clone, Debug, Default)]
pub(super) struct Talked(BTreeMap<PersonId, Duration>);

impl Talked {
    /// How long this person has talked so far.
    pub(super) fn by(&self, person: PersonId) -> Duration {
        self.0.get(&person).copied().unwrap_or_default()
    }

    /// Adds a turn.
    pub(super) fn add(&mut self, person: PersonId, time: Duration) {
        if time.is_zero() {
            return;
        }
        *self.0.entry(person).or_default() += time;
        if self.0.len() > REMEMBERED {
            let least = self.0.iter().min_by_key(|(_, time)| **time).map(|(person, _)| *person);
            least.and_then(|person| self.0.remove(&person));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_add_up_and_the_quietest_is_forgotten_first() {
        let mut talked = Talked::default();
        for number in 0..=REMEMBERED as u32 {
            talked.add(PersonId(number), Duration::from_secs(if number == 7 { 1 } else { 2 }));
            talked.add(PersonId(number), Duration::from_secs(1));
        }
        assert_eq!(talked.by(PersonId(7)), Duration::ZERO);
        assert_eq!(talked.by(PersonId(8)), Duration::from_secs(3));
        assert_eq!(talked.0.len(), REMEMBERED);
    }
}
