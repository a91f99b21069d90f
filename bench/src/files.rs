//! What is measured of files: how quickly a large one goes and comes, what the server needs for that, and what becomes of
//! the voice of somebody who talks meanwhile.

mod beside_voice;
mod carried;
mod memory;
mod speed;

use crate::voice::Measurement;

/// All of them, in the order of the report.
pub(crate) const MEASUREMENTS: [Measurement; 2] = [
    Measurement { name: "speed", what: "a gigabyte to the server and back", measure: speed::measure },
    Measurement { name: "beside-voice", what: "talking while files are carried", measure: beside_voice::measure },
];
