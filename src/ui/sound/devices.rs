//! The names of the sound devices, asked for on a thread of its own while somebody looks at them.

use crate::media::devices::list::{DeviceNames, device_names};
use std::{
    sync::{
        Mutex,
        mpsc::{self, Receiver},
    },
    thread,
};

/// How often the names are asked for while they are shown, in seconds: what is plugged in shall turn up by itself.
const EVERY: f64 = 2.0;

/// The names as far as they are known.
pub struct DeviceList {
    names: DeviceNames,
    /// Where the names come from; `None` where they are fixed.
    source: Option<fn() -> DeviceNames>,
    /// An answer that is on its way.
    asked: Option<Mutex<Receiver<DeviceNames>>>,
    /// When they were asked for last, in seconds of the window's clock.
    last: Option<f64>,
}

impl Default for DeviceList {
    fn default() -> Self {
        Self { names: DeviceNames::default(), source: Some(device_names), asked: None, last: None }
    }
}

impl DeviceList {
    /// Names that never change.
    #[must_use]
    pub fn fixed(names: DeviceNames) -> Self {
        Self { names, source: None, asked: None, last: None }
    }

    /// The names, at `now` (seconds of the window's clock).
    pub fn names(&mut self, now: f64) -> &DeviceNames {
        let answer = self.asked.as_ref().and_then(|asked| asked.try_lock().ok()?.try_recv().ok());
        if let Some(names) = answer {
            (self.names, self.asked) = (names, None);
        }
        let is_due = self.last.is_none_or(|last| now - last >= EVERY);
        if let Some(source) = self.source.filter(|_| is_due && self.asked.is_none()) {
            let (tell, asked) = mpsc::channel();
            // Nobody may be there any more to hear the answer.
            thread::spawn(move || drop(tell.send(source())));
            (self.asked, self.last) = (Some(Mutex::new(asked)), Some(now));
        }
        &self.names
    }
}
