//! The note that is played: where it is, how fast, and which one comes after it.

use super::{NoteChanged, Notes, note_of, shelf::Place};
use crate::{
    media::{engine::VoiceCommand, notes::file::NoteFile},
    net::snapshot::{ChatLine, NoteKey, NotePlaying, NoteSpeed, NoteState},
};
use bevy::prelude::Resource;
use hallway_protocol::{file::FileId, ids::PersonId};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

/// In which steps the place that is heard is told.
const STEP: Duration = Duration::from_millis(250);
/// Notes that are kept in memory once they were read, so that one that is paused goes on at once. Each takes 1.5 MB at
/// most.
const KEPT: usize = 4;
/// Places, and notes played, that are remembered: more than anybody listens to in a session.
const REMEMBERED: usize = 1024;

/// See the [module's description](self).
#[derive(Resource, Default)]
pub(super) struct Player {
    on: Option<On>,
    tickets: u64,
    open: VecDeque<(NoteKey, Arc<NoteFile>)>,
    heard: BTreeSet<NoteKey>,
    pub(super) places: BTreeMap<NoteKey, Duration>,
    pub(super) speed: NoteSpeed,
    pub(super) skip_silence: bool,
}

/// The note that is on.
struct On {
    key: NoteKey,
    /// From where.
    from: Duration,
    /// The engine's number of it; `None` while it is being fetched.
    ticket: Option<u64>,
    /// When its file was asked for, until it is there.
    asked: Option<Instant>,
}

impl Player {
    pub(super) fn is_on(&self, key: NoteKey) -> bool {
        self.on.as_ref().is_some_and(|on| on.key == key)
    }

    /// The file that is being fetched, and since when.
    pub(super) fn waits_for(&self) -> Option<(FileId, Instant)> {
        match self.on.as_ref()? {
            On { key: NoteKey::File(file), ticket: None, asked: Some(asked), .. } => Some((*file, *asked)),
            _ => None,
        }
    }

    pub(super) fn forget(&mut self, key: NoteKey) {
        self.places.remove(&key);
        self.heard.remove(&key);
        self.open.retain(|(open, _)| *open != key);
    }

    fn file(&self, key: NoteKey) -> Option<Arc<NoteFile>> {
        self.open.iter().find(|(open, _)| *open == key).map(|(_, note)| Arc::clone(note))
    }

    fn keep(&mut self, key: NoteKey, note: Arc<NoteFile>) {
        self.open.push_back((key, note));
        if self.open.len() > KEPT {
            self.open.pop_front();
        }
    }

    fn set_place(&mut self, key: NoteKey, at: Duration) {
        if at.is_zero() {
            self.places.remove(&key);
        } else if self.places.len() < REMEMBERED || self.places.contains_key(&key) {
            self.places.insert(key, at);
        }
    }

    fn was_heard(&mut self, key: NoteKey) {
        self.places.remove(&key);
        if self.heard.len() < REMEMBERED {
            self.heard.insert(key);
        }
    }
}

