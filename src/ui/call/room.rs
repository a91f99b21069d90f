//! The call of the room one is in: that there is one, who shares in it, and the ways in.

use super::{CallModel, Drawer, drawer};
use crate::{
    net::{
        commands::Command,
        snapshot::{RoomView, Snapshot},
    },
    ui::{Action, bidi, theme},
};
use bevy_egui::egui::{Button, Label, Ui, vec2};
use hallway_protocol::call::CallKind;

/// Shows it in the room's panel; nothing in the hall.
pub fn show(ui: &mut Ui, model: &mut CallModel, snapshot: &Snapshot) -> Vec<Action> {
    let Some(room) = snapshot.me.as_ref().and_then(|me| snapshot.room(me.room?)) else { return Vec::new() };
    ui.add_space(4.0);
    let current = snapshot.calls.current.as_ref();
    if current.is_some_and(|call| call.room == Some(room.id)) {
        ui.label(theme::small("You are in this room's call"));
        return Vec::new();
    }
    let why_not = current.is_some().then_some("You are in another call; hang up first");
    let mut actions = Vec::new();
    // Above the buttons: the panel grows upwards, and what was clicked stays under the pointer.
    if current.is_none() {
        actions.extend(drawer::show_in_room(ui, model));
    }
    actions.extend(join(ui, room, why_not));
    if let Some(sharer) = room.call.and_then(|call| call.sharer) {
        let name = snapshot.person(sharer).map_or_else(|| "Somebody".to_owned(), |person| bidi::line(&person.name));
        ui.add(Label::new(theme::small(format!("{name} shares a screen in it"))).wrap());
    }
    share(ui, model, why_not);
    actions
}

fn join(ui: &mut Ui, room: &RoomView, why_not: Option<&str>) -> Option<Action> {
    let (word, tip) = match room.call {
        Some(call) => (
            format!("Join the call ({})", call.members),
            "Opens your microphone to the others in it; your camera stays off",
        ),
        None => (
            "Call the room".to_owned(),
            "Starts a call that people in this room may join: everybody hears and sees each other",
        ),
    };
    let join = Action::Send(Command::JoinRoomCall { kind: CallKind::Voice });
    way_in(ui, &word, tip, why_not).then_some(join)
}

/// Opens the screens to choose from: sharing one begins the room's call, or joins it.
fn share(ui: &mut Ui, model: &mut CallModel, why_not: Option<&str>) {
    let impossible = model.screens.once(ui.input(|input| input.time)).as_ref().err().map(ToString::to_string);
    let tip = "Everybody who joins the room's call sees it, and hears you";
    if way_in(ui, "Share a screen…", tip, why_not.or(impossible.as_deref())) {
        let is_open = model.drawer == Some(Drawer::Screens);
        model.drawer = (!is_open).then_some(Drawer::Screens);
    }
}

/// A button into the room's call; whether it was pressed.
fn way_in(ui: &mut Ui, word: &str, tip: &str, why_not: Option<&str>) -> bool {
    let button = Button::new(word).min_size(vec2(ui.available_width(), 32.0));
    let response = ui.add_enabled(why_not.is_none(), button).on_hover_text(tip);
    response.on_disabled_hover_text(why_not.unwrap_or_default()).clicked()
}
