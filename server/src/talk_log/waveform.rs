//! How loud a turn is over its time, told from its packets' sizes alone.
//!
//! With a variable bitrate the encoder spends bytes where there is something to hear, a few on a quiet room and none on
//! silence. So what is drawn follows speech and pauses well, and loudness roughly: a quiet word is not much lower than a
//! loud one.

use hallway_protocol::limits::WAVEFORM_LEVELS;

/// Length of a moment, in samples: 10 ms.
const MOMENT: u32 = 480;

/// Collects how much was spent on each moment.
#[derive(Debug, Default)]
pub(super) struct Waveform {
    moments: Vec<f32>,
}

impl Waveform {
    /// Takes the next packet: its bytes and its samples.
    pub(super) fn add(&mut self, bytes: usize, samples: u32) {
        let moments = (samples / MOMENT).max(1);
        self.moments.extend((0..moments).map(|_| bytes as f32 / moments as f32));
    }

    /// At most [`WAVEFORM_LEVELS`] levels, the highest of which is 255.
    pub(super) fn levels(&self) -> Vec<u8> {
        let bars = self.moments.len().min(WAVEFORM_LEVELS);
        let bar = |n: usize| {
            let moments = &self.moments[n * self.moments.len() / bars..(n + 1) * self.moments.len() / bars];
            moments.iter().sum::<f32>() / moments.len() as f32
        };
        let bars: Vec<f32> = (0..bars).map(bar).collect();
        let most = bars.iter().copied().fold(1.0, f32::max);
        bars.iter().map(|bar| (bar / most * 255.0).round() as u8).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speech_is_high_and_silence_is_low() {
        let mut waveform = Waveform::default();
        assert!(waveform.levels().is_empty());
        (0..100).for_each(|_| waveform.add(80, 960));
        (0..100).for_each(|_| waveform.add(1, 960));
        let levels = waveform.levels();
        assert_eq!(levels.len(), WAVEFORM_LEVELS);
        assert!(levels[..30].iter().all(|level| *level == 255) && levels[34..].iter().all(|level| *level < 5));
    }

    #[test]
    fn a_turn_of_silence_has_a_low_waveform() {
        let mut waveform = Waveform::default();
        (0..3).for_each(|_| waveform.add(0, 480));
        assert_eq!(waveform.levels(), [0, 0, 0]);
    }
}
