//! When silence ends, and whether it was the talker who ended it.

use super::{correlation, samples_of_ms};
use anyhow::Result;

/// What counts as sound: −50 dB of full scale, 30 dB under a talker's voice.
const AUDIBLE: f32 = 0.003_16;
/// Sounds are compared in pieces so short that a talker who is played a little faster is still recognised.
const PIECE: usize = samples_of_ms(40);
/// How many pieces of the sound are compared.
const PIECES: usize = 5;
/// How long ago the talker may have said it.
const LONGEST_AGO: usize = samples_of_ms(1500);
/// How like what was said a piece must be.
const LIKE: f32 = 0.75;

/// The first sample of `ear`, from the place `from` on, that can be heard.
pub(crate) fn first_sound(ear: &[f32], from: usize) -> Option<usize> {
    let later = ear.get(from..)?.iter().position(|sample| sample.abs() >= AUDIBLE)?;
    Some(from + later)
}

/// Whether the ear hears, from `onset` on, what was said into the mouth shortly before: not a signal tone, and not
/// somebody else.
pub(crate) fn is_talker(mouth: &[f32], ear: &[f32], onset: usize) -> Result<bool> {
    for piece in 0..PIECES {
        let start = onset + piece * PIECE;
        let (Some(heard), Some(said)) =
            (ear.get(start..start + PIECE), mouth.get(start.saturating_sub(LONGEST_AGO)..start + PIECE))
        else {
            return Ok(false);
        };
        if correlation::find(heard, said)?.is_some_and(|found| found.likeness >= LIKE) {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hallway_bench::dice::Dice;

    #[test]
    fn sound_begins_with_the_first_sample_that_is_heard() {
        let mut ear = vec![0.0; 100];
        ear[10] = 0.5;
        ear[50] = -0.01;
        assert_eq!(first_sound(&ear, 0), Some(10));
        assert_eq!(first_sound(&ear, 11), Some(50));
        assert_eq!(first_sound(&ear, 51), None);
        assert_eq!(first_sound(&ear, 1000), None);
    }

    #[test]
    fn a_talker_is_told_from_a_tone() {
        let mut dice = Dice::new(1);
        let mouth: Vec<f32> = std::iter::repeat_with(|| dice.roll() as f32 - 0.5).take(100_000).collect();
        let mut ear = vec![0.0; 100_000];
        ear[60_000..90_000].copy_from_slice(&mouth[50_000..80_000]);
        assert!(is_talker(&mouth, &ear, 60_000).unwrap());
        let tone: Vec<f32> = (0..100_000).map(|n| 0.2 * (n as f32 * 0.1).sin()).collect();
        assert!(!is_talker(&mouth, &tone, 60_000).unwrap());
        assert!(!is_talker(&mouth, &ear, 99_000).unwrap(), "the tape ends");
    }
}
