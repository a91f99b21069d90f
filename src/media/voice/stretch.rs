//! Makes speech shorter or longer by one pitch period without changing its pitch: waveform similarity overlap-add, as in
//! W. Verhelst and M. Roelands, "An overlap-add technique based on waveform similarity (WSOLA)", ICASSP 1993, done one
//! period at a time as NetEQ does.
//!
//! A period is taken out (or put in) only where the sound is alike one period on, or where it is too quiet to matter;
//! elsewhere nothing is done, and the caller tries again with the next sound.

use super::level::rms;
use std::ops::Range;

/// Shortest and longest period that is looked for, in samples at 48 kHz: voices of 400 to 66 Hz.
pub const PERIODS: Range<usize> = 120..721;
/// Likeness (correlation, at most 1.0) from which a change is not heard.
pub const UNHEARD: f32 = 0.9;
/// Likeness from which a change is better than to lag behind.
pub const BEARABLE: f32 = 0.75;
/// Sound below this level is a pause: -50 dBFS, below what a room's noise through a microphone usually is.
const QUIET: f32 = 0.003;
/// The search goes over every fourth sample first, and over all samples around what it found.
const COARSE: usize = 4;

/// Takes one period out of the sound from `from` on, at most `most` samples, where it is alike by `alike` or quiet.
/// Twice the period must be there. Answers how many samples are gone; 0 when nothing was done.
pub fn shorten(sound: &mut Vec<f32>, from: usize, most: usize, alike: f32) -> usize {
    let new = sound.get(from..).unwrap_or_default();
    let longest = most.min(new.len() / 2);
    let likeness = |period: usize, step| {
        let (first, second) = (&new[..period], &new[period..2 * period]);
        correlation(first, second, step)
    };
    let Some(period) = find_period(new, longest, alike, likeness) else { return 0 };
    for n in from..from + period {
        sound[n] = blend(sound[n], sound[n + period], n - from, period);
    }
    sound.drain(from + period..from + 2 * period);
    period
}

/// Puts one period into the sound before `from`, at most `most` samples, where what was before `from` is alike by
/// `alike` to what follows, or quiet. The period must be there on both sides; what is before `from` does not change.
/// Answers how many samples were put in; 0 when nothing was done.
pub fn lengthen(sound: &mut Vec<f32>, from: usize, most: usize, alike: f32) -> usize {
    if from > sound.len() {
        return 0;
    }
    let (old, new) = sound.split_at(from);
    let longest = most.min(old.len()).min(new.len());
    let likeness = |period: usize, step| correlation(&old[from - period..], &new[..period], step);
    let Some(period) = find_period(&sound[from - longest..from + longest], longest, alike, likeness) else { return 0 };
    // Begins as what follows, goes over into what was before, and so leads to what follows again.
    let bridge: Vec<f32> = (0..period).map(|n| blend(new[n], old[from - period + n], n, period)).collect();
    sound.splice(from..from, bridge);
    period
}

/// From `a` to `b` over a period.
fn blend(a: f32, b: f32, position: usize, period: usize) -> f32 {
    let share = (position as f32 + 0.5) / period as f32;
    a + (b - a) * share
}

/// The period to change `sound` by, at most `longest`: the one of the most likeness, if that reaches `alike`; the longest
/// where it is quiet.
fn find_period(sound: &[f32], longest: usize, alike: f32, likeness: impl Fn(usize, usize) -> f32) -> Option<usize> {
    if longest < PERIODS.start {
        return None;
    }
    let longest = longest.min(PERIODS.end - 1);
    if rms(&sound[..2 * longest]) < QUIET {
        return Some(longest);
    }
    let best = |periods: Range<usize>, step| {
        periods.step_by(step).map(|period| (likeness(period, step), period)).max_by(|a, b| a.0.total_cmp(&b.0))
    };
    let (_, rough) = best(PERIODS.start..longest + 1, COARSE)?;
    let around = rough.saturating_sub(COARSE - 1).max(PERIODS.start)..(rough + COARSE).min(longest + 1);
    let (likeness, period) = best(around, 1)?;
    (likeness >= alike).then_some(period)
}

