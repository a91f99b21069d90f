//! Makes an Ogg Opus file of sound, while it comes.

use super::waveform::Waveform;
use crate::media::voice::{
    codec::{CodecError, VoiceEncoder},
    encoding::Encoding,
    frames::{PACKET_SAMPLES, SAMPLE_RATE_HZ, duration_of, samples_in},
};
use bytes::Bytes;
use hallway_protocol::limits::NOTE_LENGTH;
use ogg::writing::{PacketWriteEndInfo, PacketWriter};
use std::{fmt, time::Duration};

/// How a note is encoded: it is heard once, not on a lossy link, so it may be better than a voice on its way.
/// Five minutes of it take 1.5 MB.
const ENCODING: Encoding = Encoding { bitrate_bps: 40_000, packet_ms: 20, expected_loss_percent: 0, copies: 0 };
/// Packets in one page of the file: a second. Players seek by pages.
const PACKETS_IN_PAGE: u64 = 50;
/// The number of the file's only stream. It need only differ from others in the same file.
const SERIAL: u32 = 0x4877_4e6f;

/// A note that was recorded.
#[derive(Clone, PartialEq, Eq)]
pub struct RecordedNote {
    /// The file.
    pub ogg: Bytes,
    /// How long it lasts.
    pub length: Duration,
    /// Its levels, at most [`WAVEFORM_LEVELS`](hallway_protocol::limits::WAVEFORM_LEVELS).
    pub waveform: Vec<u8>,
}

impl fmt::Debug for RecordedNote {
    /// Without what was said.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordedNote").field("bytes", &self.ogg.len()).field("length", &self.length).finish()
    }
}

/// Sound on its way into a file.
pub struct NoteRecording {
    encoder: VoiceEncoder,
    pages: PacketWriter<'static, Vec<u8>>,
    /// What makes no whole packet yet.
    waiting: Vec<f32>,
    packets: u64,
    /// The newest packet, which is written with the next one: only the last packet ends the file.
    held: Option<Bytes>,
    samples: u64,
    waveform: Waveform,
}

impl NoteRecording {
    /// Nothing so far.
    ///
    /// # Errors
    /// When the codec can't be set up.
    pub fn new() -> Result<Self, CodecError> {
        let mut encoder = VoiceEncoder::new()?;
        encoder.set_encoding(ENCODING)?;
        let mut recording = Self {
            encoder,
            pages: PacketWriter::new(Vec::new()),
            waiting: Vec::new(),
            packets: 0,
            held: None,
            samples: 0,
            waveform: Waveform::default(),
        };
        recording.write(recording.head(), PacketWriteEndInfo::EndPage, 0);
        recording.write(tags(), PacketWriteEndInfo::EndPage, 0);
        Ok(recording)
    }

    /// Takes the next 10 ms or so. What is beyond [`NOTE_LENGTH`] is left out.
    pub fn record(&mut self, samples: &[f32]) {
        let left = usize::try_from(samples_in(NOTE_LENGTH).saturating_sub(self.samples)).unwrap_or(usize::MAX);
        let samples = &samples[..samples.len().min(left)];
        if samples.is_empty() {
            return;
        }
        self.samples += samples.len() as u64;
        self.waveform.hear(samples);
        self.waiting.extend_from_slice(samples);
        self.make_packets();
    }

    /// How long it is so far.
    #[must_use]
    pub fn length(&self) -> Duration {
        duration_of(self.samples)
    }

