//! The way of notes to the server and back: as files that go with messages.
//!
//! Sending is the transfers' business, which go on after a lost link. A note that can't be sent comes back as the draft, so
//! that nothing that was said is lost. What is played is fetched without asking: it is small, and somebody pressed a button.

use super::Notes;
use crate::{
    media::notes::recording::RecordedNote,
    net::{
        snapshot::{ChatLine, ConnectionState, NoteKey},
        transfers::{FetchInto, Order, Outgoing, TransferState, TransferView, Way, target},
    },
};
use bevy::prelude::Resource;
use hallway_protocol::{
    chat::Conversation,
    file::{Attachment, FileId, Waveform},
};
use std::{path::PathBuf, sync::Arc, time::Duration};

/// What a note is called for whoever saves it.
const NAME: &str = "Voice note.ogg";
/// Notes on their way that can still come back; more than anybody speaks while a link is down.
const KEPT: usize = 16;
/// What is told of an earlier try to fetch a file is no longer told by then.
const STALE: Duration = Duration::from_secs(1);

/// Notes that are on their way to the server, by their files.
#[derive(Resource, Default)]
pub(super) struct Sending(Vec<(FileId, Arc<RecordedNote>)>);

impl Notes<'_> {
    /// Whether a note could be sent now; otherwise it says so.
    pub(super) fn can_carry(&mut self) -> bool {
        let is_connected = self.mirror.connection == ConnectionState::Connected;
        if !is_connected {
            self.refuse("note", "not_connected", "There is no connection to a server; send the note when it is back.");
        }
        is_connected
    }

    /// Has the file of a note sent.
    pub(super) fn carry(&mut self, to: Conversation, path: PathBuf, note: Arc<RecordedNote>) {
        let waveform = Waveform::new(note.waveform.clone()).unwrap_or_default();
        let ms = u32::try_from(note.length.as_millis()).unwrap_or(u32::MAX);
        let outgoing = Outgoing::new(target(to), path).called(NAME).as_note(ms, waveform).temporary();
        if self.sending.0.len() >= KEPT {
            self.sending.0.remove(0);
        }
        self.sending.0.push((outgoing.file, note));
        self.transfers.order(Order::Send(Box::new(outgoing)));
    }

    /// Has the file of a note fetched. False where no message has it.
    pub(super) fn fetch(&mut self, file: FileId) -> bool {
        let Some(attachment) = self.attachment(file) else { return false };
        self.transfers.order(Order::Fetch(Box::new(attachment), FetchInto::Cache));
        true
    }

    /// Sees what became of what is on its way.
    pub(super) fn look_at_transfers(&mut self) {
        let sending = std::mem::take(&mut self.sending.0);
        for (file, note) in sending {
            match self.transfer(file, Way::Up).map(|view| view.state.clone()) {
                Some(TransferState::Done | TransferState::Cancelled) => {}
                Some(TransferState::Failed(text)) => {
                    self.recorder.keep(note);
                    self.refuse("note", "not_sent", text);
                }
                _ => self.sending.0.push((file, note)),
            }
        }
        let Some((file, asked)) = self.player.waits_for() else { return };
        let is_stale = asked.elapsed() < STALE;
        match self.transfer(file, Way::Cache).map(|view| (view.state.clone(), view.path.clone())) {
            Some((TransferState::Done, Some(path))) => self.fetched(NoteKey::File(file), path),
            Some((TransferState::Failed(text), _)) if !is_stale => self.fail(NoteKey::File(file), text),
            _ => {}
        }
    }

    fn transfer(&self, file: FileId, way: Way) -> Option<&TransferView> {
        self.mirror.transfers.iter().find(|view| view.file == file && view.way == way)
    }

    /// What a message says of a file.
    fn attachment(&self, file: FileId) -> Option<Attachment> {
        let mut lines = self.mirror.chats.values().flat_map(|log| &log.lines);
        lines.find_map(|line| match line {
            ChatLine::Said(said) => said.attachment.clone().filter(|attachment| attachment.file == file),
            _ => None,
        })
    }
}
