//! From key-down to the first sound at the listener, with speech already at the microphone.

use super::{Effort, hold};
use crate::{
    drive::stage::{ROOM, Stage},
    report::{Figure, Goal, Judged, Unit},
    sound::{ms, onset, player::Player, recorder::Recorder, samples_of_ms, speech, tape::Tape, wire::Wire},
};
use anyhow::{Context, Result};
use hallway_bench::dice::Dice;
use std::time::{Duration, Instant};

/// How long the key is held.
const HELD: Duration = Duration::from_millis(800);
/// How long it is up: until the last word has been played, and at most so much longer by chance, which spreads presses
/// over all blocks of sound.
const UP: Duration = Duration::from_millis(700);
const UP_LONGER_MS: f64 = 100.0;
/// Silence at the listener that must come first, or what is heard may belong to the turn before.
const SILENCE: usize = samples_of_ms(50);

/// One figure.
pub(super) fn measure(effort: &Effort) -> Result<Vec<Figure>> {
    let wire = Wire::start()?;
    let stage = Stage::local()?;
    let devices = wire.environment();
    let mut ann = stage.client("Ann")?.mic("device:microphone").in_environment(&devices).sign_in()?;
    let mut bob = stage.client("Bob")?.speaker("device:ear").in_environment(&devices).sign_in()?;
    ann.enter(ROOM)?;
    bob.enter(ROOM)?;
    let _player = Player::repeat(&wire, "mouth", &speech::without_pauses()?)?;
    let recorder = Recorder::start(&wire)?;
    hold(HELD);
    let mut dice = Dice::new(effort.seed);
    let mut presses = vec![];
    for _ in 0..effort.count(100, 5) {
        presses.push(ann.talk()?.0);
        hold(HELD);
        ann.quiet()?;
        hold(UP + Duration::from_secs_f64(dice.roll() * UP_LONGER_MS / 1000.0));
    }
    let (tape, ahead) = (recorder.tape(), wire.ahead()?);
    let mut sounds = Sounds::default();
    for press in presses {
        sounds.look(&tape, press, ahead, Duration::ZERO)?;
    }
    let name = "push-to-talk key-down to first sound";
    Ok(vec![sounds.figure(name).with_goal(Goal::new(90.0, 60.0))])
}

/// How long after something the listener heard the talker.
#[derive(Debug, Default)]
pub(super) struct Sounds {
    ms: Vec<f64>,
    /// Times when the listener heard nothing, something else, or something too early.
    unclear: usize,
}

impl Sounds {
    /// Looks on the tape of a wire that renders so far `ahead` for the first sound after this moment, or at most so
    /// long `before` it, which counts as less than no time.
    pub(super) fn look(&mut self, tape: &Tape, moment: Instant, ahead: Duration, before: Duration) -> Result<()> {
        let place = |moment| tape.place_of(moment, ahead).context("the recording has a hole");
        let (zero, from) = (place(moment)?, place(moment - before)?);
        match onset::first_sound(&tape.ear, from.saturating_sub(SILENCE)) {
            Some(sound) if sound >= from && onset::is_talker(&tape.mouth, &tape.ear, sound)? => {
                self.ms.push(ms(sound) - ms(zero));
            }
            _ => self.unclear += 1,
        }
        Ok(())
    }

    /// The figure of all of them.
    pub(super) fn figure(self, name: &str) -> Figure {
        let all = self.ms.len() + self.unclear;
        let figure = Figure::new(name, Unit::Milliseconds, Judged::P95, self.ms);
        if self.unclear == 0 {
            figure
        } else {
            figure.with_note(format!("{} of {all} times the talker was not heard, or too early", self.unclear))
        }
    }
}
