//! Who reads and hears what: rooms, private messages, the channel to everyone.

use crate::support::{
    client::{Ended, HeadlessClient, client},
    recording,
    server::TestServer,
    speech::{self, SENTENCE},
};

/// Words that the three write, by where they go.
const IN_LIBRARY: &str = "only for those among the books";
const IN_KITCHEN: &str = "only for those at the stove";
const TO_ANN: &str = "for Ann alone";
const TO_BOB: &str = "for Bob alone, from the other room";
const TO_ALL: &str = "for everyone";

/// Seconds of sound that one's own talk key makes at most: the tones of the grant and of the end.
const OWN_TONES: f32 = 1.0;

#[test]
fn three_people_in_two_rooms_read_and_hear_only_what_is_theirs() {
    let server = TestServer::start();
    let folder = tempfile::tempdir().unwrap();
    let words = folder.path().join("ann.wav");
    speech::speak(SENTENCE, &words);
    let other_words = folder.path().join("cem.wav");
    speech::speak("A pot of tea helps to pass the evening, and kicks the ball straight.", &other_words);
    let mut ann = client(&server, "Ann").speaking(&words).listening().sign_in();
    let mut bob = client(&server, "Bob").listening().sign_in();
    let mut cem = client(&server, "Cem").speaking(&other_words).listening().sign_in();
    ann.enter("Library");
    bob.enter("Library");
    cem.enter("Kitchen");

    ann.write("say", IN_LIBRARY);
    bob.reads(IN_LIBRARY);
    cem.write("say", IN_KITCHEN);
    bob.write("msg Ann", TO_ANN);
    ann.reads(TO_ANN);
    cem.write("@Bob", TO_BOB);
    bob.reads(TO_BOB);

    // Both rooms' floors are held at once, and only one of the rooms has a listener.
    cem.talk();
    ann.talk();
    bob.voice("received", 150);
    ann.send("quiet");
    ann.floor("released");
    cem.send("quiet");
    cem.floor("released");

    // Messages come in order: who has this one has all that were to come before.
    bob.write("shout", TO_ALL);
    ann.reads(TO_ALL);
    cem.reads(TO_ALL);
    assert_eq!(ann.texts(), [IN_LIBRARY, TO_ANN, TO_ALL]);
    assert_eq!(sorted(bob.texts()), sorted([IN_LIBRARY, TO_ANN, TO_BOB, TO_ALL].map(str::to_owned).to_vec()));
    assert_eq!(cem.texts(), [IN_KITCHEN, TO_BOB, TO_ALL]);

    let [ann, bob, cem] = [ann, bob, cem].map(HeadlessClient::quit);
    assert_eq!((voice_received(&ann), voice_received(&cem)), (0, 0), "nobody else talked in Ann's and Cem's rooms");
    let [ann, bob, cem] = [ann, bob, cem].map(|ended| recording::loud_seconds(&ended.heard()));
    assert!(bob > 1.5, "Bob heard {bob} s of Ann");
    assert!(ann < OWN_TONES && cem < OWN_TONES, "Ann heard {ann} s and Cem {cem} s");
}

#[test]
fn private_messages_to_nobody_and_to_oneself_are_refused() {
    let server = TestServer::start();
    let mut ann = client(&server, "Ann").sign_in();
    for line in ["msg Nobody hello", "msg Ann hello", "say hello from the hall", "frobnicate", "say"] {
        ann.send(line);
        let refusal = ann.expect(&format!("error for {line:?}"), |event| event["event"] == "error");
        let text = refusal["text"].as_str().unwrap_or_default();
        assert!(text.len() > 10 && !text.contains('\n'), "{line:?}: {refusal}");
    }
    assert!(ann.texts().is_empty());
    ann.quit();
}

#[test]
fn who_comes_into_a_room_is_shown_what_was_said_there() {
    let server = TestServer::start();
    let mut ann = client(&server, "Ann").sign_in();
    ann.enter("Library");
    for text in ["one", "two", "three — 三 ثلاثة תלתא 👋"] {
        ann.write("say", text);
    }
    let mut bob = client(&server, "Bob").sign_in();
    bob.enter("Library");
    bob.send("history room 2");
    let page = bob.expect("a page of two", |event| {
        event["event"] == "history" && event["messages"].as_array().is_some_and(|messages| messages.len() == 2)
    });
    let texts: Vec<_> = page["messages"].as_array().unwrap().iter().map(|message| message["text"].clone()).collect();
    assert_eq!(texts, ["two", "three — 三 ثلاثة תלתא 👋"]);
    assert_eq!(page["messages"][0]["from"], "Ann");
    bob.quit();
    ann.quit();
}

/// Voice packets that came, by the last statistics.
fn voice_received(ended: &Ended) -> u64 {
    let stats = ended.of("stats");
    stats.last().and_then(|stats| stats["voice"]["received"].as_u64()).expect("statistics were asked for")
}

fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort();
    texts
}
