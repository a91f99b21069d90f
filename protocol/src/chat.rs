//! What people write: who a message is for, what a text may be, and the message as it is stored and shown.

pub mod emoji;
pub mod marks;
pub mod mention;

pub use emoji::Emoji;
pub use marks::{Marks, MessageChange, Quote, Reaction};

use crate::{
    file::Attachment,
    ids::{MessageId, PersonId, RoomId},
    limits,
    names::{DisplayName, RoomName},
};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Where a message goes, from the point of view of one client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Conversation {
    /// Everyone on the server.
    World,
    /// The people in a room.
    Room(RoomId),
    /// One other person.
    Person(PersonId),
}

/// A text that may be sent: not blank, at most [`limits::TEXT_BYTES`] bytes, no control characters but line breaks
/// and tabs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ChatText(String);

/// Why a text can't be sent. Reads as the end of "this message …".
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ChatTextError {
    /// Nothing but blanks.
    #[error("is empty")]
    Empty,
    /// More bytes than allowed.
    #[error("is too long: {bytes} bytes, {most} are allowed", most = limits::TEXT_BYTES)]
    TooLong {
        /// Bytes given.
        bytes: usize,
    },
    /// A control character other than a line break or a tab.
    #[error("has a control character (U+{0:04X}) in it")]
    Control(u32),
}

impl ChatText {
    /// Checks a text as somebody typed it; blanks at both ends are cut, but not those that a pasted piece of code of
    /// several lines begins with.
    ///
    /// # Errors
    /// When it is blank, too long or has control characters; see [`ChatTextError`].
    pub fn new(text: &str) -> Result<Self, ChatTextError> {
        let text = cut(text);
        if text.is_empty() {
            return Err(ChatTextError::Empty);
        }
        if text.len() > limits::TEXT_BYTES {
            return Err(ChatTextError::TooLong { bytes: text.len() });
        }
        match text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
            Some(c) => Err(ChatTextError::Control(u32::from(c))),
            None => Ok(Self(text.to_owned())),
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Cuts blanks at both ends; the indentation of the first of several lines stays where it is that of code.
fn cut(text: &str) -> &str {
    let text = text.trim_end();
    let start = text.find(|c: char| !c.is_whitespace()).unwrap_or(text.len());
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let is_code = CODE_INDENTS.iter().any(|indent| text[line..].starts_with(indent)) && text[start..].contains('\n');
    if is_code { &text[line..] } else { &text[start..] }
}

/// What lines of code begin with, where no fence says that they are code.
pub const CODE_INDENTS: [&str; 2] = ["    ", "\t"];

impl TryFrom<String> for ChatText {
    type Error = ChatTextError;
    fn try_from(text: String) -> Result<Self, ChatTextError> {
        Self::new(&text)
    }
}

impl From<ChatText> for String {
    fn from(text: ChatText) -> Self {
        text.0
    }
}

/// A stored message. The writer's name stands in it, because people leave and history stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatMessage {
    /// Its place in the server's order.
    pub id: MessageId,
    /// The writer, while signed in under the same sign-in; `None` in history of earlier ones.
    pub from: Option<PersonId>,
    /// The writer's name at the time.
    pub from_name: String,
    /// The conversation it belongs to, as the receiving client sees it: for a private message the other person.
    pub conversation: Conversation,
    /// For a private message the name of the person it was written to.
    pub to_name: Option<String>,
    /// What was written; may be empty beside a file, and is where a file was deleted.
    pub text: String,
    /// The file that goes with it.
    pub attachment: Option<Attachment>,
    /// When the server took it, in milliseconds since the Unix epoch.
    pub sent_ms: i64,
    /// What stands at it beside its text.
    pub marks: Marks,
}

/// What is looked for. At least one part is there; a message fits all that are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchFor {
    /// Words that must all be in it.
    pub words: Option<ChatText>,
    /// Who wrote it, by the name at the time.
    pub from: Option<DisplayName>,
    /// Where it was said: the name of the room that one is in, or of somebody one writes with in private.
    pub place: Option<SearchPlace>,
    /// Not before this moment, in milliseconds since the Unix epoch.
    pub since_ms: Option<i64>,
    /// Only before this moment.
    pub until_ms: Option<i64>,
}

/// Where something that is looked for was said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SearchPlace {
    /// To everyone.
    World,
    /// In the room of this name, or in private with the person of this name.
    Named(RoomName),
}

/// A message that was found by its words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundMessage {
    /// Its place in the server's order.
    pub id: MessageId,
    /// The writer's name at the time.
    pub from_name: String,
    /// Where it was said.
    pub place: FoundPlace,
    /// What was written; may be empty beside a file, and is where a file was deleted.
    pub text: String,
    /// The file that goes with it.
    pub attachment: Option<Attachment>,
    /// When the server took it, in milliseconds since the Unix epoch.
    pub sent_ms: i64,
}

/// Where a message was said, for whoever found it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FoundPlace {
    /// To everyone.
    World,
    /// In the room that the person is in.
    Room {
        /// The room's name.
        name: String,
    },
    /// In private with somebody.
    Person {
        /// The other one's name at the time.
        name: String,
        /// The other one, while signed in.
        person: Option<PersonId>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_and_checked() {
        assert_eq!(ChatText::new("  hi\nthere ").unwrap().as_str(), "hi\nthere");
        assert_eq!(ChatText::new("    a").unwrap().as_str(), "a");
        assert_eq!(ChatText::new("\n    if a:\n        b\n").unwrap().as_str(), "    if a:\n        b");
        assert_eq!(ChatText::new(" \n "), Err(ChatTextError::Empty));
        assert_eq!(ChatText::new("a\u{1b}[2J"), Err(ChatTextError::Control(0x1b)));
        assert!(ChatText::new(&"é".repeat(limits::TEXT_BYTES / 2)).is_ok());
        assert_eq!(
            ChatText::new(&"x".repeat(limits::TEXT_BYTES + 1)),
            Err(ChatTextError::TooLong { bytes: limits::TEXT_BYTES + 1 })
        );
    }
}
