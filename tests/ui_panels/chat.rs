//! The chat: writing, completing names, what is pending or failed, and what is unread.

use crate::bench::{Bench, HERE, bench, in_a_room};
use bevy_egui::egui::{self, Key, Modifiers};
use egui_kittest::{Harness, kittest::Queryable};
use hallway::{
    net::{
        commands::Command,
        events::Event,
        snapshot::{ChatLine, ChatLog, Snapshot},
    },
    ui::{
        Action,
        chat::{
            self,
            model::{ChatModel, Tab},
        },
    },
};
use hallway_protocol::{
    chat::{ChatMessage, Conversation},
    ids::{MessageId, PersonId, RequestId},
    keeping::{Keep, Keeping},
};
use std::sync::Arc;

fn message(id: i64, from: u32, name: &str, to: Conversation, text: &str) -> ChatMessage {
    ChatMessage {
        id: MessageId(id),
        from: Some(PersonId(from)),
        from_name: name.to_owned(),
        conversation: to,
        to_name: None,
        text: text.to_owned(),
        attachment: None,
        sent_ms: 1_700_000_000_000,
        marks: hallway_protocol::chat::Marks::default(),
    }
}

fn with_lines(lines: Vec<ChatLine>) -> Snapshot {
    let mut snapshot = in_a_room();
    snapshot.chats.insert(HERE, Arc::new(ChatLog { lines, complete: true, window: None }));
    snapshot
}

/// A chat bench whose text field has the keyboard.
fn writing(snapshot: Snapshot) -> Harness<'static, Bench<ChatModel>> {
    let mut model = ChatModel::default();
    model.take_focus = true;
    let mut harness = bench(model, snapshot, chat::show);
    harness.run_steps(2);
    assert!(harness.state().model.typing);
    harness
}

fn typed(harness: &mut Harness<'static, Bench<ChatModel>>, text: &str) {
    harness.event(egui::Event::Text(text.to_owned()));
    harness.run_steps(2);
}

fn sends(actions: &[Action]) -> Vec<&Action> {
    actions.iter().filter(|action| !matches!(action, Action::Send(Command::Typing { .. }))).collect()
}

#[test]
fn enter_sends_and_keeps_the_keyboard() {
    let mut harness = writing(in_a_room());
    typed(&mut harness, "hello");
    harness.key_press(Key::Enter);
    harness.run_steps(2);
    let expected = Action::Write { to: HERE, text: "hello".into() };
    assert_eq!(sends(&harness.state().actions), [&expected]);
    assert_eq!(harness.state().model.draft(Tab::Room), "");
    assert!(harness.state().model.typing);
}

#[test]
fn typing_is_told_to_the_conversation_it_is_for() {
    let mut harness = writing(in_a_room());
    typed(&mut harness, "h");
    assert!(harness.state().actions.contains(&Action::Send(Command::Typing { to: HERE })));
}

#[test]
fn shift_and_enter_make_a_new_line_and_a_blank_text_is_not_sent() {
    let mut harness = writing(in_a_room());
    harness.key_press(Key::Enter);
    harness.run_steps(2);
    assert!(sends(&harness.state().actions).is_empty());
    typed(&mut harness, "a");
    harness.key_press_modifiers(Modifiers::SHIFT, Key::Enter);
    harness.run_steps(2);
    typed(&mut harness, "b");
    assert_eq!(harness.state().model.draft(Tab::Room), "a\nb");
    assert!(sends(&harness.state().actions).is_empty());
}

#[test]
fn escape_gives_the_keyboard_back_to_the_world() {
    let mut harness = writing(in_a_room());
    harness.key_press(Key::Escape);
    harness.run_steps(2);
    assert!(!harness.state().model.typing);
}

#[test]
fn tab_completes_a_name() {
    let mut harness = writing(in_a_room());
    typed(&mut harness, "@be");
    harness.key_press(Key::Tab);
    harness.run_steps(2);
    assert_eq!(harness.state().model.draft(Tab::Room), "@Bert ");
    assert!(harness.state().model.typing);
}

#[test]
fn a_name_offered_after_at_is_put_in_by_a_click() {
    let mut harness = writing(in_a_room());
    typed(&mut harness, "hi @an");
    harness.get_by_label("Anna Lee").click();
    harness.run_steps(3);
    assert_eq!(harness.state().model.draft(Tab::Room), "hi @Anna Lee ");
}

