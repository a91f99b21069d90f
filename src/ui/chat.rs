//! The chat panel: tabs for the room, for everyone and for each private conversation, the lines, and the text field.

pub mod clock;
pub mod complete;
pub mod files;
mod kept;
mod lines;
pub mod link;
mod message;
pub mod model;
pub mod notes;
pub mod page;
pub mod paste;
pub mod pictures;
mod reading;
pub mod save;
pub mod text;

use super::{Action, bidi, theme};
use crate::net::{
    commands::Command,
    snapshot::{ChatLog, Snapshot},
};
use bevy_egui::egui::{
    self, Button, Event, EventFilter, Id, Key, Modifiers, RichText, TextEdit, TextStyle, Ui, text::CCursor,
    text::CCursorRange, vec2,
};
use hallway_protocol::{chat::Conversation, limits};
use model::{About, ChatModel, Tab};
use std::sync::Arc;

/// Height of the text field of one line, in points.
const FIELD_HEIGHT: f32 = 38.0;
/// Names offered at a time.
const OFFERED: usize = 4;

/// The text field's id, by which it is given the keyboard.
#[must_use]
pub fn field_id() -> Id {
    Id::new("chat field")
}

/// Shows the whole panel in the space that is left.
pub fn show(ui: &mut Ui, model: &mut ChatModel, snapshot: &Snapshot) -> Vec<Action> {
    let mut actions = Vec::new();
    model.follow(snapshot);
    tabs(ui, model, snapshot, &mut actions);
    ui.add_space(2.0);
    let conversation = ChatModel::conversation(model.tab, snapshot);
    if let Some(of) = conversation {
        model.unread.remove(&of);
        model.mentioned.remove(&of);
        ask_for_history(model, snapshot, of, &mut actions);
        kept::line(ui, of, snapshot.keeping);
    }
    let pasted = conversation.is_some_and(|to| model.paste.is_held(to));
    let leaving =
        conversation.map_or(0.0, |to| files::outgoing_height(snapshot, to)) + if pasted { paste::ROW } else { 0.0 };
    let below = foot_height(ui, model, snapshot) + leaving;
    let size = vec2(ui.available_width(), (ui.available_height() - below).max(60.0));
    ui.allocate_ui(size, |ui| {
        ui.set_min_size(size);
        match conversation {
            Some(of) => {
                let log = snapshot.chats.get(&of).cloned().unwrap_or_else(|| Arc::new(ChatLog::default()));
                lines::show(ui, model, snapshot, of, &log, &mut actions);
            }
            None => {
                model.scroll.of = None;
                model.reading.leave();
                hall(ui);
            }
        }
    });
    typing_line(ui, snapshot, conversation);
    if let Some(to) = conversation {
        if model.about.get(&model.tab).is_some_and(|about| message::about(ui, about)) {
            model.drop_about();
        }
        files::outgoing(ui, snapshot, to, &mut actions);
        paste::bar(ui, model, to, &mut actions);
        if notes::bar(ui, &mut model.notes, snapshot, to, &mut actions) {
            model.typing = false;
        } else {
            offers(ui, model, snapshot);
            field_row(ui, model, snapshot, to, &mut actions);
        }
    } else {
        model.typing = false;
        // There is nobody to write to here but everyone.
        if model.take_focus {
            model.tab = Tab::World;
        }
    }
    actions
}

/// What the room's tab says where there is no room.
fn hall(ui: &mut Ui) {
    ui.add_space((ui.available_height() / 2.0 - 40.0).max(8.0));
    ui.vertical_centered(|ui| {
        ui.label(theme::strong("You are in the hall"));
        ui.label(theme::muted("Walk into a room to talk and write with the people in it."));
    });
}

/// Private conversations begin with what was said in them before.
fn ask_for_history(model: &mut ChatModel, snapshot: &Snapshot, of: Conversation, actions: &mut Vec<Action>) {
    if matches!(of, Conversation::Person(_)) && !snapshot.chats.contains_key(&of) && model.asked.insert(of) {
        actions.push(Action::Send(Command::History { of, before: None, count: limits::HISTORY_ON_ENTRY }));
    }
}

