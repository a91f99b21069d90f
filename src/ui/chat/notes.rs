//! Voice notes beside the text field: the button that records one while it is held, and in place of the field the note
//! while it is recorded and before it is sent.
//!
//! Holding the button and letting go is one way; a short press goes on recording until it is pressed again, for those who
//! can't hold. Esc, or letting go elsewhere, throws the note away.

mod player;

use crate::{
    net::{
        commands::Command,
        snapshot::{NoteKey, NotesView, Snapshot},
    },
    ui::{Action, status::line, symbols, theme},
};
use bevy_egui::egui::{
    self, Color32, Id, Key, Painter, Pos2, Rect, Response, Sense, TextStyle, Ui, WidgetInfo, WidgetType, vec2,
};
use hallway_protocol::{chat::Conversation, limits::NOTE_LENGTH};
pub(super) use player::in_a_line;
pub use player::{Scrub, player};
use std::time::Duration;

/// A press shorter than this, in seconds, is no holding: recording goes on.
const SHORT_PRESS: f64 = 0.4;
/// Letting go farther than this from the button, in points, throws the note away.
const AWAY: f32 = 90.0;
/// How long before the longest note's end its clock warns.
const WARNS: Duration = Duration::from_secs(15);
/// Size of the button beside the field, in points.
pub(super) const BUTTON: f32 = 38.0;

/// What is remembered of the button and of the notes in the lines.
#[derive(Default)]
pub struct NotesModel {
    held: Option<Held>,
    /// A place that is being chosen in a note.
    pub(super) scrub: Scrub,
}

/// The button is down.
struct Held {
    /// Since when, in seconds of the window's clock.
    since: f64,
    /// Where the button is.
    button: Rect,
}

/// The button beside the field.
pub(super) fn button(ui: &mut Ui, model: &mut NotesModel, actions: &mut Vec<Action>) {
    let (rect, response) = ui.allocate_exact_size(vec2(BUTTON, BUTTON), Sense::click_and_drag());
    let color = if response.hovered() || response.has_focus() { theme::TEXT } else { theme::MUTED };
    let fill = if response.hovered() { theme::RAISED_HOVER } else { theme::RAISED };
    ui.painter().rect_filled(rect, 10.0, fill);
    symbols::microphone(ui.painter(), rect.center(), 19.0, color, true);
    focus_ring(ui, &response);
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, "Record a voice note"));
    let is_pressed = response.is_pointer_button_down_on() && ui.input(|input| input.pointer.primary_pressed());
    let by_key = response.clicked() && !ui.input(|input| input.pointer.primary_released());
    if is_pressed {
        model.held = Some(Held { since: ui.input(|input| input.time), button: rect });
    }
    if is_pressed || by_key {
        actions.push(Action::Send(Command::RecordNote));
    }
    response.on_hover_text("Hold to record a voice note, or press once to begin and once to end");
}

/// Shows the note that is recorded, or that was and is not sent. False where there is none.
pub(super) fn bar(
    ui: &mut Ui,
    model: &mut NotesModel,
    snapshot: &Snapshot,
    to: Conversation,
    actions: &mut Vec<Action>,
) -> bool {
    if snapshot.notes.recording.is_some() {
        recording(ui, model, snapshot, actions);
    } else if snapshot.notes.draft.is_some() {
        model.held = None;
        draft(ui, model, snapshot, to, actions);
    } else {
        // The session has not begun yet, or it has refused.
        let_go(ui, model, actions);
        return false;
    }
    true
}

/// How high the bar is, where there is one.
pub(super) fn bar_height(ui: &Ui, snapshot: &Snapshot) -> Option<f32> {
    let hint = ui.text_style_height(&TextStyle::Small) + ui.spacing().item_spacing.y;
    match &*snapshot.notes {
        NotesView { recording: Some(_), .. } => Some(BUTTON + hint),
        NotesView { draft: Some(_), .. } => Some(BUTTON),
        _ => None,
    }
}

/// What the pointer does with the button that it holds.
fn let_go(ui: &Ui, model: &mut NotesModel, actions: &mut Vec<Action>) {
    let Some(held) = &model.held else { return };
    let (down, focused, time) = ui.input(|input| (input.pointer.primary_down(), input.focused, input.time));
    if down && focused {
        ui.ctx().request_repaint();
        return;
    }
    let is_short = time - held.since < SHORT_PRESS;
    let is_away = ui.ctx().pointer_latest_pos().is_some_and(|at| held.button.distance_to_pos(at) > AWAY);
    model.held = None;
    if is_away && focused {
        actions.push(Action::Send(Command::DiscardNote));
    } else if !is_short {
        actions.push(Action::Send(Command::FinishNote));
    }
}

