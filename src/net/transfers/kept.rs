//! What is not finished, in a file: after a restart it goes on.

use super::{fetch::Download, send::Upload};
use crate::net::files;
use serde::{Deserialize, Serialize};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The file's name in the configuration folder.
const FILE: &str = "transfers.json";

/// A transfer that goes on at the next sign-in to the same server under the same name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    /// The fingerprint of the server's certificate.
    pub(super) server: String,
    /// The own name there.
    pub(super) name: String,
    /// Whether somebody stopped it for now.
    pub(super) paused: bool,
    pub(super) job: Job,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Job {
    Up(Upload),
    Down(Download),
    /// For the client itself. Not kept: who wants it asks again.
    #[serde(skip)]
    Cache(Download),
}

/// The file.
#[derive(Clone, Debug)]
pub(super) struct KeptFile(PathBuf);

impl KeptFile {
    pub(super) fn new(config_dir: &Path) -> Self {
        Self(config_dir.join(FILE))
    }

    /// What is in it; nothing where there is no file, or none that can be read.
    pub(super) fn read(&self) -> Vec<Kept> {
        let text = match fs::read_to_string(&self.0) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Vec::new(),
            Err(error) => {
                tracing::warn!(%error, "what was not finished can't be read");
                return Vec::new();
            }
        };
        serde_json::from_str(&text).unwrap_or_else(|error| {
            tracing::warn!(%error, "what was not finished can't be read");
            Vec::new()
        })
    }

    /// Replaces it. Nobody else may read what is sent to whom.
    pub(super) fn write(&self, kept: &[Kept]) -> io::Result<()> {
        if kept.is_empty() {
            return match fs::remove_file(&self.0) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            };
        }
        files::replace_secret(&self.0, &serde_json::to_string_pretty(kept).map_err(io::Error::other)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hallway_protocol::file::{Attachment, AttachmentKind, FileId, FileName, FileTarget};

    #[test]
    fn what_was_kept_is_there_again_and_damage_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let file = KeptFile::new(folder.path());
        assert_eq!(file.read(), []);
        let attachment = Attachment {
            file: FileId::new([1; 16]),
            name: FileName::made_of("a"),
            bytes: 5,
            hash: blake3::hash(b"a").into(),
            kind: AttachmentKind::Image,
        };
        let upload = Upload {
            file: FileId::new([2; 16]),
            to: FileTarget::World,
            path: "b".into(),
            name: FileName::made_of("b"),
            bytes: 7,
            kind: AttachmentKind::File,
            caption: "look".to_owned(),
            temporary: false,
            begun: true,
        };
        let kept = |job| Kept { server: "AB".to_owned(), name: "Ann".to_owned(), paused: true, job };
        let all = vec![kept(Job::Down(Download { attachment, folder: "d".into() })), kept(Job::Up(upload))];
        file.write(&all).unwrap();
        assert_eq!(file.read(), all);
        fs::write(folder.path().join(FILE), "{").unwrap();
        assert_eq!(file.read(), []);
        file.write(&[]).unwrap();
        assert!(!folder.path().join(FILE).exists());
    }
}
