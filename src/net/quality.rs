//! How well voices arrive: judged from what the voice engine and the other listeners count.

/// From a talker's mouth to the own ear, in milliseconds, as far as this client can know: the time of one packet, the
/// way to the server and from it, and what the jitter buffer holds back. The talker's way to the server is taken to be as
/// long as the own one, so that both ways are one round trip. What the two sound systems add is unknown and left out.
#[must_use]
pub fn mouth_to_ear(packet_ms: f32, rtt_ms: f32, buffer_ms: f32) -> f32 {
    packet_ms + rtt_ms + buffer_ms
}