fn recording(ui: &mut Ui, model: &mut NotesModel, snapshot: &Snapshot, actions: &mut Vec<Action>) {
    let recorded = snapshot.notes.recording.unwrap_or_default();
    let is_away = model
        .held
        .as_ref()
        .is_some_and(|held| ui.ctx().pointer_latest_pos().is_some_and(|at| held.button.distance_to_pos(at) > AWAY));
    ui.horizontal(|ui| {
        ui.set_min_height(BUTTON);
        if sign(ui, "Discard the note", theme::MUTED, symbols::media::bin).clicked() {
            model.held = None;
            actions.push(Action::Send(Command::DiscardNote));
        }
        let time = ui.input(|input| input.time) as f32;
        let (rect, dot) = ui.allocate_exact_size(vec2(12.0, BUTTON), Sense::hover());
        let beat = 0.65 + 0.35 * (time * 4.0).sin();
        ui.painter().circle_filled(rect.center(), 5.0, theme::DANGER.gamma_multiply(beat));
        dot.widget_info(|| WidgetInfo::labeled(WidgetType::Image, true, "Your microphone is open for a note"));
        let color = if recorded + WARNS >= NOTE_LENGTH { theme::ACCENT } else { theme::TEXT };
        ui.label(theme::strong(line::clock(recorded)).color(color));
        let right = BUTTON + ui.spacing().item_spacing.x;
        meter(ui, snapshot.stats.microphone_level, ui.available_width() - right);
        if sign(ui, "End the note", theme::DANGER, symbols::media::stop).clicked() && model.held.is_none() {
            actions.push(Action::Send(Command::FinishNote));
        }
    });
    let hint = match (&model.held, is_away) {
        (Some(_), true) => "Let go here to throw it away",
        (Some(_), false) => "Let go to listen to it first; Esc throws it away",
        (None, _) => "Nobody hears it yet; Esc throws it away",
    };
    ui.label(theme::small(hint));
    if ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, Key::Escape)) {
        model.held = None;
        actions.push(Action::Send(Command::DiscardNote));
    }
    let_go(ui, model, actions);
    ui.ctx().request_repaint();
}

fn draft(ui: &mut Ui, model: &mut NotesModel, snapshot: &Snapshot, to: Conversation, actions: &mut Vec<Action>) {
    let Some(note) = &snapshot.notes.draft else { return };
    ui.horizontal(|ui| {
        ui.set_min_height(BUTTON);
        if sign(ui, "Discard the note", theme::MUTED, symbols::media::bin).clicked() {
            actions.push(Action::Send(Command::DiscardNote));
        }
        let width = ui.available_width() - 64.0 - ui.spacing().item_spacing.x;
        ui.allocate_ui(vec2(width, BUTTON), |ui| {
            player(ui, NoteKey::Draft, note.length, &note.waveform, snapshot, &mut model.scrub, actions);
        });
        if theme::primary_button(ui, "Send", 64.0).clicked() {
            actions.push(Action::Send(Command::SendNote { to }));
        }
    });
}

/// How loud it is.
fn meter(ui: &mut Ui, level: f32, width: f32) {
    let (rect, response) = ui.allocate_exact_size(vec2(width.max(10.0), 10.0), Sense::hover());
    let level = level.clamp(0.0, 1.0);
    ui.painter().rect_filled(rect, 5.0, theme::WELL);
    ui.painter().rect_filled(rect.with_max_x(rect.left() + rect.width() * level), 5.0, theme::TALK);
    response.widget_info(|| {
        let label = format!("Level of the microphone: {:.0} %", level * 100.0);
        WidgetInfo::labeled(WidgetType::ProgressIndicator, true, label)
    });
}

/// A button with a drawn sign.
fn sign(ui: &mut Ui, label: &str, color: Color32, paint: fn(&Painter, Pos2, f32, Color32)) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(32.0, 32.0), Sense::click());
    if response.hovered() {
        ui.painter().rect_filled(rect, 9.0, theme::RAISED_HOVER);
    }
    paint(ui.painter(), rect.center(), 17.0, if response.hovered() { theme::TEXT } else { color });
    focus_ring(ui, &response);
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, label));
    response.on_hover_text(label)
}

fn focus_ring(ui: &Ui, response: &Response) {
    if response.has_focus() {
        let stroke = egui::Stroke::new(1.0, theme::ACCENT);
        ui.painter().rect_stroke(response.rect, 9.0, stroke, egui::StrokeKind::Inside);
    }
}

/// The id of a note's place, which is a slider to those who can't see it.
fn place_id(key: NoteKey) -> Id {
    Id::new(("note place", key))
}
