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
        let mut pictures = snapshot.pictures;
        if theme::radio(ui, &mut pictures, each, name).clicked() {
            actions.push(Action::Send(Command::ShowPicturesFrom(each)));
        }
    }
    theme::meaning(ui, "The others wait for a click. Files of any other kind are never fetched by themselves.");
    actions
}
