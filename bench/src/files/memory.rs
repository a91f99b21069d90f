//! How much memory a process has, at most, over some time.

use crate::drive::process::Guarded;
use anyhow::{Context, Result};
use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// How often it is looked.
const LOOKS: Duration = Duration::from_millis(20);
const BYTES_PER_MIB: f64 = 1024.0 * 1024.0;

/// Watches a process until it is asked.
pub(super) struct Watch {
    before: u64,
    ends: Arc<AtomicBool>,
    watching: JoinHandle<Result<u64>>,
}

impl Watch {
    /// Watches from now on.
    pub(super) fn start(process: &Guarded) -> Result<Self> {
        let path = format!("/proc/{}/status", process.0.id());
        let before = resident(&path)?;
        let ends = Arc::new(AtomicBool::new(false));
        let until = Arc::clone(&ends);
        let watching = thread::spawn(move || {
            let mut most = before;
            while !until.load(Relaxed) {
                most = most.max(resident(&path)?);
                thread::sleep(LOOKS);
            }
            Ok(most)
        });
        Ok(Self { before, ends, watching })
    }

    /// By how many MiB it grew at most.
    pub(super) fn grown(self) -> Result<f64> {
        self.ends.store(true, Relaxed);
        let most = self.watching.join().ok().context("the memory could not be watched")??;
        Ok((most - self.before) as f64 / BYTES_PER_MIB)
    }
}

/// The resident set of a process, in bytes.
fn resident(path: &str) -> Result<u64> {
    let status = fs::read_to_string(path).with_context(|| format!("{path} can't be read"))?;
    resident_in(&status).with_context(|| format!("{path} has another form than expected"))
}

fn resident_in(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_resident_set_is_found_among_the_rest() {
        assert_eq!(
            resident_in("Name:\tVmRSS:\nVmHWM:\t   9 kB\nVmRSS:\t    1234 kB\nThreads:\t1\n"),
            Some(1234 * 1024)
        );
        assert_eq!(resident_in("Name:\tzombie\n"), None);
    }
}
