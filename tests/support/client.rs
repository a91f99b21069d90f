//! A real client without a window: lines in, events out.

use super::{
    events::{Events, is, is_in},
    processes::{Guarded, PATIENCE, client_program},
    server::TestServer,
};
use serde_json::Value;
use std::{
    fs::File,
    io::Write,
    ops::{Deref, DerefMut},
    path::{Path, PathBuf},
    process::{ChildStdin, Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// A client that will be started.
pub(crate) struct Plan {
    name: String,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    folder: TempDir,
}

/// A client that runs. Its events are those of [`Events`].
pub(crate) struct HeadlessClient {
    pub(crate) name: String,
    process: Guarded,
    input: Option<ChildStdin>,
    events: Events,
    folder: TempDir,
}

/// What a client left behind.
pub(crate) struct Ended {
    /// Exit status; `None` when a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) events: Vec<Value>,
    folder: TempDir,
}

/// More packets than a silent talker sends in a second.
const SIGNS_OF_LIFE: u64 = 15;
/// How often a client is asked for what it does not tell by itself.
const ASKS: Duration = Duration::from_millis(50);
/// The recording of what somebody would have heard.
const HEARD: &str = "heard.wav";
/// The pictures of others.
const SEEN: &str = "seen.y4m";

/// A client named `name` for the server, which takes the certificate that it is shown.
pub(crate) fn client(server: &TestServer, name: &str) -> Plan {
    Plan::new(&server.address, name).with(&["--trust", "new"])
}

impl Plan {
    /// A client that trusts nobody it does not know.
    pub(crate) fn new(address: &str, name: &str) -> Self {
        let arguments = ["--headless", "--server", address, "--name", name].map(str::to_owned).into();
        Self { name: name.to_owned(), arguments, environment: vec![], folder: tempfile::tempdir().unwrap() }
    }

    /// Further arguments.
    pub(crate) fn with(mut self, arguments: &[&str]) -> Self {
        self.arguments.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        self
    }

    /// Further environment variables.
    #[cfg(feature = "devices")]
    pub(crate) fn in_environment(mut self, variables: &[(&str, String)]) -> Self {
        self.environment.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        self
    }

    /// A microphone that is a WAV file, read from the moment of `talk`.
    pub(crate) fn speaking(self, wav: &Path) -> Self {
        let mic = format!("wav:{}:from-talk", wav.display());
        self.with(&["--mic", &mic])
    }

    /// A microphone that is a WAV file, over and over from the start.
    pub(crate) fn chatting(self, wav: &Path) -> Self {
        let mic = format!("wav:{}:loop", wav.display());
        self.with(&["--mic", &mic])
    }

    /// A camera, in the words of `--camera`.
    pub(crate) fn filming(self, camera: &str) -> Self {
        self.with(&["--camera", camera])
    }

    /// A file for the pictures of others.
    pub(crate) fn watching(self) -> Self {
        let sink = format!("y4m:{}", self.folder.path().join(SEEN).display());
        self.with(&["--video-sink", &sink])
    }

    /// Statistics of what came, each second.
    pub(crate) fn counting(self) -> Self {
        self.with(&["--stats", "1"])
    }

    /// A speaker that records, and statistics of what came, each second.
    pub(crate) fn listening(self) -> Self {
        let speaker = format!("wav:{}", self.folder.path().join(HEARD).display());
        self.with(&["--speaker", &speaker]).counting()
    }

    /// In the settings folder of a client that was there before.
    pub(crate) fn in_folder_of(mut self, ended: Ended) -> Self {
        self.folder = ended.folder;
        self
    }

    /// Starts it and waits until it is in the world.
    pub(crate) fn sign_in(self) -> HeadlessClient {
        let mut client = self.start();
        client.expect("welcome", |event| is(event, "welcome"));
        client
    }

    /// Starts it, whatever may come of it.
    pub(crate) fn start(self) -> HeadlessClient {
        let log = self.folder.path().join("log");
        let mut child = Command::new(client_program())
            .args(&self.arguments)
            .arg("--config-dir")
            .arg(self.folder.path().join("config"))
            .envs(self.environment)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let events = Events::read(&self.name, child.stdout.take().unwrap(), log);
        let input = child.stdin.take();
        HeadlessClient { name: self.name, process: Guarded(child), input, events, folder: self.folder }
    }
}

impl HeadlessClient {
    /// One line of input.
    pub(crate) fn send(&mut self, line: &str) {
        let sent = self.input.as_mut().is_some_and(|input| writeln!(input, "{line}").is_ok());
        if !sent {
            self.events.fail(&format!("takes no input; “{line}” was to be sent"));
        }
    }

    /// Walks into a room, once it is known here, and is there.
    pub(crate) fn enter(&mut self, room: &str) {
        self.know("rooms", room);
        self.send(&format!("enter {room}"));
        self.expect(&format!("entered {room}"), |event| is(event, "entered") && event["room"] == room);
    }

    /// Writes something (`say`, `shout`, `msg NAME`) and waits until the server has stored it.
    pub(crate) fn write(&mut self, how: &str, text: &str) -> Value {
        self.send(&format!("{how} {text}"));
        let name = self.name.clone();
        self.expect(&format!("{text}, stored"), |event| {
            is(event, "message") && event["text"] == text && event["from"] == name.as_str()
        })
    }

    /// Waits for a message with this text.
    pub(crate) fn reads(&mut self, text: &str) -> Value {
        self.expect(&format!("message {text}"), |event| is(event, "message") && event["text"] == text)
    }

    /// Presses the key and has the floor.
    pub(crate) fn talk(&mut self) {
        self.send("talk");
        self.floor("granted");
    }

    /// Waits for a state of the floor.
    pub(crate) fn floor(&mut self, state: &str) -> Value {
        self.expect(&format!("floor {state}"), |event| is_in(event, "floor", state))
    }

    /// Rings somebody, who answers: both are in the call then.
    pub(crate) fn call(&mut self, other: &mut Self, kind: &str) {
        self.ring(&other.name, kind);
        self.in_call("ringing");
        other.in_call("incoming");
        other.send("accept");
        other.in_call("accepted");
        self.in_call("accepted");
    }

    /// Rings somebody, once they are known here.
    pub(crate) fn ring(&mut self, name: &str, kind: &str) {
        self.know("people", name);
        self.send(&format!("call {name} {kind}"));
    }

    /// Waits until a name is in the list (`people`, `rooms`): what is new is not known to everybody at once.
    pub(crate) fn know(&mut self, list: &str, name: &str) {
        let lists = |event: &Value| {
            let known = event[list].as_array();
            is(event, list) && known.is_some_and(|known| known.iter().any(|one| one["name"] == name))
        };
        if self.expect_asking(list, lists).is_none() {
            self.events.fail(&format!("never knew of {name}"));
        }
    }

    /// Waits for a state of a call.
    pub(crate) fn in_call(&mut self, state: &str) -> Value {
        self.expect(&format!("call {state}"), |event| is_in(event, "call", state))
    }

    /// What `calls` tells now.
    pub(crate) fn calls(&mut self) -> Value {
        self.send("calls");
        self.expect("calls", |event| is(event, "calls"))
    }

    /// Asks for `calls` until what it tells fits.
    pub(crate) fn calls_until(&mut self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        self.expect_asking("calls", |event| is(event, "calls") && fits(event))
            .unwrap_or_else(|| self.events.fail(&format!("never told of calls with {what}")))
    }

    /// Says a line again and again until something fits that comes of it.
    pub(crate) fn expect_asking(&mut self, line: &str, fits: impl Fn(&Value) -> bool) -> Option<Value> {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            self.send(line);
            if let Some(event) = self.wait(ASKS, &fits) {
                return Some(event);
            }
        }
        None
    }

    /// Waits for the refusal of a command.
    pub(crate) fn refused(&mut self, command: &str) -> Value {
        self.expect(&format!("{command} refused"), |event| is(event, "error") && event["command"] == command)
    }

    /// Waits until statistics count so much of pictures in `field`.
    pub(crate) fn video(&mut self, field: &str, count: u64) -> Value {
        self.expect(&format!("video.{field} ≥ {count}"), |event| {
            is(event, "stats") && event["video"][field].as_u64().is_some_and(|counted| counted >= count)
        })
    }

    /// The next statistics that come from now on, so many of them one after the other; they come each second.
    pub(crate) fn next_stats(&mut self, count: usize) -> Value {
        self.forget();
        let stats = (0..count).map(|_| self.expect("stats", |event| is(event, "stats"))).last();
        stats.unwrap_or_default()
    }

    /// Waits until statistics count so many voice packets in `field`.
    pub(crate) fn voice(&mut self, field: &str, packets: u64) -> Value {
        self.expect(&format!("voice.{field} ≥ {packets}"), |event| {
            is(event, "stats") && event["voice"][field].as_u64().is_some_and(|count| count >= packets)
        })
    }

    /// Waits until so many voice packets were received and then hardly any more: whoever spoke has fallen silent. How
    /// many packets a word takes is the talker's to choose, by the link.
    pub(crate) fn hear_out(&mut self, least: u64) {
        let received = |stats: &Value| stats["voice"]["received"].as_u64().unwrap_or_default();
        let mut before = received(&self.voice("received", least));
        loop {
            let now = received(&self.expect("stats", |event| is(event, "stats") && received(event) >= before));
            if now - before < SIGNS_OF_LIFE {
                return;
            }
            before = now;
        }
    }

    /// All messages it got to read.
    pub(crate) fn texts(&mut self) -> Vec<String> {
        texts(self.events.all())
    }

    /// Ends it at once (SIGKILL).
    pub(crate) fn kill(&mut self) {
        self.process.kill();
    }

    /// Ends its input.
    pub(crate) fn close_input(&mut self) {
        self.input = None;
    }

    /// Says `quit` and waits for the end.
    pub(crate) fn quit(mut self) -> Ended {
        self.send("quit");
        let ended = self.ended();
        assert_eq!(ended.code, Some(0), "after quit");
        ended
    }

    /// Waits for the end that comes of itself.
    pub(crate) fn ended(mut self) -> Ended {
        let Some(status) = self.process.wait(PATIENCE) else { self.events.fail("does not end") };
        let events = self.events.rest().to_vec();
        Ended { code: status.code(), events, folder: self.folder }
    }
}

impl Ended {
    /// The file with all that it would have heard.
    pub(crate) fn heard(&self) -> PathBuf {
        self.folder.path().join(HEARD)
    }

    /// The file with the pictures of the first of the others.
    pub(crate) fn seen(&self) -> PathBuf {
        self.folder.path().join(SEEN)
    }

    /// The texts of the events of one kind.
    pub(crate) fn of(&self, kind: &str) -> Vec<&Value> {
        self.events.iter().filter(|event| is(event, kind)).collect()
    }
}

impl Deref for HeadlessClient {
    type Target = Events;
    fn deref(&self) -> &Events {
        &self.events
    }
}

impl DerefMut for HeadlessClient {
    fn deref_mut(&mut self) -> &mut Events {
        &mut self.events
    }
}

fn texts(events: &[Value]) -> Vec<String> {
    let messages = events.iter().filter(|event| is(event, "message"));
    messages.map(|event| event["text"].as_str().unwrap_or_default().to_owned()).collect()
}