fn tabs(ui: &mut Ui, model: &mut ChatModel, snapshot: &Snapshot, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        let menu_width = 46.0;
        egui::ScrollArea::horizontal().id_salt("tabs").max_width(ui.available_width() - menu_width).show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 2.0;
                ui.spacing_mut().button_padding.x = 9.0;
                let private = model.private.iter().map(|person| Tab::Person(*person));
                for tab in [Tab::Room, Tab::World].into_iter().chain(private).collect::<Vec<_>>() {
                    one_tab(ui, model, snapshot, tab);
                }
            });
        });
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| tab_menu(ui, model, snapshot, actions));
    });
}

fn one_tab(ui: &mut Ui, model: &mut ChatModel, snapshot: &Snapshot, tab: Tab) {
    let name = tab_name(model, snapshot, tab);
    let is_open = model.tab == tab;
    let unread = model.unread(tab, snapshot);
    let text = if is_open { theme::strong(name) } else { theme::muted(name) };
    let fill = if is_open { theme::RAISED } else { egui::Color32::TRANSPARENT };
    let response = ui.add(Button::new(text).fill(fill).corner_radius(9).truncate());
    if model.is_mentioned(tab, snapshot) {
        theme::mention_badge(ui, unread);
    } else if unread > 0 {
        theme::badge(ui, unread);
    }
    if response.clicked() {
        model.tab = tab;
        model.take_focus = true;
    }
    if is_open && let Tab::Person(person) = tab {
        let close = ui.add(Button::new(theme::muted("×")).frame_when_inactive(false).min_size(vec2(20.0, 20.0)));
        if close.on_hover_text("Close this conversation").clicked() {
            model.close(person);
        }
    }
}

/// What a tab is called.
fn tab_name(model: &ChatModel, snapshot: &Snapshot, tab: Tab) -> String {
    match tab {
        Tab::Room => {
            let room = snapshot.me.as_ref().and_then(|me| me.room).and_then(|room| snapshot.room(room));
            room.map_or_else(|| "Hall".to_owned(), |room| shortened(&room.name))
        }
        Tab::World => "Everyone".to_owned(),
        Tab::Person(person) => shortened(&model.name_of(person, snapshot)),
    }
}

fn shortened(name: &str) -> String {
    const MOST: usize = 16;
    if name.chars().count() <= MOST {
        return bidi::line(name);
    }
    bidi::line(&(name.chars().take(MOST - 1).collect::<String>() + "…"))
}

fn tab_menu(ui: &mut Ui, model: &ChatModel, snapshot: &Snapshot, actions: &mut Vec<Action>) {
    let conversation = ChatModel::conversation(model.tab, snapshot).filter(|of| snapshot.chats.contains_key(of));
    ui.menu_button(theme::strong("⋯"), |ui| {
        if ui.button("Search…  (Ctrl+F)").clicked() {
            actions.push(Action::Search);
            ui.close();
        }
        let save = ui.add_enabled(conversation.is_some(), Button::new("Save conversation…"));
        if save.clicked()
            && let Some(of) = conversation
        {
            actions.push(Action::Save { of, title: tab_name(model, snapshot, model.tab) });
            ui.close();
        }
    });
}

/// Who is typing here, with moving dots.
fn typing_line(ui: &mut Ui, snapshot: &Snapshot, conversation: Option<Conversation>) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 18.0), egui::Sense::hover());
    let Some(here) = conversation else { return };
    let me = snapshot.me.as_ref().map(|me| me.id);
    let own = me.map(Conversation::Person);
    let types_here = |typing: Conversation, person| match here {
        Conversation::Person(other) => person == other && (Some(typing) == own || typing == here),
        _ => typing == here,
    };
    let names: Vec<_> = snapshot
        .people
        .iter()
        .filter(|person| Some(person.id) != me && person.typing.is_some_and(|typing| types_here(typing, person.id)))
        .map(|person| bidi::line(&person.name))
        .collect();
    let sentence = match names.as_slice() {
        [] => return,
        [one] => format!("{one} is typing"),
        [one, two] => format!("{one} and {two} are typing"),
        [one, rest @ ..] => format!("{one} and {} others are typing", rest.len()),
    };
    let time = ui.input(|input| input.time) as f32;
    theme::paint_typing(ui.painter(), rect.left_center() + vec2(14.0, 1.0), 7.0, time, theme::MUTED);
    let font = TextStyle::Small.resolve(ui.style());
    let galley = ui.painter().layout(sentence, font, theme::MUTED, rect.width() - 36.0);
    ui.painter().galley(rect.left_center() + vec2(32.0, -galley.size().y / 2.0), galley, theme::MUTED);
    ui.ctx().request_repaint();
}

