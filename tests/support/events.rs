//! What a program says in JSON, one object a line: waited for in any order, kept whole, shown when a test fails.

use super::processes::PATIENCE;
use serde_json::Value;
use std::{
    fs,
    io::{BufRead, BufReader, Read},
    path::PathBuf,
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

/// Lines of a program's log that are shown with a failure.
const LOG_TAIL: usize = 40;

/// The events of one program.
pub(crate) struct Events {
    who: String,
    log: PathBuf,
    incoming: Receiver<String>,
    /// Every event so far.
    seen: Vec<Value>,
    /// Places in `seen` that no `expect` has taken yet.
    open: Vec<usize>,
}

impl Events {
    /// Reads the events of `who`, whose log goes to the file `log`.
    pub(crate) fn read(who: &str, from: impl Read + Send + 'static, log: PathBuf) -> Self {
        let (lines, incoming) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(from).lines().map_while(Result::ok) {
                if lines.send(line).is_err() {
                    break;
                }
            }
        });
        Self { who: who.to_owned(), log, incoming, seen: vec![], open: vec![] }
    }

    /// The first event that fits and that no earlier call has taken; waits for it.
    ///
    /// # Panics
    /// When it does not come: with all events and the end of the log.
    pub(crate) fn expect(&mut self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        match self.wait(PATIENCE, fits) {
            Some(event) => event,
            None => self.fail(&format!("did not say “{what}”")),
        }
    }

    /// Like [`expect`](Self::expect), for an event that may be missing.
    pub(crate) fn wait(&mut self, patience: Duration, fits: impl Fn(&Value) -> bool) -> Option<Value> {
        let end = Instant::now() + patience;
        loop {
            if let Some(open) = self.open.iter().position(|place| fits(&self.seen[*place])) {
                return Some(self.seen[self.open.remove(open)].clone());
            }
            match self.incoming.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(line) => self.take(&line),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return None,
            }
        }
    }

    /// All that came so far can't be expected any more.
    pub(crate) fn forget(&mut self) {
        self.take_waiting();
        self.open.clear();
    }

    /// Everything said so far.
    pub(crate) fn all(&mut self) -> &[Value] {
        self.take_waiting();
        &self.seen
    }

    /// Everything, once the program has ended.
    pub(crate) fn rest(&mut self) -> &[Value] {
        while let Ok(line) = self.incoming.recv_timeout(PATIENCE) {
            self.take(&line);
        }
        &self.seen
    }

    /// Ends the test, telling all that is known.
    pub(crate) fn fail(&mut self, what: &str) -> ! {
        self.take_waiting();
        let events = self.seen.iter().map(Value::to_string).collect::<Vec<_>>().join("\n  ");
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let tail = lines[lines.len().saturating_sub(LOG_TAIL)..].join("\n  ");
        panic!("{} {what}. It said:\n  {events}\nIts log ends with:\n  {tail}", self.who);
    }

    fn take_waiting(&mut self) {
        while let Ok(line) = self.incoming.try_recv() {
            self.take(&line);
        }
    }

    fn take(&mut self, line: &str) {
        match serde_json::from_str::<Value>(line) {
            Ok(event) if event["event"].is_string() => {
                self.open.push(self.seen.len());
                self.seen.push(event);
            }
            _ => self.fail(&format!("said something that is no event: {line:?}")),
        }
    }
}

/// Whether it is an event of that kind.
pub(crate) fn is(event: &Value, kind: &str) -> bool {
    event["event"] == kind
}

/// Whether it is an event of that kind with `state`.
pub(crate) fn is_in(event: &Value, kind: &str, state: &str) -> bool {
    is(event, kind) && event["state"] == state
}
