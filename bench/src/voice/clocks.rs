//! A microphone whose clock runs faster, and one whose clock runs slower than the loudspeaker's: what a listener's
//! buffers make of the difference.
//!
//! Each microphone has its sound from a pipe, which is filled at a rate of our choice. A null sink's clock is not exact
//! either, so the loudspeaker's is measured first, and the microphones differ from that.

use super::{Effort, hold};
use crate::{
    drive::{client::Client, events::Said, stage::Stage},
    report::{Figure, Goal, Judged, Unit},
    sound::{
        feed::{self, Feed},
        recorder::Recorder,
        speech,
        wire::Wire,
    },
};
use anyhow::{Context, Result, ensure};
use std::time::Duration;

/// The difference between microphone and loudspeaker, in millionths.
const DIFFERENCE_PPM: f64 = 100.0;
/// The two microphones: name, room of the talker and its listener, and the sign of the difference.
const SIDES: [(&str, &str, f64); 2] = [("fast", "Library", 1.0), ("slow", "Studio", -1.0)];
/// How long the loudspeaker's clock is measured: its deliveries are right to half a millisecond, which is 20 millionths
/// of this.
const MEASURED: Duration = Duration::from_secs(25);
/// What is not looked at, at the begin of the turn.
const SETTLES: Duration = Duration::from_secs(5);
/// What the client counts when its buffers run dry or over: made-up sound without a packet being lost on this network,
/// packets that found their time past, and devices that had too little or got too much. Those that a build does not
/// tell of count as none.
const RUNS: [(&str, &[&str]); 2] = [("listener", &["concealed", "late", "underruns"]), ("talker", &["overruns"])];

/// One figure of two values, one for each microphone.
pub(super) fn measure(effort: &Effort) -> Result<Vec<Figure>> {
    let time = effort.time(Duration::from_secs(600), Duration::from_secs(60));
    let folder = tempfile::tempdir()?;
    let pipe = |name: &str| folder.path().join(name);
    let modules = SIDES.map(|(name, ..)| feed::module(name, &pipe(name)));
    let wire = Wire::start_with(&modules, tempfile::tempdir()?)?;
    let stage = Stage::local()?;
    let speech = speech::without_pauses()?;
    let mut listeners = vec![];
    for (name, room, _) in SIDES {
        let listener = stage.client(&format!("{name} listener"))?.speaker("device:ear");
        let mut listener = listener.in_environment(&wire.environment()).sign_in()?;
        listener.enter(room)?;
        listeners.push(listener);
    }
    let loudspeaker_hz = rate_hz(&wire)?;
    let mut sides = vec![];
    for ((name, room, sign), listener) in SIDES.into_iter().zip(listeners) {
        let feed = Feed::start(&pipe(name), &speech, loudspeaker_hz * (1.0 + sign * DIFFERENCE_PPM / 1e6))?;
        let talker = stage.client(&format!("{name} talker"))?.mic(&format!("device:{name}"));
        let mut talker = talker.in_environment(&wire.environment()).sign_in()?;
        talker.enter(room)?;
        sides.push(Side { name, talker, listener, feed });
    }
    for side in &mut sides {
        side.talker.talk()?;
    }
    hold(SETTLES);
    let before = sides.iter_mut().map(Side::look).collect::<Result<Vec<_>>>()?;
    hold(time);
    let after = sides.iter_mut().map(Side::look).collect::<Result<Vec<_>>>()?;
    let moved_ppm = (rate_hz(&wire)? / loudspeaker_hz - 1.0) * 1e6;
    let name = format!("under- and overruns in {} at {DIFFERENCE_PPM:.0} ppm clock difference", minutes(time));
    let mut figure = Figure::new(&name, Unit::Times, Judged::Max, vec![]).with_goal(Goal::only(0.0));
    for ((side, before), after) in sides.iter().zip(before).zip(after) {
        ensure!(before.restarts == after.restarts, "the {} microphone ran dry: the machine is too busy", side.name);
        let counts = after.since(&before);
        figure.values.push(counts.iter().map(|(_, count)| *count as f64).sum());
        let counts: Vec<String> = counts.iter().map(|(field, count)| format!("{field} {count}")).collect();
        let [first, last] = [before, after].map(|looked| looked.count("listener", "buffer_ms"));
        let counts = counts.join(", ");
        figure =
            figure.with_note(format!("{} microphone: {counts}, buffer {first} ms and at last {last} ms", side.name));
    }
    Ok(vec![figure.with_note(format!("the loudspeaker's clock moved by {moved_ppm:.0} ppm meanwhile"))])
}

fn minutes(time: Duration) -> String {
    match time.as_secs() / 60 {
        1 => "a minute".to_owned(),
        minutes => format!("{minutes} minutes"),
    }
}

/// Samples per second of the loudspeaker's clock.
fn rate_hz(wire: &Wire) -> Result<f64> {
    let recorder = Recorder::start(wire)?;
    hold(MEASURED);
    recorder.tape().rate_hz().context("the loudspeaker plays nothing")
}

/// A talker with one of the microphones, and who listens.
struct Side {
    name: &'static str,
    talker: Client,
    listener: Client,
    feed: Feed,
}

/// What was counted up to some moment.
struct Looked {
    talker: Said,
    listener: Said,
    restarts: u32,
}

impl Side {
    fn look(&mut self) -> Result<Looked> {
        let (talker, listener) = (self.talker.next_stats()?, self.listener.next_stats()?);
        Ok(Looked { talker, listener, restarts: self.feed.restarts() })
    }
}

impl Looked {
    fn count(&self, who: &str, field: &str) -> u64 {
        let said = if who == "listener" { &self.listener } else { &self.talker };
        said.event["voice"][field].as_u64().unwrap_or(0)
    }

    /// What was counted of each field since then.
    fn since(&self, before: &Self) -> Vec<(&'static str, u64)> {
        let fields = RUNS.iter().flat_map(|(who, fields)| fields.iter().map(move |field| (*who, *field)));
        fields.map(|(who, field)| (field, self.count(who, field).saturating_sub(before.count(who, field)))).collect()
    }
}
