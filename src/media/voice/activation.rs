//! Voice activation: whether somebody speaks, from the microphone's loudness alone.
//!
//! The threshold is the person's own, because they see it beside their level and know their room; a detector that
//! guesses would cut off quiet people in a way that nobody can explain.

use super::{
    frames::{FRAME_DURATION, FRAME_SAMPLES},
    level::{dbfs, rms},
};
use std::time::Duration;

/// How much of the sound before the onset belongs to what was said: a quiet first syllable is below the threshold.
pub const LOOK_BACK: Duration = Duration::from_millis(200);
/// How long the voice is taken to go on after the last loud sound: pauses between words are shorter.
pub const HANG_OVER: Duration = Duration::from_millis(300);
/// How long sound has to be loud to be a voice: a click of a key is shorter.
const ONSET: Duration = Duration::from_millis(20);
/// How far below the threshold a voice that has begun may fall, in dB: words end more softly than they begin.
const HYSTERESIS_DB: f32 = 6.0;

/// When a microphone counts as spoken into.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Activation {
    /// Loudness from which sound is a voice, in dBFS: -96.0 to 0.0.
    pub threshold_dbfs: f32,
}

/// What a [`VoiceDetector`] finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VoiceChange {
    /// Somebody began to speak, up to [`LOOK_BACK`] ago.
    Began,
    /// Nobody has spoken for [`HANG_OVER`].
    Ended,
}

/// See the [module's description](self).
#[derive(Debug)]
pub struct VoiceDetector {
    activation: Activation,
    speaks: bool,
    /// How long it has been loud (while nobody speaks) or quiet (while somebody does).
    against: Duration,
}

impl VoiceDetector {
    /// A detector that has heard nothing yet.
    #[must_use]
    pub fn new(activation: Activation) -> Self {
        Self { activation, speaks: false, against: Duration::ZERO }
    }

    /// Goes by another threshold from now on. A voice that goes on goes on.
    pub fn set(&mut self, activation: Activation) {
        self.activation = activation;
    }

    /// Whether somebody speaks.
    #[must_use]
    pub fn speaks(&self) -> bool {
        self.speaks
    }

    /// Takes the next 10 ms.
    pub fn hear(&mut self, frame: &[f32; FRAME_SAMPLES]) -> Option<VoiceChange> {
        let level = dbfs(rms(frame));
        let threshold = self.activation.threshold_dbfs;
        let (is_against, enough) =
            if self.speaks { (level < threshold - HYSTERESIS_DB, HANG_OVER) } else { (level >= threshold, ONSET) };
        self.against = if is_against { self.against + FRAME_DURATION } else { Duration::ZERO };
        if self.against < enough {
            return None;
        }
        self.against = Duration::ZERO;
        self.speaks = !self.speaks;
        Some(if self.speaks { VoiceChange::Began } else { VoiceChange::Ended })
    }
}

#[cfg(test)]
mod tests {
    use super::{
        VoiceChange::{Began, Ended},
        *,
    };

    /// What a detector with a threshold of -40 dBFS finds in frames of these levels: so many frames each, in dBFS; with
    /// the number of the frame.
    fn found(levels: &[(usize, f32)]) -> Vec<(usize, VoiceChange)> {
        let mut detector = VoiceDetector::new(Activation { threshold_dbfs: -40.0 });
        let frames = levels.iter().flat_map(|&(count, level)| std::iter::repeat_n(level, count));
        let heard = frames.map(|level| detector.hear(&[10f32.powf(level / 20.0); FRAME_SAMPLES]));
        heard.enumerate().filter_map(|(n, change)| Some((n, change?))).collect()
    }

    #[test]
    fn voices_begin_and_end_as_the_table_says() {
        let table: &[(&str, &[(usize, f32)], &[(usize, VoiceChange)])] = &[
            ("silence", &[(500, -60.0)], &[]),
            ("speech", &[(10, -60.0), (50, -20.0), (50, -60.0)], &[(11, Began), (89, Ended)]),
            ("a click", &[(10, -60.0), (1, -10.0), (50, -60.0)], &[]),
            ("clicks far from each other", &[(1, -10.0), (3, -60.0), (1, -10.0), (9, -60.0)], &[]),
            ("a pause between words", &[(20, -20.0), (29, -60.0), (20, -20.0), (29, -60.0)], &[(1, Began)]),
            ("a word that ends softly", &[(20, -20.0), (100, -45.0), (30, -47.0)], &[(1, Began), (149, Ended)]),
            ("hum under the threshold", &[(100, -41.0)], &[]),
            ("speech again", &[(5, -20.0), (30, -60.0), (5, -20.0)], &[(1, Began), (34, Ended), (36, Began)]),
        ];
        for (name, levels, expected) in table {
            assert_eq!(found(levels), *expected, "{name}");
        }
    }

    #[test]
    fn the_threshold_can_be_moved_while_somebody_speaks() {
        let mut detector = VoiceDetector::new(Activation { threshold_dbfs: -40.0 });
        let frame = [0.05; FRAME_SAMPLES];
        (0..5).for_each(|_| _ = detector.hear(&frame));
        assert!(detector.speaks());
        detector.set(Activation { threshold_dbfs: -10.0 });
        assert_eq!((0..30).filter_map(|_| detector.hear(&frame)).collect::<Vec<_>>(), [Ended]);
    }
}
