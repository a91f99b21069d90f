//! A note's sound from any place on, at any pace.

use super::{
    file::NoteFile,
    pauses::Pauses,
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
    /// How much of the note was decoded.
    read: u64,
    /// Passes over pauses, where that is wanted.
    pauses: Option<Pauses>,
    /// Samples that the tempo gets next.
    heard: Vec<f32>,
    /// Where the note began to be played, and where what is to be heard of it ends so far, as the tempo counts.
    from: u64,
    end: u64,
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
            read: from,
            pauses: None,
            heard: Vec::new(),
            from,
            end: from,
            piece: [0.0; HOP],
            played: HOP,
            note,
        })
    }

    /// Passes over pauses from now on; meant for a player that has not begun.
    #[must_use]
    pub fn skipping_silence(mut self, skips: bool) -> Self {
        self.pauses = skips.then(Pauses::default);
        self
    }

    /// Writes the next samples; answers how many there were, which is fewer than asked for only at the end.
    pub fn render(&mut self, out: &mut [f32]) -> usize {
        let mut written = 0;
        while written < out.len() {
            if self.played == HOP {
                if self.has_ended() {
                    break;
                }
                self.feed();
                if self.has_ended() {
                    break;
                }
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
        if self.played == HOP && self.has_ended() {
            return self.note.length();
        }
        // What is left of the piece lies before the place that the tempo has reached.
        let left = (HOP - self.played) as u64;
        let place = self.tempo.position().saturating_sub(left);
        let left_out = self.pauses.as_ref().map_or(0, |pauses| pauses.left_out_before(place.saturating_sub(self.from)));
        duration_of((place + left_out).min(self.note.samples()))
    }

    /// Whether all that is to be heard was played.
    fn has_ended(&self) -> bool {
        self.read >= self.note.samples() && self.heard.is_empty() && self.tempo.position() >= self.end
    }

    fn feed(&mut self) {
        let mut missing = self.tempo.missing();
        while missing > 0 {
            if self.heard.is_empty() && !self.hear() {
                return;
            }
            let count = missing.min(self.heard.len());
            self.tempo.feed(&self.heard[..count]);
            self.heard.drain(..count);
            missing -= count;
        }
    }

    /// Gets what is to be heard next. False where nothing is left.
    fn hear(&mut self) -> bool {
        while self.heard.is_empty() {
            let left = usize::try_from(self.note.samples() - self.read).unwrap_or(usize::MAX);
            if left == 0 {
                return false;
            }
            if !self.decode() {
                // There is less in it than it said: the rest is silent.
                self.decoded.resize(left, 0.0);
            }
            self.decoded.truncate(left);
            self.read += self.decoded.len() as u64;
            match &mut self.pauses {
                None => self.heard.append(&mut self.decoded),
                Some(pauses) => {
                    pauses.pass(&self.decoded, &mut self.heard);
                    self.decoded.clear();
                    if self.read == self.note.samples() {
                        pauses.end(&mut self.heard);
                    }
                }
            }
            self.end += self.heard.len() as u64;
        }
        true
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
    fn pauses_are_passed_over_and_its_place_is_told_all_the_same() {
        let mut sound = tone(24_000);
        sound.resize(96_000, 0.0);
        sound.extend(tone(24_000));
        let note = Arc::new(NoteFile::read(&recorded(&sound).ogg).unwrap());
        let mut player = NotePlayer::new(Arc::clone(&note), Duration::ZERO, 1.0).unwrap().skipping_silence(true);
        let (mut out, mut block, mut places) = (Vec::new(), [0.0; 480], vec![Duration::ZERO]);
        while player.render(&mut block) == block.len() {
            out.extend_from_slice(&block);
            places.push(player.position());
        }
        // Two tones of half a second, with 0.3 s between them.
        assert!((60_000..66_000).contains(&out.len()), "{} samples", out.len());
        assert!(places.is_sorted() && places[45] < Duration::from_millis(460), "{places:?}");
        assert!(places[110] > Duration::from_millis(2200), "{places:?}");
        assert_eq!(player.position(), note.length());
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