    /// Whether nothing more goes in.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.samples >= samples_in(NOTE_LENGTH)
    }

    /// The whole file; `None` where no sound was recorded.
    #[must_use]
    pub fn finish(mut self) -> Option<RecordedNote> {
        if self.samples == 0 {
            return None;
        }
        // The last sound is still inside the encoder: silence drives it out.
        let end = self.samples as usize + self.encoder.delay_samples();
        let packets = end.div_ceil(PACKET_SAMPLES);
        let missing = packets * PACKET_SAMPLES - self.samples as usize;
        self.waiting.resize(self.waiting.len() + missing, 0.0);
        self.make_packets();
        let last = self.held.take()?;
        self.write(last.to_vec(), PacketWriteEndInfo::EndStream, end as u64);
        let (length, waveform) = (self.length(), self.waveform.levels());
        Some(RecordedNote { ogg: self.pages.into_inner().into(), length, waveform })
    }

    fn make_packets(&mut self) {
        while self.waiting.len() >= PACKET_SAMPLES {
            match self.encoder.encode(&self.waiting[..PACKET_SAMPLES]) {
                Ok(packet) => self.keep(packet),
                Err(error) => tracing::warn!(%error, "some milliseconds of a note were lost"),
            }
            self.waiting.drain(..PACKET_SAMPLES);
        }
    }

    fn keep(&mut self, packet: Bytes) {
        if let Some(before) = self.held.replace(packet) {
            let end = match self.packets.is_multiple_of(PACKETS_IN_PAGE) {
                true => PacketWriteEndInfo::EndPage,
                false => PacketWriteEndInfo::NormalPacket,
            };
            self.write(before.to_vec(), end, self.packets * PACKET_SAMPLES as u64);
        }
        self.packets += 1;
    }

    fn write(&mut self, packet: Vec<u8>, end: PacketWriteEndInfo, granule: u64) {
        self.pages.write_packet(packet, SERIAL, end, granule).expect("writing into memory can't fail");
    }

    /// The first packet of the file: one channel, and how much the encoder puts before the sound.
    fn head(&self) -> Vec<u8> {
        let mut head = b"OpusHead\x01\x01".to_vec();
        head.extend((self.encoder.delay_samples() as u16).to_le_bytes());
        head.extend(SAMPLE_RATE_HZ.to_le_bytes());
        // No gain, and the simplest mapping of channels.
        head.extend([0, 0, 0]);
        head
    }
}

/// The second packet of the file: who made it, and no tags.
fn tags() -> Vec<u8> {
    let maker = concat!("Hallway ", env!("CARGO_PKG_VERSION"));
    let mut tags = b"OpusTags".to_vec();
    tags.extend((maker.len() as u32).to_le_bytes());
    tags.extend(maker.as_bytes());
    tags.extend(0u32.to_le_bytes());
    tags
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A voice-like sound.
    pub(in crate::media::notes) fn tone(samples: usize) -> Vec<f32> {
        let wave = |n: usize| {
            let t = n as f32 / SAMPLE_RATE_HZ as f32 * std::f32::consts::TAU;
            0.3 * (t * 200.0).sin() + 0.1 * (t * 600.0).sin()
        };
        (0..samples).map(wave).collect()
    }

    pub(in crate::media::notes) fn recorded(sound: &[f32]) -> RecordedNote {
        let mut recording = NoteRecording::new().unwrap();
        sound.chunks(480).for_each(|samples| recording.record(samples));
        recording.finish().unwrap()
    }

    #[test]
    fn nothing_recorded_is_no_note() {
        assert!(NoteRecording::new().unwrap().finish().is_none());
    }

    #[test]
    fn a_note_ends_at_its_longest() {
        let mut recording = NoteRecording::new().unwrap();
        recording.samples = samples_in(NOTE_LENGTH) - 100;
        recording.record(&[0.1; 480]);
        assert!(recording.is_full());
        assert_eq!(recording.length(), NOTE_LENGTH);
        recording.record(&[0.1; 480]);
        assert_eq!(recording.length(), NOTE_LENGTH);
    }

    #[test]
    fn the_head_says_how_much_comes_before_the_sound() {
        let note = recorded(&tone(4800));
        let head = note.ogg.windows(8).position(|bytes| bytes == b"OpusHead").unwrap();
        assert_eq!(note.ogg[head + 8..head + 10], [1, 1]);
        let skip = u16::from_le_bytes([note.ogg[head + 10], note.ogg[head + 11]]);
        assert_eq!(usize::from(skip), VoiceEncoder::new().unwrap().delay_samples());
        assert_eq!(note.length, Duration::from_millis(100));
        assert_eq!(note.waveform.len(), 10);
    }
}
