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
    /// It stands still until somebody makes room. What is there stays, and it goes on from there once it is told to.
    Stuck {
        /// A word for scripts.
        code: String,
        /// A sentence for people.
        text: String,
    },
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
            507 if refusal.code == "disk_full" => Self::Stuck { code: refusal.code, text: refusal.text },
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_at_the_server_does_not_end_an_upload_and_a_full_quota_does() {
        let cause = |code: &str| {
            let refusal = FileRefusal { code: code.to_owned(), text: String::new(), offset: None };
            Cause::refused(507, refusal)
        };
        assert!(matches!(cause("disk_full"), Cause::Stuck { .. }));
        assert!(matches!(cause("quota"), Cause::Never { .. }));
    }
}
