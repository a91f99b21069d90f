//! How fast a transfer goes, evened out over a few seconds.

use std::time::{Duration, Instant};

/// The time after which an older pace counts half as much.
const HALF: Duration = Duration::from_secs(2);

/// A pace that is measured from how much is there at which time.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rate {
    last: Option<(Instant, u64)>,
    per_second: Option<f64>,
}

impl Rate {
    /// So much is there at `now`.
    pub(super) fn note(&mut self, done: u64, now: Instant) {
        if let Some((then, before)) = self.last {
            let passed = now.saturating_duration_since(then).as_secs_f64();
            if passed <= 0.0 {
                return;
            }
            let pace = done.saturating_sub(before) as f64 / passed;
            let kept = 0.5_f64.powf(passed / HALF.as_secs_f64());
            self.per_second = Some(self.per_second.map_or(pace, |old| old * kept + pace * (1.0 - kept)));
        }
        self.last = Some((now, done));
    }

    /// Bytes in a second.
    pub(super) fn per_second(&self) -> f64 {
        self.per_second.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_even_pace_is_told_as_it_is_and_a_change_in_a_few_seconds() {
        let (start, mut rate) = (Instant::now(), Rate::default());
        let quarter = |n: u32| start + Duration::from_millis(250) * n;
        (0..8).for_each(|n| rate.note(u64::from(n) * 250, quarter(n)));
        assert!((rate.per_second() - 1000.0).abs() < 1.0);
        (8..16).for_each(|n| rate.note(1750, quarter(n)));
        assert!((450.0..550.0).contains(&rate.per_second()), "{rate:?}");
    }

    #[test]
    fn what_is_resumed_does_not_count_as_carried() {
        let (start, mut rate) = (Instant::now(), Rate::default());
        rate.note(1_000_000, start);
        rate.note(1_000_100, start + Duration::from_secs(1));
        assert!((rate.per_second() - 100.0).abs() < 1.0);
    }
}
