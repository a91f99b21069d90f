//! When the pictures of what is no real camera are due.

use std::time::{Duration, Instant};

/// Beats at an even rate. Beats that nobody came for are left out, as a camera drops pictures.
#[derive(Clone, Debug)]
pub(super) struct Pace {
    started: Instant,
    /// Beats in `per` seconds.
    beats: u64,
    per: u64,
    next: u64,
}

impl Pace {
    /// `beats` in `per` seconds, the first of them at `started`. Neither may be 0.
    pub(super) fn new(started: Instant, beats: u32, per: u32) -> Self {
        Self { started, beats: u64::from(beats.max(1)), per: u64::from(per.max(1)), next: 0 }
    }

    /// The number of the next beat that is not over yet, and when it is.
    pub(super) fn next(&mut self, now: Instant) -> (u64, Instant) {
        let number = self.next.max(self.number_at(now));
        self.next = number + 1;
        (number, self.started + self.time_of(number))
    }

    /// Which beat is on at a moment: the newest one whose time has come.
    fn number_at(&self, now: Instant) -> u64 {
        let passed = now.saturating_duration_since(self.started).as_nanos();
        let number = passed * u128::from(self.beats) / (u128::from(self.per) * NANOS);
        u64::try_from(number).unwrap_or(u64::MAX - 1)
    }

    fn time_of(&self, number: u64) -> Duration {
        let nanos = (u128::from(number) * u128::from(self.per) * NANOS).div_ceil(u128::from(self.beats));
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

const NANOS: u128 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beats_come_evenly_and_missed_ones_are_left_out() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let mut pace = Pace::new(start, 10, 1);
        assert_eq!(pace.next(start), (0, start));
        assert_eq!(pace.next(start), (1, at(100)));
        assert_eq!(pace.next(at(101)), (2, at(200)));
        // Half a second away: beats 3 to 6 are gone, 7 is on.
        assert_eq!(pace.next(at(750)), (7, at(700)));
        assert_eq!(pace.next(at(750)), (8, at(800)));
    }

    #[test]
    fn a_rate_that_is_not_whole_does_not_drift() {
        let start = Instant::now();
        let mut pace = Pace::new(start, 30_000, 1001);
        let last = (0..30_001).map(|_| pace.next(start)).last().unwrap();
        assert_eq!(last, (30_000, start + Duration::from_secs(1001)));
    }
}
