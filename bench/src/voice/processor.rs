//! What a session without a window costs, as the share of one processor core that its process uses.

use super::{Effort, hold};
use crate::{
    drive::{
        process::{Guarded, command},
        stage::{ROOM, Stage},
    },
    report::{Figure, Goal, Judged, Unit},
    sound::{player::Player, speech, wire::Wire},
};
use anyhow::Result;
use std::time::{Duration, Instant};

/// What is not looked at, at the begin of the turn.
const SETTLES: Duration = Duration::from_secs(3);
/// Talker and listener have a device each, as they have at home. On the sink that both ends of the wire share, the one
/// whose blocks are shorter would set the pace of both.
const APART: [&str; 3] = [
    "module-null-sink sink_name=talker rate=48000 channels=1 channel_map=mono",
    "module-remap-source source_name=talking master=talker.monitor",
    "module-null-sink sink_name=listener rate=48000 channels=2",
];
/// One sample.
const SAMPLE: Duration = Duration::from_secs(10);
/// The client's argument that takes noise out of the microphone's sound.
const SUPPRESSION: &str = "--noise-suppression";

/// Two figures, both with sound devices: a listener and a talker.
pub(super) fn measure(effort: &Effort) -> Result<Vec<Figure>> {
    let modules: Vec<String> = APART.iter().map(ToString::to_string).collect();
    let wire = Wire::start_with(&modules, tempfile::tempdir()?)?;
    let stage = Stage::local()?;
    let devices = wire.environment();
    let suppression: &[&str] = if knows_suppression()? { &[SUPPRESSION, "on"] } else { &[] };
    let ann = stage.client("Ann")?.mic("device:talking").with(suppression);
    let mut ann = ann.in_environment(&devices).sign_in()?;
    let mut bob = stage.client("Bob")?.speaker("device:listener").in_environment(&devices).sign_in()?;
    ann.enter(ROOM)?;
    bob.enter(ROOM)?;
    let _player = Player::repeat(&wire, "talker", &speech::with_pauses()?)?;
    ann.talk()?;
    hold(SETTLES);
    let (mut talking, mut listening) = (vec![], vec![]);
    for _ in 0..effort.count(9, 1) {
        let start = Instant::now();
        let before = [ann.process.processor_time()?, bob.process.processor_time()?];
        hold(SAMPLE);
        let share = |process: &Guarded, before: Duration| -> Result<f64> {
            Ok(100.0 * (process.processor_time()? - before).as_secs_f64() / start.elapsed().as_secs_f64())
        };
        talking.push(share(&ann.process, before[0])?);
        listening.push(share(&bob.process, before[1])?);
    }
    let figure = |name, values| Figure::new(name, Unit::PercentOfCore, Judged::Mean, values);
    let talking = figure("processor while talking, noise suppression on", talking).with_goal(Goal::new(6.0, 2.7));
    let talking = match suppression {
        [] => talking.with_note("this build has no noise suppression, so it costs nothing here"),
        _ => talking,
    };
    Ok(vec![figure("processor while listening", listening).with_goal(Goal::new(3.0, 1.5)), talking])
}

fn knows_suppression() -> Result<bool> {
    let help = command("hallway")?.arg("--help").output()?;
    Ok(String::from_utf8_lossy(&help.stdout).contains(SUPPRESSION))
}
