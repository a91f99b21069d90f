//! What client and front desk say while a file is carried. Each request shows the sign-in's key
//! ([`crate::desk::SignInGrant::files_key`]) as `Authorization: Bearer KEY`.
//!
//! | request | does |
//! |---|---|
//! | `POST /files` | begins an upload ([`BeginUpload`]), or finds the one that was begun; answers [`UploadState`] |
//! | `GET /files/ID/upload` | answers [`UploadState`] |
//! | `PATCH /files/ID?offset=N` | appends the body; answers [`UploadState`] |
//! | `POST /files/ID/finish` | compares hashes ([`FinishUpload`]) and sends the message; answers [`UploadState`] |
//! | `GET /files/ID` | gives the bytes, or one `Range` of them; `ETag` is the hash |
//! | `DELETE /files/ID` | takes file or upload away |
//!
//! Whatever can't be done is answered by a [`FileRefusal`].

use super::{AttachmentKind, FileHash, FileId, FileName};
use crate::{
    ids::{PersonId, RoomId},
    names::DisplayName,
};
use serde::{Deserialize, Serialize};

/// Where all of it is served.
pub const FILES_PATH: &str = "/files";

/// To whom a file is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileTarget {
    /// Everyone on the server.
    World,
    /// The people in the room that one is in.
    Room(RoomId),
    /// One other person, who is here.
    Person(PersonId),
    /// One other person by name, who may be away: it waits for whoever has an account.
    Named(DisplayName),
}

/// Body of `POST /files`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BeginUpload {
    /// Chosen by the client at random; the same one again means the same upload.
    pub file: FileId,
    /// To whom.
    pub to: FileTarget,
    /// What it is called.
    pub name: FileName,
    /// How long it is.
    pub bytes: u64,
    /// What it is shown as.
    pub kind: AttachmentKind,
    /// What the message says beside it; may be empty.
    #[serde(default)]
    pub caption: String,
}

/// How far an upload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadState {
    /// Bytes that the server has; the next one goes there.
    pub offset: u64,
    /// Whether the message is sent.
    pub done: bool,
}

/// Body of `POST /files/ID/finish`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FinishUpload {
    /// The hash of all bytes, as the sender read them.
    pub hash: FileHash,
}

/// Why something about a file can't be done. The status is 401 for an unknown key, 403 for what one may not, 404 for
/// what is not there, 409 for a wrong offset, 413 for a file that is too large, 416 for a range that is not there, 422
/// for other bytes than were announced, 429 for too much at once, 507 where there is no room, else 400 or 500.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRefusal {
    /// A word for programs: `signed_out`, `not_allowed`, `no_such_file`, `offset`, `file_too_large`, `bad_range`,
    /// `damaged`, `too_many_transfers`, `too_fast`, `quota`, `server_full`, `too_many_begun`, `disk_full`, `bad_request`, `bad_text`,
    /// `stopping`, `failed`, or a word of [`crate::control::Refusal::code`].
    pub code: String,
    /// A sentence for people.
    pub text: String,
    /// With `offset`: where the upload goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_no_client_of_ours_makes_are_not_read() {
        let asked = BeginUpload {
            file: FileId::new([1; 16]),
            to: FileTarget::World,
            name: FileName::made_of("NAME"),
            bytes: 1,
            kind: AttachmentKind::File,
            caption: String::new(),
        };
        let json = serde_json::to_string(&asked).unwrap();
        assert_eq!(serde_json::from_str::<BeginUpload>(&json).unwrap(), asked);
        let long = "x".repeat(10_000);
        for name in ["../../x", "..\\\\..\\\\x", "CON", "a\u{202E}gnp.exe", "a.png     .exe", "", &long] {
            let json = json.replace("NAME", name);
            assert!(serde_json::from_str::<BeginUpload>(&json).is_err(), "{name:?}");
        }
    }
}
