//! The lines of a conversation: who, when, what, and what became of it.

use super::{clock, message, model::ChatModel, reading};
use crate::{
    net::{
        commands::Command,
        snapshot::{ChatLine, ChatLog, Snapshot},
    },
    ui::{Action, bidi, theme},
};
use bevy_egui::egui::{
    self, Align, Button, Color32, Label, Layout, Rect, RichText, Sense, Shape, Stroke, TextStyle, Ui, UiBuilder, pos2,
    vec2,
};
use chrono::NaiveDate;
use hallway_protocol::{
    chat::{ChatMessage, Conversation},
    control::HistoryAt,
    ids::{MessageId, PersonId},
    limits,
};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Room for portraits and times at the left, in points.
const GUTTER: f32 = 40.0;
/// Lines of one person within this time stand together.
const TOGETHER_MS: i64 = 5 * 60_000;

/// Height of what stands above the first line, in points.
const OLDER_HEIGHT: f32 = 30.0;
/// Nearer than this to an end of what is there, in points, more is asked for.
const NEAR: f32 = 400.0;
/// How long a message that was jumped to is marked, in seconds.
const GLOWS: f64 = 2.5;

/// How a line follows the one before.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Place {
    /// A new day begins; the day.
    new_day: Option<NaiveDate>,
    /// The line belongs to the one before and needs no name.
    continues: bool,
    /// What came since one was here begins with it.
    is_first_new: bool,
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
        let width = ui.available_width() - 12.0;
        model.scroll = super::model::Scroll { of: Some(of), to_end: true, width, ..Default::default() };
    }
    let is_window = log.window.is_some();
    let focus = ui.input(|input| input.focused);
    let after = model.reading.show(of, log, focus, !model.scroll.away && !is_window);
    let (lines, complete) = log.shown();
    let rows = laid(lines, snapshot, reading::first_new(lines, after), model);
    let wanted = wanted_offset(ui, &rows, complete, model, snapshot, of, actions);
    // An area that sticks to its bottom is there, whatever offset it is given.
    let sticks = wanted.is_none() && !is_window;
    let mut area = egui::ScrollArea::vertical().id_salt(of).auto_shrink(false).stick_to_bottom(sticks);
    if let Some(offset) = wanted {
        area = area.vertical_scroll_offset(offset);
    }
    let output = area.show_viewport(ui, |ui, viewport| {
        ui.spacing_mut().item_spacing.y = 0.0;
        model.scroll.width = ui.available_width();
        if !complete {
            older(ui, of, lines, actions);
        }
        if lines.is_empty() {
            empty(ui, of, snapshot, model);
        }
        draw(ui, viewport, &rows, complete, model, snapshot, of, actions);
    });
    let scroll = &mut model.scroll;
    (scroll.content, scroll.offset) = (output.content_size.y, output.state.offset.y);
    scroll.height = output.inner_rect.height();
    scroll.away = scroll.offset + scroll.height < scroll.content - 12.0;
    if !scroll.away && !is_window {
        scroll.seen_lines = log.lines.len();
    }
    ask_for_more(model, of, log, actions);
    if model.scroll.away || is_window {
        jump_pill(ui, output.inner_rect, model, of, log, actions);
    }
}

/// A line with how it stands there, and what its height goes by.
struct Laid<'l> {
    line: &'l ChatLine,
    place: Place,
    key: u64,
}

fn laid<'l>(
    lines: &'l [ChatLine],
    snapshot: &Snapshot,
    first_new: Option<MessageId>,
    model: &ChatModel,
) -> Vec<Laid<'l>> {
    let sent_again =
        |line: &&ChatLine| matches!(line, ChatLine::Failed { request, .. } if model.sent_again.contains(request));
    let mut before: Option<&ChatLine> = None;
    lines
        .iter()
        .filter(|line| !sent_again(line))
        .map(|line| {
            let mut place = place(before, line, snapshot);
            place.is_first_new = first_new.is_some() && line.id() == first_new;
            place.continues &= !place.is_first_new;
            before = Some(line);
            Laid { line, place, key: key(line, place, model.scroll.width) }
        })
        .collect()
}

