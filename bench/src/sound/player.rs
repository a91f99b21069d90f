//! Saying something into the mouth of the wire.

use super::wire::Wire;
use crate::drive::process::Guarded;
use anyhow::{Context, Result};
use std::{io::Write, process::Stdio, thread};

/// Sound that is being played; dropping it ends it.
pub(crate) struct Player {
    _process: Guarded,
}

impl Player {
    /// Plays the samples into a sink over and over.
    pub(crate) fn repeat(wire: &Wire, sink: &str, samples: &[f32]) -> Result<Self> {
        let mut command = wire.command("pacat");
        command.arg(format!("--device={sink}"));
        command.args(["--raw", "--format=s16le", "--rate=48000", "--channels=1"]);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut process = Guarded::spawn(&mut command).context("install the package `pulseaudio-utils`")?;
        let mut input = process.0.stdin.take().context("`pacat` has no input")?;
        let bytes = as_bytes(samples);
        thread::spawn(move || while input.write_all(&bytes).is_ok() {});
        Ok(Self { _process: process })
    }
}

/// Samples as sound servers take them: 16 bits, little endian.
pub(super) fn as_bytes(samples: &[f32]) -> Vec<u8> {
    let scaled = samples.iter().map(|sample| (sample.clamp(-1.0, 1.0) * f32::from(i16::MAX)).round() as i16);
    scaled.flat_map(i16::to_le_bytes).collect()
}
