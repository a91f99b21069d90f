//! What only the system knows, such as the names of devices: asked for on a thread of its own while somebody looks at it.

use std::{
    sync::{
        Mutex,
        mpsc::{self, Receiver},
    },
    thread,
};

/// How often it is asked for while it is shown, in seconds: what is plugged in shall turn up by itself.
const EVERY: f64 = 2.0;

/// An answer as far as it is known.
pub struct Lookup<T> {
    known: T,
    /// Where it comes from; `None` where it is fixed.
    source: Option<fn() -> T>,
    /// An answer that is on its way.
    asked: Option<Mutex<Receiver<T>>>,
    /// When it was asked for last, in seconds of the window's clock.
    last: Option<f64>,
}

impl<T: Send + 'static> Lookup<T> {
    /// Asks `source`, which may take its time; `known` holds until it has answered.
    #[must_use]
    pub fn new(known: T, source: fn() -> T) -> Self {
        Self { known, source: Some(source), asked: None, last: None }
    }

    /// An answer that never changes.
    #[must_use]
    pub fn fixed(known: T) -> Self {
        Self { known, source: None, asked: None, last: None }
    }

    /// What is known at `now` (seconds of the window's clock); asked for again from time to time.
    pub fn watched(&mut self, now: f64) -> &T {
        self.look(now, |last| last.is_none_or(|last| now - last >= EVERY))
    }

    /// The same, but asked for only once: enough to know whether there is anything to be had.
    pub fn once(&mut self, now: f64) -> &T {
        self.look(now, |last| last.is_none())
    }

    fn look(&mut self, now: f64, is_due: impl FnOnce(Option<f64>) -> bool) -> &T {
        let answer = self.asked.as_ref().and_then(|asked| asked.try_lock().ok()?.try_recv().ok());
        if let Some(known) = answer {
            (self.known, self.asked) = (known, None);
        }
        if let Some(source) = self.source.filter(|_| self.asked.is_none() && is_due(self.last)) {
            let (tell, asked) = mpsc::channel();
            // Nobody may be there any more to hear the answer.
            thread::spawn(move || drop(tell.send(source())));
            (self.asked, self.last) = (Some(Mutex::new(asked)), Some(now));
        }
        &self.known
    }
}
