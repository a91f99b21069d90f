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
    notes::file::NoteFile,
    processing::Processing,
    voice::activation::Activation,
};
use hallway_protocol::{ids::PersonId, voice::VoicePacket};
use intelligibility::{best_alignment, best_likeness, followed, stoi};
use std::{
    f32::consts::TAU,
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

    // The engine hears that the room is quiet, and leaves the sound as it is.
    sleep(Duration::from_millis(500));
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
    let score = stoi(settled, &followed(settled, after, 48_000), 48_000);
    println!("first 50 ms {first_50_ms:.3}, settled {score:.3}, heard {} ms into the file", start / 48);
    assert!(first_50_ms > 0.8, "the head was clipped: {first_50_ms}");
    assert!(score > 0.9, "{score}");
}

/// Pitch of what is heard first and last in [`marked`], in hertz.
const FIRST_HZ: f32 = 1000.0;
const LAST_HZ: f32 = 1500.0;
/// Length of both.
const MARK: usize = 2400;

/// A second of silence that begins and ends with 50 ms of a tone.
fn marked() -> Vec<f32> {
    let tone = |hz: f32| (0..MARK).map(move |n| 0.5 * (n as f32 / 48_000.0 * hz * TAU).sin());
    tone(FIRST_HZ).chain(std::iter::repeat_n(0.0, 48_000 - 2 * MARK)).chain(tone(LAST_HZ)).collect()
}

/// How much of a tone is in a sound, whatever else is there: its energy, taken 10 ms at a time.
fn energy(sound: &[f32], hz: f32) -> f32 {
    let part = |piece: &[f32], wave: fn(f32) -> f32| {
        piece.iter().enumerate().map(|(n, sample)| sample * wave(n as f32 / 48_000.0 * hz * TAU)).sum::<f32>()
    };
    sound.chunks_exact(480).map(|piece| part(piece, f32::sin).powi(2) + part(piece, f32::cos).powi(2)).sum()
}

#[test]
fn the_first_and_last_50_ms_of_a_burst_arrive_however_long_the_grant_takes_and_without_any_tail() {
    let dir = tempfile::tempdir().unwrap();
    let (spoken, heard) = (dir.path().join("spoken.wav"), dir.path().join("heard.wav"));
    let clean = marked();
    speech::write(&spoken, &clean);
    for grant_after_ms in [0, 40, 150, 300] {
        let Pair { talker, listener, events } = pair(&format!("wav:{}:from-talk", spoken.display()), &heard);
        talker.send(VoiceCommand::SetTail(Duration::ZERO));
        // The suppressor takes tones for noise; in a quiet room it rests.
        sleep(Duration::from_millis(400));
        talker.send(VoiceCommand::PressTalk);
        let pressed = Instant::now();
        sleep(Duration::from_millis(grant_after_ms));
        talker.send(VoiceCommand::FloorGranted);
        sleep(Duration::from_secs(1).saturating_sub(pressed.elapsed()));
        talker.send(VoiceCommand::ReleaseTalk);
        let sent = events.iter().take_while(|event| *event != VoiceEvent::BurstEnded).count() as u64;
        until(&listener, "the end of the burst", |stats| stats.received == sent && stats.heard.is_empty());
        drop((talker, listener));
        let heard = read_wav(&heard).unwrap();
        for hz in [FIRST_HZ, LAST_HZ] {
            let share = energy(&heard, hz) / energy(&clean, hz);
            println!("grant after {grant_after_ms} ms, {hz} Hz: {:.1} dB", 10.0 * share.log10());
            assert!((0.6..1.4).contains(&share), "{share} of the tone of {hz} Hz, granted after {grant_after_ms} ms");
        }
    }
}

#[test]
fn what_was_said_in_the_queue_is_played_as_it_was_said_when_the_turn_comes() {
    let dir = tempfile::tempdir().unwrap();
    let (spoken, heard) = (dir.path().join("spoken.wav"), dir.path().join("heard.wav"));
    let clean = marked();
    speech::write(&spoken, &clean);
    let Pair { talker, listener, events } = pair(&format!("wav:{}:from-talk", spoken.display()), &heard);
    sleep(Duration::from_millis(400));
    talker.send(VoiceCommand::PressTalk);
    talker.send(VoiceCommand::KeepRecording);
    sleep(Duration::from_secs(1));
    talker.send(VoiceCommand::ReleaseTalk);
    until(&talker, "the recording", |stats| stats.recorded_ms >= 1100 && stats.microphone_level == -96.0);
    assert_eq!((talker.stats().sent, talker.stats().mic_open), (0, false), "nothing leaves without the floor");

    talker.send(VoiceCommand::PlayRecording);
    let started = Instant::now();
    let sent = events.iter().take_while(|event| *event != VoiceEvent::BurstEnded).count() as u64;
    assert!(started.elapsed() > Duration::from_millis(1000), "a second was said, and takes a second");
    until(&listener, "the end of the burst", |stats| stats.received == sent && stats.heard.is_empty());
    assert_eq!(talker.stats().recorded_ms, 0);
    drop((talker, listener));
    let heard = read_wav(&heard).unwrap();
    for hz in [FIRST_HZ, LAST_HZ] {
        let share = energy(&heard, hz) / energy(&clean, hz);
        assert!((0.6..1.4).contains(&share), "{share} of the tone of {hz} Hz");
    }
}

