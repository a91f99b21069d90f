//! A face that hangs changes nothing for anybody: voice, chat and the link go on without it.

#[path = "support/stage.rs"]
mod stage;

use hallway::net::{
    commands::Command,
    events::{ConnectionChanged, Event},
    snapshot::{ChatLine, ConnectionState, TalkState},
};
use hallway_protocol::chat::Conversation;
use stage::{Stage, packet};
use std::time::Duration;

#[test]
fn a_face_that_is_stuck_for_ten_seconds_misses_nothing_and_holds_up_nobody() {
    let mut stage = Stage::with(&["Ann", "Bob"]);
    stage.gather(&[0, 1], 0);
    stage.tell(0, Command::PressTalk);
    stage.until("granted", |stage| matches!(stage.people[0].handle.snapshot().talk, TalkState::Talking { .. }));

    // From here on neither Ann's face nor Bob's looks or says anything; Ann's voice comes from her engine, and the
    // third, Eve, writes to all.
    let eve = stage.arrive("Eve");
    stage.until("welcome", |stage| stage.was_told(eve, |event| matches!(event, Event::Welcome { .. })));
    let before = stage.packets_heard(1);
    stage.people[0].face_is_stuck = true;
    stage.people[1].face_is_stuck = true;
    for seq in 0..500 {
        stage.speak(0, &packet(1, seq));
        if seq % 50 == 0 {
            let text = format!("message {seq}");
            stage.tell(eve, Command::Say { to: Conversation::World, text });
        }
        stage.run(Duration::from_millis(20));
    }
    stage.run(Duration::from_millis(200));

    assert_eq!(stage.packets_heard(1) - before, 500, "every packet of ten seconds was heard");
    for person in 0..2 {
        let snapshot = stage.people[person].handle.snapshot();
        assert_eq!(snapshot.connection, ConnectionState::Connected);
        let log = &snapshot.chats[&Conversation::World];
        let read =
            log.lines.iter().filter(|line| matches!(line, ChatLine::Said(message) if message.from_name == "Eve"));
        assert_eq!(read.count(), 10, "every message is in the snapshot that the face finds");
        stage.people[person].face_is_stuck = false;
    }
    assert!(matches!(stage.people[0].handle.snapshot().talk, TalkState::Talking { .. }), "the turn goes on");
    stage.step();
    for person in 0..2 {
        let lost = |event: &Event| matches!(event, Event::Connection(ConnectionChanged::Lost(_)));
        assert!(!stage.was_told(person, lost));
        let read = stage.people[person].told.iter().filter(|event| matches!(event, Event::Message(_)));
        assert_eq!(read.count(), 10, "and the events were kept");
    }
}
