//! Simple measures of a recording.

use std::path::Path;

/// How long a WAV file lasts, in seconds.
pub(crate) fn seconds(wav: &Path) -> f32 {
    let reader = hound::WavReader::open(wav).unwrap();
    reader.duration() as f32 / reader.spec().sample_rate as f32
}

/// Seconds of a recording that are louder than a whisper: 20 ms windows above −45 dB of full scale.
pub(crate) fn loud_seconds(wav: &Path) -> f32 {
    const WHISPER: f32 = 0.0056;
    const WINDOW: usize = 960;
    let samples = hallway::media::devices::wav::read_wav(wav).unwrap();
    let loud = samples.chunks(WINDOW).filter(|window| {
        let power = window.iter().map(|sample| sample * sample).sum::<f32>() / window.len() as f32;
        power.sqrt() > WHISPER
    });
    loud.count() as f32 / 50.0
}
