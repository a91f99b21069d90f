//! The client without a window: commands from standard input, events as JSON lines on standard output.
//!
//! A public interface; docs/headless.md describes it for those who write scripts.

pub mod json;
pub mod line;
pub mod output;

use crate::{
    media::{cameras, screens},
    net::{
        self, SessionHandle, SessionSettings,
        commands::{Command, SignIn},
        events::{ConnectionChanged, Event, SignInFailure},
        handle::Commander,
        phrase::HELP,
        preferences::VoicePreferences,
        snapshot::Snapshot,
    },
};
use bevy::app::TaskPoolOptions;
use line::Order;
use output::Output;
use serde_json::json;
use std::{
    io::{self, BufRead},
    process::ExitCode,
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Receiver, SyncSender},
    },
    thread,
    time::{Duration, Instant},
};

/// What the headless client is told at its start.
#[derive(Clone, Debug)]
pub struct HeadlessSettings {
    /// The session.
    pub session: SessionSettings,
    /// Where to sign in, and as whom.
    pub sign_in: SignIn,
    /// How often a `stats` event is told, if at all.
    pub stats: Option<Duration>,
}

/// Exit status: the sign-in was refused.
const REFUSED: u8 = 3;
/// Exit status: the server was not reached, or the connection was lost and not regained.
const LOST: u8 = 4;
/// Exit status of a program that was interrupted and did not clean up.
const INTERRUPTED: i32 = 130;
/// How long the events are waited for at a time; commands do not wait for it.
const PATIENCE: Duration = Duration::from_millis(500);
/// A session that was told to quit has ended by then, its farewell and its last WAV samples included.
const QUIT_TIMEOUT: Duration = Duration::from_secs(5);

/// Signs in and stays until `quit`, the end of input, or the end of the connection.
///
/// # Errors
/// When the session can't be started: a WAV file can't be used, or the system gives no thread. Reads as a sentence.
pub fn run(settings: HeadlessSettings) -> io::Result<ExitCode> {
    // The first app of a process sizes the task pools for all; nothing here is worth spreading over more threads.
    TaskPoolOptions::with_num_threads(1).create_default_pools();
    let handle = net::start(settings.session)?;
    let (output, writer) = output::start(io::stdout())?;
    let (open_input, gate) = mpsc::sync_channel(1);
    let input = Input { commander: handle.commander(), output: output.clone(), gate, voice: None };
    thread::Builder::new().name("input".to_owned()).spawn(move || input.run(io::stdin().lock()))?;
    quit_on_signals(handle.commander())?;
    handle.send(Command::SignIn(settings.sign_in));
    let mut script = Script { handle, output, open_input, stats: settings.stats, end: None };
    let code = script.follow();
    writer.finish(&script.output);
    Ok(code)
}

/// The first Ctrl-C or SIGTERM signs out in order, the second one ends at once.
fn quit_on_signals(commander: Commander) -> io::Result<()> {
    let again = AtomicBool::new(false);
    ctrlc::set_handler(move || {
        if again.swap(true, Ordering::AcqRel) {
            std::process::exit(INTERRUPTED);
        }
        commander.send(Command::Quit);
    })
    .map_err(io::Error::other)
}

/// The side that tells what happens.
struct Script {
    handle: SessionHandle,
    output: Output,
    open_input: SyncSender<()>,
    stats: Option<Duration>,
    /// The exit status, once it is known, and until when the session may take to end.
    end: Option<(ExitCode, Instant)>,
}

