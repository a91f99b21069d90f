//! The one internal sound format, and the cutting of a sample stream into packets' worth of it.

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

/// Samples that `time` holds at [`SAMPLE_RATE_HZ`], rounded down.
#[must_use]
pub fn samples_in(time: Duration) -> u64 {
    let hz = u64::from(SAMPLE_RATE_HZ);
    time.as_secs() * hz + u64::from(time.subsec_nanos()) * hz / 1_000_000_000
}

/// Packets that cover `time`, rounded up.
#[must_use]
pub fn packets_covering(time: Duration) -> u32 {
    u32::try_from(time.as_nanos().div_ceil(PACKET_DURATION.as_nanos())).unwrap_or(u32::MAX)
}

/// Cuts a stream of samples, arriving in any portions, into packets.
#[derive(Debug, Default)]
pub struct PacketCutter {
    samples: Vec<f32>,
}

impl PacketCutter {
    /// Where new samples are appended.
    pub fn buffer(&mut self) -> &mut Vec<f32> {
        &mut self.samples
    }

    /// Takes the next whole packet out, if enough samples have come.
    pub fn next_packet(&mut self) -> Option<PacketSamples> {
        let packet = *self.samples.first_chunk::<PACKET_SAMPLES>()?;
        self.samples.drain(..PACKET_SAMPLES);
        Some(packet)
    }

    /// Forgets what has not made a whole packet.
    pub fn clear(&mut self) {
        self.samples.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_cut_into_packets_in_order_whatever_the_portions() {
        let mut cutter = PacketCutter::default();
        let stream: Vec<f32> = (0..4 * PACKET_SAMPLES + 7).map(|n| n as f32).collect();
        let mut out = Vec::new();
        for portion in stream.chunks(331) {
            cutter.buffer().extend_from_slice(portion);
            while let Some(packet) = cutter.next_packet() {
                out.extend_from_slice(&packet);
            }
        }
        assert_eq!(out, stream[..4 * PACKET_SAMPLES]);
    }

    #[test]
    fn times_turn_into_samples_and_packets() {
        assert_eq!(samples_in(PACKET_DURATION), PACKET_SAMPLES as u64);
        assert_eq!(samples_in(Duration::from_secs(100_000)), 4_800_000_000);
        assert_eq!(packets_covering(Duration::from_millis(150)), 8);
        assert_eq!(packets_covering(Duration::ZERO), 0);
    }
}
