//! A cut of two seconds in the middle of a call: from its end to the first picture that was taken after it.

use super::{
    call::{Pair, caller, speech},
    eye::Eye,
};
use crate::{
    drive::stage::Stage,
    report::{Figure, Goal, Judged, Unit},
    voice::{Effort, hold},
};
use anyhow::{Context, Result};
use hallway_bench::relay::{Conditions, Faults, Loss};
use std::time::{Duration, Instant};

/// How long nothing passes, in either direction.
const CUT: Duration = Duration::from_secs(2);
/// How long the call goes on before it is cut, the first time and each further time.
const GOES_ON: Duration = Duration::from_secs(5);

/// One figure.
pub(super) fn measure(effort: &Effort) -> Result<Vec<Figure>> {
    let stage = Stage::behind(Conditions::default())?;
    let eye = Eye::open(&stage.file("seen"), 0)?;
    let voice = speech(&stage)?;
    let ann = caller(&stage, "Ann", &voice, "pattern")?.sign_in()?;
    let bob = caller(&stage, "Bob", &voice, "pattern")?.with(&["--video-sink", &eye.sink()]).sign_in()?;
    Pair { ann, bob }.watch(effort, &stage, &eye)
}

impl Pair {
    fn watch(&mut self, effort: &Effort, stage: &Stage, eye: &Eye) -> Result<Vec<Figure>> {
        let relay = stage.relay().context("there is a network")?;
        let all_is_lost = Faults { loss: Loss::independent(1.0), ..Faults::default() };
        self.call("video")?;
        let mut times = vec![];
        for _ in 0..effort.count(12, 2) {
            eye.wait_for("one before the cut", |_| true)?;
            hold(GOES_ON);
            relay.set_faults(all_is_lost, all_is_lost);
            hold(CUT);
            relay.set_faults(Faults::default(), Faults::default());
            let mended = Instant::now();
            let is_new = |taken: Option<Instant>| taken.is_some_and(|taken| taken >= mended);
            let first = eye.wait_for("one after the cut", |seen| is_new(seen.at.checked_sub(seen.age)))?;
            times.push((first.at - mended).as_secs_f64() * 1000.0);
        }
        let figure = Figure::new("pictures after a cut of 2 s", Unit::Milliseconds, Judged::P95, times);
        Ok(vec![figure.with_goal(Goal::only(1000.0))])
    }
}
