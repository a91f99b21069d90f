//! Why a transfer stops before its end.

use hallway_protocol::file::FileRefusal;
use std::{error::Error, io, path::Path};

/// Why a transfer stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// It may go better in a while.
    Later(String),
    /// The sign-in that it had is over; it goes on with the next one.
    SignedOut,
    /// It never will.
    Never {
        /// A word for scripts.
        code: String,
        /// A sentence for people.
        text: String,
    },
}

impl Cause {
    pub(super) fn never(code: &str, text: impl Into<String>) -> Self {
        Self::Never { code: code.to_owned(), text: text.into() }
    }

    /// The bytes are not those that were sent.
    pub(super) fn damaged() -> Self {
        Self::never("damaged", "The file was damaged on its way and is not kept; fetch it again.")
    }

    /// What the server says against it.
    pub(super) fn refused(status: u16, refusal: FileRefusal) -> Self {
        match status {
            401 => Self::SignedOut,
            // Time-outs, too much at once, and a server that stops or has no time.
            408 | 429 | 502..=504 => Self::Later(refusal.text),
            _ => Self::Never { code: refusal.code, text: refusal.text },
        }
    }

    /// The way to the server broke.
    pub(super) fn broken(error: &reqwest::Error) -> Self {
        let mut innermost: &dyn Error = error;
        while let Some(source) = innermost.source() {
            innermost = source;
        }
        Self::Later(format!("The connection broke ({innermost})."))
    }

    /// This machine refuses.
    pub(super) fn local(what: &str, path: &Path, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::never("disk_full", "The disk is full; make room and fetch the file again.")
            }
            _ => Self::never("this_computer", format!("{} can't be {what}: {error}.", path.display())),
        }
    }
}
