//! Fonts for every script: the ones that come with the program for Latin, and the machine's own as fall-backs, picked
//! by what they can show. Without any the program still works; unknown letters are boxes then.
//!
//! Looking through the machine's fonts takes a moment, so it happens on a thread of its own, once.

use super::theme;
use bevy_egui::egui::{FontData, FontDefinitions, FontFamily};
use fontdb::{Database, FaceInfo, Source, Style, Weight};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
    thread,
};

/// One font file larger than this is left out; a whole Han font has about 20 MiB.
const FILE_BYTES: u64 = 40 << 20;
/// All fall-backs together.
const ALL_BYTES: u64 = 160 << 20;

/// Families that make a good text font, best first.
const TEXT_FAMILIES: [&str; 9] =
    ["Inter", "Noto Sans", "Segoe UI", "SF Pro Text", "Helvetica Neue", "Cantarell", "Ubuntu", "Roboto", "DejaVu Sans"];

/// What a script needs: letters that a font must have to be taken for it, and families to prefer.
struct Script {
    letters: &'static str,
    families: &'static [&'static str],
}

const SCRIPTS: [Script; 24] = [
    Script { letters: "łőžΩжЯ", families: &["Noto Sans", "DejaVu Sans"] },
    Script { letters: "ابتثم", families: &["Noto Sans Arabic", "Noto Naskh Arabic", "Geeza Pro"] },
    Script { letters: "אבגש", families: &["Noto Sans Hebrew", "Arial Hebrew"] },
    Script { letters: "अआकखम", families: &["Noto Sans Devanagari", "Nirmala UI", "Kohinoor Devanagari"] },
    Script {
        letters: "กขคไม", families: &["Noto Sans Thai", "Noto Looped Thai", "Leelawadee UI", "Thonburi"]
    },
    Script {
        letters: "中国語漢字あア",
        families: &[
            "Noto Sans CJK SC",
            "Source Han Sans",
            "WenQuanYi Zen Hei",
            "Droid Sans Fallback",
            "Microsoft YaHei",
            "PingFang SC",
            "Hiragino Sans",
        ],
    },
    Script { letters: "中国語漢字", families: &["Droid Sans Fallback", "Microsoft YaHei", "PingFang SC"] },
    Script { letters: "あいアイ", families: &["Noto Sans CJK JP", "Droid Sans Fallback", "Yu Gothic"] },
    Script {
        letters: "한국어가",
        families: &["Noto Sans CJK KR", "Noto Sans KR", "Malgun Gothic", "Apple SD Gothic Neo", "Droid Sans Fallback"],
    },
    Script { letters: "অআক", families: &["Noto Sans Bengali", "Nirmala UI"] },
    Script { letters: "ਅਆਕ", families: &["Noto Sans Gurmukhi", "Nirmala UI"] },
    Script { letters: "અઆક", families: &["Noto Sans Gujarati", "Nirmala UI"] },
    Script { letters: "அஆக", families: &["Noto Sans Tamil", "Nirmala UI"] },
    Script { letters: "అఆక", families: &["Noto Sans Telugu", "Nirmala UI"] },
    Script { letters: "ಅಆಕ", families: &["Noto Sans Kannada", "Nirmala UI"] },
    Script { letters: "അആക", families: &["Noto Sans Malayalam", "Nirmala UI"] },
    Script { letters: "අආක", families: &["Noto Sans Sinhala", "Nirmala UI"] },
    Script { letters: "ກຂຄ", families: &["Noto Sans Lao", "Leelawadee UI"] },
    Script { letters: "ကခဂ", families: &["Noto Sans Myanmar", "Myanmar Text"] },
    Script { letters: "កខគ", families: &["Noto Sans Khmer", "Leelawadee UI"] },
    Script { letters: "აბგ", families: &["Noto Sans Georgian", "Sylfaen"] },
    Script { letters: "աբգ", families: &["Noto Sans Armenian", "Sylfaen"] },
    Script { letters: "አቡጊ", families: &["Noto Sans Ethiopic", "Ebrima"] },
    Script {
        letters: "✓★☎♫→∑",
        families: &["Noto Sans Symbols2", "Noto Sans Symbols", "Segoe UI Symbol", "DejaVu Sans"],
    },
];

/// The fonts that come with the program, under the names that the theme uses.
#[must_use]
pub fn bundled() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let text = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    fonts.families.insert(FontFamily::Name(theme::BOLD.into()), text);
    fonts
}

/// Looks for the machine's fonts on a thread of its own; the answer comes once.
#[must_use]
pub fn search() -> mpsc::Receiver<FontDefinitions> {
    let (found, answer) = mpsc::channel();
    let thread = thread::Builder::new().name("fonts".into()).spawn(move || {
        let mut database = Database::new();
        database.load_system_fonts();
        let fonts = with_fallbacks(bundled(), &database);
        tracing::debug!(faces = database.len(), taken = fonts.font_data.len(), "fonts chosen");
        // A window that was closed in the meantime needs no fonts.
        let _ = found.send(fonts);
    });
    if let Err(error) = thread {
        tracing::warn!(%error, "fonts of this machine are not used");
    }
    answer
}

