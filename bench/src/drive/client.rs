//! A real client without a window.

use super::{
    events::{Events, Said, is, is_floor},
    process::{Guarded, command},
};
use anyhow::{Context, Result, bail};
use std::{
    fs::{self, File},
    io::Write,
    ops::{Deref, DerefMut},
    path::PathBuf,
    process::{ChildStdin, Command, Stdio},
    time::Instant,
};

/// A client that will be started.
pub(crate) struct Plan {
    name: String,
    command: Command,
    folder: PathBuf,
}

/// A client that is in the world. Its events are those of [`Events`].
pub(crate) struct Client {
    pub(crate) process: Guarded,
    input: ChildStdin,
    events: Events,
}

impl Plan {
    /// A client of that name for the server at `address`, with a folder of its own.
    pub(crate) fn new(name: &str, address: &str, folder: PathBuf) -> Result<Self> {
        fs::create_dir_all(&folder)?;
        let mut command = command("hallway")?;
        command.args(["--headless", "--trust", "new", "--stats", "1", "--server", address, "--name", name]);
        command.arg("--config-dir").arg(folder.join("config"));
        Ok(Self { name: name.to_owned(), command, folder })
    }

    /// Its microphone, in the words of `--mic`.
    pub(crate) fn mic(self, mic: &str) -> Self {
        self.with(&["--mic", mic])
    }

    /// Its speaker, in the words of `--speaker`.
    pub(crate) fn speaker(self, speaker: &str) -> Self {
        self.with(&["--speaker", speaker])
    }

    /// More arguments.
    pub(crate) fn with(mut self, arguments: &[&str]) -> Self {
        self.command.args(arguments);
        self
    }

    /// More environment variables.
    pub(crate) fn in_environment(mut self, variables: &[(&str, String)]) -> Self {
        self.command.envs(variables.iter().map(|(name, value)| (name, value)));
        self
    }

    /// Starts it and waits until it is in the world.
    pub(crate) fn sign_in(mut self) -> Result<Client> {
        let log = self.folder.join("log");
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(File::create(&log)?);
        let mut process = Guarded::spawn(&mut self.command)?;
        let input = process.0.stdin.take().context("the client has no input")?;
        let output = process.0.stdout.take().context("the client has no output")?;
        let mut client = Client { process, input, events: Events::read(&self.name, output, log) };
        client.expect("welcome", |event| is(event, "welcome"))?;
        Ok(client)
    }
}

impl Client {
    /// One line of input, and the moment before it was written.
    pub(crate) fn send(&mut self, line: &str) -> Result<Instant> {
        let at = Instant::now();
        writeln!(self.input, "{line}").context("the client takes no input any more")?;
        Ok(at)
    }

    /// Walks into a room; returns the word that it is there.
    pub(crate) fn enter(&mut self, room: &str) -> Result<Said> {
        self.send(&format!("enter {room}"))?;
        self.expect("entered", |event| is(event, "entered") && event["room"] == room)
    }

    /// Walks back to the hall.
    pub(crate) fn leave(&mut self) -> Result<()> {
        self.send("leave")?;
        self.expect("left", |event| is(event, "left")).map(drop)
    }

    /// Presses the key and is given the floor. Returns the moment of the press and the word of the grant.
    pub(crate) fn talk(&mut self) -> Result<(Instant, Said)> {
        const ANSWERS: [&str; 4] = ["granted", "busy", "denied", "queued"];
        let pressed = self.send("talk")?;
        let answer = self.expect("an answer to talk", |event| ANSWERS.iter().any(|state| is_floor(event, state)))?;
        if answer.event["state"] != "granted" {
            bail!("the floor was not granted: {}", answer.event);
        }
        Ok((pressed, answer))
    }

    /// Lets the key go and waits until the turn is over.
    pub(crate) fn quiet(&mut self) -> Result<()> {
        self.send("quiet")?;
        self.floor("released").map(drop)
    }

    /// Waits for a state of the floor.
    pub(crate) fn floor(&mut self, state: &str) -> Result<Said> {
        self.expect(&format!("floor {state}"), |event| is_floor(event, state))
    }

    /// The newest statistics, which are at most a second old, waiting for those that come next.
    pub(crate) fn next_stats(&mut self) -> Result<Said> {
        while self.events.wait(std::time::Duration::ZERO, |event| is(event, "stats")).is_some() {}
        self.expect("stats", |event| is(event, "stats"))
    }

    /// Waits until statistics count so many packets of others' voice.
    pub(crate) fn hears(&mut self, packets: u64) -> Result<()> {
        let fits = |count: Option<u64>| count.is_some_and(|count| count >= packets);
        self.expect("voice.received", |event| is(event, "stats") && fits(event["voice"]["received"].as_u64())).map(drop)
    }

    /// Ends it in order, so that its files are whole.
    pub(crate) fn quit(mut self) -> Result<()> {
        self.send("quit")?;
        self.process.0.wait()?;
        Ok(())
    }
}

impl Deref for Client {
    type Target = Events;
    fn deref(&self) -> &Events {
        &self.events
    }
}

impl DerefMut for Client {
    fn deref_mut(&mut self) -> &mut Events {
        &mut self.events
    }
}
