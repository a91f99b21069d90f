//! The listening half of the voice thread: remote speakers, cues, mix, sink.

mod note;
mod sink;
mod talkers;
mod wishes;

use super::{NotePlayed, VoiceStats};
#[cfg(feature = "devices")]
use crate::media::devices::cpal_output::OutputDevice;
use crate::media::{
    notes::player::NotePlayer,
    voice::{
        cues::{Cue, CuePlayer},
        mixer::{MIX_FRAMES, Mix, SmoothGains, StereoFrame},
        space::Ears,
    },
};
use hallway_protocol::{ids::PersonId, voice::VoicePacket};
use note::NotePlayback;
pub(super) use sink::{FrameClock, Sink};
use std::{
    io,
    time::{Duration, Instant},
};
pub(super) use talkers::Circle;
use talkers::Talkers;
use wishes::Wishes;

/// Most samples kept of what was played (a second): the voice thread takes them at every round.
const MOST_PLAYED: usize = MIX_FRAMES * 100;
/// What is left of the room's voices while they step back: 12 dB less. They are still understood, and in nobody's way.
const LOWERED: Ears = Ears { left: 0.25, right: 0.25 };

/// See the [module's description](self).
pub(super) struct Playback {
    sink: Sink,
    talkers: Talkers,
    wishes: Wishes,
    /// Of all the room's voices together.
    room: SmoothGains,
    cues: CuePlayer,
    note: NotePlayback,
    /// What was played and nobody has asked for yet, mono; `None` while nobody will.
    played: Option<Vec<f32>>,
    /// Of devices that are gone.
    underruns_before: u64,
}

impl Playback {
    pub(super) fn new(sink: Sink) -> Self {
        Self {
            sink,
            talkers: Talkers::default(),
            wishes: Wishes::default(),
            room: SmoothGains::slow(Ears::CENTRE),
            cues: CuePlayer::default(),
            note: NotePlayback::default(),
            played: None,
            underruns_before: 0,
        }
    }

    pub(super) fn hear(&mut self, circle: Circle, speaker: PersonId, packet: VoicePacket, now: Duration) {
        self.talkers.hear(circle, speaker, self.wishes.of(speaker), packet, now);
    }

    /// The person is gone. The volume is remembered: it is a wish of the listener, not a fact about the place.
    pub(super) fn forget(&mut self, circle: Circle, speaker: PersonId) {
        if circle == Circle::Room {
            self.hear_from(speaker, Ears::CENTRE);
        }
        self.talkers.forget(circle, speaker);
    }

    /// Hears somebody in the room with these gains for the two ears, each 0.0 to 2.0.
    pub(super) fn hear_from(&mut self, speaker: PersonId, ears: Ears) {
        self.talkers.follow(speaker, self.wishes.set_ears(speaker, ears));
    }

    /// Hears somebody at this volume, 0.0 to 2.0.
    pub(super) fn set_volume(&mut self, speaker: PersonId, volume: f32) {
        self.talkers.follow(speaker, self.wishes.set_volume(speaker, volume));
    }

    /// Whether the room's voices step back behind others.
    pub(super) fn lower_room(&mut self, lowered: bool) {
        let gains = if lowered { LOWERED } else { Ears::CENTRE };
        if self.is_active() {
            self.room.set(gains);
        } else {
            self.room = SmoothGains::slow(gains);
        }
    }

    /// Plays a note, in place of the one before.
    pub(super) fn play_note(&mut self, ticket: u64, player: NotePlayer) {
        self.note.play(ticket, player);
    }

    /// Plays it no longer.
    pub(super) fn stop_note(&mut self) {
        self.note.stop();
    }

    /// The own voice goes out, or into a note: none is played into the microphone.
    pub(super) fn speak_oneself(&mut self, now: Duration) {
        self.note.give_way(true, now);
    }

    /// The note that was played to its end, once.
    pub(super) fn ended_note(&mut self) -> Option<u64> {
        self.note.ended()
    }

    /// The note that is played.
    pub(super) fn note(&self) -> Option<NotePlayed> {
        self.note.played()
    }

    pub(super) fn play(&mut self, cue: Cue) {
        self.cues.play(cue);
    }

    /// Whether anything is to be heard.
    pub(super) fn is_active(&self) -> bool {
        self.cues.is_playing() || self.talkers.are_heard() || self.note.is_active()
    }

