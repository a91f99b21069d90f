//! Short tones that tell what happened to the floor and to calls, made here instead of loaded.

use super::frames::SAMPLE_RATE_HZ;
use std::{
    f32::consts::{PI, TAU},
    time::Duration,
};

/// Something worth hearing without looking.
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
    /// Somebody calls you: one ring of a second and a half, to be repeated every [`RING_EVERY`].
    Ring,
    /// It rings at the one you call, to be repeated likewise.
    Ringing,
    /// You are in the call, or somebody came into it.
    CallJoined,
    /// The call is over, or somebody left it.
    CallEnded,
}

/// How often to play [`Cue::Ring`] and [`Cue::Ringing`] while it rings.
pub const RING_EVERY: Duration = Duration::from_secs(3);

/// Level of a tone's plateau: about -18 dBFS RMS, present under speech without covering it.
const PEAK: f32 = 0.178;
/// Length of the raised-cosine edges, so that no tone clicks.
const EDGE_SECONDS: f32 = 0.012;
/// The same for rings, which are to come softly into a quiet room.
const RING_EDGE_SECONDS: f32 = 0.04;
/// How long a ring that is cut off takes to fade, in samples: 20 ms.
const CUT_SAMPLES: usize = SAMPLE_RATE_HZ as usize / 50;

/// One note: pitch in hertz (0 is a rest) and length in milliseconds.
type Note = (f32, f32);

impl Cue {
    /// Those that tell of the floor.
    pub const OF_THE_FLOOR: [Self; 9] = [
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
    /// Those that tell of calls.
    pub const OF_CALLS: [Self; 4] = [Self::Ring, Self::Ringing, Self::CallJoined, Self::CallEnded];

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
            // Rising like the other cues that ask for something, twice.
            Self::Ring => &[
                (659.3, 130.0),
                (784.0, 130.0),
                (987.8, 260.0),
                (0.0, 230.0),
                (659.3, 130.0),
                (784.0, 130.0),
                (987.8, 390.0),
            ],
            // As a telephone line sounds while it rings elsewhere: one low tone, and then waiting.
            Self::Ringing => &[(440.0, 1000.0), (0.0, 200.0)],
            Self::CallJoined => &[(523.3, 60.0), (659.3, 60.0), (784.0, 90.0)],
            Self::CallEnded => &[(784.0, 60.0), (659.3, 60.0), (523.3, 90.0)],
        }
    }

    /// Whether it goes on for long, while other things happen.
    #[must_use]
    pub fn is_ring(self) -> bool {
        matches!(self, Self::Ring | Self::Ringing)
    }

    /// Whether with it a ring has become pointless.
    fn ends_ring(self) -> bool {
        matches!(self, Self::CallJoined | Self::CallEnded)
    }

    /// Loudness against other cues, and length of the notes' edges in seconds.
    fn touch(self) -> (f32, f32) {
        match self {
            Self::Ring => (0.8, RING_EDGE_SECONDS),
            // It sounds right at the ear of somebody who waits.
            Self::Ringing => (0.4, RING_EDGE_SECONDS),
            _ => (1.0, EDGE_SECONDS),
        }
    }

    /// The cue's samples at [`SAMPLE_RATE_HZ`].
    #[must_use]
    pub fn samples(self) -> Vec<f32> {
        let (loudness, edge) = self.touch();
        self.notes().iter().flat_map(|&(pitch, ms)| note(pitch, ms, edge)).map(|sample| loudness * sample).collect()
    }
}

fn note(pitch_hz: f32, ms: f32, edge_seconds: f32) -> impl Iterator<Item = f32> {
    let rate = SAMPLE_RATE_HZ as f32;
    let len = (ms / 1000.0 * rate) as usize;
    let edge = edge_seconds * rate;
    (0..len).map(move |n| {
        let phase = TAU * pitch_hz * n as f32 / rate;
        // An octave above at a fifth of the level takes the test-tone out of the sine.
        let wave = (phase.sin() + 0.2 * (2.0 * phase).sin()) / 1.2;
        let from_edge = (n.min(len - 1 - n) as f32 / edge).min(1.0);
        PEAK * wave * (0.5 - 0.5 * (PI * from_edge).cos())
    })
}

/// Plays cues one after the other, and rings beside them.
#[derive(Debug, Default)]
pub struct CuePlayer {
    short: Line,
    ring: Line,
}

impl CuePlayer {
    /// Most samples waiting: three seconds, so that a storm of events does not beep on afterwards.
    const LONGEST: usize = 3 * SAMPLE_RATE_HZ as usize;

