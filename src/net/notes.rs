//! Voice notes: recorded, kept as a draft until they are sent or thrown away, and played.
//!
//! The microphone is the voice engine's, and a note there is nobody else's: see `VoiceCommand::RecordNote`. Files are read
//! and written by the [shelf], carried by `carrying`.

mod carrying;
mod playing;
mod recording;
pub mod shelf;

use super::{
    commands::Command,
    events::{Event, NoteChanged},
    session::{FromFace, FromServer, LeftWorld, Mirror, SessionSystems, ToFace},
    snapshot::{NoteKey, NoteSpeed, NotesView},
    transfers::TransferLink,
    voice::VoiceLink,
};
use crate::media::{engine::VoiceEvent, notes::recording::RecordedNote};
use bevy::{ecs::system::SystemParam, prelude::*};
use carrying::Sending;
use hallway_protocol::{chat::ChatMessage, control::ServerMessage, file::AttachmentKind};
use playing::Player;
use recording::Recorder;
use shelf::{Done, Shelf};
use std::{sync::Arc, time::Duration};

/// Records, sends and plays notes.
pub struct NotesPlugin;

impl Plugin for NotesPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Recorder>().init_resource::<Player>().init_resource::<Sending>();
        app.add_message::<FromVoice>().add_systems(
            Update,
            (
                obey_face,
                hear_engine,
                end_with_the_world.run_if(on_message::<LeftWorld>),
                take_files,
                tell_kept,
                end_in_time,
                show,
            )
                .chain()
                .in_set(SessionSystems::Note),
        );
    }
}

/// The voice engine told something about a note.
#[derive(Message, Clone, Debug)]
pub(super) enum FromVoice {
    /// The one with this number was recorded, or could not be.
    Recorded(u64, Option<Arc<RecordedNote>>),
    /// The one with this number was played to its end.
    Ended(u64),
}

impl FromVoice {
    /// What of the engine's events is about notes.
    pub(super) fn of(event: VoiceEvent) -> Option<Self> {
        match event {
            VoiceEvent::NoteRecorded { ticket, note } => Some(Self::Recorded(ticket, note)),
            VoiceEvent::NoteEnded(ticket) => Some(Self::Ended(ticket)),
            _ => None,
        }
    }
}

/// What all of this works with.
#[derive(SystemParam)]
struct Notes<'w> {
    recorder: ResMut<'w, Recorder>,
    player: ResMut<'w, Player>,
    shelf: ResMut<'w, Shelf>,
    engine: Res<'w, VoiceLink>,
    mirror: ResMut<'w, Mirror>,
    to_face: MessageWriter<'w, ToFace>,
    sending: ResMut<'w, Sending>,
    transfers: Res<'w, TransferLink>,
}

fn obey_face(mut asked: MessageReader<FromFace>, mut notes: Notes) {
    for FromFace(command, _) in asked.read() {
        match command {
            Command::RecordNote => notes.record(None),
            Command::SpeakNote { to, length } => notes.record(Some((*to, *length))),
            Command::FinishNote => notes.finish(),
            Command::DiscardNote => notes.discard(),
            Command::SendNote { to } => notes.send(*to),
            Command::PlayNote { note, from, speed } => {
                notes.player.speed = speed.unwrap_or(notes.player.speed);
                notes.play(*note, *from);
            }
            Command::PauseNote => notes.pause(),
            Command::SetNoteSpeed(speed) => notes.set_speed(*speed),
            Command::SkipSilence(skips) => notes.skip_silence(*skips),
            _ => {}
        }
    }
}

fn hear_engine(mut heard: MessageReader<FromVoice>, mut notes: Notes) {
    for event in heard.read() {
        match event {
            FromVoice::Recorded(ticket, note) => notes.recorded(*ticket, note.clone()),
            FromVoice::Ended(ticket) => notes.ended(*ticket),
        }
    }
}

/// Where nobody sees that the microphone is open it is not.
fn end_with_the_world(mut notes: Notes) {
    notes.finish();
}

fn take_files(mut notes: Notes) {
    notes.look_at_transfers();
    while let Some(done) = notes.shelf.done() {
        match done {
            Done::Opened { key, note } => notes.opened(key, note),
            Done::Written { note, to, path } => notes.written(note, to, path),
        }
    }
}

/// Notes in conversations are told of.
fn tell_kept(mut heard: MessageReader<FromServer>, mut to_face: MessageWriter<ToFace>) {
    for FromServer(message) in heard.read() {
        if let ServerMessage::Said { message, .. } = message
            && let Some((note, length)) = note_of(message)
        {
            let (from, to) = (message.from_name.clone(), message.conversation);
            to_face.write(ToFace(Event::Note(NoteChanged::Kept { note, from, to, length })));
        }
    }
}

/// A note that was to last for a certain time does.
fn end_in_time(mut notes: Notes) {
    notes.end_in_time();
}

fn show(mut notes: Notes) {
    let view = NotesView {
        recording: notes.recording(),
        draft: notes.recorder.draft(),
        playing: notes.playing(),
        places: notes.player.places.clone(),
        speed: notes.player.speed,
        skip_silence: notes.player.skip_silence,
    };
    if *notes.mirror.notes != view {
        notes.mirror.notes = Arc::new(view);
    }
}

/// The note that goes with a message, and how long it is said to be.
pub(super) fn note_of(message: &ChatMessage) -> Option<(NoteKey, Duration)> {
    let attachment = message.attachment.as_ref()?;
    match attachment.kind {
        AttachmentKind::Note { ms, .. } | AttachmentKind::Turn { ms, .. } => {
            Some((NoteKey::File(attachment.file), Duration::from_millis(ms.into())))
        }
        AttachmentKind::File | AttachmentKind::Image => None,
    }
}

impl Notes<'_> {
    fn tell(&mut self, change: NoteChanged) {
        self.to_face.write(ToFace(Event::Note(change)));
    }

    fn refuse(&mut self, command: &'static str, code: &'static str, text: impl Into<String>) {
        self.to_face.write(ToFace(Event::Refused { command, code, text: text.into() }));
    }

    fn skip_silence(&mut self, skips: bool) {
        if self.player.skip_silence != skips {
            self.player.skip_silence = skips;
            self.go_on();
        }
    }

    fn set_speed(&mut self, speed: NoteSpeed) {
        if self.player.speed != speed {
            self.player.speed = speed;
            self.go_on();
        }
    }
}
