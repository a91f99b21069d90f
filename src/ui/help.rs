//! The page of keys and commands.

use super::theme;
use bevy_egui::egui::{self, Ui, vec2};

/// What the window keeps round the page, in points.
const AROUND: f32 = 100.0;

const KEYS: [(&str, &str); 15] = [
    ("W A S D, arrows", "Walk"),
    ("Click on the floor", "Walk there"),
    ("Hold V", "Talk to the room; wait in line while somebody else does"),
    ("V twice", "Lock talk on, where the settings allow it; V ends it"),
    ("Enter, Esc", "When your turn comes: play what you said meanwhile, or not"),
    ("Click on a person", "Write to them, call them, walk to them, see who it is"),
    ("Tab, Enter", "When somebody rings: reach Accept, and press it"),
    ("Wheel", "Nearer or farther"),
    ("Enter, otherwise", "Write; again to send"),
    ("Shift + Enter", "A new line"),
    ("Arrow up, in an empty field", "Edit your last message"),
    ("@ or Tab", "Complete a name"),
    ("Ctrl + F", "Search what was said"),
    ("Esc, in a field", "Back to the world"),
    ("F1 or ?", "This page"),
];

const COMMANDS: [(&str, &str); 4] =
    [("@NAME text", "A private message"), ("/msg NAME text", "The same"), ("/help", "This page"), ("/quit", "Leave")];

/// Shows the page.
pub fn show(ui: &mut Ui) {
    let height = (ui.ctx().content_rect().height() - AROUND).max(200.0);
    egui::ScrollArea::vertical().min_scrolled_height(height).max_height(height).show(ui, |ui| {
        ui.label(theme::strong("Keys").heading());
        ui.add_space(4.0);
        table(ui, "keys", &KEYS);
        ui.add_space(10.0);
        ui.label(theme::strong("In the chat").heading());
        ui.add_space(4.0);
        table(ui, "commands", &COMMANDS);
    });
}

fn table(ui: &mut Ui, id: &str, rows: &[(&str, &str)]) {
    egui::Grid::new(id).num_columns(2).spacing(vec2(20.0, 5.0)).show(ui, |ui| {
        for (key, what) in rows {
            egui::Frame::new()
                .fill(theme::WELL)
                .corner_radius(6)
                .inner_margin(egui::Margin::symmetric(8, 3))
                .show(ui, |ui| ui.label(theme::strong(*key).size(13.0)));
            ui.label(theme::muted(*what));
            ui.end_row();
        }
    });
}
