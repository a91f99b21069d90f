//! The page of the settings about the chat: whose pictures come by themselves.

use crate::{
    net::{commands::Command, preferences::PicturesFrom, snapshot::Snapshot},
    ui::{Action, bidi, theme},
};
use bevy_egui::egui::{Button, Ui, WidgetInfo, WidgetType};

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
    people(ui, snapshot, &mut actions);
    actions
}

/// For whom something else was chosen, in their menu.
fn people(ui: &mut Ui, snapshot: &Snapshot, actions: &mut Vec<Action>) {
    for (name, comes) in &snapshot.pictures.people {
        ui.horizontal(|ui| {
            theme::portrait(ui, name, 24.0);
            ui.label(bidi::line(name));
            ui.label(theme::small(if *comes { "always shown" } else { "always asks" }));
            let remove = ui.add(Button::new(theme::small("Remove")).small());
            let label = format!("Pictures of {name} as of all others");
            remove.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, label.clone()));
            if remove.clicked() {
                actions.push(Action::Send(Command::ShowPicturesOf { name: name.clone(), comes: None }));
            }
        });
    }
}
