//! What is measured of video, one file for each group of figures.

mod call;
mod delay;
mod eye;
mod first_picture;
mod narrow;
mod outage;
mod processor;
mod screen;

use crate::voice::Measurement;

/// All of them, in the order of the report.
pub(crate) const MEASUREMENTS: [Measurement; 6] = [
    Measurement { name: "processor", what: "what pictures cost", measure: processor::measure },
    Measurement { name: "delay", what: "how long pictures take", measure: delay::measure },
    Measurement {
        name: "first-picture",
        what: "from the answer to the first picture",
        measure: first_picture::measure,
    },
    Measurement { name: "outage", what: "pictures after a cut", measure: outage::measure },
    Measurement { name: "narrow", what: "a call over 300 kbit/s", measure: narrow::measure },
    Measurement { name: "screen", what: "a shared screen in a call", measure: screen::measure },
];
