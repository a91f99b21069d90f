//! From mouth to ear: chirps are played into the microphone's end of the wire, and found again in what the listener's
//! client plays at the other end. Both are on one tape of one clock.

use super::{Effort, hold};
use crate::{
    drive::{
        client::Client,
        process::Guarded,
        stage::{ROOM, Stage},
    },
    report::{Figure, Goal, Judged, Unit},
    sound::{
        player::Player,
        probe::{self, Ways},
        recorder::Recorder,
        tape::Tape,
        wire::Wire,
    },
};
use anyhow::{Context, Result};
use hallway_bench::relay::{Conditions, Faults, Loss};
use std::{
    process::Stdio,
    time::{Duration, Instant},
};

/// Chirps in the sound that is repeated.
pub(crate) const TRAIN: usize = 100;
/// How long one turn at talking lasts. Each turn begins anew: its delay may differ from that of the turn before.
pub(crate) const TURN: Duration = Duration::from_secs(10);
/// What is not looked at of a turn, at its begin and its end: a chirp that the turn's edge cuts is no measure.
pub(crate) const EDGE: Duration = Duration::from_millis(500);
/// The key is up for so long between turns.
pub(crate) const PAUSE: Duration = Duration::from_millis(700);
/// The latency that is asked for where PulseAudio is measured alone: about that of the blocks that Hallway asks for.
const BARE_LATENCY: &str = "--latency-msec=10";

/// Each way, of a round trip of 40 ms between each client and the server.
const WAY: Duration = Duration::from_millis(20);
/// On the way down to the listener.
const JITTER: Duration = Duration::from_millis(10);
/// Share of what is lost on the way down, and datagrams that are lost in a row on the average.
const LOSS: (f64, f64) = (0.02, 2.0);

/// Three figures: PulseAudio alone, Hallway through it, and Hallway over a bad network.
pub(super) fn measure(effort: &Effort) -> Result<Vec<Figure>> {
    let bare = bare(effort)?;
    let near = turns(&Stage::local()?, effort)?;
    let bad = Faults { jitter: JITTER, loss: Loss::in_bursts(LOSS.0, LOSS.1), ..Faults::delay(WAY) };
    let stage = Stage::behind(Conditions { up: Faults::delay(WAY), down: bad, seed: effort.seed })?;
    let far = turns(&stage, effort)?;
    Ok(vec![
        figure("PulseAudio alone, there and back", bare),
        figure("mouth to ear", near).with_goal(Goal::new(80.0, 50.0)),
        figure("mouth to ear, 40 ms RTT, ±10 ms jitter, 2 % loss in bursts", far).with_goal(Goal::new(160.0, 120.0)),
    ])
}

/// The ways as a figure, with those that are missing.
pub(crate) fn figure(name: &str, ways: Ways) -> Figure {
    let all = ways.ms.len() + ways.unheard;
    let figure = Figure::new(name, Unit::Milliseconds, Judged::P95, ways.ms);
    if ways.unheard == 0 {
        figure
    } else {
        figure.with_note(format!("{} of {all} chirps not recognised", ways.unheard))
    }
}

/// A program that only passes sound from the microphone to the loudspeaker.
fn bare(effort: &Effort) -> Result<Ways> {
    let wire = Wire::start()?;
    let raw = ["--raw", "--format=s16le", "--rate=48000", "--channels=1", BARE_LATENCY];
    let mut from = wire.command("parec");
    from.arg("--device=microphone").args(raw).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut from = Guarded::spawn(&mut from)?;
    let mut to = wire.command("pacat");
    to.arg("--device=ear").args(raw).stdin(from.0.stdout.take().context("`parec` has no output")?);
    let _to = Guarded::spawn(to.stdout(Stdio::null()).stderr(Stdio::null()))?;
    let _player = Player::repeat(&wire, "mouth", &probe::train(TRAIN, effort.seed))?;
    let recorder = Recorder::start(&wire)?;
    hold(PAUSE);
    let from = recorder.tape().mouth.len();
    hold(effort.time(Duration::from_secs(60), TURN));
    let tape = recorder.tape();
    probe::ways(&tape.mouth, &tape.ear, from..tape.mouth.len())
}

/// Several turns of one talker, heard by one listener.
fn turns(stage: &Stage, effort: &Effort) -> Result<Ways> {
    let wire = Wire::start()?;
    let devices = wire.environment();
    let mut ann = stage.client("Ann")?.mic("device:microphone").in_environment(&devices).sign_in()?;
    let mut bob = stage.client("Bob")?.speaker("device:ear").in_environment(&devices).sign_in()?;
    ann.enter(ROOM)?;
    bob.enter(ROOM)?;
    let _player = Player::repeat(&wire, "mouth", &probe::train(TRAIN, effort.seed))?;
    let recorder = Recorder::start(&wire)?;
    let mut turns = vec![];
    for _ in 0..effort.count(12, 2) {
        turns.push(turn(&mut ann)?);
    }
    ways(&recorder.tape(), wire.ahead()?, &turns)
}

/// The ways of what was said in these turns. The wire renders so far ahead of its clock.
pub(crate) fn ways(tape: &Tape, ahead: Duration, turns: &[(Instant, Instant)]) -> Result<Ways> {
    let mut ways = Ways::default();
    for (begin, end) in turns {
        let place = |moment| tape.place_of(moment, ahead).context("the recording has a hole");
        ways.add(probe::ways(&tape.mouth, &tape.ear, place(*begin)?..place(*end)?)?);
    }
    Ok(ways)
}

/// Holds the key for a while; returns the part of it in which chirps are measured.
fn turn(ann: &mut Client) -> Result<(Instant, Instant)> {
    let (_, granted) = ann.talk()?;
    hold(TURN);
    let end = Instant::now();
    ann.quiet()?;
    hold(PAUSE);
    Ok((granted.at + EDGE, end - EDGE))
}
