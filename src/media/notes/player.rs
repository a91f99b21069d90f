//! A note's sound from any place on, at any pace.

use super::{
    file::NoteFile,
    tempo::{HOP, Tempo},
};
use crate::media::voice::{
    codec::{CodecError, VoiceDecoder, opus_samples},
    frames::{duration_of, samples_in},
};
use std::{ops::RangeInclusive, sync::Arc, time::Duration};

/// How fast a note may be played.
pub const SPEEDS: RangeInclusive<f32> = 0.5..=3.0;
/// What a decoder must have heard before its sound is right, in samples: 80 ms (RFC 7845, section 4.6).
const PRE_ROLL: u64 = 3840;

/// Plays one note once.
pub struct NotePlayer {
    note: Arc<NoteFile>,
    decoder: VoiceDecoder,
    /// The packet that is decoded next.
    next: usize,
    /// Decoded samples that are still to be thrown away: they are before what is wanted.
    unwanted: usize,
    decoded: Vec<f32>,
    tempo: Tempo,
    /// Samples of the note that the tempo got.
    fed: u64,
    piece: [f32; HOP],
    /// How much of the piece was played.
    played: usize,
}

impl NotePlayer {
    /// From `from` on at this pace, which is brought into [`SPEEDS`].
    ///
    /// # Errors
    /// When there is no memory for a decoder.
    pub fn new(note: Arc<NoteFile>, from: Duration, speed: f32) -> Result<Self, CodecError> {
        let from = samples_in(from).min(note.samples());
        let wanted = note.skip() + from;
        let (next, begin) = note.packet_at(wanted.saturating_sub(PRE_ROLL));
        let speed = if speed.is_finite() { speed.clamp(*SPEEDS.start(), *SPEEDS.end()) } else { 1.0 };
        Ok(Self {
            decoder: VoiceDecoder::new()?,
            next,
            unwanted: usize::try_from(wanted.saturating_sub(begin)).unwrap_or(0),
            decoded: Vec::new(),
            tempo: Tempo::new(from, speed.into()),
            fed: from,
            piece: [0.0; HOP],
            played: HOP,
            note,
        })
    }

    /// Writes the next samples; answers how many there were, which is fewer than asked for only at the end.
    pub fn render(&mut self, out: &mut [f32]) -> usize {
        let mut written = 0;
        while written < out.len() {
            if self.played == HOP {
                if self.tempo.position() >= self.note.samples() {
                    break;
                }
                self.feed();
                self.piece = self.tempo.piece();
                self.played = 0;
            }
            let count = (out.len() - written).min(HOP - self.played);
            out[written..written + count].copy_from_slice(&self.piece[self.played..self.played + count]);
            self.played += count;
            written += count;
        }
        out[written..].fill(0.0);
        written
    }

    /// Which place is played now.
    #[must_use]
    pub fn position(&self) -> Duration {
        // What is left of the piece lies before the place that the tempo has reached.
        let left = (HOP - self.played) as u64;
        duration_of(self.tempo.position().saturating_sub(left).min(self.note.samples()))
    }

    fn feed(&mut self) {
        let mut missing = self.tempo.missing();
        while missing > 0 {
            if self.decoded.is_empty() && !self.decode() {
                return;
            }
            let left = usize::try_from(self.note.samples() - self.fed).unwrap_or(usize::MAX);
            let count = missing.min(self.decoded.len()).min(left);
            if count == 0 && left == 0 {
                return;
            }
            self.tempo.feed(&self.decoded[..count]);
            self.decoded.drain(..count);
            self.fed += count as u64;
            missing -= count;
        }
    }

    /// Decodes the next packet. False when there is none.
    fn decode(&mut self) -> bool {
        let Some(packet) = self.note.packet(self.next) else { return false };
        self.next += 1;
        if let Err(error) = self.decoder.decode(packet, &mut self.decoded) {
            tracing::debug!(%error, "a packet of a note is silent");
            self.decoded.resize(opus_samples(packet).unwrap_or(0) as usize, 0.0);
        }
        let unwanted = self.unwanted.min(self.decoded.len());
        self.decoded.drain(..unwanted);
        self.unwanted -= unwanted;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::{
        notes::recording::tests::{recorded, tone},
        voice::level::rms,
    };

    fn played(note: &Arc<NoteFile>, from: Duration, speed: f32) -> Vec<f32> {
        let mut player = NotePlayer::new(Arc::clone(note), from, speed).unwrap();
        let mut out = Vec::new();
        let mut block = [0.0; 441];
        loop {
            let count = player.render(&mut block);
            out.extend_from_slice(&block[..count]);
            if count < block.len() {
                assert_eq!(player.position(), note.length());
                return out;
            }
        }
    }

    /// Where `piece` lies in `sound`, near `near`, in samples off; and how alike it is there.
    fn found(sound: &[f32], piece: &[f32], near: usize) -> (isize, f32) {
        let likeness = |at: usize| {
            let other = &sound[at..at + piece.len()];
            let ab: f32 = piece.iter().zip(other).map(|(a, b)| a * b).sum();
            ab / (rms(piece) * rms(other) * piece.len() as f32)
        };
        let best = (near - 100..near + 100).max_by(|a, b| likeness(*a).total_cmp(&likeness(*b))).unwrap();
        (best as isize - near as isize, likeness(best))
    }

    #[test]
    fn a_note_is_played_as_it_was_recorded_from_the_first_sample_to_the_last() {
        let sound = tone(48_000 + 77);
        let note = Arc::new(NoteFile::read(&recorded(&sound).ogg).unwrap());
        let out = played(&note, Duration::ZERO, 1.0);
        // Whole pieces are played; the last one is filled with silence.
        assert!(out.len() >= sound.len() && out.len() < sound.len() + HOP);
        let (off, alike) = found(&out, &sound[10_000..12_000], 10_000);
        // The codec's speech layer moves sound by a fraction of a millisecond.
        assert!(off.abs() <= 24 && alike > 0.95, "off by {off}, alike by {alike}");
        assert!(rms(&out[sound.len() - 480..sound.len() - 50]) > 0.1, "the end is there");
    }

    #[test]
    fn any_place_is_found_to_the_sample_and_sounds_right_at_once() {
        let mut sound = vec![0.0; 48_000];
        sound.extend(tone(24_000));
        let note = Arc::new(NoteFile::read(&recorded(&sound).ogg).unwrap());
        let whole = played(&note, Duration::ZERO, 1.0);
        let part = played(&note, Duration::from_millis(1250), 1.0);
        let (off, alike) = found(&whole, &part[..2400], 60_000);
        assert!(off.abs() <= 1 && alike > 0.95, "off by {off}, alike by {alike}");
        assert!(played(&note, Duration::from_secs(9), 1.0).is_empty());
    }

    #[test]
    fn twice_as_fast_it_takes_half_the_time() {
        let note = Arc::new(NoteFile::read(&recorded(&tone(96_000)).ogg).unwrap());
        let out = played(&note, Duration::ZERO, 2.0);
        assert!((46_000..50_000).contains(&out.len()), "{} samples", out.len());
        assert!((rms(&out[5000..40_000]) / rms(&tone(48_000)) - 1.0).abs() < 0.15);
        // What is no pace is no harm.
        let own = played(&note, Duration::ZERO, f32::NAN);
        assert!(own.len() >= 96_000 && own.len() < 96_000 + HOP);
    }
}
