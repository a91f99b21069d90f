//! From the moment before the line `accept` is written to the first picture, at either end.

use super::{
    call::{Pair, caller, speech},
    eye::Eye,
};
use crate::{
    drive::stage::Stage,
    report::{Figure, Goal, Judged, Unit},
    voice::Effort,
};
use anyhow::Result;

/// One figure of both ends. Clients are new for each call: nobody's camera or decoder is warm.
pub(super) fn measure(effort: &Effort) -> Result<Vec<Figure>> {
    let stage = Stage::local()?;
    let voice = speech(&stage)?;
    let mut times = vec![];
    for number in 0..effort.count(20, 3) {
        let eyes = [
            Eye::open(&stage.file(&format!("ann-{number}")), 0)?,
            Eye::open(&stage.file(&format!("bob-{number}")), 0)?,
        ];
        let sign_in = |name: &str, eye: &Eye| {
            caller(&stage, name, &voice, "pattern")?.with(&["--name-or-variant", "--video-sink", &eye.sink()]).sign_in()
        };
        let mut pair = Pair { ann: sign_in("Ann", &eyes[0])?, bob: sign_in("Bob", &eyes[1])? };
        let answered = pair.call("video")?;
        for eye in &eyes {
            let first = eye.wait_for("the first one of a call", |_| true)?;
            times.push((first.at - answered).as_secs_f64() * 1000.0);
        }
        pair.ann.quit()?;
        pair.bob.quit()?;
    }
    let figure = Figure::new("accept to first picture", Unit::Milliseconds, Judged::P95, times);
    Ok(vec![figure.with_goal(Goal::new(600.0, 300.0)).with_note("both ends; each camera and decoder is started")])
}
