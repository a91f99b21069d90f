//! From the camera to the picture at the other end, on one machine: the pattern numbers its pictures by the machine's
//! clock, so that each tells when it was taken.

use super::{
    call::{Pair, caller, speech},
    eye::{Eye, Seen},
};
use crate::{
    drive::stage::Stage,
    report::{Figure, Goal, Judged, Unit},
    voice::{Effort, hold},
};
use anyhow::{Result, ensure};
use std::time::Duration;

/// What is not looked at, at the begin of the call.
const SETTLES: Duration = Duration::from_secs(3);

/// Three figures: with voice, which the pictures wait for; without; and how many pictures came.
pub(super) fn measure(effort: &Effort) -> Result<Vec<Figure>> {
    let time = effort.time(Duration::from_secs(60), Duration::from_secs(8));
    let spoken = pictures(true, time)?;
    let silent = pictures(false, time)?;
    let delays = |seen: &[Seen]| seen.iter().map(|seen| seen.age.as_secs_f64() * 1000.0).collect();
    let goal = Goal::new(120.0, 70.0);
    let figure = |name, values| Figure::new(name, Unit::Milliseconds, Judged::P95, values);
    let rate = spoken.len() as f64 / time.as_secs_f64();
    Ok(vec![
        figure("camera to picture, in a call with voice", delays(&spoken))
            .with_goal(goal)
            .with_note("pictures wait until their voice is heard"),
        figure("camera to picture, both microphones shut", delays(&silent)).with_goal(goal),
        Figure::new("pictures shown, of 30 a second", Unit::PerSecond, Judged::Mean, vec![rate]),
    ])
}

/// What one of them sees of the other.
fn pictures(voices: bool, time: Duration) -> Result<Vec<Seen>> {
    let stage = Stage::local()?;
    let eye = Eye::open(&stage.file("seen"), 0)?;
    let voice = speech(&stage)?;
    let ann = caller(&stage, "Ann", &voice, "pattern")?.sign_in()?;
    let bob = caller(&stage, "Bob", &voice, "pattern")?.with(&["--video-sink", &eye.sink()]).sign_in()?;
    let mut pair = Pair { ann, bob };
    pair.call("video")?;
    if !voices {
        pair.ann.send("mute mic on")?;
        pair.bob.send("mute mic on")?;
    }
    eye.wait_for("the first one of a call", |seen| seen.number.is_some())?;
    hold(SETTLES);
    eye.take();
    hold(time);
    let seen = eye.take();
    let readable = seen.iter().filter(|seen| seen.number.is_some()).count();
    ensure!(readable * 100 >= seen.len() * 99, "{readable} of {} pictures could be read", seen.len());
    Ok(seen.into_iter().filter(|seen| seen.number.is_some()).collect())
}
