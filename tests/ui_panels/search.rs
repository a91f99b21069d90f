//! Looking for words in what was said.

use crate::bench::{bench, in_a_room};
use egui_kittest::kittest::Queryable;
use hallway::{
    net::{commands::Command, events::Event},
    ui::{
        Action,
        search::{self, SearchModel},
    },
};
use hallway_protocol::{
    chat::{Conversation, FoundMessage, FoundPlace},
    ids::{MessageId, PersonId},
    limits,
};

fn message(id: i64, from: &str, place: FoundPlace) -> FoundMessage {
    FoundMessage {
        id: MessageId(id),
        from_name: from.into(),
        place,
        text: format!("text {id}"),
        attachment: None,
        sent_ms: 0,
    }
}

fn found(messages: Vec<FoundMessage>, more: bool) -> Event {
    Event::Found { words: "text".into(), more, messages }
}

#[test]
fn what_was_found_is_shown_with_its_place_and_opens_it() {
    let with = |name: &str, person| FoundPlace::Person { name: name.into(), person };
    let messages = vec![
        message(3, "Ann", with("Ann", Some(PersonId(2)))),
        message(2, "Zoe", with("Zoe", None)),
        message(1, "Bert", FoundPlace::World),
    ];
    let mut model = SearchModel { open: true, ..SearchModel::default() };
    model.hear(&found(messages, false));
    let mut harness = bench(model, in_a_room(), search::show);
    assert!(harness.query_by_label_contains("in private with Zoe").is_some());
    assert!(
        harness.query_by_label_contains("to everyone, 1 Jan").is_some() && harness.query_by_label("text 2").is_some()
    );
    harness.get_by_label("Zoe").click();
    harness.run_steps(2);
    assert!(harness.state().actions.is_empty(), "nobody is there to be written to");
    harness.get_by_label("Ann").click();
    harness.run_steps(2);
    assert_eq!(harness.state().actions, [Action::OpenAt(Conversation::Person(PersonId(2)), MessageId(3))]);
    assert!(!harness.state().model.open);
}

#[test]
fn older_ones_are_asked_for_where_a_page_was_full_and_stand_below() {
    let page =
        |from: i64| (0..i64::from(limits::HISTORY_PAGE)).map(|n| message(from - n, "Ann", FoundPlace::World)).collect();
    let mut model = SearchModel::default();
    model.hear(&found(page(200), false));
    model.hear(&found(page(150), true));
    assert_eq!((model.found.len(), model.more), (100, true));
    model.hear(&found(vec![message(9, "Ann", FoundPlace::World)], true));
    assert!(!model.more);
    model.hear(&found(Vec::new(), false));
    let harness = bench(model, in_a_room(), search::show);
    assert!(harness.query_by_label_contains("Nothing with “text” in it").is_some());
}

#[test]
fn enter_looks_for_what_was_typed() {
    let model = SearchModel { words: "  ".into(), ..SearchModel::default() };
    let mut harness = bench(model, in_a_room(), search::show);
    harness.key_press(bevy_egui::egui::Key::Enter);
    harness.run_steps(2);
    assert!(harness.state().actions.is_empty());
    harness.state_mut().model.words = "fox".into();
    harness.run_steps(2);
    harness.key_press(bevy_egui::egui::Key::Enter);
    harness.run_steps(2);
    assert_eq!(harness.state().actions, [Action::Send(Command::Search { words: "fox".into(), before: None })]);
}

#[test]
fn what_was_missed_opens_by_itself_and_the_next_search_begins_anew() {
    let mut model = SearchModel::default();
    let messages = vec![message(7, "Zoe", FoundPlace::Person { name: "Zoe".into(), person: None })];
    model.hear(&Event::Missed { messages });
    assert!(model.open);
    let mut harness = bench(model, in_a_room(), search::show);
    assert!(harness.query_by_label("While you were away").is_some() && harness.query_by_label("text 7").is_some());
    harness.state_mut().model.show();
    harness.run_steps(2);
    assert!(harness.query_by_label("Search").is_some() && harness.query_by_label("text 7").is_none());
}
