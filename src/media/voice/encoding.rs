//! How a talker's sound is put into packets; it may change between any two of them.

use super::frames::samples_in;
use hallway_protocol::limits::VOICE_COPIES;
use std::time::Duration;

/// Least bits per second of Opus that are asked for: speech is understood, and no more.
pub const LEAST_BITRATE_BPS: u32 = 16_000;
/// Most bits per second of Opus that are asked for: speech gains nothing from more.
pub const MOST_BITRATE_BPS: u32 = 64_000;
/// Most loss that the encoder is told of, in percent: from there on its copies cost more than they repair.
pub const MOST_EXPECTED_LOSS_PERCENT: u32 = 30;

/// How sound is encoded and protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoding {
    /// Bits per second of Opus data, headers and copies not counted; [`LEAST_BITRATE_BPS`] to [`MOST_BITRATE_BPS`].
    pub bitrate_bps: u32,
    /// Sound in one packet in milliseconds: 10 or 20.
    pub packet_ms: u32,
    /// Packet loss that the encoder prepares for with coarse copies inside its data (in-band FEC), 0 to
    /// [`MOST_EXPECTED_LOSS_PERCENT`]. At 0 it makes none.
    pub expected_loss_percent: u32,
    /// Whole copies of earlier packets in each packet, 0 to [`VOICE_COPIES`].
    pub copies: u32,
}

impl Default for Encoding {
    /// For a link of which nothing is known.
    fn default() -> Self {
        Self { bitrate_bps: 32_000, packet_ms: 20, expected_loss_percent: 10, copies: 0 }
    }
}

impl Encoding {
    /// The nearest encoding that can be had.
    #[must_use]
    pub fn within_limits(self) -> Self {
        Self {
            bitrate_bps: self.bitrate_bps.clamp(LEAST_BITRATE_BPS, MOST_BITRATE_BPS),
            packet_ms: if self.packet_ms <= 10 { 10 } else { 20 },
            expected_loss_percent: self.expected_loss_percent.min(MOST_EXPECTED_LOSS_PERCENT),
            copies: self.copies.min(VOICE_COPIES as u32),
        }
    }

    /// Samples in one packet.
    #[must_use]
    pub fn packet_samples(self) -> usize {
        samples_in(Duration::from_millis(self.packet_ms.into())) as usize
    }
}
