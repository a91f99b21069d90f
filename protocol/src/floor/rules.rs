//! The rules of a room's floor: who may talk, what becomes of those who have to wait, and how long everything may take.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr, time::Duration};
use thiserror::Error;

/// Who may talk in a room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FloorPolicy {
    /// One person at a time, whoever asks first.
    #[default]
    Exclusive,
    /// Everybody at once, up to [`crate::limits::OPEN_TALKERS`].
    Open,
    /// One person at a time, whom a moderator chooses among those who ask. A moderator who asks has the floor when it
    /// is free, and before all others.
    Chair,
}

/// What becomes of a request while somebody talks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum QueueRule {
    /// It is refused. With a chair it waits all the same.
    Refuse,
    /// It waits; who asked first is first.
    #[default]
    FirstCome,
    /// It waits; who has talked least in this room is first.
    QuietestFirst,
}

/// All rules of one room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FloorRules {
    /// Who may talk.
    pub policy: FloorPolicy,
    /// What becomes of requests while somebody talks.
    pub queue: QueueRule,
    /// How long everything may take.
    pub times: FloorTimes,
    /// Whether turns are kept in the room's history, where one talks at a time.
    pub talk_log: bool,
}

impl FloorRules {
    /// Whether what is said is kept: the talk log is on, and one talks at a time.
    #[must_use]
    pub fn keep_turns(&self) -> bool {
        keeps_turns(self.policy, self.talk_log)
    }
}

/// Whether a room of this policy keeps what is said in it. An open room has no turns that could be kept.
#[must_use]
pub fn keeps_turns(policy: FloorPolicy, talk_log: bool) -> bool {
    talk_log && policy != FloorPolicy::Open
}

/// How long a turn may last and how a lost holder is noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FloorTimes {
    /// Longest turn (T2 of 3GPP TS 24.380). The holder is warned before. It holds in open rooms, too, where it ends
    /// stuck keys and whoever asks again talks on.
    pub talk_limit: Duration,
    /// How long before the limit the holder is warned.
    pub warning_before: Duration,
    /// A holder who sends no voice for so long loses the floor (T1).
    pub silence: Duration,
    /// A holder from whom nothing at all was heard for so long is taken for gone.
    pub vanished: Duration,
    /// How long a holder is still heard after the floor was taken back (T3): time for the last word.
    pub grace: Duration,
    /// Somebody who waited and doesn't begin within so long of the grant loses the turn (T132). Longer than the
    /// standard's 2 s, since a person may have to choose what becomes of a recording.
    pub answer: Duration,
}

impl Default for FloorTimes {
    fn default() -> Self {
        Self {
            talk_limit: Duration::from_secs(60),
            warning_before: Duration::from_secs(10),
            silence: Duration::from_secs(2),
            vanished: Duration::from_millis(800),
            grace: Duration::from_millis(500),
            answer: Duration::from_secs(5),
        }
    }
}

/// A word that names no policy or no queue rule.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("“{word}” is none of {choices}")]
pub struct UnknownRule {
    word: String,
    choices: &'static str,
}

impl FloorPolicy {
    /// The word for it in maps, settings and scripts.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Exclusive => "exclusive",
            Self::Open => "open",
            Self::Chair => "chair",
        }
    }
}

impl QueueRule {
    /// The word for it in maps, settings and scripts.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::FirstCome => "first-come",
            Self::QuietestFirst => "quietest-first",
        }
    }
}

impl FromStr for FloorPolicy {
    type Err = UnknownRule;

    fn from_str(word: &str) -> Result<Self, UnknownRule> {
        [Self::Exclusive, Self::Open, Self::Chair]
            .into_iter()
            .find(|policy| policy.word() == word)
            .ok_or_else(|| UnknownRule { word: word.to_owned(), choices: "exclusive, open and chair" })
    }
}

impl FromStr for QueueRule {
    type Err = UnknownRule;

    fn from_str(word: &str) -> Result<Self, UnknownRule> {
        [Self::Refuse, Self::FirstCome, Self::QuietestFirst]
            .into_iter()
            .find(|rule| rule.word() == word)
            .ok_or_else(|| UnknownRule { word: word.to_owned(), choices: "refuse, first-come and quietest-first" })
    }
}

impl fmt::Display for FloorPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl fmt::Display for QueueRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
