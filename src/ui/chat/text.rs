//! The text of a message taken apart: prose with links and mentions in it, and code, which keeps its form.

use hallway_protocol::{
    chat::{CODE_INDENTS, mention},
    names::NameKey,
};

/// A part of a message that stands by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// Sentences.
    Prose(Vec<Piece>),
    /// Code, without its fences.
    Code(String),
}

/// A piece of prose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Words.
    Plain(String),
    /// Somebody's name, with its `@`.
    Mention(String),
    /// An address in the web, as it was written.
    Link(String),
}

/// What fences begin with.
const FENCE: &str = "```";

/// Takes a text apart; `mentions` are the names of those whom it mentions.
#[must_use]
pub fn blocks(text: &str, mentions: &[String]) -> Vec<Block> {
    let keys: Vec<NameKey> = mentions.iter().map(|name| NameKey::of(name)).collect();
    let mut blocks = Vec::new();
    let lines: Vec<&str> = text.split('\n').collect();
    let (mut at, mut prose) = (0, Vec::new());
    while at < lines.len() {
        match code_at(&lines[at..]) {
            Some((code, used)) => {
                end_prose(&mut prose, &keys, &mut blocks);
                blocks.push(Block::Code(code));
                at += used;
            }
            None => {
                prose.push(lines[at]);
                at += 1;
            }
        }
    }
    end_prose(&mut prose, &keys, &mut blocks);
    blocks
}

fn end_prose(lines: &mut Vec<&str>, mentions: &[NameKey], blocks: &mut Vec<Block>) {
    let text = std::mem::take(lines).join("\n");
    if !text.trim().is_empty() {
        blocks.push(Block::Prose(pieces(text.trim_matches('\n'), mentions)));
    }
}

/// Code that begins with the first of these lines, and how many of them it takes: between fences, or at least two
/// lines that are indented.
fn code_at(lines: &[&str]) -> Option<(String, usize)> {
    let first = lines.first()?;
    if let Some(rest) = first.trim_start().strip_prefix(FENCE) {
        if let Some((code, "")) = rest.split_once(FENCE) {
            return Some((code.to_owned(), 1));
        }
        let inside = lines[1..].iter().position(|line| line.trim() == FENCE)?;
        return Some((lines[1..=inside].join("\n"), inside + 2));
    }
    let is_code = |line: &&str| CODE_INDENTS.iter().any(|indent| line.starts_with(indent));
    let indented = lines.iter().take_while(|line| is_code(line) || line.trim().is_empty()).count();
    let used = lines[..indented].iter().rposition(|line| !line.trim().is_empty()).map_or(0, |last| last + 1);
    (is_code(first) && used >= 2).then(|| (without_indent(&lines[..used]), used))
}

/// The lines without what all of them are indented by.
fn without_indent(lines: &[&str]) -> String {
    let depth = |line: &&str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let least = lines.iter().filter(|line| !line.trim().is_empty()).map(depth).min().unwrap_or(0);
    lines.iter().map(|line| line.get(least..).unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

fn pieces(text: &str, mentions: &[NameKey]) -> Vec<Piece> {
    let links = links(text);
    let named = mention::find(text, |name| mentions.contains(name).then_some(()));
    let mut marked: Vec<_> = links.into_iter().map(|range| (range, true)).collect();
    for (range, ()) in named {
        if marked.iter().all(|(link, _)| link.end <= range.start || range.end <= link.start) {
            marked.push((range, false));
        }
    }
    marked.sort_by_key(|(range, _)| range.start);
    let (mut pieces, mut from) = (Vec::new(), 0);
    for (range, is_link) in marked {
        if from < range.start {
            pieces.push(Piece::Plain(text[from..range.start].to_owned()));
        }
        from = range.end;
        let part = text[range].to_owned();
        pieces.push(if is_link { Piece::Link(part) } else { Piece::Mention(part) });
    }
    if from < text.len() {
        pieces.push(Piece::Plain(text[from..].to_owned()));
    }
    pieces
}

/// Where addresses in the web stand: `http://` or `https://` up to the next blank, without the sentence's own signs.
#[must_use]
pub fn links(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut links = Vec::new();
    let mut from = 0;
    while let Some(start) = next_scheme(text, from) {
        let rest = &text[start..];
        let end = rest.find(|c: char| c.is_whitespace() || "<>\"“”`".contains(c)).unwrap_or(rest.len());
        let link = without_sentence(&rest[..end]);
        from = start + link.len().max(1);
        while !text.is_char_boundary(from) {
            from += 1;
        }
        let has_host =
            link.split_once("://").is_some_and(|(_, host)| host.starts_with(|c: char| c.is_alphanumeric() || c == '['));
        if has_host {
            links.push(start..start + link.len());
        }
    }
    links
}

fn next_scheme(text: &str, from: usize) -> Option<usize> {
    let rest = text.get(from..)?.to_ascii_lowercase();
    let found = ["http://", "https://"].into_iter().filter_map(|scheme| rest.find(scheme)).min()?;
    Some(from + found)
}

/// Cuts the signs that end a sentence, and a bracket that was not opened in the address.
fn without_sentence(link: &str) -> &str {
    let mut link = link;
    while let Some(last) = link.chars().next_back() {
        let is_sentence = ".,;:!?'’…".contains(last);
        let closes =
            |open: char, close: char| last == close && link.matches(open).count() < link.matches(close).count();
        if !is_sentence && !closes('(', ')') && !closes('[', ']') && !closes('{', '}') {
            break;
        }
        link = &link[..link.len() - last.len_utf8()];
    }
    link
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_without_the_sentence_round_them() {
        let cases = [
            ("see https://a.example/x?y=1, or not", vec!["https://a.example/x?y=1"]),
            ("(HTTP://A.example/b_(c))", vec!["HTTP://A.example/b_(c)"]),
            ("ftp://a.example javascript:alert(1) https:// http://.", vec![]),
            ("http://a.b http://c.d.", vec!["http://a.b", "http://c.d"]),
            ("https://пример.example/ß…", vec!["https://пример.example/ß"]),
        ];
        for (text, expected) in cases {
            let found: Vec<_> = links(text).into_iter().map(|range| &text[range]).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn code_keeps_its_form() {
        let text = "look:\n```rust\nfn a() {\n    b();\n}\n```\nok?\n    one\n\n      two\nend";
        let prose = |text: &str| Block::Prose(vec![Piece::Plain(text.to_owned())]);
        let expected = [
            prose("look:"),
            Block::Code("fn a() {\n    b();\n}".to_owned()),
            prose("ok?"),
            Block::Code("one\n\n  two".to_owned()),
            prose("end"),
        ];
        assert_eq!(blocks(text, &[]), expected);
        assert_eq!(blocks("```x = 1```", &[]), [Block::Code("x = 1".to_owned())]);
        assert_eq!(blocks("```not closed\nx", &[]), [prose("```not closed\nx")]);
        assert_eq!(blocks("    one line", &[]), [prose("    one line")]);
    }

    #[test]
    fn names_and_addresses_are_told_from_words() {
        let text = "hi @Ann see https://a.example/@Ann now";
        let expected = [
            Piece::Plain("hi ".to_owned()),
            Piece::Mention("@Ann".to_owned()),
            Piece::Plain(" see ".to_owned()),
            Piece::Link("https://a.example/@Ann".to_owned()),
            Piece::Plain(" now".to_owned()),
        ];
        assert_eq!(blocks(text, &["Ann".to_owned()]), [Block::Prose(expected.to_vec())]);
    }
}
