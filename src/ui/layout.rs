//! Where the panels stand: rooms and people at the left, the chat at the right, the bar below, the world between.

use super::{
    Action, UiState,
    call::{self, card, ring},
    chat::{self, link, pictures},
    floor::{self, rules},
    help, menu, offer, people,
    quality::plots,
    rooms::{self, new_room},
    search, send_away, settings, sign_in,
    status::{self, line::Moment},
    theme, toasts,
};
use crate::net::{
    commands::Command,
    snapshot::{ConnectionState, Snapshot},
};
use bevy_egui::egui::{self, Align2, Area, Context, Id, Order, Rect, Ui, Vec2, pos2, vec2};
use std::time::Instant;

/// Width of the lists, in points.
const LISTS_WIDTH: f32 = 244.0;
/// Width of the chat where the window has room, in points.
const CHAT_WIDTH: f32 = 356.0;
/// Windows narrower than this (in points) show no lists beside the world.
const NARROW: f32 = 940.0;
/// A bar with less room than this (in points) leaves something out.
const NARROW_BAR: f32 = 450.0;
/// Height of the bar with its distance from the edge, in points.
const BAR: f32 = 64.0;

/// Draws everything; answers the part of the window that is left to the world, and what is to be done.
pub fn show(ctx: &Context, state: &mut UiState, snapshot: &Snapshot) -> (Rect, Vec<Action>) {
    let window = ctx.content_rect();
    state.call.follow(snapshot, ctx.input(|input| input.time));
    let is_in =
        snapshot.me.is_some() && matches!(snapshot.connection, ConnectionState::Connected | ConnectionState::Retrying);
    let (free, mut actions) = if is_in {
        in_the_world(ctx, state, snapshot)
    } else {
        let mut actions = sign_in_card(ctx, state, snapshot);
        actions.extend(notices(ctx, state, window));
        (window, actions)
    };
    if state.sound.test_is_out_of_sight(snapshot) {
        actions.push(Action::Send(Command::StopSoundTest));
    }
    state.call.trial.shut_out_of_sight();
    (free, actions)
}

fn in_the_world(ctx: &Context, state: &mut UiState, snapshot: &Snapshot) -> (Rect, Vec<Action>) {
    let window = ctx.content_rect();
    let mut actions = Vec::new();
    let mut free = window.shrink(theme::GAP);
    // First, so that Tab comes to it first.
    actions.extend(rings(ctx, state, snapshot));
    if window.width() >= NARROW {
        let rect = Rect::from_min_size(free.min, vec2(LISTS_WIDTH, free.height()));
        actions.extend(panel(ctx, "lists", rect, |ui| lists(ui, state, snapshot)));
        free.min.x = rect.right() + theme::GAP;
    }
    let width = CHAT_WIDTH.max(window.width() * 0.24).min(460.0).min(free.width() * 0.6);
    let rect = Rect::from_min_max(pos2(free.right() - width, free.top()), free.max);
    actions.extend(panel(ctx, "chat", rect, |ui| chat::show(ui, &mut state.chat, snapshot)));
    free.max.x = rect.left() - theme::GAP;
    actions.extend(bar(ctx, state, snapshot, free));
    free.max.y -= BAR;
    let (panel, wanted) = room_panel(ctx, state, snapshot, free);
    actions.extend(wanted);
    actions.extend(offered(ctx, snapshot, free, panel));
    actions.extend(measurements(ctx, state, snapshot, free));
    let mut below = free;
    below.min.y += sharing(ctx, snapshot, free, &mut actions);
    let (call, wanted) = current_call(ctx, state, snapshot, below, panel);
    actions.extend(wanted);
    actions.extend(notices(ctx, state, beside(below, call)));
    actions.extend(person_menu(ctx, state, snapshot));
    actions.extend(dialogs(ctx, state, snapshot));
    (free, actions)
}

/// A card at a fixed place.
fn panel<R>(ctx: &Context, id: &'static str, rect: Rect, contents: impl FnOnce(&mut Ui) -> R) -> R {
    let area = Area::new(Id::new(id)).order(Order::Middle).fixed_pos(rect.min).constrain(false).fade_in(false);
    area.default_size(rect.size())
        .show(ctx, |ui| {
            let frame = theme::card();
            let inner = rect.size() - frame.total_margin().sum();
            frame
                .show(ui, |ui| {
                    ui.set_min_size(inner);
                    ui.set_max_size(inner);
                    contents(ui)
                })
                .inner
        })
        .inner
}

