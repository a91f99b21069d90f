//! What a person may set: about sound, calls, the account, the chat, and the window.

use super::{
    Action,
    account::{self, AccountModel},
    call::{self, CallModel},
    chat,
    sound::{self, SoundModel},
    theme,
};
use crate::net::snapshot::Snapshot;
use bevy_egui::egui::{ScrollArea, Slider, Ui};

/// Width of the settings, in points.
const WIDTH: f32 = 430.0;
/// Width kept for the scroll bar, in points.
const SCROLL_BAR: f32 = 12.0;
/// Height of every page, in points, where the window has it. One height for all: the settings stand in the middle, and
/// the tabs are to stay where they were clicked.
const HEIGHT: f32 = 560.0;
/// What the window keeps round the settings, in points.
const AROUND: f32 = 150.0;

/// What is set about the window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Text is drawn this many times its usual size.
    pub text_scale: f32,
    /// Everything is drawn this many times its usual size.
    pub scale: f32,
    /// Whether names stand over everybody, or only over those under the pointer and those who talk.
    pub all_names: bool,
}

/// A page of the settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Page {
    /// Microphone, speaker and everything about voice.
    #[default]
    Sound,
    /// Who may ring, and the camera.
    Calls,
    /// The own name and its password.
    Account,
    /// Sizes and names.
    Window,
    /// Whose pictures come by themselves.
    Chat,
}

impl Default for Settings {
    fn default() -> Self {
        Self { text_scale: 1.0, scale: 1.0, all_names: true }
    }
}

/// Shows the settings.
pub fn show(
    ui: &mut Ui,
    page: &mut Page,
    settings: &mut Settings,
    sound: &mut SoundModel,
    calls: &mut CallModel,
    own: &mut AccountModel,
    snapshot: &Snapshot,
) -> Vec<Action> {
    ui.set_width(WIDTH);
    ui.horizontal(|ui| {
        ui.label(theme::strong("Settings").heading());
        ui.add_space(12.0);
        ui.selectable_value(page, Page::Sound, "Sound");
        ui.selectable_value(page, Page::Calls, "Calls");
        ui.selectable_value(page, Page::Chat, "Chat");
        ui.selectable_value(page, Page::Account, "Account");
        ui.selectable_value(page, Page::Window, "Window");
    });
    ui.add_space(6.0);
    let height = (ui.ctx().content_rect().height() - AROUND).clamp(200.0, HEIGHT);
    ScrollArea::vertical()
        .auto_shrink(false)
        .min_scrolled_height(height)
        .max_height(height)
        .show(ui, |ui| {
            ui.set_width(WIDTH - SCROLL_BAR);
            match page {
                Page::Sound => sound::show(ui, sound, snapshot),
                Page::Calls => call::page::show(ui, calls, snapshot),
                Page::Account => account::show(ui, own, snapshot),
                Page::Chat => chat::page::show(ui, snapshot),
                Page::Window => {
                    window(ui, settings);
                    Vec::new()
                }
            }
        })
        .inner
}

fn window(ui: &mut Ui, settings: &mut Settings) {
    let label = ui.label(theme::muted("Text size")).id;
    ui.add(Slider::new(&mut settings.text_scale, 0.8..=1.6).step_by(0.1).suffix(" ×")).labelled_by(label);
    ui.add_space(4.0);
    let label = ui.label(theme::muted("Size of everything")).id;
    ui.add(Slider::new(&mut settings.scale, 0.8..=2.0).step_by(0.1).suffix(" ×")).labelled_by(label);
    ui.add_space(6.0);
    theme::checkbox(ui, &mut settings.all_names, "Names over everybody");
}
