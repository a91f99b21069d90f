//! WAV files as microphones and speakers.

use crate::media::voice::{
    frames::{SAMPLE_RATE_HZ, duration_of, samples_in},
    mixer::StereoFrame,
};
use hound::{SampleFormat, WavReader, WavSpec, WavWriter};
use rubato::{Fft, FixedSync, Resampler, audioadapter_buffers::direct::InterleavedSlice};
use std::{
    fs::File,
    io::{self, BufReader, BufWriter},
    path::Path,
    sync::Arc,
    time::Duration,
};

/// Longest WAV file taken as a microphone; it is held in memory, and an hour is 690 MB.
const LONGEST_SECONDS: u32 = 3600;
/// Frames between two updates of a written file's header, so that a killed process leaves a valid file.
const HEADER_EVERY_FRAMES: usize = SAMPLE_RATE_HZ as usize;

/// Reads a whole WAV file of any rate, channel count and sample format into 48 kHz mono.
///
/// # Errors
/// When the file cannot be read, is no WAV file or is too long; the message is a sentence that names the file.
pub fn read_wav(path: &Path) -> io::Result<Vec<f32>> {
    let reader = WavReader::open(path).map_err(|error| about(path, "read", error))?;
    let spec = reader.spec();
    if spec.sample_rate == 0 || spec.channels == 0 || reader.duration() / spec.sample_rate > LONGEST_SECONDS {
        let text = format!("The sound file “{}” is empty or longer than an hour: choose another.", path.display());
        return Err(io::Error::new(io::ErrorKind::InvalidData, text));
    }
    let mono = read_mono(reader, spec).map_err(|error| about(path, "read", error))?;
    resample(&mono, spec.sample_rate).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

fn read_mono(reader: WavReader<BufReader<File>>, spec: WavSpec) -> hound::Result<Vec<f32>> {
    let samples: Vec<f32> = match spec.sample_format {
        SampleFormat::Float => reader.into_samples::<f32>().collect::<Result<_, _>>()?,
        SampleFormat::Int => {
            let scale = 1.0 / (1i64 << (spec.bits_per_sample - 1)) as f32;
            reader
                .into_samples::<i32>()
                .map(|sample| sample.map(|value| value as f32 * scale))
                .collect::<Result<_, _>>()?
        }
    };
    let channels = usize::from(spec.channels);
    Ok(samples.chunks_exact(channels).map(|frame| frame.iter().sum::<f32>() / channels as f32).collect())
}

fn resample(mono: &[f32], rate_hz: u32) -> Result<Vec<f32>, Box<dyn std::error::Error + Send + Sync>> {
    if rate_hz == SAMPLE_RATE_HZ || mono.is_empty() {
        return Ok(mono.to_vec());
    }
    let mut resampler = Fft::<f32>::new(rate_hz as usize, SAMPLE_RATE_HZ as usize, 1024, 1, FixedSync::Input)?;
    let input = InterleavedSlice::new(mono, 1, mono.len())?;
    Ok(resampler.process_all(&input, mono.len(), None)?.take_data())
}

fn about(path: &Path, what: &str, error: hound::Error) -> io::Error {
    let kind = match &error {
        hound::Error::IoError(error) => error.kind(),
        _ => io::ErrorKind::InvalidData,
    };
    io::Error::new(kind, format!("The sound file “{}” could not be {what}: {error}.", path.display()))
}

/// A WAV file that is heard in real time, as a microphone would be.
#[derive(Clone, Debug)]
pub struct WavSource {
    samples: Arc<[f32]>,
    repeat: bool,
    from_talk: bool,
    /// By how much its clock is fast, in millionths.
    ppm: i32,
    started: Duration,
    delivered: u64,
}

impl WavSource {
    /// Plays `samples` (48 kHz mono) from `now` on, or from each [`talk`](Self::talk) on if `from_talk`.
    #[must_use]
    pub fn new(samples: Vec<f32>, repeat: bool, from_talk: bool, ppm: i32, now: Duration) -> Self {
        Self { samples: samples.into(), repeat, from_talk, ppm, started: now, delivered: 0 }
    }

    /// The talk key went down. True when the file begins anew with it.
    pub fn talk(&mut self, now: Duration) -> bool {
        if self.from_talk {
            (self.started, self.delivered) = (now, 0);
        }
        self.from_talk
    }

    /// Appends every sample whose time has come since the last call; silence after the end.
    pub fn read(&mut self, now: Duration, out: &mut Vec<f32>) {
        let due = self.samples_by(now);
        out.extend((self.delivered..due).map(|position| self.sample(position)));
        self.delivered = self.delivered.max(due);
    }

    /// As [`read`](Self::read), while nobody talks: a file that begins with the key is silent then.
    pub fn rest(&mut self, now: Duration, out: &mut Vec<f32>) {
        let before = out.len();
        self.read(now, out);
        if self.from_talk {
            out[before..].fill(0.0);
        }
    }

    /// How long until so many samples more have their time.
    #[must_use]
    pub fn due_in(&self, samples: usize, now: Duration) -> Duration {
        // Rounding down may wake a reader one sample too early, which finds nothing and asks again.
        let due = self.started + duration_of(self.delivered + samples as u64 + 1).mul_f64(1.0 / self.speed());
        due.saturating_sub(now)
    }

    fn samples_by(&self, now: Duration) -> u64 {
        samples_in(now.saturating_sub(self.started).mul_f64(self.speed()))
    }

    fn speed(&self) -> f64 {
        1.0 + f64::from(self.ppm) / 1e6
    }

    fn sample(&self, position: u64) -> f32 {
        let len = self.samples.len() as u64;
        let position = if self.repeat && len > 0 { position % len } else { position };
        usize::try_from(position).ok().and_then(|position| self.samples.get(position)).copied().unwrap_or(0.0)
    }
}

/// A WAV file being written: 48 kHz, stereo, 16 bit. Its header is right to within a second even if the process dies.
pub struct WavSink {
    writer: WavWriter<BufWriter<File>>,
    since_header: usize,
}

impl WavSink {
    /// Creates or replaces the file.
    ///
    /// # Errors
    /// When the file cannot be created; the message is a sentence that names it.
    pub fn create(path: &Path) -> io::Result<Self> {
        let spec =
            WavSpec { channels: 2, sample_rate: SAMPLE_RATE_HZ, bits_per_sample: 16, sample_format: SampleFormat::Int };
        let mut writer = WavWriter::create(path, spec).map_err(|error| about(path, "created", error))?;
        writer.flush().map_err(|error| about(path, "written", error))?;
        Ok(Self { writer, since_header: 0 })
    }

    /// Appends frames.
    ///
    /// # Errors
    /// When the disk is full or gone, or the file has reached the format's 4 GiB.
    pub fn write(&mut self, frames: &[StereoFrame]) -> io::Result<()> {
        for sample in frames.as_flattened() {
            let value = (sample.clamp(-1.0, 1.0) * f32::from(i16::MAX)).round() as i16;
            self.writer.write_sample(value).map_err(plain)?;
        }
        self.since_header += frames.len();
        if self.since_header >= HEADER_EVERY_FRAMES {
            self.since_header = 0;
            self.writer.flush().map_err(plain)?;
        }
        Ok(())
    }

    /// Writes what is left and closes the file.
    ///
    /// # Errors
    /// As for [`write`](Self::write).
    pub fn finish(self) -> io::Result<()> {
        self.writer.finalize().map_err(plain)
    }
}

fn plain(error: hound::Error) -> io::Error {
    match error {
        hound::Error::IoError(error) => error,
        error => io::Error::other(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: u32 = SAMPLE_RATE_HZ;

    fn tone(rate_hz: u32, n: usize) -> f32 {
        0.5 * (n as f32 / rate_hz as f32 * 440.0 * std::f32::consts::TAU).sin()
    }

    #[test]
    fn any_rate_channel_count_and_format_is_read_as_48_khz_mono() {
        let dir = tempfile::tempdir().unwrap();
        let formats =
            [(8, SampleFormat::Int), (16, SampleFormat::Int), (24, SampleFormat::Int), (32, SampleFormat::Float)];
        for (rate, channels) in [(8_000, 1), (44_100, 2), (48_000, 6), (96_000, 1)] {
            for (bits, sample_format) in formats {
                let path = dir.path().join("any.wav");
                let spec = WavSpec { channels, sample_rate: rate, bits_per_sample: bits, sample_format };
                let mut writer = WavWriter::create(&path, spec).unwrap();
                for n in 0..rate as usize {
                    for _ in 0..channels {
                        match sample_format {
                            SampleFormat::Float => writer.write_sample(tone(rate, n)).unwrap(),
                            SampleFormat::Int => {
                                let full = (1i64 << (bits - 1)) as f32 - 1.0;
                                writer.write_sample((tone(rate, n) * full) as i32).unwrap();
                            }
                        }
                    }
                }
                writer.finalize().unwrap();
                let samples = read_wav(&path).unwrap();
                assert!(samples.len().abs_diff(RATE as usize) < 50, "{rate} Hz: {} samples", samples.len());
                let worst = (5_000..40_000).map(|n| (samples[n] - tone(RATE, n)).abs()).fold(0.0, f32::max);
                assert!(worst < 0.03, "{rate} Hz, {channels} channels, {bits} bits: off by {worst}");
            }
        }
    }

    #[test]
    fn a_file_that_is_none_is_refused_with_its_name() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("no.wav");
        assert!(read_wav(&path).unwrap_err().to_string().contains("no.wav"));
        std::fs::write(&path, b"RIFF nonsense").unwrap();
        assert!(read_wav(&path).unwrap_err().to_string().contains("no.wav"));
    }

    #[test]
    fn a_file_can_be_read_while_it_is_still_being_written() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("out.wav");
        let mut sink = WavSink::create(&path).unwrap();
        assert!(read_wav(&path).unwrap().is_empty());
        sink.write(&vec![[0.5; 2]; 2 * RATE as usize + 100]).unwrap();
        let len = read_wav(&path).unwrap().len();
        assert!(len >= 2 * RATE as usize);
        sink.finish().unwrap();
        assert_eq!(read_wav(&path).unwrap().len(), 2 * RATE as usize + 100);
    }

    #[test]
    fn a_source_keeps_real_time_and_falls_silent_at_its_end() {
        let ms = Duration::from_millis;
        let mut source = WavSource::new(vec![1.0; 480], false, false, 0, ms(100));
        let mut out = Vec::new();
        source.read(ms(105), &mut out);
        assert_eq!(out, [1.0; 240]);
        source.read(ms(115), &mut out);
        assert_eq!((out.len(), out[479], out[480]), (720, 1.0, 0.0));
        let mut repeating = WavSource::new(vec![1.0; 480], true, true, 0, ms(0));
        assert!(repeating.talk(ms(500)));
        out.clear();
        repeating.read(ms(600), &mut out);
        assert_eq!(out, [1.0; 4800]);
    }

    #[test]
    fn a_source_that_begins_with_the_key_is_silent_before() {
        let ms = Duration::from_millis;
        let mut out = Vec::new();
        WavSource::new(vec![1.0; 4800], false, true, 0, ms(0)).rest(ms(10), &mut out);
        assert_eq!(out, [0.0; 480]);
        WavSource::new(vec![1.0; 4800], false, false, 0, ms(0)).rest(ms(10), &mut out);
        assert_eq!(out[480..], [1.0; 480]);
    }

    #[test]
    fn a_source_has_the_clock_that_it_is_told() {
        let hour = Duration::from_secs(3600);
        for (ppm, seconds) in [(0, 3600.0), (100, 3600.36), (-100, 3599.64)] {
            let mut source = WavSource::new(Vec::new(), false, false, ppm, Duration::ZERO);
            let mut out = Vec::new();
            source.read(hour, &mut out);
            assert!((out.len() as f64 / 48_000.0 - seconds).abs() < 1e-3, "{ppm} ppm");
            let due_in = source.due_in(480, hour);
            source.read(hour + due_in, &mut out);
            assert!((out.len() as f64 / 48_000.0 - seconds - 0.01).abs() < 1e-3, "due in {due_in:?}");
        }
    }
}
