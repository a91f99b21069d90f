//! A real server with a fresh folder and a free port, and what a network is put before it.

use super::{
    client::Plan,
    events::{Events, is},
    process::{Guarded, command},
};
use anyhow::{Context, Result};
use hallway_bench::relay::{Conditions, Relay};
use std::{
    fs::File,
    path::PathBuf,
    process::Stdio,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
};
use tempfile::TempDir;

/// The room of all measurements, which the built-in map has.
pub(crate) const ROOM: &str = "Library";

/// Longest turn, in seconds: no measurement is to end by the talk limit, which is a minute by default.
const TALK_LIMIT: &str = "3600";

/// A server that runs.
pub(crate) struct Stage {
    address: String,
    relay: Option<Relay>,
    clients: AtomicU32,
    folder: TempDir,
    server: Guarded,
    /// Kept so that the server's output has a reader.
    _events: Events,
}

impl Stage {
    /// A server that clients reach directly.
    pub(crate) fn local() -> Result<Self> {
        Self::start(None)
    }

    /// A server behind a network.
    pub(crate) fn behind(conditions: Conditions) -> Result<Self> {
        Self::start(Some(Relay::start(conditions)?))
    }

    fn start(relay: Option<Relay>) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let log = folder.path().join("server.log");
        let mut command = command("hallway-server")?;
        command.args(["--json", "--listen", "127.0.0.1:0", "--talk-limit", TALK_LIMIT]);
        command.arg("--data-dir").arg(folder.path().join("server"));
        if let Some(relay) = &relay {
            command.args(["--public", &relay.address().to_string()]);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(File::create(&log)?);
        let mut server = Guarded::spawn(&mut command)?;
        let output = server.0.stdout.take().context("the server has no output")?;
        let mut events = Events::read("the server", output, log);
        let ready = events.expect("ready", |event| is(event, "ready"))?;
        let address = ready.event["listen"].as_str().context("the server does not say where it listens")?.to_owned();
        if let Some(relay) = &relay {
            relay.lead_to(address.parse().context("the server does not listen at an address")?);
        }
        Ok(Self { address, relay, clients: AtomicU32::new(0), folder, server, _events: events })
    }

    /// A client for this server.
    pub(crate) fn client(&self, name: &str) -> Result<Plan> {
        let number = self.clients.fetch_add(1, Relaxed);
        Plan::new(name, &self.address, self.file(&format!("client-{number}")))
    }

    /// The server's process.
    pub(crate) fn server(&self) -> &Guarded {
        &self.server
    }

    /// The network before the server, if there is one.
    pub(crate) fn relay(&self) -> Option<&Relay> {
        self.relay.as_ref()
    }

    /// A file or folder that goes with the stage.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}
