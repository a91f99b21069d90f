//! The page of keys and commands.

use super::theme;
use bevy_egui::egui::{self, Ui, vec2};

const KEYS: [(&str, &str); 10] = [
    ("W A S D, arrows", "Walk"),
    ("Click on the floor", "Walk there"),
    ("Hold V", "Talk to the room, while nobody else does"),
    ("Click on a person", "Write to them, walk to them, see who it is"),
    ("Wheel", "Nearer or farther"),
    ("Enter", "Write; again to send"),
    ("Shift + Enter", "A new line"),
    ("@ or Tab", "Complete a name"),
    ("Esc", "Back to the world"),
    ("F1 or ?", "This page"),
];

const COMMANDS: [(&str, &str); 4] =
    [("@NAME text", "A private message"), ("/msg NAME text", "The same"), ("/help", "This page"), ("/quit", "Leave")];

/// Shows the page.
pub fn show(ui: &mut Ui) {
    ui.label(theme::strong("Keys").heading());
    ui.add_space(4.0);
    table(ui, "keys", &KEYS);
    ui.add_space(12.0);
    ui.label(theme::strong("In the chat").heading());
    ui.add_space(4.0);
    table(ui, "commands", &COMMANDS);
}

fn table(ui: &mut Ui, id: &str, rows: &[(&str, &str)]) {
    egui::Grid::new(id).num_columns(2).spacing(vec2(20.0, 8.0)).show(ui, |ui| {
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
