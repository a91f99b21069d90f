//! Two voice engines joined by nothing but packets: what goes into one's WAV microphone comes out of the other's WAV
//! speaker, in real time.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests fail by panicking, and scores are worth reading"
)]

#[path = "support/intelligibility.rs"]
mod intelligibility;
#[path = "support/speech.rs"]
mod speech;

use hallway::media::{
    devices::{sink::Speaker, source::Microphone, wav::read_wav},
    engine::{VoiceCommand, VoiceEngine, VoiceEvent, VoiceHandle, VoiceSettings, VoiceStats},
};
use hallway_protocol::{ids::PersonId, voice::VoicePacket};
use intelligibility::{best_alignment, best_likeness, stoi};
use std::{
    path::Path,
    sync::{Arc, mpsc},
    thread::sleep,
    time::{Duration, Instant},
};

const TALKER: PersonId = PersonId(7);

/// An engine that talks, one that listens, and what the talking one tells.
struct Pair {
    talker: VoiceHandle,
    listener: Arc<VoiceHandle>,
    events: mpsc::Receiver<VoiceEvent>,
}

fn pair(microphone: &str, speaker: &Path) -> Pair {
    let settings = VoiceSettings { speaker: Speaker::Wav(speaker.into()), cues: false, ..VoiceSettings::default() };
    let listener = Arc::new(VoiceEngine::start(settings, |event| panic!("the listener tells {event:?}")).unwrap());
    let (tell, events) = mpsc::channel();
    let settings = VoiceSettings { microphone: microphone.parse().unwrap(), cues: false, ..VoiceSettings::default() };
    let network = listener.clone();
    let talker = VoiceEngine::start(settings, move |event| {
        if let VoiceEvent::Packet(bytes) = &event {
            let packet = VoicePacket::decode(bytes).unwrap();
            network.send(VoiceCommand::Hear { speaker: TALKER, packet });
        }
        let _ = tell.send(event);
    });
    Pair { talker: talker.unwrap(), listener, events }
}

/// Waits until the engine's statistics are as wished.
fn until(engine: &VoiceHandle, what: &str, wish: impl Fn(&VoiceStats) -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !wish(&engine.stats()) {
        assert!(Instant::now() < deadline, "{what} did not happen: {:?}", engine.stats());
        sleep(Duration::from_millis(5));
    }
}

#[test]
fn speech_arrives_complete_from_its_very_first_syllable() {
    let dir = tempfile::tempdir().unwrap();
    let (spoken, heard) = (dir.path().join("spoken.wav"), dir.path().join("heard.wav"));
    let clean = speech::speak(speech::SENTENCE, &spoken);
    let Pair { talker, listener, events } = pair(&format!("wav:{}:from-talk", spoken.display()), &heard);

    talker.send(VoiceCommand::PressTalk);
    // The way to the server and back; the words said meanwhile must not be lost.
    sleep(Duration::from_millis(170));
    assert_eq!(talker.stats().sent, 0, "nothing leaves before the grant");
    talker.send(VoiceCommand::FloorGranted);
    let packets = clean.len() as u64 / 960;
    until(&talker, "the sentence's last packet", |stats| stats.sent >= packets);
    assert!(talker.stats().mic_open && !listener.stats().heard.is_empty());
    talker.send(VoiceCommand::ReleaseTalk);
    let sent = events.iter().take_while(|event| *event != VoiceEvent::BurstEnded).count() as u64;
    until(&listener, "the end of the burst", |stats| stats.received == sent && stats.heard.is_empty());
    assert!(!talker.stats().mic_open);
    assert_eq!(listener.stats().lost, 0);

    drop((talker, listener));
    let heard = read_wav(&heard).unwrap();
    let start = best_alignment(&clean, &heard, 48_000);
    // What was said before the grant is heard with its delay, which is then caught up: the head lies later than the rest
    // tells.
    let first_50_ms = best_likeness(&clean[..2400], &heard, start..start + 200 * 48);
    // Once all is caught up, from the second second on, it is as it was said.
    let (settled, after) = (&clean[96_000..], &heard[start + 48_000..]);
    let score = stoi(settled, &after[best_alignment(settled, after, 48_000)..], 48_000);
    println!("first 50 ms {first_50_ms:.3}, settled {score:.3}, heard {} ms into the file", start / 48);
    assert!(first_50_ms > 0.8, "the head was clipped: {first_50_ms}");
    assert!(score > 0.9, "{score}");
}

#[test]
fn a_key_released_before_the_grant_sends_nothing_and_gives_the_floor_back() {
    let dir = tempfile::tempdir().unwrap();
    let spoken = dir.path().join("spoken.wav");
    speech::speak("Oops.", &spoken);
    let Pair { talker, listener, events } =
        pair(&format!("wav:{}:loop", spoken.display()), &dir.path().join("heard.wav"));
    talker.send(VoiceCommand::PressTalk);
    sleep(Duration::from_millis(60));
    talker.send(VoiceCommand::ReleaseTalk);
    talker.send(VoiceCommand::FloorGranted);
    assert_eq!(events.recv_timeout(Duration::from_secs(10)), Ok(VoiceEvent::BurstEnded));
    drop(talker);
    assert_eq!(events.try_iter().count(), 0);
    assert_eq!(listener.stats().received, 0);
}

#[test]
fn a_revoked_floor_stops_the_sound_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let spoken = dir.path().join("spoken.wav");
    speech::speak(speech::SENTENCE, &spoken);
    let Pair { talker, events, .. } = pair(&format!("wav:{}:loop", spoken.display()), &dir.path().join("heard.wav"));
    talker.send(VoiceCommand::PressTalk);
    talker.send(VoiceCommand::FloorGranted);
    until(&talker, "sound", |stats| stats.sent >= 5);
    talker.send(VoiceCommand::AbortTalk);
    until(&talker, "silence", |stats| !stats.mic_open);
    let sent = talker.stats().sent;
    sleep(Duration::from_millis(200));
    assert_eq!(talker.stats().sent, sent);
    drop(talker);
    assert_eq!(events.try_iter().filter(|event| matches!(event, VoiceEvent::Packet(_))).count() as u64, sent);
}

#[test]
fn a_microphone_that_is_no_file_is_refused_with_a_sentence() {
    let microphone: Microphone = "wav:no/such.wav".parse().unwrap();
    let settings = VoiceSettings { microphone, ..VoiceSettings::default() };
    let Err(error) = VoiceEngine::start(settings, |_| {}) else { panic!("a missing file was taken") };
    assert!(error.to_string().contains("no/such.wav"), "{error}");
}
