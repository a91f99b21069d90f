//! Sound for measurements: a private sound server, what is said into it, what is heard out of it, and how well.

pub(crate) mod correlation;
pub(crate) mod feed;
pub(crate) mod onset;
pub(crate) mod pesq;
pub(crate) mod player;
pub(crate) mod probe;
pub(crate) mod recorder;
pub(crate) mod speech;
pub(crate) mod tape;
pub(crate) mod wav;
pub(crate) mod wire;

/// Samples per second of everything here; sound is mono, so a sample is a frame.
pub(crate) const RATE_HZ: u32 = 48_000;

/// Milliseconds that so many samples last.
pub(crate) fn ms(samples: usize) -> f64 {
    samples as f64 * 1000.0 / f64::from(RATE_HZ)
}

/// Samples of so many milliseconds.
pub(crate) const fn samples_of_ms(ms: usize) -> usize {
    ms * RATE_HZ as usize / 1000
}
