//! Speech to send through the system, and simple measures of what came out.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// Two sentences with many of English's sounds in them.
pub(crate) const SENTENCE: &str = "The boy was there when the sun rose. A rod is used to catch pink salmon. \
    The source of the huge river is the clear spring.";

/// Another voice with other words.
pub(crate) const OTHER_SENTENCE: &str = "Kick the ball straight and follow through. Help the woman get back to her \
    feet. A pot of tea helps to pass the evening.";

/// Has a text spoken into a WAV file, at the rate that the synthesiser likes.
pub(crate) fn speak(text: &str, voice: &str, into: &Path) -> PathBuf {
    let status = Command::new("espeak-ng").args(["-v", voice, "-s", "150", "-w"]).arg(into).arg(text).status();
    assert!(status.is_ok_and(|status| status.success()), "espeak-ng is needed; cargo xtask test installs it");
    into.to_owned()
}

/// A WAV file's first channel, −1 to 1, with its rate in Hz.
pub(crate) fn samples(wav: &Path) -> (Vec<f32>, u32) {
    let mut reader = hound::WavReader::open(wav).unwrap_or_else(|error| panic!("{}: {error}", wav.display()));
    let spec = reader.spec();
    let channels = usize::from(spec.channels);
    let all: Vec<f32> = match spec.sample_format {
        hound::SampleFormat::Float => reader.samples::<f32>().map(Result::unwrap).collect(),
        hound::SampleFormat::Int => {
            let full = (1_i64 << (spec.bits_per_sample - 1)) as f32;
            reader.samples::<i32>().map(|sample| sample.unwrap() as f32 / full).collect()
        }
    };
    (all.into_iter().step_by(channels).collect(), spec.sample_rate)
}

/// How long a WAV file lasts, in seconds.
pub(crate) fn seconds(wav: &Path) -> f32 {
    let reader = hound::WavReader::open(wav).unwrap();
    reader.duration() as f32 / reader.spec().sample_rate as f32
}

/// Seconds of a recording that are louder than a whisper: 20 ms windows above −45 dB of full scale.
pub(crate) fn loud_seconds(wav: &Path) -> f32 {
    const WHISPER: f32 = 0.0056;
    let (samples, rate) = samples(wav);
    let window = (rate / 50) as usize;
    let loud = samples.chunks(window).filter(|chunk| {
        let power = chunk.iter().map(|sample| sample * sample).sum::<f32>() / chunk.len() as f32;
        power.sqrt() > WHISPER
    });
    loud.count() as f32 / 50.0
}