/// Where the view has to be put before anything is drawn: to the end, to a message that is jumped to, or so that what
/// is read stays where it is when something above it came or changed.
fn wanted_offset(
    ui: &mut Ui,
    rows: &[Laid],
    complete: bool,
    model: &mut ChatModel,
    snapshot: &Snapshot,
    of: Conversation,
    actions: &mut Vec<Action>,
) -> Option<f32> {
    if let Some((_, message)) = model.jump.filter(|(conversation, _)| *conversation == of && model.scroll.content > 0.0)
    {
        let asked = Some((of, message));
        if let Some(top) = top_of(ui, message, rows, complete, model, snapshot) {
            let now = ui.input(|input| input.time);
            (model.jump, model.scroll.to_end, model.scroll.anchor) = (None, false, None);
            model.asked_page = None;
            model.glow = Some((message, now + GLOWS));
            return Some((top - model.scroll.height / 3.0).max(0.0));
        }
        if model.asked_page != asked {
            model.asked_page = asked;
            actions.push(Action::Send(Command::HistoryAt { of, at: HistoryAt::Around(message) }));
        }
    }
    if std::mem::take(&mut model.scroll.to_end) {
        model.scroll.anchor = None;
        return Some(model.scroll.content.max(1e6));
    }
    let (message, was_at) = model.scroll.anchor.filter(|_| model.scroll.away)?;
    let top = top_of(ui, message, rows, complete, model, snapshot)?;
    model.scroll.anchor = Some((message, top));
    ((top - was_at).abs() > 0.5).then(|| (model.scroll.offset + top - was_at).max(0.0))
}

/// Where a message begins. Lines above that were never drawn are drawn unseen to know their heights.
fn top_of(
    ui: &mut Ui,
    message: MessageId,
    rows: &[Laid],
    complete: bool,
    model: &mut ChatModel,
    snapshot: &Snapshot,
) -> Option<f32> {
    let place = rows.iter().position(|row| row.line.id() == Some(message))?;
    let mut top = if complete { 0.0 } else { OLDER_HEIGHT };
    for row in &rows[..place] {
        let known = model.heights.get(&row.key).copied();
        top += match known {
            Some(height) => height,
            None => measured(ui, row, model, snapshot),
        };
    }
    Some(top)
}

fn measured(ui: &mut Ui, laid: &Laid, model: &mut ChatModel, snapshot: &Snapshot) -> f32 {
    let start = ui.cursor().min;
    let rect = Rect::from_min_size(start, vec2(model.scroll.width, f32::INFINITY));
    let layout = Layout::top_down(Align::Min);
    let mut unseen =
        ui.new_child(UiBuilder::new().id_salt(("unseen", laid.key)).max_rect(rect).layout(layout).invisible());
    unseen.spacing_mut().item_spacing.y = 0.0;
    row(&mut unseen, laid, clock::today(), model, snapshot, Conversation::World, &mut Vec::new());
    let height = unseen.cursor().top() - start.y;
    model.heights.insert(laid.key, height);
    height
}

/// Older lines before the first is reached, and newer ones in a piece of history that doesn't reach the newest.
fn ask_for_more(model: &mut ChatModel, of: Conversation, log: &ChatLog, actions: &mut Vec<Action>) {
    let (lines, complete) = log.shown();
    let (first, last) = (lines.iter().find_map(ChatLine::id), lines.iter().rev().find_map(ChatLine::id));
    let scroll = &model.scroll;
    // Not before the newest line was drawn once.
    let is_near_top = scroll.offset < NEAR && !scroll.to_end && scroll.content > scroll.height;
    let is_near_end = scroll.offset + scroll.height > scroll.content - NEAR;
    if let Some(before) = first.filter(|_| is_near_top && !complete)
        && model.asked_page != Some((of, before))
    {
        model.asked_page = Some((of, before));
        actions.push(Action::Send(Command::History { of, before: Some(before), count: limits::HISTORY_PAGE }));
    } else if let Some(last) = last.filter(|_| is_near_end && log.window.is_some())
        && model.asked_page != Some((of, last))
    {
        model.asked_page = Some((of, last));
        actions.push(Action::Send(Command::HistoryAt { of, at: HistoryAt::After(last) }));
    }
}

