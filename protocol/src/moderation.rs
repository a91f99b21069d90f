//! Sending somebody away from the server: for now, or for longer.

use crate::{ids::PersonId, limits::REASON_BYTES};
use serde::{Deserialize, Serialize};

/// A moderator's word that somebody has to leave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendAway {
    /// Who.
    pub person: PersonId,
    /// For how long.
    pub stay: StayAway,
    /// Why; told to whoever has to leave.
    pub reason: Reason,
}

/// For how long somebody may not come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StayAway {
    /// They may come back at once.
    NotAtAll,
    /// So many days.
    Days(u16),
    /// For good, until somebody lifts it.
    ForGood,
}

/// Why somebody has to leave: a line of at most [`REASON_BYTES`] bytes, which may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Reason(String);

impl Reason {
    /// The line that a text comes to: what can't be shown in a line goes, and what is too long is cut.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut line: String = text.trim().chars().filter(|c| !c.is_control()).collect();
        line.truncate(line.floor_char_boundary(REASON_BYTES));
        Self(line)
    }

    /// The line.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Reason {
    fn from(text: String) -> Self {
        Self::new(&text)
    }
}

impl From<Reason> for String {
    fn from(reason: Reason) -> Self {
        reason.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_one_short_line() {
        assert_eq!(Reason::new(" swears\n\u{7} all day ").as_str(), "swears all day");
        let long = Reason::new(&"ä".repeat(REASON_BYTES));
        assert_eq!(long.as_str().len(), REASON_BYTES);
        let sent = serde_json::to_string(&"x".repeat(9999)).unwrap();
        assert_eq!(serde_json::from_str::<Reason>(&sent).unwrap().as_str().len(), REASON_BYTES);
    }
}