    /// How long until the sink needs sound; `None` while nothing is to be heard.
    pub(super) fn due_in(&self, now: Duration) -> Option<Duration> {
        self.is_active().then(|| self.sink.due_in(now))
    }

    /// Renders what the sink needs by `now`.
    ///
    /// # Errors
    /// When a WAV file cannot be written any more.
    pub(super) fn step(&mut self, now: Duration) -> io::Result<()> {
        self.note.give_way(self.talkers.speak(), now);
        let active = self.is_active();
        match &mut self.sink {
            Sink::None(clock) if !active => *clock = FrameClock::new(now),
            Sink::None(clock) => {
                for _ in 0..clock.take_due(now) {
                    let mut mix = self.render(MIX_FRAMES, now);
                    self.keep(mix.finish());
                }
            }
            Sink::Wav(clock, _) => {
                for _ in 0..clock.take_due(now) {
                    let mut mix = self.render(MIX_FRAMES, now);
                    let frames = mix.finish();
                    self.keep(frames);
                    if let Sink::Wav(_, wav) = &mut self.sink {
                        wav.write(frames)?;
                    }
                }
            }
            #[cfg(feature = "devices")]
            Sink::Device(_) => self.feed_device(active, now),
        }
        self.talkers.forget_the_silent(now);
        Ok(())
    }

    #[cfg(feature = "devices")]
    fn feed_device(&mut self, active: bool, now: Duration) {
        while let Sink::Device(device) = &mut self.sink {
            if !active {
                return device.rest();
            }
            let frames = device.wanted(now).min(MIX_FRAMES);
            if frames == 0 {
                return;
            }
            let mut mix = self.render(frames, now);
            let frames = mix.finish();
            self.keep(frames);
            if let Sink::Device(device) = &mut self.sink {
                device.write(frames);
            }
        }
    }

    fn render(&mut self, frames: usize, now: Duration) -> Mix {
        let (mut mix, mut room) = (Mix::new(frames), Mix::new(frames));
        self.talkers.render(Circle::Room, frames, now, &mut room);
        self.talkers.render(Circle::Call, frames, now, &mut mix);
        mix.add_mix(&room, &mut self.room);
        self.note.add_to(&mut mix, frames);
        if self.cues.is_playing() {
            let mut tones = [0.0; MIX_FRAMES];
            self.cues.add_to(&mut tones[..frames.min(MIX_FRAMES)]);
            mix.add(&tones);
        }
        mix
    }

    fn keep(&mut self, frames: &[StereoFrame]) {
        if let Some(played) = &mut self.played
            && played.len() < MOST_PLAYED
        {
            played.extend(frames.iter().map(|[left, right]| 0.5 * (left + right)));
        }
    }

    /// Keeps what is played from now on for [`Self::take_played`], or doesn't any more.
    pub(super) fn keep_played(&mut self, keep: bool) {
        if keep != self.played.is_some() {
            self.played = keep.then(|| Vec::with_capacity(MOST_PLAYED));
        }
    }

    /// What was played since the last call, 48 kHz mono: what a microphone beside the speaker may hear.
    pub(super) fn take_played(&mut self) -> impl Iterator<Item = f32> {
        self.played.iter_mut().flat_map(|played| played.drain(..))
    }

    /// Plays to something else from now on; what was played to is finished.
    pub(super) fn set_sink(&mut self, sink: Sink) {
        self.underruns_before = self.underruns();
        if let Sink::Wav(_, wav) = std::mem::replace(&mut self.sink, sink)
            && let Err(error) = wav.finish()
        {
            tracing::warn!(%error, "a sound file could not be finished");
        }
    }

    #[cfg(feature = "devices")]
    pub(super) fn device(&self) -> Option<&OutputDevice> {
        match &self.sink {
            Sink::Device(device) => Some(device),
            Sink::None(_) | Sink::Wav(..) => None,
        }
    }

    #[cfg(feature = "devices")]
    fn underruns(&self) -> u64 {
        self.underruns_before + self.device().map_or(0, OutputDevice::underruns)
    }

    #[cfg(not(feature = "devices"))]
    fn underruns(&self) -> u64 {
        self.underruns_before
    }

    /// The totals of this half, in statistics whose other half is untouched. `at` is `now` on the system's clock.
    pub(super) fn stats(&self, now: Duration, at: Instant) -> VoiceStats {
        VoiceStats { underruns: self.underruns(), ..self.talkers.stats(self.sink.ahead(now), at) }
    }
}

#[cfg(test)]
mod tests;
