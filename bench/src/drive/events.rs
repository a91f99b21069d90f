//! What a program says in JSON, one object a line, with the moment that each line came.

use super::process::PATIENCE;
use anyhow::{Result, bail};
use serde_json::Value;
use std::{
    fs,
    io::{BufRead, BufReader, Read},
    path::PathBuf,
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, Instant},
};

/// Lines of a program's log that are told with a failure.
const LOG_TAIL: usize = 10;

/// An event, and when its line was read.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) at: Instant,
    pub(crate) event: Value,
}

/// The events of one program.
pub(crate) struct Events {
    who: String,
    log: PathBuf,
    incoming: Receiver<Said>,
    /// Those that came while another one was waited for.
    open: Vec<Said>,
}

impl Events {
    /// Reads the events of `who`, whose log goes to the file `log`. A line that is no object is left out.
    pub(crate) fn read(who: &str, from: impl Read + Send + 'static, log: PathBuf) -> Self {
        let (lines, incoming) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(from).lines().map_while(Result::ok) {
                let at = Instant::now();
                if let Ok(event) = serde_json::from_str(&line)
                    && lines.send(Said { at, event }).is_err()
                {
                    break;
                }
            }
        });
        Self { who: who.to_owned(), log, incoming, open: vec![] }
    }

    /// The first event that fits and that no earlier call has taken; waits for it.
    pub(crate) fn expect(&mut self, what: &str, fits: impl Fn(&Value) -> bool) -> Result<Said> {
        match self.wait(PATIENCE, fits) {
            Some(said) => Ok(said),
            None => bail!("{} did not say “{what}”. {}", self.who, self.log_tail()),
        }
    }

    /// Like [`expect`](Self::expect), for an event that may be missing.
    pub(crate) fn wait(&mut self, patience: Duration, fits: impl Fn(&Value) -> bool) -> Option<Said> {
        let end = Instant::now() + patience;
        if let Some(place) = self.open.iter().position(|said| fits(&said.event)) {
            return Some(self.open.remove(place));
        }
        loop {
            let said = self.incoming.recv_timeout(end.saturating_duration_since(Instant::now())).ok()?;
            if fits(&said.event) {
                return Some(said);
            }
            self.open.push(said);
        }
    }

    /// What came so far can't be expected any more.
    pub(crate) fn forget(&mut self) {
        while self.incoming.try_recv().is_ok() {}
        self.open.clear();
    }

    fn log_tail(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let tail = &lines[lines.len().saturating_sub(LOG_TAIL)..];
        if tail.is_empty() {
            "Its log is empty.".to_owned()
        } else {
            format!("Its log ends with:\n{}", tail.join("\n"))
        }
    }
}

/// Whether it is an event of that kind.
pub(crate) fn is(event: &Value, kind: &str) -> bool {
    event["event"] == kind
}

/// Whether it tells of that state of the floor.
pub(crate) fn is_floor(event: &Value, state: &str) -> bool {
    is(event, "floor") && event["state"] == state
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[test]
    fn events_are_taken_once_and_in_any_order() {
        let lines = "{\"event\":\"a\",\"n\":1}\nno object\n{\"event\":\"b\"}\n{\"event\":\"a\",\"n\":2}\n";
        let mut events = Events::read("a program", Cursor::new(lines), PathBuf::new());
        assert!(events.expect("b", |event| is(event, "b")).is_ok());
        let numbers = [(); 2].map(|()| events.expect("a", |event| is(event, "a")).unwrap().event["n"].as_u64());
        assert_eq!(numbers, [Some(1), Some(2)]);
        assert!(events.wait(Duration::from_millis(1), |event| is(event, "a")).is_none());
    }
}
