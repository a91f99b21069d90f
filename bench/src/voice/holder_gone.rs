//! A talker whose program dies, and when the room learns that the floor is free.

use super::Effort;
use crate::{
    drive::stage::{ROOM, Stage},
    report::{Figure, Goal, Judged, Unit},
    sound::{RATE_HZ, speech, wav},
};
use anyhow::Result;
use hallway_bench::relay::Conditions;
use std::time::Instant;

/// Packets of voice that are heard before the talker dies: half a second.
const HEARD: u64 = 25;

/// One figure. The relay hides from the server what a local system would tell of a closed socket: over a network,
/// nobody says that somebody is gone.
pub(super) fn measure(effort: &Effort) -> Result<Vec<Figure>> {
    let stage = Stage::behind(Conditions::default())?;
    let voice = stage.file("voice.wav");
    wav::write(&voice, &speech::with_pauses()?, RATE_HZ)?;
    let mic = format!("wav:{}:loop", voice.display());
    let mut bob = stage.client("Bob")?.sign_in()?;
    bob.enter(ROOM)?;
    let mut times = vec![];
    for number in 1..=effort.count(20, 2) {
        // The dead keep their names for some seconds.
        let mut ann = stage.client(&format!("Ann {number}"))?.mic(&mic).sign_in()?;
        ann.enter(ROOM)?;
        let heard = bob.next_stats()?.event["voice"]["received"].as_u64().unwrap_or(0);
        ann.talk()?;
        bob.hears(heard + HEARD)?;
        bob.forget();
        let died = Instant::now();
        ann.process.kill()?;
        let free = bob.floor("idle")?;
        times.push((free.at - died).as_secs_f64() * 1000.0);
    }
    let figure = Figure::new("holder gone to floor free", Unit::Milliseconds, Judged::P95, times);
    Ok(vec![figure.with_goal(Goal::new(1000.0, 500.0))])
}
