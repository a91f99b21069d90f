//! How the own voice is made into packets.

/// How the own voice is made into packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoding {
    /// Bits a second.
    pub bitrate_bps: u32,
    /// Milliseconds of sound in a packet: 10 or 20.
    pub packet_ms: u32,
    /// Loss that the encoder protects against, in percent.
    pub expected_loss_percent: u32,
    /// Copies of earlier packets in each packet, 0 to 2.
    pub copies: u32,
}

impl Default for Encoding {
    fn default() -> Self {
        Self { bitrate_bps: 32_000, packet_ms: 20, expected_loss_percent: 10, copies: 0 }
    }
}
