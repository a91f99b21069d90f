//! One speaker at a time.

use crate::support::{
    client::{HeadlessClient, client},
    events::{is, is_in},
    recording,
    server::TestServer,
    speech::{self, SENTENCE},
};

/// How often a turn is tried: a machine so busy that the holder's client says nothing for 0.8 s ends it before its time,
/// since the server can't tell that from a client that is gone.
const TRIES: usize = 5;

#[test]
fn of_two_who_press_at_once_one_talks_and_the_other_is_next() {
    let server = TestServer::start();
    let folder = tempfile::tempdir().unwrap();
    let words = folder.path().join("words.wav");
    speech::speak(SENTENCE, &words);
    let mut ann = client(&server, "Ann").speaking(&words).sign_in();
    let mut bob = client(&server, "Bob").speaking(&words).sign_in();
    ann.enter("Library");
    bob.enter("Library");
    for _ in 0..10 {
        ann.forget();
        bob.forget();
        ann.send("talk");
        bob.send("talk");
        let (anns, bobs) = (answer(&mut ann), answer(&mut bob));
        let (winner, loser, place) = match (state(&anns), state(&bobs)) {
            ("granted", "queued") => (&mut ann, &mut bob, bobs),
            ("queued", "granted") => (&mut bob, &mut ann, anns),
            other => panic!("not one of them talks: {other:?}"),
        };
        assert_eq!((&place["holder"], &place["position"]), (&winner.name.as_str().into(), &1.into()));
        assert!(place["ms"].is_f64(), "{place}");
        let waiting = serde_json::json!([loser.name]);
        for person in [&mut *winner, &mut *loser] {
            assert_eq!(person.floor("queue")["waiting"], waiting);
        }
        loser.send("quiet");
        loser.floor("released");
        end_turn(winner, loser);
        loser.talk();
        winner.floor("taken");
        end_turn(loser, winner);
    }
    ann.quit();
    bob.quit();
}

#[test]
fn what_was_said_in_the_queue_is_played_as_the_turn() {
    let server = TestServer::start();
    let folder = tempfile::tempdir().unwrap();
    let words = folder.path().join("words.wav");
    speech::speak(SENTENCE, &words);
    let hush = folder.path().join("hush.wav");
    speech::write(&hush, &[0.0; 48_000]);
    let mut ann = client(&server, "Ann").speaking(&hush).listening().sign_in();
    let mut bob = client(&server, "Bob").speaking(&words).sign_in();
    let mut eve = client(&server, "Eve").speaking(&hush).sign_in();
    for person in [&mut ann, &mut bob, &mut eve] {
        person.enter("Library");
    }
    ann.talk();
    bob.send("talk");
    bob.floor("queued");
    eve.send("talk");
    assert_eq!(eve.floor("queued")["position"], 2);
    // Ann says nothing, which is told five times a second, until so much of Bob is recorded that it is offered.
    ann.voice("sent", 35);
    ann.send("quiet");
    let offered = bob.floor("offered");
    assert!(offered["recorded_ms"].as_u64().is_some_and(|recorded| recorded > 1000), "{offered}");
    assert_eq!(eve.floor("position")["position"], 1);
    bob.send("quiet");
    bob.send("offer play");
    bob.floor("playing");
    bob.floor("released");
    // Eve rather says something else.
    eve.floor("offered");
    eve.send("offer drop");
    eve.floor("granted");
    eve.quit();
    bob.quit();
    let heard = recording::loud_seconds(&ann.quit().heard());
    assert!(heard > 1.0, "{heard} s were heard");
}

