//! The sum of everything that is to be heard, kept within full scale.

use super::frames::{PACKET_SAMPLES, PacketSamples};

/// Level from which the limiter bends the signal: below it, it is left exactly as it was.
const KNEE: f32 = 0.8;

/// Adds up 20 ms of several sources.
#[derive(Debug)]
pub struct Mix {
    sum: PacketSamples,
}

impl Default for Mix {
    fn default() -> Self {
        Self { sum: [0.0; PACKET_SAMPLES] }
    }
}

impl Mix {
    /// Adds one source.
    pub fn add(&mut self, samples: &[f32]) {
        for (sum, sample) in self.sum.iter_mut().zip(samples) {
            *sum += sample;
        }
    }

    /// The limited sum.
    #[must_use]
    pub fn finish(mut self) -> PacketSamples {
        for sample in &mut self.sum {
            *sample = limit(*sample);
        }
        self.sum
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
        let mut mix = Mix::default();
        mix.add(&[0.25; PACKET_SAMPLES]);
        mix.add(&[0.5; 10]);
        let out = mix.finish();
        assert_eq!((out[0], out[10]), (0.75, 0.25));
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