/// Everybody else's name.
fn names(snapshot: &Snapshot) -> Vec<String> {
    let me = snapshot.me.as_ref().map(|me| me.id);
    snapshot.people.iter().filter(|person| Some(person.id) != me).map(|person| person.name.clone()).collect()
}

/// The cursor as a byte position in the draft; its end where the field was not drawn yet.
fn cursor(ui: &Ui, text: &str) -> usize {
    let chars = TextEdit::load_state(ui.ctx(), field_id())
        .and_then(|state| state.cursor.char_range())
        .map_or(usize::MAX, |range| range.primary.index.into());
    text.char_indices().nth(chars).map_or(text.len(), |(at, _)| at)
}

fn set_cursor(ui: &Ui, text: &str, byte: usize) {
    let chars = text[..byte.min(text.len())].chars().count();
    let mut state = TextEdit::load_state(ui.ctx(), field_id()).unwrap_or_default();
    state.cursor.set_char_range(Some(CCursorRange::one(CCursor::new(chars))));
    state.store(ui.ctx(), field_id());
}

fn offered(ui: &Ui, model: &ChatModel, snapshot: &Snapshot) -> Option<complete::Completion> {
    let text = model.draft(model.tab);
    complete::complete(text, cursor(ui, text), &names(snapshot)).filter(|completion| completion.offered && model.typing)
}

/// Names that the word after an `@` may become.
fn offers(ui: &mut Ui, model: &mut ChatModel, snapshot: &Snapshot) {
    let Some(completion) = offered(ui, model, snapshot) else { return };
    ui.horizontal_wrapped(|ui| {
        for name in completion.names.iter().take(OFFERED) {
            let text = RichText::new(bidi::line(name)).color(theme::person_color(name));
            if ui.add(Button::new(text).corner_radius(15)).clicked() {
                let (text, cursor) = complete::put(model.draft(model.tab), &completion.range, name);
                set_cursor(ui, &text, cursor);
                model.drafts.insert(model.tab, text);
                model.take_focus = true;
            }
        }
    });
}

/// The text field, and what stands beside it.
fn field_row(ui: &mut Ui, model: &mut ChatModel, snapshot: &Snapshot, to: Conversation, actions: &mut Vec<Action>) {
    ui.horizontal_top(|ui| {
        files::clip_button(ui, to, FIELD_HEIGHT, actions);
        let width = ui.available_width() - notes::BUTTON - ui.spacing().item_spacing.x;
        ui.vertical(|ui| {
            ui.set_max_width(width);
            field(ui, model, snapshot, to, actions);
        });
        notes::button(ui, &mut model.notes, actions);
    });
}

