//! The lines of a conversation: who, when, what, and what became of it.

use super::{clock, files, model::ChatModel, notes};
use crate::{
    net::{
        commands::Command,
        snapshot::{ChatLine, ChatLog, NoteKey, Snapshot},
    },
    ui::{Action, bidi, theme},
};
use bevy_egui::egui::{
    self, Align, Button, Color32, Label, Layout, Rect, RichText, Sense, Stroke, TextStyle, Ui, UiBuilder, pos2, vec2,
};
use chrono::NaiveDate;
use hallway_protocol::{
    chat::{ChatMessage, Conversation},
    file::AttachmentKind,
    ids::PersonId,
    limits,
};
use std::{
    hash::{DefaultHasher, Hash, Hasher},
    time::Duration,
};

/// Room for portraits and times at the left, in points.
const GUTTER: f32 = 40.0;
/// Lines of one person within this time stand together.
const TOGETHER_MS: i64 = 5 * 60_000;

/// How a line follows the one before.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Place {
    /// A new day begins; the day.
    new_day: Option<NaiveDate>,
    /// The line belongs to the one before and needs no name.
    continues: bool,
}

/// Shows a conversation, the newest line at the bottom.
pub(super) fn show(
    ui: &mut Ui,
    model: &mut ChatModel,
    snapshot: &Snapshot,
    of: Conversation,
    log: &ChatLog,
    actions: &mut Vec<Action>,
) {
    let is_new = model.scroll.of != Some(of);
    if is_new {
        model.scroll = super::model::Scroll { of: Some(of), to_end: true, ..Default::default() };
    }
    let mut area = egui::ScrollArea::vertical().id_salt(of).auto_shrink(false).stick_to_bottom(true);
    let first = log.lines.first().map(|line| key(line, None, 0.0));
    if std::mem::take(&mut model.scroll.to_end) {
        area = area.vertical_scroll_offset(model.scroll.content.max(1e6));
    }
    let was_prepended = !is_new && model.scroll.first.is_some() && model.scroll.first != first;
    let content_before = model.scroll.content;
    let output = area.show_viewport(ui, |ui, viewport| {
        ui.spacing_mut().item_spacing.y = 0.0;
        if !log.complete {
            older(ui, of, log, actions);
        }
        if log.lines.is_empty() {
            empty(ui, of, snapshot, model);
        }
        rows(ui, viewport, model, snapshot, of, log, actions);
    });
    let scroll = &mut model.scroll;
    scroll.content = output.content_size.y;
    scroll.offset = output.state.offset.y;
    scroll.first = first;
    if was_prepended && scroll.away {
        // What was read stays where it is when older lines come in above.
        let mut state = output.state;
        state.offset.y += scroll.content - content_before;
        state.store(ui.ctx(), output.id);
    }
    scroll.away = scroll.offset + output.inner_rect.height() < scroll.content - 12.0;
    if !scroll.away {
        scroll.seen_lines = log.lines.len();
    }
    if scroll.away {
        jump_pill(ui, output.inner_rect, model, log);
    }
}

/// The button that asks for older lines.
fn older(ui: &mut Ui, of: Conversation, log: &ChatLog, actions: &mut Vec<Action>) {
    let Some(before) = log.lines.iter().find_map(ChatLine::id) else { return };
    ui.vertical_centered(|ui| {
        if theme::quiet_button(ui, theme::small("Show earlier messages")).clicked() {
            let history = Command::History { of, before: Some(before), count: limits::HISTORY_PAGE };
            actions.push(Action::Send(history));
        }
    });
}

/// What stands where nothing was said yet.
fn empty(ui: &mut Ui, of: Conversation, snapshot: &Snapshot, model: &ChatModel) {
    let sentence = match of {
        Conversation::World => "Nothing has been said to everyone yet.".to_owned(),
        Conversation::Room(room) => {
            let name = snapshot.room(room).map_or("this room", |room| &room.name);
            format!("Nothing has been said in {name} yet.")
        }
        Conversation::Person(person) => format!("Only you and {} read this.", model.name_of(person, snapshot)),
    };
    ui.add_space((ui.available_height() / 2.0 - 20.0).max(8.0));
    ui.vertical_centered(|ui| ui.label(theme::muted(sentence)));
}

