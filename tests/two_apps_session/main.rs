//! Sessions and the server's world on one virtual clock: what people can do, from one end to the other.
#![expect(clippy::unwrap_used, reason = "what is missing in a test ends it")]

mod calls;
mod hearing;
#[path = "../support/stage.rs"]
mod stage;
mod talk;

use hallway::net::{
    commands::Command,
    events::{ConnectionChanged, Event, PersonChanged, SignInFailure},
    snapshot::{ChatLine, ConnectionState},
};
use hallway_protocol::{
    chat::Conversation,
    floor::{FloorPolicy, QueueRule},
    limits,
    map::Point,
};
use stage::Stage;
use std::time::Duration;

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn create(name: &str) -> Command {
    create_with(name, FloorPolicy::default(), QueueRule::default())
}

fn create_with(name: &str, policy: FloorPolicy, queue: QueueRule) -> Command {
    Command::CreateRoom { name: name.to_owned(), policy, queue, talk_log: false }
}

/// Somebody creates a room, and these people walk into it; gives its number.
fn gather_in_new(stage: &mut Stage, policy: FloorPolicy, people: &[usize]) -> usize {
    let rooms = stage.people[people[0]].handle.snapshot().rooms.len();
    stage.tell(people[0], create_with("Tea", policy, QueueRule::default()));
    stage.until("the room", |stage| {
        (0..stage.people.len()).all(|n| stage.people[n].handle.snapshot().rooms.len() > rooms)
    });
    stage.gather(people, rooms);
    rooms
}

fn said(stage: &Stage, person: usize, text: &str) -> bool {
    stage.was_told(person, |event| matches!(event, Event::Message(message) if message.text == text))
}

#[test]
fn a_taken_name_is_refused_with_a_free_variant() {
    let mut stage = Stage::with(&["Ann"]);
    let second = stage.arrive("ANN");
    stage.until("refused", |stage| stage.was_told(second, |event| matches!(event, Event::SignInFailed(_))));
    let wanted = SignInFailure::NameTaken { holder: "Ann".to_owned(), variant: "ANN 2".to_owned() };
    assert!(stage.was_told(second, |event| *event == Event::SignInFailed(wanted.clone())));
    assert_eq!(stage.people[second].handle.snapshot().connection, ConnectionState::SignedOut);
}

#[test]
fn people_walk_into_a_room_and_see_each_other() {
    let mut stage = Stage::with(&["Ann", "Bob"]);
    stage.gather(&[0, 1], 0);
    let room = stage.room(0, 0);
    stage.until("all was told", |stage| {
        let entered = |event: &Event| matches!(event, Event::Entered { room: there, .. } if *there == room.id);
        let arrived = |event: &Event| matches!(event, Event::Arrived { room: there, .. } if *there == Some(room.id));
        (0..2).all(|person| stage.was_told(person, entered) && stage.was_told(person, arrived))
    });
    let came = |event: &Event| matches!(event, Event::PersonChanged { change: PersonChanged::Entered(there), .. } if *there == room.id);
    assert!(stage.was_told(0, came) || stage.was_told(1, came), "nobody was told that the other came in");
    stage.run(ms(500));
    let (ann, bob) = (stage.people[0].handle.snapshot(), stage.people[1].handle.snapshot());
    assert_eq!(ann.room(room.id).unwrap().people.len(), 2);
    let bob_here = bob.me.as_ref().unwrap().at;
    let bob_there = ann.person(stage.id(1)).unwrap().track.newest().0;
    assert!(bob_here.distance(bob_there) < 0.02, "{bob_here:?} is seen at {bob_there:?}");
    assert!(bob_here.distance(ann.me.as_ref().unwrap().at) > 0.8, "they stand on each other");
    stage.tell(0, Command::Leave);
    stage.until("left", |stage| stage.was_told(0, |event| matches!(event, Event::Left { .. })));
}

#[test]
fn an_own_message_is_pending_until_it_is_stored() {
    let mut stage = Stage::with(&["Ann", "Bob", "Eve"]);
    stage.gather(&[0, 1], 0);
    let room = Conversation::Room(stage.room(0, 0).id);
    stage.tell(0, Command::Say { to: room, text: "  hello  ".to_owned() });
    stage.step();
    let log = stage.people[0].handle.snapshot().chats[&room].clone();
    assert!(matches!(log.lines.last(), Some(ChatLine::Pending { text, .. }) if text == "hello"), "{log:?}");
    stage.until("both read it", |stage| said(stage, 0, "hello") && said(stage, 1, "hello"));
    let log = stage.people[0].handle.snapshot().chats[&room].clone();
    assert!(matches!(log.lines.last(), Some(ChatLine::Said(message)) if message.text == "hello"), "{log:?}");
    assert!(!log.lines.iter().any(|line| matches!(line, ChatLine::Pending { .. })));
    stage.run(ms(500));
    assert!(!said(&stage, 2, "hello"), "somebody outside read it");
    // Whoever comes later reads what was said.
    stage.gather(&[2], 0);
    stage.until("history", |stage| {
        let snapshot = stage.people[2].handle.snapshot();
        snapshot.chats.get(&room).is_some_and(|log| log.lines.iter().any(|line| line.id().is_some()))
    });
}

