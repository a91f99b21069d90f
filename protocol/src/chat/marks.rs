//! What stands at a message beside its text: whose it is, whether it was changed, what it answers, and what people
//! think of it.

use super::emoji::Emoji;
use crate::ids::MessageId;
use serde::{Deserialize, Serialize};

/// What stands at a message beside its text, as one client sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks {
    /// Whether the receiving client's person wrote it, in this sign-in or an earlier one.
    pub mine: bool,
    /// When it was changed last, in milliseconds since the Unix epoch.
    pub edited_ms: Option<i64>,
    /// Whether it was deleted; its text is empty then.
    pub deleted: bool,
    /// What it answers.
    pub reply_to: Option<Quote>,
    /// What people think of it, in the order in which each emoji came.
    pub reactions: Vec<Reaction>,
    /// The names of those whom it mentions.
    pub mentions: Vec<String>,
    /// Whether the receiving client's person is one of them.
    pub mentioned: bool,
}

/// The message that another one answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// Which.
    pub id: MessageId,
    /// Its writer's name at the time; empty where it is not kept any longer.
    pub from_name: String,
    /// Its first line, cut at [`crate::limits::QUOTE_CHARS`]; `None` where it was deleted.
    pub line: Option<String>,
}

/// An emoji at a message, and who put it there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reaction {
    /// Which.
    pub emoji: Emoji,
    /// How many put it there.
    pub count: u16,
    /// The names of the first [`crate::limits::REACTION_NAMES`] of them.
    pub names: Vec<String>,
    /// Whether the receiving client's person is one of them.
    pub mine: bool,
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MessageChange {
    /// Its writer changed the text.
    Edited {
        /// The new text.
        text: String,
        /// When, in milliseconds since the Unix epoch.
        edited_ms: i64,
        /// The names of those whom it mentions now.
        mentions: Vec<String>,
        /// Whether the receiving client's person is one of them.
        mentioned: bool,
    },
    /// It is gone.
    Deleted {
        /// The moderator's name, where it was not the writer.
        by: Option<String>,
    },
    /// Somebody put an emoji to it, or took it away.
    Reacted {
        /// Who.
        by: String,
        /// Which.
        emoji: Emoji,
        /// Whether it is there now.
        on: bool,
        /// All that stand there now.
        reactions: Vec<Reaction>,
    },
}

/// The first line of a text, as it is quoted.
#[must_use]
pub fn first_line(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let mut chars = line.chars();
    let mut quoted: String = chars.by_ref().take(crate::limits::QUOTE_CHARS).collect();
    if chars.next().is_some() {
        quoted.push('…');
    }
    quoted
}

impl super::ChatMessage {
    /// Takes over a change of this message, or of the one that it answers.
    pub fn take_change(&mut self, id: MessageId, change: &MessageChange) {
        if let Some(quote) = self.marks.reply_to.as_mut().filter(|quote| quote.id == id) {
            match change {
                MessageChange::Edited { text, .. } => quote.line = Some(first_line(text)),
                MessageChange::Deleted { .. } => quote.line = None,
                MessageChange::Reacted { .. } => {}
            }
        }
        if self.id != id {
            return;
        }
        match change {
            MessageChange::Edited { text, edited_ms, mentions, mentioned } => {
                self.text.clone_from(text);
                self.marks.edited_ms = Some(*edited_ms);
                self.marks.mentions.clone_from(mentions);
                self.marks.mentioned = *mentioned;
            }
            MessageChange::Deleted { .. } => {
                self.text.clear();
                self.attachment = None;
                self.marks = Marks { mine: self.marks.mine, deleted: true, ..Marks::default() };
            }
            MessageChange::Reacted { reactions, .. } => self.marks.reactions.clone_from(reactions),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_is_the_first_line_that_says_something() {
        assert_eq!(first_line("\n  one \ntwo"), "one");
        let long = "é".repeat(crate::limits::QUOTE_CHARS + 1);
        assert_eq!(first_line(&long).chars().count(), crate::limits::QUOTE_CHARS + 1);
        assert!(first_line(&long).ends_with('…'));
    }
}
