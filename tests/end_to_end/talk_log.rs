//! Rooms that keep what is said in them.

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

/// Least score of speech that went through codec and relay, and was kept.
const INTELLIGIBLE: f32 = 0.85;

/// The messages of the room's history that are turns.
fn turns(client: &mut HeadlessClient) -> Vec<Value> {
    client.send("history room");
    let page = client.expect("history", |event| is(event, "history"));
    let messages = page["messages"].as_array().cloned().unwrap_or_default();
    messages.into_iter().filter(|message| message["attachment"]["kind"] == "turn").collect()
}

#[test]
fn a_late_joiner_hears_what_was_said_where_it_is_kept() {
    let server = TestServer::start();
    let folder = tempfile::tempdir().unwrap();
    let wav = folder.path().join("words.wav");
    let clean = speech::speak(SENTENCE, &wav);
    let mut ann = client(&server, "Ann").speaking(&wav).sign_in();
    let mut bob = client(&server, "Bob").listening().sign_in();
    ann.send("create Records log=on");
    ann.expect("created", |event| is(event, "room") && event["change"] == "created");
    ann.enter("Records");
    assert_eq!(ann.floor("log")["on"], true);
    bob.know("rooms", "Records");
    bob.enter("Records");
    assert_eq!(bob.floor("log")["on"], true);
    ann.talk();
    bob.hear_out(50);
    ann.send("quiet");
    ann.floor("released");
    let kept = bob.expect("kept", |event| is_in(event, "note", "kept"));
    assert_eq!((&kept["from"], &kept["to"]["room"]), (&"Ann".into(), &"Records".into()));
    // What comes from then on is not kept; what was, stays.
    ann.send("floor log off");
    assert_eq!(bob.floor("log")["on"], false);

    let mut eve = client(&server, "Eve").listening().sign_in();
    eve.know("rooms", "Records");
    eve.enter("Records");
    let turn = match turns(&mut eve).as_slice() {
        [turn] => turn.clone(),
        others => panic!("not one turn: {others:?}"),
    };
    assert_eq!((&turn["from"], &turn["text"], &turn["attachment"]["file"]), (&"Ann".into(), &"".into(), &kept["note"]));
    eve.send(&format!("play {}", turn["attachment"]["file"].as_str().unwrap()));
    eve.expect("played", |event| is_in(event, "note", "played"));
    let ended = eve.quit();
    let heard_wav = ended.heard();
    let (spoken, heard) = (recording::loud_seconds(&wav), recording::loud_seconds(&heard_wav));
    assert!((heard - spoken).abs() < 0.15 * spoken, "{spoken} s of speech went in, {heard} s came out");
    let heard = read_wav(&heard_wav).unwrap();
    let score = stoi(&clean, &followed(&clean, &heard, 48_000), 48_000);
    println!("score {score:.3}");
    assert!(score > INTELLIGIBLE, "score {score:.3}");

    // Whoever talked can delete it again.
    ann.send(&format!("delete {}", turn["id"]));
    bob.expect("deleted", |event| is(event, "deleted"));
    assert!(turns(&mut bob).is_empty());
    bob.quit();
    ann.quit();
}

#[test]
fn nothing_is_kept_where_nobody_wants_it() {
    let server = TestServer::start();
    let folder = tempfile::tempdir().unwrap();
    let wav = folder.path().join("words.wav");
    speech::speak(SENTENCE, &wav);
    let mut ann = client(&server, "Ann").speaking(&wav).sign_in();
    let mut bob = client(&server, "Bob").listening().sign_in();
    ann.enter("Library");
    bob.enter("Library");
    ann.send("rooms");
    let rooms = ann.expect("rooms", |event| is(event, "rooms"));
    assert!(rooms["rooms"].as_array().unwrap().iter().all(|room| room["log"] == false), "{rooms}");
    ann.talk();
    bob.hear_out(50);
    ann.send("quiet");
    ann.floor("released");
    // What is said after it comes after it.
    ann.write("say", "Did you hear that?");
    bob.reads("Did you hear that?");
    assert!(turns(&mut bob).is_empty());
    ann.quit();
    let told = bob.quit().of("floor").iter().filter(|event| event["state"] == "log").count();
    assert_eq!(told, 0);
}
