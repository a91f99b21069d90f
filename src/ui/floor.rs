//! The room one is in: its rules, who talks, who waits in which order and who may not talk, as the server told all who
//! are inside; and what moderators may do about it.

pub mod orders;
pub mod rules;

use super::{Action, bidi, quality, symbols, theme};
use crate::net::{
    commands::Command,
    snapshot::{PersonView, RoomView, Snapshot},
};
use bevy_egui::egui::{
    self, Align, Button, Layout, Rect, RichText, ScrollArea, Sense, TextStyle, Ui, UiBuilder, WidgetInfo, WidgetType,
    vec2,
};
use hallway_protocol::ids::PersonId;

/// Width of the panel's contents, in points.
pub const WIDTH: f32 = 212.0;
/// The same where buttons stand behind the names.
pub const MODERATOR_WIDTH: f32 = 264.0;
/// Height of a person's row, in points.
const ROW: f32 = 30.0;
/// Rows that are seen at once; a longer queue scrolls.
const ROWS: f32 = 7.0;

/// What somebody is to the floor.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Talks,
    /// Waits; so many turns come before this one, plus one.
    Waits(usize),
    Muted,
}

/// Shows the panel; nothing in the hall, which has no floor.
pub fn show(ui: &mut Ui, snapshot: &Snapshot) -> Vec<Action> {
    let mut actions = Vec::new();
    let Some(room) = snapshot.me.as_ref().and_then(|me| snapshot.room(me.room?)) else { return actions };
    ui.set_width(if room.moderated { MODERATOR_WIDTH } else { WIDTH });
    ui.spacing_mut().item_spacing.y = 2.0;
    heading(ui, room, &mut actions);
    let rows = parts(room);
    if !rows.is_empty() {
        ui.add_space(4.0);
        let height = ROWS * (ROW + 2.0);
        ScrollArea::vertical().id_salt("floor").min_scrolled_height(height).max_height(height).show(ui, |ui| {
            for (person, part) in rows {
                row(ui, person, part, snapshot, &mut actions);
            }
        });
    }
    actions
}

/// Everybody who has a part, in the server's order: who talks, who waits, and who of the others is muted.
fn parts(room: &RoomView) -> Vec<(PersonId, Part)> {
    let talks = room.talkers.iter().map(|person| (*person, Part::Talks));
    let waits = room.waiting.iter().zip(1..).map(|(person, place)| (*person, Part::Waits(place)));
    let muted = room.muted.iter().map(|person| (*person, Part::Muted));
    talks.chain(waits).chain(muted).collect()
}

fn heading(ui: &mut Ui, room: &RoomView, actions: &mut Vec<Action>) {
    let size = vec2(ui.available_width(), ui.spacing().interact_size.y);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        if room.moderated {
            let button = Button::new(theme::small("Rules…")).small();
            if ui.add(button).on_hover_text("Change who may talk in this room").clicked() {
                actions.push(Action::ToggleRules);
            }
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.add(egui::Label::new(theme::strong(bidi::line(&room.name))).truncate());
        });
    });
    let (_, policy) = rules::of_policy(room.policy);
    let (_, queue) = rules::of_queue(room.queue);
    let meaning = if rules::tag(room.policy).is_some() { policy } else { format!("{policy}\n{queue}") };
    ui.label(theme::small(rules::line(room.policy, room.queue))).on_hover_text(meaning);
    if room.keeps_turns() {
        kept(ui);
    }
}

/// The sign that what is said here is kept.
fn kept(ui: &mut Ui) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let (dot, _) = ui.allocate_exact_size(vec2(8.0, 14.0), Sense::hover());
        ui.painter().circle_filled(dot.center(), 4.0, theme::DANGER);
        let tip = "Each turn stands in this room's chat, for whoever comes in.\nWho talked may delete it there.";
        ui.label(theme::small("What is said here is kept").color(theme::TEXT)).on_hover_text(tip);
    });
}

