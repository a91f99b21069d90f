//! The whole voice path on real sound devices: spoken into one, recorded from the other, over PulseAudio.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests fail by panicking, and scores are worth reading"
)]
#![cfg(all(target_os = "linux", feature = "devices"))]

#[path = "support/intelligibility.rs"]
mod intelligibility;
#[path = "support/pulse.rs"]
mod pulse;
#[path = "support/speech.rs"]
mod speech;

use hallway::media::{
    devices::{list::device_names, sink::Speaker, source::Microphone},
    engine::{VoiceCommand, VoiceEngine, VoiceEvent, VoiceHandle, VoiceSettings, VoiceStats},
};
use hallway_protocol::{ids::PersonId, voice::VoicePacket};
use intelligibility::{best_alignment, followed, stoi};
use pulse::{PrivatePulse, in_private_session};
use std::{
    fs::File,
    path::Path,
    process::Child,
    sync::{Arc, mpsc},
    thread::sleep,
    time::{Duration, Instant},
};

/// One device with two channels, so that one recording holds both what was said (left) and what was heard (right):
/// `mouth` plays to the left, the microphone `mic` hears the left, `speaker` plays to the right.
const DEVICES: [&str; 4] = [
    "module-null-sink sink_name=room rate=48000 channels=2 channel_map=front-left,front-right",
    "module-remap-sink sink_name=mouth master=room channels=1 channel_map=mono master_channel_map=front-left remix=no",
    "module-remap-sink sink_name=speaker master=room channels=1 channel_map=mono master_channel_map=front-right remix=no",
    "module-remap-source source_name=mic master=room.monitor channels=1 channel_map=mono \
     master_channel_map=front-left remix=no",
];
const PATIENCE: Duration = Duration::from_secs(30);

fn until(engine: &VoiceHandle, what: &str, wish: impl Fn(&VoiceStats) -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !wish(&engine.stats()) {
        assert!(Instant::now() < deadline, "{what} did not happen: {:?}", engine.stats());
        sleep(Duration::from_millis(5));
    }
}

/// A talking engine on `mic` and a listening one on `speaker`, joined by their packets.
fn engines() -> (VoiceHandle, Arc<VoiceHandle>, mpsc::Receiver<VoiceEvent>) {
    let speaker = Speaker::Device(Some("speaker".into()));
    let listener = VoiceSettings { speaker, cues: false, ..VoiceSettings::default() };
    let listener = Arc::new(VoiceEngine::start(listener, |event| println!("listener: {event:?}")).unwrap());
    let network = listener.clone();
    let (tell, events) = mpsc::channel();
    let microphone = Microphone::Device(Some("mic".into()));
    let talker = VoiceSettings { microphone, cues: false, ..VoiceSettings::default() };
    let talker = VoiceEngine::start(talker, move |event| match event {
        VoiceEvent::Packet(bytes) => {
            let packet = VoicePacket::decode(&bytes).unwrap();
            network.send(VoiceCommand::Hear { speaker: PersonId(1), packet });
        }
        event => _ = tell.send(event),
    });
    (talker.unwrap(), listener, events)
}

/// Records the room until it is ended: raw, two channels, 16 bit, 48 kHz.
fn record(pulse: &PrivatePulse, to: &Path) -> Child {
    let mut command = pulse.command("parec");
    command.args(["--device=room.monitor", "--format=s16le", "--rate=48000", "--channels=2", "--latency-msec=20"]);
    let recorder = command.stdout(File::create(to).unwrap()).spawn().unwrap();
    let deadline = Instant::now() + PATIENCE;
    while to.metadata().unwrap().len() == 0 {
        assert!(Instant::now() < deadline, "nothing is recorded");
        sleep(Duration::from_millis(10));
    }
    recorder
}

/// The left and the right channel of a recording.
fn channels(recording: &Path) -> (Vec<f32>, Vec<f32>) {
    let bytes = std::fs::read(recording).unwrap();
    let sample = |bytes: &[u8]| f32::from(i16::from_le_bytes([bytes[0], bytes[1]])) / 32768.0;
    bytes.chunks_exact(4).map(|frame| (sample(&frame[..2]), sample(&frame[2..]))).unzip()
}

