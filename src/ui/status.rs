//! The bar at the bottom: whether one is connected, where one is, who has the floor and what one's own voice does.

pub mod line;

use super::{Action, bidi, settings::Page, symbols, theme};
use crate::net::snapshot::{ConnectionState, Snapshot, TalkState};
use bevy_egui::egui::{self, Label, RichText, Sense, Ui, WidgetInfo, WidgetType, vec2};
use line::{FloorLine, Moment, Tone, floor_line};

/// Room kept in the bar for what stands behind its sentence, in points.
const BEHIND: f32 = 92.0;
/// The same in a narrow bar.
const BEHIND_NARROW: f32 = 48.0;
/// Width of the meter of the own microphone, in points.
const METER: f32 = 56.0;

/// Shows the bar in at most `width` points; `narrow` leaves out what can be seen elsewhere.
pub fn show(ui: &mut Ui, snapshot: &Snapshot, moment: Moment, narrow: bool, width: f32) -> Vec<Action> {
    let mut actions = Vec::new();
    ui.set_max_width(width);
    let left = ui.cursor().left();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 10.0;
        if connection(ui, snapshot, narrow) {
            actions.push(Action::ToggleQuality);
        }
        if !narrow {
            separator(ui);
            place(ui, snapshot);
        }
        microphone(ui, snapshot, &mut actions);
        let used = ui.cursor().left() - left;
        let behind = if narrow { BEHIND_NARROW } else { BEHIND };
        floor(ui, snapshot, moment, narrow, width - used - behind);
        if !narrow {
            separator(ui);
            if theme::quiet_button(ui, theme::muted("?")).on_hover_text("Keys and help (F1)").clicked() {
                actions.push(Action::ToggleHelp);
            }
        }
        if theme::quiet_button(ui, theme::muted("⚙")).on_hover_text("Settings").clicked() {
            actions.push(Action::ToggleSettings);
        }
    });
    actions
}

fn separator(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(vec2(1.0, 20.0), Sense::hover());
    ui.painter().rect_filled(rect, 0.0, theme::LINE);
}

/// Whether one is connected, and how fast; answers whether the measurements are asked for.
fn connection(ui: &mut Ui, snapshot: &Snapshot, narrow: bool) -> bool {
    let (color, text) = match snapshot.connection {
        ConnectionState::Connected => (theme::TALK, format!("{:.0} ms", snapshot.stats.rtt_ms)),
        ConnectionState::Retrying => (theme::ACCENT, "Connecting again…".to_owned()),
        ConnectionState::SigningIn => (theme::ACCENT, "Signing in…".to_owned()),
        ConnectionState::SignedOut => (theme::DANGER, "Signed out".to_owned()),
    };
    let is_short = narrow && snapshot.connection == ConnectionState::Connected;
    let shown = ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(9.0, 20.0), Sense::hover());
        ui.painter().circle_filled(rect.center(), 4.5, color);
        if !is_short {
            ui.label(theme::small(&text));
        }
    });
    let stats = &snapshot.stats;
    let heard = stats.voice_received + stats.voice_lost;
    let lost = if heard == 0 { 0.0 } else { stats.voice_lost as f64 * 100.0 / heard as f64 };
    let details = format!(
        "Round trip {:.0} ms, varies by {:.0} ms\nVoice: {lost:.1} % lost, {} ms buffered\nClick for the last minute",
        stats.rtt_ms, stats.jitter_ms, stats.buffer_ms
    );
    let response = shown.response.interact(Sense::click()).on_hover_cursor(egui::CursorIcon::PointingHand);
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, format!("Connection: {text}")));
    response.on_hover_text(details).clicked()
}

/// Who one is, and that one is in the hall; a room has a panel of its own.
fn place(ui: &mut Ui, snapshot: &Snapshot) {
    let Some(me) = &snapshot.me else { return };
    theme::portrait(ui, &me.name, 22.0).on_hover_text(bidi::line(&me.name));
    if me.room.is_none() {
        ui.label(theme::strong("Hall"));
    }
    separator(ui);
}