impl Script {
    /// Tells events until the session has ended.
    fn follow(&mut self) -> ExitCode {
        let mut next_stats = self.stats.map(|every| Instant::now() + every);
        loop {
            let now = Instant::now();
            if let (Some(due), Some(every)) = (next_stats, self.stats)
                && now >= due
            {
                self.output.tell(json::stats(&self.handle.snapshot()));
                next_stats = Some((due + every).max(now));
            }
            let patience = next_stats.map_or(PATIENCE, |due| due.saturating_duration_since(now).min(PATIENCE));
            match self.handle.wait_event(patience) {
                Some(Event::Ended) => return self.end.take().map_or(ExitCode::SUCCESS, |(code, _)| code),
                Some(event) => self.tell(&event),
                None => {}
            }
            if let Some((code, deadline)) = self.end
                && Instant::now() >= deadline
            {
                tracing::error!("the session does not end; leaving it behind");
                return code;
            }
        }
    }

    fn tell(&mut self, event: &Event) {
        if let Some(object) = json::event(event, &self.handle.snapshot()) {
            self.output.tell(object);
        }
        match event {
            // A full gate is an open gate.
            Event::Welcome { .. } => drop(self.open_input.try_send(())),
            Event::SignInFailed(SignInFailure::Unreachable(_)) => self.end_with(LOST),
            Event::SignInFailed(_) => self.end_with(REFUSED),
            Event::Connection(ConnectionChanged::GivenUp(_)) => self.end_with(LOST),
            _ => {}
        }
    }

    fn end_with(&mut self, code: u8) {
        if self.end.is_none() {
            self.end = Some((ExitCode::from(code), Instant::now() + QUIT_TIMEOUT));
            self.handle.send(Command::Quit);
        }
    }
}

/// The side that takes commands.
struct Input {
    commander: Commander,
    output: Output,
    /// Opens when there is a world for commands to mean something in.
    gate: Receiver<()>,
    /// The preferences about voice with all changes of this script, once it made any: a snapshot may not know them yet.
    voice: Option<VoicePreferences>,
}

impl Input {
    fn run(mut self, mut lines: impl BufRead) {
        if self.gate.recv().is_err() {
            return;
        }
        let mut line = Vec::new();
        loop {
            line.clear();
            match lines.read_until(b'\n', &mut line) {
                Ok(0) | Err(_) => break,
                Ok(_) => {}
            }
            if !self.obey(&line) {
                break;
            }
        }
        self.commander.send(Command::Quit);
    }

    fn prefer(&mut self, word: &str, value: &str, snapshot: &Snapshot) {
        let voice = self.voice.get_or_insert_with(|| (*snapshot.voice).clone());
        match voice.set(word, value) {
            Ok(()) => self.commander.send(Command::SetVoice(voice.clone())),
            // What a line says was read before it came here.
            Err(error) => tracing::error!(%error, "a preference could not be set"),
        }
    }

    /// Does what a line says. Whether there may be more.
    fn obey(&mut self, line: &[u8]) -> bool {
        let Ok(line) = str::from_utf8(line) else {
            let text = "This line is no UTF-8; write it anew.";
            self.output.tell(json!({"event": "error", "code": "not_utf8", "text": text}));
            return true;
        };
        let snapshot = self.commander.snapshot();
        match line::parse(line, &snapshot) {
            Ok(Order::Nothing) => {}
            Ok(Order::Session(command)) => self.commander.send(command),
            Ok(Order::Rooms) => self.output.tell(json::rooms(&snapshot)),
            Ok(Order::Voice) => self.output.tell(json::voice(self.voice.as_ref().unwrap_or(&snapshot.voice))),
            Ok(Order::Prefer { word, value }) => self.prefer(&word, &value, &snapshot),
            Ok(Order::People) => self.output.tell(json::people(&snapshot)),
            Ok(Order::Calls) => self.output.tell(json::calls(&snapshot)),
            Ok(Order::Cameras) => self.output.tell(json::cameras(&cameras::list())),
            Ok(Order::Screens) => self.output.tell(json::screens(&screens::list())),
            Ok(Order::Help) => self.output.tell(json!({"event": "notice", "code": "help", "text": HELP})),
            Ok(Order::Quit) => return false,
            Err(complaint) => self.output.tell(json::complaint(&complaint)),
        }
        true
    }
}
