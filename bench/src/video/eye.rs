//! What a client shows, as it comes: its video sink is a pipe, which is read picture by picture.

use crate::drive::process::PATIENCE;
use anyhow::{Context, Result, bail};
use hallway_bench::picture::{
    number,
    y4m::{Frame, Reader},
};
use std::{
    fs::File,
    io::BufReader,
    path::{Path, PathBuf},
    process::Command,
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// Pictures a second that the camera `pattern` numbers: a number is so many parts of a second since the Unix epoch.
const NUMBERED_A_SECOND: u128 = 30;

/// A picture that was shown.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    /// When all of it had come.
    pub(super) at: Instant,
    /// The number in it.
    pub(super) number: Option<u32>,
    /// How long ago it was taken, if it is one of the camera `pattern`.
    pub(super) age: Duration,
    /// The picture itself, where it was asked for.
    pub(super) frame: Option<Frame>,
}

/// Looks at one client's pictures.
pub(super) struct Eye {
    path: PathBuf,
    seen: Receiver<Seen>,
}

impl Eye {
    /// An eye before the pipe at `path`, which is made. One of so many pictures is kept as a whole; 0 keeps none.
    pub(super) fn open(path: &Path, keep_each: u32) -> Result<Self> {
        let made = Command::new("mkfifo").arg(path).status().context("`mkfifo` is needed")?;
        if !made.success() {
            bail!("{} can't be made", path.display());
        }
        let (show, seen) = mpsc::channel();
        let from = path.to_owned();
        thread::Builder::new().name("eye".to_owned()).spawn(move || {
            // The other end of the pipe may close without ever having had a picture.
            let Ok(mut pictures) = File::open(&from).and_then(|pipe| Reader::new(BufReader::new(pipe))) else { return };
            let mut count = 0;
            while let Ok(Some(frame)) = pictures.next_frame() {
                let (at, now) = (Instant::now(), SystemTime::now());
                let number = number::read(&frame);
                let age = number.map_or(Duration::ZERO, |number| age(number, now));
                let is_kept = keep_each > 0 && count % keep_each == 0;
                count += 1;
                if show.send(Seen { at, number, age, frame: is_kept.then_some(frame) }).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { path: path.to_owned(), seen })
    }

    /// The client's argument that lets it be looked at.
    pub(super) fn sink(&self) -> String {
        format!("y4m:{}", self.path.display())
    }

    /// The next picture that fits; waits for it.
    pub(super) fn wait_for(&self, what: &str, fits: impl Fn(&Seen) -> bool) -> Result<Seen> {
        let end = Instant::now() + PATIENCE;
        loop {
            match self.seen.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(seen) if fits(&seen) => return Ok(seen),
                Ok(_) => {}
                Err(_) => bail!("no picture came: {what}"),
            }
        }
    }

    /// All pictures that came and were not taken yet.
    pub(super) fn take(&self) -> Vec<Seen> {
        self.seen.try_iter().collect()
    }
}

/// How long before `now` the camera `pattern` took the picture of this number; 0 where the number lies ahead.
fn age(number: u32, now: SystemTime) -> Duration {
    let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos() * NUMBERED_A_SECOND;
    let (whole, rest) = (now / NANOS, now % NANOS);
    // Numbers wrap; an age does not come near to half of all of them.
    let behind = (whole as u32).wrapping_sub(number);
    if behind > u32::MAX / 2 {
        return Duration::ZERO;
    }
    let parts = u128::from(behind) * NANOS + rest;
    Duration::from_nanos(u64::try_from(parts / NUMBERED_A_SECOND).unwrap_or(u64::MAX))
}

const NANOS: u128 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_numbers_age_is_told_to_the_nanosecond_and_across_the_wrap() {
        let at = |nanos: u64| UNIX_EPOCH + Duration::from_nanos(nanos);
        assert_eq!(age(30, at(1_000_000_000)), Duration::ZERO);
        assert_eq!(age(30, at(1_050_000_000)), Duration::from_millis(50));
        assert_eq!(age(30, at(900_000_000)), Duration::ZERO);
        // The number 2^32 is 0 again.
        let wrapped = at((1u64 << 32) / 30 * 1_000_000_000 + 1_000_000_000);
        let late = age(u32::MAX, wrapped);
        assert!(late > Duration::from_millis(400) && late < Duration::from_millis(1000), "{late:?}");
    }
}
