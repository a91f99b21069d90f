//! One remote speaker: packets in, sound out in portions of any length, whatever the network did.

use super::{
    codec::{CodecError, VoiceDecoder},
    delay::FIRST_TARGET,
    frames::SAMPLE_RATE_HZ,
    jitter::{JitterBuffer, JitterCounts, Pull},
    level::rms,
    pace::Pace,
    stretch::{self, BEARABLE, PERIODS, UNHEARD},
};
use hallway_protocol::voice::VoicePacket;
use std::time::Duration;

/// Length of the fades at the ends of a burst, in samples: 5 ms, short enough to keep a first consonant.
const FADE_SAMPLES: usize = SAMPLE_RATE_HZ as usize / 200;
/// Silence that is made at a time, in samples: as much as [`Pull::Silence`] stands for.
const GRAIN_SAMPLES: usize = SAMPLE_RATE_HZ as usize / 400;
/// Sound over which the level is measured, in samples: 20 ms.
const LEVEL_SAMPLES: usize = SAMPLE_RATE_HZ as usize / 50;

/// How a speaker's missing packets were made up for, in packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TalkerCounts {
    /// Packets rebuilt from the coarse copy in their successor (in-band FEC).
    pub recovered: u64,
    /// Packets that Opus could not read.
    pub broken: u64,
}

/// See the [module's description](self).
#[derive(Debug)]
pub struct Talker {
    jitter: JitterBuffer,
    decoder: VoiceDecoder,
    /// Whether the decoder still has the last burst in it.
    is_stale: bool,
    /// Decoded sound: what was played last, as long as the longest period, and from `played` on what comes next.
    sound: Vec<f32>,
    played: usize,
    /// Whether the end of `sound` is more than silence.
    is_sounding: bool,
    /// Where in `sound` the last fade ended; from there on it is silent, unless it is sounding.
    silent_from: usize,
    /// Where on the speaker's media clock `sound` ends; `None` between two bursts.
    ends_at: Option<u32>,
    level: f32,
    /// Energy of the samples rendered since `level` was taken, and how many they are.
    measured: (f32, usize),
    counts: TalkerCounts,
}

impl Talker {
    /// A speaker of whom nothing was heard yet.
    ///
    /// # Errors
    /// When the decoder cannot be set up.
    pub fn new() -> Result<Self, CodecError> {
        Self::expecting(FIRST_TARGET)
    }

    /// The same, where others were heard with this [target](JitterBuffer::network_target): they come the same way.
    ///
    /// # Errors
    /// When the decoder cannot be set up.
    pub fn expecting(target: Duration) -> Result<Self, CodecError> {
        Ok(Self {
            jitter: JitterBuffer::expecting(target),
            decoder: VoiceDecoder::new()?,
            is_stale: false,
            sound: Vec::new(),
            played: 0,
            is_sounding: false,
            silent_from: 0,
            ends_at: None,
            level: 0.0,
            measured: (0.0, 0),
            counts: TalkerCounts::default(),
        })
    }

    /// Takes a packet, which arrived at `now`.
    pub fn hear(&mut self, packet: VoicePacket, now: Duration) {
        self.jitter.push(packet, now);
    }

