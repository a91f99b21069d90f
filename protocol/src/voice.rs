//! Voice on the wire: the header in front of each Opus packet, and its two forms.
//!
//! Up: `[burst u8][flags u8][seq u16][media_time u32][Opus …]`, little-endian. Down: the speaker's id (u32) in front of
//! the same bytes, unchanged. The server reads the length and, never, the sound.

use crate::{ids::PersonId, limits};
use bytes::{BufMut, Bytes, BytesMut};
use thiserror::Error;

/// Bytes in front of the Opus data on the way up.
pub const VOICE_HEADER_BYTES: usize = 8;
/// Bytes that the server puts in front of a packet on the way down.
pub const SPEAKER_BYTES: usize = 4;

const FLAG_LAST: u8 = 1;

/// One Opus packet with what a jitter buffer needs to place it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoicePacket {
    /// Talk burst (one press of the key) that the packet belongs to; wraps.
    pub burst: u8,
    /// Whether this is the last packet of its burst. Its Opus data may be empty.
    pub last: bool,
    /// Counts the packets of a sender; wraps, and goes on from burst to burst.
    pub seq: u16,
    /// Time of the packet's first sample on the sender's media clock, in samples at 48 kHz; wraps.
    pub media_time: u32,
    /// What the Opus encoder made of the packet's samples.
    pub opus: Bytes,
}

/// Why bytes are no voice packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum VoicePacketError {
    /// Shorter than the header.
    #[error("voice packet of {0} bytes is shorter than its header")]
    Short(usize),
    /// Longer than [`limits::VOICE_PACKET_BYTES`].
    #[error("voice packet of {0} bytes is too long")]
    Long(usize),
    /// No Opus data in a packet that does not end a burst.
    #[error("voice packet without sound")]
    Empty,
}

impl VoicePacket {
    /// The packet's bytes on the way up.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        let mut out = BytesMut::with_capacity(VOICE_HEADER_BYTES + self.opus.len());
        out.put_u8(self.burst);
        out.put_u8(if self.last { FLAG_LAST } else { 0 });
        out.put_u16_le(self.seq);
        out.put_u32_le(self.media_time);
        out.put_slice(&self.opus);
        out.freeze()
    }

    /// Reads a packet's bytes on the way up; the Opus data stays a slice of `bytes`.
    ///
    /// # Errors
    /// When the bytes are too short, too long or carry no sound; see [`VoicePacketError`].
    pub fn decode(bytes: &Bytes) -> Result<Self, VoicePacketError> {
        check_up(bytes)?;
        let seq = u16::from_le_bytes([bytes[2], bytes[3]]);
        let media_time = u32::from_le_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]);
        let opus = bytes.slice(VOICE_HEADER_BYTES..);
        Ok(Self { burst: bytes[0], last: bytes[1] & FLAG_LAST != 0, seq, media_time, opus })
    }
}

/// Checks the form of a packet on the way up without taking it apart: all that the relay needs.
///
/// # Errors
/// When the bytes are too short, too long or carry no sound; see [`VoicePacketError`].
pub fn check_up(bytes: &[u8]) -> Result<(), VoicePacketError> {
    match bytes.len() {
        len if len < VOICE_HEADER_BYTES => Err(VoicePacketError::Short(len)),
        len if len > limits::VOICE_PACKET_BYTES => Err(VoicePacketError::Long(len)),
        VOICE_HEADER_BYTES if bytes[1] & FLAG_LAST == 0 => Err(VoicePacketError::Empty),
        _ => Ok(()),
    }
}

/// The bytes of a packet on the way down: one buffer, shared by all listeners.
#[must_use]
pub fn with_speaker(speaker: PersonId, up: &[u8]) -> Bytes {
    let mut down = BytesMut::with_capacity(SPEAKER_BYTES + up.len());
    down.put_u32_le(speaker.0);
    down.put_slice(up);
    down.freeze()
}

/// Takes a packet on the way down apart.
///
/// # Errors
/// When the bytes are too short, too long or carry no sound; see [`VoicePacketError`].
pub fn decode_down(bytes: &Bytes) -> Result<(PersonId, VoicePacket), VoicePacketError> {
    let Some((speaker, _)) = bytes.split_first_chunk::<SPEAKER_BYTES>() else {
        return Err(VoicePacketError::Short(bytes.len()));
    };
    let packet = VoicePacket::decode(&bytes.slice(SPEAKER_BYTES..))?;
    Ok((PersonId(u32::from_le_bytes(*speaker)), packet))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_packet_survives_both_ways(burst: u8, last: bool, seq: u16, media_time: u32, speaker: u32,
            opus in proptest::collection::vec(any::<u8>(), 1..limits::VOICE_PACKET_BYTES - VOICE_HEADER_BYTES)) {
            let packet = VoicePacket { burst, last, seq, media_time, opus: opus.into() };
            let up = packet.encode();
            prop_assert_eq!(VoicePacket::decode(&up).unwrap(), packet.clone());
            let down = with_speaker(PersonId(speaker), &up);
            prop_assert_eq!(decode_down(&down).unwrap(), (PersonId(speaker), packet));
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let _ = decode_down(&bytes.into());
        }
    }

    #[test]
    fn only_the_last_packet_may_be_silent() {
        let mut packet = VoicePacket { burst: 1, last: false, seq: 2, media_time: 3, opus: Bytes::new() };
        assert_eq!(VoicePacket::decode(&packet.encode()), Err(VoicePacketError::Empty));
        packet.last = true;
        assert_eq!(VoicePacket::decode(&packet.encode()), Ok(packet));
    }
}