#[test]
fn a_failed_message_tells_why_and_is_sent_again_once() {
    let failed = |id| ChatLine::Failed {
        request: RequestId(id),
        text: format!("text {id}"),
        reason: "The connection was lost.".into(),
    };
    let mut harness = bench(ChatModel::default(), with_lines(vec![failed(7)]), chat::show);
    assert!(harness.query_by_label("The connection was lost.").is_some());
    harness.get_by_label("Send again").click();
    harness.run_steps(3);
    let again = Action::Send(Command::Say { to: HERE, text: "text 7".into() });
    assert_eq!(harness.state().actions, [again]);
    assert!(harness.query_by_label("Send again").is_none());
}

#[test]
fn pending_and_stored_lines_are_shown() {
    let lines = vec![
        ChatLine::Said(message(1, 2, "Ann", HERE, "stored")),
        ChatLine::Pending { request: RequestId(1), text: "on its way".into() },
    ];
    let harness = bench(ChatModel::default(), with_lines(lines), chat::show);
    assert!(harness.query_by_label("Ann").is_some());
    assert!(harness.query_by_label("stored").is_some());
    assert!(harness.query_by_label("on its way").is_some());
}

#[test]
fn messages_are_unread_until_their_tab_is_looked_at() {
    let mut snapshot = in_a_room();
    let private = Conversation::Person(PersonId(2));
    let mut model = ChatModel::default();
    for id in 0..3 {
        model.hear(&Event::Message(message(id, 2, "Ann", private, "psst")), &snapshot, true);
    }
    model.hear(&Event::Message(message(9, 1, "Mara", private, "yes?")), &snapshot, true);
    assert_eq!(model.unread(Tab::Person(PersonId(2)), &snapshot), 3);
    model.hear(&Event::Message(message(10, 2, "Ann", HERE, "hi all")), &snapshot, true);
    assert_eq!(model.unread(Tab::Room, &snapshot), 0);
    model.hear(&Event::Message(message(11, 2, "Ann", HERE, "hi")), &snapshot, false);
    assert_eq!(model.unread(Tab::Room, &snapshot), 1);
    snapshot.chats.insert(private, Arc::default());
    let mut harness = bench(model, snapshot, chat::show);
    // The tab, not the writer's name in a line: there is none in the room's conversation.
    harness.get_by_label("Ann").click();
    harness.run_steps(3);
    let state = harness.state();
    assert_eq!(state.model.tab, Tab::Person(PersonId(2)));
    assert_eq!(state.model.unread(Tab::Person(PersonId(2)), &state.snapshot), 0);
}

#[test]
fn a_private_conversation_is_fetched_once_when_it_is_opened() {
    let mut model = ChatModel::default();
    model.open(Conversation::Person(PersonId(2)));
    let mut harness = bench(model, in_a_room(), chat::show);
    harness.run_steps(5);
    let asked = |action: &&Action| matches!(action, Action::Send(Command::History { before: None, .. }));
    assert_eq!(harness.state().actions.iter().filter(asked).count(), 1);
}

#[test]
fn five_hundred_lines_are_drawn_from_the_newest() {
    let lines = (0..500).map(|id| ChatLine::Said(message(id, 2, "Ann", HERE, &format!("line {id}")))).collect();
    let mut harness = bench(ChatModel::default(), with_lines(lines), chat::show);
    harness.run_steps(4);
    assert!(harness.query_by_label("line 499").is_some());
    assert!(harness.query_by_label("line 3").is_none());
}

#[test]
fn people_see_how_long_a_conversation_is_kept_where_it_is_not_for_good() {
    let kept = "Messages here are kept for 2 days.";
    let not_kept = "This server keeps no private messages: only who is here reads them.";
    assert!(writing(in_a_room()).query_by_label_contains("are kept").is_none());
    let mut snapshot = in_a_room();
    snapshot.keeping = Keeping { rooms: Keep::Hours(48), private: None, ..Keeping::default() };
    let mut harness = writing(snapshot);
    assert!(harness.query_by_label(kept).is_some());
    harness.state_mut().model.open(Conversation::Person(PersonId(2)));
    harness.run_steps(2);
    assert!(harness.query_by_label(kept).is_none() && harness.query_by_label(not_kept).is_some());
    harness.state_mut().model.open(Conversation::World);
    harness.run_steps(2);
    assert!(harness.query_by_label(not_kept).is_none());
}
