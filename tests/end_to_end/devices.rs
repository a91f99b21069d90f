//! Speech through sound devices: PulseAudio's null sinks stand for a microphone and a loudspeaker.

use crate::support::{
    client::client,
    intelligibility::{followed, stoi},
    processes::Guarded,
    pulse::{self, PrivatePulse},
    server::TestServer,
    speech::{self, SENTENCE},
};
use hallway::media::devices::wav::read_wav;
use std::{path::Path, process::Stdio};

/// Least score of speech through two sound servers' buffers. They are real clocks against each other: on a busy machine
/// a buffer runs dry now and then, which costs 20 ms of speech and about 0.005 each time.
const INTELLIGIBLE: f32 = 0.75;

/// What is played into this sink is what the microphone hears.
const MOUTH: &str = "module-null-sink sink_name=mouth rate=48000 channels=1";
/// What the loudspeaker plays can be recorded here.
const EAR: &str = "module-null-sink sink_name=ear rate=48000 channels=1";

#[test]
fn speech_through_real_device_input_and_output_is_intelligible() {
    let folder = tempfile::tempdir().unwrap();
    let sound = PrivatePulse::start(
        folder.path(),
        &[MOUTH, EAR, "module-remap-source master=mouth.monitor source_name=microphone"],
    );
    let words = folder.path().join("words.wav");
    let clean = speech::speak(SENTENCE, &words);
    let server = TestServer::start();
    let environment = pulse::environment(folder.path());
    let mut ann = client(&server, "Ann").with(&["--mic", "device:microphone"]).in_environment(&environment).sign_in();
    let mut bob = client(&server, "Bob")
        .with(&["--speaker", "device:ear", "--stats", "1"])
        .in_environment(&environment)
        .sign_in();
    ann.enter("Library");
    bob.enter("Library");

    let heard_wav = folder.path().join("heard.wav");
    let recorder = record(&sound, &heard_wav);
    ann.talk();
    // The microphone is open and its sound arrives: from here on nothing of the words is cut.
    bob.voice("received", 25);
    let spoken = sound.command("paplay").arg("--device=mouth").arg(&words).status().unwrap();
    assert!(spoken.success());
    ann.send("quiet");
    ann.floor("released");
    bob.floor("idle");
    ann.quit();
    bob.quit();
    stop(recorder);

    let heard = read_wav(&heard_wav).unwrap();
    let score = stoi(&clean, &followed(&clean, &heard, 48_000), 48_000);
    println!("score {score:.3}");
    assert!(score > INTELLIGIBLE, "score {score:.3}");
}

fn record(sound: &PrivatePulse, into: &Path) -> Guarded {
    let mut command = sound.command("parecord");
    command.args(["--device=ear.monitor", "--rate=48000", "--channels=1", "--file-format=wav"]).arg(into);
    Guarded(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
}

/// Ends the recording so that its file is whole.
fn stop(mut recorder: Guarded) {
    recorder.terminate();
    assert!(recorder.wait(crate::support::processes::PATIENCE).is_some(), "parecord does not end");
}
