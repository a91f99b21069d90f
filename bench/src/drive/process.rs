//! Finding the programs, and never leaving one behind.

use anyhow::{Context, Result, bail};
use std::{
    fs,
    path::PathBuf,
    process::{Child, Command},
    time::Duration,
};

/// How long anything is waited for that must come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A program that was built beside this one.
pub(crate) fn program(name: &str) -> Result<PathBuf> {
    let own = std::env::current_exe().context("this program does not know where it is")?;
    let path = own.with_file_name(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    if !path.is_file() {
        bail!("{} is missing; `cargo xtask bench` builds it", path.display());
    }
    Ok(path)
}

/// A command that the settings of whoever started the measurement do not reach.
pub(crate) fn command(name: &str) -> Result<Command> {
    let mut command = Command::new(program(name)?);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("HALLWAY_")) {
        command.env_remove(name);
    }
    command.env("HALLWAY_LOG", "warn");
    Ok(command)
}

/// A process that dies with its owner.
#[derive(Debug)]
pub(crate) struct Guarded(pub(crate) Child);

impl Guarded {
    /// Starts one.
    pub(crate) fn spawn(command: &mut Command) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        command.spawn().map(Self).with_context(|| format!("“{name}” could not be started"))
    }

    /// Ends it at once (SIGKILL).
    pub(crate) fn kill(&mut self) -> Result<()> {
        self.0.kill()?;
        self.0.wait()?;
        Ok(())
    }

    /// Time on any processor that it has used so far.
    pub(crate) fn processor_time(&self) -> Result<Duration> {
        let path = format!("/proc/{}/stat", self.0.id());
        let stat = fs::read_to_string(&path).with_context(|| format!("{path} can't be read"))?;
        ticks_in(&stat).map(|ticks| TICK * ticks).with_context(|| format!("{path} has another form than expected"))
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        // Where it has ended already there is nothing to do.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// In what /proc counts time: Linux's `USER_HZ` is 100 on every machine that Hallway runs on.
const TICK: Duration = Duration::from_millis(10);

/// The ticks in user and in kernel mode, which are the fields 14 and 15 of /proc/PID/stat. The second field, the
/// program's name in brackets, may hold anything.
fn ticks_in(stat: &str) -> Option<u32> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace().skip(11);
    let (user, kernel): (u32, u32) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some(user + kernel)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_found_whatever_the_program_is_called() {
        let rest = "S 1 2 3 0 -1 4194304 5 6 7 8 321 45 0 0 20 0 9 0 1234";
        for name in ["hallway", "a b", "x) S 1 (y"] {
            assert_eq!(ticks_in(&format!("17 ({name}) {rest}")), Some(366));
        }
        assert_eq!(ticks_in("17 (short) S 1"), None);
    }
}
