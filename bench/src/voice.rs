//! What is measured of voice, one file for each group of figures.

mod clocks;
mod first_sound;
mod grant;
mod holder_gone;
mod late_joiner;
pub(crate) mod mouth_to_ear;
mod processor;
mod quality;

use crate::report::Figure;
use anyhow::Result;
use std::{fmt, thread, time::Duration};

/// How thoroughly to measure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    pub(crate) quick: bool,
    pub(crate) seed: u64,
}

/// A measurement, which yields some figures.
pub(crate) struct Measurement {
    pub(crate) name: &'static str,
    /// What it looks at, for a person who waits.
    pub(crate) what: &'static str,
    pub(crate) measure: fn(&Effort) -> Result<Vec<Figure>>,
}

/// All of them, in the order of the report.
pub(crate) const MEASUREMENTS: [Measurement; 8] = [
    Measurement { name: "grant", what: "from key-down to the floor", measure: grant::measure },
    Measurement { name: "mouth-to-ear", what: "how long sound takes", measure: mouth_to_ear::measure },
    Measurement { name: "first-sound", what: "from key-down to the first sound", measure: first_sound::measure },
    Measurement { name: "quality", what: "speech over lossy networks", measure: quality::measure },
    Measurement { name: "late-joiner", what: "coming in while somebody talks", measure: late_joiner::measure },
    Measurement { name: "holder-gone", what: "a talker who vanishes", measure: holder_gone::measure },
    Measurement { name: "clocks", what: "sound devices whose clocks differ", measure: clocks::measure },
    Measurement { name: "processor", what: "what a session costs", measure: processor::measure },
];

impl Effort {
    /// How many of something.
    pub(crate) const fn count(&self, full: usize, quick: usize) -> usize {
        if self.quick { quick } else { full }
    }

    /// How long something goes on.
    pub(crate) const fn time(&self, full: Duration, quick: Duration) -> Duration {
        if self.quick { quick } else { full }
    }
}

impl fmt::Display for Effort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { quick, seed } = self;
        write!(f, "{}, seed {seed}", if *quick { "quick" } else { "in full" })
    }
}

/// Lets time pass that belongs to what is measured, such as how long a key is held.
pub(crate) fn hold(time: Duration) {
    thread::sleep(time);
}
