//! Calls between real clients: talk at both ends at once, and every way in which a call does not come about or ends.

use crate::support::{
    client::{HeadlessClient, client},
    events::{is, is_in},
    intelligibility::{followed, stoi},
    server::TestServer,
    speech::{self, SENTENCE},
};
use hallway::media::devices::wav::read_wav;
use hallway_bench::relay::{Conditions, Faults, Loss, Relay};
use serde_json::{Value, json};
use std::f32::consts::TAU;

/// Least score of speech in a call, both ends at once on a machine that may be busy; see the test of one talker.
const INTELLIGIBLE: f32 = 0.8;
/// What the other end says.
const ANSWER: &str = "A large size in stockings is hard to sell, but the boy was there when the sun rose.";
/// For how many seconds a sentence that is said over and over is listened to: it is heard once as a whole.
const LISTENS: usize = 16;

#[test]
fn speech_is_understood_at_both_ends_of_a_call_at_once() {
    let server = TestServer::start();
    let folder = tempfile::tempdir().unwrap();
    let (said, answered) = (folder.path().join("said.wav"), folder.path().join("answered.wav"));
    let spoken = [(SENTENCE, &said), (ANSWER, &answered)].map(|(text, wav)| with_a_pause(text, wav));
    let mut ann = client(&server, "Ann").chatting(&said).listening().sign_in();
    let mut bob = client(&server, "Bob").chatting(&answered).listening().sign_in();
    ann.call(&mut bob, "voice");
    let call = ann.calls();
    assert_eq!(call["current"]["audio"], "open", "{call}");
    ann.next_stats(LISTENS);
    bob.next_stats(1);
    ann.send("hangup");
    assert_eq!(bob.in_call("ended")["reason"], "hung_up");
    // Bob heard what Ann said.
    for (clean, listener) in spoken.iter().zip([bob.quit(), ann.quit()]) {
        let heard = read_wav(&listener.heard()).unwrap();
        let score = stoi(clean, &followed(clean, &heard, 48_000), 48_000);
        println!("score {score:.3}");
        assert!(score > INTELLIGIBLE, "score {score:.3}");
    }
}

#[test]
fn nothing_is_captured_before_a_call_is_accepted() {
    let server = TestServer::start();
    let folder = tempfile::tempdir().unwrap();
    let wav = folder.path().join("words.wav");
    speech::speak(SENTENCE, &wav);
    let sign_in = |name| client(&server, name).chatting(&wav).filming("pattern").counting().sign_in();
    let (mut ann, mut bob) = (sign_in("Ann"), sign_in("Bob"));
    ann.ring("Bob", "video");
    ann.in_call("ringing");
    bob.in_call("incoming");
    for person in [&mut ann, &mut bob] {
        let stats = person.next_stats(3);
        let (video, voice) = (&stats["video"], &stats["voice"]);
        assert_eq!((&video["captured"], &video["sent"], &voice["sent"]), (&json!(0), &json!(0), &json!(0)), "{stats}");
    }
    bob.send("accept");
    for person in [&mut ann, &mut bob] {
        person.in_call("accepted");
        person.video("captured", 10);
        person.voice("sent", 10);
        person.calls_until("microphone and camera open", |calls| {
            let sending = &calls["current"]["sending"];
            sending["mic"] == true && sending["camera"] == true
        });
    }
    ann.send("hangup");
    bob.in_call("ended");
    let captured = |stats: &Value| stats["video"]["captured"].clone();
    let after = bob.next_stats(2);
    assert_eq!(captured(&after), captured(&bob.next_stats(2)), "the camera is shut after the call");
    ann.quit();
    bob.quit();
}

#[test]
fn who_declines_tells_the_caller_why() {
    let server = TestServer::start();
    let (mut ann, mut bob) = (client(&server, "Ann").sign_in(), client(&server, "Bob").sign_in());
    ann.ring("Bob", "voice");
    let incoming = bob.in_call("incoming");
    assert_eq!((&incoming["with"], &incoming["kind"]), (&json!(["Ann"]), &json!("voice")));
    bob.send("decline in a meeting, later");
    let declined = ann.in_call("declined");
    assert_eq!(declined["text"], "in a meeting, later", "{declined}");
    bob.in_call("declined");
    assert_eq!(ann.calls()["current"], Value::Null);
    bob.send("accept");
    assert_eq!(bob.refused("accept")["code"], "no_call");
    ann.quit();
    bob.quit();
}