/// Normalised correlation of two pieces of the same length over every `step`-th sample; 0.0 where one is silent.
fn correlation(a: &[f32], b: &[f32], step: usize) -> f32 {
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b).step_by(step) {
        ab += a * b;
        aa += a * a;
        bb += b * b;
    }
    let scale = (aa * bb).sqrt();
    if scale > 0.0 { ab / scale } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::voice::frames::SAMPLE_RATE_HZ;
    use proptest::prelude::*;

    /// A voiced sound of this pitch: harmonics that fall off.
    fn voiced(hertz: f32, samples: usize) -> Vec<f32> {
        let wave = |n: usize| {
            let phase = hertz * n as f32 / SAMPLE_RATE_HZ as f32 * std::f32::consts::TAU;
            (1..8).map(|k| (phase * k as f32).sin() / k as f32).sum::<f32>() * 0.3
        };
        (0..samples).map(wave).collect()
    }

    /// White noise, the same each time.
    fn noise(level: f32, samples: usize) -> Vec<f32> {
        let mut state = 7u32;
        let uniform = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        std::iter::repeat_with(uniform).map(|n| n * level).take(samples).collect()
    }

    fn largest_step(sound: &[f32]) -> f32 {
        sound.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max)
    }

    /// Upward crossings of zero by the fundamental are its periods: mean distance in samples.
    fn mean_period(sound: &[f32]) -> f32 {
        let crossings: Vec<usize> = (1..sound.len()).filter(|&n| sound[n - 1] < 0.0 && sound[n] >= 0.0).collect();
        (crossings[crossings.len() - 1] - crossings[0]) as f32 / (crossings.len() - 1) as f32
    }

    #[test]
    fn a_voice_gets_shorter_or_longer_by_its_period_and_keeps_its_pitch() {
        for hertz in [95.0, 120.0, 180.0, 260.0] {
            let sound = voiced(hertz, 4800);
            let period = SAMPLE_RATE_HZ as f32 / hertz;
            let (mut shorter, mut longer) = (sound.clone(), sound.clone());
            let gone = shorten(&mut shorter, 1000, 720, UNHEARD);
            let put_in = lengthen(&mut longer, 1000, 720, UNHEARD);
            assert_eq!((shorter.len(), longer.len()), (sound.len() - gone, sound.len() + put_in));
            for (name, length) in [("out", gone), ("in", put_in)] {
                let periods = length as f32 / period;
                assert!(length > 0 && (periods - periods.round()).abs() < 0.02, "{hertz} Hz: {periods} periods {name}");
            }
            for changed in [&shorter, &longer] {
                assert!(largest_step(changed) < 1.05 * largest_step(&sound), "{hertz} Hz clicks");
                assert!((mean_period(changed) - mean_period(&sound)).abs() < 0.5, "{hertz} Hz changes its pitch");
            }
        }
    }

    #[test]
    fn what_is_loud_and_unlike_is_left_alone() {
        let sound = noise(0.3, 3000);
        let (mut shorter, mut longer) = (sound.clone(), sound.clone());
        assert_eq!(shorten(&mut shorter, 0, 720, UNHEARD), 0);
        assert_eq!(lengthen(&mut longer, 1000, 720, UNHEARD), 0);
        assert!(shorter == sound && longer == sound);
    }

    #[test]
    fn what_is_quiet_changes_by_all_that_is_allowed() {
        let sound = noise(0.002, 3000);
        let (mut shorter, mut longer) = (sound.clone(), sound.clone());
        assert_eq!(shorten(&mut shorter, 0, 500, UNHEARD), 500);
        assert_eq!(lengthen(&mut longer, 1000, 300, UNHEARD), 300);
    }

    #[test]
    fn too_little_sound_or_too_little_leave_changes_nothing() {
        let mut sound = voiced(200.0, 1000);
        assert_eq!(shorten(&mut sound, 800, 720, UNHEARD), 0);
        assert_eq!(shorten(&mut sound, 0, 100, UNHEARD), 0);
        assert_eq!(lengthen(&mut sound, 60, 720, UNHEARD), 0);
        assert_eq!(lengthen(&mut sound, 5000, 720, UNHEARD), 0);
        assert_eq!(sound.len(), 1000);
    }

    proptest! {
        #[test]
        fn lengths_and_what_was_played_are_as_told(hertz in 70.0f32..380.0, len in 0usize..3000, from in 0usize..3500,
            most in 0usize..2000, alike in 0.0f32..1.0) {
            let sound = voiced(hertz, len);
            let (mut shorter, mut longer) = (sound.clone(), sound.clone());
            let gone = shorten(&mut shorter, from, most, alike);
            let put_in = lengthen(&mut longer, from, most, alike);
            prop_assert_eq!((shorter.len(), longer.len()), (len - gone, len + put_in));
            prop_assert!(gone <= most && put_in <= most);
            let played = from.min(len);
            prop_assert_eq!(&shorter[..played], &sound[..played]);
            prop_assert_eq!(&longer[..played], &sound[..played]);
        }
    }
}
