//! Accounts that this client stays signed in to: `signed_in.toml`, which only its owner can read. A token stands under
//! the certificate of the server that gave it, and is shown to no other.

use super::certificate::Fingerprint;
use crate::net::files;
use hallway_protocol::names::NameKey;
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

/// The file's name in the configuration folder.
const FILE: &str = "signed_in.toml";

/// The tokens of one configuration folder. Each call reads the file anew: two clients may share it.
#[derive(Clone, Debug)]
pub struct StayStore {
    file: PathBuf,
}

/// Tokens by the name's key, by the server's certificate.
type Stays = BTreeMap<String, BTreeMap<String, String>>;

impl StayStore {
    /// The tokens in this folder, which need not exist yet.
    #[must_use]
    pub fn new(config_dir: &Path) -> Self {
        Self { file: config_dir.join(FILE) }
    }

    /// The token for this name at this server. A file that can't be read has none: then the password is asked for.
    #[must_use]
    pub fn token(&self, server: Fingerprint, name: &NameKey) -> Option<String> {
        let stays = self.read().inspect_err(|error| tracing::warn!(%error, file = %self.file.display(), "not read"));
        stays.ok()?.get(&server.to_string())?.get(name.as_str()).cloned()
    }

    /// Keeps a token in place of an earlier one.
    ///
    /// # Errors
    /// When the file can't be read or written.
    pub fn keep(&self, server: Fingerprint, name: &NameKey, token: &str) -> io::Result<()> {
        let mut stays = self.read()?;
        stays.entry(server.to_string()).or_default().insert(name.as_str().to_owned(), token.to_owned());
        self.write(&stays)
    }

    /// Forgets the token for this name at this server.
    ///
    /// # Errors
    /// When the file can't be read or written.
    pub fn forget(&self, server: Fingerprint, name: &NameKey) -> io::Result<()> {
        let mut stays = self.read()?;
        let forgotten = stays.get_mut(&server.to_string()).and_then(|names| names.remove(name.as_str()));
        if forgotten.is_none() {
            return Ok(());
        }
        stays.retain(|_, names| !names.is_empty());
        self.write(&stays)
    }

    fn read(&self) -> io::Result<Stays> {
        match fs::read_to_string(&self.file) {
            Ok(text) => toml::from_str(&text).map_err(|error| io::Error::other(error.message().to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Stays::new()),
            Err(error) => Err(error),
        }
    }

    fn write(&self, stays: &Stays) -> io::Result<()> {
        files::replace_secret(&self.file, &toml::to_string(stays).map_err(io::Error::other)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_kept_for_one_name_at_one_server_until_it_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let store = StayStore::new(&folder.path().join("not/there/yet"));
        let (here, there) = (Fingerprint([1; 32]), Fingerprint([2; 32]));
        let (ann, bob) = (NameKey::of("Ann"), NameKey::of("Bob"));
        assert_eq!(store.token(here, &ann), None);
        store.forget(here, &ann).unwrap();
        store.keep(here, &ann, "old").unwrap();
        store.keep(here, &ann, "new").unwrap();
        store.keep(there, &bob, "other").unwrap();
        assert_eq!(store.token(here, &NameKey::of("ANN")).as_deref(), Some("new"));
        assert_eq!((store.token(there, &ann), store.token(here, &bob)), (None, None));
        store.forget(here, &ann).unwrap();
        assert_eq!(store.token(here, &ann), None);
        assert_eq!(store.token(there, &bob).as_deref(), Some("other"));
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_the_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        StayStore::new(folder.path()).keep(Fingerprint([1; 32]), &NameKey::of("Ann"), "token").unwrap();
        let mode = fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_file_has_no_tokens_and_is_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), "no toml").unwrap();
        let store = StayStore::new(folder.path());
        assert_eq!(store.token(Fingerprint([1; 32]), &NameKey::of("Ann")), None);
        assert!(store.keep(Fingerprint([1; 32]), &NameKey::of("Ann"), "token").is_err());
        assert_eq!(fs::read_to_string(folder.path().join(FILE)).unwrap(), "no toml");
    }
}