#[test]
fn a_call_that_nobody_answers_is_missed_and_leaves_a_message() {
    let server = TestServer::start();
    let (mut ann, mut bob) = (client(&server, "Ann").sign_in(), client(&server, "Bob").sign_in());
    ann.ring("Bob", "video");
    bob.in_call("incoming");
    ann.in_call("missed");
    bob.in_call("missed");
    let message = bob.expect("a message", |event| is(event, "message"));
    assert_eq!((&message["from"], &message["text"]), (&json!("Ann"), &json!("Missed video call.")));
    ann.quit();
    bob.quit();
}

#[test]
fn who_is_in_a_call_is_busy_to_others() {
    let server = TestServer::start();
    let [mut ann, mut bob, mut eve] = ["Ann", "Bob", "Eve"].map(|name| client(&server, name).sign_in());
    ann.call(&mut bob, "voice");
    eve.ring("Bob", "voice");
    let busy = eve.refused("call");
    assert_eq!(busy["code"], "busy", "{busy}");
    ann.ring("Eve", "voice");
    assert_eq!(ann.refused("call")["code"], "in_call");
    ann.send("hangup");
    bob.in_call("ended");
    eve.call(&mut bob, "voice");
    for person in [ann, bob, eve] {
        person.quit();
    }
}

#[test]
fn a_caller_may_think_better_of_it() {
    let server = TestServer::start();
    let (mut ann, mut bob) = (client(&server, "Ann").sign_in(), client(&server, "Bob").sign_in());
    ann.ring("Bob", "voice");
    ann.in_call("ringing");
    bob.in_call("incoming");
    ann.send("hangup");
    assert_eq!(bob.in_call("ended")["reason"], "cancelled");
    ann.in_call("ended");
    ann.quit();
    bob.quit();
}

#[test]
fn nobody_is_rung_more_than_three_times_in_ten_minutes() {
    let server = TestServer::start();
    let (mut ann, mut bob) = (client(&server, "Ann").sign_in(), client(&server, "Bob").sign_in());
    for _ in 0..3 {
        ann.ring("Bob", "voice");
        bob.in_call("incoming");
        bob.send("decline");
        ann.in_call("declined");
    }
    ann.ring("Bob", "voice");
    assert_eq!(ann.refused("call")["code"], "too_many_rings");
    ann.quit();
    bob.quit();
}

#[test]
fn who_is_not_to_be_disturbed_is_not_rung() {
    let server = TestServer::start();
    let (mut ann, mut bob) = (client(&server, "Ann").sign_in(), client(&server, "Bob").sign_in());
    let reaches = |person: &mut HeadlessClient, reach: &str| {
        person.send(&format!("reach {reach}"));
        person.calls_until("this reach", |calls| calls["reach"] == reach);
        // The server has it before anything that is said later.
        person.write("shout", reach);
    };
    reaches(&mut bob, "nobody");
    ann.ring("Bob", "voice");
    assert_eq!(ann.refused("call")["code"], "do_not_disturb");
    reaches(&mut bob, "room");
    bob.enter("Library");
    ann.ring("Bob", "voice");
    assert_eq!(ann.refused("call")["code"], "not_in_their_room");
    ann.enter("Library");
    ann.call(&mut bob, "voice");
    ann.quit();
    bob.quit();
}

#[test]
fn a_call_of_a_chosen_person_is_answered_by_itself_and_both_ends_know() {
    let server = TestServer::start();
    let (mut ann, mut bob) = (client(&server, "Ann").sign_in(), client(&server, "Bob").sign_in());
    bob.know("people", "Ann");
    bob.send("autoanswer Ann on");
    bob.calls_until("the name", |calls| calls["auto_answer"] == json!(["Ann"]));
    ann.ring("Bob", "voice");
    assert_eq!(ann.in_call("accepted")["auto"], true);
    assert_eq!(bob.in_call("accepted")["auto"], true);
    ann.quit();
    bob.quit();
}

#[test]
fn a_call_ends_when_the_other_one_vanishes() {
    let server = TestServer::start();
    let (mut ann, mut bob) = (client(&server, "Ann").sign_in(), client(&server, "Bob").sign_in());
    ann.call(&mut bob, "voice");
    bob.kill();
    // The place is kept for 20 s from when the link is known to be lost.
    ann.expect("the end", |event| is_in(event, "call", "failed") && event["reason"] == "lost");
    assert_eq!(ann.calls()["current"], Value::Null);
    ann.quit();
}

