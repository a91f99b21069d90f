//! A microphone whose clock is off: a source that has its sound from a pipe, which is filled at any rate.

use super::player::as_bytes;
use anyhow::{Context, Result};
use std::{
    fs::OpenOptions,
    io::Write,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// Samples that are written at once: 10 ms, as sound hardware would.
const PORTION: usize = 480;
/// When the writer is so far behind, nobody has read the pipe: time counts anew.
const BEHIND: Duration = Duration::from_millis(50);

/// The arguments that make PulseAudio have a source called `name` that reads the pipe at `path`.
pub(crate) fn module(name: &str, path: &Path) -> String {
    format!("module-pipe-source source_name={name} file={} rate=48000 channels=1 format=s16le", path.display())
}

/// A pipe that is being filled; dropping it ends it.
pub(crate) struct Feed {
    stop: Arc<AtomicBool>,
    restarts: Arc<AtomicU32>,
    thread: Option<JoinHandle<()>>,
}

impl Feed {
    /// Plays the samples over and over into the pipe, `rate_hz` of them a second.
    pub(crate) fn start(pipe: &Path, samples: &[f32], rate_hz: f64) -> Result<Self> {
        let mut pipe = OpenOptions::new().write(true).open(pipe).context("the microphone's pipe can't be opened")?;
        let bytes = as_bytes(samples);
        let (stop, restarts) = (Arc::<AtomicBool>::default(), Arc::<AtomicU32>::default());
        let (stopped, restarted) = (stop.clone(), restarts.clone());
        let thread = thread::spawn(move || {
            let (mut started, mut written) = (Instant::now(), 0u32);
            for portion in bytes.chunks(2 * PORTION).cycle() {
                let due = started + Duration::from_secs_f64(f64::from(written) / rate_hz);
                let now = Instant::now();
                if now > due + BEHIND {
                    (started, written) = (now, 0);
                    restarted.fetch_add(1, Relaxed);
                }
                thread::sleep(due.saturating_duration_since(now));
                if stopped.load(Relaxed) || pipe.write_all(portion).is_err() {
                    return;
                }
                written += (portion.len() / 2) as u32;
            }
        });
        Ok(Self { stop, restarts, thread: Some(thread) })
    }

    /// Times that it fell behind and counted anew, which it does while nobody listens.
    pub(crate) fn restarts(&self) -> u32 {
        self.restarts.load(Relaxed)
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.stop.store(true, Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
