//! The one internal sound format, and the cutting of a sample stream into pieces.

use std::time::Duration;

/// Samples per second everywhere inside the voice path; devices are resampled at the edge.
pub const SAMPLE_RATE_HZ: u32 = 48_000;
/// Sound in one packet: 20 ms, the Opus frame with the best trade between delay and overhead.
pub const PACKET_DURATION: Duration = Duration::from_millis(20);
/// Samples in one packet. Sound is mono, so a sample is a frame.
pub const PACKET_SAMPLES: usize = 960;
/// [`PACKET_SAMPLES`] as the media clock counts it.
pub const PACKET_TICKS: u32 = 960;

/// The samples of one packet: 20 ms of mono sound at 48 kHz, nominally -1.0 to 1.0.
pub type PacketSamples = [f32; PACKET_SAMPLES];

/// The step in which a microphone's sound is looked at and processed: 10 ms, which divides every packet.
pub const FRAME_DURATION: Duration = Duration::from_millis(10);
/// Samples in one step.
pub const FRAME_SAMPLES: usize = 480;

/// The samples of one step, nominally -1.0 to 1.0.
pub type FrameSamples = [f32; FRAME_SAMPLES];

/// Samples that `time` holds at [`SAMPLE_RATE_HZ`], rounded down.
#[must_use]
pub fn samples_in(time: Duration) -> u64 {
    let hz = u64::from(SAMPLE_RATE_HZ);
    time.as_secs() * hz + u64::from(time.subsec_nanos()) * hz / 1_000_000_000
}

/// The time that so many samples at [`SAMPLE_RATE_HZ`] last.
#[must_use]
pub fn duration_of(samples: u64) -> Duration {
    let hz = u64::from(SAMPLE_RATE_HZ);
    Duration::from_secs(samples / hz) + Duration::from_nanos(samples % hz * 1_000_000_000 / hz)
}

/// Cuts a stream of samples, arriving in any portions, into pieces.
#[derive(Debug, Default)]
pub struct Cutter {
    samples: Vec<f32>,
}

impl Cutter {
    /// Where new samples are appended.
    pub fn buffer(&mut self) -> &mut Vec<f32> {
        &mut self.samples
    }

    /// Takes the next `N` samples out, if so many have come.
    pub fn take<const N: usize>(&mut self) -> Option<[f32; N]> {
        let piece = *self.samples.first_chunk::<N>()?;
        self.samples.drain(..N);
        Some(piece)
    }

    /// Samples that have made no whole piece yet.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.samples.len()
    }

    /// Forgets what has not made a whole piece.
    pub fn clear(&mut self) {
        self.samples.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_cut_in_order_whatever_the_portions() {
        let mut cutter = Cutter::default();
        let stream: Vec<f32> = (0..4 * PACKET_SAMPLES + 7).map(|n| n as f32).collect();
        let mut out = Vec::new();
        for portion in stream.chunks(331) {
            cutter.buffer().extend_from_slice(portion);
            while let Some(piece) = cutter.take::<PACKET_SAMPLES>() {
                out.extend_from_slice(&piece);
            }
        }
        assert_eq!(out, stream[..4 * PACKET_SAMPLES]);
        assert_eq!(cutter.waiting(), 7);
    }

    #[test]
    fn times_turn_into_samples_and_back() {
        assert_eq!(samples_in(PACKET_DURATION), PACKET_SAMPLES as u64);
        assert_eq!(samples_in(Duration::from_secs(100_000)), 4_800_000_000);
        assert_eq!(duration_of(PACKET_SAMPLES as u64), PACKET_DURATION);
        assert_eq!(duration_of(4_800_000_048), Duration::from_secs(100_000) + Duration::from_millis(1));
    }
}
