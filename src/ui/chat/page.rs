//! The page of the settings about the chat: whose pictures come by themselves.

use crate::{
    net::{commands::Command, preferences::PicturesFrom, snapshot::Snapshot},
    ui::{Action, theme},
};
use bevy_egui::egui::Ui;

/// Shows the page.
pub fn show(ui: &mut Ui, snapshot: &Snapshot) -> Vec<Action> {
    let mut actions = Vec::new();
    ui.label(theme::strong("Show pictures without asking"));
    for each in PicturesFrom::ALL {
        let name = match each {
            PicturesFrom::Everyone => "From everyone",
            PicturesFrom::Known => "In my room, and from people I have written to",
            PicturesFrom::Nobody => "Never",
        };
        let mut from = snapshot.pictures.from;
        if theme::radio(ui, &mut from, each, name).clicked() {
            actions.push(Action::Send(Command::ShowPicturesFrom(each)));
        }
    }
    theme::meaning(ui, "The others wait for a click. Files of any other kind are never fetched by themselves.");
    for (name, comes) in snapshot.pictures.people.iter() {
        let chosen = if *comes { "always shown" } else { "always asks" };
        if theme::chosen_person(ui, name, Some(chosen), &format!("Pictures of {name} as of all others")) {
            actions.push(Action::Send(Command::ShowPicturesOf { name: name.to_owned(), comes: None }));
        }
    }
    actions
}
