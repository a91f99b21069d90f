//! The form that makes a new room: its name, and who may talk in it.

use super::super::{Action, floor::rules, theme};
use crate::net::commands::Command;
use bevy_egui::egui::{self, Key, RichText, TextEdit, TextStyle, Ui};
use hallway_protocol::{
    floor::{FloorPolicy, QueueRule},
    names::RoomName,
};

/// Width of the form, in points.
const WIDTH: f32 = 320.0;

/// A room that is being made.
#[derive(Default)]
pub struct NewRoom {
    /// Its name.
    pub name: String,
    /// Who may talk in it.
    pub policy: FloorPolicy,
    /// What becomes of requests while somebody talks.
    pub queue: QueueRule,
    /// Whether turns are kept in its history.
    pub talk_log: bool,
    error: Option<String>,
    asked_focus: bool,
}

/// Shows the form; takes it away when it has done its work.
pub fn show(ui: &mut Ui, form: &mut Option<NewRoom>) -> Vec<Action> {
    let mut actions = Vec::new();
    let Some(room) = form else { return actions };
    ui.set_width(WIDTH);
    ui.label(theme::strong("New room").heading());
    ui.add_space(6.0);
    let entered = name_field(ui, room);
    ui.add_space(8.0);
    rules::choose(ui, &mut room.policy, &mut room.queue);
    rules::choose_log(ui, room.policy, &mut room.talk_log);
    ui.add_space(12.0);
    let (create, cancel) = ui
        .horizontal(|ui| {
            let create = theme::primary_button(ui, "Create", 110.0).clicked();
            (create, theme::quiet_button(ui, theme::muted("Cancel")).clicked())
        })
        .inner;
    if create || entered {
        match RoomName::new(&room.name) {
            Ok(name) => {
                let (name, policy, queue) = (name.as_str().to_owned(), room.policy, room.queue);
                let talk_log = room.talk_log;
                actions.push(Action::Send(Command::CreateRoom { name, policy, queue, talk_log }));
                *form = None;
            }
            // The name has the keyboard again, to be mended.
            Err(error) => (room.error, room.asked_focus) = (Some(format!("This name {error}.")), false),
        }
    } else if cancel {
        *form = None;
    }
    actions
}

/// The name's field and what is wrong with it; answers whether Enter was pressed in it.
fn name_field(ui: &mut Ui, room: &mut NewRoom) -> bool {
    let label = ui.label(theme::muted("Name")).id;
    let edit = TextEdit::singleline(&mut room.name).hint_text(theme::muted("Name of the room")).desired_width(WIDTH);
    let response = ui.add(edit.margin(egui::Margin::symmetric(12, 9))).labelled_by(label);
    if !std::mem::replace(&mut room.asked_focus, true) {
        response.request_focus();
    }
    if response.changed() {
        room.error = None;
    }
    if let Some(error) = &room.error {
        ui.label(RichText::new(error).text_style(TextStyle::Small).color(theme::DANGER));
    }
    response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter))
}
