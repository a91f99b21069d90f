//! How much sound the ring of a speaker has to hold: as little as the device's calls and our own lateness allow.
//!
//! At each call the device takes so many frames; until the next one the voice thread fills up again. So the ring has to
//! hold what one call takes, and on top some slack for the case that the thread, or the call, comes at another time.
//! How much of the slack was needed is seen by what the calls leave in the ring: it shrinks while they leave more than
//! enough, and grows when they leave little, before the ring runs dry. Shrinking until it does would be heard.

use std::time::Duration;

/// Slack at the start: what a thread is late by on a machine that is not busy.
const FIRST_SLACK_US: u32 = 3_000;
/// Least slack: the grain of the system's timers.
const LEAST_SLACK_US: u32 = 2_000;
/// Most slack: on a machine that is later than this, more delay would not be of help.
const MOST_SLACK_US: u32 = 40_000;
/// What an underrun adds.
const GROWTH_US: u32 = 3_000;
/// What a call adds that leaves less than [`LITTLE_US`], and what many that leave [`ENOUGH_US`] take away.
const STEP_US: u32 = 500;
/// A call that leaves less was nearly too late.
const LITTLE_US: u32 = 1_000;
/// With so much left by each call, a step less still leaves more than [`LITTLE_US`].
const ENOUGH_US: u32 = 2_000;
/// Half of the time over which what was left counts. What makes a thread late comes once a minute, or less often.
const LEFT_INTERVAL: Duration = Duration::from_secs(60);
/// Half of the time over which the largest call counts. A device asks for more at once when it starts.
const CALLS_INTERVAL: Duration = Duration::from_secs(2);

/// What the device's calls were like since the last time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Calls {
    /// Frames of the largest one; 0 when there was none.
    pub(super) largest: u32,
    /// The fewest frames that one of them left in the ring, while sound was meant to come.
    pub(super) least_left: Option<u32>,
    /// All of them so far that found too little.
    pub(super) underruns: u64,
}

/// See the [module's description](self).
#[derive(Debug)]
pub(super) struct FillLevel {
    rate_hz: u32,
    /// The largest call of the current interval and of the one before, in frames.
    largest_calls: [u32; 2],
    interval_began: Duration,
    slack_us: u32,
    underruns: u64,
    /// The fewest frames left in the current interval and in the one before, at the slack of now; without a call of
    /// the right kind there is none.
    least_left: [Option<u32>; 2],
    left_began: Duration,
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
            least_left: [None; 2],
            left_began: Duration::ZERO,
        }
    }

    /// Takes in what happened since the last time.
    pub(super) fn note(&mut self, calls: Calls, now: Duration) {
        self.note_largest(calls.largest, now);
        self.least_left[0] = [self.least_left[0], calls.least_left].into_iter().flatten().min();
        if calls.underruns > self.underruns {
            self.underruns = calls.underruns;
            self.set_slack(self.slack_us + GROWTH_US, now);
        } else if self.least_left[0].is_some_and(|left| left < self.frames_in(LITTLE_US)) {
            self.set_slack(self.slack_us + STEP_US, now);
        } else if now.saturating_sub(self.left_began) >= LEFT_INTERVAL {
            match self.least_left {
                [Some(new), Some(old)] if new.min(old) >= self.frames_in(ENOUGH_US) => {
                    self.set_slack(self.slack_us.saturating_sub(STEP_US), now);
                }
                [new, _] => (self.least_left, self.left_began) = ([None, new], now),
            }
        }
    }

    fn note_largest(&mut self, largest: u32, now: Duration) {
        if now.saturating_sub(self.interval_began) >= CALLS_INTERVAL && largest > 0 {
            self.largest_calls = [0, self.largest_calls[0]];
            self.interval_began = now;
        }
        self.largest_calls[0] = self.largest_calls[0].max(largest);
    }

    /// What was left with another slack tells nothing of this one.
    fn set_slack(&mut self, slack_us: u32, now: Duration) {
        self.slack_us = slack_us.clamp(LEAST_SLACK_US, MOST_SLACK_US);
        (self.least_left, self.left_began) = ([None; 2], now);
    }

    fn frames_in(&self, micros: u32) -> u32 {
        u32::try_from(u64::from(self.rate_hz) * u64::from(micros) / 1_000_000).unwrap_or(u32::MAX)
    }

    /// Frames that the ring should hold now.
    pub(super) fn frames(&self) -> usize {
        let call = self.largest_calls[0].max(self.largest_calls[1]);
        call as usize + self.frames_in(self.slack_us) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    const fn calls(largest: u32, least_left: u32, underruns: u64) -> Calls {
        Calls { largest, least_left: Some(least_left), underruns }
    }

    /// A level after so many seconds in which calls left so many milliseconds of sound.
    fn after(level: &mut FillLevel, from_s: u64, seconds: u64, left_ms: u32) -> usize {
        (0..seconds).for_each(|s| level.note(calls(256, 48 * left_ms, level.underruns), ms(1000 * (from_s + s))));
        level.frames()
    }

    #[test]
    fn a_large_first_call_is_forgotten() {
        let mut level = FillLevel::new(48_000, 256);
        level.note(calls(1024, 100, 0), ms(10));
        assert_eq!(level.frames(), 1024 + 144);
        (1..300).for_each(|n| level.note(calls(256, 100, 0), ms(20 * n)));
        assert_eq!(level.frames(), 256 + 144);
    }

    #[test]
    fn underruns_make_it_grow_up_to_a_limit() {
        let mut level = FillLevel::new(48_000, 480);
        level.note(calls(480, 100, 1), ms(5));
        assert_eq!(level.frames(), 480 + 288);
        (2..100).for_each(|underruns| level.note(calls(480, 0, underruns), ms(5 * underruns)));
        assert_eq!(level.frames(), 480 + 1920);
    }

    #[test]
    fn what_calls_leave_moves_it_before_it_is_heard() {
        let mut level = FillLevel::new(48_000, 256);
        assert_eq!(after(&mut level, 0, 100, 2), 256 + 144, "one interval says too little");
        assert_eq!(after(&mut level, 100, 400, 2), 256 + 96, "it shrinks to the least");
        level.note(calls(256, 47, 0), ms(501_000));
        assert_eq!(level.frames(), 256 + 120, "one call that came late makes it grow by a step");
        assert_eq!(after(&mut level, 502, 600, 1), 256 + 120, "enough to stay, too little to shrink");
        level.note(calls(256, 0, 0), ms(1_200_000));
        level.note(calls(256, 0, 0), ms(1_200_010));
        assert_eq!(level.frames(), 256 + 168);
    }

    #[test]
    fn a_device_that_does_not_call_keeps_its_level() {
        let mut level = FillLevel::new(48_000, 256);
        level.note(calls(512, 100, 0), ms(1));
        (1..300).for_each(|n| level.note(Calls::default(), ms(1_000 * n)));
        assert_eq!(level.frames(), 512 + 144);
    }
}