/// Whether voice really leaves this client, and whether there is anything that it could come from.
fn microphone(ui: &mut Ui, snapshot: &Snapshot, actions: &mut Vec<Action>) {
    if let Some(trouble) = &snapshot.devices.microphone {
        let label = format!("No microphone. {trouble}");
        let sign = symbols::place(ui, 18.0, &label, |painter, center| {
            symbols::microphone(painter, center, 17.0, theme::DANGER, false);
        });
        let sign = sign.interact(Sense::click()).on_hover_cursor(egui::CursorIcon::PointingHand);
        if sign.clicked() {
            actions.push(Action::ShowSettings(Page::Sound));
        }
        return;
    }
    if snapshot.notes.recording.is_some() {
        let label = "Your microphone is open for a voice note. Nobody hears it yet.";
        symbols::place(ui, 18.0, label, |painter, center| {
            symbols::microphone(painter, center, 17.0, theme::DANGER, true);
        });
        return;
    }
    let is_open = matches!(snapshot.talk, TalkState::Talking { mic_open: true, .. });
    // In a call that hears one by itself, this sign is about the room alone.
    let (label, color) = match (is_open, line::has_open_call(snapshot)) {
        (true, false) => ("Your microphone is open", theme::TALK),
        (false, false) => ("Your microphone is closed", theme::MUTED),
        (true, true) => ("The room hears you", theme::TALK),
        (false, true) => ("The room doesn't hear you", theme::MUTED),
    };
    symbols::place(ui, 18.0, label, |painter, center| symbols::microphone(painter, center, 17.0, color, is_open));
}

fn floor(ui: &mut Ui, snapshot: &Snapshot, moment: Moment, narrow: bool, width: f32) {
    let line = floor_line(snapshot, moment);
    let is_locked =
        matches!(snapshot.talk, TalkState::Queued { locked: true, .. } | TalkState::Talking { locked: true, .. });
    let has_level = !narrow && matches!(snapshot.talk, TalkState::Talking { mic_open: true, .. });
    let beside = if has_level { METER + 10.0 } else { 0.0 } + if is_locked { 28.0 } else { 0.0 };
    if is_locked {
        symbols::place(ui, 18.0, "Talk is locked on: press V to end it", |painter, center| {
            symbols::lock(painter, center, 17.0, theme::ACCENT);
        });
    }
    sentence(ui, &line, narrow, width - beside);
    if has_level {
        level(ui, snapshot.stats.microphone_level);
    }
}

/// The sentence: in a narrow bar small and in several lines, else cut short where there is no room for it.
fn sentence(ui: &mut Ui, line: &FloorLine, narrow: bool, mut width: f32) {
    if line.tone == Tone::Voice && !narrow {
        let (rect, _) = ui.allocate_exact_size(vec2(16.0, 18.0), Sense::hover());
        let time = ui.input(|input| input.time) as f32;
        theme::paint_voice(ui.painter(), rect.center(), 16.0, time, line.tone.color());
        ui.ctx().request_repaint();
        width -= 26.0;
    }
    ui.scope(|ui| {
        ui.set_max_width(width.max(40.0));
        let text =
            RichText::new(&line.text).color(line.tone.color()).family(egui::FontFamily::Name(theme::BOLD.into()));
        let label = if narrow { Label::new(text.small()).wrap() } else { Label::new(text).truncate() };
        ui.add(label);
    });
}

/// How loud the own microphone is.
fn level(ui: &mut Ui, level: f32) {
    let (rect, _) = ui.allocate_exact_size(vec2(METER, 8.0), Sense::hover());
    ui.painter().rect_filled(rect, 4.0, theme::WELL);
    let filled = rect.with_max_x(rect.left() + rect.width() * level.clamp(0.0, 1.0));
    ui.painter().rect_filled(filled, 4.0, theme::TALK);
}
