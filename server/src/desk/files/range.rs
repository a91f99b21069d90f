//! Which part of a file a request wants.

use axum::http::{HeaderMap, header};
use std::ops::Range;

/// What a request wants of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// All of it.
    All,
    /// These bytes.
    Part(Range<u64>),
    /// Nothing: it has the file.
    Nothing,
    /// Bytes that the file does not have.
    NotThere,
}

/// What the headers say about a file of so many bytes, whose tag this is. Several ranges, or one that can't be read, are
/// passed over, as the standard has it.
pub(super) fn wanted(headers: &HeaderMap, tag: &str, bytes: u64) -> Wanted {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if text(header::IF_NONE_MATCH) == Some(tag) {
        return Wanted::Nothing;
    }
    if text(header::IF_RANGE).is_some_and(|known| known != tag) {
        return Wanted::All;
    }
    let Some((first, last)) = text(header::RANGE).and_then(|range| range.strip_prefix("bytes=")?.split_once('-'))
    else {
        return Wanted::All;
    };
    let (first, last) = (first.trim(), last.trim());
    let range = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), _) if last.is_empty() => first..bytes,
        (Ok(first), Ok(last)) if first <= last => first..last.saturating_add(1).min(bytes),
        (Err(_), Ok(count)) if first.is_empty() => bytes.saturating_sub(count)..bytes,
        _ => return Wanted::All,
    };
    if range.is_empty() { Wanted::NotThere } else { Wanted::Part(range) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(pairs: &[(header::HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    #[test]
    fn one_range_is_given_and_nonsense_is_passed_over() {
        for (range, expected) in [
            ("bytes=0-", Wanted::Part(0..10)),
            ("bytes=4-", Wanted::Part(4..10)),
            ("bytes=4-6", Wanted::Part(4..7)),
            ("bytes=4-100", Wanted::Part(4..10)),
            ("bytes=-3", Wanted::Part(7..10)),
            ("bytes=-100", Wanted::Part(0..10)),
            ("bytes=10-", Wanted::NotThere),
            ("bytes=-0", Wanted::NotThere),
            ("bytes=5-4", Wanted::All),
            ("bytes=0-1,3-4", Wanted::All),
            ("lines=1-", Wanted::All),
            ("bytes=99999999999999999999-", Wanted::All),
        ] {
            assert_eq!(wanted(&with(&[(header::RANGE, range)]), "\"a\"", 10), expected, "{range}");
        }
        assert_eq!(wanted(&with(&[(header::RANGE, "bytes=0-")]), "\"a\"", 0), Wanted::NotThere);
    }

    #[test]
    fn a_range_of_another_file_is_the_whole_of_this_one() {
        let range = (header::RANGE, "bytes=4-");
        assert_eq!(wanted(&with(&[range.clone(), (header::IF_RANGE, "\"b\"")]), "\"a\"", 10), Wanted::All);
        assert_eq!(wanted(&with(&[range, (header::IF_RANGE, "\"a\"")]), "\"a\"", 10), Wanted::Part(4..10));
        assert_eq!(wanted(&with(&[(header::IF_NONE_MATCH, "\"a\"")]), "\"a\"", 10), Wanted::Nothing);
    }
}
