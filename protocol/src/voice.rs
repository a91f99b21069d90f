//! Voice on the wire: the header in front of each Opus packet, and its two forms.
//!
//! Up: `[burst u8][flags u8][seq u16][media_time u32]`, little-endian, then as many copies of earlier packets as the
//! flags count, each `[length u8][Opus …]`, then the packet's own Opus data. Down: the speaker's id (u32) in front of
//! the same bytes, unchanged. The server reads the length and the first flags and, never, the sound.
//!
//! Flags: bit 0 the last packet of its burst, bit 1 recorded before the floor was granted (pre-roll), bits 2 and 3 the
//! number of copies.
//!
//! Copies are how a lossy link is survived (the idea of RFC 2198): the first is the packet one before by `seq`, the
//! second the one before that. Only packets of the same burst, of the same length and without a pause in between are
//! copied, so a copy's media time is known.

use crate::{ids::PersonId, limits};
use bytes::{BufMut, Bytes, BytesMut};
use thiserror::Error;

/// Bytes in front of the Opus data on the way up.
pub const VOICE_HEADER_BYTES: usize = 8;
/// Bytes that the server puts in front of a packet on the way down.
pub const SPEAKER_BYTES: usize = 4;

const FLAG_LAST: u8 = 1;
const FLAG_PRE_ROLL: u8 = 2;
/// Where the number of copies starts in the flags.
const COPIES_SHIFT: u8 = 2;
const COPIES_MASK: u8 = 0b11;

/// One Opus packet with what a jitter buffer needs to place it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VoicePacket {
    /// Talk burst (one press of the key) that the packet belongs to; wraps.
    pub burst: u8,
    /// Whether this is the last packet of its burst. Its Opus data may be empty.
    pub last: bool,
    /// Whether it was recorded before the floor was granted: such packets come in a heap and say nothing about the
    /// network's delay.
    pub pre_roll: bool,
    /// Counts the packets of a sender; wraps, and goes on from burst to burst.
    pub seq: u16,
    /// Time of the packet's first sample on the sender's media clock, in samples at 48 kHz; wraps.
    pub media_time: u32,
    /// What the Opus encoder made of the packet's samples.
    pub opus: Bytes,
    /// Opus data of the packets before this one, the nearest first; at most [`limits::VOICE_COPIES`], each at most 255
    /// bytes.
    pub copies: Vec<Bytes>,
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
    /// The copies of earlier packets reach beyond the packet's end, or are too many.
    #[error("voice packet with broken copies")]
    Copies,
}

impl VoicePacket {
    /// The packet's bytes on the way up.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        let copied: usize = self.copies.iter().map(|copy| 1 + copy.len()).sum();
        let mut out = BytesMut::with_capacity(VOICE_HEADER_BYTES + copied + self.opus.len());
        out.put_u8(self.burst);
        out.put_u8(self.flags());
        out.put_u16_le(self.seq);
        out.put_u32_le(self.media_time);
        for copy in self.copies.iter().take(limits::VOICE_COPIES) {
            // Longer ones are the encoder's fault and would be cut, which the receiver conceals like a loss.
            let len = u8::try_from(copy.len()).unwrap_or(u8::MAX);
            out.put_u8(len);
            out.put_slice(&copy[..usize::from(len)]);
        }
        out.put_slice(&self.opus);
        out.freeze()
    }

    fn flags(&self) -> u8 {
        let copies = u8::try_from(self.copies.len().min(limits::VOICE_COPIES)).unwrap_or(0);
        (u8::from(self.last) * FLAG_LAST) | (u8::from(self.pre_roll) * FLAG_PRE_ROLL) | (copies << COPIES_SHIFT)
    }

    /// Reads a packet's bytes on the way up; the Opus data stays a slice of `bytes`.
    ///
    /// # Errors
    /// When the bytes are too short, too long or carry no sound; see [`VoicePacketError`].
    pub fn decode(bytes: &Bytes) -> Result<Self, VoicePacketError> {
        check_up(bytes)?;
        let seq = u16::from_le_bytes([bytes[2], bytes[3]]);
        let media_time = u32::from_le_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]);
        let (copies, opus) = split_copies(bytes)?;
        let (last, pre_roll) = (bytes[1] & FLAG_LAST != 0, bytes[1] & FLAG_PRE_ROLL != 0);
        if opus.is_empty() && !last {
            return Err(VoicePacketError::Empty);
        }
        Ok(Self { burst: bytes[0], last, pre_roll, seq, media_time, opus, copies })
    }
}

/// Takes what follows the header apart: copies, own Opus data.
fn split_copies(bytes: &Bytes) -> Result<(Vec<Bytes>, Bytes), VoicePacketError> {
    let count = usize::from(bytes[1] >> COPIES_SHIFT & COPIES_MASK);
    if count > limits::VOICE_COPIES {
        return Err(VoicePacketError::Copies);
    }
    let mut rest = bytes.slice(VOICE_HEADER_BYTES..);
    let mut copies = Vec::with_capacity(count);
    for _ in 0..count {
        let len = usize::from(*rest.first().ok_or(VoicePacketError::Copies)?);
        if rest.len() < 1 + len {
            return Err(VoicePacketError::Copies);
        }
        copies.push(rest.slice(1..1 + len));
        rest = rest.slice(1 + len..);
    }
    Ok((copies, rest))
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
        fn a_packet_survives_both_ways(burst: u8, last: bool, pre_roll: bool, seq: u16, media_time: u32, speaker: u32,
            opus in proptest::collection::vec(any::<u8>(), 1..150),
            copies in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..100), 0..=limits::VOICE_COPIES)) {
            let copies = copies.into_iter().map(Bytes::from).collect();
            let packet = VoicePacket { burst, last, pre_roll, seq, media_time, opus: opus.into(), copies };
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
        let (opus, copies) = (Bytes::new(), vec![Bytes::from_static(b"before")]);
        let mut packet = VoicePacket { burst: 1, last: false, pre_roll: false, seq: 2, media_time: 3, opus, copies };
        assert_eq!(VoicePacket::decode(&packet.encode()), Err(VoicePacketError::Empty));
        packet.last = true;
        assert_eq!(VoicePacket::decode(&packet.encode()), Ok(packet));
    }
}
