//! What a person may set about the window: the size of text, and of everything.

use super::theme;
use bevy_egui::egui::{Slider, Ui};

/// The settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Text is drawn this many times its usual size.
    pub text_scale: f32,
    /// Everything is drawn this many times its usual size.
    pub scale: f32,
    /// Whether names stand over everybody, or only over those under the pointer and those who talk.
    pub all_names: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { text_scale: 1.0, scale: 1.0, all_names: true }
    }
}

/// Shows the settings.
pub fn show(ui: &mut Ui, settings: &mut Settings) {
    ui.label(theme::strong("Settings").heading());
    ui.add_space(6.0);
    ui.label(theme::muted("Text size"));
    ui.add(Slider::new(&mut settings.text_scale, 0.8..=1.6).step_by(0.1).show_value(true).suffix(" ×"));
    ui.add_space(4.0);
    ui.label(theme::muted("Size of everything"));
    ui.add(Slider::new(&mut settings.scale, 0.8..=2.0).step_by(0.1).show_value(true).suffix(" ×"));
    ui.add_space(6.0);
    ui.checkbox(&mut settings.all_names, "Names over everybody");
}
