//! Messages that are changed, answered, reacted to, and read at another place.

use crate::bench::{Bench, HERE, bench, in_a_room};
use bevy_egui::egui::{self, Key};
use egui_kittest::{Harness, kittest::Queryable};
use hallway::{
    net::{
        commands::Command,
        events::Event,
        snapshot::{ChatLine, ChatLog, Snapshot, Window},
    },
    ui::{
        Action,
        chat::{
            self,
            model::{ChatModel, Tab},
        },
        toasts::Toasts,
    },
};
use hallway_protocol::{
    chat::{ChatMessage, Conversation, Emoji, Marks, Quote, Reaction},
    control::HistoryAt,
    ids::{MessageId, PersonId},
};
use std::sync::Arc;

fn message(id: i64, from: u32, text: &str, marks: Marks) -> ChatMessage {
    ChatMessage {
        id: MessageId(id),
        from: Some(PersonId(from)),
        from_name: if from == 1 { "Mara" } else { "Ann" }.to_owned(),
        conversation: HERE,
        to_name: None,
        text: text.to_owned(),
        attachment: None,
        sent_ms: 1_700_000_000_000,
        marks: Marks { mine: from == 1, ..marks },
    }
}

fn chat_of(messages: Vec<ChatMessage>) -> Harness<'static, Bench<ChatModel>> {
    bench(ChatModel::default(), showing(messages), chat::show)
}

fn showing(messages: Vec<ChatMessage>) -> Snapshot {
    let mut snapshot = in_a_room();
    let lines = messages.into_iter().map(ChatLine::Said).collect();
    snapshot.chats.insert(HERE, Arc::new(ChatLog { lines, complete: true, window: None }));
    snapshot
}

#[test]
fn changed_and_deleted_messages_say_so() {
    let deleted = Marks { deleted: true, ..Marks::default() };
    let edited = Marks { edited_ms: Some(5), ..Marks::default() };
    let harness = chat_of(vec![message(1, 2, "", deleted), message(2, 2, "new words", edited)]);
    for text in ["Message deleted", "new words", "edited"] {
        assert!(harness.query_by_label(text).is_some(), "{text}");
    }
}

#[test]
fn a_reaction_is_put_by_a_click_and_a_quote_leads_to_its_message() {
    let emoji = Emoji::new("👍").unwrap();
    let marks = Marks {
        reply_to: Some(Quote { id: MessageId(1), from_name: "Zoe".into(), line: Some("old words".into()) }),
        reactions: vec![Reaction { emoji, count: 2, names: vec!["Ann".into()], mine: false }],
        ..Marks::default()
    };
    let mut harness = chat_of(vec![message(7, 2, "an answer", marks)]);
    harness.get_by_label("👍 2").click();
    harness.run_steps(2);
    let react = Command::React { message: MessageId(7), emoji: "👍".into() };
    assert_eq!(harness.state().actions, [Action::Send(react)]);
    harness.get_by_label("Zoe: old words").click();
    harness.run_steps(4);
    let around = Command::HistoryAt { of: HERE, at: HistoryAt::Around(MessageId(1)) };
    assert_eq!(harness.state().actions[1..], [Action::Send(around)]);
}

#[test]
fn the_arrow_up_edits_the_last_own_message_and_escape_leaves_it() {
    let messages = vec![message(1, 1, "mine", Marks::default()), message(2, 2, "theirs", Marks::default())];
    let mut model = ChatModel::default();
    model.take_focus = true;
    let mut harness = bench(model, showing(messages), chat::show);
    harness.run_steps(2);
    harness.key_press(Key::ArrowUp);
    harness.run_steps(3);
    assert_eq!(harness.state().model.draft(Tab::Room), "mine");
    harness.key_press(Key::Escape);
    harness.run_steps(2);
    assert_eq!(harness.state().model.draft(Tab::Room), "");
    harness.key_press(Key::ArrowUp);
    harness.run_steps(3);
    harness.event(egui::Event::Text(" too".to_owned()));
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(2);
    let sent: Vec<_> = harness
        .state()
        .actions
        .iter()
        .filter(|action| matches!(action, Action::Send(Command::EditMessage { .. })))
        .collect();
    let expected = Action::Send(Command::EditMessage { message: MessageId(1), text: "mine too".into() });
    assert_eq!(sent, [&expected]);
}

#[test]
fn a_mention_is_told_and_marked_apart() {
    let snapshot = in_a_room();
    let marks = Marks { mentions: vec!["Mara".into()], mentioned: true, ..Marks::default() };
    let mention = ChatMessage { conversation: Conversation::World, ..message(1, 2, "hi @Mara", marks) };
    let event = Event::Message(mention);
    let (mut model, mut toasts) = (ChatModel::default(), Toasts::default());
    model.hear(&event, &snapshot, true);
    toasts.hear(&event, &snapshot, Some(HERE), 0.0);
    assert!(model.is_mentioned(Tab::World, &snapshot) && !model.is_mentioned(Tab::Room, &snapshot));
    assert_eq!(toasts.texts().collect::<Vec<_>>(), ["Ann mentions you: hi @Mara"]);
}

#[test]
fn a_link_asks_first_and_code_is_a_block_of_its_own() {
    let text = "see https://a.example/x now\n```\nlet a = 1;\n    b();\n```";
    let mut harness = chat_of(vec![message(1, 2, text, Marks::default())]);
    assert!(harness.query_by_label("let a = 1;\n    b();").is_some());
    harness.get_by_label("https://a.example/x").click();
    harness.run_steps(2);
    assert_eq!(harness.state().model.link.as_ref().unwrap().host, "a.example");
}

#[test]
fn older_lines_don_t_move_what_is_read_and_old_ones_can_be_left() {
    let lines = |ids: std::ops::Range<i64>| ids.map(|id| message(id, 2, &format!("line {id}"), Marks::default()));
    let mut harness = bench(ChatModel::default(), showing(lines(100..200).collect()), chat::show);
    harness.run_steps(3);
    harness.state_mut().model.open_at(HERE, MessageId(130));
    harness.run_steps(4);
    let place = |harness: &Harness<'static, Bench<ChatModel>>| harness.get_by_label("line 130").rect().top();
    let before = place(&harness);
    harness.state_mut().snapshot = showing(lines(50..200).collect());
    harness.step();
    assert!((place(&harness) - before).abs() < 1.0, "{} and {before}", place(&harness));
    harness.run_steps(3);
    assert!((place(&harness) - before).abs() < 1.0, "{} and {before}", place(&harness));
    let window = Window { lines: lines(1..9).map(ChatLine::Said).collect(), complete: true };
    let log = ChatLog { lines: lines(100..200).map(ChatLine::Said).collect(), complete: false, window: Some(window) };
    harness.state_mut().snapshot.chats.insert(HERE, Arc::new(log));
    harness.run_steps(3);
    assert!(harness.query_by_label("line 3").is_some());
    harness.get_by_label("Jump to the newest").click();
    harness.run_steps(2);
    assert!(harness.state().actions.contains(&Action::Send(Command::LeaveWindow(HERE))));
}