fn row(ui: &mut Ui, person: PersonId, part: Part, snapshot: &Snapshot, actions: &mut Vec<Action>) {
    let Some(view) = snapshot.person(person) else { return };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, spoken(view, part, snapshot)));
    if response.hovered() {
        ui.painter().rect_filled(rect, 8.0, theme::RAISED);
    }
    sign(ui, rect.with_max_x(rect.left() + 22.0), part);
    theme::paint_portrait(ui.painter(), rect.left_center() + vec2(34.0, 0.0), 20.0, &view.name);
    let buttons = buttons(ui, rect, person, snapshot, actions);
    let mut right = buttons;
    if let (Part::Talks, Some(heard)) = (part, quality::of(person, snapshot)) {
        right -= 20.0;
        let at = Rect::from_center_size(egui::pos2(right + 8.0, rect.center().y), vec2(16.0, 16.0));
        quality::sign(ui, at, heard, snapshot);
    }
    let is_me = snapshot.me.as_ref().is_some_and(|me| me.id == person);
    let name = if is_me { format!("{} (you)", bidi::line(&view.name)) } else { bidi::line(&view.name) };
    let color = match part {
        Part::Talks => theme::TALK,
        Part::Waits(_) if is_me => theme::ACCENT,
        Part::Waits(_) => theme::TEXT,
        Part::Muted => theme::MUTED,
    };
    let font = TextStyle::Body.resolve(ui.style());
    let left = rect.left() + 48.0;
    let at = egui::pos2(left, rect.center().y - font.size * 0.62);
    super::people::line(ui, at, right - left - 4.0, &name, font, color);
    if response.clicked() {
        actions.push(Action::Menu { person, at: None });
    }
}

/// What a row says to a screen reader.
fn spoken(view: &PersonView, part: Part, snapshot: &Snapshot) -> String {
    let is_me = snapshot.me.as_ref().is_some_and(|me| me.id == view.id);
    let who = if is_me { format!("{} (you)", view.name) } else { view.name.clone() };
    match part {
        Part::Talks => format!("{who} talks"),
        Part::Waits(1) => format!("{who} is next"),
        Part::Waits(place) => format!("{who} is number {place} in line"),
        Part::Muted => format!("{who} is muted"),
    }
}

fn sign(ui: &Ui, rect: Rect, part: Part) {
    match part {
        Part::Talks => {
            let time = ui.input(|input| input.time) as f32;
            theme::paint_voice(ui.painter(), rect.center(), 14.0, time, theme::TALK);
            ui.ctx().request_repaint();
        }
        Part::Waits(place) => {
            let font = egui::FontId::new(13.0, egui::FontFamily::Name(theme::BOLD.into()));
            let color = if place == 1 { theme::ACCENT } else { theme::MUTED };
            ui.painter().text(rect.center(), egui::Align2::CENTER_CENTER, place, font, color);
        }
        Part::Muted => symbols::microphone(ui.painter(), rect.center(), 14.0, theme::DANGER, false),
    }
}

/// A moderator's buttons at the end of a row; answers where they begin.
fn buttons(ui: &mut Ui, rect: Rect, person: PersonId, snapshot: &Snapshot, actions: &mut Vec<Action>) -> f32 {
    let choices = orders::about(person, snapshot);
    if choices.is_empty() {
        return rect.right();
    }
    let builder = UiBuilder::new().max_rect(rect).layout(Layout::right_to_left(Align::Center));
    let mut ui = ui.new_child(builder);
    ui.spacing_mut().item_spacing.x = 4.0;
    ui.spacing_mut().button_padding = vec2(6.0, 2.0);
    for choice in choices.into_iter().rev() {
        let text = RichText::new(choice.word).text_style(TextStyle::Small);
        let response = ui.add(Button::new(text).small().min_size(vec2(0.0, 22.0)));
        response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, &choice.label));
        if response.on_hover_text(format!("{}.\n{}", choice.label, choice.tip)).clicked() {
            actions.push(Action::Send(Command::OrderFloor(choice.order)));
        }
    }
    ui.min_rect().left()
}
