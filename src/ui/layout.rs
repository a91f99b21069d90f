//! Where the panels stand: rooms and people at the left, the chat at the right, the bar below, the world between.

use super::{Action, UiState, chat, help, menu, people, rooms, settings, sign_in, status, theme, toasts};
use crate::net::snapshot::{ConnectionState, Snapshot};
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
    let mut actions = Vec::new();
    let is_in =
        snapshot.me.is_some() && matches!(snapshot.connection, ConnectionState::Connected | ConnectionState::Retrying);
    if !is_in {
        actions.extend(sign_in_card(ctx, state, snapshot));
        actions.extend(notices(ctx, state, window));
        return (window, actions);
    }
    let mut free = window.shrink(theme::GAP);
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
    actions.extend(notices(ctx, state, free));
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
    let contents = |ui: &mut Ui| sign_in::show(ui, &mut state.sign_in, snapshot);
    floating(ctx, "sign in", Order::Middle, Align2::CENTER_CENTER, center, frame, contents).inner
}

fn bar(ctx: &Context, state: &UiState, snapshot: &Snapshot, free: Rect) -> Vec<Action> {
    let frame = theme::card().inner_margin(egui::Margin::symmetric(16, 7)).corner_radius(24);
    let (typing, narrow) = (state.chat.typing, free.width() < NARROW_BAR);
    let contents = |ui: &mut Ui| status::show(ui, snapshot, typing, narrow, Instant::now());
    floating(ctx, "bar", Order::Middle, Align2::CENTER_BOTTOM, free.center_bottom(), frame, contents).inner
}

fn notices(ctx: &Context, state: &mut UiState, free: Rect) -> Vec<Action> {
    let at = free.center_top();
    let contents = |ui: &mut Ui| toasts::show(ui, &mut state.toasts);
    floating(ctx, "toasts", Order::Foreground, Align2::CENTER_TOP, at, egui::Frame::NONE, contents).inner
}

/// The menu about a person; a click elsewhere closes it.
fn person_menu(ctx: &Context, state: &mut UiState, snapshot: &Snapshot) -> Vec<Action> {
    let Some(open) = state.menu else { return Vec::new() };
    let frame = theme::card().inner_margin(10);
    let contents = |ui: &mut Ui| menu::show(ui, open.person, snapshot);
    let at = open.at + Vec2::splat(2.0);
    let shown = floating(ctx, "person menu", Order::Foreground, Align2::LEFT_TOP, at, frame, contents);
    let pressed = ctx.input(|input| input.pointer.any_pressed().then(|| input.pointer.interact_pos()).flatten());
    let is_elsewhere = open.drawn && pressed.is_some_and(|at| !shown.response.rect.contains(at));
    let stays = !is_elsewhere && snapshot.person(open.person).is_some();
    state.menu = stays.then_some(menu::OpenMenu { drawn: true, ..open });
    shown.inner
}

/// The card of a person, the keys and the settings: one at a time, in the middle, closed by a click beside it.
fn dialogs(ctx: &Context, state: &mut UiState, snapshot: &Snapshot) -> Vec<Action> {
    let mut actions = Vec::new();
    if let Some(person) = state.card {
        let (closed, wanted) = dialog(ctx, "card", |ui| menu::card(ui, person, snapshot));
        actions.extend(wanted);
        if closed {
            state.card = None;
        }
    } else if state.help {
        state.help = !dialog(ctx, "help", help::show).0;
    } else if state.settings_open {
        let settings = &mut state.settings;
        state.settings_open = !dialog(ctx, "settings", |ui| settings::show(ui, settings)).0;
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
