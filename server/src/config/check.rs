//! Checks settings against their ranges and against each other.

use super::Settings;
use std::{ops::RangeInclusive, time::Duration};
use thiserror::Error;
use tracing_subscriber::EnvFilter;

/// Why settings can't be in effect together. Reads as one sentence.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Contradiction {
    /// A number is outside its range.
    #[error("The setting {name} is {value}; it must be from {} to {}.", range.start(), range.end())]
    OutOfRange {
        /// The setting.
        name: &'static str,
        /// What it is.
        value: u64,
        /// What it may be.
        range: RangeInclusive<u64>,
    },
    /// A text is blank.
    #[error("The setting {name} is empty; give it a value or leave it out.")]
    Blank {
        /// The setting.
        name: &'static str,
    },
    /// The log directives can't be read.
    #[error("The setting log is “{directives}”, which is no level and no list of directives: {error}.")]
    Log {
        /// What it is.
        directives: String,
        /// Why not.
        error: String,
    },
    /// This machine would be let in less often than strangers.
    #[error("The setting sign_ins_per_minute_local is {local}, which is less than sign_ins_per_minute ({all}).")]
    LocalSignIns {
        /// Tries from this machine.
        local: u32,
        /// Tries from any address.
        all: u32,
    },
    /// The public address has no port and the server's own is not known before it starts.
    #[error(
        "The setting public is “{public}” without a port while listen picks a free one; name the port in one of them."
    )]
    PublicPort {
        /// The public address.
        public: String,
    },
}

impl Settings {
    /// Checks ranges and contradictions.
    ///
    /// # Errors
    /// The first contradiction, as a sentence.
    pub fn check(&self) -> Result<(), Contradiction> {
        in_range("max_people", self.max_people.into(), 1..=10_000)?;
        in_range("talk_limit", seconds(self.talk_limit), 5..=3600)?;
        in_range("empty_room_lifetime", seconds(self.empty_room_lifetime), 1..=7 * 24 * 3600)?;
        in_range("sign_ins_per_minute", self.sign_ins_per_minute.into(), 1..=1_000_000)?;
        in_range("sign_ins_per_minute_local", self.sign_ins_per_minute_local.into(), 1..=1_000_000)?;
        in_range("max_file_mib", self.max_file_mib.into(), MIB)?;
        in_range("max_files_mib_per_person", self.max_files_mib_per_person.into(), MIB)?;
        in_range("max_files_mib", self.max_files_mib.into(), MIB)?;
        if self.sign_ins_per_minute_local < self.sign_ins_per_minute {
            let (local, all) = (self.sign_ins_per_minute_local, self.sign_ins_per_minute);
            return Err(Contradiction::LocalSignIns { local, all });
        }
        if self.name.trim().is_empty() {
            return Err(Contradiction::Blank { name: "name" });
        }
        if self.data_dir.as_os_str().is_empty() {
            return Err(Contradiction::Blank { name: "data_dir" });
        }
        if let Some(public) = self.public.as_ref().filter(|public| public.port.is_none() && self.listen.port() == 0) {
            return Err(Contradiction::PublicPort { public: public.to_string() });
        }
        EnvFilter::try_new(&self.log)
            .map(drop)
            .map_err(|error| Contradiction::Log { directives: self.log.clone(), error: error.to_string() })
    }
}

/// What the limits of files may be: up to a tebibyte.
const MIB: RangeInclusive<u64> = 1..=1024 * 1024;

fn seconds(duration: Duration) -> u64 {
    duration.as_secs()
}

fn in_range(name: &'static str, value: u64, range: RangeInclusive<u64>) -> Result<(), Contradiction> {
    if range.contains(&value) { Ok(()) } else { Err(Contradiction::OutOfRange { name, value, range }) }
}
