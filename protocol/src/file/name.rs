//! What a file may be called, so that the name does no harm wherever it is written or shown.

use crate::{limits, names};
use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// What a file is called when nothing is left of its name.
const NAMELESS: &str = "file";
/// Most of a name's bytes that count as its ending; what is longer is no ending that anything goes by.
const ENDING_BYTES: usize = 32;
/// What Windows opens instead of a file, whatever ending stands behind it.
const DEVICES: [&str; 7] = ["con", "prn", "aux", "nul", "conin$", "conout$", "clock$"];

/// A file's name that is safe to write and to show on every system: exactly what [`safe_name`] leaves as it is.
///
/// The sender's client makes it; whoever reads it from the wire can rely on it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FileName(String);

/// Why a text can't be a file's name. Reads as the end of "this file name …".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FileNameError {
    /// More bytes than file systems take.
    #[error("is too long: {bytes} bytes, {most} are allowed", most = limits::FILE_NAME_BYTES)]
    TooLong {
        /// Bytes given.
        bytes: usize,
    },
    /// A path, a device, or characters that hide what it is.
    #[error("is not safe on every system")]
    Unsafe,
}

impl FileName {
    /// Checks a name that should be safe already.
    ///
    /// # Errors
    /// When it is not.
    pub fn new(text: &str) -> Result<Self, FileNameError> {
        if text.len() > limits::FILE_NAME_BYTES {
            return Err(FileNameError::TooLong { bytes: text.len() });
        }
        if safe_name(text) == text { Ok(Self(text.to_owned())) } else { Err(FileNameError::Unsafe) }
    }