#[test]
fn speech_goes_from_a_real_microphone_to_a_real_speaker() {
    in_private_session("speech_goes_from_a_real_microphone_to_a_real_speaker", |folder| {
        let pulse = PrivatePulse::start(folder, &DEVICES);
        let names = device_names();
        assert!(names.microphones.len() >= 2 && names.speakers.len() >= 3, "{names:?}");
        let spoken = folder.join("spoken.wav");
        let clean = speech::speak(speech::SENTENCE, &spoken);
        let (talker, listener, events) = engines();

        talker.send(VoiceCommand::PressTalk);
        talker.send(VoiceCommand::FloorGranted);
        until(&talker, "the microphone", |stats| stats.sent > 20);
        until(&listener, "the talker being heard", |stats| !stats.heard.is_empty());
        let recording = folder.join("room.raw");
        let mut recorder = record(&pulse, &recording);
        let played = pulse.command("paplay").arg("--device=mouth").arg(&spoken).status().unwrap();
        assert!(played.success());
        // What is still on its way through the devices.
        sleep(Duration::from_millis(500));
        talker.send(VoiceCommand::ReleaseTalk);
        assert_eq!(events.recv_timeout(PATIENCE), Ok(VoiceEvent::BurstEnded));
        until(&listener, "the end of the burst", |stats| stats.heard.is_empty());
        recorder.kill().unwrap();
        recorder.wait().unwrap();

        let (said, heard) = channels(&recording);
        let (said_at, heard_at) = (best_alignment(&clean, &said, 48_000), best_alignment(&clean, &heard, 48_000));
        let score = stoi(&said[said_at..][..clean.len()], &followed(&clean, &heard, 48_000), 48_000);
        let delay_ms = (heard_at - said_at) / 48;
        println!("mouth to ear {delay_ms} ms, intelligibility {score:.3}, {:?}", listener.stats());
        println!("talker {:?}", talker.stats());
        assert!(score > 0.8, "{score}");
    });
}

#[test]
fn devices_that_go_away_are_told_and_taken_up_again() {
    in_private_session("devices_that_go_away_are_told_and_taken_up_again", |folder| {
        let pulse = PrivatePulse::start(folder, &DEVICES);
        let microphone = Microphone::Device(Some("mic".into()));
        let settings = VoiceSettings { microphone, speaker: Speaker::Device(None), ..VoiceSettings::default() };
        let (tell, events) = mpsc::channel();
        let engine = VoiceEngine::start(settings, move |event| _ = tell.send(event)).unwrap();
        engine.send(VoiceCommand::PressTalk);
        engine.send(VoiceCommand::FloorGranted);
        until(&engine, "the microphone", |stats| stats.sent > 5);
        drop(pulse);
        let is_told = |wish: &dyn Fn(&VoiceEvent) -> bool| {
            let deadline = Instant::now() + PATIENCE;
            while !wish(&events.recv_timeout(deadline - Instant::now()).expect("the event does not come")) {}
        };
        is_told(&|event| matches!(event, VoiceEvent::MicrophoneLost(_)));
        let _pulse = PrivatePulse::start(folder, &DEVICES);
        is_told(&|event| *event == VoiceEvent::MicrophoneBack);
        let sent = engine.stats().sent;
        until(&engine, "the microphone's return", |stats| stats.sent > sent + 5);
    });
}

