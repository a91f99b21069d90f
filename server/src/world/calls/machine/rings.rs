//! How often one rings another.

use hallway_protocol::{limits, owner::OwnerId};
use std::{collections::VecDeque, time::Duration};

/// Most rings remembered. Five hundred people who ring without a pause, as fast as they are let, come to it in half a
/// minute; then the oldest are forgotten, and only those who wait longest between two rings gain by it.
const MOST: usize = 8192;

/// The rings of the last [`limits::CALL_RINGS_WITHIN`], the oldest first. People are known by owner, since a number
/// lasts no longer than a sign-in.
#[derive(Debug, Default)]
pub(super) struct RingLog(VecDeque<Ring>);

#[derive(Debug)]
struct Ring {
    from: OwnerId,
    to: OwnerId,
    at: Duration,
}

impl RingLog {
    /// Notes a ring, if one more is allowed.
    pub(super) fn ring(&mut self, now: Duration, from: OwnerId, to: OwnerId) -> bool {
        while self.0.front().is_some_and(|ring| now >= ring.at + limits::CALL_RINGS_WITHIN) {
            self.0.pop_front();
        }
        let rung = self.0.iter().filter(|ring| (ring.from, ring.to) == (from, to)).count();
        if rung >= limits::CALL_RINGS {
            return false;
        }
        if self.0.len() >= MOST {
            self.0.pop_front();
        }
        self.0.push_back(Ring { from, to, at: now });
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hallway_protocol::owner::OwnerKey;

    fn owner(number: u16) -> OwnerId {
        let mut key = [0; 32];
        key[..2].copy_from_slice(&number.to_le_bytes());
        OwnerKey::new(key).id()
    }

    #[test]
    fn the_fourth_ring_within_ten_minutes_is_not_allowed_and_each_direction_counts_alone() {
        let mut rings = RingLog::default();
        let minute = Duration::from_secs(60);
        let (ann, bob, cleo) = (owner(1), owner(2), owner(3));
        assert!((0..3).all(|n| rings.ring(minute * n, ann, bob)));
        assert!(!rings.ring(minute * 9, ann, bob));
        assert!(rings.ring(minute * 9, bob, ann) && rings.ring(minute * 9, ann, cleo));
        assert!(rings.ring(minute * 10, ann, bob), "the first is ten minutes old");
        assert!(!rings.ring(minute * 10, ann, bob));
    }

    #[test]
    fn memory_is_bounded() {
        let mut rings = RingLog::default();
        for number in 0..=u16::try_from(MOST).unwrap() {
            assert!(rings.ring(Duration::ZERO, owner(number), owner(number + 1)));
        }
        assert_eq!(rings.0.len(), MOST);
        assert!(rings.ring(limits::CALL_RINGS_WITHIN, owner(1), owner(2)));
        assert_eq!(rings.0.len(), 1);
    }
}
