//! Measuring Hallway: the programs as people get them, and the one that measures them.

use crate::{
    packages::{self, Ask, Need},
    process::{become_command, cargo, must},
};
use anyhow::{Context, Result, bail};
use std::{
    env,
    path::PathBuf,
    process::{Command, ExitCode},
};

/// What is built, in one go so that they share what they depend on.
const PROGRAMS: [&str; 3] = ["hallway", "hallway-server", "hallway-bench"];

/// Builds the programs and starts the measurement. The client is the one without a window.
pub(crate) fn run(ask: Ask, args: &[String]) -> Result<ExitCode> {
    packages::provide(Need::Bench, ask)?;
    if let Some(lack) = packages::slow_video() {
        bail!("{lack}");
    }
    let mut build = cargo(&["build", "--locked", "--release", "--bins"]);
    for program in PROGRAMS {
        build.args(["--package", program]);
    }
    build.args(["--no-default-features", "--features", "hallway/devices"]);
    must(&mut build)?;
    let mut bench = Command::new(released("hallway-bench")?);
    bench.args(args);
    become_command(bench)
}

/// Where cargo leaves a program that is built with all optimisations: in the folder beside this program's own.
fn released(program: &str) -> Result<PathBuf> {
    let own = env::current_exe().context("this program does not know where it is")?;
    let target = own.ancestors().nth(2).context("this program lies in no folder")?;
    Ok(target.join("release").join(format!("{program}{}", env::consts::EXE_SUFFIX)))
}