/// A card that is as large as what is in it.
fn floating<R>(
    ctx: &Context,
    id: &'static str,
    order: Order,
    pivot: Align2,
    at: egui::Pos2,
    frame: egui::Frame,
    contents: impl FnOnce(&mut Ui) -> R,
) -> egui::InnerResponse<R> {
    let area = Area::new(Id::new(id)).order(order).pivot(pivot).fixed_pos(at).fade_in(false);
    area.show(ctx, |ui| frame.show(ui, contents).inner)
}

fn lists(ui: &mut Ui, state: &mut UiState, snapshot: &Snapshot) -> Vec<Action> {
    let half = ui.available_height() * 0.54;
    ui.label(theme::strong("Rooms").heading());
    let size = vec2(ui.available_width(), half - 30.0);
    let mut actions = ui
        .allocate_ui(size, |ui| {
            ui.set_min_size(size);
            rooms::show(ui, &mut state.rooms, snapshot)
        })
        .inner;
    ui.add_space(8.0);
    ui.horizontal(|ui| {
        ui.label(theme::strong("People").heading());
        ui.label(theme::muted(snapshot.people.len().to_string()));
    });
    actions.extend(people::show(ui, &mut state.people, snapshot));
    actions
}

fn sign_in_card(ctx: &Context, state: &mut UiState, snapshot: &Snapshot) -> Vec<Action> {
    sign_in::backdrop(ctx);
    let frame = theme::card().inner_margin(28).corner_radius(20);
    let center = ctx.content_rect().center();
    let contents = |ui: &mut Ui| sign_in::show(ui, &mut state.sign_in, &mut state.sound, snapshot);
    floating(ctx, "sign in", Order::Middle, Align2::CENTER_CENTER, center, frame, contents).inner
}

fn bar(ctx: &Context, state: &UiState, snapshot: &Snapshot, free: Rect) -> Vec<Action> {
    let frame = theme::card().inner_margin(egui::Margin::symmetric(16, 7)).corner_radius(24);
    let time = ctx.input(|input| input.time);
    let moment = Moment { now: Instant::now(), typing: state.chat.typing, just_over: state.echo.is_over(time) };
    let width = free.width() - frame.total_margin().sum().x;
    let narrow = free.width() < NARROW_BAR;
    let contents = |ui: &mut Ui| status::show(ui, snapshot, moment, narrow, width);
    floating(ctx, "bar", Order::Middle, Align2::CENTER_BOTTOM, free.center_bottom(), frame, contents).inner
}

/// Who talks and who waits in the room one is in, and the room's call; answers where that stands, too.
fn room_panel(ctx: &Context, state: &mut UiState, snapshot: &Snapshot, free: Rect) -> (Rect, Vec<Action>) {
    if snapshot.me.as_ref().is_none_or(|me| me.room.is_none()) {
        return (Rect::from_min_size(free.left_bottom(), Vec2::ZERO), Vec::new());
    }
    let frame = theme::card().inner_margin(10);
    let contents = |ui: &mut Ui| {
        let mut actions = floor::show(ui, snapshot);
        actions.extend(call::room::show(ui, &mut state.call, snapshot));
        actions
    };
    let shown = floating(ctx, "floor", Order::Middle, Align2::LEFT_BOTTOM, free.left_bottom(), frame, contents);
    (shown.response.rect, shown.inner)
}

/// The recording that is offered to be played: over everything, since there is little time to choose, and beside the
/// room's panel, or above it where the window is narrow.
fn offered(ctx: &Context, snapshot: &Snapshot, free: Rect, panel: Rect) -> Vec<Action> {
    if !offer::is_open(snapshot) {
        return Vec::new();
    }
    let frame = theme::card().inner_margin(16).stroke(egui::Stroke::new(1.5, theme::ACCENT));
    let margins = frame.total_margin().sum().x;
    let beside = free.with_min_x(panel.right() + theme::GAP);
    let fits = beside.width() >= offer::WIDTH + margins;
    let at = if fits { beside.center_bottom() } else { pos2(free.center().x, panel.top() - theme::GAP) };
    let width = offer::WIDTH.min(free.width() - margins);
    let contents = |ui: &mut Ui| offer::show(ui, snapshot, width, Instant::now());
    floating(ctx, "offer", Order::Tooltip, Align2::CENTER_BOTTOM, at, frame, contents).inner
}

