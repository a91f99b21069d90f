//! Recording the wire.

use super::{tape::Tape, wire::Wire};
use crate::drive::process::Guarded;
use anyhow::{Context, Result};
use std::{
    io::Read,
    process::Stdio,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::Instant,
};

/// Bytes of one frame: two channels of 16 bits.
const FRAME_BYTES: usize = 4;

/// A recording that goes on; dropping it ends it.
pub(crate) struct Recorder {
    tape: Arc<Mutex<Tape>>,
    _process: Guarded,
}

impl Recorder {
    /// Records from now on. It asks for a latency so long that it does not shorten the wire's.
    pub(crate) fn start(wire: &Wire) -> Result<Self> {
        let mut command = wire.command("parec");
        command.args(["--device=wire.monitor", "--raw", "--format=s16le", "--rate=48000", "--channels=2"]);
        command.arg("--latency-msec=100").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = Guarded::spawn(&mut command).context("install the package `pulseaudio-utils`")?;
        let output = process.0.stdout.take().context("`parec` has no output")?;
        let tape = Arc::<Mutex<Tape>>::default();
        let shared = tape.clone();
        thread::spawn(move || read(output, &shared));
        Ok(Self { tape, _process: process })
    }

    /// What was recorded so far.
    pub(crate) fn tape(&self) -> MutexGuard<'_, Tape> {
        self.tape.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(mut output: impl Read, tape: &Mutex<Tape>) {
    let mut buffer = vec![0; 64 * 1024];
    let mut kept = 0;
    while let Ok(len @ 1..) = output.read(&mut buffer[kept..]) {
        let at = Instant::now();
        let whole = (kept + len) / FRAME_BYTES * FRAME_BYTES;
        let frames = buffer[..whole].chunks_exact(FRAME_BYTES);
        let frames = frames.map(|bytes| [[bytes[0], bytes[1]], [bytes[2], bytes[3]]].map(i16::from_le_bytes));
        tape.lock().unwrap_or_else(PoisonError::into_inner).append(at, frames);
        buffer.copy_within(whole..kept + len, 0);
        kept = kept + len - whole;
    }
}
