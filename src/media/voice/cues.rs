//! Short tones that tell what happened to the floor, made here instead of loaded.

use super::frames::SAMPLE_RATE_HZ;
use std::f32::consts::{PI, TAU};

/// Something about the floor worth hearing without looking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cue {
    /// The floor is yours: talk.
    Granted,
    /// Somebody else has the floor.
    Busy,
    /// You wait for your turn.
    Queued,
    /// Your turn came: choose what becomes of the recording.
    Offered,
    /// Talk is locked on.
    Locked,
    /// Your burst has ended and the floor is free.
    Released,
    /// The talk limit is near.
    Warning,
    /// The floor was taken from you.
    Revoked,
    /// You may not have the floor.
    Denied,
}

/// Level of a tone's plateau: about -18 dBFS RMS, present under speech without covering it.
const PEAK: f32 = 0.178;
/// Length of the raised-cosine edges, so that no tone clicks.
const EDGE_SECONDS: f32 = 0.012;

/// One note: pitch in hertz (0 is a rest) and length in milliseconds.
type Note = (f32, f32);

impl Cue {
    /// All cues, for listening through them.
    pub const ALL: [Self; 9] = [
        Self::Granted,
        Self::Busy,
        Self::Queued,
        Self::Offered,
        Self::Locked,
        Self::Released,
        Self::Warning,
        Self::Revoked,
        Self::Denied,
    ];

    /// Rising means go, falling means over, and a repeated low note means no.
    const fn notes(self) -> &'static [Note] {
        match self {
            Self::Granted => &[(659.3, 45.0), (880.0, 55.0)],
            Self::Busy => &[(349.2, 60.0), (0.0, 25.0), (349.2, 60.0)],
            Self::Queued => &[(493.9, 60.0)],
            Self::Offered => &[(587.3, 40.0), (740.0, 40.0), (880.0, 40.0)],
            Self::Locked => &[(880.0, 40.0), (0.0, 20.0), (880.0, 40.0)],
            Self::Released => &[(587.3, 60.0)],
            Self::Warning => &[(784.0, 50.0), (0.0, 40.0), (784.0, 50.0)],
            Self::Revoked => &[(440.0, 65.0), (293.7, 80.0)],
            Self::Denied => &[(293.7, 60.0), (220.0, 85.0)],
        }
    }

    /// The cue's samples at [`SAMPLE_RATE_HZ`].
    #[must_use]
    pub fn samples(self) -> Vec<f32> {
        self.notes().iter().flat_map(|&(pitch, ms)| note(pitch, ms)).collect()
    }
}

fn note(pitch_hz: f32, ms: f32) -> impl Iterator<Item = f32> {
    let rate = SAMPLE_RATE_HZ as f32;
    let len = (ms / 1000.0 * rate) as usize;
    let edge = EDGE_SECONDS * rate;
    (0..len).map(move |n| {
        let phase = TAU * pitch_hz * n as f32 / rate;
        // An octave above at a fifth of the level takes the test-tone out of the sine.
        let wave = (phase.sin() + 0.2 * (2.0 * phase).sin()) / 1.2;
        let from_edge = (n.min(len - 1 - n) as f32 / edge).min(1.0);
        PEAK * wave * (0.5 - 0.5 * (PI * from_edge).cos())
    })
}

/// Plays cues one after the other.
#[derive(Debug, Default)]
pub struct CuePlayer {
    samples: Vec<f32>,
    position: usize,
}

impl CuePlayer {
    /// Most samples waiting: three seconds, so that a storm of events does not beep on afterwards.
    const LONGEST: usize = 3 * SAMPLE_RATE_HZ as usize;

    /// Appends a cue, unless too many wait already.
    pub fn play(&mut self, cue: Cue) {
        self.samples.drain(..self.position);
        self.position = 0;
        if self.samples.len() < Self::LONGEST {
            self.samples.extend(cue.samples());
        }
    }

    /// Whether something is left to play.
    #[must_use]
    pub fn is_playing(&self) -> bool {
        self.position < self.samples.len()
    }

    /// Takes the next at most `len` samples.
    pub fn take(&mut self, len: usize) -> &[f32] {
        let start = self.position;
        self.position = (start + len).min(self.samples.len());
        &self.samples[start..self.position]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::voice::level::{dbfs, rms};

    #[test]
    fn every_cue_is_short_soft_and_starts_and_ends_at_nothing() {
        for cue in Cue::ALL {
            let samples = cue.samples();
            let ms = samples.len() * 1000 / SAMPLE_RATE_HZ as usize;
            assert!((60..=150).contains(&ms), "{cue:?} lasts {ms} ms");
            assert!((-26.0..-16.0).contains(&dbfs(rms(&samples))), "{cue:?} has {} dBFS", dbfs(rms(&samples)));
            let largest_step = samples.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
            assert!(largest_step < 0.03, "{cue:?} steps by {largest_step}");
            assert!(samples[0].abs() < 1e-3 && samples[samples.len() - 1].abs() < 1e-3);
        }
    }

    #[test]
    fn cues_play_one_after_the_other_and_then_end() {
        let mut player = CuePlayer::default();
        player.play(Cue::Granted);
        player.play(Cue::Released);
        let mut heard = Vec::new();
        while player.is_playing() {
            heard.extend_from_slice(player.take(960));
        }
        assert_eq!(heard, [Cue::Granted.samples(), Cue::Released.samples()].concat());
        assert!(player.take(960).is_empty());
    }

    #[test]
    fn a_storm_of_cues_is_cut_off() {
        let mut player = CuePlayer::default();
        (0..1000).for_each(|_| player.play(Cue::Busy));
        assert!(player.samples.len() < 2 * CuePlayer::LONGEST);
    }
}
