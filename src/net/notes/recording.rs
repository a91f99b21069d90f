//! The note that is recorded, and what becomes of it.

use super::{NoteChanged, Notes};
use crate::{
    media::{engine::VoiceCommand, notes::recording::RecordedNote},
    net::snapshot::{NoteDraft, NoteKey, TalkState},
};
use bevy::prelude::Resource;
use hallway_protocol::chat::Conversation;
use std::{path::PathBuf, sync::Arc, time::Duration};

/// In which steps the length of what was recorded is told.
const STEP: Duration = Duration::from_millis(100);

/// See the [module's description](self).
#[derive(Resource, Default)]
pub(super) struct Recorder {
    recording: Option<Plan>,
    tickets: u64,
    draft: Option<Arc<RecordedNote>>,
}

/// What is to become of a recording.
struct Plan {
    /// The engine's number of it.
    ticket: u64,
    /// It lasts so long and goes there; otherwise it ends when it is told to, and waits.
    unattended: Option<(Conversation, Duration)>,
    /// It was told to end.
    ends: bool,
}

impl Recorder {
    pub(super) fn is_recording(&self) -> bool {
        self.recording.is_some()
    }

    pub(super) fn draft(&self) -> Option<NoteDraft> {
        let draft = self.draft.as_ref()?;
        Some(NoteDraft { length: draft.length, waveform: draft.waveform.as_slice().into() })
    }

    /// A note that could not be sent waits again, unless another one does.
    pub(super) fn keep(&mut self, note: Arc<RecordedNote>) {
        self.draft.get_or_insert(note);
    }

    pub(super) fn note(&self) -> Option<&Arc<RecordedNote>> {
        self.draft.as_ref()
    }
}

impl Notes<'_> {
    /// Opens the microphone for a note, where nothing else wants it.
    pub(super) fn record(&mut self, unattended: Option<(Conversation, Duration)>) {
        if self.recorder.is_recording() {
            return self.refuse("note", "recording", "A note is being recorded already.");
        }
        if self.recorder.draft.is_some() {
            return self.refuse("note", "draft", "Send or discard the note that you have recorded first.");
        }
        if !matches!(self.mirror.talk, TalkState::Quiet) {
            return self.refuse("note", "talking", "Let go of the talk key first: it has the microphone.");
        }
        if self.engine.stats().no_microphone {
            let trouble = self.mirror.devices.microphone.clone();
            let text = trouble.unwrap_or_else(|| "There is no microphone to record from; choose one.".to_owned());
            return self.refuse("note", "no_microphone", text);
        }
        // The engine ends a test by itself.
        self.mirror.testing = false;
        self.pause();
        self.recorder.tickets += 1;
        let ticket = self.recorder.tickets;
        self.recorder.recording = Some(Plan { ticket, unattended, ends: false });
        self.engine.send(VoiceCommand::RecordNote { ticket });
        self.tell(NoteChanged::Recording);
    }

    /// How much was recorded so far.
    pub(super) fn recording(&self) -> Option<Duration> {
        self.recorder.recording.as_ref()?;
        let recorded = self.engine.stats().recording_note.unwrap_or_default();
        let steps = recorded.as_millis() / STEP.as_millis();
        Some(STEP * u32::try_from(steps).unwrap_or(u32::MAX))
    }

    /// That was the note.
    pub(super) fn finish(&mut self) {
        if let Some(plan) = self.recorder.recording.as_mut().filter(|plan| !plan.ends) {
            plan.ends = true;
            self.engine.send(VoiceCommand::FinishNote);
        }
    }

    /// A note of a certain length is over.
    pub(super) fn end_in_time(&mut self) {
        let Some(Plan { unattended: Some((_, length)), ends: false, .. }) = self.recorder.recording else { return };
        if self.engine.stats().recording_note.is_some_and(|recorded| recorded >= length) {
            self.finish();
        }
    }

    /// Forgets what was recorded, or is being recorded.
    pub(super) fn discard(&mut self) {
        if self.recorder.recording.take().is_some() {
            self.engine.send(VoiceCommand::CancelNote);
        } else if self.recorder.draft.take().is_none() {
            return;
        }
        self.forget_draft();
        self.tell(NoteChanged::Discarded);
    }

    /// The engine has closed the note.
    pub(super) fn recorded(&mut self, ticket: u64, note: Option<Arc<RecordedNote>>) {
        // One that was given up meanwhile is not asked for.
        let Some(plan) = self.recorder.recording.take_if(|plan| plan.ticket == ticket) else { return };
        if plan.unattended.is_some() && !plan.ends {
            let text = "The note was broken off, and is not sent: the microphone was needed otherwise.";
            return self.refuse("note", "broken_off", text);
        }
        let Some(note) = note else {
            return self.refuse("note", "not_recorded", "Nothing was recorded: the microphone was needed otherwise.");
        };
        self.tell(NoteChanged::Recorded { length: note.length });
        match plan.unattended {
            None => self.recorder.draft = Some(note),
            Some((to, _)) => self.write(note, to),
        }
    }

    /// Sends the draft.
    pub(super) fn send(&mut self, to: Conversation) {
        if self.recorder.draft.is_some() && !self.can_carry() {
            return;
        }
        let Some(note) = self.recorder.draft.take() else {
            return self.refuse("note", "no_draft", "There is no recorded note to send; record one first.");
        };
        self.forget_draft();
        self.write(note, to);
    }

    fn write(&mut self, note: Arc<RecordedNote>, to: Conversation) {
        if !self.shelf.write(Arc::clone(&note), to) {
            self.recorder.draft = Some(note);
            self.refuse("note", "busy", "Too much is being read and written; send the note again.");
        }
    }

    /// It is in a file, from which it is sent.
    pub(super) fn written(&mut self, note: Arc<RecordedNote>, to: Conversation, path: Result<PathBuf, String>) {
        match path {
            Ok(path) => self.carry(to, path, note),
            Err(text) => {
                self.recorder.keep(note);
                self.refuse("note", "not_written", text);
            }
        }
    }

    /// What was known of the draft is not true of the next one.
    fn forget_draft(&mut self) {
        if self.player.is_on(NoteKey::Draft) {
            self.pause();
        }
        self.player.forget(NoteKey::Draft);
    }
}
