//! The form with which a moderator sends somebody away: for how long, and why.

use super::{Action, bidi, theme};
use crate::net::{commands::Command, snapshot::Snapshot};
use bevy_egui::egui::{DragValue, Key, Margin, TextEdit, Ui};
use hallway_protocol::{
    ids::PersonId,
    limits,
    moderation::{Reason, SendAway, StayAway},
};

/// Width of the form, in points.
const WIDTH: f32 = 320.0;
/// Days that are offered at first.
const DAYS: u16 = 7;
/// Most days that can be chosen: ten years. Longer is for good.
const MOST_DAYS: u16 = 3650;

/// Somebody who is about to be sent away.
#[derive(Clone, Debug, PartialEq)]
pub struct SendAwayForm {
    /// Who.
    pub person: PersonId,
    length: Length,
    days: u16,
    reason: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Length {
    Now,
    Days,
    Good,
}

impl SendAwayForm {
    /// A form about a person.
    #[must_use]
    pub fn new(person: PersonId) -> Self {
        Self { person, length: Length::Now, days: DAYS, reason: String::new() }
    }

    fn order(&self) -> SendAway {
        let stay = match self.length {
            Length::Now => StayAway::NotAtAll,
            Length::Days => StayAway::Days(self.days),
            Length::Good => StayAway::ForGood,
        };
        SendAway { person: self.person, stay, reason: Reason::new(&self.reason) }
    }
}

/// Whether one may send somebody away, as far as is known here: the server keeps those who moderate it themselves.
#[must_use]
pub fn may(person: PersonId, snapshot: &Snapshot) -> bool {
    snapshot.me.as_ref().is_some_and(|me| me.moderator && me.id != person)
}

/// Shows the form; takes it away when it has done its work.
pub fn show(ui: &mut Ui, form: &mut Option<SendAwayForm>, snapshot: &Snapshot) -> Vec<Action> {
    let Some(about) = form else { return Vec::new() };
    ui.set_width(WIDTH);
    let Some(person) = snapshot.person(about.person) else {
        ui.label(theme::muted("This person has left."));
        return Vec::new();
    };
    ui.label(theme::strong(format!("Send {} away", bidi::line(&person.name))).heading());
    ui.add_space(6.0);
    theme::radio(ui, &mut about.length, Length::Now, "For now: they may come back at once");
    ui.horizontal(|ui| {
        theme::radio(ui, &mut about.length, Length::Days, "For a number of days");
        let days = DragValue::new(&mut about.days).range(1..=MOST_DAYS);
        if ui.add_enabled(about.length == Length::Days, days).changed() {
            about.length = Length::Days;
        }
    });
    theme::radio(ui, &mut about.length, Length::Good, "Until somebody lifts it");
    ui.add_space(6.0);
    let entered = reason_field(ui, &mut about.reason);
    ui.add_space(12.0);
    let (send, cancel) = ui
        .horizontal(|ui| {
            let word = if about.length == Length::Now { "Send away" } else { "Ban" };
            let send = theme::primary_button(ui, word, 120.0).clicked();
            (send, theme::quiet_button(ui, theme::muted("Cancel")).clicked())
        })
        .inner;
    if send || entered {
        let order = about.order();
        *form = None;
        return vec![Action::Send(Command::SendAway(order))];
    }
    if cancel {
        *form = None;
    }
    Vec::new()
}

/// Why; answers whether Enter was pressed in it.
fn reason_field(ui: &mut Ui, reason: &mut String) -> bool {
    let label = ui.label(theme::muted("Why? They are told.")).id;
    let edit = TextEdit::singleline(reason).desired_width(WIDTH).char_limit(limits::REASON_BYTES);
    let response = ui.add(edit.margin(Margin::symmetric(12, 9))).labelled_by(label);
    response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter))
}
