//! How long a server keeps what is said, as its operator sets it and its people are told.

use crate::limits::KEPT_HOURS;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use thiserror::Error;

/// How long messages of one kind are kept. Written `forever`, or as a number of days or hours: `90d`, `12h`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Keep {
    /// Until somebody deletes them.
    #[default]
    Forever,
    /// So many hours, from 1 to [`KEPT_HOURS`].
    Hours(u32),
}

/// A text that says no such time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("write forever, or a number of days or hours such as 90d or 12h, up to a hundred years")]
pub struct KeepError;

impl FromStr for Keep {
    type Err = KeepError;

    fn from_str(text: &str) -> Result<Self, KeepError> {
        if text == "forever" {
            return Ok(Self::Forever);
        }
        let (digits, each) = match (text.strip_suffix('d'), text.strip_suffix('h')) {
            (Some(days), _) => (days, 24),
            (None, Some(hours)) => (hours, 1),
            (None, None) => return Err(KeepError),
        };
        let hours = digits.parse::<u32>().ok().and_then(|number| number.checked_mul(each));
        hours.filter(|hours| (1..=KEPT_HOURS).contains(hours)).map(Self::Hours).ok_or(KeepError)
    }
}

impl fmt::Display for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forever => f.write_str("forever"),
            Self::Hours(hours) if hours % 24 == 0 => write!(f, "{}d", hours / 24),
            Self::Hours(hours) => write!(f, "{hours}h"),
        }
    }
}

impl TryFrom<String> for Keep {
    type Error = KeepError;

    fn try_from(text: String) -> Result<Self, KeepError> {
        text.parse()
    }
}

impl From<Keep> for String {
    fn from(keep: Keep) -> Self {
        keep.to_string()
    }
}

/// How long a server keeps what is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keeping {
    /// What is said to everyone.
    pub world: Keep,
    /// What is said in rooms.
    pub rooms: Keep,
    /// What is said in private; `None` where that is told and not kept.
    pub private: Option<Keep>,
}

impl Default for Keeping {
    fn default() -> Self {
        Self { world: Keep::Forever, rooms: Keep::Forever, private: Some(Keep::Forever) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_they_are_written() {
        for (text, keep) in [
            ("forever", Keep::Forever),
            ("90d", Keep::Hours(90 * 24)),
            ("1h", Keep::Hours(1)),
            ("36h", Keep::Hours(36)),
            ("36500d", Keep::Hours(KEPT_HOURS)),
        ] {
            assert_eq!(text.parse(), Ok(keep));
            assert_eq!(keep.to_string(), text);
            let sent = serde_json::to_string(&keep).unwrap();
            assert_eq!(serde_json::from_str::<Keep>(&sent).unwrap(), keep);
        }
        assert_eq!("48h".parse::<Keep>().unwrap().to_string(), "2d");
        for text in ["", "d", "0d", "0h", "-1d", "90", "90 d", "1w", "Forever", "36501d", "4294967295d", "1.5d"] {
            assert_eq!(text.parse::<Keep>(), Err(KeepError), "{text}");
        }
    }
}