/// All lines; those outside the view are only as high as they were when they were last drawn.
fn rows(
    ui: &mut Ui,
    viewport: Rect,
    model: &mut ChatModel,
    snapshot: &Snapshot,
    of: Conversation,
    log: &ChatLog,
    actions: &mut Vec<Action>,
) {
    let top = ui.min_rect().top();
    let width = ui.available_width();
    let today = clock::today();
    let mut before: Option<&ChatLine> = None;
    for line in &log.lines {
        if matches!(line, ChatLine::Failed { request, .. } if model.sent_again.contains(request)) {
            continue;
        }
        let place = place(before, line, snapshot);
        before = Some(line);
        let key = key(line, Some(place), width);
        let y = ui.cursor().top() - top;
        if let Some(height) = model.heights.get(&key)
            && (y + height < viewport.top() - 200.0 || y > viewport.bottom() + 200.0)
        {
            ui.allocate_space(vec2(width, *height));
            continue;
        }
        let start = ui.cursor().top();
        row(ui, line, place, today, model, snapshot, of, actions);
        model.heights.insert(key, ui.cursor().top() - start);
    }
    if model.heights.len() > 4 * 500 {
        model.heights.clear();
    }
    ui.add_space(4.0);
}

fn row(
    ui: &mut Ui,
    line: &ChatLine,
    place: Place,
    today: NaiveDate,
    model: &mut ChatModel,
    snapshot: &Snapshot,
    of: Conversation,
    actions: &mut Vec<Action>,
) {
    if let Some(day) = place.new_day {
        day_line(ui, &clock::day(day, today));
    }
    match line {
        ChatLine::Notice { text, at_ms } => notice(ui, text, *at_ms),
        ChatLine::Said(message) => {
            let head = (!place.continues).then_some((message.from_name.as_str(), message.from));
            let time = clock::hour(message.sent_ms);
            body(ui, head, &time, &message.text, theme::TEXT, snapshot, actions);
            carried(ui, message, model, snapshot, actions);
        }
        ChatLine::Pending { text, .. } => {
            let head = head_of_own(snapshot, place);
            let rect = body(ui, head, "", text, theme::MUTED, snapshot, actions);
            paint_clock(ui, pos2(rect.left() + GUTTER - 16.0, rect.bottom() - 12.0));
        }
        ChatLine::Failed { request, text, reason } => {
            let head = head_of_own(snapshot, place);
            body(ui, head, "", text, theme::DANGER, snapshot, actions);
            ui.horizontal(|ui| {
                ui.add_space(GUTTER);
                ui.add(Label::new(RichText::new(reason).text_style(TextStyle::Small).color(theme::DANGER)).wrap());
            });
            ui.horizontal(|ui| {
                ui.add_space(GUTTER);
                if ui.add(Button::new(RichText::new("Send again").text_style(TextStyle::Small))).clicked() {
                    model.sent_again.insert(*request);
                    actions.push(Action::Send(Command::Say { to: of, text: text.clone() }));
                }
            });
        }
    }
}

/// What a message carries: the player of a voice note, or a file's card.
fn carried(ui: &mut Ui, message: &ChatMessage, model: &mut ChatModel, snapshot: &Snapshot, actions: &mut Vec<Action>) {
    let Some(attachment) = &message.attachment else { return };
    ui.horizontal(|ui| {
        ui.add_space(GUTTER);
        if let AttachmentKind::Note { ms, waveform } = &attachment.kind {
            let length = Duration::from_millis((*ms).into()).min(limits::NOTE_LENGTH);
            let (key, scrub) = (NoteKey::File(attachment.file), &mut model.notes.scrub);
            notes::in_a_line(ui, key, length, waveform.levels(), snapshot, scrub, actions);
        } else {
            ui.vertical(|ui| files::card(ui, attachment, snapshot, actions));
        }
    });
    ui.add_space(3.0);
}

