//! The certificates this client has learned to trust: `trusted_servers.toml`, one `"HOST:PORT" = "fingerprint"` a line.

use super::certificate::Fingerprint;
use crate::net::{commands::ServerAddress, files};
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};
use thiserror::Error;

/// The file's name in the configuration folder.
const FILE: &str = "trusted_servers.toml";

/// The pinned certificates of one configuration folder. Each call reads the file anew: two clients may share it.
#[derive(Clone, Debug)]
pub struct PinStore {
    file: PathBuf,
}

/// Why the pins can't be read or written. Reads as a sentence for people.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PinError {
    /// The file system refused.
    #[error("the list of trusted servers {file} can't be used: {source}")]
    Io {
        /// Which file.
        file: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// The file is there, but no list of pins.
    #[error("the list of trusted servers {file} is damaged ({reason}); mend or remove it")]
    Damaged {
        /// Which file.
        file: PathBuf,
        /// Where and what.
        reason: String,
    },
}

impl PinStore {
    /// The pins in this folder, which need not exist yet.
    #[must_use]
    pub fn new(config_dir: &Path) -> Self {
        Self { file: config_dir.join(FILE) }
    }

    /// The certificate pinned for a server.
    ///
    /// # Errors
    /// When the file can't be read or is no list of pins.
    pub fn pinned(&self, server: &ServerAddress) -> Result<Option<Fingerprint>, PinError> {
        self.read()?.get(&key(server)).map(|text| self.parse(text)).transpose()
    }

    /// Pins a certificate, in place of an earlier one. The file is replaced whole, so that a crash leaves the old list.
    ///
    /// # Errors
    /// When the file can't be read or written, or is no list of pins.
    pub fn pin(&self, server: &ServerAddress, fingerprint: Fingerprint) -> Result<(), PinError> {
        let mut pins = self.read()?;
        if pins.insert(key(server), fingerprint.to_string()) == Some(fingerprint.to_string()) {
            return Ok(());
        }
        let text = toml::to_string(&pins).map_err(|error| self.damaged(error))?;
        files::replace(&self.file, &text).map_err(|source| PinError::Io { file: self.file.clone(), source })
    }

    fn read(&self) -> Result<BTreeMap<String, String>, PinError> {
        match fs::read_to_string(&self.file) {
            Ok(text) => toml::from_str(&text).map_err(|error| self.damaged(error.message())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeMap::new()),
            Err(source) => Err(PinError::Io { file: self.file.clone(), source }),
        }
    }

    fn parse(&self, text: &str) -> Result<Fingerprint, PinError> {
        text.parse().map_err(|error| self.damaged(error))
    }

    fn damaged(&self, reason: impl ToString) -> PinError {
        PinError::Damaged { file: self.file.clone(), reason: reason.to_string() }
    }
}

fn key(server: &ServerAddress) -> String {
    server.to_string().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fingerprint(byte: u8) -> Fingerprint {
        Fingerprint([byte; 32])
    }

    #[test]
    fn a_pin_is_found_again_by_host_and_port_alone() {
        let folder = tempfile::tempdir().unwrap();
        let store = PinStore::new(&folder.path().join("not/there/yet"));
        let here: ServerAddress = "Talk.Example:7443".parse().unwrap();
        assert_eq!(store.pinned(&here).unwrap(), None);
        store.pin(&here, fingerprint(1)).unwrap();
        store.pin(&"[::1]:9".parse().unwrap(), fingerprint(2)).unwrap();
        assert_eq!(store.pinned(&"talk.example".parse().unwrap()).unwrap(), Some(fingerprint(1)));
        assert_eq!(store.pinned(&"[::1]:9".parse().unwrap()).unwrap(), Some(fingerprint(2)));
        assert_eq!(store.pinned(&"talk.example:7444".parse().unwrap()).unwrap(), None);
        store.pin(&here, fingerprint(3)).unwrap();
        assert_eq!(store.pinned(&here).unwrap(), Some(fingerprint(3)));
    }

    #[test]
    fn a_damaged_list_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE);
        let here: ServerAddress = "a".parse().unwrap();
        for text in ["\"a:7443\" = 5", "no toml", "\"a:7443\" = \"abc\""] {
            fs::write(&file, text).unwrap();
            let store = PinStore::new(folder.path());
            assert!(matches!(store.pinned(&here), Err(PinError::Damaged { .. })), "{text}");
            assert_eq!(fs::read_to_string(&file).unwrap(), text);
        }
    }
}
