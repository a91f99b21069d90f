//! Spoken sentences for tests, by the synthesiser espeak-ng.

#![allow(dead_code, reason = "each test uses its own part")]

use hallway::media::devices::wav::{WavSink, read_wav};
use std::{path::Path, process::Command};

/// A few seconds with all kinds of sounds in them.
pub(crate) const SENTENCE: &str =
    "The quick brown fox jumps over the lazy dog, while six thick thistles stick together.";

/// Speaks `text` into a new WAV file at `path` and returns its samples (48 kHz, mono), beginning and ending with the
/// voice itself.
pub(crate) fn speak(text: &str, path: &Path) -> Vec<f32> {
    let status = Command::new("espeak-ng")
        .args(["-v", "en", "-s", "150", "-a", "90", "-w"])
        .arg(path)
        .arg(text)
        .status()
        .expect("espeak-ng is not installed: install the package `espeak-ng` to run this test");
    assert!(status.success(), "espeak-ng failed");
    let samples = trimmed(read_wav(path).unwrap());
    write(path, &samples);
    samples
}

/// Writes samples (48 kHz, mono) into a new WAV file.
pub(crate) fn write(path: &Path, samples: &[f32]) {
    let mut wav = WavSink::create(path).unwrap();
    let frames: Vec<[f32; 2]> = samples.iter().map(|&sample| [sample; 2]).collect();
    wav.write(&frames).unwrap();
    wav.finish().unwrap();
}

fn trimmed(samples: Vec<f32>) -> Vec<f32> {
    let loud = |sample: &f32| sample.abs() > 0.01;
    let start = samples.iter().position(loud).expect("speech is not silence");
    let end = samples.iter().rposition(loud).expect("speech is not silence");
    samples[start..=end].to_vec()
}
