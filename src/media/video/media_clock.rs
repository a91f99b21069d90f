//! The media clock: what pictures and voice of one sender are told by, so that they can be shown together.

use std::time::Duration;

/// Samples of the media clock in a second.
pub const MEDIA_HZ: u32 = 48_000;

/// A clock in samples at [`MEDIA_HZ`] that wraps, tied to the clock of pictures: it stood at `media_time` when that showed `at`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaClock {
    /// Samples.
    pub media_time: u32,
    /// When.
    pub at: Duration,
}

impl MediaClock {
    /// Where it stands at `now`, before or after `at`.
    #[must_use]
    pub fn media_time_at(self, now: Duration) -> u32 {
        if now >= self.at {
            self.media_time.wrapping_add(samples(now - self.at))
        } else {
            self.media_time.wrapping_sub(samples(self.at - now))
        }
    }

    /// When it stands at `media_time`: what is nearest to `at`. 0 for what was before the clock of moments started.
    #[must_use]
    pub fn when(self, media_time: u32) -> Duration {
        let ahead = media_time.wrapping_sub(self.media_time) as i32;
        let distance = Duration::from_micros(u64::from(ahead.unsigned_abs()) * 1_000_000 / u64::from(MEDIA_HZ));
        if ahead >= 0 { self.at + distance } else { self.at.saturating_sub(distance) }
    }
}

/// How many samples of the media clock so much time is; wraps.
fn samples(time: Duration) -> u32 {
    (time.as_micros() * u128::from(MEDIA_HZ) / 1_000_000) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_media_clock_goes_both_ways_and_wraps() {
        let clock = MediaClock { media_time: 100, at: Duration::from_secs(10) };
        assert_eq!(clock.media_time_at(Duration::from_secs(11)), 48_100);
        assert_eq!(clock.media_time_at(Duration::from_millis(9_990)), 100u32.wrapping_sub(480));
        for millis in [9_000, 10_000, 10_500, 70_000] {
            let now = Duration::from_millis(millis);
            assert_eq!(clock.when(clock.media_time_at(now)), now);
        }
    }
}