/// The button that asks for older lines, where they did not come by themselves.
fn older(ui: &mut Ui, of: Conversation, lines: &[ChatLine], actions: &mut Vec<Action>) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), OLDER_HEIGHT), Sense::hover());
    let Some(before) = lines.iter().find_map(ChatLine::id) else { return };
    let text = Button::new(theme::small("Show earlier messages")).frame_when_inactive(false);
    if ui.put(rect, text).clicked() {
        let history = Command::History { of, before: Some(before), count: limits::HISTORY_PAGE };
        actions.push(Action::Send(history));
    }
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
fn draw(
    ui: &mut Ui,
    viewport: Rect,
    rows: &[Laid],
    complete: bool,
    model: &mut ChatModel,
    snapshot: &Snapshot,
    of: Conversation,
    actions: &mut Vec<Action>,
) {
    let width = ui.available_width();
    let today = clock::today();
    let mut y = if complete { 0.0 } else { OLDER_HEIGHT };
    let mut anchor = None;
    for laid in rows {
        let known = model.heights.get(&laid.key).copied();
        let height = match known {
            Some(height) if y + height < viewport.top() - 200.0 || y > viewport.bottom() + 200.0 => {
                ui.allocate_space(vec2(width, height));
                height
            }
            _ => {
                let start = ui.cursor().top();
                row(ui, laid, today, model, snapshot, of, actions);
                ui.cursor().top() - start
            }
        };
        model.heights.insert(laid.key, height);
        if anchor.is_none() && y + height > viewport.top() {
            anchor = laid.line.id().map(|id| (id, y));
        }
        y += height;
    }
    model.scroll.anchor = anchor;
    if model.heights.len() > 4 * 500 {
        model.heights.clear();
    }
    ui.add_space(4.0);
}

