//! Passwords of accounts: what one may be, and that none is ever shown.

use crate::limits;
use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

/// A password as it is hashed: [`limits::PASSWORD_CHARS`] characters or more, in NFC, so that keyboards that compose
/// letters in another way type the same one. Its `Debug` form does not show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Password(String);

/// Why a text can't be a password. Reads as the end of "this password …".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PasswordError {
    /// Too few characters to withstand guessing.
    #[error("is too short: it needs at least {} characters", limits::PASSWORD_CHARS)]
    Short,
    /// More bytes than are hashed.
    #[error("is too long: {} bytes are the most", limits::PASSWORD_BYTES)]
    Long,
    /// A character that no keyboard types, such as the end of a line.
    #[error("has a control character in it")]
    Control,
}

impl Password {
    /// Checks a password as somebody typed it. Nothing is trimmed: blanks count.
    ///
    /// # Errors
    /// When it is too short or too long, or has a control character in it.
    pub fn new(text: &str) -> Result<Self, PasswordError> {
        if text.len() > limits::PASSWORD_BYTES {
            return Err(PasswordError::Long);
        }
        let composed: String = text.nfc().collect();
        if composed.chars().any(char::is_control) {
            return Err(PasswordError::Control);
        }
        if composed.chars().count() < limits::PASSWORD_CHARS {
            return Err(PasswordError::Short);
        }
        Ok(Self(composed))
    }

    /// The bytes that are hashed.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl TryFrom<String> for Password {
    type Error = PasswordError;
    fn try_from(text: String) -> Result<Self, PasswordError> {
        Self::new(&text)
    }
}

impl From<Password> for String {
    fn from(password: Password) -> Self {
        password.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_enough_typed_by_hand_and_never_shown() {
        let cases = [
            ("correct horse", Ok(())),
            ("  eight ", Ok(())),
            ("seven77", Err(PasswordError::Short)),
            ("", Err(PasswordError::Short)),
            ("two\nlines of it", Err(PasswordError::Control)),
        ];
        for (text, expected) in cases {
            assert_eq!(Password::new(text).map(drop), expected, "{text}");
        }
        assert_eq!(Password::new(&"x".repeat(limits::PASSWORD_BYTES + 1)), Err(PasswordError::Long));
        assert_eq!(format!("{:?}", Password::new("correct horse").unwrap()), "Password(…)");
    }

    #[test]
    fn letters_that_are_composed_in_another_way_are_the_same() {
        assert_eq!(Password::new("Äpfel und Öl"), Password::new("A\u{308}pfel und O\u{308}l"));
    }
}
