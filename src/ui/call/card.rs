//! The call one is in, or that one rings: who, how long, whether it hears one, the pictures, and the buttons.

use super::{
    CallModel, controls, drawer, stage, tile,
    words::{self, Ear},
};
use crate::{
    net::snapshot::{CallView, ConnectionState, Snapshot},
    ui::{Action, symbols, theme},
};
use bevy_egui::egui::{
    self, Align, Color32, Label, Layout, Rect, RichText, Sense, TextStyle, Ui, Vec2, WidgetInfo, WidgetType, vec2,
};
use hallway_protocol::call::{CallKind, Presence};

/// Width of a small call's contents, in points.
pub const WIDTH: f32 = 288.0;
/// What a large call needs below its pictures, in points.
const BELOW: f32 = 46.0;
/// The same where something is opened below the buttons.
const BELOW_OPEN: f32 = 250.0;
/// Least height of a large call's pictures, in points.
const LEAST: f32 = 120.0;

/// Shows the call; `space` is what a large one may fill. Answers also how far its heading was dragged, if it was let go.
pub fn show(
    ui: &mut Ui,
    call: &CallView,
    model: &mut CallModel,
    snapshot: &Snapshot,
    space: Vec2,
) -> (Option<Vec2>, Vec<Action>) {
    let width = if model.large { space.x } else { WIDTH.min(space.x) };
    ui.set_width(width);
    let top = ui.cursor().top();
    let dragged = heading(ui, call, model, snapshot);
    lines(ui, call, snapshot);
    pictures(ui, call, model, snapshot, width, space.y - (ui.cursor().top() - top));
    let mut actions = controls::show(ui, call, model, snapshot);
    actions.extend(drawer::show(ui, call, model, snapshot));
    (dragged, actions)
}

/// Who it is with and for how long; a small call is dragged by it.
fn heading(ui: &mut Ui, call: &CallView, model: &CallModel, snapshot: &Snapshot) -> Option<Vec2> {
    let me = snapshot.me.as_ref().map(|me| me.id);
    let now = ui.input(|input| input.time);
    let rings = words::is_ringing_out(call, me);
    let title = words::title(call, snapshot);
    let title = if rings { format!("Ringing {title}…") } else { title };
    let row = ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(18.0, 24.0), Sense::hover());
        match call.kind {
            _ if rings => symbols::bell(ui.painter(), rect.center(), 17.0, now as f32, theme::ACCENT),
            CallKind::Video => symbols::camera(ui.painter(), rect.center(), 15.0, theme::TALK, true),
            CallKind::Voice => symbols::receiver(ui.painter(), rect.center(), 15.0, theme::TALK, false),
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let time = model.elapsed(now).map_or_else(String::new, words::clock);
            ui.label(theme::muted(time));
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add(Label::new(theme::strong(&title)).truncate().selectable(false));
            });
        });
    });
    ui.ctx().request_repaint_after(std::time::Duration::from_millis(250));
    if model.large {
        return None;
    }
    let response = row.response.interact(Sense::drag());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Other, true, "Drag the call to another corner"));
    let response = response.on_hover_cursor(egui::CursorIcon::Grab);
    response.drag_stopped().then(|| response.total_drag_delta()).flatten()
}

/// Whether the call hears one, and all that is wrong.
fn lines(ui: &mut Ui, call: &CallView, snapshot: &Snapshot) {
    let me = snapshot.me.as_ref().map(|me| me.id);
    ui.spacing_mut().item_spacing.y = 4.0;
    if words::is_ringing_out(call, me) {
        small(ui, "Nobody hears or sees you before the call is accepted.", theme::MUTED);
        return;
    }
    match snapshot.connection {
        ConnectionState::Connected => ear(ui, call, snapshot),
        _ => small(ui, "Your connection is lost; the call waits while it is tried again.", theme::ACCENT),
    }
    if let Some(text) = words::answered_by_itself(call, me) {
        small(ui, &text, theme::ACCENT);
    }
    let is_alone = call.room.is_some() && call.members.iter().all(|member| Some(member.person) == me);
    if is_alone {
        small(ui, "You are alone in it. Others in the room see that there is a call, and may join.", theme::MUTED);
    }
    for trouble in [&call.camera_trouble, &call.screen_trouble, &call.link_trouble].into_iter().flatten() {
        small(ui, trouble, theme::DANGER);
    }
}

/// The one line that tells the call's ear from the room's: it is never green while V talks to the room.
fn ear(ui: &mut Ui, call: &CallView, snapshot: &Snapshot) {
    let ear = words::ear(call, snapshot);
    let color = match ear {
        Ear::Hears => theme::TALK,
        Ear::Paused => theme::ACCENT,
        Ear::Shut | Ear::Floor | Ear::Opening => theme::MUTED,
        Ear::NoMicrophone => theme::DANGER,
    };
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(18.0, 16.0), Sense::hover());
        symbols::microphone(ui.painter(), rect.center(), 14.0, color, ear == Ear::Hears);
        let text = RichText::new(ear.words()).text_style(TextStyle::Small).color(color);
        ui.add(Label::new(text).wrap());
    });
    let camera = call.camera_wanted && !call.sending.camera && call.camera_trouble.is_none();
    if camera {
        small(ui, "Opening your camera…", theme::MUTED);
    }
}

fn small(ui: &mut Ui, text: &str, color: Color32) {
    ui.add(Label::new(RichText::new(text).text_style(TextStyle::Small).color(color)).wrap());
}

/// The pictures, or faces where nobody sends any. A call that rings shows whom.
fn pictures(ui: &mut Ui, call: &CallView, model: &mut CallModel, snapshot: &Snapshot, width: f32, left: f32) {
    let me = snapshot.me.as_ref().map(|me| me.id);
    ui.add_space(2.0);
    if !model.large && !tile::has_pictures(call) {
        tile::faces(ui, call, model, snapshot);
        ui.add_space(2.0);
        return;
    }
    let below = if model.drawer.is_some() { BELOW_OPEN } else { BELOW };
    let size = if model.large { vec2(width, (left - below).max(LEAST)) } else { stage::small_size(call, me, width) };
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    stage::show(ui, rect, call, model, snapshot);
    ui.add_space(4.0);
}

/// That one's screen is seen by others, wherever one looks; and the way to end it.
pub fn banner(ui: &mut Ui, call: &CallView) -> Vec<Action> {
    let mut actions = Vec::new();
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(22.0, 24.0), Sense::hover());
        symbols::screen(ui.painter(), rect.center(), 18.0, theme::DANGER);
        let watchers = call.members.iter().filter(|member| matches!(member.presence, Presence::Joined { .. })).count();
        let word = match watchers.saturating_sub(1) {
            0 => "You are sharing your screen".to_owned(),
            1 => "1 person sees your screen".to_owned(),
            many => format!("{many} people see your screen"),
        };
        ui.label(theme::strong(word));
        if ui.add(egui::Button::new("Stop sharing").fill(theme::RAISED_HOVER)).clicked() {
            actions.push(Action::Send(crate::net::commands::Command::StopScreen));
        }
    });
    actions
}

/// Where a small call stands in its space, in which corner.
#[must_use]
pub fn corner_of(center: egui::Pos2, space: Rect) -> super::Corner {
    super::Corner { left: center.x < space.center().x, bottom: center.y > space.center().y }
}
