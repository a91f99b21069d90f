//! Files that go with messages: what they are called, what a message says of them, and what client and front desk say
//! while they are carried.

mod carrying;
mod name;

pub use carrying::{BeginUpload, FILES_PATH, FileRefusal, FileTarget, FinishUpload, UploadState};
pub use name::{FileName, FileNameError, safe_name};

use crate::limits;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use thiserror::Error;

/// One file, from the first word of its upload on. The sender chooses it at random, so that a request that is made twice
/// means the same file; written in hex.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FileId([u8; 16]);

/// A text that is no file id. Reads as the end of "this file id …".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("is not 32 hex digits")]
pub struct FileIdError;

/// The BLAKE3 hash of a file's bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FileHash(pub [u8; 32]);

/// What a message carries. The bytes are fetched from the front desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Which file.
    pub file: FileId,
    /// What it is called.
    pub name: FileName,
    /// How long it is.
    pub bytes: u64,
    /// The hash of its bytes, which the server has compared with what it got.
    pub hash: FileHash,
    /// What it is shown as.
    pub kind: AttachmentKind,
}

/// What a file is shown as. It is the sender's word: whoever shows it checks what is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AttachmentKind {
    /// Anything.
    File,
    /// A picture.
    Image,
    /// A voice note.
    Note {
        /// How long it plays, in milliseconds.
        ms: u32,
        /// How loud it is, from its beginning to its end.
        waveform: Waveform,
    },
    /// One turn at talking, which the server kept because the room's talk log was on. Nobody else can send one.
    Turn {
        /// How long it plays, in milliseconds.
        ms: u32,
        /// How loud it is, from its beginning to its end; see [`Waveform`] for what its levels say.
        waveform: Waveform,
    },
}

/// How loud a voice note is over its time: at most [`limits::WAVEFORM_LEVELS`] levels, 255 is the loudest.
///
/// Of a turn, which the server never decodes, it is how many bytes the encoder spent on each part of it: with a variable
/// bitrate that follows speech and pauses well, and loudness roughly.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<u8>", into = "Vec<u8>")]
pub struct Waveform(Box<[u8]>);

/// More levels than a waveform has. Reads as the end of "this waveform …".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("has more than {most} levels", most = limits::WAVEFORM_LEVELS)]
pub struct WaveformError;

impl FileId {
    /// The id of these bytes, which must be random.
    #[must_use]
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileId({self})")
    }
}

impl FromStr for FileId {
    type Err = FileIdError;
    fn from_str(text: &str) -> Result<Self, FileIdError> {
        if text.len() != 32 || !text.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(FileIdError);
        }
        u128::from_str_radix(text, 16).map(|number| Self(number.to_be_bytes())).map_err(|_| FileIdError)
    }
}

impl TryFrom<String> for FileId {
    type Error = FileIdError;
    fn try_from(text: String) -> Result<Self, FileIdError> {
        text.parse()
    }
}

impl From<FileId> for String {
    fn from(id: FileId) -> Self {
        id.to_string()
    }
}

impl fmt::Display for FileHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&blake3::Hash::from(self.0).to_hex())
    }
}

impl fmt::Debug for FileHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileHash({self})")
    }
}

impl FromStr for FileHash {
    type Err = blake3::HexError;
    fn from_str(text: &str) -> Result<Self, blake3::HexError> {
        blake3::Hash::from_hex(text).map(|hash| Self(hash.into()))
    }
}

impl TryFrom<String> for FileHash {
    type Error = blake3::HexError;
    fn try_from(text: String) -> Result<Self, blake3::HexError> {
        text.parse()
    }
}

impl From<FileHash> for String {
    fn from(hash: FileHash) -> Self {
        hash.to_string()
    }
}

impl From<blake3::Hash> for FileHash {
    fn from(hash: blake3::Hash) -> Self {
        Self(hash.into())
    }
}

impl AttachmentKind {
    /// The kind's word for scripts.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Image => "image",
            Self::Note { .. } => "note",
            Self::Turn { .. } => "turn",
        }
    }
}

impl Waveform {
    /// These levels.
    ///
    /// # Errors
    /// When there are too many.
    pub fn new(levels: Vec<u8>) -> Result<Self, WaveformError> {
        if levels.len() > limits::WAVEFORM_LEVELS { Err(WaveformError) } else { Ok(Self(levels.into())) }
    }

    /// The levels.
    #[must_use]
    pub fn levels(&self) -> &[u8] {
        &self.0
    }
}

impl TryFrom<Vec<u8>> for Waveform {
    type Error = WaveformError;
    fn try_from(levels: Vec<u8>) -> Result<Self, WaveformError> {
        Self::new(levels)
    }
}

impl From<Waveform> for Vec<u8> {
    fn from(waveform: Waveform) -> Self {
        waveform.0.into_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_32_small_hex_digits() {
        let id = FileId::new([0xAB; 16]);
        assert_eq!(id.to_string().parse(), Ok(id));
        let upper = id.to_string().to_uppercase();
        for text in ["", "ab", "../../etc/passwd", upper.as_str(), "+bababababababababababababababab"] {
            assert_eq!(text.parse::<FileId>(), Err(FileIdError), "{text}");
        }
    }

    #[test]
    fn a_waveform_is_bounded_on_the_wire_too() {
        let levels = serde_json::to_string(&vec![1_u8; limits::WAVEFORM_LEVELS + 1]).unwrap();
        assert!(serde_json::from_str::<Waveform>(&levels).is_err());
        assert!(Waveform::new(vec![1; limits::WAVEFORM_LEVELS]).is_ok());
    }

    #[test]
    fn what_crosses_the_wire_comes_back_the_same() {
        let waveform = Waveform::new(vec![0, 128, 255]).unwrap();
        let attachment = Attachment {
            file: FileId::new([7; 16]),
            name: FileName::made_of("hello.ogg"),
            bytes: 5,
            hash: blake3::hash(b"hello").into(),
            kind: AttachmentKind::Note { ms: 1500, waveform },
        };
        let json = serde_json::to_string(&attachment).unwrap();
        assert_eq!(serde_json::from_str::<Attachment>(&json).unwrap(), attachment);
    }
}
