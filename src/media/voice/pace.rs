//! Whether a speaker's sound is played too long after it came, or too soon: the wish to shorten or lengthen it.
//!
//! Clocks drift, the target delay changes, and a heap of pre-roll or a spike of the network leaves more sound behind than
//! is needed. All of it shows in one number: the delay at which packets are played, against the target. The least delay
//! of the last moments counts, because that is the one at which a packet would be missed; so neither the steps in which
//! a device takes sound nor a thread that is woken late looks like a change.

use super::delay::{TICKS_PER_MS, distance};

/// Half of the time over which the least delay counts.
const HALF_WINDOW_TICKS: i32 = 150 * TICKS_PER_MS;
/// Excess from which sound is shortened: the shortest pitch period. A whole period must fit, so nothing shorter helps.
const EXCESS_TICKS: i32 = 5 * TICKS_PER_MS / 2;
/// Lack from which sound is lengthened: what the target, which goes in steps, has to spare.
const LACK_TICKS: i32 = TICKS_PER_MS;
/// How far lengthening may go over the target: the longest common pitch period of a low voice. Shortening never goes
/// below it, so the two don't take turns.
const OVERSHOOT_TICKS: i32 = 10 * TICKS_PER_MS;
/// Excess that is worked off without rest: about a packet.
const HURRY_TICKS: i32 = 25 * TICKS_PER_MS;
/// The first moments of a burst are left as they are: a first consonant is easily spoilt.
const HEAD_TICKS: i32 = 60 * TICKS_PER_MS;
/// Time between two changes that are in no hurry: few enough to go unheard.
const REST_TICKS: i32 = 200 * TICKS_PER_MS;

/// What would bring the delay to the target. Lengths are in ticks, which are samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Nothing is to be done.
    Keep,
    /// The sound may be shortened by so much at most.
    Faster {
        /// Most ticks to take out.
        by: u32,
        /// Whether there is so much too much that a small flaw is the lesser evil.
        hurry: bool,
    },
    /// The sound may be lengthened by so much at most.
    Slower {
        /// Most ticks to put in.
        by: u32,
    },
}

/// See the [module's description](self).
#[derive(Debug, Default)]
pub(super) struct PaceKeeper {
    /// The least delay in the current half of the window, and in the one before.
    least: [Option<i32>; 2],
    half_began: u32,
    /// When the sound began.
    began: u32,
    /// When the last packet was played.
    noted_at: u32,
    /// When the sound was stretched last, unless it is long ago.
    stretched_at: Option<u32>,
}

impl PaceKeeper {
    /// A packet is played at `at` with this delay over the fastest way.
    pub(super) fn note(&mut self, delay: i32, at: u32) {
        let passed = distance(self.half_began, at).unsigned_abs();
        if passed >= HALF_WINDOW_TICKS.unsigned_abs() {
            let is_recent = passed < 2 * HALF_WINDOW_TICKS.unsigned_abs();
            self.least = [None, self.least[0].filter(|_| is_recent)];
            self.half_began = at;
        }
        if self.stretched_at.is_some_and(|then| distance(then, at).unsigned_abs() >= REST_TICKS.unsigned_abs()) {
            self.stretched_at = None;
        }
        self.noted_at = at;
        self.least[0] = Some(self.least[0].map_or(delay, |least| least.min(delay)));
    }

    /// The least delay of the last moments, in ticks.
    pub(super) fn delay(&self) -> Option<i32> {
        self.least.into_iter().flatten().min()
    }

    /// What would bring the delay to `target`.
    pub(super) fn pace(&self, target: i32) -> Pace {
        let Some(delay) = self.delay() else { return Pace::Keep };
        if distance(self.began, self.noted_at) < HEAD_TICKS {
            return Pace::Keep;
        }
        let excess = delay - target;
        let hurry = excess >= HURRY_TICKS;
        let is_settled = self.least[1].is_some() && self.stretched_at.is_none();
        if excess >= EXCESS_TICKS && (hurry || is_settled) {
            Pace::Faster { by: excess.unsigned_abs(), hurry }
        } else if excess <= -LACK_TICKS && is_settled {
            Pace::Slower { by: (OVERSHOOT_TICKS - excess).unsigned_abs() }
        } else {
            Pace::Keep
        }
    }

    /// The sound was lengthened by so many ticks at `at`, or shortened by minus so many.
    pub(super) fn stretched(&mut self, by: i32, at: u32) {
        for least in self.least.iter_mut().flatten() {
            *least += by;
        }
        self.stretched_at = Some(at);
    }

    /// Playing was broken off: what was noted holds no longer.
    pub(super) fn begin(&mut self, at: u32) {
        *self = Self { half_began: at, began: at, noted_at: at, ..Self::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: i32 = TICKS_PER_MS;

    /// Packets every 20 ms from `from` on, played with these delays, in milliseconds.
    fn played(keeper: &mut PaceKeeper, from: u32, delays: &[i32]) -> u32 {
        let mut at = from;
        for delay in delays {
            keeper.note(delay * MS, at);
            at += 960;
        }
        at
    }

    #[test]
    fn only_an_excess_that_lasts_is_worked_off() {
        let mut keeper = PaceKeeper::default();
        keeper.begin(0);
        let at = played(&mut keeper, 0, &[30, 28, 31, 30, 10, 29, 30, 30, 30, 30, 30, 30]);
        assert_eq!(keeper.pace(10 * MS), Pace::Keep, "the least delay is the target");
        played(&mut keeper, at, &[30; 16]);
        assert_eq!(keeper.pace(10 * MS), Pace::Faster { by: 960, hurry: false });
    }

    #[test]
    fn much_too_much_is_worked_off_after_the_first_moments() {
        let mut keeper = PaceKeeper::default();
        keeper.begin(0);
        let at = played(&mut keeper, 0, &[100; 3]);
        assert_eq!(keeper.pace(10 * MS), Pace::Keep);
        played(&mut keeper, at, &[100]);
        assert_eq!(keeper.pace(10 * MS), Pace::Faster { by: 90 * 48, hurry: true });
    }

    #[test]
    fn a_lack_is_filled_once_and_seen_again_only_after_a_rest() {
        let mut keeper = PaceKeeper::default();
        keeper.begin(0);
        let at = played(&mut keeper, 0, &[10; 20]);
        assert_eq!(keeper.pace(15 * MS), Pace::Slower { by: 15 * 48 });
        keeper.stretched(3 * MS, at);
        assert_eq!(keeper.delay(), Some(13 * MS));
        let at = played(&mut keeper, at, &[13; 10]);
        assert_eq!(keeper.pace(15 * MS), Pace::Keep, "resting");
        played(&mut keeper, at, &[13; 2]);
        assert_eq!(keeper.pace(15 * MS), Pace::Slower { by: 12 * 48 });
    }

    #[test]
    fn nothing_is_done_near_the_target() {
        for delay in 10..=12 {
            let mut keeper = PaceKeeper::default();
            keeper.begin(0);
            played(&mut keeper, 0, &[delay; 20]);
            assert_eq!(keeper.pace(10 * MS), Pace::Keep, "{delay} ms");
        }
    }

    #[test]
    fn what_is_long_past_does_not_count() {
        let mut keeper = PaceKeeper::default();
        keeper.begin(0);
        played(&mut keeper, 0, &[10; 20]);
        keeper.note(40 * MS, 10 * 48_000);
        assert_eq!(keeper.delay(), Some(40 * MS));
    }
}
