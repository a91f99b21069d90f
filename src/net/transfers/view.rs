//! How a transfer looks from outside.

use hallway_protocol::file::{FileHash, FileId, FileName, FileTarget};
use std::{path::PathBuf, time::Duration};

/// Which way a file goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Way {
    /// To the server.
    Up,
    /// From the server, for the person.
    Down,
    /// From the server, for the client itself to show or play.
    Cache,
}

/// A file on its way, or that was. The newest are kept, until the session ends.
#[derive(Clone, Debug, PartialEq)]
pub struct TransferView {
    /// Which file.
    pub file: FileId,
    /// Which way.
    pub way: Way,
    /// What it is called.
    pub name: FileName,
    /// How long it is.
    pub bytes: u64,
    /// How much of it is there.
    pub done_bytes: u64,
    /// How it goes.
    pub state: TransferState,
    /// How fast, while it runs.
    pub bytes_per_second: f64,
    /// To whom, of one that goes up.
    pub to: Option<FileTarget>,
    /// Where it lies: of one that goes up from the beginning on, else once it is done.
    pub path: Option<PathBuf>,
}

/// How a transfer goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransferState {
    /// It waits for others, for the link, or for another try.
    Waiting,
    /// Bytes go.
    Running,
    /// Somebody stopped it for now.
    Paused,
    /// It is there, and verified.
    Done,
    /// It can't be done; a sentence tells why.
    Failed(String),
    /// Somebody stopped it for good.
    Cancelled,
}

/// Something that happened to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEvent {
    /// Which file.
    pub file: FileId,
    /// What it is called.
    pub name: FileName,
    /// How long it is.
    pub bytes: u64,
    /// How much of it is there.
    pub done_bytes: u64,
    /// What happened.
    pub change: FileChanged,
}

/// What happened to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileChanged {
    /// Somebody sent it; it can be fetched.
    Offered(FileHash),
    /// So much of it has been sent.
    Sending,
    /// So much of it has been fetched.
    Receiving,
    /// Somebody stopped it for now, or the link is lost.
    Paused,
    /// It is sent, and the server has verified it.
    Done(FileHash),
    /// It is fetched, verified, and lies there.
    Received {
        /// Its hash.
        hash: FileHash,
        /// Where it lies.
        path: PathBuf,
    },
    /// It can't be done; a sentence tells why.
    Failed(String),
    /// Somebody stopped it for good.
    Cancelled,
}

impl TransferView {
    /// How long the rest takes at this pace.
    #[must_use]
    pub fn time_left(&self) -> Option<Duration> {
        let left = self.bytes.saturating_sub(self.done_bytes) as f64;
        let is_known = self.state == TransferState::Running && self.bytes_per_second >= 1.0;
        is_known.then(|| Duration::try_from_secs_f64(left / self.bytes_per_second).ok()).flatten()
    }

    /// Whether it may still come to an end by itself, or by being resumed.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.state, TransferState::Waiting | TransferState::Running | TransferState::Paused)
    }
}
