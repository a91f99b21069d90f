//! Looking for words in what was said: a field, and what was found, newest first. What was written to one while one was
//! away is shown in the same form.

use super::{Action, bidi, chat::clock, theme};
use crate::net::{commands::Command, events::Event, snapshot::Snapshot};
use bevy_egui::egui::{self, Button, Key, Label, ScrollArea, TextEdit, Ui, vec2};
use hallway_protocol::{
    chat::{Conversation, FoundMessage, FoundPlace},
    limits,
};

/// Width of the dialog, in points.
const WIDTH: f32 = 460.0;
/// What the window keeps round the results, in points.
const AROUND: f32 = 230.0;

/// What is looked for and what was found.
#[derive(Default)]
pub struct SearchModel {
    /// Whether the dialog is shown.
    pub open: bool,
    /// What stands in the field.
    pub words: String,
    /// The words that were asked for last, once something came of it.
    pub answered: Option<String>,
    /// What was found, newest first.
    pub found: Vec<FoundMessage>,
    /// Whether there may be more.
    pub more: bool,
    /// Whether it shows what was missed, and not what was looked for.
    pub missed: bool,
    /// Whether the field was given the keyboard since it is shown.
    pub focused: bool,
}

impl SearchModel {
    /// Shows the dialog, with the keyboard in its field.
    pub fn show(&mut self) {
        if self.missed {
            *self = Self::default();
        }
        (self.open, self.focused) = (true, false);
    }

    /// Takes in what was found.
    pub fn hear(&mut self, event: &Event) {
        let (words, more, messages) = match event {
            Event::Found { words, more, messages } => (words, more, messages),
            Event::Missed { messages } => {
                let found = messages.clone();
                *self = Self { open: true, missed: true, found, ..Self::default() };
                return;
            }
            _ => return,
        };
        if !more {
            self.found.clear();
        }
        self.found.extend(messages.iter().cloned());
        self.more = messages.len() >= usize::from(limits::HISTORY_PAGE);
        self.answered = Some(words.clone());
    }
}

/// Shows the dialog.
pub fn show(ui: &mut Ui, model: &mut SearchModel, snapshot: &Snapshot) -> Vec<Action> {
    let mut actions = Vec::new();
    ui.set_width(WIDTH);
    if model.missed {
        ui.label(theme::strong("While you were away").heading());
        ui.add_space(6.0);
    } else {
        field(ui, model, &mut actions);
    }
    if let Some(words) = model.answered.as_ref().filter(|_| model.found.is_empty()) {
        ui.label(theme::muted(format!("Nothing with “{}” in it.", bidi::line(words))));
    }
    let height = (ui.ctx().content_rect().height() - AROUND).max(160.0);
    ScrollArea::vertical().auto_shrink([false, true]).max_height(height).show(ui, |ui| {
        for message in &model.found {
            if one(ui, message, snapshot)
                && let Some(place) = conversation(message, snapshot)
            {
                actions.push(Action::OpenAt(place, message.id));
                model.open = false;
            }
        }
        if model.more
            && let (Some(last), Some(words)) = (model.found.last(), &model.answered)
            && ui.add(Button::new("Older ones")).clicked()
        {
            actions.push(Action::Send(Command::Search { words: words.clone(), before: Some(last.id) }));
        }
    });
    actions
}

/// The field for the words.
fn field(ui: &mut Ui, model: &mut SearchModel, actions: &mut Vec<Action>) {
    ui.label(theme::strong("Search").heading());
    ui.label(theme::muted("In what was said to everyone, in the room you are in, and in private with you."));
    ui.label(theme::small("Narrow it with from:NAME, in:ROOM, in:everyone, in:NAME, after:DAY and before:DAY."));
    ui.add_space(6.0);
    let edit = TextEdit::singleline(&mut model.words)
        .hint_text(theme::muted("Words, from:NAME, in:ROOM, after:2026-01-31"))
        .desired_width(WIDTH);
    let field = ui.add(edit.margin(egui::Margin::symmetric(12, 9)));
    if !std::mem::replace(&mut model.focused, true) {
        field.request_focus();
    }
    if field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
        field.request_focus();
        if !model.words.trim().is_empty() {
            actions.push(Action::Send(Command::Search { words: model.words.clone(), before: None }));
        }
    }
    ui.add_space(6.0);
}

/// One message; answers whether it was clicked.
fn one(ui: &mut Ui, message: &FoundMessage, snapshot: &Snapshot) -> bool {
    let place = match &message.place {
        FoundPlace::World => "to everyone".to_owned(),
        FoundPlace::Room { name } => format!("in {}", bidi::line(name)),
        FoundPlace::Person { name, .. } => format!("in private with {}", bidi::line(name)),
    };
    let day = clock::day(clock::local(message.sent_ms).date_naive(), clock::today());
    let said = format!("{place}, {day} {}", clock::hour(message.sent_ms));
    let can_open = conversation(message, snapshot).is_some();
    let shown = ui.horizontal(|ui| {
        let name = ui.add(Button::new(theme::strong(bidi::line(&message.from_name))).frame(false));
        ui.label(theme::small(said));
        name
    });
    let (text, align) = bidi::paragraph(ui, &message.text, ui.available_width());
    ui.with_layout(egui::Layout::top_down(align), |ui| ui.add(Label::new(text).wrap().selectable(true)));
    ui.allocate_space(vec2(0.0, 8.0));
    let name = shown.inner;
    if can_open { name.on_hover_text("Show it where it was said").clicked() } else { false }
}

/// Where the message can be read on.
fn conversation(message: &FoundMessage, snapshot: &Snapshot) -> Option<Conversation> {
    match &message.place {
        FoundPlace::World => Some(Conversation::World),
        FoundPlace::Room { .. } => snapshot.me.as_ref()?.room.map(Conversation::Room),
        FoundPlace::Person { person, .. } => {
            person.filter(|person| snapshot.person(*person).is_some()).map(Conversation::Person)
        }
    }
}
