//! Spoken sentences, by the synthesiser espeak-ng.

use super::{samples_of_ms, wav};
use anyhow::{Context, Result, bail};
use std::process::Command;

/// Sentences with all kinds of sounds in them, by four voices: two of men, two of women.
pub(crate) const SENTENCES: [(&str, &str); 4] = [
    ("en-us", "The quick brown fox jumps over the lazy dog. Six thick thistles stick together in the field."),
    ("en-gb+f3", "A large size in stockings is hard to sell. The boy was there when the sun rose, fishing for carp."),
    ("en-us+m3", "Kick the ball straight and follow through. Help the woman get back to her feet before noon."),
    ("en+f4", "The juice of lemons makes fine punch. Four hours of steady work faced us on that cold morning."),
];

/// Loudness of speech here, root mean square of full scale: about −20 dB, as a headset's microphone gives it.
const LOUDNESS: f32 = 0.1;
/// Pieces of speech that are looked at for pauses.
const PIECE: usize = samples_of_ms(10);
/// Pieces softer than this part of the whole are pauses: −20 dB.
const PAUSE: f32 = 0.1;

/// Speaks a text, beginning and ending with the voice itself.
pub(crate) fn speak(voice: &str, text: &str) -> Result<Vec<f32>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("spoken.wav");
    let mut command = Command::new("espeak-ng");
    let spoken = command.args(["-v", voice, "-s", "150", "-w"]).arg(&path).arg(text).status();
    if !spoken.context("`espeak-ng` is needed: install the package `espeak-ng`")?.success() {
        bail!("`espeak-ng` can't speak");
    }
    let samples = wav::read(&path)?;
    let loud = |sample: &f32| sample.abs() > 0.01;
    let (Some(start), Some(end)) = (samples.iter().position(loud), samples.iter().rposition(loud)) else {
        bail!("`espeak-ng` said nothing");
    };
    Ok(at_common_loudness(&samples[start..=end]))
}

/// All sentences one after another with pauses of half a second.
pub(crate) fn with_pauses() -> Result<Vec<f32>> {
    let mut speech = vec![];
    for (voice, text) in SENTENCES {
        speech.extend(speak(voice, text)?);
        speech.resize(speech.len() + samples_of_ms(500), 0.0);
    }
    Ok(speech)
}

/// All sentences without any pause, not even those between words: sound at every moment.
pub(crate) fn without_pauses() -> Result<Vec<f32>> {
    let speech = with_pauses()?;
    let limit = PAUSE * rms(&speech);
    Ok(speech.chunks(PIECE).filter(|piece| rms(piece) >= limit).flatten().copied().collect())
}

fn at_common_loudness(samples: &[f32]) -> Vec<f32> {
    let gain = LOUDNESS / rms(samples).max(f32::EPSILON);
    samples.iter().map(|sample| (sample * gain).clamp(-1.0, 1.0)).collect()
}

/// Root mean square.
fn rms(samples: &[f32]) -> f32 {
    (samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len().max(1) as f32).sqrt()
}
