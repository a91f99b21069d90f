//! A token bucket on a clock that is handed in.

use std::time::Duration;

/// Lets through `per_second` things a second in the long run, and `burst` at once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TokenBucket {
    tokens: f64,
    filled_at: Duration,
}

impl TokenBucket {
    /// A full bucket.
    #[must_use]
    pub fn full(burst: f64, now: Duration) -> Self {
        Self { tokens: burst, filled_at: now }
    }

    /// Takes one token, if there is one.
    pub fn take(&mut self, per_second: f64, burst: f64, now: Duration) -> bool {
        let filled = now.saturating_sub(self.filled_at).as_secs_f64() * per_second;
        self.tokens = (self.tokens + filled).min(burst);
        self.filled_at = self.filled_at.max(now);
        let enough = self.tokens >= 1.0;
        self.tokens -= if enough { 1.0 } else { 0.0 };
        enough
    }

    /// Whether nothing was taken for so long that the bucket has filled up, so that it need not be kept.
    #[must_use]
    pub fn is_full(&self, per_second: f64, burst: f64, now: Duration) -> bool {
        self.tokens + now.saturating_sub(self.filled_at).as_secs_f64() * per_second >= burst
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn never_more_than_burst_and_rate(gaps_ms in proptest::collection::vec(0_u64..50, 1..400)) {
            let (rate, burst) = (100.0, 20.0);
            let mut bucket = TokenBucket::full(burst, Duration::ZERO);
            let (mut now, mut taken) = (Duration::ZERO, 0_u32);
            for gap in gaps_ms {
                now += Duration::from_millis(gap);
                taken += u32::from(bucket.take(rate, burst, now));
                prop_assert!(f64::from(taken) <= burst + rate * now.as_secs_f64() + 1e-6);
            }
        }
    }

    #[test]
    fn an_empty_bucket_fills_again() {
        let mut bucket = TokenBucket::full(1.0, Duration::ZERO);
        assert!(bucket.take(10.0, 1.0, Duration::ZERO));
        assert!(!bucket.take(10.0, 1.0, Duration::from_millis(50)));
        assert!(bucket.take(10.0, 1.0, Duration::from_millis(120)));
        assert!(bucket.is_full(10.0, 1.0, Duration::from_secs(1)));
    }
}