/// Puts the machine's text font first, and a fall-back for every script behind.
fn with_fallbacks(mut fonts: FontDefinitions, database: &Database) -> FontDefinitions {
    let mut bytes_left = ALL_BYTES;
    let bold = FontFamily::Name(theme::BOLD.into());
    if let Some((regular, heavy)) = text_font(database) {
        let regular = add(&mut fonts, regular, &mut bytes_left);
        let heavy = heavy.and_then(|face| add(&mut fonts, face, &mut bytes_left)).or_else(|| regular.clone());
        for (family, name) in [(&FontFamily::Proportional, regular), (&bold, heavy)] {
            if let (Some(list), Some(name)) = (fonts.families.get_mut(family), name) {
                list.insert(0, name);
            }
        }
    }
    for script in &SCRIPTS {
        for (family, weight) in [(&FontFamily::Proportional, Weight::NORMAL), (&bold, Weight::BOLD)] {
            if let Some(name) = choose(database, script, weight).and_then(|face| add(&mut fonts, face, &mut bytes_left))
                && let Some(list) = fonts.families.get_mut(family)
                && !list.contains(&name)
            {
                list.push(name);
            }
        }
    }
    let text = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    if let Some(list) = fonts.families.get_mut(&FontFamily::Monospace) {
        list.extend(text);
    }
    fonts
}

/// A text font, regular and bold.
fn text_font(database: &Database) -> Option<(&FaceInfo, Option<&FaceInfo>)> {
    TEXT_FAMILIES.iter().find_map(|family| {
        let regular = named(database, family, Weight::NORMAL)?;
        let heavy = named(database, family, Weight::SEMIBOLD).or_else(|| named(database, family, Weight::BOLD));
        Some((regular, heavy))
    })
}

/// The font for a script: a preferred one, or the first upright one that has its letters.
fn choose<'a>(database: &'a Database, script: &Script, weight: Weight) -> Option<&'a FaceInfo> {
    let fits = |face: &&FaceInfo| shows(database, face, script.letters);
    script
        .families
        .iter()
        .flat_map(|family| [named(database, family, weight), named(database, family, Weight::NORMAL)])
        .flatten()
        .find(fits)
        .or_else(|| {
            let plain = |face: &&FaceInfo| is_plain(face) && face.weight == Weight::NORMAL && !face.monospaced;
            database.faces().filter(plain).find(fits)
        })
}

fn named<'a>(database: &'a Database, family: &str, weight: Weight) -> Option<&'a FaceInfo> {
    let is_named = |face: &&FaceInfo| face.families.iter().any(|(name, _)| name == family);
    database.faces().filter(is_named).find(|face| is_plain(face) && face.weight == weight)
}

fn is_plain(face: &FaceInfo) -> bool {
    face.style == Style::Normal && face.stretch == fontdb::Stretch::Normal
}

/// Whether the face has all these letters.
fn shows(database: &Database, face: &FaceInfo, letters: &str) -> bool {
    let shows_all = |data: &[u8], index| {
        ttf_parser::Face::parse(data, index)
            .is_ok_and(|face| letters.chars().all(|letter| face.glyph_index(letter).is_some()))
    };
    database.with_face_data(face.id, shows_all).unwrap_or(false)
}

/// Reads a face unless it is there or there is no room for it; answers its name.
fn add(fonts: &mut FontDefinitions, face: &FaceInfo, bytes_left: &mut u64) -> Option<String> {
    let name = format!("{}#{}", face.post_script_name, face.index);
    if fonts.font_data.contains_key(&name) {
        return Some(name);
    }
    let path = path(&face.source)?;
    let bytes = fs::metadata(&path).ok()?.len();
    if bytes > FILE_BYTES.min(*bytes_left) {
        return None;
    }
    let data = fs::read(&path).ok()?;
    *bytes_left -= bytes;
    fonts.font_data.insert(name.clone(), Arc::new(FontData { index: face.index, ..FontData::from_owned(data) }));
    Some(name)
}

fn path(source: &Source) -> Option<PathBuf> {
    match source {
        Source::File(path) | Source::SharedFile(path, _) => Some(Path::new(path).to_owned()),
        Source::Binary(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_fonts_on_the_machine_the_bundled_ones_are_kept() {
        let fonts = with_fallbacks(bundled(), &Database::new());
        assert_eq!(fonts.font_data.len(), bundled().font_data.len());
        assert!(!fonts.families[&FontFamily::Name(theme::BOLD.into())].is_empty());
    }

    #[test]
    fn every_family_names_only_fonts_that_are_there() {
        let mut database = Database::new();
        database.load_system_fonts();
        let fonts = with_fallbacks(bundled(), &database);
        for name in fonts.families.values().flatten() {
            assert!(fonts.font_data.contains_key(name), "{name}");
        }
        let bytes: usize = fonts.font_data.values().map(|font| font.font.len()).sum();
        assert!(bytes as u64 <= ALL_BYTES + (8 << 20), "{bytes}");
    }
}
