//! Completing names: after `@` as one types, and anywhere with the Tab key.

use std::ops::Range;

/// A word that may become a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// The bytes of the text that the name replaces, the `@` not included.
    pub range: Range<usize>,
    /// Names that begin so, in their order.
    pub names: Vec<String>,
    /// Whether an `@` stands before it, so that names are offered without being asked for.
    pub offered: bool,
}

/// What repeated presses of Tab go through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cycle {
    /// The text as the last press left it; another text ends the cycle.
    pub(super) text: String,
    pub(super) start: usize,
    pub(super) names: Vec<String>,
    pub(super) next: usize,
}

/// Finds the word before the cursor (a byte position on a letter boundary) and the names that it may become.
#[must_use]
pub fn complete(text: &str, cursor: usize, names: &[String]) -> Option<Completion> {
    let before = text.get(..cursor)?;
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    let at_sign = before[line..].rfind('@').map(|at| line + at + 1);
    let word =
        before.rfind(char::is_whitespace).map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    let found = |start: usize, offered| {
        let typed = before[start..].to_lowercase();
        let names: Vec<_> = names.iter().filter(|name| name.to_lowercase().starts_with(&typed)).cloned().collect();
        let is_whole = names.len() == 1 && names[0] == before[start..];
        (!names.is_empty() && !is_whole).then_some(Completion { range: start..cursor, names, offered })
    };
    at_sign.and_then(|start| found(start, true)).or_else(|| if word < cursor { found(word, false) } else { None })
}

/// Puts a name where the word was; answers the new text and the cursor's byte position.
#[must_use]
pub fn put(text: &str, range: &Range<usize>, name: &str) -> (String, usize) {
    let rest = &text[range.end..];
    let blank = if rest.starts_with(' ') { "" } else { " " };
    let head = format!("{}{name}{blank}", &text[..range.start]);
    let cursor = head.len() + usize::from(blank.is_empty());
    (head + rest, cursor)
}

/// What the Tab key makes of the text: the first name, and at further presses the next ones.
pub(super) fn tab(text: &str, cursor: usize, names: &[String], cycle: &mut Option<Cycle>) -> Option<(String, usize)> {
    if let Some(running) = cycle.as_mut().filter(|running| running.text == text && running.names.len() > 1) {
        let name = &running.names[running.next % running.names.len()];
        let last = &running.names[(running.next + running.names.len() - 1) % running.names.len()];
        let end = running.start + last.len();
        let (text, cursor) = put(text, &(running.start..end), name);
        running.next += 1;
        running.text.clone_from(&text);
        return Some((text, cursor));
    }
    let completion = complete(text, cursor, names)?;
    let (text, cursor) = put(text, &completion.range, &completion.names[0]);
    *cycle = Some(Cycle { text: text.clone(), start: completion.range.start, names: completion.names, next: 1 });
    Some((text, cursor))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Vec<String> {
        ["Ann", "Anna Lee", "Bert", "李小龙"].map(str::to_owned).to_vec()
    }

    #[test]
    fn names_are_found_after_at_and_in_words() {
        let cases = [
            ("@an", true, vec!["Ann", "Anna Lee"]),
            ("hi @ANNA L", true, vec!["Anna Lee"]),
            ("hi be", false, vec!["Bert"]),
            ("@李", true, vec!["李小龙"]),
            ("@", true, vec!["Ann", "Anna Lee", "Bert", "李小龙"]),
        ];
        for (text, offered, expected) in cases {
            let completion = complete(text, text.len(), &names()).unwrap();
            assert_eq!(
                (completion.offered, completion.names),
                (offered, expected.iter().map(|n| (*n).to_owned()).collect())
            );
        }
        for text in ["", "hi ", "zz", "@Bert"] {
            assert_eq!(complete(text, text.len(), &names()), None, "{text}");
        }
    }

    #[test]
    fn a_name_replaces_the_word_and_keeps_the_rest() {
        assert_eq!(put("hi @an you", &(4..6), "Ann"), ("hi @Ann you".to_owned(), 8));
        assert_eq!(put("be", &(0..2), "Bert"), ("Bert ".to_owned(), 5));
    }

    #[test]
    fn tab_goes_through_the_names() {
        let mut cycle = None;
        let (first, cursor) = tab("@an", 3, &names(), &mut cycle).unwrap();
        assert_eq!(first, "@Ann ");
        let (second, cursor) = tab(&first, cursor, &names(), &mut cycle).unwrap();
        assert_eq!(second, "@Anna Lee ");
        let (third, _) = tab(&second, cursor, &names(), &mut cycle).unwrap();
        assert_eq!(third, "@Ann ");
    }
}