fn row(
    ui: &mut Ui,
    laid: &Laid,
    today: NaiveDate,
    model: &mut ChatModel,
    snapshot: &Snapshot,
    of: Conversation,
    actions: &mut Vec<Action>,
) {
    let place = laid.place;
    if let Some(day) = place.new_day {
        line_across(ui, &clock::day(day, today), theme::LINE, theme::MUTED);
    }
    if place.is_first_new {
        line_across(ui, "New since you were here", theme::ACCENT, theme::ACCENT);
    }
    match laid.line {
        ChatLine::Notice { text, at_ms } => notice(ui, text, *at_ms),
        ChatLine::Said(message) => said(ui, message, place, model, snapshot, of, actions),
        ChatLine::Pending { text, .. } => {
            let head = head_of_own(snapshot, place);
            let rect = body(ui, head, "", snapshot, actions, |ui, _| plain_text(ui, text, theme::MUTED));
            paint_clock(ui, pos2(rect.left() + GUTTER - 16.0, rect.bottom() - 12.0));
        }
        ChatLine::Failed { request, text, reason } => {
            let head = head_of_own(snapshot, place);
            body(ui, head, "", snapshot, actions, |ui, _| plain_text(ui, text, theme::DANGER));
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

/// A stored message; what mentions one, and what was jumped to, stands out.
fn said(
    ui: &mut Ui,
    message: &ChatMessage,
    place: Place,
    model: &mut ChatModel,
    snapshot: &Snapshot,
    of: Conversation,
    actions: &mut Vec<Action>,
) {
    let behind = ui.painter().add(Shape::Noop);
    let head = (!place.continues).then_some((message.from_name.as_str(), message.from));
    let time = clock::hour(message.sent_ms);
    let rect = body(ui, head, &time, snapshot, actions, |ui, actions| {
        message::show(ui, message, model, snapshot, actions);
    });
    let now = ui.input(|input| input.time);
    let glows = model.glow.is_some_and(|(id, until)| id == message.id && now < until);
    if glows || message.marks.mentioned {
        let color = theme::ACCENT.gamma_multiply(if glows { 0.3 } else { 0.12 });
        ui.painter().set(behind, Shape::rect_filled(rect, 6.0, color));
    }
    if glows {
        ui.ctx().request_repaint();
    }
    message::buttons(ui, rect, message, of, model, snapshot, actions);
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
    snapshot: &Snapshot,
    actions: &mut Vec<Action>,
    contents: impl FnOnce(&mut Ui, &mut Vec<Action>),
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
    contents(&mut column, actions);
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

/// A text that is not stored yet, which can be marked and copied.
fn plain_text(ui: &mut Ui, text: &str, color: Color32) {
    let width = ui.available_width();
    let (shown, align) = bidi::paragraph(ui, text, width);
    ui.with_layout(Layout::top_down(align), |ui| {
        ui.add(Label::new(RichText::new(shown).color(color)).selectable(true).wrap());
    });
}

fn notice(ui: &mut Ui, text: &str, at_ms: i64) {
    ui.add_space(5.0);
    ui.horizontal(|ui| {
        ui.add_space(GUTTER);
        let text = theme::small(format!("{} · {}", bidi::line(text), clock::hour(at_ms)));
        ui.vertical(|ui| ui.add(Label::new(text).wrap()));
    });
    ui.add_space(2.0);
}

/// A word in the middle of a line.
fn line_across(ui: &mut Ui, word: &str, color: Color32, text: Color32) {
    ui.add_space(10.0);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width() - 8.0, 18.0), Sense::hover());
    let font = TextStyle::Small.resolve(ui.style());
    let galley = ui.painter().layout_no_wrap(word.to_owned(), font, text);
    let half = galley.size().x / 2.0 + 10.0;
    let line = Stroke::new(1.0, color);
    ui.painter().hline(rect.left()..=rect.center().x - half, rect.center().y, line);
    ui.painter().hline(rect.center().x + half..=rect.right(), rect.center().y, line);
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, text);
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
fn jump_pill(
    ui: &mut Ui,
    inside: Rect,
    model: &mut ChatModel,
    of: Conversation,
    log: &ChatLog,
    actions: &mut Vec<Action>,
) {
    let fresh = log.lines.len().saturating_sub(model.scroll.seen_lines);
    let text = match fresh {
        _ if log.window.is_some() => "Jump to the newest".to_owned(),
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
        if log.window.is_some() {
            actions.push(Action::Send(Command::LeaveWindow(of)));
        }
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
    Place { new_day, continues: same_author && new_day.is_none(), is_first_new: false }
}

fn time(line: &ChatLine) -> Option<i64> {
    match line {
        ChatLine::Said(message) => Some(message.sent_ms),
        ChatLine::Notice { at_ms, .. } => Some(*at_ms),
        ChatLine::Pending { .. } | ChatLine::Failed { .. } => None,
    }
}

/// What a line's height depends on.
fn key(line: &ChatLine, place: Place, width: f32) -> u64 {
    let mut hasher = DefaultHasher::new();
    match line {
        ChatLine::Said(message) => {
            let marks = &message.marks;
            (0, message.id, marks.edited_ms, marks.deleted, marks.reactions.len()).hash(&mut hasher);
            (marks.reply_to.is_some(), message.attachment.is_some()).hash(&mut hasher);
        }
        ChatLine::Pending { request, .. } => (1, request, 0).hash(&mut hasher),
        ChatLine::Failed { request, .. } => (2, request, 0).hash(&mut hasher),
        ChatLine::Notice { text, at_ms } => (3, text, at_ms).hash(&mut hasher),
    }
    place.hash(&mut hasher);
    width.to_bits().hash(&mut hasher);
    hasher.finish()
}
