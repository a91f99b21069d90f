//! A note that is recorded from the microphone.
//!
//! While it is, the microphone's sound goes into the note and nowhere else: not to the room, not to a call, and no voice
//! that is heard in it begins a turn. The key goes before it: the note ends with the press, and what follows is the room's.

use super::{Capture, Captured, FrameSamples};
use crate::media::{notes::recording::NoteRecording, voice::frames::samples_in};
use std::time::Duration;

/// See the [module's description](self).
pub(super) struct Note {
    ticket: u64,
    recording: NoteRecording,
    /// Samples that are still to come after its end was asked for: they were in the air then.
    to_come: Option<u64>,
}

impl Capture {
    /// Begins to record. Where the microphone is needed otherwise, or there is none, the note ends at once with nothing.
    pub(in crate::media::engine) fn start_note(&mut self, ticket: u64, now: Duration, out: &mut Captured) {
        if self.note.is_some() {
            return;
        }
        let is_needed = self.gate.wants_sound() || self.gate.is_sending();
        let recording = match NoteRecording::new() {
            Ok(recording) if !is_needed && self.source.is_there() => recording,
            Ok(_) => return out.notes.push((ticket, None)),
            Err(error) => {
                tracing::warn!(%error, "no note can be recorded");
                return out.notes.push((ticket, None));
            }
        };
        self.leave_call(now, out);
        if self.is_awake() {
            self.step(now, out);
            self.fade_in = true;
        } else {
            self.wake(now, 0);
        }
        self.note = Some(Note { ticket, recording, to_come: None });
    }

    /// That was it, but for what is still on its way from the air to here.
    pub(in crate::media::engine) fn finish_note(&mut self, now: Duration, out: &mut Captured) {
        self.step(now, out);
        let to_come = samples_in(self.source.latency());
        match &mut self.note {
            Some(note) if to_come > 0 => note.to_come = Some(to_come),
            _ => self.break_off(out),
        }
    }

    /// Forgets what was recorded.
    pub(in crate::media::engine) fn cancel_note(&mut self) {
        if self.note.take().is_some() {
            self.raw.clear();
        }
    }

    /// How much was recorded, while something is.
    pub(in crate::media::engine) fn recording_note(&self) -> Option<Duration> {
        self.note.as_ref().map(|note| note.recording.length())
    }

    /// The key went down.
    pub(super) fn break_note_off(&mut self, now: Duration, out: &mut Captured) {
        if self.note.is_some() {
            self.step(now, out);
            self.break_off(out);
        }
    }

    /// The next 10 ms.
    pub(super) fn tell_note(&mut self, frame: &FrameSamples, out: &mut Captured) {
        let Some(note) = &mut self.note else { return };
        note.recording.record(frame);
        let is_over = note.to_come.as_mut().is_some_and(|to_come| {
            *to_come = to_come.saturating_sub(frame.len() as u64);
            *to_come == 0
        });
        if is_over || note.recording.is_full() {
            self.end_note(out);
        }
    }

    /// Ends it between two steps of sound: what makes no whole one was said into the note, and goes nowhere.
    fn break_off(&mut self, out: &mut Captured) {
        if self.note.is_some() {
            self.raw.clear();
            self.end_note(out);
        }
    }

    /// Tells what was recorded up to now, if anything is.
    pub(super) fn end_note(&mut self, out: &mut Captured) {
        if let Some(note) = self.note.take() {
            out.notes.push((note.ticket, note.recording.finish()));
        }
    }
}

#[cfg(test)]
mod tests;
