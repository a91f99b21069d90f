//! Names after an `@` in a text.

use crate::{limits, names::NameKey};
use std::ops::Range;

/// The names in a text that `known` knows, each with the bytes that it takes, the `@` included. The longest name counts
/// where several begin alike; an `@` inside a word (an e-mail address) means nobody.
pub fn find<T>(text: &str, mut known: impl FnMut(&NameKey) -> Option<T>) -> Vec<(Range<usize>, T)> {
    let mut found = Vec::new();
    let mut free_from = 0;
    for (at, _) in text.match_indices('@').take(limits::MENTIONS) {
        let in_word = text[..at].chars().next_back().is_some_and(char::is_alphanumeric);
        if at < free_from || in_word {
            continue;
        }
        if let Some((end, who)) = name_at(text, at + 1, &mut known) {
            found.push((at..end, who));
            free_from = end;
        }
    }
    found
}

/// The longest known name that begins there and ends with a word.
fn name_at<T>(text: &str, start: usize, known: &mut impl FnMut(&NameKey) -> Option<T>) -> Option<(usize, T)> {
    let rest = &text[start..];
    let ends = rest.char_indices().map(|(at, c)| at + c.len_utf8()).take(limits::NAME_CHARS);
    let mut ends: Vec<usize> = ends.filter(|end| ends_word(rest, *end)).collect();
    ends.reverse();
    ends.into_iter().find_map(|end| {
        let name = &rest[..end];
        let is_cut = name.starts_with(char::is_whitespace) || name.ends_with(char::is_whitespace);
        (!is_cut).then(|| known(&NameKey::of(name))).flatten().map(|who| (start + end, who))
    })
}

fn ends_word(text: &str, end: usize) -> bool {
    let last = text[..end].chars().next_back().is_some_and(char::is_alphanumeric);
    let next = text[end..].chars().next().is_some_and(char::is_alphanumeric);
    !(last && next)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<&str> {
        let known = ["Ann", "Anna Lee", "李小龙", "Bob (2)"].map(NameKey::of);
        find(text, |key| known.contains(key).then_some(())).into_iter().map(|(range, ())| &text[range]).collect()
    }

    #[test]
    fn whole_names_are_found_and_the_longest_counts() {
        let cases = [
            ("hi @Ann, and @ann!", vec!["@Ann", "@ann"]),
            ("@Anna Lee and @Anna", vec!["@Anna Lee"]),
            ("mail@ann.example or @Annette", vec![]),
            ("(@Ann)", vec!["@Ann"]),
            ("@李小龙 你好 @Bob (2) @", vec!["@李小龙", "@Bob (2)"]),
            ("@ Ann", vec![]),
        ];
        for (text, expected) in cases {
            assert_eq!(names(text), expected, "{text}");
        }
    }
}
