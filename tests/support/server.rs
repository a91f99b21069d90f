//! A real server with a data folder and a port of its own.

use super::{
    events::{Events, is},
    processes::{Guarded, PATIENCE, server_program},
};
use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
};
use tempfile::TempDir;

/// A server that runs.
pub(crate) struct TestServer {
    process: Guarded,
    pub(crate) events: Events,
    /// `HOST:PORT`.
    pub(crate) address: String,
    pub(crate) fingerprint: String,
    folder: TempDir,
    settings: Vec<String>,
}

impl TestServer {
    /// Starts one with default settings.
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts one with these arguments besides.
    pub(crate) fn start_with(settings: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings: Vec<String> = settings.iter().map(|setting| (*setting).to_owned()).collect();
        Self::start_in(folder, "127.0.0.1:0", settings)
    }

    fn start_in(folder: TempDir, listen: &str, settings: Vec<String>) -> Self {
        let log = folder.path().join("log");
        let mut child = server_command(&data_in(&folder), listen)
            .arg("--json")
            .args(&settings)
            .stdout(Stdio::piped())
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let mut events = Events::read("the server", child.stdout.take().unwrap(), log);
        let process = Guarded(child);
        let ready = events.expect("ready", |event| is(event, "ready"));
        let text = |field: &str| ready[field].as_str().unwrap_or_default().to_owned();
        Self { process, address: text("listen"), fingerprint: text("fingerprint"), events, folder, settings }
    }

    /// Ends it at once (SIGKILL) and starts it again on the same data and port.
    pub(crate) fn kill_and_restart(mut self) -> Self {
        self.process.kill();
        Self::start_in(self.folder, &self.address, self.settings)
    }

    /// Ends it and starts another one with new data on the same port: another certificate under the same address.
    pub(crate) fn replace(mut self) -> Self {
        self.process.kill();
        Self::start_in(tempfile::tempdir().unwrap(), &self.address, self.settings)
    }

    /// Carries out an operator's order beside it, with this on standard input; what it wrote.
    pub(crate) fn admin(&self, order: &[&str], input: &str) -> String {
        let mut command = Command::new(server_program());
        command.arg("--data-dir").arg(data_in(&self.folder)).arg("admin").args(order);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "admin {order:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Where it keeps what it has.
    pub(crate) fn data(&self) -> PathBuf {
        data_in(&self.folder)
    }

    /// Asks it to end (SIGTERM).
    pub(crate) fn terminate(&self) {
        self.process.terminate();
    }

    /// Waits for its end.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        match self.process.wait(PATIENCE) {
            Some(status) => status,
            None => self.events.fail("does not end"),
        }
    }
}

/// A server's command on a data folder.
pub(crate) fn server_command(data: &Path, listen: &str) -> Command {
    let mut command = Command::new(server_program());
    command.args(["--listen", listen]).arg("--data-dir").arg(data).stdin(Stdio::null());
    // What the developer's own server is set to is not to be tested.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("HALLWAY_")) {
        command.env_remove(name);
    }
    command
}

fn data_in(folder: &TempDir) -> PathBuf {
    folder.path().join("data")
}
