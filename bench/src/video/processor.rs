//! What pictures cost: the share of one processor core that a client needs more in a call with video than in the same call
//! without. It sends one 640×360 at 30 a second and receives one.

use super::call::{Pair, caller, speech};
use crate::{
    drive::{client::Client, stage::Stage},
    report::{Figure, Goal, Judged, Unit},
    statistics::mean,
    voice::{Effort, hold},
};
use anyhow::{Context, Result, ensure};
use std::time::{Duration, Instant};

/// What is not looked at, at the begin of the call: the bitrate finds its level.
const SETTLES: Duration = Duration::from_secs(5);
/// One sample.
const SAMPLE: Duration = Duration::from_secs(10);
/// Pictures that must be shown in a second, or less was done than is claimed.
const SHOWN_A_SECOND: f64 = 28.0;

/// Two figures: the difference, and the whole client in a call with video.
pub(super) fn measure(effort: &Effort) -> Result<Vec<Figure>> {
    let stage = Stage::local()?;
    let voice = speech(&stage)?;
    let ann = caller(&stage, "Ann", &voice, "pattern")?.sign_in()?;
    let bob = caller(&stage, "Bob", &voice, "pattern")?.sign_in()?;
    let mut pair = Pair { ann, bob };
    let samples = effort.count(6, 1);
    pair.call("voice")?;
    let talking = shares(&mut pair, samples)?;
    pair.hang_up()?;
    pair.call("video")?;
    hold(SETTLES);
    let before = shown(&mut pair.ann)?;
    let start = Instant::now();
    let seeing = shares(&mut pair, samples)?;
    let rate = (shown(&mut pair.ann)? - before) / start.elapsed().as_secs_f64();
    ensure!(rate > SHOWN_A_SECOND, "only {rate:.1} pictures a second were shown: the machine is too busy");
    let camera = pair.ann.next_stats()?.event["video"]["camera"].clone();
    let talking = mean(&talking).context("no sample")?;
    let more = seeing.iter().map(|share| share - talking).collect();
    let figure = |name, values| Figure::new(name, Unit::PercentOfCore, Judged::Mean, values);
    Ok(vec![
        figure("processor for pictures both ways, 640×360 at 30/s", more)
            .with_goal(Goal::new(12.0, 6.0))
            .with_note(format!("the same clients in a voice call needed {talking:.1} %"))
            .with_note(format!("{rate:.1} pictures a second were shown; encoded as {camera}")),
        figure("processor of a client in a video call", seeing),
    ])
}

/// Shares of one core in percent, of both clients.
fn shares(pair: &mut Pair, samples: usize) -> Result<Vec<f64>> {
    hold(SETTLES);
    let mut shares = vec![];
    for _ in 0..samples {
        let start = Instant::now();
        let used = |pair: &Pair| -> Result<[Duration; 2]> {
            Ok([pair.ann.process.processor_time()?, pair.bob.process.processor_time()?])
        };
        let before = used(pair)?;
        hold(SAMPLE);
        let (after, elapsed) = (used(pair)?, start.elapsed());
        let share = |at: usize| 100.0 * (after[at] - before[at]).as_secs_f64() / elapsed.as_secs_f64();
        shares.extend([share(0), share(1)]);
    }
    Ok(shares)
}

/// Pictures shown so far.
fn shown(client: &mut Client) -> Result<f64> {
    client.next_stats()?.event["video"]["shown"].as_f64().context("the statistics tell of no pictures")
}
