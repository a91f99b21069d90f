//! One large file to the server, and from there to somebody else, over HTTPS on one machine: from the line that asks for
//! it to the word that it is verified and safe.

use super::{
    carried::{self, text},
    memory::Watch,
};
use crate::{
    drive::{client::Client, stage::Stage},
    report::{Figure, Goal, Judged, Unit},
    voice::Effort,
};
use anyhow::Result;
use std::{fs, path::Path, time::Instant};

/// Length of the file: what a server takes by default.
const MEBIBYTES: usize = 1024;
const QUICK_MEBIBYTES: usize = 64;
/// How often it goes there and back.
const TIMES: usize = 3;
/// Megabytes a second.
const SPEED: Goal = Goal::new(200.0, 400.0);
/// What the server's memory may grow by, in MiB.
const MEMORY: Goal = Goal::only(32.0);

pub(super) fn measure(effort: &Effort) -> Result<Vec<Figure>> {
    let stage = Stage::local()?;
    let mebibytes = effort.count(MEBIBYTES, QUICK_MEBIBYTES);
    let (path, downloads) = (stage.file("large.bin"), stage.file("downloads"));
    carried::write(&path, mebibytes, effort.seed)?;
    let mut ann = stage.client("Ann")?.sign_in()?;
    let mut bob = stage.client("Bob")?.with(&["--downloads", &downloads.to_string_lossy()]).sign_in()?;
    let (mut up, mut down, mut grown) = (vec![], vec![], vec![]);
    for _ in 0..effort.count(TIMES, 1) {
        let watch = Watch::start(stage.server())?;
        let file = send(&mut ann, &path, mebibytes, &mut up)?;
        fetch(&mut bob, &file, mebibytes, &mut down)?;
        grown.push(watch.grown()?);
        ann.send(&format!("unsend {file}"))?;
    }
    let speed = |what: &str, values| {
        let name = format!("{what} of {mebibytes} MiB over loopback");
        Figure::new(&name, Unit::MegabytesPerSecond, Judged::Mean, values).with_goal(SPEED)
    };
    let memory = Figure::new("what the server's memory grows by meanwhile", Unit::Mebibytes, Judged::Max, grown);
    Ok(vec![speed("upload", up), speed("download", down), memory.with_goal(MEMORY)])
}

/// Sends the file; gives its id.
fn send(ann: &mut Client, path: &Path, mebibytes: usize, speeds: &mut Vec<f64>) -> Result<String> {
    let asked = ann.send(&format!("send world {}", path.display()))?;
    let done = carried::must_end(ann, "done")?;
    speeds.push(speed(mebibytes, asked, done.at));
    Ok(text(&done, "file")?.to_owned())
}

/// Fetches it, and takes it away again.
fn fetch(bob: &mut Client, file: &str, mebibytes: usize, speeds: &mut Vec<f64>) -> Result<()> {
    bob.expect("the offer", |event| event["state"] == "offered" && event["file"] == file)?;
    let asked = bob.send(&format!("fetch {file}"))?;
    let received = carried::must_end(bob, "received")?;
    speeds.push(speed(mebibytes, asked, received.at));
    fs::remove_file(text(&received, "path")?)?;
    Ok(())
}

/// Megabytes, of a million bytes, in a second.
fn speed(mebibytes: usize, begin: Instant, end: Instant) -> f64 {
    (mebibytes * 1024 * 1024) as f64 / 1e6 / (end - begin).as_secs_f64()
}