fn head_of_own(snapshot: &Snapshot, place: Place) -> Option<(&str, Option<PersonId>)> {
    let me = snapshot.me.as_ref().filter(|_| !place.continues)?;
    Some((me.name.as_str(), Some(me.id)))
}

/// A message: portrait, name and time where a new person speaks, else only the time beside the text.
fn body(
    ui: &mut Ui,
    head: Option<(&str, Option<PersonId>)>,
    time: &str,
    text: &str,
    color: Color32,
    snapshot: &Snapshot,
    actions: &mut Vec<Action>,
) -> Rect {
    let start = ui.cursor().min;
    if head.is_some() {
        ui.add_space(9.0);
    }
    let top = ui.cursor().min;
    let column = Rect::from_min_size(top + vec2(GUTTER, 0.0), vec2(ui.available_width() - GUTTER - 8.0, 0.0));
    let mut column = ui.new_child(UiBuilder::new().max_rect(column).layout(Layout::top_down(Align::Min)));
    column.spacing_mut().item_spacing.y = 1.0;
    if let Some((name, id)) = head {
        head_line(&mut column, name, id, time, snapshot, actions);
    }
    // Beside a file there may be nothing.
    if !text.is_empty() {
        message_text(&mut column, text, color);
    }
    let used = column.min_rect();
    match head {
        Some((name, _)) => theme::paint_portrait(ui.painter(), top + vec2(14.0, 17.0), 28.0, name),
        None => paint_time(ui, pos2(top.x + GUTTER - 8.0, used.top() + 2.0), time),
    }
    let rect = Rect::from_min_max(start, pos2(start.x + ui.available_width(), used.bottom() + 3.0));
    ui.allocate_rect(rect, Sense::hover());
    rect
}

fn head_line(
    ui: &mut Ui,
    name: &str,
    id: Option<PersonId>,
    time: &str,
    snapshot: &Snapshot,
    actions: &mut Vec<Action>,
) {
    ui.horizontal(|ui| {
        let shown = theme::strong(bidi::line(name)).color(theme::person_color(name));
        let is_other =
            id.is_some_and(|id| snapshot.me.as_ref().is_some_and(|me| me.id != id) && snapshot.person(id).is_some());
        let response =
            ui.add(Label::new(shown).sense(if is_other { Sense::click() } else { Sense::hover() }).truncate());
        ui.label(theme::small(time));
        if is_other && response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
            actions.extend(id.map(|id| Action::Menu { person: id, at: ui.ctx().pointer_latest_pos() }));
        }
    });
}

/// The text itself, which can be marked and copied.
fn message_text(ui: &mut Ui, text: &str, color: Color32) {
    let width = ui.available_width();
    let (shown, align) = bidi::paragraph(ui, text, width);
    ui.with_layout(Layout::top_down(align), |ui| {
        ui.add(Label::new(RichText::new(shown).color(color)).selectable(true).wrap());
    });
}

fn notice(ui: &mut Ui, text: &str, at_ms: i64) {
    ui.add_space(5.0);
    ui.horizontal_wrapped(|ui| {
        ui.add_space(GUTTER);
        ui.label(theme::small(format!("{} · {}", bidi::line(text), clock::hour(at_ms))));
    });
    ui.add_space(2.0);
}

fn day_line(ui: &mut Ui, day: &str) {
    ui.add_space(10.0);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width() - 8.0, 18.0), Sense::hover());
    let font = TextStyle::Small.resolve(ui.style());
    let galley = ui.painter().layout_no_wrap(day.to_owned(), font, theme::MUTED);
    let half = galley.size().x / 2.0 + 10.0;
    let line = Stroke::new(1.0, theme::LINE);
    ui.painter().hline(rect.left()..=rect.center().x - half, rect.center().y, line);
    ui.painter().hline(rect.center().x + half..=rect.right(), rect.center().y, line);
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, theme::MUTED);
}