/// The text field and its button.
fn field(ui: &mut Ui, model: &mut ChatModel, snapshot: &Snapshot, to: Conversation, actions: &mut Vec<Action>) {
    let tab = model.tab;
    let hint = match to {
        Conversation::World => "Write to everyone".to_owned(),
        Conversation::Room(_) => format!("Write to {}", tab_name(model, snapshot, tab)),
        Conversation::Person(person) => format!("Write to {}", shortened(&model.name_of(person, snapshot))),
    };
    let mut text = model.drafts.remove(&tab).unwrap_or_default();
    let has_keyboard = ui.memory(|memory| memory.has_focus(field_id()));
    let entered = has_keyboard && takes_enter(ui);
    let with_picture = model.paste.is_held(to) && !model.about.contains_key(&tab);
    let sends = entered && (with_picture || !text.trim().is_empty());
    if has_keyboard {
        keys(ui, model, snapshot, to, &mut text);
        if paste::is_wanted(ui) {
            model.paste.begin(to, ui.ctx().clone(), paste::clipboard);
        }
    }
    let filter = EventFilter { tab: true, horizontal_arrows: true, vertical_arrows: true, escape: true };
    let edit = TextEdit::multiline(&mut text)
        .id(field_id())
        .hint_text(theme::muted(hint))
        .desired_rows(1)
        .desired_width(f32::INFINITY)
        .margin(egui::Margin::symmetric(12, 9))
        .event_filter(filter)
        .return_key(egui::KeyboardShortcut::new(Modifiers::SHIFT, Key::Enter))
        .char_limit(limits::TEXT_BYTES);
    let response = egui::ScrollArea::vertical()
        .id_salt("field")
        .max_height(FIELD_HEIGHT * 3.0)
        .auto_shrink([false, true])
        .show(ui, |ui| ui.add(edit))
        .inner;
    if response.changed() && !text.is_empty() {
        actions.push(Action::Send(Command::Typing { to }));
    }
    if sends {
        let about = model.take_about(to, &text).or_else(|| model.paste.send(to, &text));
        actions.push(match about {
            Some(command) => Action::Send(command),
            None => Action::Write { to, text: text.clone() },
        });
        text.clear();
        model.scroll.to_end = true;
        model.reading.answer();
        if snapshot.chats.get(&to).is_some_and(|log| log.window.is_some()) {
            actions.push(Action::Send(Command::LeaveWindow(to)));
        }
    }
    if std::mem::take(&mut model.take_focus) || sends {
        response.request_focus();
    }
    model.typing = response.has_focus();
    model.drafts.insert(tab, text);
}

/// Whether the key was pressed; it is used up then.
fn takes(ui: &Ui, modifiers: Modifiers, key: Key) -> bool {
    ui.input_mut(|input| input.consume_key(modifiers, key))
}

/// Whether Enter was pressed without Shift, which alone makes a new line; it is used up then.
fn takes_enter(ui: &Ui) -> bool {
    let is_enter = |event: &Event| matches!(event, Event::Key { key: Key::Enter, pressed: true, modifiers, .. } if !modifiers.shift);
    ui.input_mut(|input| {
        let before = input.events.len();
        input.events.retain(|event| !is_enter(event));
        input.events.len() < before
    })
}

/// Keys of the field that are not the text engine's: Tab for names, Esc back to the world, and the arrow up to the last own message.
fn keys(ui: &Ui, model: &mut ChatModel, snapshot: &Snapshot, to: Conversation, text: &mut String) {
    if takes(ui, Modifiers::NONE, Key::Escape) {
        // What stood above the field is drawn already.
        ui.ctx().request_repaint();
        match model.about.remove(&model.tab) {
            Some(About::Edit(_)) => text.clear(),
            Some(About::Reply { .. }) => {}
            None if model.paste.is_held(to) => model.paste.discard(),
            None => ui.memory_mut(|memory| memory.surrender_focus(field_id())),
        }
    }
    if text.is_empty() && takes(ui, Modifiers::NONE, Key::ArrowUp) {
        model.edit_last(to, snapshot);
        *text = model.drafts.remove(&model.tab).unwrap_or_default();
        set_cursor(ui, text, text.len());
    }
    if takes(ui, Modifiers::NONE, Key::Tab)
        && let Some((completed, at)) = complete::tab(text, cursor(ui, text), &names(snapshot), &mut model.cycle)
    {
        set_cursor(ui, &completed, at);
        *text = completed;
    }
}

/// Height of all below the lines, in points.
fn foot_height(ui: &Ui, model: &ChatModel, snapshot: &Snapshot) -> f32 {
    if let Some(height) = notes::bar_height(ui, snapshot) {
        return height + 18.0 + 16.0;
    }
    let rows = model.draft(model.tab).lines().count().clamp(1, 5);
    let row = ui.text_style_height(&TextStyle::Body);
    let field = (FIELD_HEIGHT + (rows as f32 - 1.0) * row).min(FIELD_HEIGHT * 3.0);
    let offers = if offered(ui, model, snapshot).is_some() { 36.0 } else { 0.0 };
    let about = if model.about.contains_key(&model.tab) { 26.0 } else { 0.0 };
    field + 18.0 + 16.0 + offers + about
}
