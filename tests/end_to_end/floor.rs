//! One speaker at a time.

use crate::support::{
    client::{HeadlessClient, client},
    events::is_in,
    server::TestServer,
    speech::{self, SENTENCE},
};

#[test]
fn of_two_who_press_at_once_one_talks_and_the_other_learns_who() {
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
        let (winner, loser, refusal) = match (state(&anns), state(&bobs)) {
            ("granted", "busy") => (&mut ann, &mut bob, bobs),
            ("busy", "granted") => (&mut bob, &mut ann, anns),
            other => panic!("not one of them talks: {other:?}"),
        };
        assert_eq!(refusal["holder"], winner.name.as_str());
        loser.send("quiet");
        end_turn(winner, loser);
        loser.talk();
        winner.floor("taken");
        end_turn(loser, winner);
    }
    ann.quit();
    bob.quit();
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
fn a_turn_ends_at_the_talk_limit() {
    let server = TestServer::start_with(&["--talk-limit", "5"]);
    let folder = tempfile::tempdir().unwrap();
    let words = folder.path().join("words.wav");
    speech::speak(&[SENTENCE; 3].join(" "), &words);
    let mut ann = client(&server, "Ann").speaking(&words).sign_in();
    let mut bob = client(&server, "Bob").sign_in();
    ann.enter("Library");
    bob.enter("Library");
    ann.talk();
    let taken = bob.floor("taken");
    assert_eq!(taken["holder"], "Ann");
    let revoked = ann.floor("revoked");
    assert_eq!(revoked["reason"], "talk_limit");
    bob.floor("idle");
    ann.quit();
    bob.quit();
}

/// The holder lets go, and both have learnt that the floor is free: no word of this turn is left for the next.
fn end_turn(holder: &mut HeadlessClient, listener: &mut HeadlessClient) {
    holder.send("quiet");
    holder.floor("released");
    holder.floor("idle");
    listener.floor("idle");
}

fn answer(person: &mut HeadlessClient) -> serde_json::Value {
    person.expect("an answer to talk", |event| is_in(event, "floor", "granted") || is_in(event, "floor", "busy"))
}

fn state(answer: &serde_json::Value) -> &str {
    answer["state"].as_str().unwrap()
}
