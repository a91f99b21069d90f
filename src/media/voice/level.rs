//! How loud sound is.

/// What [`dbfs`] answers for silence, in dB: below the noise of any microphone.
pub const SILENCE_DBFS: f32 = -96.0;

/// Root mean square of `samples`; 0.0 for none.
#[must_use]
pub fn rms(samples: &[f32]) -> f32 {
    if samples.is_empty() {
        return 0.0;
    }
    let energy: f32 = samples.iter().map(|sample| sample * sample).sum();
    (energy / samples.len() as f32).sqrt()
}

/// A level between 0.0 and 1.0 in dB below full scale, at least [`SILENCE_DBFS`].
#[must_use]
pub fn dbfs(level: f32) -> f32 {
    (20.0 * level.log10()).max(SILENCE_DBFS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_scale_is_zero_and_silence_is_the_floor() {
        assert_eq!(dbfs(rms(&[1.0, -1.0, 1.0])), 0.0);
        assert!((dbfs(0.1) + 20.0).abs() < 1e-4);
        assert_eq!(dbfs(rms(&[])), SILENCE_DBFS);
        assert_eq!(dbfs(f32::NAN), SILENCE_DBFS);
    }
}