    /// Appends a cue, unless too many wait already. A ring that sounds already is not rung again, and is cut off by the
    /// cue that makes it pointless.
    pub fn play(&mut self, cue: Cue) {
        if cue.is_ring() {
            if !self.ring.is_playing() {
                self.ring.append(cue.samples());
            }
            return;
        }
        if cue.ends_ring() {
            self.ring.cut();
        }
        if self.short.waiting() < Self::LONGEST {
            self.short.append(cue.samples());
        }
    }

    /// Whether something is left to play.
    #[must_use]
    pub fn is_playing(&self) -> bool {
        self.short.is_playing() || self.ring.is_playing()
    }

    /// Adds the next samples to `out`.
    pub fn add_to(&mut self, out: &mut [f32]) {
        self.short.add_to(out);
        self.ring.add_to(out);
    }
}

/// Samples that wait to be played.
#[derive(Debug, Default)]
struct Line {
    samples: Vec<f32>,
    position: usize,
}

impl Line {
    fn append(&mut self, samples: Vec<f32>) {
        self.samples.drain(..self.position);
        self.position = 0;
        self.samples.extend(samples);
    }

    fn waiting(&self) -> usize {
        self.samples.len() - self.position
    }

    fn is_playing(&self) -> bool {
        self.waiting() > 0
    }

    /// Ends it softly.
    fn cut(&mut self) {
        self.samples.truncate(self.position + CUT_SAMPLES);
        for (n, sample) in self.samples[self.position..].iter_mut().enumerate() {
            *sample *= 1.0 - (n + 1) as f32 / CUT_SAMPLES as f32;
        }
    }

    fn add_to(&mut self, out: &mut [f32]) {
        let taken = self.waiting().min(out.len());
        for (out, sample) in out.iter_mut().zip(&self.samples[self.position..]) {
            *out += sample;
        }
        self.position += taken;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::voice::level::{dbfs, rms};

    #[test]
    fn every_cue_is_short_soft_and_starts_and_ends_at_nothing() {
        for cue in Cue::OF_THE_FLOOR.into_iter().chain(Cue::OF_CALLS) {
            let samples = cue.samples();
            let ms = samples.len() * 1000 / SAMPLE_RATE_HZ as usize;
            let lengths = match cue {
                Cue::Ring | Cue::Ringing => 1000..=2000,
                Cue::CallJoined | Cue::CallEnded => 150..=250,
                _ => 60..=150,
            };
            assert!(lengths.contains(&ms), "{cue:?} lasts {ms} ms");
            let softest = if cue.is_ring() { -34.0 } else { -26.0 };
            assert!((softest..-16.0).contains(&dbfs(rms(&samples))), "{cue:?} has {} dBFS", dbfs(rms(&samples)));
            let largest_step = samples.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
            assert!(largest_step < 0.03, "{cue:?} steps by {largest_step}");
            assert!(samples[0].abs() < 1e-3 && samples[samples.len() - 1].abs() < 1e-3);
        }
    }

    /// Everything that is left to play.
    fn rest(player: &mut CuePlayer) -> Vec<f32> {
        let mut heard = Vec::new();
        while player.is_playing() {
            let mut out = [0.0; 480];
            player.add_to(&mut out);
            heard.extend(out);
        }
        heard
    }

    #[test]
    fn cues_play_one_after_the_other_and_then_end() {
        let mut player = CuePlayer::default();
        player.play(Cue::Granted);
        player.play(Cue::Released);
        let heard = rest(&mut player);
        let expected = [Cue::Granted.samples(), Cue::Released.samples()].concat();
        assert_eq!(heard[..expected.len()], expected);
        assert!(heard[expected.len()..].iter().all(|sample| *sample == 0.0));
    }

    #[test]
    fn a_storm_of_cues_is_cut_off() {
        let mut player = CuePlayer::default();
        (0..1000).for_each(|_| [Cue::Busy, Cue::Ring, Cue::CallJoined].into_iter().for_each(|cue| player.play(cue)));
        assert!(player.short.waiting() < 2 * CuePlayer::LONGEST && player.ring.waiting() < CuePlayer::LONGEST);
    }

    #[test]
    fn a_ring_delays_no_other_cue_and_ends_without_a_click_when_the_call_begins() {
        let mut player = CuePlayer::default();
        player.play(Cue::Ring);
        let mut heard = vec![0.0; 4800];
        player.add_to(&mut heard);
        assert_eq!(heard, Cue::Ring.samples()[..4800]);
        player.play(Cue::CallJoined);
        let after = rest(&mut player);
        assert_eq!(after.len() / 480, Cue::CallJoined.samples().len() / 480);
        let whole = [heard, after].concat();
        let largest_step = whole.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
        assert!(largest_step < 0.04, "a step of {largest_step}");
    }
}