#[test]
fn a_call_ends_with_its_server_and_can_be_made_anew() {
    let server = TestServer::start();
    let sign_in = |name| client(&server, name).with(&["--reconnect", "60"]).sign_in();
    let (mut ann, mut bob) = (sign_in("Ann"), sign_in("Bob"));
    ann.call(&mut bob, "voice");
    let _server = server.kill_and_restart();
    for person in [&mut ann, &mut bob] {
        let lost = person.expect("lost", |event| is_in(event, "connection", "lost"));
        assert!(lost["reason"].as_str().is_some_and(|reason| reason.len() > 10), "{lost}");
        person.expect("regained", |event| is_in(event, "connection", "regained"));
        person.in_call("failed");
    }
    ann.call(&mut bob, "voice");
    ann.quit();
    bob.quit();
}

#[test]
fn a_connection_that_is_regained_soon_keeps_the_call() {
    let relay = Relay::start(Conditions::default()).unwrap();
    let server = TestServer::start_with(&["--public", &relay.address().to_string()]);
    relay.lead_to(server.address.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let wav = folder.path().join("words.wav");
    speech::speak(SENTENCE, &wav);
    let sign_in = |name| client(&server, name).chatting(&wav).counting().sign_in();
    let (mut ann, mut bob) = (sign_in("Ann"), sign_in("Bob"));
    ann.call(&mut bob, "voice");
    bob.voice("received", 50);
    let cut = Faults { loss: Loss::independent(1.0), ..Faults::default() };
    relay.set_faults(cut, cut);
    for person in [&mut ann, &mut bob] {
        person.expect("lost", |event| is_in(event, "connection", "lost"));
    }
    relay.set_faults(Faults::default(), Faults::default());
    for person in [&mut ann, &mut bob] {
        person.expect("regained", |event| is_in(event, "connection", "regained"));
    }
    let received = |stats: &Value| stats["voice"]["received"].as_u64().unwrap();
    for person in [&mut ann, &mut bob] {
        let before = received(&person.next_stats(1));
        person.expect("voice goes on", |event| is(event, "stats") && received(event) > before + 50);
        let call = person.calls();
        let joined = |member: &Value| member["presence"] == "joined";
        assert!(
            call["current"]["members"]
                .as_array()
                .is_some_and(|members| members.len() == 2 && members.iter().all(joined)),
            "{call}"
        );
    }
    for person in [ann, bob] {
        let ended = person.quit();
        let over = ended.of("call").into_iter().filter(|call| call["state"] == "failed").count();
        assert_eq!(over, 0);
    }
}

#[test]
fn a_third_person_can_be_asked_in() {
    let server = TestServer::start();
    let [mut ann, mut bob, mut eve] = ["Ann", "Bob", "Eve"].map(|name| client(&server, name).sign_in());
    ann.call(&mut bob, "voice");
    bob.know("people", "Eve");
    bob.send("ask Eve");
    let incoming = eve.in_call("incoming");
    assert_eq!(incoming["with"], json!(["Ann", "Bob"]), "{incoming}");
    eve.send("accept");
    eve.in_call("accepted");
    for person in [&mut ann, &mut bob] {
        assert_eq!(person.in_call("joined")["name"], "Eve");
    }
    ann.send("hangup");
    for person in [&mut bob, &mut eve] {
        let left = person.in_call("left");
        assert_eq!((&left["name"], &left["reason"]), (&json!("Ann"), &json!("hung_up")));
    }
    let names = |call: &Value| -> Vec<String> {
        let members = call["current"]["members"].as_array().unwrap();
        members.iter().map(|member| member["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&bob.calls()), ["Bob", "Eve"]);
    for person in [ann, bob, eve] {
        person.quit();
    }
}

#[test]
fn every_pair_hears_each_other_in_a_rooms_call_of_four() {
    const VOICES: [(&str, f32); 4] = [("Ann", 400.0), ("Bob", 700.0), ("Eve", 1100.0), ("Joe", 1700.0)];
    let server = TestServer::start();
    let folder = tempfile::tempdir().unwrap();
    let mut people: Vec<HeadlessClient> = VOICES
        .iter()
        .map(|(name, pitch)| {
            let wav = folder.path().join(format!("{name}.wav"));
            speech::write(&wav, &hum(*pitch));
            client(&server, name).chatting(&wav).listening().sign_in()
        })
        .collect();
    people[0].send("create Tea floor=open");
    people[0].expect("created", |event| is(event, "room") && event["change"] == "created");
    for person in &mut people {
        person.enter("Tea");
        person.send("callroom voice");
        person.in_call("accepted");
    }
    people[0].send("rooms");
    let rooms = people[0].expect("rooms", |event| is(event, "rooms") && event.to_string().contains("\"call\""));
    let tea = rooms["rooms"].as_array().unwrap().iter().find(|room| room["name"] == "Tea").unwrap();
    assert!(tea["call"]["people"].is_u64(), "{tea}");
    for person in &mut people {
        let before = person.next_stats(1)["voice"]["received"].as_u64().unwrap();
        person.voice("received", before + 600);
    }
    let heard: Vec<Vec<f32>> = people.into_iter().map(|person| read_wav(&person.quit().heard()).unwrap()).collect();
    for ((name, own), heard) in VOICES.iter().zip(&heard) {
        for (other, pitch) in VOICES {
            let level = level_of(heard, pitch);
            println!("{name} hears {other} at {level:.4}");
            assert_eq!(level > 0.02, pitch != *own, "{name} hears {other} at {level:.4}");
        }
    }
}

#[test]
fn in_the_call_of_an_exclusive_room_the_floor_says_who_is_heard() {
    let server = TestServer::start();
    let folder = tempfile::tempdir().unwrap();
    let wav = folder.path().join("words.wav");
    speech::speak(SENTENCE, &wav);
    let sign_in = |name| client(&server, name).chatting(&wav).counting().sign_in();
    let (mut ann, mut bob) = (sign_in("Ann"), sign_in("Bob"));
    for person in [&mut ann, &mut bob] {
        person.enter("Library");
        person.send("callroom voice");
        person.in_call("accepted");
    }
    ann.in_call("joined");
    assert_eq!(bob.calls()["current"]["audio"], "floor");
    let silent = bob.next_stats(3);
    assert_eq!((&silent["voice"]["sent"], &silent["voice"]["received"]), (&json!(0), &json!(0)), "{silent}");
    ann.talk();
    assert_eq!(bob.floor("taken")["holder"], "Ann");
    bob.voice("received", 50);
    bob.send("talk");
    bob.floor("queued");
    bob.send("quiet");
    ann.send("quiet");
    ann.floor("released");
    bob.send("leave");
    assert_eq!(bob.in_call("ended")["reason"], "left_room");
    assert_eq!(ann.in_call("left")["reason"], "left_room");
    ann.quit();
    bob.quit();
}

#[test]
fn talking_to_the_room_is_not_heard_in_the_call() {
    let server = TestServer::start();
    let folder = tempfile::tempdir().unwrap();
    let wav = folder.path().join("words.wav");
    speech::speak(SENTENCE, &wav);
    let mut ann = client(&server, "Ann").chatting(&wav).counting().sign_in();
    let [mut bob, mut eve] = ["Bob", "Eve"].map(|name| client(&server, name).counting().sign_in());
    ann.enter("Library");
    eve.enter("Library");
    ann.call(&mut bob, "voice");
    bob.voice("received", 50);
    let received = |stats: &Value| stats["voice"]["received"].as_u64().unwrap();
    assert_eq!(received(&eve.next_stats(1)), 0, "the room hears nothing of the call");
    ann.talk();
    eve.voice("received", 50);
    let during = received(&bob.next_stats(1));
    let later = received(&bob.next_stats(2));
    assert!(later - during < 5, "the call hears nothing of what is said to the room: {during}, {later}");
    ann.send("quiet");
    ann.floor("released");
    bob.voice("received", later + 50);
    for person in [ann, bob, eve] {
        person.quit();
    }
}

/// Says a text with a second of silence behind it, to be said over and over. Returns the words alone.
fn with_a_pause(text: &str, wav: &std::path::Path) -> Vec<f32> {
    let spoken = speech::speak(text, wav);
    let mut samples = spoken.clone();
    samples.resize(samples.len() + 48_000, 0.0);
    speech::write(wav, &samples);
    spoken
}

/// Five seconds of a tone that swells three times a second, as syllables do.
fn hum(pitch: f32) -> Vec<f32> {
    let at = |n: usize| n as f32 / 48_000.0;
    (0..5 * 48_000).map(|n| 0.2 * (TAU * pitch * at(n)).sin() * (0.6 - 0.4 * (TAU * 3.0 * at(n)).cos())).collect()
}

/// How loud a tone is in a sound: the greatest of pieces of 100 ms.
fn level_of(sound: &[f32], pitch: f32) -> f32 {
    let level = |piece: &[f32]| {
        let (mut re, mut im) = (0.0, 0.0);
        for (n, sample) in piece.iter().enumerate() {
            let phase = TAU * pitch * n as f32 / 48_000.0;
            (re, im) = (re + sample * phase.cos(), im + sample * phase.sin());
        }
        2.0 * f32::hypot(re, im) / piece.len() as f32
    };
    sound.chunks_exact(4800).map(level).fold(0.0, f32::max)
}
