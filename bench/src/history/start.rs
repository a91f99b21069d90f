//! How long the server takes from its start to being ready.

use crate::{
    drive::process::{Guarded, command},
    report::{Figure, Goal, Judged, Unit},
};
use anyhow::{Context, Result, ensure};
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::Stdio,
    time::Instant,
};

/// Starts it on this data folder so many times, each time after a kill.
pub(super) fn measure(folder: &Path, times: usize) -> Result<Figure> {
    let starts: Result<Vec<f64>> = (0..times).map(|_| start(folder)).collect();
    let goal = Goal::only(1000.0);
    Ok(Figure::new("start of the server", Unit::Milliseconds, Judged::P95, starts?).with_goal(goal))
}

fn start(folder: &Path) -> Result<f64> {
    let since = Instant::now();
    let mut command = command("hallway-server")?;
    command.args(["--json", "--listen", "127.0.0.1:0", "--data-dir"]).arg(folder).stdout(Stdio::piped());
    let mut server = Guarded::spawn(&mut command)?;
    let mut line = String::new();
    BufReader::new(server.0.stdout.take().context("the server has no output")?).read_line(&mut line)?;
    ensure!(line.contains("\"ready\""), "the server did not come up");
    let took = since.elapsed();
    server.kill()?;
    Ok(took.as_secs_f64() * 1000.0)
}
