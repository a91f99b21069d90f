//! The buttons of the call one is in: own microphone, camera, screen, who else, how large, and the end.

use super::{
    CallModel, Drawer,
    words::{self, Ear},
};
use crate::{
    net::{
        commands::Command,
        snapshot::{CallView, Snapshot},
    },
    ui::{Action, symbols, theme},
};
use bevy_egui::egui::{
    Color32, Pos2, Rect, Response, Sense, Stroke, StrokeKind, Ui, WidgetInfo, WidgetType, pos2, vec2,
};
use hallway_protocol::limits;

/// A button's size, in points.
const SIZE: [f32; 2] = [38.0, 36.0];

/// How a button stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    /// What it is about is on.
    On,
    /// It is off.
    Off,
    /// It opens something, which is open.
    Open,
    /// It can't be used.
    Disabled,
    /// It ends the call.
    End,
}

/// Shows the row.
pub fn show(ui: &mut Ui, call: &CallView, model: &mut CallModel, snapshot: &Snapshot) -> Vec<Action> {
    let mut actions = Vec::new();
    let me = snapshot.me.as_ref().map(|me| me.id);
    let rings = words::is_ringing_out(call, me);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        microphone(ui, call, snapshot, &mut actions);
        camera(ui, call, model, &mut actions);
        if !rings {
            screen(ui, call, model, &mut actions);
            people(ui, call, model);
            size(ui, model);
        }
        end(ui, rings, &mut actions);
    });
    actions
}

fn microphone(ui: &mut Ui, call: &CallView, snapshot: &Snapshot, actions: &mut Vec<Action>) {
    let ear = words::ear(call, snapshot);
    let (look, label) = match ear {
        Ear::Floor => (Look::Disabled, "Your microphone follows V here: the room's floor rules this call"),
        Ear::Shut => (Look::Off, "Open your microphone to the call"),
        Ear::Hears | Ear::Opening => (Look::On, "Close your microphone to the call"),
        Ear::Paused => (Look::On, "Close your microphone to the call (paused now: V talks to the room)"),
        Ear::NoMicrophone => (Look::On, "Close your microphone to the call (there is no microphone)"),
    };
    let (color, is_open) = match ear {
        Ear::Hears => (theme::TALK, true),
        Ear::Paused | Ear::Opening => (theme::ACCENT, false),
        Ear::Shut | Ear::NoMicrophone => (theme::DANGER, false),
        Ear::Floor => (theme::MUTED, false),
    };
    let button = button(ui, look, label, |painter, center, _| {
        symbols::microphone(painter, center, 19.0, color, is_open);
    });
    if button.clicked() && look != Look::Disabled {
        actions.push(Action::Send(Command::SetCallMicrophone(!call.microphone_wanted)));
    }
}

/// The camera, and beside it which one.
fn camera(ui: &mut Ui, call: &CallView, model: &mut CallModel, actions: &mut Vec<Action>) {
    let (look, label) = match call.camera_wanted {
        true => (Look::On, "Switch your camera off"),
        false => (Look::Off, "Switch your camera on"),
    };
    let color = match (call.camera_wanted, call.sending.camera) {
        (_, true) => theme::TALK,
        (true, false) => theme::ACCENT,
        (false, false) => theme::MUTED,
    };
    let is_on = call.camera_wanted;
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.x = 1.0;
        let button = button(ui, look, label, |painter, center, _| symbols::camera(painter, center, 19.0, color, is_on));
        if button.clicked() {
            actions.push(Action::Send(Command::SetCamera(!call.camera_wanted)));
        }
        opener(ui, model, Drawer::Cameras, "Choose a camera");
    });
}

/// A narrow button that opens a choice.
fn opener(ui: &mut Ui, model: &mut CallModel, drawer: Drawer, label: &str) {
    let is_open = model.drawer == Some(drawer);
    let (rect, response) = ui.allocate_exact_size(vec2(20.0, SIZE[1]), Sense::click());
    fill(ui, rect, &response, if is_open { Look::Open } else { Look::Off });
    let (center, half) = (rect.center(), 3.5);
    let tip = if is_open { -half / 2.0 } else { half / 2.0 };
    let stroke = Stroke::new(1.6, theme::TEXT);
    for side in [-1.0, 1.0] {
        ui.painter().line_segment([center + vec2(side * half, -tip), center + vec2(0.0, tip)], stroke);
    }
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, label));
    if response.on_hover_text(label).clicked() {
        model.drawer = (!is_open).then_some(drawer);
    }
}