#[test]
fn a_private_message_is_read_by_two() {
    let mut stage = Stage::with(&["Ann", "Bob", "Eve"]);
    let bob = stage.id(1);
    stage.tell(0, Command::Typing { to: Conversation::Person(bob) });
    let ann = stage.id(0);
    stage.until("typing", |stage| {
        let snapshot = stage.people[1].handle.snapshot();
        snapshot.person(ann).is_some_and(|person| person.typing == Some(Conversation::Person(ann)))
    });
    stage.tell(0, Command::Say { to: Conversation::Person(bob), text: "psst".to_owned() });
    stage.until("both have it", |stage| said(stage, 0, "psst") && said(stage, 1, "psst"));
    stage.run(ms(500));
    assert!(!said(&stage, 2, "psst"));
    let snapshot = stage.people[1].handle.snapshot();
    assert!(snapshot.chats.contains_key(&Conversation::Person(ann)));
    assert_eq!(snapshot.person(ann).unwrap().typing, None, "what was typed is said");
    stage.tell(0, Command::Say { to: Conversation::World, text: "x".repeat(limits::TEXT_BYTES + 1) });
    stage
        .until("too long", |stage| stage.was_told(0, |event| matches!(event, Event::Refused { code: "bad_text", .. })));
}

#[test]
fn a_room_is_created_walked_into_and_deleted() {
    let mut stage = Stage::with(&["Ann", "Bob"]);
    stage.tell(0, create("Tea"));
    stage.until("created", |stage| stage.was_told(0, |event| matches!(event, Event::RoomCreated { .. })));
    let rooms = stage.people[0].handle.snapshot().rooms.len();
    assert_eq!(stage.room(0, rooms - 1).name, "Tea");
    stage.gather(&[0, 1], rooms - 1);
    stage.tell(1, Command::DeleteRoom(stage.room(1, rooms - 1).id));
    let not_owner = |event: &Event| matches!(event, Event::Refused { command: "delete", code: "not_owner", .. });
    stage.until("refused", |stage| stage.was_told(1, not_owner));
    stage.tell(0, Command::DeleteRoom(stage.room(0, rooms - 1).id));
    stage.until("gone", |stage| (0..2).all(|person| stage.people[person].handle.snapshot().rooms.len() == rooms - 1));
    stage.until("put out", |stage| {
        (0..2).all(|person| stage.was_told(person, |event| matches!(event, Event::Notice { code: "put_back", .. })))
    });
    // The door is shut again: nobody gets in.
    let inside = stage.people[0].handle.snapshot().map.as_ref().unwrap().map.plots[0].inside.center();
    stage.tell(0, Command::WalkTo(inside));
    stage.until("no way", |stage| {
        stage.was_told(0, |event| matches!(event, Event::Refused { command: "walk", code: "no_way", .. }))
    });
}

#[test]
fn steering_walks_until_the_face_falls_silent() {
    let mut stage = Stage::with(&["Ann"]);
    let at = |stage: &Stage| stage.people[0].handle.snapshot().me.as_ref().unwrap().at;
    let start = at(&stage);
    for _ in 0..20 {
        stage.tell(0, Command::Steer { x: -1.0, y: 0.0 });
        stage.run(ms(50));
    }
    let walked = start.distance(at(&stage));
    assert!(walked > 1.0, "{walked}");
    stage.run(ms(1000));
    let stopped = at(&stage);
    stage.run(ms(1000));
    assert_eq!(at(&stage), stopped);
    assert!(!stage.was_told(0, |event| matches!(event, Event::Notice { code: "put_back", .. })));
    stage.tell(0, Command::WalkTo(Point { x: start.x, y: start.y }));
    stage.until("arrived", |stage| stage.was_told(0, |event| matches!(event, Event::Arrived { .. })));
}

