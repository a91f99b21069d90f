//! A note that is played beside the voices.
//!
//! Whoever speaks live goes first: the note waits until nobody has spoken for a moment, and goes on where it was.

use crate::media::{
    engine::NotePlayed,
    notes::player::NotePlayer,
    voice::{
        mixer::{MIX_FRAMES, Mix, SmoothGains},
        space::Ears,
    },
};
use std::time::Duration;

/// How long nobody must have spoken before a note goes on: longer than a pause between two words.
const PAUSE: Duration = Duration::from_millis(1200);
/// Length of the fade of a note that is stopped, in samples: 10 ms, so that it doesn't click.
const FADE_SAMPLES: usize = MIX_FRAMES;

struct Playing {
    ticket: u64,
    player: NotePlayer,
    gains: SmoothGains,
}

/// See the [module's description](self).
#[derive(Default)]
pub(super) struct NotePlayback {
    playing: Option<Playing>,
    /// What is left of a note that was stopped.
    fading: Vec<f32>,
    /// Until when it waits at least.
    waits_until: Option<Duration>,
    ended: Option<u64>,
}

impl NotePlayback {
    /// Plays this one from now on.
    pub(super) fn play(&mut self, ticket: u64, player: NotePlayer) {
        self.stop();
        let gains = SmoothGains::new(Ears { left: 0.0, right: 0.0 });
        self.playing = Some(Playing { ticket, player, gains });
    }

    /// Nothing more of it.
    pub(super) fn stop(&mut self) {
        let Some(mut playing) = self.playing.take() else { return };
        if self.waits() {
            return;
        }
        let mut rest = [0.0; FADE_SAMPLES];
        playing.player.render(&mut rest);
        self.fading =
            rest.iter().enumerate().map(|(n, sample)| sample * (1.0 - n as f32 / FADE_SAMPLES as f32)).collect();
    }

    /// Waits while somebody speaks, and for a moment after.
    pub(super) fn give_way(&mut self, somebody_speaks: bool, now: Duration) {
        if somebody_speaks {
            self.waits_until = Some(now + PAUSE);
        } else if self.waits_until.is_some_and(|until| now >= until) {
            self.waits_until = None;
        }
    }

    /// Adds so many frames of it, at most [`MIX_FRAMES`].
    pub(super) fn add_to(&mut self, mix: &mut Mix, frames: usize) {
        let frames = frames.min(MIX_FRAMES);
        if !self.fading.is_empty() {
            let rest = self.fading.split_off(frames.min(self.fading.len()));
            mix.add(&self.fading);
            self.fading = rest;
        }
        let waits = self.waits();
        let Some(playing) = &mut self.playing else { return };
        playing.gains.set(if waits { Ears { left: 0.0, right: 0.0 } } else { Ears::CENTRE });
        if waits && playing.gains.is_silent() {
            return;
        }
        let mut samples = [0.0; MIX_FRAMES];
        let samples = &mut samples[..frames];
        let written = playing.player.render(samples);
        mix.add_from(samples, &mut playing.gains);
        if written < frames {
            self.ended = Some(playing.ticket);
            self.playing = None;
        }
    }

    /// Whether there is anything to render.
    pub(super) fn is_active(&self) -> bool {
        self.playing.is_some() || !self.fading.is_empty()
    }

    /// The note that ended, once.
    pub(super) fn ended(&mut self) -> Option<u64> {
        self.ended.take()
    }

    pub(super) fn played(&self) -> Option<NotePlayed> {
        let Playing { ticket, player, .. } = self.playing.as_ref()?;
        Some(NotePlayed { ticket: *ticket, at: player.position(), waits: self.waits() })
    }

    fn waits(&self) -> bool {
        self.waits_until.is_some()
    }
}
