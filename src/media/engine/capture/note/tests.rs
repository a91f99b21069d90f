//! A note between key, call and voice activation, on a virtual clock.

use super::*;
use crate::media::{
    devices::wav::WavSource,
    engine::capture::{FRAME_SAMPLES, Source},
    notes::{file::NoteFile, player::NotePlayer, recording::RecordedNote},
    processing::Processing,
    voice::{activation::Activation, gate::GateOutput, level::rms},
};
use hallway_protocol::limits::NOTE_LENGTH;
use std::sync::Arc;

const PLAIN: Processing = Processing { noise_suppression: false, automatic_level: false, echo_cancellation: false };

/// A microphone that hears a tone all the time, and all that left it.
struct Line {
    capture: Capture,
    now: Duration,
    out: Captured,
}

impl Line {
    fn new() -> Self {
        let tone = (0..48_000).map(|n| 0.3 * (n as f32 / 48.0 * std::f32::consts::TAU).sin()).collect();
        let source = Source::Wav(WavSource::new(tone, true, false, 0, Duration::ZERO));
        let mut capture = Capture::new(source, Duration::from_millis(40)).unwrap();
        capture.set_processing(PLAIN);
        Self { capture, now: Duration::ZERO, out: Captured::default() }
    }

    fn act(&mut self, work: impl FnOnce(&mut Capture, Duration, &mut Captured)) -> &mut Self {
        work(&mut self.capture, self.now, &mut self.out);
        self.capture.step(self.now, &mut self.out);
        self
    }

    fn wait(&mut self, ms: u64) -> &mut Self {
        for _ in 0..ms / 5 {
            self.now += Duration::from_millis(5);
            self.act(|_, _, _| ());
        }
        self
    }

    fn start(&mut self) -> &mut Self {
        self.act(|capture, now, out| capture.start_note(7, now, out))
    }

    fn finish(&mut self) -> &mut Self {
        self.act(Capture::finish_note)
    }

    fn press(&mut self) -> &mut Self {
        self.act(|capture, now, out| {
            capture.press(now, out);
            capture.gate().grant(now, &mut out.gate);
        })
    }

    /// What was told of notes so far.
    fn notes(&mut self) -> Vec<Option<RecordedNote>> {
        let notes = std::mem::take(&mut self.out.notes);
        assert!(notes.iter().all(|(ticket, _)| *ticket == 7));
        notes.into_iter().map(|(_, note)| note).collect()
    }

    fn packets(&self) -> usize {
        self.out.gate.iter().filter(|output| matches!(output, GateOutput::Packet(_))).count()
    }
}

fn sound(note: &RecordedNote) -> Vec<f32> {
    let file = NoteFile::read(&note.ogg).unwrap();
    let mut samples = vec![0.0; samples_in(file.length()) as usize];
    NotePlayer::new(Arc::new(file), Duration::ZERO, 1.0).unwrap().render(&mut samples);
    samples
}

#[test]
fn a_note_is_what_was_said_between_beginning_and_end() {
    let mut line = Line::new();
    line.wait(500).start().wait(1000).finish().wait(500);
    let notes = line.notes();
    let [Some(note)] = notes.as_slice() else { panic!("{notes:?}") };
    assert!((980..=1010).contains(&note.length.as_millis()), "{:?}", note.length);
    assert!((rms(&sound(note)) - 0.21).abs() < 0.02);
    assert!(line.out.gate.is_empty() && line.out.call.is_empty() && line.capture.recording_note().is_none());
}

#[test]
fn what_is_cancelled_is_gone() {
    let mut line = Line::new();
    line.start().wait(300).act(|capture, _, _| capture.cancel_note()).wait(100).finish();
    assert!(line.notes().is_empty());
}

#[test]
fn the_key_ends_a_note_and_nothing_of_it_goes_to_the_room() {
    let mut line = Line::new();
    line.start().wait(500).press().wait(200);
    assert_eq!(line.notes().iter().flatten().count(), 1);
    // What is sent is what was said since the press.
    assert!((9..=11).contains(&line.packets()), "{} packets of 20 ms", line.packets());
}

#[test]
fn while_the_room_has_the_microphone_there_is_no_note() {
    let mut line = Line::new();
    line.press().wait(100).start().wait(100).finish();
    assert_eq!(line.notes(), [None]);
    let mut line = Line::new();
    line.act(|capture, _, out| capture.set_source(Source::None, out)).start();
    assert_eq!(line.notes(), [None], "no microphone");
}

#[test]
fn a_note_goes_to_no_call() {
    let mut line = Line::new();
    line.act(|capture, now, _| capture.open_call(now)).wait(200);
    assert!(line.capture.is_open_to_call());
    line.start();
    let before = line.out.call.len();
    assert!(!line.capture.is_open_to_call());
    line.wait(400);
    assert!(line.out.call.len() <= before + 1, "only the end of what was said before");
    line.finish().wait(200);
    assert!(line.capture.is_open_to_call() && line.out.call.len() > before + 5);
    let note = line.notes().remove(0).unwrap();
    assert!((380..=410).contains(&note.length.as_millis()), "{:?}", note.length);
}

#[test]
fn a_voice_in_a_note_begins_no_turn_and_is_not_looked_back_at() {
    let mut line = Line::new();
    line.start().act(|capture, now, _| capture.set_activation(Some(Activation { threshold_dbfs: -30.0 }), now));
    line.wait(500);
    assert!(line.out.changes.is_empty());
    line.press();
    assert_eq!(line.packets(), 0, "nothing from before the press");
}

#[test]
fn a_note_ends_with_its_microphone_and_at_its_longest() {
    let mut line = Line::new();
    line.start().wait(300).act(|capture, _, out| capture.set_source(Source::None, out));
    assert_eq!(line.notes().iter().flatten().count(), 1);
    let mut line = Line::new();
    line.start().wait(100);
    let note = line.capture.note.as_mut().unwrap();
    while !note.recording.is_full() {
        note.recording.record(&[0.0; FRAME_SAMPLES]);
    }
    line.wait(20);
    assert_eq!(line.notes()[0].as_ref().map(|note| note.length), Some(NOTE_LENGTH));
}
