//! Names of people and rooms: what one may be called, and when two names are the same.

use crate::limits;
use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// A person's name: 1 to [`limits::NAME_CHARS`] visible characters in NFC, single spaces inside.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DisplayName(String);

/// A room's name: 1 to [`limits::ROOM_NAME_CHARS`] visible characters in NFC, single spaces inside.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RoomName(String);

/// What two names share when people would take them for one: compatibility forms and case are folded away.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NameKey(String);

/// Why a text can't be a name. Reads as the end of "this name …".
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NameError {
    /// Nothing visible is left.
    #[error("is empty: type at least one letter, digit or sign")]
    Empty,
    /// More characters than allowed.
    #[error("is too long: {chars} characters, {most} are allowed")]
    TooLong {
        /// Characters given.
        chars: usize,
        /// Characters allowed.
        most: usize,
    },
    /// A control character, such as a line break.
    #[error("has a control character (U+{0:04X}) in it")]
    Control(u32),
    /// A character that turns the direction of writing and so can disguise a name.
    #[error("has a hidden sign (U+{0:04X}) in it that changes the direction of writing")]
    Direction(u32),
    /// A character that shows as nothing or as a blank, so that two names would look alike.
    #[error("has an invisible character (U+{0:04X}) in it")]
    Invisible(u32),
    /// An accent with no letter before it.
    #[error("begins with an accent that has no letter to stand on")]
    LoneAccent,
}

/// Checks and normalises a name of at most `most` characters.
fn normalised(text: &str, most: usize) -> Result<String, NameError> {
    // A text of a megabyte is refused before it is normalised; no character of NFC needs more than 18 of its parts.
    if text.len() > most * 4 * 18 {
        return Err(NameError::TooLong { chars: text.chars().count(), most });
    }
    let composed: String = text.trim_matches(' ').nfc().collect();
    if let Some(error) = composed.chars().find_map(forbidden) {
        return Err(error);
    }
    let name = composed.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let chars = name.chars().count();
    match name.chars().next() {
        None => Err(NameError::Empty),
        Some(first) if is_combining_mark(first) => Err(NameError::LoneAccent),
        Some(_) if chars > most => Err(NameError::TooLong { chars, most }),
        Some(_) => Ok(name),
    }
}

/// Why a character may stand in no name, if so.
pub(crate) fn forbidden(c: char) -> Option<NameError> {
    let code = u32::from(c);
    match code {
        0x061C | 0x200E | 0x200F | 0x202A..=0x202E | 0x2066..=0x2069 => Some(NameError::Direction(code)),
        _ if c.is_control() => Some(NameError::Control(code)),
        // Blanks other than the space, and the signs that fonts draw as nothing (Unicode's Default_Ignorable and
        // Hangul fillers, the empty Braille cell, tags, private use and noncharacters).
        0x00AD
        | 0x034F
        | 0x115F
        | 0x1160
        | 0x17B4
        | 0x17B5
        | 0x180B..=0x180F
        | 0x200B..=0x200D
        | 0x2028
        | 0x2029
        | 0x2060..=0x206F
        | 0x2800
        | 0x3164
        | 0xFE00..=0xFE0F
        | 0xFEFF
        | 0xFFA0
        | 0xFFF0..=0xFFFD
        | 0x1BCA0..=0x1BCA3
        | 0x1D173..=0x1D17A
        | 0xE000..=0xF8FF
        | 0xE0000..=0xE0FFF
        | 0xF0000..=0x10FFFF => Some(NameError::Invisible(code)),
        _ if c != ' ' && c.is_whitespace() => Some(NameError::Invisible(code)),
        _ if code & 0xFFFE == 0xFFFE => Some(NameError::Invisible(code)),
        _ => None,
    }
}

