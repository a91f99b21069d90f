//! How people are to be heard: their volume, and their place in the room.

use crate::media::voice::space::Ears;
use hallway_protocol::ids::PersonId;
use std::collections::BTreeMap;

/// Most people whose volume or place is remembered; a server holds half as many.
pub(super) const MOST_REMEMBERED: usize = 1024;
/// Largest gain of one person, and of one ear.
const LARGEST_GAIN: f32 = 2.0;

/// How one person is to be heard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Wish {
    pub(super) volume: f32,
    pub(super) ears: Ears,
}

impl Default for Wish {
    fn default() -> Self {
        Self { volume: 1.0, ears: Ears::CENTRE }
    }
}

impl Wish {
    /// Where the person stands.
    pub(super) fn in_the_room(self) -> Ears {
        Ears { left: self.volume * self.ears.left, right: self.volume * self.ears.right }
    }

    /// From the middle.
    pub(super) fn in_the_call(self) -> Ears {
        Self { ears: Ears::CENTRE, ..self }.in_the_room()
    }
}

/// The wishes about people who are not to be heard as they come.
#[derive(Debug, Default)]
pub(super) struct Wishes(BTreeMap<PersonId, Wish>);

impl Wishes {
    pub(super) fn of(&self, person: PersonId) -> Wish {
        self.0.get(&person).copied().unwrap_or_default()
    }

    /// These gains for the two ears, each 0.0 to 2.0. Answers the whole wish.
    pub(super) fn set_ears(&mut self, person: PersonId, ears: Ears) -> Wish {
        let ears = Ears { left: gain(ears.left), right: gain(ears.right) };
        self.set(person, Wish { ears, ..self.of(person) })
    }

    /// This volume, 0.0 to 2.0. Answers the whole wish.
    pub(super) fn set_volume(&mut self, person: PersonId, volume: f32) -> Wish {
        self.set(person, Wish { volume: gain(volume), ..self.of(person) })
    }

    fn set(&mut self, person: PersonId, wish: Wish) -> Wish {
        if wish == Wish::default() {
            self.0.remove(&person);
        } else if self.0.contains_key(&person) || self.0.len() < MOST_REMEMBERED {
            self.0.insert(person, wish);
        }
        wish
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

/// A gain from elsewhere, within bounds; 1.0 for what is no number.
fn gain(gain: f32) -> f32 {
    if gain.is_nan() { 1.0 } else { gain.clamp(0.0, LARGEST_GAIN) }
}
