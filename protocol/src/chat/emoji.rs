//! A single emoji, with which people react to a message.

use serde::{Deserialize, Serialize};
use thiserror::Error;
use unicode_properties::UnicodeEmoji;
use unicode_segmentation::UnicodeSegmentation;

/// Longest emoji in bytes: a family of four with joiners takes 25, a flag of a region 28.
const EMOJI_BYTES: usize = 40;

/// The emoji that are offered first.
pub const OFFERED: [&str; 8] = ["👍", "❤", "😂", "🎉", "😮", "😢", "👀", "✅"];

/// One emoji: what a reader takes for a single sign, and that is a picture.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Emoji(String);

/// The text is no single emoji.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("is no single emoji")]
pub struct NoEmoji;

impl Emoji {
    /// Checks a text; blanks at both ends are cut, and the sign that asks for a coloured picture is left out, so that
    /// the same emoji is the same text.
    ///
    /// # Errors
    /// When it is anything but one emoji.
    pub fn new(text: &str) -> Result<Self, NoEmoji> {
        let text = text.trim();
        let is_one = text.len() <= EMOJI_BYTES && text.graphemes(true).count() == 1;
        let pictures = text.chars().filter(|c| is_picture(*c)).count();
        if !is_one || pictures == 0 || text.chars().any(|c| !is_part(c)) {
            return Err(NoEmoji);
        }
        // Inside a sequence the sign belongs to it.
        let alone = text.chars().count() == 2;
        Ok(Self(if alone { text.trim_end_matches('\u{fe0f}').to_owned() } else { text.to_owned() }))
    }

    /// The emoji.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_picture(c: char) -> bool {
    c.is_emoji_char() && !c.is_ascii()
}

/// Whether the character may stand in an emoji at all: pictures, and what joins and colours them.
fn is_part(c: char) -> bool {
    is_picture(c) || c.is_emoji_char_or_emoji_component() && !c.is_ascii()
}

impl TryFrom<String> for Emoji {
    type Error = NoEmoji;
    fn try_from(text: String) -> Result<Self, NoEmoji> {
        Self::new(&text)
    }
}

impl From<Emoji> for String {
    fn from(emoji: Emoji) -> Self {
        emoji.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_emoji_is_taken_and_nothing_else() {
        for text in OFFERED.iter().copied().chain(["👩‍👩‍👧‍👦", "🇩🇪", "👍🏽", " 🦊 ", "☎"])
        {
            assert!(Emoji::new(text).is_ok(), "{text}");
        }
        for text in ["", "a", "1", "#", "1️⃣", "👍👍", "ok", "👍 a", "\u{200d}", "é", "\u{202e}👍"] {
            assert_eq!(Emoji::new(text), Err(NoEmoji), "{text}");
        }
        assert_eq!(Emoji::new("❤️"), Emoji::new("❤"));
    }
}