fn screen(ui: &mut Ui, call: &CallView, model: &mut CallModel, actions: &mut Vec<Action>) {
    let now = ui.input(|input| input.time);
    let impossible = model.screens.once(now).as_ref().err().map(ToString::to_string);
    let is_open = model.drawer == Some(Drawer::Screens);
    let (look, label) = match (&impossible, call.sending.screen) {
        (_, true) => (Look::On, "Stop sharing your screen".to_owned()),
        (Some(why), false) => (Look::Disabled, format!("Sharing a screen is not possible. {why}")),
        (None, false) => (if is_open { Look::Open } else { Look::Off }, "Share a screen or a window…".to_owned()),
    };
    let color = match look {
        Look::On => theme::TALK,
        Look::Disabled => theme::MUTED.gamma_multiply(0.5),
        _ => theme::MUTED,
    };
    let button = button(ui, look, &label, |painter, center, _| symbols::screen(painter, center, 19.0, color));
    if !button.clicked() {
        return;
    }
    match look {
        Look::On => actions.push(Action::Send(Command::StopScreen)),
        // The reason is shown where there is room for it.
        _ => model.drawer = (!is_open).then_some(Drawer::Screens),
    }
}

fn people(ui: &mut Ui, call: &CallView, model: &mut CallModel) {
    let is_open = model.drawer == Some(Drawer::People);
    let is_full = call.members.len() >= limits::CALL_MEMBERS;
    let (look, label) = match (is_full, is_open) {
        (true, _) => (Look::Disabled, "This call is full"),
        (false, true) => (Look::Open, "Ask somebody into the call…"),
        (false, false) => (Look::Off, "Ask somebody into the call…"),
    };
    let button = button(ui, look, label, |painter, center, color| symbols::person_plus(painter, center, 20.0, color));
    if button.clicked() && !is_full {
        model.drawer = (!is_open).then_some(Drawer::People);
    }
}

fn size(ui: &mut Ui, model: &mut CallModel) {
    let label = if model.large { "Make the call small" } else { "Make the call large" };
    let large = model.large;
    let button =
        button(ui, Look::Off, label, |painter, center, color| symbols::corners(painter, center, 18.0, color, !large));
    if button.clicked() {
        (model.large, model.chosen) = (!large, None);
    }
}

fn end(ui: &mut Ui, rings: bool, actions: &mut Vec<Action>) {
    let label = if rings { "Cancel" } else { "Hang up" };
    let button = button(ui, Look::End, label, |painter, center, _| {
        symbols::receiver(painter, center, 20.0, theme::ON_ACCENT, true);
    });
    if button.clicked() {
        actions.push(Action::Send(Command::HangUp));
    }
}

/// A button with a sign; `label` is what it says, to screen readers too.
fn button(
    ui: &mut Ui,
    look: Look,
    label: &str,
    sign: impl FnOnce(&bevy_egui::egui::Painter, Pos2, Color32),
) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(SIZE[0], SIZE[1]), Sense::click());
    fill(ui, rect, &response, look);
    let color = if look == Look::Disabled { theme::MUTED.gamma_multiply(0.5) } else { theme::TEXT };
    sign(ui.painter(), pos2(rect.center().x, rect.center().y), color);
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, look != Look::Disabled, label));
    response.on_hover_text(label)
}

fn fill(ui: &Ui, rect: Rect, response: &Response, look: Look) {
    let hovered = response.hovered() && look != Look::Disabled;
    let color = match (look, hovered) {
        (Look::End, false) => theme::DANGER,
        (Look::End, true) => Color32::from_rgb(255, 150, 138),
        (Look::Open, _) | (_, true) => theme::RAISED_HOVER,
        _ => theme::RAISED,
    };
    ui.painter().rect_filled(rect, 9.0, color);
    if response.has_focus() {
        ui.painter().rect_stroke(rect, 9.0, Stroke::new(2.0, theme::ACCENT), StrokeKind::Outside);
    }
}