#[test]
fn a_voice_is_noticed_and_what_it_began_with_is_sent() {
    let dir = tempfile::tempdir().unwrap();
    let (spoken, heard) = (dir.path().join("spoken.wav"), dir.path().join("heard.wav"));
    let tone = |hz: f32, level: f32, ms: usize| {
        (0..48 * ms).map(move |n| level * (n as f32 / 48_000.0 * hz * TAU).sin()).collect::<Vec<f32>>()
    };
    // A quiet head of 100 ms, below the threshold, then a voice, then enough silence for its end.
    let head = tone(FIRST_HZ, 0.02, 100);
    let said = [vec![0.0; 24_000], head.clone(), tone(LAST_HZ, 0.4, 500), vec![0.0; 48_000]].concat();
    speech::write(&spoken, &said);
    let Pair { talker, listener, events } = pair(&format!("wav:{}:from-talk", spoken.display()), &heard);
    let plain = Processing { noise_suppression: false, automatic_level: false, echo_cancellation: false };
    talker.send(VoiceCommand::SetProcessing(plain));
    talker.send(VoiceCommand::SetActivation(Some(Activation { threshold_dbfs: -30.0 })));
    assert_eq!(events.recv_timeout(Duration::from_secs(10)), Ok(VoiceEvent::VoiceBegan));
    assert!(talker.stats().sent == 0, "whether a talk begins is the session's to decide");
    talker.send(VoiceCommand::PressTalk);
    talker.send(VoiceCommand::FloorGranted);
    let sent = events.iter().take_while(|event| *event != VoiceEvent::VoiceEnded).count() as u64;
    talker.send(VoiceCommand::ReleaseTalk);
    let sent = sent + events.iter().take_while(|event| *event != VoiceEvent::BurstEnded).count() as u64;
    until(&listener, "the end of the burst", |stats| stats.received == sent && stats.heard.is_empty());
    drop((talker, listener));
    let heard = read_wav(&heard).unwrap();
    let share = energy(&heard, FIRST_HZ) / energy(&head, FIRST_HZ);
    assert!(share > 0.5, "{share} of the quiet head");
}

#[test]
fn a_test_comes_back_to_the_own_ear_and_leaves_by_no_other_way() {
    let dir = tempfile::tempdir().unwrap();
    let (spoken, heard) = (dir.path().join("spoken.wav"), dir.path().join("heard.wav"));
    speech::write(&spoken, &marked());
    let settings = VoiceSettings {
        microphone: format!("wav:{}:loop", spoken.display()).parse().unwrap(),
        speaker: Speaker::Wav(heard.clone()),
        cues: false,
        ..VoiceSettings::default()
    };
    let engine = VoiceEngine::start(settings, |event| panic!("a test tells {event:?}")).unwrap();
    engine.send(VoiceCommand::StartTest);
    until(&engine, "the level", |stats| stats.microphone_level > -30.0);
    sleep(Duration::from_millis(2500));
    assert_eq!((engine.stats().sent, engine.stats().heard.len()), (0, 0), "nobody else hears or is heard");
    engine.send(VoiceCommand::StopTest);
    until(&engine, "the end", |stats| stats.microphone_level == -96.0);
    drop(engine);
    let heard = read_wav(&heard).unwrap();
    let first = heard.iter().position(|sample| sample.abs() > 0.1).expect("something comes back");
    println!("came back after {} ms", first / 48);
    assert!(energy(&heard, FIRST_HZ) > 0.5 * energy(&marked(), FIRST_HZ));
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

#[test]
fn a_note_is_played_as_it_was_spoken_and_leaves_by_no_packet() {
    let dir = tempfile::tempdir().unwrap();
    let (spoken, heard) = (dir.path().join("spoken.wav"), dir.path().join("heard.wav"));
    let clean = speech::speak(speech::SENTENCE, &spoken);
    let microphone: Microphone = format!("wav:{}:from-talk", spoken.display()).parse().unwrap();
    let speaker = Speaker::Wav(heard.clone());
    let (tell, events) = mpsc::channel();
    let settings = VoiceSettings { microphone, speaker, cues: false, ..VoiceSettings::default() };
    let engine = VoiceEngine::start(settings, move |event| drop(tell.send(event))).unwrap();

    engine.send(VoiceCommand::RecordNote { ticket: 1 });
    let spoken = Duration::from_secs_f32(clean.len() as f32 / 48_000.0);
    until(&engine, "the whole sentence", |stats| stats.recording_note.is_some_and(|recorded| recorded >= spoken));
    engine.send(VoiceCommand::FinishNote);
    let patience = Duration::from_secs(30);
    let Ok(VoiceEvent::NoteRecorded { ticket: 1, note: Some(note) }) = events.recv_timeout(patience) else {
        panic!("no note")
    };
    let file = Arc::new(NoteFile::read(&note.ogg).unwrap());
    assert_eq!((file.length(), note.waveform.len()), (note.length, 64));
    let play = VoiceCommand::PlayNote { ticket: 2, note: file, from: Duration::ZERO, speed: 1.0, skip_silence: false };
    engine.send(play);
    assert_eq!(events.recv_timeout(patience), Ok(VoiceEvent::NoteEnded(2)), "and nothing before");

    drop(engine);
    let heard = read_wav(&heard).unwrap();
    let start = best_alignment(&clean, &heard, 48_000);
    let score = stoi(&clean, &heard[start..], 48_000);
    println!("score {score:.3}");
    assert!(score > 0.9, "{score}");
}