#[test]
fn a_cut_link_is_regained_and_what_was_on_its_way_is_told_as_lost() {
    let mut stage = Stage::with(&["Ann", "Bob"]);
    stage.cut(true);
    stage.tell(0, Command::Say { to: Conversation::World, text: "into the void".to_owned() });
    let lost = |event: &Event| matches!(event, Event::Connection(ConnectionChanged::Lost(_)));
    stage.until("lost", |stage| (0..2).all(|person| stage.was_told(person, lost)));
    let snapshot = stage.people[0].handle.snapshot();
    assert_eq!(snapshot.connection, ConnectionState::Retrying);
    let log = &snapshot.chats[&Conversation::World];
    assert!(matches!(log.lines.last(), Some(ChatLine::Failed { text, .. }) if text == "into the void"));
    stage.cut(false);
    let regained = |event: &Event| matches!(event, Event::Connection(ConnectionChanged::Regained));
    stage.until("regained", |stage| (0..2).all(|person| stage.was_told(person, regained)));
    stage.tell(0, Command::Say { to: Conversation::World, text: "back".to_owned() });
    stage.until("read", |stage| said(stage, 1, "back"));
    let names: Vec<_> = stage.people[0].handle.snapshot().people.iter().map(|person| person.name.clone()).collect();
    assert_eq!(names, ["Ann", "Bob"], "the names are the same, and no ghost is left");
}

fn regained(event: &Event) -> bool {
    matches!(event, Event::Connection(ConnectionChanged::Regained))
}

#[test]
fn whoever_regains_the_link_stands_where_it_stood() {
    let mut stage = Stage::with(&["Ann", "Bob"]);
    stage.gather(&[0], 1);
    // The server hears of the last step.
    stage.run(ms(300));
    let before = stage.place(0);
    stage.cut(true);
    stage.until("lost", |stage| stage.people[0].handle.snapshot().connection == ConnectionState::Retrying);
    stage.cut(false);
    stage.until("regained", |stage| stage.was_told(0, regained) && stage.was_told(1, regained));
    assert_eq!(stage.place(0), before);
    assert_eq!(stage.place(1).1, None, "whoever was in no room is in none");
    stage.run(ms(1000));
    assert_eq!(stage.place(0), before);
}

#[test]
fn whoever_was_in_a_room_walks_back_when_the_server_was_replaced() {
    let mut stage = Stage::with(&["Ann", "Bob"]);
    stage.gather(&[0], 1);
    stage.people.iter_mut().for_each(|actor| actor.told.clear());
    let room = stage.place(0).1;
    stage.replace_server();
    stage.until("regained", |stage| stage.was_told(0, regained) && stage.was_told(1, regained));
    assert_eq!(stage.place(0).1, None, "a server that knows nobody took a client's word for its place");
    stage.until("back", |stage| stage.place(0).1 == room);
    stage.run(ms(3000));
    assert_eq!((stage.place(0).1, stage.place(1).1), (room, None));
    // Nobody asked for the walk, so nobody is told how it went.
    let answered = |event: &Event| matches!(event, Event::Arrived { .. } | Event::Refused { .. });
    assert!(!stage.was_told(0, answered));
}

#[test]
fn whoever_goes_elsewhere_is_not_taken_back() {
    let mut stage = Stage::with(&["Ann"]);
    let elsewhere = stage.place(0).0;
    stage.gather(&[0], 1);
    stage.replace_server();
    stage.until("regained", |stage| stage.was_told(0, regained));
    stage.tell(0, Command::WalkTo(elsewhere));
    stage.run(ms(5000));
    assert_eq!(stage.place(0).1, None);
    // A room that is gone is waited for in vain, and the avatar stands still.
    stage.tell(0, create("Tea"));
    stage.until("created", |stage| stage.was_told(0, |event| matches!(event, Event::RoomCreated { .. })));
    let rooms = stage.people[0].handle.snapshot().rooms.len();
    stage.gather(&[0], rooms - 1);
    stage.people[0].told.clear();
    stage.replace_server();
    stage.until("regained", |stage| stage.was_told(0, regained));
    let start = stage.place(0);
    stage.run(ms(8000));
    assert_eq!(stage.place(0), start);
}

#[test]
fn signing_out_frees_the_name_at_once() {
    let mut stage = Stage::with(&["Ann", "Bob"]);
    stage.tell(0, Command::SignOut);
    stage.until("gone", |stage| {
        stage.was_told(1, |event| matches!(event, Event::PersonChanged { change: PersonChanged::Gone, .. }))
    });
    let again = stage.arrive("Ann");
    stage.until("welcome", |stage| stage.was_told(again, |event| matches!(event, Event::Welcome { .. })));
}
