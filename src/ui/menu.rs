//! What a click on a person offers, and the card that says who it is.

use super::{Action, bidi, floor::orders, quality, send_away, theme};
use crate::net::{
    commands::Command,
    snapshot::{PersonView, Snapshot},
};
use bevy_egui::egui::{self, Button, Slider, Ui, vec2};
use hallway_protocol::{call::CallKind, chat::Conversation, ids::PersonId, limits};

/// The menu that is open.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OpenMenu {
    /// About whom.
    pub person: PersonId,
    /// Where it hangs, in points of the window.
    pub at: egui::Pos2,
    /// Whether it was drawn yet: the click that opened it is not one beside it.
    pub drawn: bool,
    /// Whether the first choice is to get the keyboard, since the menu was opened with it.
    pub take_focus: bool,
    /// How loud the person was before being muted in this menu.
    loudness: f32,
}

impl OpenMenu {
    /// A menu about a person that opens at a place, in points of the window.
    #[must_use]
    pub fn new(person: PersonId, at: egui::Pos2) -> Self {
        Self { person, at, drawn: false, take_focus: false, loudness: 1.0 }
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
    ui.with_layout(egui::Layout::top_down_justified(egui::Align::Min), |ui| {
        for choice in choices(view, is_me, snapshot) {
            let response = choice.response(ui);
            // What was not drawn yet can't have it.
            if open.drawn && std::mem::take(&mut open.take_focus) {
                response.request_focus();
            }
            if response.clicked() {
                actions.extend([choice.action, Action::CloseMenu]);
            }
        }
        let orders = orders::about(person, snapshot);
        if !orders.is_empty() {
            ui.separator();
        }
        for order in orders {
            let choice = Choice::new(&order.label, order.tip, Action::Send(Command::OrderFloor(order.order)));
            if choice.show(ui) {
                actions.extend([choice.action, Action::CloseMenu]);
            }
        }
        if send_away::may(person, snapshot) {
            ui.separator();
            let tip = "Out of this server, for now or for longer";
            let choice = Choice::new("Send away…", tip, Action::SendAway(person));
            if choice.show(ui) {
                actions.extend([choice.action, Action::CloseMenu]);
            }
        }
    });
    if !is_me {
        ui.separator();
        actions.extend(auto_answer(ui, view, snapshot));
        actions.extend(pictures(ui, view, snapshot));
    }
    actions
}

/// Something that can be chosen about a person.
struct Choice {
    text: String,
    tip: String,
    action: Action,
    /// Why it can't be chosen now.
    disabled: Option<&'static str>,
}

impl Choice {
    fn new(text: &str, tip: &str, action: Action) -> Self {
        Self { text: text.to_owned(), tip: tip.to_owned(), action, disabled: None }
    }

    fn unless(self, disabled: Option<&'static str>) -> Self {
        Self { disabled, ..self }
    }

    /// Shows it; whether it was chosen.
    fn show(&self, ui: &mut Ui) -> bool {
        self.response(ui).clicked()
    }

