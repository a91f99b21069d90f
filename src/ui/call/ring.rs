//! A call that rings here: who it is and what about, and every way to answer. Nothing is captured before one of them is
//! chosen. The card never takes the keyboard from a text field: Tab comes to it first where nothing else has it.

use super::{CallModel, words};
use crate::{
    net::{
        commands::Command,
        snapshot::{CallView, Snapshot},
    },
    ui::{Action, bidi, symbols, theme},
};
use bevy_egui::egui::{self, Button, Key, Label, TextEdit, Ui, WidgetInfo, WidgetType, vec2};
use hallway_protocol::{
    call::{CallKind, CallMember, Presence},
    limits,
};

/// Width of the card's contents, in points.
pub const WIDTH: f32 = 330.0;
/// What one can say at once to somebody who is not answered.
pub const READY: [&str; 3] =
    ["In a meeting, I'll call you back.", "Can't talk, please write.", "Give me five minutes."];

/// Shows one card for each call that rings, the oldest first.
pub fn show(ui: &mut Ui, model: &mut CallModel, snapshot: &Snapshot) -> Vec<Action> {
    let mut actions = Vec::new();
    let time = ui.input(|input| input.time) as f32;
    for call in &snapshot.calls.incoming {
        let glow = 0.55 + 0.45 * (time * 4.0).sin().abs();
        let edge = egui::Stroke::new(2.0, theme::ACCENT.gamma_multiply(glow));
        theme::card().inner_margin(16).stroke(edge).show(ui, |ui| {
            ui.push_id(call.call.0, |ui| card(ui, model, call, snapshot, time, &mut actions));
        });
        ui.add_space(4.0);
    }
    if !snapshot.calls.incoming.is_empty() {
        ui.ctx().request_repaint();
    }
    actions
}

fn card(
    ui: &mut Ui,
    model: &mut CallModel,
    call: &CallView,
    snapshot: &Snapshot,
    time: f32,
    actions: &mut Vec<Action>,
) {
    ui.set_width(WIDTH);
    let caller = caller(call, snapshot);
    let name = caller.map_or_else(|| "Somebody".to_owned(), |caller| bidi::line(&caller.name));
    ui.horizontal(|ui| {
        theme::portrait(ui, caller.map_or("", |caller| &caller.name), 48.0);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 1.0;
            ui.set_width(WIDTH - 110.0);
            ui.add(Label::new(theme::strong(format!("{name} is calling")).heading()).truncate());
            ui.add(Label::new(theme::muted(about(call, snapshot))).wrap());
        });
        let (rect, _) = ui.allocate_exact_size(vec2(34.0, 48.0), egui::Sense::hover());
        symbols::bell(ui.painter(), rect.center(), 26.0, time, theme::ACCENT);
    });
    ui.add_space(8.0);
    answers(ui, model, call, &name, actions);
    if model.declining.as_ref().is_some_and(|(declined, _)| *declined == call.call) {
        texts(ui, model, call, actions);
    }
    ui.add(Label::new(theme::small("Your microphone and camera stay closed until you accept.")).wrap());
}

/// Who rings here.
fn caller<'a>(call: &'a CallView, snapshot: &Snapshot) -> Option<&'a CallMember> {
    let me = snapshot.me.as_ref()?.id;
    match call.member(me)?.presence {
        Presence::Ringing { by } => call.member(by),
        Presence::Joined { .. } | Presence::Lost => None,
    }
}

/// What the call is about, and who else is in it.
fn about(call: &CallView, snapshot: &Snapshot) -> String {
    let me = snapshot.me.as_ref().map(|me| me.id);
    let caller = caller(call, snapshot).map(|caller| caller.person);
    let others: Vec<String> = call
        .members
        .iter()
        .filter(|member| Some(member.person) != me && Some(member.person) != caller)
        .map(|member| bidi::line(&member.name))
        .collect();
    let kind = match call.room {
        Some(_) => format!("{}, {}", words::kind(call.kind), words::title(call, snapshot).to_lowercase()),
        None => words::kind(call.kind).to_owned(),
    };
    if others.is_empty() { kind } else { format!("{kind} with {}", words::listed(&others)) }
}

fn answers(ui: &mut Ui, model: &mut CallModel, call: &CallView, name: &str, actions: &mut Vec<Action>) {
    let gap = ui.spacing().item_spacing.x;
    let half = (WIDTH - gap) / 2.0;
    ui.spacing_mut().button_padding.x = 6.0;
    let accept = |camera| Action::Send(Command::AcceptCall { call: call.call, camera });
    ui.horizontal(|ui| {
        let voice = theme::primary_button(ui, "Accept", half);
        voice.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, format!("Accept {name}'s call with voice")));
        if voice.on_hover_text("Opens your microphone to the call; your camera stays off").clicked() {
            actions.push(accept(false));
        }
        let video = ui.add_sized(vec2(half, 38.0), Button::new("Accept with video"));
        let tip = match call.kind {
            CallKind::Video => "Opens your microphone and your camera to the call",
            CallKind::Voice => "Opens your camera, too, though it is a voice call",
        };
        if video.on_hover_text(tip).clicked() {
            actions.push(accept(true));
        }
    });
    ui.horizontal(|ui| {
        if ui.add_sized(vec2(half, 32.0), Button::new("Decline")).clicked() {
            actions.push(decline(call, ""));
        }
        let is_open = model.declining.as_ref().is_some_and(|(declined, _)| *declined == call.call);
        let word = if is_open { "Without a word" } else { "Decline with a word…" };
        if ui.add_sized(vec2(half, 32.0), Button::new(word)).clicked() {
            model.declining = (!is_open).then(|| (call.call, String::new()));
        }
    });
    ui.add_space(2.0);
}

fn decline(call: &CallView, text: &str) -> Action {
    Action::Send(Command::DeclineCall { call: call.call, text: text.to_owned() })
}

/// The ready texts, and one of one's own.
fn texts(ui: &mut Ui, model: &mut CallModel, call: &CallView, actions: &mut Vec<Action>) {
    for text in READY {
        if ui.add_sized(vec2(WIDTH, 30.0), Button::new(theme::muted(text))).clicked() {
            actions.push(decline(call, text));
        }
    }
    let Some((_, typed)) = &mut model.declining else { return };
    ui.horizontal(|ui| {
        let field = TextEdit::singleline(typed)
            .id_salt("decline text")
            .hint_text(theme::muted("Your own words"))
            .desired_width(WIDTH - 84.0)
            .char_limit(limits::DECLINE_BYTES)
            .margin(egui::Margin::symmetric(10, 7));
        let response = ui.add(field);
        response.widget_info(|| WidgetInfo::labeled(WidgetType::TextEdit, true, "Your own words to the caller"));
        let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if ui.add_sized(vec2(76.0, 32.0), Button::new("Send")).on_hover_text("Decline with these words").clicked()
            || entered
        {
            actions.push(decline(call, typed.trim()));
        }
    });
    ui.add_space(2.0);
}
