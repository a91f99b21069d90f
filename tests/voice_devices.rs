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
use intelligibility::{best_alignment, stoi};
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
        let score = stoi(&said[said_at..][..clean.len()], &heard[heard_at..], 48_000);
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