    fn response(&self, ui: &mut Ui) -> egui::Response {
        let button = Button::new(&self.text).frame_when_inactive(false).min_size(vec2(ui.available_width(), 32.0));
        let response = ui.add_enabled(self.disabled.is_none(), button);
        let response = if self.tip.is_empty() { response } else { response.on_hover_text(&self.tip) };
        response.on_disabled_hover_text(self.disabled.unwrap_or_default())
    }
}

fn choices(view: &PersonView, is_me: bool, snapshot: &Snapshot) -> Vec<Choice> {
    let person = view.id;
    let profile = Choice::new("Profile", "", Action::Card(person));
    if is_me {
        return vec![profile];
    }
    let mut choices = vec![Choice::new("Private message", "", Action::Open(Conversation::Person(person)))];
    choices.extend(calls(person, snapshot));
    choices.push(Choice::new("Send a file…", "", Action::ChooseFiles(Conversation::Person(person))));
    choices.push(Choice::new("Walk to", "", Action::Send(Command::WalkTo(view.track.newest().0))));
    choices.push(profile);
    choices
}

/// Ringing the person, or asking them into the call that one is in.
fn calls(person: PersonId, snapshot: &Snapshot) -> Vec<Choice> {
    if let Some(call) = &snapshot.calls.current {
        let disabled = if call.member(person).is_some() {
            Some("Already in your call, or being rung")
        } else {
            (call.members.len() >= limits::CALL_MEMBERS).then_some("Your call is full")
        };
        let ask =
            Choice::new("Ask into the call", "Rings them to join you", Action::Send(Command::AskIntoCall(person)));
        return vec![ask.unless(disabled)];
    }
    let call = |kind| Action::Send(Command::Call { to: person, kind });
    vec![
        Choice::new("Voice call", "Rings them; you can walk on while you talk", call(CallKind::Voice)),
        Choice::new("Video call", "Your camera opens once they have accepted", call(CallKind::Video)),
    ]
}

/// Whether the person's calls are answered without asking; off unless it was allowed here.
fn auto_answer(ui: &mut Ui, view: &PersonView, snapshot: &Snapshot) -> Option<Action> {
    let mut on = snapshot.calls.auto_answer.of(&view.name).is_some();
    let changed = theme::checkbox(ui, &mut on, "Answer their calls by itself").changed();
    theme::meaning(ui, "Their calls open your microphone at once, without asking. Both of you are told.");
    changed.then_some(Action::Send(Command::SetAutoAnswer { person: view.id, on }))
}

/// Whether the person's pictures come by themselves, whatever the settings say of all.
fn pictures(ui: &mut Ui, view: &PersonView, snapshot: &Snapshot) -> Option<Action> {
    let before = snapshot.pictures.people.of(&view.name).copied();
    let mut comes = before;
    ui.label(theme::small("Their pictures in the chat"));
    ui.horizontal(|ui| {
        for (value, name) in [(None, "As set for all"), (Some(true), "Show"), (Some(false), "Ask")] {
            ui.selectable_value(&mut comes, value, name);
        }
    });
    (comes != before).then(|| Action::Send(Command::ShowPicturesOf { name: view.name.clone(), comes }))
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
    });
    ui.add_space(8.0);
    if !is_me {
        facts(ui, view, snapshot);
        ui.add_space(8.0);
        let width = ui.available_width();
        if theme::primary_button(ui, "Private message", width).clicked() {
            actions.extend([Action::Open(Conversation::Person(person)), Action::CloseCard]);
        }
        for choice in calls(person, snapshot) {
            if choice.show(ui) {
                actions.extend([choice.action, Action::CloseCard]);
            }
        }
    }
    actions
}

/// What is known about a person beside the name and the place.
fn facts(ui: &mut Ui, view: &PersonView, snapshot: &Snapshot) {
    let heard =
        quality::of(view.id, snapshot).map_or_else(|| "Not heard lately".to_owned(), |heard| heard.reason.clone());
    let volume = match (view.volume * 100.0).round() {
        percent if percent <= 0.0 => "Muted by you".to_owned(),
        percent => format!("{percent:.0} %, for you alone"),
    };
    let in_call = snapshot.calls.current.as_ref().is_some_and(|call| call.member(view.id).is_some());
    egui::Grid::new("facts").num_columns(2).spacing(vec2(14.0, 4.0)).show(ui, |ui| {
        for (what, value) in [("Voice", heard), ("Volume", volume)] {
            ui.label(theme::small(what));
            ui.add(egui::Label::new(theme::muted(value)).wrap());
            ui.end_row();
        }
        if in_call {
            ui.label(theme::small("Call"));
            ui.label(theme::muted("With you"));
            ui.end_row();
        }
    });
}

fn place(snapshot: &Snapshot, person: PersonId) -> String {
    let room = snapshot.person(person).and_then(|person| person.room).and_then(|room| snapshot.room(room));
    room.map_or_else(|| "In the hall".to_owned(), |room| format!("In {}", bidi::line(&room.name)))
}
