//! Where people stood whose link was lost, so that they are there again when they come back.

use bevy::prelude::Resource;
use hallway_protocol::{
    ids::RoomId,
    map::Point,
    names::{DisplayName, NameKey},
    owner::OwnerId,
};
use std::{collections::VecDeque, time::Duration};

/// How long a place is kept: whoever takes longer starts anew, and would be surprised to be in the midst of people.
const KEPT_FOR: Duration = Duration::from_secs(5 * 60);
/// Most places kept: five times the people of a large server. Beyond it the oldest is forgotten.
const MOST: usize = 1024;

/// A place where somebody stood.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct LostPlace {
    pub(super) at: Point,
    /// The room that was there; another one may be by now.
    pub(super) room: Option<RoomId>,
}

/// The places of those who were lost, not of those who signed out. A person is known by owner and name, since several
/// people may use one client's folder at once.
#[derive(Resource, Default)]
pub(super) struct LostPlaces(VecDeque<Kept>);

struct Kept {
    person: (OwnerId, NameKey),
    place: LostPlace,
    since: Duration,
}

impl LostPlaces {
    /// Keeps somebody's place.
    pub(super) fn keep(&mut self, owner: OwnerId, name: &DisplayName, place: LostPlace, now: Duration) {
        let person = (owner, name.key());
        self.0.retain(|kept| kept.person != person && now < kept.since + KEPT_FOR);
        if self.0.len() >= MOST {
            self.0.pop_front();
        }
        self.0.push_back(Kept { person, place, since: now });
    }

    /// Gives somebody's place back, once.
    pub(super) fn take(&mut self, owner: OwnerId, name: &DisplayName, now: Duration) -> Option<LostPlace> {
        let person = (owner, name.key());
        let number = self.0.iter().position(|kept| kept.person == person)?;
        let kept = self.0.remove(number)?;
        (now < kept.since + KEPT_FOR).then_some(kept.place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hallway_protocol::owner::OwnerKey;

    const PLACE: LostPlace = LostPlace { at: Point { x: 1.5, y: 2.5 }, room: Some(RoomId(1)) };

    fn owner(number: u8) -> OwnerId {
        OwnerKey::new([number; 32]).id()
    }

    fn name(name: &str) -> DisplayName {
        DisplayName::new(name).unwrap()
    }

    #[test]
    fn a_place_is_given_back_once_to_the_one_who_stood_there() {
        let mut places = LostPlaces::default();
        places.keep(owner(1), &name("Ann"), PLACE, Duration::ZERO);
        assert_eq!(places.take(owner(2), &name("Ann"), Duration::ZERO), None);
        assert_eq!(places.take(owner(1), &name("Ann 2"), Duration::ZERO), None);
        assert_eq!(places.take(owner(1), &name("ANN"), Duration::ZERO), Some(PLACE));
        assert_eq!(places.take(owner(1), &name("Ann"), Duration::ZERO), None);
    }

    #[test]
    fn a_place_is_kept_for_its_time() {
        let mut places = LostPlaces::default();
        for (taken_at, expected) in [(KEPT_FOR - Duration::from_millis(1), Some(PLACE)), (KEPT_FOR, None)] {
            places.keep(owner(1), &name("Ann"), PLACE, Duration::ZERO);
            assert_eq!(places.take(owner(1), &name("Ann"), taken_at), expected);
        }
    }

    #[test]
    fn the_newest_places_are_kept_and_the_oldest_go() {
        let mut places = LostPlaces::default();
        for number in 0..=MOST {
            places.keep(owner(1), &name(&number.to_string()), PLACE, Duration::ZERO);
        }
        assert_eq!(places.0.len(), MOST);
        assert_eq!(places.take(owner(1), &name("0"), Duration::ZERO), None);
        assert_eq!(places.take(owner(1), &name(&MOST.to_string()), Duration::ZERO), Some(PLACE));
        places.keep(owner(1), &name("late"), PLACE, KEPT_FOR);
        assert_eq!(places.0.len(), 1, "what nobody came back to is still there");
    }
}
