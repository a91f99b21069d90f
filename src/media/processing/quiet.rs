//! Whether a room is quiet, while its sound is wanted for so long that this changes: in a call, or with voice activation.
//!
//! A quiet piece of sound shows it at once, for it is a pause as well, in which the suppressor may stop unnoticed. A noise
//! shows only in time, because voices are louder than any; and nothing of the sound is kept for that.

use super::ambience::{PIECE_SAMPLES, QUIET_DBFS};
use crate::media::voice::{
    frames::{FRAME_DURATION, FRAME_SAMPLES, FrameSamples},
    level::{dbfs, rms},
};
use std::time::Duration;

/// How long a room has to be loud to be noisy while nobody speaks: as long as before a burst.
const NOISY_AFTER: Duration = Duration::from_millis(500);
/// The same while somebody may speak: whoever does so pauses for breath sooner.
const NOISY_AFTER_VOICE: Duration = Duration::from_secs(5);
/// Frames of a piece.
const PIECE_FRAMES: u32 = (PIECE_SAMPLES / FRAME_SAMPLES) as u32;

/// See the [module's description](self).
#[derive(Debug, Default)]
pub struct QuietWatch {
    /// Sum of the squared levels of the piece that is heard, and its frames.
    piece: (f32, u32),
    /// For how long nothing was quiet.
    loud: Duration,
}

impl QuietWatch {
    /// Takes the next 10 ms, in which somebody may speak or not. Answers whether the room is quiet, when that is known.
    pub fn hear(&mut self, frame: &FrameSamples, may_be_voice: bool) -> Option<bool> {
        self.loud += FRAME_DURATION;
        self.piece.0 += rms(frame).powi(2);
        self.piece.1 += 1;
        if self.piece.1 >= PIECE_FRAMES {
            let (energy, frames) = std::mem::take(&mut self.piece);
            if dbfs((energy / frames as f32).sqrt()) < QUIET_DBFS {
                self.loud = Duration::ZERO;
                return Some(true);
            }
        }
        let limit = if may_be_voice { NOISY_AFTER_VOICE } else { NOISY_AFTER };
        (self.loud >= limit).then_some(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the watch said last after so many frames of these levels.
    fn last(levels: &[(usize, f32, bool)]) -> Option<bool> {
        let mut watch = QuietWatch::default();
        let mut last = None;
        for &(frames, level, may_be_voice) in levels {
            (0..frames).for_each(|_| last = watch.hear(&[level; FRAME_SAMPLES], may_be_voice).or(last));
        }
        last
    }

    #[test]
    fn a_pause_shows_a_quiet_room_at_once_and_a_noise_takes_its_time() {
        let (quiet, fan, voice) = (0.0, 0.001, 0.1);
        assert_eq!(last(&[(4, quiet, false)]), None);
        assert_eq!(last(&[(5, quiet, false)]), Some(true));
        assert_eq!(last(&[(5, quiet, true), (400, voice, true)]), Some(true), "a long sentence");
        assert_eq!(last(&[(5, quiet, true), (500, fan, true)]), Some(false));
        assert_eq!(last(&[(5, quiet, false), (49, fan, false)]), Some(true), "a short noise");
        assert_eq!(last(&[(5, quiet, false), (50, fan, false)]), Some(false));
        assert_eq!(last(&[(100, fan, false), (10, quiet, false)]), Some(true));
    }
}
