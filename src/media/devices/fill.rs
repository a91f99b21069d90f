//! How much sound the ring of a speaker has to hold: as little as the device's calls and our own lateness allow.
//!
//! At each call the device takes so many frames; until the next one the voice thread fills up again. So the ring has to
//! hold what one call takes, and on top some slack for the case that the thread comes late. The slack grows with every
//! underrun, and shrinks slowly while there is none.

use std::time::Duration;

/// Slack at the start: what a thread is late by on a machine that is not busy.
const FIRST_SLACK_US: u32 = 3_000;
/// Least slack: the grain of the system's timers.
const LEAST_SLACK_US: u32 = 2_000;
/// Most slack: on a machine that is later than this, more delay would not be of help.
const MOST_SLACK_US: u32 = 40_000;
/// What an underrun adds.
const GROWTH_US: u32 = 3_000;
/// What a quiet [`SHRINK_INTERVAL`] takes away.
const SHRINK_US: u32 = 500;
/// How long no underrun has to have happened before the slack shrinks by a step.
const SHRINK_INTERVAL: Duration = Duration::from_secs(10);
/// Half of the time over which the largest call counts. A device asks for more at once when it starts.
const CALLS_INTERVAL: Duration = Duration::from_secs(2);

/// See the [module's description](self).
#[derive(Debug)]
pub(super) struct FillLevel {
    rate_hz: u32,
    /// The largest call of the current interval and of the one before, in frames.
    largest_calls: [u32; 2],
    interval_began: Duration,
    slack_us: u32,
    underruns: u64,
    changed_at: Duration,
}

impl FillLevel {
    /// For a device of that rate of which calls of so many frames are expected.
    pub(super) fn new(rate_hz: u32, call_frames: u32) -> Self {
        Self {
            rate_hz,
            largest_calls: [call_frames, 0],
            interval_began: Duration::ZERO,
            slack_us: FIRST_SLACK_US,
            underruns: 0,
            changed_at: Duration::ZERO,
        }
    }

    /// Takes in what happened since the last time: the frames of the largest call (0 when there was none), and all
    /// underruns so far.
    pub(super) fn note(&mut self, largest_call: u32, underruns: u64, now: Duration) {
        if now.saturating_sub(self.interval_began) >= CALLS_INTERVAL && largest_call > 0 {
            self.largest_calls = [0, self.largest_calls[0]];
            self.interval_began = now;
        }
        self.largest_calls[0] = self.largest_calls[0].max(largest_call);
        if underruns > self.underruns {
            self.underruns = underruns;
            self.slack_us = (self.slack_us + GROWTH_US).min(MOST_SLACK_US);
            self.changed_at = now;
        } else if now.saturating_sub(self.changed_at) >= SHRINK_INTERVAL {
            self.slack_us = self.slack_us.saturating_sub(SHRINK_US).max(LEAST_SLACK_US);
            self.changed_at = now;
        }
    }

    /// Frames that the ring should hold now.
    pub(super) fn frames(&self) -> usize {
        let slack = u64::from(self.rate_hz) * u64::from(self.slack_us) / 1_000_000;
        let call = self.largest_calls[0].max(self.largest_calls[1]);
        call as usize + slack as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn a_large_first_call_is_forgotten() {
        let mut level = FillLevel::new(48_000, 256);
        level.note(1024, 0, ms(10));
        assert_eq!(level.frames(), 1024 + 144);
        (1..300).for_each(|n| level.note(256, 0, ms(20 * n)));
        assert_eq!(level.frames(), 256 + 144);
    }

    #[test]
    fn underruns_make_it_grow_up_to_a_limit_and_quiet_times_make_it_shrink() {
        let mut level = FillLevel::new(48_000, 480);
        level.note(480, 1, ms(5));
        assert_eq!(level.frames(), 480 + 288);
        (2..100).for_each(|underruns| level.note(480, underruns, ms(5 * underruns)));
        assert_eq!(level.frames(), 480 + 1920);
        (1..100).for_each(|n| level.note(480, 99, ms(10_000 * n)));
        assert_eq!(level.frames(), 480 + 96);
    }

    #[test]
    fn a_device_that_does_not_call_keeps_its_level() {
        let mut level = FillLevel::new(48_000, 256);
        level.note(512, 0, ms(1));
        (1..10).for_each(|n| level.note(0, 0, ms(1_000 * n)));
        assert_eq!(level.frames(), 512 + 144);
    }
}
