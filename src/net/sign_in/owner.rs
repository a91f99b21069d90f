//! This client's own secret, `owner.key`: made at the first sign-in, and shown, in a form made for each server, at every
//! one. Whose private history is whose goes by it.

use hallway_protocol::owner::OwnerKey;
use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};
use thiserror::Error;

/// The file's name in the configuration folder.
const FILE: &str = "owner.key";

/// The owner key of one configuration folder.
#[derive(Debug)]
pub struct OwnerKeys {
    file: PathBuf,
    /// The key of this run, once it was asked for.
    key: Option<OwnerKey>,
}

/// Why the file can't be used. Reads as a part of a sentence for people.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OwnerKeyFileError {
    /// The file system refused.
    #[error("{file} can't be used: {source}")]
    Io {
        /// Which file.
        file: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// The file is there, but no key.
    #[error("{file} is damaged; mend or remove it")]
    Damaged {
        /// Which file.
        file: PathBuf,
    },
}

impl OwnerKeys {
    /// The key in this folder, which need not exist yet.
    #[must_use]
    pub fn new(config_dir: &Path) -> Self {
        Self { file: config_dir.join(FILE), key: None }
    }

    /// The key, which stays the same for this run; and a sentence, once, when the file can't be used and the key is for
    /// this run alone.
    pub fn key(&mut self) -> (OwnerKey, Option<String>) {
        if let Some(key) = &self.key {
            return (key.clone(), None);
        }
        let (key, notice) = match self.read_or_make() {
            Ok(key) => (key, None),
            Err(error) => (OwnerKey::new(rand::random()), Some(only_for_this_run(&error))),
        };
        self.key = Some(key.clone());
        (key, notice)
    }

    fn read_or_make(&self) -> Result<OwnerKey, OwnerKeyFileError> {
        if let Some(key) = self.read()? {
            return Ok(key);
        }
        self.make(&OwnerKey::new(rand::random())).map_err(|source| self.io(source))?;
        // Another client of this folder may have been faster; its key is then the key of both.
        self.read()?.ok_or_else(|| self.io(io::ErrorKind::NotFound.into()))
    }

    fn read(&self) -> Result<Option<OwnerKey>, OwnerKeyFileError> {
        match fs::read_to_string(&self.file) {
            Ok(text) => match OwnerKey::parse(text.trim()) {
                Ok(key) => Ok(Some(key)),
                Err(_) => Err(OwnerKeyFileError::Damaged { file: self.file.clone() }),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(self.io(source)),
        }
    }

    /// Writes the key under a name of its own and then links it to its place: the file is there whole or not at all,
    /// and one that is there already stays.
    fn make(&self, key: &OwnerKey) -> io::Result<()> {
        if let Some(folder) = self.file.parent() {
            fs::create_dir_all(folder)?;
        }
        let fresh = self.file.with_extension(format!("{:016x}.new", rand::random::<u64>()));
        let made = write_secret(&fresh, key.to_hex().as_bytes()).and_then(|()| self.put_in_place(&fresh));
        let _ = fs::remove_file(&fresh);
        made
    }

    fn put_in_place(&self, fresh: &Path) -> io::Result<()> {
        match fs::hard_link(fresh, &self.file) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            // Some file systems have no links; there the last of two clients that start at once wins.
            Err(_) => fs::rename(fresh, &self.file),
            Ok(()) => Ok(()),
        }
    }

    fn io(&self, source: io::Error) -> OwnerKeyFileError {
        OwnerKeyFileError::Io { file: self.file.clone(), source }
    }
}

/// Writes a new file that is its owner's alone from its first moment.
fn write_secret(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(file)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn only_for_this_run(error: &OwnerKeyFileError) -> String {
    format!(
        "This client's owner key {error}. You sign in with a new key until the client ends; private messages from \
         before are not shown."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let config_dir = folder.path().join("not/there/yet");
        let (made, notice) = OwnerKeys::new(&config_dir).key();
        assert_eq!(notice, None);
        assert_eq!(OwnerKeys::new(&config_dir).key(), (made.clone(), None));
        assert_ne!(OwnerKeys::new(folder.path()).key().0, made, "two folders share a key");
        let names: Vec<_> = fs::read_dir(&config_dir).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, [FILE], "something was left behind");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(config_dir.join(FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn clients_that_start_at_once_have_one_key() {
        let folder = tempfile::tempdir().unwrap();
        let clients: Vec<_> = (0..8)
            .map(|_| {
                let config_dir = folder.path().to_owned();
                std::thread::spawn(move || OwnerKeys::new(&config_dir).key())
            })
            .collect();
        let keys: Vec<_> = clients.into_iter().map(|client| client.join().unwrap()).collect();
        assert!(keys.iter().all(|(key, notice)| *key == keys[0].0 && notice.is_none()), "{keys:?}");
    }

    #[test]
    fn a_file_that_can_t_be_used_is_left_alone_and_told_once() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), "no key").unwrap();
        let mut keys = OwnerKeys::new(folder.path());
        let (key, notice) = keys.key();
        let notice = notice.unwrap();
        assert!(notice.contains(FILE) && notice.contains("damaged") && notice.ends_with('.'), "{notice}");
        assert_eq!(keys.key(), (key, None));
        assert_eq!(fs::read_to_string(folder.path().join(FILE)).unwrap(), "no key");

        let no_folder = folder.path().join("file");
        fs::write(&no_folder, "").unwrap();
        assert!(OwnerKeys::new(&no_folder).key().1.is_some());
    }
}