    /// Whether nothing is to be heard until the next packet.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.jitter.is_idle() && !self.is_sounding && self.played >= self.silent_from
    }

    /// Where on the speaker's media clock lies what is rendered next, in samples; `None` between two bursts. Exact to
    /// within what stretching moves and concealment guesses.
    #[must_use]
    pub fn media_time(&self) -> Option<u32> {
        self.ends_at.map(|end| end.wrapping_sub(self.ready() as u32))
    }

    /// RMS of the last 20 ms heard, 0.0 to 1.0.
    #[must_use]
    pub fn level(&self) -> f32 {
        self.level
    }

    /// Packets as they came: counts, delay and target.
    #[must_use]
    pub fn jitter(&self) -> &JitterBuffer {
        &self.jitter
    }

    /// What became of the packets.
    #[must_use]
    pub fn jitter_counts(&self) -> JitterCounts {
        self.jitter.counts()
    }

    /// How missing packets were made up for.
    #[must_use]
    pub fn counts(&self) -> TalkerCounts {
        self.counts
    }

    /// Makes the speaker's next sound: fills `out`, of any length.
    pub fn render(&mut self, now: Duration, out: &mut [f32]) {
        while self.ready() < out.len() {
            self.pull(now, out.len());
        }
        out.copy_from_slice(&self.sound[self.played..self.played + out.len()]);
        self.played += out.len();
        // What was played is kept for as long as stretching may look back.
        let old = self.played.saturating_sub(PERIODS.end);
        self.sound.drain(..old);
        self.played -= old;
        self.silent_from = self.silent_from.saturating_sub(old);
        self.measure(out);
        if self.is_idle() {
            // Silence left over must not delay the next burst.
            self.sound.truncate(self.played);
        }
    }

    /// Samples that wait to be played.
    fn ready(&self) -> usize {
        self.sound.len() - self.played
    }

    /// Gets the next piece of sound, while `block` samples are rendered at a time.
    fn pull(&mut self, now: Duration, block: usize) {
        match self.jitter.pull(now, self.ready() as u32, block as u32) {
            Pull::Packet(packet) => {
                self.begin_if_stale();
                let start = self.sound.len();
                self.decode(&packet.opus);
                self.ends_at = Some(packet.media_time.wrapping_add((self.sound.len() - start) as u32));
                self.fade_in(start);
                self.keep_pace(now, block);
            }
            Pull::Lost { duration, next } => {
                self.begin_if_stale();
                let start = self.sound.len();
                self.make_up(next.as_deref(), duration as usize);
                self.goes_on(duration);
                self.fade_in(start);
            }
            // The decoder goes on with the noise of the speaker's room.
            Pull::Pause(duration) => {
                self.conceal(duration as usize);
                self.goes_on(duration);
            }
            Pull::Silence => {
                self.fade_out();
                self.sound.resize(self.sound.len() + GRAIN_SAMPLES, 0.0);
            }
            Pull::BurstEnded => {
                self.fade_out();
                self.is_stale = true;
                self.ends_at = None;
            }
        }
    }

    fn goes_on(&mut self, ticks: u32) {
        self.ends_at = self.ends_at.map(|end| end.wrapping_add(ticks));
    }

    fn begin_if_stale(&mut self) {
        if std::mem::take(&mut self.is_stale)
            && let Err(error) = self.decoder.reset()
        {
            tracing::debug!(%error, "a decoder kept its last burst");
        }
    }

    fn decode(&mut self, opus: &[u8]) {
        if let Err(error) = self.decoder.decode(opus, &mut self.sound) {
            tracing::debug!(%error, "a voice packet was not readable");
            self.counts.broken += 1;
            self.conceal(LEVEL_SAMPLES);
        }
    }

    fn make_up(&mut self, next: Option<&[u8]>, samples: usize) {
        if let Some(next) = next
            && self.decoder.recover(next, samples, &mut self.sound).is_ok()
        {
            self.counts.recovered += 1;
        } else {
            self.conceal(samples);
        }
    }

    fn conceal(&mut self, samples: usize) {
        if self.decoder.conceal(samples, &mut self.sound).is_err() {
            self.sound.resize(self.sound.len() + samples, 0.0);
        }
    }

    /// Lets the sound from `start` on come up from silence, if it was silent before.
    fn fade_in(&mut self, start: usize) {
        if !std::mem::replace(&mut self.is_sounding, true) {
            for (n, sample) in self.sound[start..].iter_mut().take(FADE_SAMPLES).enumerate() {
                *sample *= n as f32 / FADE_SAMPLES as f32;
            }
        }
    }

    /// Lets what was heard last go on just long enough to fade, so that no burst ends with a click.
    fn fade_out(&mut self) {
        if std::mem::take(&mut self.is_sounding) {
            let start = self.sound.len();
            self.conceal(FADE_SAMPLES);
            for (n, sample) in self.sound[start..].iter_mut().enumerate() {
                *sample *= 1.0 - (n + 1) as f32 / FADE_SAMPLES as f32;
            }
            self.silent_from = self.sound.len();
        }
    }

    /// Shortens or lengthens what waits, if that brings the delay to its target.
    fn keep_pace(&mut self, now: Duration, block: usize) {
        match self.jitter.pace() {
            Pace::Keep => {}
            Pace::Faster { by, hurry } => {
                // Two periods are needed to take one out. There is too much sound, so the next packet is mostly here.
                if self.ready() < 2 * PERIODS.end && self.jitter.has_next() {
                    return self.pull(now, block);
                }
                let alike = if hurry { BEARABLE } else { UNHEARD };
                let gone = stretch::shorten(&mut self.sound, self.played, by as usize, alike);
                self.note_stretch(-(gone as i32), now);
            }
            Pace::Slower { by } => {
                let put_in = stretch::lengthen(&mut self.sound, self.played, by as usize, UNHEARD);
                self.note_stretch(put_in as i32, now);
            }
        }
    }

    fn note_stretch(&mut self, by: i32, now: Duration) {
        if by != 0 {
            self.jitter.stretched(by, now);
        }
    }

    fn measure(&mut self, rendered: &[f32]) {
        self.measured.0 += rms(rendered).powi(2) * rendered.len() as f32;
        self.measured.1 += rendered.len();
        if self.measured.1 >= LEVEL_SAMPLES || self.is_idle() {
            let (energy, samples) = std::mem::take(&mut self.measured);
            self.level = (energy / samples.max(1) as f32).sqrt();
        }
    }
}

#[cfg(test)]
mod tests;
