//! Why something about a file can't be done.

use hallway_protocol::control::Refusal;
use std::io;
use thiserror::Error;

/// Why something about a file can't be done. Reads as a sentence for whoever sends or fetches it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FileError {
    /// Guests may send none.
    #[error("Guests may not send files here; get an account for your name.")]
    NoGuests,
    /// Larger than allowed.
    #[error("The file is too large: this server takes files of up to {}.", size(*most))]
    TooLarge {
        /// Most bytes.
        most: u64,
    },
    /// Too long or too large for a voice note.
    #[error("A voice note is at most five minutes long; send it as a file.")]
    NoNote,
    /// The person has no room left.
    #[error("Your files would be more than this server keeps of one person ({}, of which {} are used); delete some.", size(*most), size(*used))]
    Quota {
        /// Most bytes of one person.
        most: u64,
        /// Bytes that are there, those of uploads included.
        used: u64,
    },
    /// Nobody has room left.
    #[error("The server has no room for the file: it keeps {} of files in all; ask its operator.", size(*most))]
    ServerFull {
        /// Most bytes in all.
        most: u64,
    },
    /// The person has begun too many.
    #[error("You have {most} files under way here that are not finished; let some end, or cancel them.")]
    TooManyBegun {
        /// Most uploads.
        most: u64,
    },
    /// The disk has no room left.
    #[error("The server's disk is full; ask its operator to make room, and try again then.")]
    DiskFull,
    /// It is not there, or not for this person to know of.
    #[error("There is no such file here, or not for you.")]
    NoSuchFile,
    /// It is there, and not for this person to do.
    #[error("Only who sent the file, or a moderator, can delete it.")]
    NotAllowed,
    /// The upload goes on elsewhere.
    #[error("The upload goes on at byte {0}.")]
    Offset(u64),
    /// More bytes came than were announced.
    #[error("More came than was announced; send the file again.")]
    TooLong,
    /// What came is not what the sender read.
    #[error("The file was damaged on its way, or changed while it was sent; send it again.")]
    Damaged,
    /// The connection broke, stood still, or another one took over.
    #[error("The upload broke off; it can be resumed.")]
    BrokeOff,
    /// Too many at once.
    #[error("Too many files are under way at once; wait for one to end.")]
    TooMany,
    /// The world would not have it.
    #[error("{0}")]
    Refused(Refusal),
    /// The world is gone.
    #[error("The server is being stopped; try again later.")]
    Stopping,
    /// The disk failed.
    #[error("The server could not keep the file; its log says why.")]
    Disk(io::Error),
    /// The database failed.
    #[error("The server could not keep the file; its log says why.")]
    Table(#[from] sqlx::Error),
}

impl FileError {
    /// A word for programs.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::NoGuests | Self::NotAllowed => "not_allowed",
            Self::TooLarge { .. } => "file_too_large",
            Self::NoNote => "note_too_long",
            Self::Quota { .. } => "quota",
            Self::ServerFull { .. } => "server_full",
            Self::TooManyBegun { .. } => "too_many_begun",
            Self::DiskFull => "disk_full",
            Self::NoSuchFile => "no_such_file",
            Self::Offset(_) => "offset",
            Self::TooLong => "bad_request",
            Self::Damaged => "damaged",
            Self::BrokeOff => "broke_off",
            Self::TooMany => "too_many_transfers",
            Self::Refused(refusal) => refusal.code(),
            Self::Stopping => "stopping",
            Self::Disk(_) | Self::Table(_) => "failed",
        }
    }
}

/// A full disk is told as what it is.
impl From<io::Error> for FileError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull,
            io::ErrorKind::NotFound => Self::NoSuchFile,
            _ => Self::Disk(error),
        }
    }
}

/// A number of bytes for people.
fn size(bytes: u64) -> String {
    const MIB: u64 = 1024 * 1024;
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..MIB => format!("{} KiB", bytes / 1024),
        _ if bytes.is_multiple_of(1024 * MIB) => format!("{} GiB", bytes / (1024 * MIB)),
        _ => format!("{} MiB", bytes / MIB),
    }
}
