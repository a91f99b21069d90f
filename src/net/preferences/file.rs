//! The settings file: `settings.toml` in the configuration folder, read whole and replaced whole.

use crate::net::files;
use std::{
    fs, io,
    path::{Path, PathBuf},
};
use thiserror::Error;
use toml::{Table, Value};

/// The file's name in the configuration folder.
pub const FILE: &str = "settings.toml";

/// What stands at the head of a file that was written.
const HEAD: &str = "# Written by Hallway; it may be edited while no window is open. Comments are not kept.\n";

/// The settings file of one configuration folder. Two clients may share it: each change reads it anew.
#[derive(Clone, Debug)]
pub struct SettingsFile {
    path: PathBuf,
}

/// One change of the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// In which table.
    pub section: &'static str,
    /// Under which key.
    pub key: String,
    /// What is kept from now on; `None` takes the key away.
    pub value: Option<Value>,
}

/// Why the settings can't be read or written. Reads as a sentence for people.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// The file system refused.
    #[error("The settings in {file} can't be used ({source}); nothing is kept there.")]
    Io {
        /// Which file.
        file: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// The file is there, but no settings file.
    #[error(
        "The settings in {file} are damaged ({reason}); mend or remove the file. Until then nothing is kept there."
    )]
    Damaged {
        /// Which file.
        file: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

impl SettingsFile {
    /// The file in this folder; neither has to exist.
    #[must_use]
    pub fn new(config_dir: &Path) -> Self {
        Self { path: config_dir.join(FILE) }
    }

    /// The file's path for people to read.
    pub fn shown(&self) -> impl std::fmt::Display {
        self.path.display()
    }

    /// What is in it; nothing where there is no file.
    ///
    /// # Errors
    /// When the file can't be read or is no TOML.
    pub fn read(&self) -> Result<Table, SettingsError> {
        match fs::read_to_string(&self.path) {
            Ok(text) => toml::from_str(&text).map_err(|error| self.damaged(error.message())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Table::new()),
            Err(source) => Err(SettingsError::Io { file: self.path.clone(), source }),
        }
    }

    /// Makes changes, and leaves all else as it is: a later version may keep things that this one does not know.
    ///
    /// # Errors
    /// When the file can't be read or written, or is no settings file; it is as before then.
    pub fn change(&self, changes: &[Change]) -> Result<(), SettingsError> {
        let mut table = self.read()?;
        for Change { section, key, value } in changes {
            let section = table.entry(*section).or_insert_with(|| Table::new().into());
            let Value::Table(section) = section else { return Err(self.damaged("a table is none")) };
            match value {
                Some(value) => drop(section.insert(key.clone(), value.clone())),
                None => drop(section.remove(key)),
            }
        }
        let text = toml::to_string(&table).map_err(|error| self.damaged(error))?;
        files::replace(&self.path, &format!("{HEAD}{text}"))
            .map_err(|source| SettingsError::Io { file: self.path.clone(), source })
    }

    fn damaged(&self, reason: impl ToString) -> SettingsError {
        SettingsError::Damaged { file: self.path.clone(), reason: reason.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(key: &str, value: Option<i64>) -> Change {
        Change { section: "voice", key: key.to_owned(), value: value.map(Value::from) }
    }

    #[test]
    fn a_change_leaves_all_else_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = SettingsFile::new(&folder.path().join("not/there/yet"));
        assert_eq!(file.read().unwrap(), Table::new());
        file.change(&[change("a", Some(1)), change("b", Some(2))]).unwrap();
        let later = "[window]\nscale = 1.5\n[voice]\na = 1\nb = 2\nhologram = true\n";
        fs::write(&file.path, later).unwrap();
        file.change(&[change("a", None), change("b", Some(3))]).unwrap();
        let expected: Table = toml::from_str("[window]\nscale = 1.5\n[voice]\nb = 3\nhologram = true\n").unwrap();
        assert_eq!(file.read().unwrap(), expected);
    }

    #[test]
    fn a_damaged_file_is_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let file = SettingsFile::new(folder.path());
        for text in ["no toml", "voice = 3\n"] {
            fs::write(&file.path, text).unwrap();
            assert!(matches!(file.change(&[change("a", Some(1))]), Err(SettingsError::Damaged { .. })), "{text}");
            assert_eq!(fs::read_to_string(&file.path).unwrap(), text);
        }
    }
}
