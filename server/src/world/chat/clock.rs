//! The time that messages carry.

use bevy::prelude::Resource;
use std::time::{SystemTime, UNIX_EPOCH};

/// The system's clock, which may be set back; what this gives never goes back.
#[derive(Resource, Default)]
pub(super) struct WallClock {
    last_ms: i64,
}

impl WallClock {
    /// Milliseconds since the Unix epoch, not before what was given last.
    pub(super) fn now_ms(&mut self) -> i64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        self.not_before(i64::try_from(now).unwrap_or(i64::MAX))
    }

    fn not_before(&mut self, now_ms: i64) -> i64 {
        self.last_ms = self.last_ms.max(now_ms);
        self.last_ms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_stands_still_while_the_clock_is_set_back() {
        let mut clock = WallClock::default();
        assert_eq!([5, 9, 3, 9, 12].map(|now| clock.not_before(now)), [5, 9, 9, 9, 12]);
        assert!(clock.now_ms() > 1_700_000_000_000);
    }
}
