//! What a click on a person offers, and the card that says who it is.

use super::{Action, bidi, floor::orders, theme};
use crate::net::{
    commands::Command,
    snapshot::{PersonView, Snapshot},
};
use bevy_egui::egui::{self, Button, Slider, Ui, vec2};
use hallway_protocol::{chat::Conversation, ids::PersonId};

/// The menu that is open.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OpenMenu {
    /// About whom.
    pub person: PersonId,
    /// Where it hangs, in points of the window.
    pub at: egui::Pos2,
    /// Whether it was drawn yet: the click that opened it is not one beside it.
    pub drawn: bool,
    /// How loud the person was before being muted in this menu.
    loudness: f32,
}

impl OpenMenu {
    /// A menu about a person that opens at a place, in points of the window.
    #[must_use]
    pub fn new(person: PersonId, at: egui::Pos2) -> Self {
        Self { person, at, drawn: false, loudness: 1.0 }
    }
}

/// Width of the menu, in points.
const WIDTH: f32 = 224.0;

/// Shows the menu about a person.
pub fn show(ui: &mut Ui, open: &mut OpenMenu, snapshot: &Snapshot) -> Vec<Action> {
    let mut actions = Vec::new();
    let person = open.person;
    let Some(view) = snapshot.person(person) else { return actions };
    let is_me = snapshot.me.as_ref().is_some_and(|me| me.id == person);
    ui.set_width(WIDTH);
    ui.horizontal(|ui| {
        theme::portrait(ui, &view.name, 30.0);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.label(theme::strong(bidi::line(&view.name)));
            ui.label(theme::small(place(snapshot, person)));
        });
    });
    ui.add_space(4.0);
    if !is_me {
        actions.extend(loudness(ui, open, view));
    }
    let mut choice = |ui: &mut Ui, text: &str, tip: &str, action: Action| {
        let button = Button::new(text).frame_when_inactive(false).min_size(vec2(ui.available_width(), 32.0));
        let response = ui.add(button);
        let response = if tip.is_empty() { response } else { response.on_hover_text(tip) };
        if response.clicked() {
            actions.push(action);
            actions.push(Action::CloseMenu);
        }
    };
    ui.with_layout(egui::Layout::top_down_justified(egui::Align::Min), |ui| {
        if !is_me {
            choice(ui, "Private message", "", Action::Open(Conversation::Person(person)));
            choice(ui, "Walk to", "", Action::Send(Command::WalkTo(view.track.newest().0)));
        }
        choice(ui, "Who is it", "", Action::Card(person));
        let orders = orders::about(person, snapshot);
        if !orders.is_empty() {
            ui.separator();
        }
        for order in orders {
            choice(ui, &order.label, order.tip, Action::Send(Command::OrderFloor(order.order)));
        }
    });
    actions
}

/// How loud one hears the person oneself, and whether at all.
fn loudness(ui: &mut Ui, open: &mut OpenMenu, view: &PersonView) -> Option<Action> {
    let set = |volume| Action::Send(Command::SetVolume { person: view.id, volume });
    let mut action = None;
    let mut percent = (view.volume * 100.0).round();
    let label = ui.label(theme::small("Volume, for you alone")).id;
    ui.spacing_mut().slider_width = WIDTH - 62.0;
    let slider = Slider::new(&mut percent, 0.0..=200.0).step_by(5.0).suffix(" %");
    if ui.add(slider).labelled_by(label).changed() {
        action = Some(set(percent / 100.0));
    }
    let mut muted = view.volume <= 0.0;
    if !muted {
        open.loudness = view.volume;
    }
    if theme::checkbox(ui, &mut muted, "Mute for me").changed() {
        action = Some(set(if muted { 0.0 } else { open.loudness }));
    }
    ui.add_space(2.0);
    action
}

/// Shows who somebody is.
pub fn card(ui: &mut Ui, person: PersonId, snapshot: &Snapshot) -> Vec<Action> {
    let mut actions = Vec::new();
    let Some(view) = snapshot.person(person) else {
        ui.label(theme::muted("This person has left."));
        return actions;
    };
    let is_me = snapshot.me.as_ref().is_some_and(|me| me.id == person);
    ui.set_width(240.0);
    ui.vertical_centered(|ui| {
        theme::portrait(ui, &view.name, 84.0);
        ui.add_space(6.0);
        ui.label(theme::strong(bidi::line(&view.name)).heading());
        ui.label(theme::muted(place(snapshot, person)));
        let doing = match (view.talking, view.typing.is_some()) {
            (true, _) => "Talking now",
            (false, true) => "Typing",
            (false, false) if is_me => "This is you",
            (false, false) => "Listening",
        };
        ui.label(theme::small(doing));
        ui.add_space(8.0);
        if !is_me && theme::primary_button(ui, "Private message", 180.0).clicked() {
            actions.push(Action::Open(Conversation::Person(person)));
            actions.push(Action::CloseCard);
        }
    });
    actions
}

fn place(snapshot: &Snapshot, person: PersonId) -> String {
    let room = snapshot.person(person).and_then(|person| person.room).and_then(|room| snapshot.room(room));
    room.map_or_else(|| "In the hall".to_owned(), |room| format!("In {}", bidi::line(&room.name)))
}
