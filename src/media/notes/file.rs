//! Reads an Ogg Opus file (RFC 7845), whoever made it: nothing in it is believed, and everything has a bound.

use crate::media::voice::{
    codec::opus_samples,
    frames::{duration_of, samples_in},
};
use bytes::Bytes;
use hallway_protocol::limits::{NOTE_BYTES, NOTE_LENGTH};
use ogg::{OggReadError, Packet, reading::PacketReader};
use std::{io::Cursor, time::Duration};
use thiserror::Error;

/// Longest Opus packet of one stream: six frames of 1275 bytes and their head.
const MOST_PACKET_BYTES: usize = 6 * 1275 + 7;
/// How much longer than [`NOTE_LENGTH`] a file may be: what the encoder puts before the sound, and a last packet.
const SLACK: Duration = Duration::from_secs(1);
/// What the first packet begins with, and the second.
const HEAD: &[u8] = b"OpusHead";
const TAGS: &[u8] = b"OpusTags";

/// Why bytes are no note. Reads as the end of "this note can't be played: …".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NoteFileError {
    /// More bytes than a note has.
    #[error("it is larger than a note can be")]
    TooLarge,
    /// Longer than a note is.
    #[error("it is longer than a note can be")]
    TooLong,
    /// Not an Ogg file, or a broken one.
    #[error("it is no sound file, or it is damaged")]
    NotOgg,
    /// An Ogg file of something else.
    #[error("what is in it is no Opus sound")]
    NotOpus,
    /// Neither one channel nor two.
    #[error("it has more channels than two")]
    Channels,
    /// No sound in it.
    #[error("there is no sound in it")]
    Empty,
}

/// The packets of a note in order, in memory.
#[derive(Clone, Debug)]
pub struct NoteFile {
    packets: Vec<Bytes>,
    /// Where each packet ends, in samples from the first packet's beginning.
    ends: Vec<u64>,
    /// Samples of the first packets that are not meant to be heard.
    skip: u64,
    /// Samples that are.
    samples: u64,
}

impl NoteFile {
    /// Reads the bytes of a file.
    ///
    /// # Errors
    /// When they are no Ogg Opus file within the bounds of a note.
    pub fn read(bytes: &[u8]) -> Result<Self, NoteFileError> {
        if bytes.len() > NOTE_BYTES {
            return Err(NoteFileError::TooLarge);
        }
        let mut reader = PacketReader::new(Cursor::new(bytes));
        let head = next(&mut reader)?.ok_or(NoteFileError::NotOgg)?;
        let skip = read_head(&head.data)?;
        let serial = head.stream_serial();
        if !next_of(&mut reader, serial)?.is_some_and(|tags| tags.data.starts_with(TAGS)) {
            return Err(NoteFileError::NotOpus);
        }
        let mut note = Self { packets: Vec::new(), ends: Vec::new(), skip, samples: 0 };
        let mut told_end = None;
        while let Some(packet) = next_of(&mut reader, serial)? {
            let is_last = packet.last_in_stream();
            if is_last {
                told_end = Some(packet.absgp_page());
            }
            note.add(packet.data)?;
            if is_last {
                break;
            }
        }
        note.measure(told_end)?;
        Ok(note)
    }

    fn add(&mut self, packet: Vec<u8>) -> Result<(), NoteFileError> {
        if packet.len() > MOST_PACKET_BYTES {
            return Err(NoteFileError::NotOpus);
        }
        let samples = opus_samples(&packet).ok_or(NoteFileError::NotOpus)?;
        let end = self.end() + u64::from(samples);
        if end > samples_in(NOTE_LENGTH + SLACK) {
            return Err(NoteFileError::TooLong);
        }
        self.packets.push(packet.into());
        self.ends.push(end);
        Ok(())
    }

    /// Finds how much is to be heard. A file may say that the end of its last packet is not.
    fn measure(&mut self, told_end: Option<u64>) -> Result<(), NoteFileError> {
        let end = told_end.map_or(self.end(), |told| told.min(self.end()));
        self.samples = end.saturating_sub(self.skip).min(samples_in(NOTE_LENGTH));
        if self.samples == 0 { Err(NoteFileError::Empty) } else { Ok(()) }
    }

    /// How long it is heard.
    #[must_use]
    pub fn length(&self) -> Duration {
        duration_of(self.samples)
    }

    /// Samples that are to be heard.
    pub(super) fn samples(&self) -> u64 {
        self.samples
    }

    /// Samples before those.
    pub(super) fn skip(&self) -> u64 {
        self.skip
    }

    pub(super) fn packet(&self, number: usize) -> Option<&Bytes> {
        self.packets.get(number)
    }

    /// The packet with this sample in it, counted from the first packet's beginning, and where it begins.
    pub(super) fn packet_at(&self, sample: u64) -> (usize, u64) {
        let number = self.ends.partition_point(|end| *end <= sample);
        (number, number.checked_sub(1).map_or(0, |before| self.ends[before]))
    }

    fn end(&self) -> u64 {
        self.ends.last().copied().unwrap_or(0)
    }
}

type Reader<'a> = PacketReader<Cursor<&'a [u8]>>;

fn next(reader: &mut Reader) -> Result<Option<Packet>, NoteFileError> {
    reader.read_packet().map_err(|error: OggReadError| {
        tracing::debug!(%error, "a note is no Ogg file");
        NoteFileError::NotOgg
    })
}

/// The next packet of a stream; those of others are passed over.
fn next_of(reader: &mut Reader, serial: u32) -> Result<Option<Packet>, NoteFileError> {
    loop {
        match next(reader)? {
            Some(packet) if packet.stream_serial() != serial => {}
            packet => return Ok(packet),
        }
    }
}

/// Checks the first packet; answers how many samples come before the sound. The loudness that it may ask for is left
/// aside: our own notes ask for none, and a stranger's is not to be louder than it was recorded.
fn read_head(head: &[u8]) -> Result<u64, NoteFileError> {
    let [version, channels, skip_low, skip_high, _, _, _, _, _, _, mapping, ..] =
        *head.strip_prefix(HEAD).ok_or(NoteFileError::NotOpus)?
    else {
        return Err(NoteFileError::NotOpus);
    };
    // Versions up to 15 are meant to be readable so.
    if version > 15 {
        return Err(NoteFileError::NotOpus);
    }
    if mapping != 0 || !matches!(channels, 1 | 2) {
        return Err(NoteFileError::Channels);
    }
    Ok(u16::from_le_bytes([skip_low, skip_high]).into())
}

#[cfg(test)]
mod tests;
