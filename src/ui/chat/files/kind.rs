//! What kind of file something is, by the ending of its name: nobody has looked into it.

use crate::ui::{symbols, theme};
use bevy_egui::egui::{Sense, Ui, vec2};
use hallway_protocol::file::FileName;

/// Size of the sign, in points.
const SIGN: [f32; 2] = [26.0, 34.0];
/// Longest ending that has room on the sign.
const ENDING: usize = 4;

/// What it is, in words.
pub(super) fn words(name: &FileName) -> &'static str {
    match name.ending().as_str() {
        "txt" | "md" | "log" | "rtf" => "Text",
        "pdf" => "PDF document",
        "doc" | "docx" | "odt" => "Document",
        "xls" | "xlsx" | "ods" | "csv" => "Table",
        "ppt" | "pptx" | "odp" => "Slides",
        "png" | "jpg" | "jpeg" | "webp" | "gif" | "svg" | "bmp" | "tif" | "tiff" | "heic" | "avif" => "Picture",
        "ogg" | "opus" | "mp3" | "wav" | "flac" | "m4a" => "Sound",
        "mp4" | "mkv" | "webm" | "mov" | "avi" => "Video",
        "zip" | "gz" | "xz" | "zst" | "bz2" | "7z" | "tar" | "rar" => "Archive",
        "exe" | "msi" | "bat" | "cmd" | "scr" | "com" | "ps1" | "vbs" | "sh" | "app" | "dmg" | "deb" | "rpm"
        | "appimage" | "apk" | "jar" => "Program",
        _ => "File",
    }
}

/// A sheet with the ending on it.
pub(super) fn sign(ui: &mut Ui, name: &FileName) {
    let (rect, _) = ui.allocate_exact_size(vec2(SIGN[0], SIGN[1]), Sense::hover());
    let ending = name.ending();
    let word = if ending.is_ascii() && ending.len() <= ENDING { ending.to_uppercase() } else { String::new() };
    symbols::media::sheet(ui.painter(), rect, &word, theme::MUTED);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_tell_what_it_is() {
        for (name, expected) in [
            ("notes.TXT", "Text"),
            ("paper.pdf", "PDF document"),
            ("drawing.svg", "Picture"),
            ("holiday.jpg.exe", "Program"),
            ("README", "File"),
        ] {
            assert_eq!(words(&FileName::made_of(name)), expected, "{name}");
        }
    }
}
