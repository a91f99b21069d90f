//! The panels, used as a person would use them: by what is written on them, by clicks and by keys.
#![cfg(feature = "window")]

use bevy_egui::egui::{self, Key, Modifiers, Ui};
use egui_kittest::{Harness, kittest::Queryable};
use hallway::{
    net::{
        commands::{Command, Trust},
        events::{Event, SignInFailure},
        snapshot::{ChatLine, ChatLog, ConnectionState, Me, PersonView, RoomView, Snapshot},
        track::PoseTrack,
    },
    ui::{
        Action,
        chat::{
            self,
            model::{ChatModel, Tab},
        },
        fonts,
        people::{self, PeopleModel},
        rooms::{self, RoomsModel},
        sign_in::{self, SignInModel},
        theme,
    },
};
use hallway_protocol::{
    chat::{ChatMessage, Conversation},
    floor::{FloorPolicy, QueueRule},
    ids::{MessageId, PersonId, RequestId, RoomId},
    map::Point,
    replicated::RoomSite,
};
use std::{sync::Arc, time::Instant};

const ROOM: RoomId = RoomId(1);
const HERE: Conversation = Conversation::Room(ROOM);

/// What a panel shows and what it wanted done.
struct Bench<M> {
    model: M,
    snapshot: Snapshot,
    actions: Vec<Action>,
    dressed: bool,
}

fn bench<M: 'static>(
    model: M,
    snapshot: Snapshot,
    show: fn(&mut Ui, &mut M, &Snapshot) -> Vec<Action>,
) -> Harness<'static, Bench<M>> {
    let bench = Bench { model, snapshot, actions: Vec::new(), dressed: false };
    let draw = move |ui: &mut Ui, bench: &mut Bench<M>| {
        if !std::mem::replace(&mut bench.dressed, true) {
            ui.ctx().set_fonts(fonts::bundled());
            theme::install(ui.ctx());
            ui.ctx().request_repaint();
            return;
        }
        let actions = show(ui, &mut bench.model, &bench.snapshot);
        bench.actions.extend(actions);
    };
    let mut harness = Harness::builder().with_size(egui::vec2(360.0, 640.0)).build_ui_state(draw, bench);
    harness.run_steps(3);
    harness
}

fn person(id: u32, name: &str, room: Option<RoomId>) -> PersonView {
    let track = PoseTrack::standing(Instant::now(), Point::default());
    PersonView { id: PersonId(id), name: name.to_owned(), room, talking: false, volume: 1.0, typing: None, track }
}

fn in_a_room() -> Snapshot {
    let mut snapshot = Snapshot::signed_out();
    snapshot.connection = ConnectionState::Connected;
    snapshot.me = Some(Me {
        id: PersonId(1),
        name: "Mara".into(),
        at: Point::default(),
        direction: (0.0, 0.0),
        facing: 0,
        stamp: Instant::now(),
        room: Some(ROOM),
        path: Vec::new(),
        moderator: false,
    });
    snapshot.people = vec![
        person(2, "Ann", Some(ROOM)),
        person(3, "Anna Lee", None),
        person(4, "Bert", None),
        person(1, "Mara", Some(ROOM)),
    ];
    let room = |id, name: &str, owner: Option<u32>| RoomView {
        id: RoomId(id),
        name: name.to_owned(),
        site: owner.map_or(RoomSite::Map, |owner| RoomSite::Plot { plot: 0, owner: Some(PersonId(owner)) }),
        policy: FloorPolicy::default(),
        queue: QueueRule::default(),
        talkers: Vec::new(),
        waiting: Vec::new(),
        muted: Vec::new(),
        moderated: owner == Some(1),
        people: Vec::new(),
    };
    snapshot.rooms = vec![room(1, "Studio", None), room(2, "Library", None), room(3, "Mine", Some(1))];
    snapshot
}

fn message(id: i64, from: u32, name: &str, to: Conversation, text: &str) -> ChatMessage {
    ChatMessage {
        id: MessageId(id),
        from: Some(PersonId(from)),
        from_name: name.to_owned(),
        conversation: to,
        to_name: None,
        text: text.to_owned(),
        sent_ms: 1_700_000_000_000,
    }
}

fn with_lines(lines: Vec<ChatLine>) -> Snapshot {
    let mut snapshot = in_a_room();
    snapshot.chats.insert(HERE, Arc::new(ChatLog { lines, complete: true }));
    snapshot
}

