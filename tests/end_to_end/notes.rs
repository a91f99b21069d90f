//! Voice notes from one microphone to another's speaker, by way of the server's files.

use crate::support::{
    client::{HeadlessClient, client},
    events::{is, is_in},
    intelligibility::{followed, stoi},
    recording,
    server::TestServer,
    speech::{self, SENTENCE},
};
use hallway::media::devices::wav::read_wav;
use serde_json::Value;
use std::path::Path;

/// Least score of speech that went through the codec alone: it gives 0.95 and more (tests/voice_quality.rs).
const INTELLIGIBLE: f32 = 0.9;

/// Waits for something that happens to a note.
fn note(client: &mut HeadlessClient, state: &str) -> Value {
    client.expect(&format!("note {state}"), |event| is_in(event, "note", state))
}

fn id(kept: &Value) -> String {
    kept["note"].as_str().unwrap().to_owned()
}

/// Speaks a note as long as the sentence and a little longer.
fn speak(client: &mut HeadlessClient, to: &str, wav: &Path) -> f32 {
    let seconds = recording::seconds(wav) + 0.3;
    client.send(&format!("note {to} {seconds:.2}"));
    note(client, "recording");
    note(client, "recorded");
    seconds
}

#[test]
fn a_note_is_heard_as_it_was_spoken_and_by_nobody_before() {
    let server = TestServer::start();
    let folder = tempfile::tempdir().unwrap();
    let wav = folder.path().join("words.wav");
    let clean = speech::speak(SENTENCE, &wav);
    let mut ann = client(&server, "Ann").speaking(&wav).sign_in();
    let mut bob = client(&server, "Bob").listening().sign_in();
    ann.enter("Library");
    bob.enter("Library");
    let seconds = speak(&mut ann, "room", &wav);
    let kept = note(&mut bob, "kept");
    assert_eq!((&kept["from"], &kept["to"]["room"]), (&Value::from("Ann"), &Value::from("Library")));
    let ms = kept["ms"].as_u64().unwrap() as f32;
    assert!((ms - seconds * 1000.0).abs() < 200.0, "{ms} ms of {seconds} s");
    bob.send(&format!("play {}", id(&kept)));
    note(&mut bob, "playing");
    note(&mut bob, "played");
    ann.quit();

    let ended = bob.quit();
    let received = ended.of("stats").last().and_then(|stats| stats["voice"]["received"].as_u64());
    assert_eq!(received, Some(0), "a note is no live voice");
    let heard_wav = ended.heard();
    let (spoken, heard) = (recording::loud_seconds(&wav), recording::loud_seconds(&heard_wav));
    assert!((heard - spoken).abs() < 0.1 * spoken, "{spoken} s of speech went in, {heard} s came out");
    let heard = read_wav(&heard_wav).unwrap();
    let score = stoi(&clean, &followed(&clean, &heard, 48_000), 48_000);
    println!("score {score:.3}");
    assert!(score > INTELLIGIBLE, "score {score:.3}");
}

#[test]
fn a_private_note_is_played_twice_as_fast_by_whom_it_is_for() {
    let server = TestServer::start();
    let folder = tempfile::tempdir().unwrap();
    let wav = folder.path().join("words.wav");
    speech::speak(SENTENCE, &wav);
    let mut ann = client(&server, "Ann").speaking(&wav).sign_in();
    let mut bob = client(&server, "Bob").listening().sign_in();
    let mut eve = client(&server, "Eve").sign_in();
    ann.know("people", "Bob");
    speak(&mut ann, "Bob", &wav);
    let kept = note(&mut bob, "kept");
    assert_eq!(kept["to"]["person"], "Bob");
    // Who may not read the conversation does not get the file, even who knows what it is called.
    eve.send(&format!("play {}", id(&kept)));
    eve.refused("play");
    bob.send(&format!("play {} 2", id(&kept)));
    note(&mut bob, "played");
    ann.quit();
    eve.quit();
    let heard = recording::loud_seconds(&bob.quit().heard());
    let spoken = recording::loud_seconds(&wav);
    assert!((heard - spoken / 2.0).abs() < 0.15 * spoken, "{spoken} s of speech, played in {heard} s");
}

#[test]
fn the_talk_key_breaks_a_note_off_and_nothing_of_it_is_sent() {
    let server = TestServer::start();
    let folder = tempfile::tempdir().unwrap();
    let wav = folder.path().join("words.wav");
    speech::speak(SENTENCE, &wav);
    let mut ann = client(&server, "Ann").chatting(&wav).sign_in();
    ann.enter("Library");
    ann.send("note room 60");
    note(&mut ann, "recording");
    ann.talk();
    let refused = ann.refused("note");
    assert_eq!(refused["code"], "broken_off");
    ann.send("note room 1");
    assert_eq!(ann.refused("note")["code"], "talking");
    ann.send("quiet");
    ann.floor("released");
    // The next one is as good as the first.
    ann.send("note room 0.5");
    note(&mut ann, "kept");
    let kept = ann.quit().of("note").iter().filter(|event| event["state"] == "kept").count();
    assert_eq!(kept, 1);
}

#[test]
fn who_has_no_microphone_is_told_so() {
    let server = TestServer::start();
    let mut ann = client(&server, "Ann").sign_in();
    ann.send("!audio");
    assert_eq!(ann.refused("note")["code"], "no_microphone");
    ann.send("play 00");
    assert!(is(&ann.refused("play"), "error"));
    ann.quit();
}