macro_rules! name {
    ($name:ident, $most:expr) => {
        impl $name {
            /// Checks and normalises a name as somebody typed it.
            ///
            /// # Errors
            /// When it is empty, too long, or has characters that could disguise it; see [`NameError`].
            pub fn new(text: &str) -> Result<Self, NameError> {
                normalised(text, $most).map(Self)
            }

            /// The name as it is shown.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// What this name is compared by.
            #[must_use]
            pub fn key(&self) -> NameKey {
                NameKey::of(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;
            fn try_from(text: String) -> Result<Self, NameError> {
                Self::new(&text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name!(DisplayName, limits::NAME_CHARS);
name!(RoomName, limits::ROOM_NAME_CHARS);

impl NameKey {
    /// The key of a name as somebody typed it, for looking it up.
    #[must_use]
    pub fn of(name: &str) -> Self {
        Self(name.trim().nfkc().collect::<String>().to_lowercase().nfc().collect())
    }

    /// The key as text, for storing.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl DisplayName {
    /// The first of `NAME 2`, `NAME 3`, … that is free, the name cut so that it still fits.
    #[must_use]
    pub fn free_variant(&self, is_taken: impl Fn(&NameKey) -> bool) -> Self {
        (2_u32..)
            .map(|number| {
                let suffix = format!(" {number}");
                let kept = limits::NAME_CHARS - suffix.chars().count();
                let stem: String = self.0.chars().take(kept).collect();
                Self(stem.trim_end().to_owned() + &suffix)
            })
            .find(|variant| !is_taken(&variant.key()))
            .unwrap_or_else(|| self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_of_many_scripts_are_kept() {
        for name in ["Ann", "José", "Łukasz", "Мария", "李小龙", "محمد", "สมชาย", "O'Neil-Smith", "ann_2", "ไม้"]
        {
            assert_eq!(DisplayName::new(name).unwrap().as_str(), name);
        }
        assert_eq!(DisplayName::new("  Ann   Lee ").unwrap().as_str(), "Ann Lee");
        assert_eq!(DisplayName::new("e\u{301}").unwrap().as_str(), "é");
    }

    #[test]
    fn disguises_are_refused() {
        let cases = [
            ("", NameError::Empty),
            ("   ", NameError::Empty),
            ("a\nb", NameError::Control(0x0A)),
            ("a\u{202E}b", NameError::Direction(0x202E)),
            ("a\u{200B}", NameError::Invisible(0x200B)),
            ("\u{3164}", NameError::Invisible(0x3164)),
            ("\u{2800}", NameError::Invisible(0x2800)),
            ("a\u{A0}b", NameError::Invisible(0xA0)),
            ("a\u{3000}b", NameError::Invisible(0x3000)),
            ("\u{301}a", NameError::LoneAccent),
            (&"x".repeat(33), NameError::TooLong { chars: 33, most: 32 }),
        ];
        for (text, error) in cases {
            assert_eq!(DisplayName::new(text), Err(error), "{text:?}");
        }
        assert!(matches!(DisplayName::new(&"x".repeat(1 << 20)), Err(NameError::TooLong { .. })));
    }

    #[test]
    fn case_and_width_do_not_tell_names_apart() {
        for (a, b) in [("Ann", "aNN"), ("Ａｎｎ", "ann"), ("ÉVA", "éva"), ("Straße", "STRAßE")] {
            assert_eq!(DisplayName::new(a).unwrap().key(), DisplayName::new(b).unwrap().key());
        }
        assert_ne!(NameKey::of("ann"), NameKey::of("anna"));
    }

    #[test]
    fn a_variant_is_free_and_fits() {
        let taken = [NameKey::of("ann"), NameKey::of("Ann 2")];
        let name = DisplayName::new("Ann").unwrap();
        assert_eq!(name.free_variant(|key| taken.contains(key)).as_str(), "Ann 3");
        let long = DisplayName::new(&"x".repeat(32)).unwrap().free_variant(|_| false);
        assert_eq!(long.as_str().chars().count(), 32);
    }

    proptest! {
        #[test]
        fn a_name_is_its_own_normal_form(text in ".{0,40}") {
            if let Ok(name) = DisplayName::new(&text) {
                prop_assert_eq!(DisplayName::new(name.as_str()), Ok(name));
            }
        }
    }
}
