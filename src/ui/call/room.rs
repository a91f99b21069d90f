//! The call of the room one is in: that there is one, who shares in it, and the way in.

use crate::{
    net::{
        commands::Command,
        snapshot::{RoomView, Snapshot},
    },
    ui::{Action, bidi, theme},
};
use bevy_egui::egui::{Button, Label, Ui, vec2};
use hallway_protocol::call::CallKind;

/// Shows it in the room's panel.
pub fn show(ui: &mut Ui, room: &RoomView, snapshot: &Snapshot) -> Vec<Action> {
    let mut actions = Vec::new();
    let current = snapshot.calls.current.as_ref();
    ui.add_space(4.0);
    if current.is_some_and(|call| call.room == Some(room.id)) {
        ui.label(theme::small("You are in this room's call"));
        return actions;
    }
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
    let is_free = current.is_none();
    let button = Button::new(word).min_size(vec2(ui.available_width(), 32.0));
    let response = ui.add_enabled(is_free, button).on_hover_text(tip);
    let response = response.on_disabled_hover_text("You are in another call; hang up first");
    if response.clicked() {
        actions.push(Action::Send(Command::JoinRoomCall { kind: CallKind::Voice }));
    }
    if let Some(sharer) = room.call.and_then(|call| call.sharer) {
        let name = snapshot.person(sharer).map_or_else(|| "Somebody".to_owned(), |person| bidi::line(&person.name));
        ui.add(Label::new(theme::small(format!("{name} shares a screen in it"))).wrap());
    }
    actions
}
