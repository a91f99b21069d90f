//! A screen that is shared in a voice call: how soon it is seen, also where packets are lost, and what becomes of the voices over
//! a link of 300 kbit/s.
//!
//! Bob speaks all the time, and so does Ann, who shares a page of text that scrolls, again and again: a screen's first
//! picture is its largest.

use super::{
    call::{Pair, caller, speech},
    eye::Eye,
    narrow::{NARROW, WAY, voices},
};
use crate::{
    drive::stage::Stage,
    report::{Figure, Goal, Judged, Unit},
    voice::{Effort, hold},
};
use anyhow::Result;
use hallway_bench::relay::{Conditions, Faults, Loss};
use std::time::Duration;

/// Share of packets lost, one by one, in either direction.
const LOSS: f64 = 0.05;
/// How long a screen is shared, and how long it is not between that.
const SHARED: Duration = Duration::from_secs(15);
const BETWEEN: Duration = Duration::from_secs(3);

/// Figures of a good link, of one that loses packets, and of a narrow one.
pub(super) fn measure(effort: &Effort) -> Result<Vec<Figure>> {
    let wide = Outcome::of(Faults::delay(WAY), effort)?;
    let lossy = Outcome::of(Faults { loss: Loss::independent(LOSS), ..Faults::delay(WAY) }, effort)?;
    let narrow = Outcome::of(Faults { bandwidth: Some(NARROW), ..Faults::delay(WAY) }, effort)?;
    Ok(vec![
        Figure::new("screen shared to first picture", Unit::Milliseconds, Judged::P95, wide.first),
        Figure::new("pictures of a screen that scrolls", Unit::PerSecond, Judged::Mean, wide.rates),
        Figure::new("screen shared to first picture, 5 % loss", Unit::Milliseconds, Judged::P95, lossy.first),
        Figure::new("pictures of a screen that scrolls, 5 % loss", Unit::PerSecond, Judged::Mean, lossy.rates),
        Figure::new("voice packets lost beside a screen, 300 kbit/s", Unit::Times, Judged::Max, narrow.lost.to_vec())
            .with_goal(Goal::only(0.0))
            .with_note(format!("of {} and {} that were due", narrow.due[0], narrow.due[1])),
        Figure::new("screen shared to first picture, 300 kbit/s", Unit::Milliseconds, Judged::P95, narrow.first),
        Figure::new("pictures of a screen that scrolls, 300 kbit/s", Unit::PerSecond, Judged::Mean, narrow.rates),
    ])
}

/// What came of a call.
struct Outcome {
    /// Packets of the other's voice that never came, and that were due: Ann's and Bob's.
    lost: [f64; 2],
    due: [f64; 2],
    /// From each line `share` to the first picture, in milliseconds.
    first: Vec<f64>,
    /// Pictures in a second after that.
    rates: Vec<f64>,
}

impl Outcome {
    fn of(faults: Faults, effort: &Effort) -> Result<Self> {
        let stage = Stage::behind(Conditions::both_ways(faults, effort.seed))?;
        let (eye, voice) = (Eye::open(&stage.file("seen"), 0)?, speech(&stage)?);
        let ann = caller(&stage, "Ann", &voice, "none")?.sign_in()?;
        let bob = caller(&stage, "Bob", &voice, "none")?.with(&["--video-sink", &eye.sink()]).sign_in()?;
        let mut pair = Pair { ann, bob };
        pair.call("voice")?;
        let (mut first, mut rates) = (vec![], vec![]);
        for _ in 0..effort.count(4, 1) {
            hold(BETWEEN);
            eye.take();
            let shared = pair.ann.send("share pattern")?;
            let seen = eye.wait_for("the first one of a screen", |_| true)?;
            first.push((seen.at - shared).as_secs_f64() * 1000.0);
            hold(SHARED);
            rates.push(eye.take().len() as f64 / SHARED.as_secs_f64());
            pair.ann.send("unshare")?;
        }
        let ((lost_ann, due_ann), (lost_bob, due_bob)) = (voices(&mut pair.ann)?, voices(&mut pair.bob)?);
        Ok(Self { lost: [lost_ann, lost_bob], due: [due_ann, due_bob], first, rates })
    }
}
