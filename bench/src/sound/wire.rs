//! A private PulseAudio with one sink of two channels: what is played into its left one is what the microphone hears,
//! its right one is what the loudspeaker plays.
//!
//! One sink means one clock: a recording of its monitor has the mouth and the ear side by side, sample by sample, and
//! the time between them is counted, not estimated. Sinks and sources that map a single channel make three devices of
//! it: `mouth`, `ear` and `microphone`.

use crate::drive::process::{Guarded, PATIENCE};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// The wire, and the devices that are its ends.
const MODULES: [&str; 4] = [
    "module-null-sink sink_name=wire rate=48000 channels=2 channel_map=front-left,front-right",
    "module-remap-sink sink_name=mouth master=wire channels=1 channel_map=mono master_channel_map=front-left remix=no",
    "module-remap-sink sink_name=ear master=wire channels=1 channel_map=mono master_channel_map=front-right remix=no",
    "module-remap-source source_name=microphone master=wire.monitor channels=1 channel_map=mono \
     master_channel_map=front-left remix=no",
];

/// How often it is asked whether the server answers.
const LOOK: Duration = Duration::from_millis(20);

/// A running server; dropping it ends it.
pub(crate) struct Wire {
    folder: TempDir,
    _server: Guarded,
}

impl Wire {
    /// Starts one.
    pub(crate) fn start() -> Result<Self> {
        Self::start_with(&[], tempfile::tempdir()?)
    }

    /// Starts one with more modules, each as its name and arguments. What they name lies in `folder`, which nobody else
    /// may enter.
    pub(crate) fn start_with(modules: &[String], folder: TempDir) -> Result<Self> {
        let path = folder.path();
        let protocol = format!("module-native-protocol-unix socket={} auth-anonymous=1", socket(path).display());
        let mut command = Command::new("pulseaudio");
        command.args(["-n", "--daemonize=no", "--system=false", "--use-pid-file=no", "--exit-idle-time=-1"]);
        let modules = modules.iter().map(String::as_str);
        for module in std::iter::once(protocol.as_str()).chain(MODULES).chain(modules) {
            command.args(["-L", module]);
        }
        // The server itself must not look for another one.
        command.envs(environment(path)).env_remove("PULSE_SERVER");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(log(path))?);
        let server = Guarded::spawn(&mut command).context("PulseAudio is needed: install the package `pulseaudio`")?;
        let wire = Self { folder, _server: server };
        wire.wait_for_answer()?;
        Ok(wire)
    }

    fn wait_for_answer(&self) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let asked = self.command("pactl").arg("info").stdout(Stdio::null()).stderr(Stdio::null()).status();
            if asked.context("`pactl` is needed: install the package `pulseaudio-utils`")?.success() {
                return Ok(());
            }
            if Instant::now() >= deadline {
                let log = fs::read_to_string(log(self.folder.path())).unwrap_or_default();
                bail!("PulseAudio does not answer: {log}");
            }
            thread::sleep(LOOK);
        }
    }

    /// What points a program at this server.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        environment(self.folder.path())
    }

    /// A program that talks to this server.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.envs(self.environment());
        command
    }

    /// How far ahead of its clock the wire renders, which follows the shortest latency that a stream asked for.
    pub(crate) fn ahead(&self) -> Result<Duration> {
        let sinks = self.command("pactl").args(["--format=json", "list", "sinks"]).stderr(Stdio::null()).output()?;
        let sinks: Value = serde_json::from_slice(&sinks.stdout).context("`pactl` does not tell of the sinks")?;
        let wire = sinks.as_array().into_iter().flatten().find(|sink| sink["name"] == "wire");
        let micros = wire.and_then(|wire| wire["latency"]["configured"].as_f64());
        micros.map(|micros| Duration::from_secs_f64(micros / 1e6)).context("`pactl` does not tell the wire's latency")
    }
}

fn environment(folder: &Path) -> Vec<(&'static str, String)> {
    let text = folder.display().to_string();
    vec![
        ("PULSE_SERVER", format!("unix:{}", socket(folder).display())),
        ("PULSE_COOKIE", format!("{text}/cookie")),
        ("XDG_RUNTIME_DIR", text.clone()),
        ("XDG_CONFIG_HOME", text.clone()),
        ("HOME", text),
    ]
}

fn socket(folder: &Path) -> PathBuf {
    folder.join("native")
}

fn log(folder: &Path) -> PathBuf {
    folder.join("pulseaudio.log")
}
