//! The turn that came after a wait: what was recorded meanwhile is offered to be played, or dropped.

use super::{Action, status::line::clock, theme};
use crate::net::{
    commands::Command,
    snapshot::{Snapshot, TalkState},
};
use bevy_egui::egui::{Button, Label, Ui, vec2};
use std::time::Instant;

/// Width of the card where there is room for it, in points.
pub const WIDTH: f32 = 292.0;

/// Whether there is something to choose.
#[must_use]
pub fn is_open(snapshot: &Snapshot) -> bool {
    matches!(snapshot.talk, TalkState::Offered { .. } | TalkState::Talking { playing: true, .. })
}

/// The answer that a key gives: Enter plays, Esc does not, or ends the playing.
#[must_use]
pub fn answer(snapshot: &Snapshot, enter: bool, escape: bool) -> Option<Command> {
    match snapshot.talk {
        TalkState::Offered { .. } if enter => Some(Command::AnswerOffer { play: true }),
        TalkState::Offered { .. } | TalkState::Talking { playing: true, .. } if escape => {
            Some(Command::AnswerOffer { play: false })
        }
        _ => None,
    }
}

/// Shows the card at `now` in `width` points, if there is something to choose.
pub fn show(ui: &mut Ui, snapshot: &Snapshot, width: f32, now: Instant) -> Vec<Action> {
    let mut actions = Vec::new();
    let mut answer = |play| actions.push(Action::Send(Command::AnswerOffer { play }));
    ui.set_width(width);
    ui.spacing_mut().button_padding.x = 6.0;
    let half = (width - ui.spacing().item_spacing.x) / 2.0;
    match snapshot.talk {
        TalkState::Offered { until, recorded, held } => {
            let left = until.saturating_duration_since(now).as_secs_f32().ceil();
            ui.label(theme::strong("It is your turn").heading());
            ui.label(theme::muted(format!("You said {} while you waited. Play it to the room?", clock(recorded))));
            ui.add_space(6.0);
            ui.horizontal(|ui| {
                if theme::primary_button(ui, "Play it  (Enter)", half).clicked() {
                    answer(true);
                }
                let (word, tip) = if held {
                    ("Talk live  (Esc)", "Forgets the recording; what you say from now on is sent.")
                } else {
                    ("Drop it  (Esc)", "Forgets the recording and gives the turn to the next.")
                };
                if ui.add_sized(vec2(half, 38.0), Button::new(word)).on_hover_text(tip).clicked() {
                    answer(false);
                }
            });
            ui.add_space(2.0);
            let then = if held { "then you talk live" } else { "then it is dropped; hold V to talk live" };
            ui.add(Label::new(theme::small(format!("{left} s left, {then}"))).wrap());
        }
        TalkState::Talking { playing: true, .. } => {
            ui.label(theme::strong("Your recording is played"));
            ui.horizontal(|ui| {
                if ui.add(Button::new("Stop it  (Esc)").min_size(vec2(112.0, 32.0))).clicked() {
                    answer(false);
                }
                ui.label(theme::small("V: talk live instead"));
            });
        }
        _ => {}
    }
    actions
}
