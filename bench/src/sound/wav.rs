//! WAV files and rates.

use super::RATE_HZ;
use anyhow::{Context, Result, bail};
use hound::{SampleFormat, WavReader, WavSpec, WavWriter};
use rubato::{Fft, FixedSync, Resampler, audioadapter_buffers::direct::InterleavedSlice};
use std::path::Path;

/// Reads a file of 16 bits at any rate, as samples at [`RATE_HZ`]; of two channels, their mean.
pub(crate) fn read(path: &Path) -> Result<Vec<f32>> {
    let reader = WavReader::open(path).with_context(|| format!("{} can't be read", path.display()))?;
    let WavSpec { sample_rate, channels, sample_format, bits_per_sample } = reader.spec();
    if !matches!(channels, 1 | 2) || (sample_format, bits_per_sample) != (SampleFormat::Int, 16) {
        bail!("{} is not of 16 bits and one or two channels", path.display());
    }
    let samples: Vec<i16> = reader.into_samples().collect::<Result<_, _>>()?;
    let mean =
        |frame: &[i16]| frame.iter().map(|&sample| f32::from(sample) / 32768.0).sum::<f32>() / frame.len() as f32;
    let samples: Vec<f32> = samples.chunks_exact(channels.into()).map(mean).collect();
    resampled(&samples, sample_rate, RATE_HZ)
}

/// Writes a mono file of 16 bits.
pub(crate) fn write(path: &Path, samples: &[f32], rate_hz: u32) -> Result<()> {
    let spec = WavSpec { channels: 1, sample_rate: rate_hz, bits_per_sample: 16, sample_format: SampleFormat::Int };
    let mut writer = WavWriter::create(path, spec).with_context(|| format!("{} can't be written", path.display()))?;
    for sample in samples {
        writer.write_sample((sample.clamp(-1.0, 1.0) * 32767.0).round() as i16)?;
    }
    Ok(writer.finalize()?)
}

/// The same sound at another rate.
pub(crate) fn resampled(samples: &[f32], from_hz: u32, to_hz: u32) -> Result<Vec<f32>> {
    if from_hz == to_hz || samples.is_empty() {
        return Ok(samples.to_vec());
    }
    let mut resampler = Fft::<f32>::new(from_hz as usize, to_hz as usize, 1024, 1, FixedSync::Input)?;
    let input = InterleavedSlice::new(samples, 1, samples.len())?;
    Ok(resampler.process_all(&input, samples.len(), None)?.take_data())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back_at_the_common_rate() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tone.wav");
        let tone = |rate: f32, n: usize| 0.5 * (n as f32 / rate * 440.0 * std::f32::consts::TAU).sin();
        let samples: Vec<f32> = (0..22_050).map(|n| tone(22_050.0, n)).collect();
        write(&path, &samples, 22_050).unwrap();
        let read = read(&path).unwrap();
        assert!(read.len().abs_diff(RATE_HZ as usize) < 50, "{} samples", read.len());
        let worst = (5000..40_000).map(|n| (read[n] - tone(48_000.0, n)).abs()).fold(0.0, f32::max);
        assert!(worst < 0.02, "off by {worst}");
    }
}
