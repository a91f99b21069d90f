//! Speech goes in at one end and comes out of the other, and from nobody who may not speak.

use crate::support::{
    cheat::Cheat,
    client::client,
    events::is,
    intelligibility::{followed, stoi},
    recording,
    server::TestServer,
    speech::{self, SENTENCE},
};
use hallway::media::devices::wav::read_wav;

/// Least score of speech that went through codec, relay, jitter buffer and mixer. The codec alone gives 0.95 and more
/// (tests/voice_quality.rs); a packet that comes too late on a busy machine costs about 0.002, and below 0.75 people
/// begin to ask back.
const INTELLIGIBLE: f32 = 0.85;

#[test]
fn speech_at_one_microphone_is_intelligible_at_the_others_speaker() {
    let server = TestServer::start();
    let folder = tempfile::tempdir().unwrap();
    let wav = folder.path().join("words.wav");
    let clean = speech::speak(SENTENCE, &wav);
    let mut ann = client(&server, "Ann").speaking(&wav).sign_in();
    let mut bob = client(&server, "Bob").listening().sign_in();
    ann.enter("Library");
    bob.enter("Library");
    ann.talk();
    bob.hear_out(50);
    ann.send("quiet");
    ann.floor("released");
    bob.floor("idle");
    ann.quit();

    let ended = bob.quit();
    let heard_wav = ended.heard();
    let (spoken, heard) = (recording::loud_seconds(&wav), recording::loud_seconds(&heard_wav));
    assert!((heard - spoken).abs() < 0.15 * spoken, "{spoken} s of speech went in, {heard} s came out");
    let heard = read_wav(&heard_wav).unwrap();
    let score = stoi(&clean, &followed(&clean, &heard, 48_000), 48_000);
    println!("score {score:.3}");
    assert!(score > INTELLIGIBLE, "score {score:.3}");
}

#[test]
fn voice_from_somebody_without_the_floor_is_dropped_and_counted() {
    const PACKETS: u16 = 100;
    let mut server = TestServer::start();
    let mut bob = client(&server, "Bob").listening().sign_in();
    bob.enter("Library");
    let mut mallory = Cheat::sign_in(&server, "Mallory");
    mallory.walk_into("Library");
    mallory.speak_unasked(PACKETS);
    let relay = server.events.expect("all packets counted", |event| {
        is(event, "relay")
            && event["refused_not_holder"].as_u64().is_some_and(|count| count >= u64::from(PACKETS) * 9 / 10)
    });
    assert_eq!(relay["passed"], 0, "{relay}");
    let ended = bob.quit();
    assert_eq!(recording::loud_seconds(&ended.heard()), 0.0);
}

#[test]
fn voice_from_somebody_without_the_floor_does_not_disturb_who_has_it() {
    let mut server = TestServer::start();
    let folder = tempfile::tempdir().unwrap();
    let wav = folder.path().join("words.wav");
    speech::speak(SENTENCE, &wav);
    let mut ann = client(&server, "Ann").speaking(&wav).sign_in();
    let mut bob = client(&server, "Bob").listening().sign_in();
    ann.enter("Library");
    bob.enter("Library");
    let mut mallory = Cheat::sign_in(&server, "Mallory");
    mallory.walk_into("Library");
    ann.talk();
    mallory.speak_unasked(100);
    bob.voice("received", 100);
    ann.send("quiet");
    ann.floor("released");
    server.events.expect("packets refused and passed", |event| {
        is(event, "relay")
            && event["refused_not_holder"].as_u64().is_some_and(|count| count >= 90)
            && event["passed"].as_u64().is_some_and(|count| count >= 100)
    });
    ann.quit();
    // Nobody was taken for a second talker: every packet that came is one of Ann's.
    let stats = bob.quit();
    let received = stats.of("stats").last().and_then(|stats| stats["voice"]["received"].as_u64()).unwrap();
    // At most one packet in 10 ms, and somebody else's hundred would be over it.
    let most = recording::seconds(&wav) * 100.0;
    assert!((received as f32) < most, "{received} packets");
}
