//! The files that people send: bytes in the folder `files/` of the data folder, and what is known of them in the database.
//!
//! Uploads may break off at any byte and go on later, after a restart of either side as well: what came lies in
//! `ID.part`, whose length says where to go on. Only what has the hash that its sender announced becomes a file, and only
//! then is there a message with it. Who may send and read is the world's to say ([`FileAsk`]); it never touches the disk.

mod ask;
mod disk;
mod download;
mod error;
mod keep;
mod outward;
mod slots;
mod sweep;
mod table;
mod turns;
mod upload;

pub use ask::{Caller, FileAsk, KeyHash, Place, SaidFile, SaidTurn};
pub(crate) use ask::{Shown, key_hash};
pub use error::FileError;
pub(crate) use slots::Slot;
pub(crate) use table::kind;

use crate::store::OpenError;
use disk::Disk;
use hallway_protocol::{
    file::{AttachmentKind, BeginUpload, FileId, UploadState},
    limits,
    owner::OwnerId,
};
use slots::Slots;
use std::{
    path::Path,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};
use table::{NewFile, Table};
use tokio::sync::Mutex;
use turns::Turns;

/// The folder in the data folder.
const FOLDER: &str = "files";
/// What a file counts at least: a block of the disk, so that empty files are not free.
const LEAST_COUNTED: u64 = 4096;
/// Uploads that one person may have begun and not finished: more than anybody chooses at once.
const BEGUN: u64 = 64;

/// What an operator allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileLimits {
    /// Largest file, in bytes.
    pub file: u64,
    /// All files of one person, in bytes.
    pub person: u64,
    /// All files, in bytes.
    pub all: u64,
    /// Whether guests may send files.
    pub guests: bool,
}

/// The files of one server.
#[derive(Clone)]
pub struct Files(Arc<Shared>);

struct Shared {
    table: Mutex<Table>,
    disk: Disk,
    turns: Turns,
    slots: Slots,
    limits: FileLimits,
}

impl Files {
    /// Opens the files of the server whose data folder this is, and takes away what nobody needs any more. The tables
    /// must be there already.
    ///
    /// # Errors
    /// When folder or database can't be used.
    pub async fn open(data_dir: &Path, limits: FileLimits) -> Result<Self, OpenError> {
        let disk = Disk::open(data_dir.join(FOLDER)).await.map_err(sqlx::Error::Io)?;
        let table = Mutex::new(Table::open(data_dir).await?);
        let slots = Slots::new(limits::TRANSFERS_PER_PERSON, limits::TRANSFERS);
        let files = Self(Arc::new(Shared { table, disk, turns: Turns::default(), slots, limits }));
        files.sweep_folder().await?;
        files.sweep(now_ms()).await?;
        Ok(files)
    }

    /// A place among the transfers that are under way.
    ///
    /// # Errors
    /// When this person, or everybody together, has as many as there may be.
    pub(crate) fn slot(&self, owner: OwnerId) -> Result<Slot, FileError> {
        self.0.slots.take(owner)
    }

    /// How far an upload of this owner is; `None` when it has begun none of this id.
    pub(crate) async fn state(&self, owner: OwnerId, file: FileId) -> Result<Option<UploadState>, FileError> {
        let row = self.0.table.lock().await.find(file).await?;
        let Some(row) = row.filter(|row| row.owner == owner) else { return Ok(None) };
        if row.hash.is_some() {
            let done = self.0.table.lock().await.shown(file).await?.is_some();
            return Ok(Some(UploadState { offset: row.bytes, done }));
        }
        // Whoever asks goes on from here: what still comes on an older connection would move the end.
        let _turn = self.0.turns.take(file).await;
        let offset = self.0.disk.part_bytes(file).await?;
        // Told here as well: whoever sends while it is refused may never get to read why.
        if offset < row.bytes && !self.0.disk.has_room(0).await? {
            return Err(FileError::DiskFull);
        }
        Ok(Some(UploadState { offset, done: false }))
    }