#[test]
fn who_created_a_room_moderates_it() {
    let server = TestServer::start();
    let folder = tempfile::tempdir().unwrap();
    let hush = folder.path().join("hush.wav");
    speech::write(&hush, &[0.0; 48_000]);
    let mut ann = client(&server, "Ann").speaking(&hush).sign_in();
    let mut bob = client(&server, "Bob").speaking(&hush).sign_in();
    ann.send("create Tea floor=open queue=refuse");
    ann.expect("created", |event| is(event, "room") && event["change"] == "created");
    let tea = |event: &serde_json::Value| {
        let rooms = event["rooms"].as_array().cloned().unwrap_or_default();
        rooms.into_iter().find(|room| room["name"] == "Tea")
    };
    ann.send("rooms");
    let room = tea(&ann.expect("rooms", |event| is(event, "rooms"))).unwrap();
    assert_eq!((&room["floor"], &room["queue"]), (&"open".into(), &"refuse".into()));
    ann.enter("Tea");
    bob.enter("Tea");
    ann.talk();
    bob.talk();
    ann.know("people", "Bob");
    ann.send("floor mute Bob");
    assert_eq!(ann.floor("ordered")["order"], "mute");
    assert_eq!(bob.floor("revoked")["reason"], "muted");
    bob.floor("muted");
    bob.send("quiet");
    bob.send("talk");
    assert_eq!(bob.floor("denied")["reason"], "muted");
    bob.send("floor unmute Bob");
    bob.expect("refused", |event| is(event, "error") && event["code"] == "not_moderator");
    ann.quit();
    bob.quit();
}

#[test]
fn a_double_press_locks_talk_on() {
    let server = TestServer::start();
    let folder = tempfile::tempdir().unwrap();
    let words = folder.path().join("words.wav");
    speech::speak(SENTENCE, &words);
    let mut ann = client(&server, "Ann").speaking(&words).sign_in();
    ann.enter("Library");
    for line in ["voice lock on", "talk", "quiet", "talk", "quiet"] {
        ann.send(line);
    }
    ann.floor("locked");
    ann.floor("granted");
    ann.send("voice");
    let voice = ann.expect("preferences", |event| is(event, "voice"));
    assert_eq!((&voice["lock"], &voice["noise-suppression"]), (&"on".into(), &"off".into()));
    ann.forget();
    ann.send("talk");
    ann.floor("released");
    ann.quit();
}

#[test]
fn the_hall_has_no_floor() {
    let server = TestServer::start();
    let mut ann = client(&server, "Ann").sign_in();
    ann.send("talk");
    let denied = ann.floor("denied");
    assert!(denied["reason"].is_string(), "{denied}");
    ann.quit();
}

#[test]
fn a_press_without_a_microphone_is_refused_at_once() {
    let server = TestServer::start();
    let mut ann = client(&server, "Ann").sign_in();
    ann.enter("Library");
    ann.send("talk");
    let refused = ann.expect("refused", |event| is(event, "error") && event["code"] == "no_microphone");
    assert!(refused["text"].as_str().is_some_and(|text| text.contains("connect one")), "{refused}");
    ann.quit();
}

#[test]
fn a_turn_ends_at_the_talk_limit() {
    let server = TestServer::start_with(&["--talk-limit", "5"]);
    let folder = tempfile::tempdir().unwrap();
    let words = folder.path().join("words.wav");
    speech::speak(&[SENTENCE; 3].join(" "), &words);
    let mut ann = client(&server, "Ann").speaking(&words).sign_in();
    let mut bob = client(&server, "Bob").sign_in();
    ann.enter("Library");
    bob.enter("Library");
    let ended = (0..TRIES).map(|_| turn_without_end(&mut ann, &mut bob)).find(|reason| reason != "vanished");
    assert_eq!(ended.as_deref(), Some("talk_limit"));
    ann.quit();
    bob.quit();
}

/// The holder keeps the key down. Why the turn ended nevertheless.
fn turn_without_end(holder: &mut HeadlessClient, listener: &mut HeadlessClient) -> String {
    holder.talk();
    assert_eq!(listener.floor("taken")["holder"], holder.name.as_str());
    let revoked = holder.floor("revoked");
    listener.floor("idle");
    holder.send("quiet");
    revoked["reason"].as_str().unwrap().to_owned()
}

/// The holder lets go, and both have learnt that the floor is free: no word of this turn is left for the next.
fn end_turn(holder: &mut HeadlessClient, listener: &mut HeadlessClient) {
    holder.send("quiet");
    holder.floor("released");
    holder.floor("idle");
    listener.floor("idle");
}

fn answer(person: &mut HeadlessClient) -> serde_json::Value {
    person.expect("an answer to talk", |event| is_in(event, "floor", "granted") || is_in(event, "floor", "queued"))
}

fn state(answer: &serde_json::Value) -> &str {
    answer["state"].as_str().unwrap()
}
