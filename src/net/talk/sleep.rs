//! Notices that the machine was asleep: the wall clock went on while the session's clock stood still.

use super::key::LONGEST_GAP;
use std::time::{Instant, SystemTime};

/// Compares the two clocks. A wall clock that is set forward by hand looks the same; that costs a turn, no more.
#[derive(Clone, Copy, Debug, Default)]
pub struct SleepWatch {
    last: Option<(SystemTime, Instant)>,
}

impl SleepWatch {
    /// Takes both clocks; whether the machine slept for [`LONGEST_GAP`] or longer since the last look.
    pub fn look(&mut self, wall: SystemTime, now: Instant) -> bool {
        let Some((last_wall, last)) = self.last.replace((wall, now)) else { return false };
        // Clocks that are set back tell nothing.
        let by_wall = wall.duration_since(last_wall).unwrap_or_default();
        by_wall.saturating_sub(now.saturating_duration_since(last)) >= LONGEST_GAP
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn only_a_wall_clock_that_ran_ahead_is_a_sleep() {
        let (wall, now) = (SystemTime::now(), Instant::now());
        let seconds = Duration::from_secs;
        let table = [
            ("both went on", seconds(10), seconds(10), false),
            ("a nap too short to matter", seconds(2), seconds(0), false),
            ("asleep", seconds(3600), Duration::from_millis(33), true),
            ("a stuck session, which the key notices itself", seconds(10), seconds(9), false),
        ];
        for (name, by_wall, by_clock, slept) in table {
            let mut watch = SleepWatch::default();
            assert!(!watch.look(wall, now));
            assert_eq!(watch.look(wall + by_wall, now + by_clock), slept, "{name}");
        }
        let mut watch = SleepWatch::default();
        watch.look(wall, now);
        assert!(!watch.look(wall - seconds(3600), now), "set back");
    }
}