    /// The safe name that is nearest to a file's own.
    #[must_use]
    pub fn made_of(text: &str) -> Self {
        Self(safe_name(text))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part behind the last dot, in small letters; empty where there is none.
    #[must_use]
    pub fn ending(&self) -> String {
        self.0.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default()
    }

    /// The name of the `number`th file of this name in a folder: `name (2).ext`. The first one has the name itself.
    #[must_use]
    pub fn numbered(&self, number: u32) -> Self {
        if number < 2 {
            return self.clone();
        }
        let (stem, ending) = split(&self.0);
        let mark = format!(" ({number})");
        // The mark brings its own blank.
        let stem = cut(stem, limits::FILE_NAME_BYTES - ending.len() - mark.len()).trim_end_matches(' ');
        Self(format!("{stem}{mark}{ending}"))
    }
}

impl TryFrom<String> for FileName {
    type Error = FileNameError;
    fn try_from(text: String) -> Result<Self, FileNameError> {
        Self::new(&text)
    }
}

impl From<FileName> for String {
    fn from(name: FileName) -> Self {
        name.0
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Makes a name safe: the last part of a path, without signs that file systems forbid, hide or turn round, no dot in
/// front, no dots or blanks at the end, no device of Windows, no row of blanks that pushes the ending out of sight, at most
/// [`limits::FILE_NAME_BYTES`] bytes with the ending kept. Never empty; what is safe stays as it is.
#[must_use]
pub fn safe_name(text: &str) -> String {
    let last = text.rsplit(['/', '\\']).find(|part| !part.trim_matches(['.', ' ']).is_empty()).unwrap_or_default();
    let visible = last.chars().filter(|c| names::forbidden(*c).is_none());
    let written: String = visible.map(|c| if "<>:\"|?*".contains(c) { '_' } else { c }).collect();
    let name = shortened(at_ends(&closed_up(&written)));
    let name = at_ends(&name);
    match name {
        "" => NAMELESS.to_owned(),
        name if is_device(name) => shortened(&format!("_{name}")),
        name => name.to_owned(),
    }
}

/// Without dots and blanks in front and behind.
fn at_ends(name: &str) -> &str {
    name.trim_matches(['.', ' '])
}

/// With one blank for each row of them.
fn closed_up(name: &str) -> String {
    let mut before = None;
    name.chars().filter(|c| before.replace(*c) != Some(' ') || *c != ' ').collect()
}

/// Whether Windows would open a device of this name.
fn is_device(name: &str) -> bool {
    let stem = name.split_once('.').map_or(name, |(stem, _)| stem).trim_end().to_lowercase();
    let numbered = |prefix: &str| {
        let number = stem.strip_prefix(prefix);
        number.is_some_and(|number| {
            matches!(number, "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³")
        })
    };
    DEVICES.contains(&stem.as_str()) || numbered("com") || numbered("lpt")
}

/// The name cut to its most bytes, with its ending where that is one.
fn shortened(name: &str) -> String {
    if name.len() <= limits::FILE_NAME_BYTES {
        return name.to_owned();
    }
    let (stem, ending) = split(name);
    format!("{}{ending}", cut(stem, limits::FILE_NAME_BYTES - ending.len()).trim_end_matches(['.', ' ']))
}

/// What stands before the ending, and the ending with its dot.
fn split(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(dot) if dot > 0 && name.len() - dot <= ENDING_BYTES => name.split_at(dot),
        _ => (name, ""),
    }
}

/// At most so many bytes of a text, whole characters only.
fn cut(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_lose_what_does_harm_and_keep_the_rest() {
        for (text, safe) in [
            ("report.pdf", "report.pdf"),
            ("Ünï ❤.tar.gz", "Ünï ❤.tar.gz"),
            ("../../x", "x"),
            ("..\\..\\x.txt", "x.txt"),
            ("/etc/passwd", "passwd"),
            ("folder/", "folder"),
            ("C:\\a\\b.exe", "b.exe"),
            ("C:stream", "C_stream"),
            ("a\u{202E}gnp.exe", "agnp.exe"),
            ("pict\u{200B}ure\u{2066}.png", "picture.png"),
            ("line\nbreak\0.txt", "linebreak.txt"),
            ("photo.png                         .exe", "photo.png .exe"),
            ("two.png.exe", "two.png.exe"),
            (".bashrc", "bashrc"),
            ("name. . .", "name"),
            ("  name.txt  ", "name.txt"),
            ("", "file"),
            ("...", "file"),
            ("/", "file"),
            ("..", "file"),
            ("\u{202E}", "file"),
            ("CON", "_CON"),
            ("con.txt", "_con.txt"),
            ("Nul .tar.gz", "_Nul .tar.gz"),
            ("com1.log", "_com1.log"),
            ("LPT³", "_LPT³"),
            ("com10.log", "com10.log"),
            ("console.txt", "console.txt"),
        ] {
            assert_eq!(safe_name(text), safe, "{text:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_ending() {
        let long = format!("{}.jpeg", "é".repeat(10_000));
        let safe = safe_name(&long);
        assert!(safe.len() <= limits::FILE_NAME_BYTES && safe.ends_with("é.jpeg"), "{safe}");
        let no_ending = format!("a.{}", "b".repeat(10_000));
        assert_eq!(safe_name(&no_ending).len(), limits::FILE_NAME_BYTES);
        assert_eq!(FileName::new(&long), Err(FileNameError::TooLong { bytes: long.len() }));
        assert_eq!(FileName::new("../x"), Err(FileNameError::Unsafe));
    }

    #[test]
    fn further_files_of_a_name_are_numbered_before_the_ending() {
        let name = FileName::made_of("a.tar.gz");
        assert_eq!(name.numbered(1).as_str(), "a.tar.gz");
        assert_eq!(name.numbered(2).as_str(), "a.tar (2).gz");
        assert_eq!(FileName::made_of("two.png   .exe").numbered(2).as_str(), "two.png (2).exe");
        let long = FileName::made_of(&format!("{}.txt", "x".repeat(300))).numbered(12);
        assert!(long.as_str().len() <= limits::FILE_NAME_BYTES && long.as_str().ends_with(" (12).txt"));
    }

    proptest! {
        #[test]
        fn whatever_comes_a_safe_name_is_safe(text in "\\PC{0,300}|[./\\\\: a-cé\u{202E}]{0,600}") {
            let safe = safe_name(&text);
            prop_assert!(!safe.is_empty() && safe.len() <= limits::FILE_NAME_BYTES);
            prop_assert!(!safe.contains(['/', '\\', '\0']) && !safe.starts_with('.') && !safe.ends_with(['.', ' ']));
            prop_assert_eq!(safe_name(&safe), safe.clone());
            prop_assert!(FileName::new(&safe).is_ok());
            prop_assert!(FileName::new(FileName::made_of(&text).numbered(3).as_str()).is_ok());
        }
    }
}
