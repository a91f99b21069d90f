//! The picture of a note: its loudness over time, in a few levels.

use hallway_protocol::limits::WAVEFORM_LEVELS;

/// How much of the loudest moment's loudness a bar of full height stands for. Loudness is drawn by its root, so that a
/// quiet voice is seen beside a loud one.
const FULL: f32 = 255.0;

/// Collects how loud each moment was.
#[derive(Debug, Default)]
pub struct Waveform {
    moments: Vec<f32>,
}

impl Waveform {
    /// Takes the next moment: its samples' largest value.
    pub fn hear(&mut self, samples: &[f32]) {
        self.moments.push(samples.iter().fold(0.0, |most, sample| sample.abs().max(most)));
    }

    /// At most [`WAVEFORM_LEVELS`] levels, the loudest of which is 255; fewer where there were fewer moments.
    #[must_use]
    pub fn levels(&self) -> Vec<u8> {
        let loudest = self.moments.iter().copied().fold(0.0, f32::max);
        let bars = self.moments.len().min(WAVEFORM_LEVELS);
        let bar = |n: usize| {
            let (from, to) = (n * self.moments.len() / bars, (n + 1) * self.moments.len() / bars);
            let level = self.moments[from..to].iter().copied().fold(0.0, f32::max);
            if loudest > 0.0 { ((level / loudest).sqrt() * FULL).round() as u8 } else { 0 }
        };
        (0..bars).map(bar).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_waveform_shows_where_it_is_loud_in_a_few_levels() {
        let mut waveform = Waveform::default();
        assert!(waveform.levels().is_empty());
        (0..500).for_each(|_| waveform.hear(&[0.0, -0.04]));
        (0..500).for_each(|_| waveform.hear(&[0.1, -0.64]));
        let levels = waveform.levels();
        assert_eq!(levels.len(), WAVEFORM_LEVELS);
        assert!(levels[..30].iter().all(|level| *level == 64) && levels[34..].iter().all(|level| *level == 255));
    }

    #[test]
    fn a_short_or_silent_note_has_a_waveform_too() {
        let mut waveform = Waveform::default();
        (0..3).for_each(|_| waveform.hear(&[0.0; 480]));
        assert_eq!(waveform.levels(), [0, 0, 0]);
    }
}
