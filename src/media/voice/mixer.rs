//! The sum of everything that is to be heard, in two ears, kept within full scale.

use super::{frames::SAMPLE_RATE_HZ, space::Ears};

/// Most frames mixed at once: 10 ms.
pub const MIX_FRAMES: usize = SAMPLE_RATE_HZ as usize / 100;
/// Level from which the limiter bends the signal: below it, it is left exactly as it was.
const KNEE: f32 = 0.8;
/// How far a gain moves per sample: from silence to full in 20 ms, which is heard neither as a click nor as a delay.
const GAIN_STEP: f32 = 1.0 / (SAMPLE_RATE_HZ as f32 * 0.02);
/// The same for what is to step back and come forward again: from silence to full in 400 ms, as a hand on a knob.
const SLOW_GAIN_STEP: f32 = 1.0 / (SAMPLE_RATE_HZ as f32 * 0.4);

/// One instant of sound: left, right.
pub type StereoFrame = [f32; 2];

/// The gains of one source, which move smoothly to where they are wanted.
#[derive(Clone, Copy, Debug)]
pub struct SmoothGains {
    current: Ears,
    wanted: Ears,
    /// How far they move per sample.
    step: f32,
}

impl SmoothGains {
    /// Gains that are there already: for a source that is not heard yet.
    #[must_use]
    pub fn new(gains: Ears) -> Self {
        Self { current: gains, wanted: gains, step: GAIN_STEP }
    }

    /// The same, moving slowly: for a whole group of sources.
    #[must_use]
    pub fn slow(gains: Ears) -> Self {
        Self { step: SLOW_GAIN_STEP, ..Self::new(gains) }
    }

    /// Moves to these gains from the next sample on.
    pub fn set(&mut self, gains: Ears) {
        self.wanted = gains;
    }

    /// Whether they have come to rest at nothing, and are to stay there.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        let nothing = Ears { left: 0.0, right: 0.0 };
        self.current == nothing && self.wanted == nothing
    }

    /// Moves by one sample.
    fn advance(&mut self) -> Ears {
        self.current.left += (self.wanted.left - self.current.left).clamp(-self.step, self.step);
        self.current.right += (self.wanted.right - self.current.right).clamp(-self.step, self.step);
        self.current
    }
}

/// Adds up at most [`MIX_FRAMES`] of several sources.
#[derive(Debug)]
pub struct Mix {
    sum: [StereoFrame; MIX_FRAMES],
    frames: usize,
}

impl Mix {
    /// A mix of so many frames, at most [`MIX_FRAMES`].
    #[must_use]
    pub fn new(frames: usize) -> Self {
        Self { sum: [[0.0; 2]; MIX_FRAMES], frames: frames.min(MIX_FRAMES) }
    }

    /// Adds a source that is heard alike in both ears.
    pub fn add(&mut self, samples: &[f32]) {
        for (sum, sample) in self.sum[..self.frames].iter_mut().zip(samples) {
            *sum = [sum[0] + sample, sum[1] + sample];
        }
    }

    /// Adds a source with its gains.
    pub fn add_from(&mut self, samples: &[f32], gains: &mut SmoothGains) {
        for (sum, sample) in self.sum[..self.frames].iter_mut().zip(samples) {
            let Ears { left, right } = gains.advance();
            *sum = [sum[0] + left * sample, sum[1] + right * sample];
        }
    }

    /// Adds a group of sources that were added up, with its gains. Both mixes have the same number of frames.
    pub fn add_mix(&mut self, group: &Self, gains: &mut SmoothGains) {
        for (sum, frame) in self.sum[..self.frames].iter_mut().zip(&group.sum) {
            let Ears { left, right } = gains.advance();
            *sum = [sum[0] + left * frame[0], sum[1] + right * frame[1]];
        }
    }

    /// The limited sum.
    #[must_use]
    pub fn finish(&mut self) -> &[StereoFrame] {
        for frame in &mut self.sum[..self.frames] {
            *frame = frame.map(limit);
        }
        &self.sum[..self.frames]
    }
}

/// Soft limiter without memory: the identity up to `KNEE`, then a curve that approaches full scale and joins without
/// a corner. Never a hard edge, never a gain that pumps; a sample that is no number becomes silence.
#[must_use]
pub fn limit(sample: f32) -> f32 {
    let size = sample.abs();
    if size <= KNEE {
        return sample;
    }
    if size.is_nan() {
        return 0.0;
    }
    let room = 1.0 - KNEE;
    (KNEE + room * ((size - KNEE) / room).tanh()).copysign(sample)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quiet_sources_add_up_exactly() {
        let mut mix = Mix::new(100);
        mix.add(&[0.25; 100]);
        mix.add(&[0.5; 10]);
        let out = mix.finish();
        assert_eq!((out.len(), out[0], out[10]), (100, [0.75; 2], [0.25; 2]));
    }

    #[test]
    fn each_ear_gets_its_own_gain() {
        let mut mix = Mix::new(10);
        mix.add_from(&[0.5; 10], &mut SmoothGains::new(Ears { left: 0.5, right: 1.5 }));
        assert_eq!(mix.finish()[9], [0.25, 0.75]);
    }

    #[test]
    fn gains_move_without_a_step_and_settle() {
        let mut gains = SmoothGains::new(Ears { left: 0.0, right: 2.0 });
        gains.set(Ears { left: 1.0, right: 0.25 });
        let mut heard = vec![[0.0, 2.0]];
        for _ in 0..5 {
            let mut mix = Mix::new(MIX_FRAMES);
            mix.add_from(&[0.4; MIX_FRAMES], &mut gains);
            heard.extend(mix.sum.iter().map(|frame| frame.map(|sample| sample / 0.4)));
        }
        let step = heard.windows(2).flat_map(|pair| [0, 1].map(|ear: usize| (pair[1][ear] - pair[0][ear]).abs()));
        assert!(step.fold(0.0, f32::max) < 1.1 * GAIN_STEP);
        let settled = heard[heard.len() - 1];
        assert!((settled[0] - 1.0).abs() < 1e-4 && (settled[1] - 0.25).abs() < 1e-4, "{settled:?}");
    }

    #[test]
    fn a_group_moves_slowly_and_leaves_other_sources_alone() {
        let mut gains = SmoothGains::slow(Ears { left: 1.0, right: 1.0 });
        gains.set(Ears { left: 0.25, right: 0.25 });
        let mut heard = vec![1.0];
        for _ in 0..40 {
            let (mut mix, mut group) = (Mix::new(MIX_FRAMES), Mix::new(MIX_FRAMES));
            group.add(&[0.4; MIX_FRAMES]);
            mix.add(&[0.1; MIX_FRAMES]);
            mix.add_mix(&group, &mut gains);
            heard.extend(mix.sum.iter().map(|frame| (frame[0] - 0.1) / 0.4));
        }
        let largest = heard.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
        assert!(largest < 1.1 * SLOW_GAIN_STEP, "a step of {largest}");
        assert!(heard[MIX_FRAMES * 25] > 0.26 && (heard[heard.len() - 1] - 0.25).abs() < 1e-4);
    }

    proptest! {
        #[test]
        fn the_limiter_is_odd_growing_and_within_full_scale(a: f32, b in -4.0f32..4.0, step in 0.0f32..1.0) {
            prop_assert!(limit(a).abs() <= 1.0);
            prop_assert_eq!(limit(-b), -limit(b));
            prop_assert!(limit(b + step) >= limit(b));
        }
    }
}