fn paint_time(ui: &Ui, right_top: egui::Pos2, time: &str) {
    let font = egui::FontId::proportional(10.5);
    let color = theme::MUTED.gamma_multiply(0.75);
    ui.painter().text(right_top, egui::Align2::RIGHT_TOP, time, font, color);
}

/// A little clock: not stored yet.
fn paint_clock(ui: &Ui, center: egui::Pos2) {
    let stroke = Stroke::new(1.2, theme::MUTED);
    ui.painter().circle_stroke(center, 5.0, stroke);
    ui.painter().line_segment([center, center + vec2(0.0, -3.2)], stroke);
    ui.painter().line_segment([center, center + vec2(2.4, 0.0)], stroke);
}

/// Says that there is more below, and goes there.
fn jump_pill(ui: &mut Ui, inside: Rect, model: &mut ChatModel, log: &ChatLog) {
    let fresh = log.lines.len().saturating_sub(model.scroll.seen_lines);
    let text = match fresh {
        0 => "To the newest".to_owned(),
        1 => "1 new message".to_owned(),
        _ => format!("{fresh} new messages"),
    };
    let rect = Rect::from_center_size(pos2(inside.center().x, inside.bottom() - 22.0), vec2(150.0, 30.0));
    let color = if fresh > 0 { theme::ON_ACCENT } else { theme::TEXT };
    let fill = if fresh > 0 { theme::ACCENT } else { theme::RAISED_HOVER };
    let button =
        Button::new(RichText::new(text).text_style(TextStyle::Small).color(color)).fill(fill).corner_radius(15);
    if ui.put(rect, button).clicked() {
        model.scroll.to_end = true;
    }
}

/// How a line stands to the one before.
fn place(before: Option<&ChatLine>, line: &ChatLine, snapshot: &Snapshot) -> Place {
    let day = |line: &ChatLine| time(line).map(|ms| clock::local(ms).date_naive());
    let last_day = before.and_then(day);
    let new_day =
        day(line).filter(|day| last_day.is_none_or(|last| last != *day) && !(before.is_some() && last_day.is_none()));
    let same_author = match (before, line) {
        (Some(ChatLine::Said(a)), ChatLine::Said(b)) => {
            a.from == b.from && a.from_name == b.from_name && b.sent_ms - a.sent_ms < TOGETHER_MS
        }
        (Some(ChatLine::Said(a)), ChatLine::Pending { .. } | ChatLine::Failed { .. }) => {
            a.from.is_some() && a.from == snapshot.me.as_ref().map(|me| me.id)
        }
        (
            Some(ChatLine::Pending { .. } | ChatLine::Failed { .. }),
            ChatLine::Pending { .. } | ChatLine::Failed { .. },
        ) => true,
        _ => false,
    };
    Place { new_day, continues: same_author && new_day.is_none() }
}

fn time(line: &ChatLine) -> Option<i64> {
    match line {
        ChatLine::Said(message) => Some(message.sent_ms),
        ChatLine::Notice { at_ms, .. } => Some(*at_ms),
        ChatLine::Pending { .. } | ChatLine::Failed { .. } => None,
    }
}

/// What a line's height depends on.
fn key(line: &ChatLine, place: Option<Place>, width: f32) -> u64 {
    let mut hasher = DefaultHasher::new();
    match line {
        ChatLine::Said(message) => (0, message.id, message.attachment.is_some()).hash(&mut hasher),
        ChatLine::Pending { request, .. } => (1, request, 0).hash(&mut hasher),
        ChatLine::Failed { request, .. } => (2, request, 0).hash(&mut hasher),
        ChatLine::Notice { text, at_ms } => (3, text, at_ms).hash(&mut hasher),
    }
    place.hash(&mut hasher);
    width.to_bits().hash(&mut hasher);
    hasher.finish()
}