impl Notes<'_> {
    /// Plays a note from this place, or from where it was left.
    pub(super) fn play(&mut self, key: NoteKey, from: Option<Duration>) {
        if self.recorder.is_recording() {
            return self.refuse("play", "recording", "A note is being recorded; end it first.");
        }
        self.pause();
        let from = from.or_else(|| self.player.places.get(&key).copied()).unwrap_or_default();
        self.player.on = Some(On { key, from, ticket: None, asked: Some(Instant::now()) });
        if let Some(note) = self.player.file(key) {
            return self.start(key, &note);
        }
        match key {
            NoteKey::File(file) if self.fetch(file) => {}
            NoteKey::File(_) => {
                self.fail(key, "No message here has that note; “history” shows older ones.".to_owned());
            }
            NoteKey::Draft => match self.recorder.note() {
                Some(draft) => {
                    let place = Place::Memory(draft.ogg.clone());
                    self.open(key, place);
                }
                None => self.fail(key, "There is no recorded note to play; record one first.".to_owned()),
            },
        }
    }

    /// Plays it no longer; the place is remembered.
    pub(super) fn pause(&mut self) {
        let at = self.place();
        let Some(on) = self.player.on.take() else { return };
        if on.ticket.is_some() {
            self.engine.send(VoiceCommand::StopNote);
        }
        self.player.set_place(on.key, at.unwrap_or(on.from));
    }

    /// Goes on from where it is, at another speed.
    pub(super) fn go_on(&mut self) {
        if let Some(key) = self.player.on.as_ref().filter(|on| on.ticket.is_some()).map(|on| on.key) {
            self.play(key, self.place());
        }
    }

    /// What is played, and where it is.
    pub(super) fn playing(&self) -> Option<NotePlaying> {
        let on = self.player.on.as_ref()?;
        let played = on.ticket.and_then(|ticket| self.engine.stats().note.filter(|note| note.ticket == ticket));
        let state = match (on.ticket, played) {
            (None, _) => NoteState::Coming,
            (_, Some(played)) if played.waits => NoteState::Waiting,
            _ => NoteState::Heard,
        };
        let at = played.map_or(on.from, |played| played.at);
        let steps = u32::try_from(at.as_millis() / STEP.as_millis()).unwrap_or(u32::MAX);
        Some(NotePlaying { key: on.key, at: STEP * steps, state })
    }

    /// Its file has come.
    pub(super) fn fetched(&mut self, key: NoteKey, path: PathBuf) {
        if let Some(on) = self.player.on.as_mut().filter(|on| on.key == key) {
            on.asked = None;
            self.open(key, Place::File(path));
        }
    }

    /// It was read.
    pub(super) fn opened(&mut self, key: NoteKey, note: Result<Arc<NoteFile>, String>) {
        if !self.player.on.as_ref().is_some_and(|on| on.key == key && on.ticket.is_none()) {
            return;
        }
        match note {
            Ok(note) => {
                self.player.keep(key, Arc::clone(&note));
                self.start(key, &note);
            }
            Err(text) => self.fail(key, text),
        }
    }

    /// It was played to its end.
    pub(super) fn ended(&mut self, ticket: u64) {
        let Some(on) = self.player.on.take_if(|on| on.ticket == Some(ticket)) else { return };
        self.player.was_heard(on.key);
        self.tell(NoteChanged::Ended { note: on.key });
        if self.mirror.voice.notes_in_a_row
            && let Some(next) = self.next_after(on.key)
        {
            self.play(next, None);
        }
    }

    fn open(&mut self, key: NoteKey, place: Place) {
        if !self.shelf.open(key, place) {
            self.fail(key, "Too much is being read; play the note again in a moment.".to_owned());
        }
    }

    fn start(&mut self, key: NoteKey, note: &Arc<NoteFile>) {
        let Player { on, tickets, speed, skip_silence, .. } = &mut *self.player;
        let Some(on) = on.as_mut().filter(|on| on.key == key) else { return };
        if on.from >= note.length() {
            on.from = Duration::ZERO;
        }
        *tickets += 1;
        let (ticket, from, speed, skip_silence) = (*tickets, on.from, speed.factor(), *skip_silence);
        on.ticket = Some(ticket);
        self.engine.send(VoiceCommand::PlayNote { ticket, note: Arc::clone(note), from, speed, skip_silence });
        self.tell(NoteChanged::Playing { note: key, from, length: note.length() });
    }

    pub(super) fn fail(&mut self, key: NoteKey, text: String) {
        self.player.on.take_if(|on| on.key == key);
        self.refuse("play", "not_playable", text);
    }

    /// The place that is heard now.
    fn place(&self) -> Option<Duration> {
        let ticket = self.player.on.as_ref()?.ticket?;
        self.engine.stats().note.filter(|note| note.ticket == ticket).map(|note| note.at)
    }

    /// The next note of the same conversation that somebody else spoke and that was not heard yet.
    fn next_after(&self, key: NoteKey) -> Option<NoteKey> {
        let own = self.mirror.me.as_ref().map(|me| me.id);
        let notes = |line: &ChatLine| match line {
            ChatLine::Said(message) => note_of(message).map(|(key, _)| (key, message.from)),
            _ => None,
        };
        let log = self.mirror.chats.values().find_map(|log| {
            let place = log.lines.iter().position(|line| notes(line).is_some_and(|(note, _)| note == key))?;
            Some(&log.lines[place + 1..])
        })?;
        let is_next = |(key, from): &(NoteKey, Option<PersonId>)| {
            (from.is_none() || *from != own) && !self.player.heard.contains(key)
        };
        log.iter().filter_map(notes).find(is_next).map(|(key, _)| key)
    }
}
