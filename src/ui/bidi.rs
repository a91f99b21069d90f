//! Writing from right to left. The text engine shapes each run of letters the right way round, but puts the runs side
//! by side from left to right; here they are put in the order in which they are read.

use bevy_egui::egui::{Align, FontId, TextStyle, Ui};
use unicode_bidi::{BidiInfo, Level};

/// One line of text that is not wrapped, such as a name.
#[must_use]
pub fn line(text: &str) -> String {
    if has_rtl(text) { reorder(text) } else { text.to_owned() }
}

/// A text of many lines, wrapped at `width` points in the body font where it has to be turned; answers the side it
/// begins at.
#[must_use]
pub fn paragraph(ui: &Ui, text: &str, width: f32) -> (String, Align) {
    if !has_rtl(text) {
        return (text.to_owned(), Align::Min);
    }
    let font = TextStyle::Body.resolve(ui.style());
    let lines: Vec<String> = text
        .lines()
        .flat_map(|line| wrapped(line, |words| measured(ui, words, &font) <= width))
        .map(|l| reorder(&l))
        .collect();
    let side = if base_is_rtl(text) { Align::Max } else { Align::Min };
    (lines.join("\n"), side)
}

fn measured(ui: &Ui, text: &str, font: &FontId) -> f32 {
    ui.painter().layout_no_wrap(text.to_owned(), font.clone(), super::theme::TEXT).size().x
}

/// Cuts a line at blanks so that each piece fits; a word that is too long stays whole.
fn wrapped(line: &str, fits: impl Fn(&str) -> bool) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in line.split(' ') {
        let Some(last) = lines.last_mut() else { continue };
        let longer = if last.is_empty() { word.to_owned() } else { format!("{last} {word}") };
        if last.is_empty() || fits(&longer) {
            *last = longer;
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// Puts the words of right-to-left stretches in their order on the screen; the letters inside stay as they are.
fn reorder(text: &str) -> String {
    let info = BidiInfo::new(text, None);
    let mut shown = String::with_capacity(text.len());
    for paragraph in &info.paragraphs {
        let (levels, runs) = info.visual_runs(paragraph, paragraph.range.clone());
        for run in runs {
            let level = levels.get(run.start).copied().unwrap_or(Level::ltr());
            if level.is_rtl() {
                shown.extend(words(&text[run]).into_iter().rev());
            } else {
                shown.push_str(&text[run]);
            }
        }
    }
    shown
}

/// Stretches that are shaped together: letters, and what stands between them sign by sign.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut in_word = false;
    for (at, c) in text.char_indices() {
        let is_letter = is_rtl(c) || c.is_alphanumeric();
        if at > start && !(is_letter && in_word) {
            words.push(&text[start..at]);
            start = at;
        }
        in_word = is_letter;
    }
    words.push(&text[start..]);
    words
}

fn base_is_rtl(text: &str) -> bool {
    BidiInfo::new(text, None).paragraphs.first().is_some_and(|paragraph| paragraph.level.is_rtl())
}

/// Whether something in a text is written from right to left.
#[must_use]
pub fn has_rtl(text: &str) -> bool {
    text.chars().any(is_rtl)
}

/// Hebrew, Arabic and their neighbours, with their presentation forms and the right-to-left planes.
fn is_rtl(c: char) -> bool {
    matches!(u32::from(c), 0x0590..=0x08FF | 0xFB1D..=0xFDFF | 0xFE70..=0xFEFE | 0x10800..=0x10FFF | 0x1E800..=0x1EFFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn left_to_right_text_is_left_alone() {
        for text in ["", "hello, you", "李小龙 (x)", "Привет 12"] {
            assert_eq!(line(text), text);
        }
    }

    #[test]
    fn words_from_right_to_left_change_places_but_keep_their_letters() {
        assert_eq!(line("שלום עולם"), "עולם שלום");
        assert_eq!(line("hi שלום עולם ok"), "hi עולם שלום ok");
        assert_eq!(line("مرحبا بكم جميعا"), "جميعا بكم مرحبا");
    }

    #[test]
    fn nothing_is_lost_and_first_words_stay_in_the_first_line() {
        let lines = wrapped("אחת שתיים שלוש ארבע", |line| line.chars().count() <= 10);
        assert_eq!(lines, ["אחת שתיים", "שלוש ארבע"]);
        let mut letters: Vec<char> = line("a אב, (גד) 12 b").chars().collect();
        let mut expected: Vec<char> = "a אב, (גד) 12 b".chars().collect();
        letters.sort_unstable();
        expected.sort_unstable();
        assert_eq!(letters, expected);
    }
}