/// Calls that ring here: over everything, in the middle of the window's upper edge.
fn rings(ctx: &Context, state: &mut UiState, snapshot: &Snapshot) -> Vec<Action> {
    if snapshot.calls.incoming.is_empty() {
        return Vec::new();
    }
    let at = ctx.content_rect().center_top() + vec2(0.0, theme::GAP * 2.0);
    let contents = |ui: &mut Ui| ring::show(ui, &mut state.call, snapshot);
    floating(ctx, "rings", Order::Tooltip, Align2::CENTER_TOP, at, egui::Frame::NONE, contents).inner
}

/// That one's own screen is seen by others; answers how much of the upper edge it takes.
fn sharing(ctx: &Context, snapshot: &Snapshot, free: Rect, actions: &mut Vec<Action>) -> f32 {
    let Some(call) = snapshot.calls.current.as_ref().filter(|call| call.sending.screen) else { return 0.0 };
    let frame = theme::card().inner_margin(egui::Margin::symmetric(14, 7)).corner_radius(22);
    let frame = frame.stroke(egui::Stroke::new(2.0, theme::DANGER));
    let contents = |ui: &mut Ui| card::banner(ui, call);
    let shown = floating(ctx, "sharing", Order::Foreground, Align2::CENTER_TOP, free.center_top(), frame, contents);
    actions.extend(shown.inner);
    shown.response.rect.height() + theme::GAP
}

/// The call one is in: in a corner of the space, or all over it. The lower left corner is above the room's panel. Answers
/// where it stands in a corner, too.
fn current_call(
    ctx: &Context,
    state: &mut UiState,
    snapshot: &Snapshot,
    free: Rect,
    panel: Rect,
) -> (Option<Rect>, Vec<Action>) {
    let Some(call) = &snapshot.calls.current else { return (None, Vec::new()) };
    let frame = theme::card().inner_margin(12);
    let space = free.size() - frame.total_margin().sum();
    let corner = state.call.corner;
    let low = if corner.left { panel.top() - theme::GAP } else { free.bottom() };
    let (pivot, at) = match (state.call.large, corner.left, corner.bottom) {
        (true, ..) => (Align2::LEFT_TOP, free.min),
        (_, true, false) => (Align2::LEFT_TOP, free.min),
        (_, false, false) => (Align2::RIGHT_TOP, free.right_top()),
        (_, true, true) => (Align2::LEFT_BOTTOM, pos2(free.left(), low)),
        (_, false, true) => (Align2::RIGHT_BOTTOM, pos2(free.right(), low)),
    };
    let order = if state.call.large { Order::Foreground } else { Order::Middle };
    let contents = |ui: &mut Ui| card::show(ui, call, &mut state.call, snapshot, space);
    let shown = floating(ctx, "call", order, pivot, at, frame, contents);
    let (dragged, actions) = shown.inner;
    if let Some(way) = dragged {
        state.call.corner = card::corner_of(shown.response.rect.center() + way, free);
    }
    ((!state.call.large).then_some(shown.response.rect), actions)
}

/// What is left of the space for notices beside a call in one of the upper corners, or below it where that is too narrow.
fn beside(free: Rect, call: Option<Rect>) -> Rect {
    let Some(call) = call.filter(|call| call.top() - free.top() < free.bottom() - call.bottom()) else { return free };
    let left = free.with_max_x(call.left() - theme::GAP);
    let right = free.with_min_x(call.right() + theme::GAP);
    let wider = if left.width() > right.width() { left } else { right };
    if wider.width() >= toasts::WIDTH { wider } else { free.with_min_y(call.bottom() + theme::GAP) }
}

/// The last minute in plots.
fn measurements(ctx: &Context, state: &UiState, snapshot: &Snapshot, free: Rect) -> Vec<Action> {
    if !state.quality_open {
        return Vec::new();
    }
    let frame = theme::card();
    let size = free.size() - frame.total_margin().sum();
    let contents = |ui: &mut Ui| plots::show(ui, &snapshot.stats, size, Instant::now());
    floating(ctx, "quality", Order::Middle, Align2::RIGHT_TOP, free.right_top(), frame, contents).inner
}

fn notices(ctx: &Context, state: &mut UiState, free: Rect) -> Vec<Action> {
    let at = free.center_top();
    let contents = |ui: &mut Ui| toasts::show(ui, &mut state.toasts);
    floating(ctx, "toasts", Order::Foreground, Align2::CENTER_TOP, at, egui::Frame::NONE, contents).inner
}