/// A form in which this name stands.
fn form(name: &str) -> SignInModel {
    let mut model = SignInModel::default();
    (model.name, model.server) = (name.to_owned(), "host".to_owned());
    model
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
fn a_taken_name_shows_its_holder_and_one_click_takes_the_variant() {
    let mut model = form("mara");
    let (holder, variant) = ("Mara".to_owned(), "mara 2".to_owned());
    model.hear(&Event::SignInFailed(SignInFailure::NameTaken { holder, variant }));
    let mut harness = bench(model, Snapshot::signed_out(), sign_in::show);
    assert!(harness.query_by_label_contains("“Mara” is already here").is_some());
    assert!(harness.query_by_label("Come in").is_none());
    harness.get_by_label("Come in as mara 2").click();
    harness.run_steps(2);
    let [Action::Send(Command::SignIn(sign_in))] = harness.state().actions.as_slice() else {
        panic!("{:?}", harness.state().actions)
    };
    assert_eq!(sign_in.name, "mara 2");
    assert!(harness.state().model.failure.is_none());
}

#[test]
fn a_name_that_can_not_be_one_is_told_before_anything_is_sent() {
    let model = form("  ");
    let mut harness = bench(model, Snapshot::signed_out(), sign_in::show);
    harness.get_by_label("Come in").click();
    harness.run_steps(2);
    assert!(harness.state().actions.is_empty());
    assert!(harness.query_by_label_contains("This name is empty").is_some());
}

#[test]
fn an_unknown_certificate_is_shown_and_trusted_by_its_fingerprint_only() {
    let mut model = form("Mara");
    model.hear(&Event::SignInFailed(SignInFailure::UnknownCertificate { fingerprint: "abcd1234".into() }));
    let mut harness = bench(model, Snapshot::signed_out(), sign_in::show);
    assert!(harness.query_by_label_contains("abcd 1234").is_some());
    harness.get_by_label("Trust and sign in").click();
    harness.run_steps(2);
    let [Action::Send(Command::SignIn(sign_in))] = harness.state().actions.as_slice() else {
        panic!("{:?}", harness.state().actions)
    };
    assert_eq!(sign_in.trust, Trust::Fingerprint("abcd1234".into()));
}

#[test]
fn a_changed_certificate_stops_with_both_fingerprints() {
    let mut model = form("Mara");
    let (pinned, shown) = ("aaaa1111".to_owned(), "bbbb2222".to_owned());
    model.hear(&Event::SignInFailed(SignInFailure::ChangedCertificate { pinned, shown }));
    let harness = bench(model, Snapshot::signed_out(), sign_in::show);
    assert!(harness.query_by_label_contains("aaaa 1111").is_some());
    assert!(harness.query_by_label_contains("bbbb 2222").is_some());
    assert!(harness.query_by_label("Come in").is_none());
    assert!(harness.query_by_label("Trust and sign in").is_none());
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
fn the_filter_finds_by_the_beginning_of_any_word() {
    let snapshot = in_a_room();
    let cases = [("", 4), ("an", 2), ("LEE", 1), ("ert", 1), ("zz", 0)];
    for (filter, found) in cases {
        assert_eq!(people::matching(filter, &snapshot).len(), found, "{filter:?}");
    }
    let model = PeopleModel { filter: "be".into() };
    let mut harness = bench(model, snapshot, people::show);
    assert!(harness.query_by_label("Ann").is_none());
    harness.get_by_label("Bert").click();
    harness.run_steps(2);
    assert!(matches!(harness.state().actions.as_slice(), [Action::Menu { person: PersonId(4), .. }]));
}

#[test]
fn a_click_on_a_room_walks_there_and_the_own_room_is_where_one_is() {
    let mut harness = bench(RoomsModel::default(), in_a_room(), rooms::show);
    harness.get_by_label("Library").click();
    harness.run_steps(2);
    harness.get_by_label("Studio").click();
    harness.run_steps(2);
    harness.get_by_label("Hall").click();
    harness.run_steps(2);
    let expected = [Action::Send(Command::Enter(RoomId(2))), Action::Send(Command::Leave)];
    assert_eq!(harness.state().actions, expected);
}

#[test]
fn a_room_is_made_by_name_and_a_bad_name_is_told() {
    let mut model = RoomsModel::default();
    model.new_name = Some(String::new());
    let mut harness = bench(model, in_a_room(), rooms::show);
    harness.get_by_label("Create").click();
    harness.run_steps(2);
    assert!(harness.query_by_label_contains("This name is empty").is_some());
    harness.state_mut().model.new_name = Some("Reading".into());
    harness.run_steps(1);
    harness.get_by_label("Create").click();
    harness.run_steps(2);
    let (policy, queue) = (FloorPolicy::default(), QueueRule::default());
    let create = Command::CreateRoom { name: "Reading".into(), policy, queue };
    assert_eq!(harness.state().actions, [Action::Send(create)]);
    assert!(harness.state().model.new_name.is_none());
}

#[test]
fn only_own_rooms_can_be_deleted() {
    let mut harness = bench(RoomsModel::default(), in_a_room(), rooms::show);
    let buttons: Vec<_> = harness.get_all_by_label("×").collect();
    assert_eq!(buttons.len(), 1);
    buttons[0].click();
    drop(buttons);
    harness.run_steps(2);
    assert_eq!(harness.state().actions, [Action::Send(Command::DeleteRoom(RoomId(3)))]);
}