    /// Begins an upload; it must not be there already.
    pub(crate) async fn begin(
        &self,
        caller: &Caller,
        place: Place,
        asked: BeginUpload,
    ) -> Result<UploadState, FileError> {
        let limits = self.0.limits;
        if !caller.account && !limits.guests {
            return Err(FileError::NoGuests);
        }
        if asked.bytes > limits.file {
            return Err(FileError::TooLarge { most: limits.file });
        }
        if !is_possible_note(&asked) {
            return Err(FileError::NoNote);
        }
        let mut table = self.0.table.lock().await;
        let counted = asked.bytes.max(LEAST_COUNTED);
        let usage = table.usage(caller.owner, LEAST_COUNTED).await?;
        if usage.begun >= BEGUN {
            return Err(FileError::TooManyBegun { most: BEGUN });
        }
        if usage.person.saturating_add(counted) > limits.person {
            return Err(FileError::Quota { most: limits.person, used: usage.person });
        }
        if usage.all.saturating_add(counted) > limits.all {
            return Err(FileError::ServerFull { most: limits.all });
        }
        if !self.0.disk.has_room(asked.bytes).await? {
            return Err(FileError::DiskFull);
        }
        let file = asked.file;
        let new = NewFile { owner: caller.owner, place, asked, begun_ms: now_ms() };
        if !table.begin(&new).await? {
            return Err(FileError::NoSuchFile);
        }
        drop(table);
        if let Err(error) = self.0.disk.begin(file).await {
            // Without its part the upload can't go on, and its id would be taken until the sweep.
            self.0.table.lock().await.delete(file).await?;
            return Err(error.into());
        }
        Ok(UploadState { offset: 0, done: false })
    }

    /// What is shown to those who may read a file: `None` when no message has it.
    pub(crate) async fn shown(&self, file: FileId) -> Result<Option<Shown>, FileError> {
        Ok(self.0.table.lock().await.shown(file).await?)
    }

    /// Takes a file or an upload away, if this person may; gives where it was shown, for those who read there.
    pub(crate) async fn delete(&self, caller: &Caller, file: FileId) -> Result<Option<Shown>, FileError> {
        let row = self.0.table.lock().await.find(file).await?.ok_or(FileError::NoSuchFile)?;
        let shown = self.shown(file).await?;
        let is_own = row.owner == caller.owner;
        if !is_own && !shown.as_ref().is_some_and(|shown| caller.moderates(shown)) {
            // Who may not even read it learns nothing of it.
            let reads = shown.as_ref().is_some_and(|shown| caller.may_read(shown));
            return Err(if reads { FileError::NotAllowed } else { FileError::NoSuchFile });
        }
        let _turn = self.0.turns.take(file).await;
        self.drop_file(file).await?;
        Ok(shown)
    }

    /// Takes everything away that belongs to an owner; gives what was shown where.
    pub(crate) async fn delete_all_of(&self, owner: OwnerId) -> Result<Vec<(FileId, Shown)>, FileError> {
        let files = self.0.table.lock().await.of_owner(owner).await?;
        let mut gone = Vec::new();
        for file in files {
            let shown = self.shown(file).await?;
            let _turn = self.0.turns.take(file).await;
            self.drop_file(file).await?;
            gone.extend(shown.map(|shown| (file, shown)));
        }
        Ok(gone)
    }

    /// The row goes first: bytes without a row are taken away at the next start.
    async fn drop_file(&self, file: FileId) -> Result<(), FileError> {
        self.0.table.lock().await.delete(file).await?;
        self.0.turns.forget(file);
        self.0.disk.remove(file).await;
        Ok(())
    }
}

/// The time of day, in milliseconds since the Unix epoch.
fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Whether what is announced as a voice note can be one; how many levels it has was seen when it was read.
fn is_possible_note(asked: &BeginUpload) -> bool {
    match asked.kind {
        AttachmentKind::Note { ms, .. } => {
            asked.bytes <= limits::NOTE_BYTES as u64 && u128::from(ms) <= limits::NOTE_LENGTH.as_millis()
        }
        // Turns are the server's own.
        AttachmentKind::Turn { .. } => false,
        AttachmentKind::File | AttachmentKind::Image => true,
    }
}

#[cfg(test)]
mod tests;
