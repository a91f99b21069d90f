//! Coming into a room in which somebody talks: from the listener's word that it has entered to the first sound.

use super::{Effort, first_sound::Sounds, hold};
use crate::{
    drive::stage::{ROOM, Stage},
    report::{Figure, Goal},
    sound::{player::Player, recorder::Recorder, speech, wire::Wire},
};
use anyhow::Result;
use std::time::Duration;

/// How long the listener stays in the room.
const STAYS: Duration = Duration::from_millis(1500);
/// How long before that word sound may come: both are on their way at the same time.
const BEFORE: Duration = Duration::from_millis(300);
/// How long it is outside until the last word has been played.
const OUTSIDE: Duration = Duration::from_millis(700);

/// One figure.
pub(super) fn measure(effort: &Effort) -> Result<Vec<Figure>> {
    let wire = Wire::start()?;
    let stage = Stage::local()?;
    let devices = wire.environment();
    let mut ann = stage.client("Ann")?.mic("device:microphone").in_environment(&devices).sign_in()?;
    let mut bob = stage.client("Bob")?.speaker("device:ear").in_environment(&devices).sign_in()?;
    ann.enter(ROOM)?;
    let _player = Player::repeat(&wire, "mouth", &speech::without_pauses()?)?;
    let recorder = Recorder::start(&wire)?;
    hold(OUTSIDE);
    ann.talk()?;
    let mut entries = vec![];
    for _ in 0..effort.count(30, 3) {
        entries.push(bob.enter(ROOM)?.at);
        hold(STAYS);
        bob.leave()?;
        hold(OUTSIDE);
    }
    let (tape, ahead) = (recorder.tape(), wire.ahead()?);
    let mut sounds = Sounds::default();
    for entry in entries {
        sounds.look(&tape, entry, ahead, BEFORE)?;
    }
    Ok(vec![sounds.figure("late joiner hears the talker").with_goal(Goal::new(350.0, 100.0))])
}