/// Runs `pactl` and returns what it prints.
fn pactl(pulse: &PrivatePulse, args: &[&str]) -> String {
    let output = pulse.command("pactl").args(args).output().unwrap();
    assert!(output.status.success(), "pactl {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Waits for an event; the time that it took.
fn told(events: &mpsc::Receiver<VoiceEvent>, wish: impl Fn(&VoiceEvent) -> bool) -> Duration {
    let asked = Instant::now();
    while !wish(&events.recv_timeout(PATIENCE.saturating_sub(asked.elapsed())).expect("the event does not come")) {}
    asked.elapsed()
}

#[test]
fn the_default_device_stands_in_for_a_named_one_until_that_is_back() {
    in_private_session("the_default_device_stands_in_for_a_named_one_until_that_is_back", |folder| {
        let pulse = PrivatePulse::start(folder, &DEVICES[..1]);
        let desk = ["load-module", "module-null-sink", "sink_name=desk", "rate=48000", "channels=1"];
        let module = pactl(&pulse, &desk);
        let (tell, events) = mpsc::channel();
        let settings = VoiceSettings {
            microphone: Microphone::Device(Some("desk.monitor".into())),
            speaker: Speaker::Device(Some("desk".into())),
            cues: false,
            ..VoiceSettings::default()
        };
        let engine = VoiceEngine::start(settings, move |event| {
            if !matches!(event, VoiceEvent::Packet(_)) {
                _ = tell.send(event);
            }
        });
        let engine = engine.unwrap();
        engine.send(VoiceCommand::PressTalk);
        engine.send(VoiceCommand::FloorGranted);
        until(&engine, "the microphone", |stats| stats.sent > 5);

        pactl(&pulse, &["unload-module", &module]);
        let is_stand_in = |text: &str| text.contains("desk") && text.contains("default");
        let lost = told(&events, |event| matches!(event, VoiceEvent::MicrophoneLost(text) if is_stand_in(text)));
        let sent = engine.stats().sent;
        until(&engine, "the default microphone", |stats| stats.sent > sent + 20);

        pactl(&pulse, &desk);
        let back = told(&events, |event| *event == VoiceEvent::MicrophoneBack);
        let sent = engine.stats().sent;
        until(&engine, "the microphone's return", |stats| stats.sent > sent + 20);
        println!("stood in for after {lost:?}, taken back after {back:?}");
        let others: Vec<VoiceEvent> = events.try_iter().collect();
        assert!(!others.iter().any(|event| matches!(event, VoiceEvent::MicrophoneLost(_))), "told twice: {others:?}");
        let streams = pactl(&pulse, &["list", "short", "source-outputs"]);
        assert_eq!(streams.lines().count(), 1, "streams are left open:\n{streams}");
    });
}

#[test]
fn another_default_microphone_is_followed() {
    in_private_session("another_default_microphone_is_followed", |folder| {
        let pulse = PrivatePulse::start(
            folder,
            &["module-null-sink sink_name=quiet", "module-null-sink sink_name=loud", "module-sine sink=loud"],
        );
        pactl(&pulse, &["set-default-source", "quiet.monitor"]);
        let settings = VoiceSettings { microphone: Microphone::Device(None), ..VoiceSettings::default() };
        let engine = VoiceEngine::start(settings, |event| println!("{event:?}")).unwrap();
        engine.send(VoiceCommand::StartTest);
        sleep(Duration::from_secs(1));
        assert!(engine.stats().microphone_level < -60.0);
        let changed = Instant::now();
        pactl(&pulse, &["set-default-source", "loud.monitor"]);
        until(&engine, "the other microphone", |stats| stats.microphone_level > -30.0);
        println!("followed after {:?}", changed.elapsed());
    });
}

#[test]
fn without_any_device_the_engine_works_and_says_so_once() {
    in_private_session("without_any_device_the_engine_works_and_says_so_once", |_| {
        let (tell, events) = mpsc::channel();
        let (microphone, speaker) = (Microphone::Device(None), Speaker::Device(None));
        let settings = VoiceSettings { microphone, speaker, ..VoiceSettings::default() };
        let engine = VoiceEngine::start(settings, move |event| _ = tell.send(event)).unwrap();
        // Two retries.
        sleep(Duration::from_secs(5));
        let told: Vec<VoiceEvent> = events.try_iter().collect();
        let count = |lost: fn(&VoiceEvent) -> bool| told.iter().filter(|event| lost(event)).count();
        assert_eq!(count(|event| matches!(event, VoiceEvent::MicrophoneLost(_))), 1, "{told:?}");
        assert_eq!(count(|event| matches!(event, VoiceEvent::SpeakerLost(_))), 1, "{told:?}");
        let opus = hallway::media::voice::codec::VoiceEncoder::new().unwrap().encode(&[0.1; 960]).unwrap();
        let packet = VoicePacket { burst: 1, opus, ..VoicePacket::default() };
        engine.send(VoiceCommand::Hear { speaker: PersonId(1), packet });
        until(&engine, "the packet", |stats| stats.received == 1);
    });
}
