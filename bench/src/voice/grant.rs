//! From key-down to the grant: the line `talk` is written, the line that tells of the grant is read. Both moments are
//! this program's own, so that the client's input and output count.

use super::{Effort, hold};
use crate::{
    drive::{
        client::Client,
        stage::{ROOM, Stage},
    },
    report::{Figure, Goal, Judged, Unit},
    sound::{RATE_HZ, speech, wav},
    statistics::quantile,
};
use anyhow::Result;
use hallway_bench::{
    dice::Dice,
    relay::{Conditions, Faults},
};
use std::time::Duration;

/// How long the key is held after the grant.
const HELD: Duration = Duration::from_millis(50);
/// How long it is up before the next press: at least and at most, which spreads presses over all ticks of programs.
/// The server allows ten presses a second.
const UP_MS: [f64; 2] = [20.0, 120.0];
/// Each way, of a round trip of 80 ms.
const FAR: Duration = Duration::from_millis(40);

/// Two figures: without a network and over a far one.
pub(super) fn measure(effort: &Effort) -> Result<Vec<Figure>> {
    let near = presses(&Stage::local()?, effort.count(300, 20), effort.seed)?;
    let far = Stage::behind(Conditions::both_ways(Faults::delay(FAR), effort.seed))?;
    let far = presses(&far, effort.count(150, 10), effort.seed)?;
    Ok(vec![
        figure("key-down to grant, loopback", near, Goal::new(15.0, 5.0)),
        figure("key-down to grant, 80 ms RTT", far, Goal::new(95.0, 85.0)),
    ])
}

/// What presses took, in milliseconds.
struct Presses {
    own: Vec<f64>,
    /// By the client's own word, in whole milliseconds.
    told: Vec<f64>,
}

fn figure(name: &str, presses: Presses, goal: Goal) -> Figure {
    let figure = Figure::new(name, Unit::Milliseconds, Judged::P95, presses.own).with_goal(goal);
    match quantile(&presses.told, 0.95) {
        Some(told) => figure.with_note(format!("by the client's own `ms`, which are whole, p95 {told:.0} ms")),
        None => figure,
    }
}

fn presses(stage: &Stage, count: usize, seed: u64) -> Result<Presses> {
    let voice = stage.file("voice.wav");
    wav::write(&voice, &speech::with_pauses()?, RATE_HZ)?;
    let mut ann = stage.client("Ann")?.mic(&format!("wav:{}:loop", voice.display())).sign_in()?;
    let mut bob = stage.client("Bob")?.sign_in()?;
    ann.enter(ROOM)?;
    bob.enter(ROOM)?;
    let mut dice = Dice::new(seed);
    let mut presses = Presses { own: vec![], told: vec![] };
    // The first press finds everything cold, and would be one of hundreds in a day.
    for _ in 0..=count {
        press(&mut ann, &mut presses)?;
        let [least, most] = UP_MS;
        hold(Duration::from_secs_f64((least + dice.roll() * (most - least)) / 1000.0));
    }
    presses.own.remove(0);
    Ok(presses)
}

fn press(ann: &mut Client, presses: &mut Presses) -> Result<()> {
    let (pressed, granted) = ann.talk()?;
    presses.own.push((granted.at - pressed).as_secs_f64() * 1000.0);
    presses.told.extend(granted.event["ms"].as_f64());
    hold(HELD);
    ann.quiet()
}
