//! Voice activation at work: the detector, and the sound that it needs to look back at.

use crate::media::voice::{
    activation::{Activation, LOOK_BACK, VoiceChange, VoiceDetector},
    frames::{FrameSamples, samples_in},
};
use std::time::Duration;

/// How long the session may take to press the key after it was told of a voice: far longer than it does.
const ANSWER: Duration = Duration::from_millis(500);

/// See the [module's description](self).
pub(super) struct Attention {
    detector: VoiceDetector,
    /// Processed sound that was not recorded: what a voice may have begun with.
    heard: Vec<f32>,
}

impl Attention {
    pub(super) fn new(activation: Activation) -> Self {
        Self { detector: VoiceDetector::new(activation), heard: Vec::new() }
    }

    pub(super) fn set(&mut self, activation: Activation) {
        self.detector.set(activation);
    }

    /// Whether somebody speaks.
    pub(super) fn speaks(&self) -> bool {
        self.detector.speaks()
    }

    /// Takes the next 10 ms, which may be recorded by others.
    pub(super) fn hear(&mut self, frame: &FrameSamples, is_recorded: bool) -> Option<VoiceChange> {
        let change = self.detector.hear(frame);
        if is_recorded {
            // What went out is not to go out again.
            self.heard.clear();
        } else {
            self.heard.extend_from_slice(frame);
            let longest = if self.detector.speaks() { LOOK_BACK + ANSWER } else { LOOK_BACK };
            self.heard.drain(..self.heard.len().saturating_sub(samples_in(longest) as usize));
        }
        change
    }

    /// What was heard so far is not to go out, whenever it began.
    pub(super) fn forget(&mut self) {
        self.heard.clear();
    }

    /// What is heard is to go out: the sound since shortly before the voice began. Nothing where no voice was heard, for then a
    /// hand pressed the key, which means from now on.
    pub(super) fn take_onset(&mut self) -> Vec<f32> {
        let heard = std::mem::take(&mut self.heard);
        if self.detector.speaks() { heard } else { Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::voice::frames::FRAME_SAMPLES;

    #[test]
    fn the_onset_reaches_back_before_the_voice_was_noticed_and_is_not_told_twice() {
        let mut attention = Attention::new(Activation { threshold_dbfs: -30.0 });
        let (quiet, loud) = ([0.001; FRAME_SAMPLES], [0.5; FRAME_SAMPLES]);
        (0..100).for_each(|_| assert_eq!(attention.hear(&quiet, false), None));
        assert!(attention.take_onset().is_empty(), "a key, not a voice");
        (0..100).for_each(|_| assert_eq!(attention.hear(&quiet, false), None));
        assert_eq!(attention.hear(&loud, false), None);
        assert_eq!(attention.hear(&loud, false), Some(VoiceChange::Began));
        // The session takes its time.
        (0..3).for_each(|_| assert_eq!(attention.hear(&loud, false), None));
        let onset = attention.take_onset();
        assert_eq!(onset.len(), 24 * FRAME_SAMPLES);
        assert_eq!(onset.iter().filter(|sample| **sample == 0.5).count(), 5 * FRAME_SAMPLES);
        (0..10).for_each(|_| assert_eq!(attention.hear(&loud, true), None));
        assert!(attention.take_onset().is_empty());
        (0..1000).for_each(|_| _ = attention.hear(&loud, false));
        assert_eq!(attention.take_onset().len(), 70 * FRAME_SAMPLES, "bounded");
    }
}
