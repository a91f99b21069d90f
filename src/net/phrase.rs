//! What a line typed into a chat means: a text, or a word for the client itself.
//!
//! Pure: the names that are known come in as an argument, and the caller does what the phrase says.

use hallway_protocol::names::NameKey;

/// What a typed line means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phrase {
    /// Nothing but blanks.
    Nothing,
    /// A text for the conversation in which it was typed, with its blanks.
    Text(String),
    /// A text for one person.
    Private {
        /// The person's name as it is known.
        to: String,
        /// What to write.
        text: String,
    },
    /// A text for somebody who is not here.
    Letter {
        /// The name as it was typed.
        to: String,
        /// What to write.
        text: String,
    },
    /// Show [`HELP`].
    Help,
    /// Leave.
    Quit,
    /// It can't be done; a sentence tells why and what to type instead.
    Refused(String),
}

/// What `/help` shows.
pub const HELP: &str = "/msg NAME text or @NAME text writes to one person, /quit leaves, /help shows this. \
                        Begin with // to write a text that begins with a slash. Hold V to talk.";

const WORDS: [&str; 3] = ["/help", "/msg", "/quit"];

/// Reads a typed line; `names` are those of the people who can be written to.
#[must_use]
pub fn parse<'a>(line: &str, names: impl IntoIterator<Item = &'a str>) -> Phrase {
    let typed = line;
    let line = line.trim();
    if line.is_empty() {
        return Phrase::Nothing;
    }
    if let Some(rest) = line.strip_prefix('@') {
        return private(rest, names);
    }
    if !line.starts_with('/') {
        // As it was typed: code begins with blanks that mean something.
        return Phrase::Text(typed.to_owned());
    }
    if line.starts_with("//") {
        return Phrase::Text(line[1..].to_owned());
    }
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    match word.to_lowercase().as_str() {
        "/help" => Phrase::Help,
        "/quit" => Phrase::Quit,
        "/msg" => private(rest, names),
        unknown => {
            let near = nearest(unknown, &WORDS);
            Phrase::Refused(format!("There is no {word}; did you mean {near}? /help shows what there is."))
        }
    }
}

fn private<'a>(rest: &str, names: impl IntoIterator<Item = &'a str>) -> Phrase {
    if rest.trim().is_empty() {
        return Phrase::Refused("Say to whom and what: /msg NAME text".to_owned());
    }
    match split_name(rest, names) {
        Some((name, "")) => Phrase::Refused(format!("Say what to write to {name}: @{name} text")),
        Some((name, text)) => Phrase::Private { to: name.to_owned(), text: text.to_owned() },
        None => match unknown_name(rest) {
            Some((to, text)) => Phrase::Letter { to: to.to_owned(), text: text.to_owned() },
            None => Phrase::Refused("Say to whom and what: /msg NAME text".to_owned()),
        },
    }
}

/// Takes a known name off the start of a text: `"in quotes"`, or the longest known name that ends at a blank. Gives
/// the name as it is known and what follows.
#[must_use]
pub fn split_name<'a, 't>(text: &'t str, names: impl IntoIterator<Item = &'a str>) -> Option<(&'a str, &'t str)> {
    let text = text.trim_start();
    if let Some((quoted, rest)) = text.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
        let key = NameKey::of(quoted);
        return names.into_iter().find(|name| NameKey::of(name) == key).map(|name| (name, rest.trim()));
    }
    let starts: Vec<(NameKey, &str)> =
        ends_of_words(text).map(|end| (NameKey::of(&text[..end]), &text[end..])).collect();
    let known = names.into_iter().filter_map(|name| {
        let key = NameKey::of(name);
        let (_, rest) = starts.iter().find(|(start, _)| *start == key)?;
        Some((name, rest.trim()))
    });
    known.min_by_key(|(_, rest)| rest.len())
}

/// Takes a name that nobody here has off the start of a text: `"in quotes"`, or the first word. Gives it and what follows,
/// where both are there.
#[must_use]
pub fn unknown_name(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let (name, rest) = match text.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"')?,
        None => text.split_once(char::is_whitespace)?,
    };
    let (name, rest) = (name.trim(), rest.trim());
    (!name.is_empty() && !rest.is_empty()).then_some((name, rest))
}

/// Longest start of a line that can be a name: 40 characters of 4 bytes, and some for doubled blanks.
const NAME_BYTES: usize = 200;

fn ends_of_words(text: &str) -> impl Iterator<Item = usize> {
    let blanks = text.char_indices().filter(|(_, c)| c.is_whitespace()).map(|(at, _)| at);
    blanks.chain([text.len()]).take_while(|end| *end <= NAME_BYTES)
}

/// The one of `words` that is most like `word`.
#[must_use]
pub fn nearest<'a>(word: &str, words: &[&'a str]) -> &'a str {
    let like = |other: &str| strsim::jaro_winkler(word, other);
    words.iter().copied().max_by(|a, b| like(a).total_cmp(&like(b))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NAMES: [&str; 4] = ["Ann", "Ann Lee", "Мария", "José"];

    fn letter_to(to: &str, text: &str) -> Phrase {
        Phrase::Letter { to: to.to_owned(), text: text.to_owned() }
    }

    fn private_to(to: &str, text: &str) -> Phrase {
        Phrase::Private { to: to.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn lines_are_told_apart() {
        let cases = [
            ("   ", Phrase::Nothing),
            (" hello there ", Phrase::Text(" hello there ".to_owned())),
            ("a/b", Phrase::Text("a/b".to_owned())),
            ("//etc", Phrase::Text("/etc".to_owned())),
            ("/help", Phrase::Help),
            ("/HELP me", Phrase::Help),
            ("/quit", Phrase::Quit),
            ("/msg Ann hi", private_to("Ann", "hi")),
            ("@ann  hi  you", private_to("Ann", "hi  you")),
            ("@Ann Lee hi", private_to("Ann Lee", "hi")),
            ("@\"Ann\" Lee hi", private_to("Ann", "Lee hi")),
            ("@Bob  hi you", letter_to("Bob", "hi you")),
            ("/msg \"Bob Ross\" hi", letter_to("Bob Ross", "hi")),
            ("@мария привет", private_to("Мария", "привет")),
            ("/msg JOSE\u{301} hola", private_to("José", "hola")),
        ];
        for (line, phrase) in cases {
            assert_eq!(parse(line, NAMES), phrase, "{line}");
        }
    }

    #[test]
    fn what_cannot_be_done_is_said_in_a_sentence() {
        let cases = [
            ("/hlep", "There is no /hlep; did you mean /help? /help shows what there is."),
            ("/mgs Ann hi", "There is no /mgs; did you mean /msg? /help shows what there is."),
            ("/msg", "Say to whom and what: /msg NAME text"),
            ("@Ann Lee", "Say what to write to Ann Lee: @Ann Lee text"),
            ("@Bob", "Say to whom and what: /msg NAME text"),
            ("@\"Bob\"", "Say to whom and what: /msg NAME text"),
        ];
        for (line, sentence) in cases {
            assert_eq!(parse(line, NAMES), Phrase::Refused(sentence.to_owned()), "{line}");
        }
    }

    proptest! {
        #[test]
        fn no_line_panics_and_plain_text_stays(line in "\\PC{0,80}") {
            let phrase = parse(&line, NAMES);
            if !line.trim().is_empty() && !line.trim().starts_with(['/', '@']) {
                prop_assert_eq!(phrase, Phrase::Text(line));
            }
        }
    }
}