/// The menu about a person; a click elsewhere closes it.
fn person_menu(ctx: &Context, state: &mut UiState, snapshot: &Snapshot) -> Vec<Action> {
    let Some(mut open) = state.menu else { return Vec::new() };
    let frame = theme::card().inner_margin(10);
    let at = open.at + Vec2::splat(2.0);
    let contents = |ui: &mut Ui| menu::show(ui, &mut open, snapshot);
    let shown = floating(ctx, "person menu", Order::Foreground, Align2::LEFT_TOP, at, frame, contents);
    let pressed = ctx.input(|input| input.pointer.any_pressed().then(|| input.pointer.interact_pos()).flatten());
    let is_elsewhere = open.drawn && pressed.is_some_and(|at| !shown.response.rect.contains(at));
    let stays = !is_elsewhere && snapshot.person(open.person).is_some();
    open.drawn = true;
    state.menu = stays.then_some(open);
    shown.inner
}

/// The card of a person, a room's making and its rules, the keys and the settings: one at a time, in the middle, closed
/// by a click beside it.
fn dialogs(ctx: &Context, state: &mut UiState, snapshot: &Snapshot) -> Vec<Action> {
    let mut actions = Vec::new();
    let moderated = rules::moderated(snapshot);
    state.rules_open &= moderated.is_some();
    if let Some(link) = &state.chat.link {
        let (closed, done) = dialog(ctx, "link", |ui| link::show(ui, link));
        if closed || done {
            state.chat.link = None;
        }
    } else if state.chat.pictures.is_large() {
        let shown = |ui: &mut Ui| pictures::show_large(ui, &mut state.chat.pictures, snapshot);
        let (closed, (done, wanted)) = dialog(ctx, "picture", shown);
        actions.extend(wanted);
        if closed || done {
            state.chat.pictures.close();
        }
    } else if let Some(person) = state.card {
        let (closed, wanted) = dialog(ctx, "card", |ui| menu::card(ui, person, snapshot));
        actions.extend(wanted);
        if closed {
            state.card = None;
        }
    } else if state.send_away.is_some() {
        let (closed, wanted) = dialog(ctx, "send away", |ui| send_away::show(ui, &mut state.send_away, snapshot));
        actions.extend(wanted);
        if closed {
            state.send_away = None;
        }
    } else if state.help {
        state.help = !dialog(ctx, "help", help::show).0;
    } else if state.settings_open {
        let UiState { settings, page, sound, call, account, .. } = state;
        let (closed, wanted) =
            dialog(ctx, "settings", |ui| settings::show(ui, page, settings, sound, call, account, snapshot));
        actions.extend(wanted);
        state.settings_open = !closed;
    } else if state.search.open {
        let (closed, wanted) = dialog(ctx, "search", |ui| search::show(ui, &mut state.search, snapshot));
        actions.extend(wanted);
        state.search.open &= !closed;
    } else if state.rooms.new.is_some() {
        let (closed, wanted) = dialog(ctx, "new room", |ui| new_room::show(ui, &mut state.rooms.new));
        actions.extend(wanted);
        if closed {
            state.rooms.new = None;
        }
    } else if let Some(room) = moderated.filter(|_| state.rules_open) {
        let (closed, wanted) = dialog(ctx, "rules", |ui| rules::show(ui, room));
        actions.extend(wanted);
        state.rules_open = !closed;
    }
    actions
}

fn dialog<R>(ctx: &Context, id: &'static str, contents: impl FnOnce(&mut Ui) -> R) -> (bool, R) {
    let modal = egui::Modal::new(Id::new(id))
        .backdrop_color(egui::Color32::from_black_alpha(120))
        .frame(theme::card().inner_margin(24).corner_radius(18));
    let shown = modal.show(ctx, contents);
    (shown.should_close(), shown.inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notices_cover_no_call() {
        let free = Rect::from_min_max(pos2(250.0, 10.0), pos2(900.0, 700.0));
        let call = |left, top| Some(Rect::from_min_size(pos2(left, top), vec2(310.0, 200.0)));
        assert_eq!(beside(free, None), free);
        assert_eq!(beside(free, call(590.0, 500.0)), free, "it stands below");
        assert_eq!(beside(free, call(590.0, 10.0)).top(), 210.0 + theme::GAP, "too narrow beside it");
        let wide = free.with_max_x(1400.0);
        assert_eq!(beside(wide, call(1090.0, 10.0)).right(), 1090.0 - theme::GAP);
        assert_eq!(beside(wide, call(250.0, 10.0)).left(), 560.0 + theme::GAP);
    }
}
