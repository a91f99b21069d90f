//! How well somebody is heard: a quiet sign with the reason behind it, and on demand the last minute in plots.

pub mod plots;

use super::{bidi, symbols, theme};
use crate::net::snapshot::{Grade, Snapshot, TalkerQuality};
use bevy_egui::egui::{Color32, Id, Rect, Sense, Ui, WidgetInfo, WidgetType};
use hallway_protocol::ids::PersonId;

/// How well a person is heard, where that is known.
#[must_use]
pub fn of(person: PersonId, snapshot: &Snapshot) -> Option<&TalkerQuality> {
    snapshot.stats.talkers.iter().find(|heard| heard.person == person)
}

/// The sign for one talker at a place of its own.
pub fn sign(ui: &mut Ui, rect: Rect, heard: &TalkerQuality, snapshot: &Snapshot) {
    let (filled, color) = look(heard.grade);
    symbols::bars(ui.painter(), rect.center(), rect.height().min(13.0), filled, color);
    let id = ui.id().with(("quality", Id::new(heard.person)));
    let response = ui.interact(rect, id, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Image, true, words(heard, snapshot)));
    response.on_hover_text(words(heard, snapshot));
}

/// Shape and colour: three bars, two, or one. A good sound needs no attention.
fn look(grade: Grade) -> (usize, Color32) {
    match grade {
        Grade::Good => (3, theme::MUTED),
        Grade::Fair => (2, theme::ACCENT),
        Grade::Poor => (1, theme::DANGER),
    }
}

/// A grade as a word.
#[must_use]
pub fn word(grade: Grade) -> &'static str {
    match grade {
        Grade::Good => "good",
        Grade::Fair => "fair",
        Grade::Poor => "poor",
    }
}

/// The sign in words, with the reason and the numbers behind it.
#[must_use]
pub fn words(heard: &TalkerQuality, snapshot: &Snapshot) -> String {
    let whose = match (&snapshot.me, snapshot.person(heard.person)) {
        (Some(me), _) if me.id == heard.person => "Your sound, as others hear it".to_owned(),
        (_, Some(person)) => format!("Sound of {}", bidi::line(&person.name)),
        (_, None) => "Sound".to_owned(),
    };
    format!(
        "{whose}: {}. {}\nLoss {:.1} %, jitter {:.0} ms, buffer {:.0} ms",
        word(heard.grade),
        heard.reason,
        heard.loss * 100.0,
        heard.jitter_ms,
        heard.buffer_ms
    )
}
