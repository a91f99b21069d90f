//! Taking a file's bytes, and making a message of them once they are all there.

use super::{
    Caller, FileError, Files, SaidFile,
    outward::Outward,
    table::Row,
    turns::{Progress, Turn},
};
use bytes::Bytes;
use hallway_protocol::{
    control::Refusal,
    file::{Attachment, FileHash, FileId, UploadState},
    ids::MessageId,
    limits,
    owner::OwnerId,
};
use http_body_util::BodyExt;
use std::io;
use tracing::{debug, error};

/// Bytes that are written at once. Twice so many are in memory for each upload: these, and those that come meanwhile.
const WRITE_BYTES: usize = 512 * 1024;

/// How an upload's body ended.
enum Ended {
    Whole,
    /// Broken, stalled, or another connection goes on.
    BrokeOff,
    TooLong,
}

impl Files {
    /// Appends a body to an upload; what came before it broke off stays.
    pub(crate) async fn append(
        &self,
        owner: OwnerId,
        file: FileId,
        offset: u64,
        body: axum::body::Body,
    ) -> Result<UploadState, FileError> {
        let mut turn = self.0.turns.take(file).await;
        let row = self.upload(owner, file).await?;
        let progress = self.progress(file, &mut turn).await?;
        if progress.offset != offset {
            let goes_on = progress.offset;
            *turn.progress = Some(progress);
            return Err(FileError::Offset(goes_on));
        }
        let (ended, progress) = self.take_body(file, row.bytes, progress, body, &mut turn).await?;
        let offset = progress.offset;
        *turn.progress = Some(progress);
        match ended {
            Ended::Whole => Ok(UploadState { offset, done: false }),
            Ended::BrokeOff => Err(FileError::BrokeOff),
            Ended::TooLong => Err(FileError::TooLong),
        }
    }

    /// An upload that is under way.
    async fn upload(&self, owner: OwnerId, file: FileId) -> Result<Row, FileError> {
        let row = self.0.table.lock().await.find(file).await?;
        row.filter(|row| row.owner == owner && row.hash.is_none()).ok_or(FileError::NoSuchFile)
    }

    /// How far an upload is: remembered, or read again.
    async fn progress(&self, file: FileId, turn: &mut Turn) -> Result<Progress, FileError> {
        match turn.progress.take() {
            Some(progress) => Ok(progress),
            None => Ok(self.0.disk.read_part(file).await?),
        }
    }

    /// Writes one part of the body while the next one comes.
    async fn take_body(
        &self,
        file: FileId,
        most: u64,
        progress: Progress,
        mut body: axum::body::Body,
        turn: &mut Turn,
    ) -> Result<(Ended, Progress), FileError> {
        let mut came = progress.offset;
        let mut outward = Outward::new(progress.offset);
        let mut written = (self.0.disk.open_part(file).await?, progress);
        let (mut ended, mut next) = gather(&mut body, most, &mut came, turn).await;
        loop {
            let (part, progress) = written;
            let writing = self.0.disk.append(part, progress, next);
            let done = match ended {
                Some(ended) => Err((ended, writing.await)),
                None => Ok(tokio::join!(writing, gather(&mut body, most, &mut came, turn))),
            };
            match done {
                Ok((Ok(so_far), gathered)) => {
                    written = so_far;
                    (ended, next) = gathered;
                    if let Err(error) = outward.go_on(&self.0.disk, &written.0, written.1.offset).await {
                        return Err(self.give_up(file, error).await);
                    }
                }
                Err((ended, Ok((_, progress)))) => {
                    return match outward.written_out().await {
                        Ok(()) => Ok((ended, progress)),
                        Err(error) => Err(self.give_up(file, error).await),
                    };
                }
                Ok((Err(error), _)) | Err((_, Err(error))) => {
                    // What the disk took stays: the upload goes on once there is room again.
                    error!(%file, %error, "an upload could not be written on");
                    return Err(error.into());
                }
            }
        }
    }

    /// The disk lost what it had taken: nobody knows which bytes, so the upload is begun anew.
    async fn give_up(&self, file: FileId, error: io::Error) -> FileError {
        error!(%file, %error, "an upload could not be written out");
        if let Err(error) = self.drop_file(file).await {
            error!(%file, %error, "an upload that the disk has lost could not be taken away");
        }
        FileError::Disk(error)
    }

    /// Compares hashes, makes the upload a file and has `say` make a message of it. Asked again, it does what is left to
    /// do.
    pub(crate) async fn finish(
        &self,
        caller: &Caller,
        file: FileId,
        hash: FileHash,
        say: impl AsyncFnOnce(SaidFile) -> Result<MessageId, FileError>,
    ) -> Result<UploadState, FileError> {
        let mut turn = self.0.turns.take(file).await;
        let row = self.0.table.lock().await.find(file).await?;
        let row = row.filter(|row| row.owner == caller.owner).ok_or(FileError::NoSuchFile)?;
        match row.hash {
            None => self.seal(&row, hash, &mut turn).await?,
            Some(sealed) if sealed != hash => return Err(FileError::Damaged),
            Some(_) => {}
        }
        let done = UploadState { offset: row.bytes, done: true };
        if self.shown(file).await?.is_some() {
            return Ok(done);
        }
        let Row { name, bytes, kind, place, caption, .. } = row;
        let attachment = Attachment { file, name, bytes, hash, kind };
        match say(SaidFile { person: caller.person, place, caption, attachment }).await {
            Ok(_) => {
                self.0.turns.forget(file);
                Ok(done)
            }
            // What may go better later is kept until then.
            Err(error @ (FileError::Stopping | FileError::Refused(Refusal::StoreFailed))) => Err(error),
            Err(error) => {
                self.drop_file(file).await?;
                Err(error)
            }
        }
    }

    /// Makes an upload a file, if it is whole and what its sender read.
    async fn seal(&self, row: &Row, hash: FileHash, turn: &mut Turn) -> Result<(), FileError> {
        let progress = self.progress(row.id, turn).await?;
        let offset = progress.offset;
        let is_right = FileHash::from(progress.hasher.finalize()) == hash;
        *turn.progress = Some(progress);
        if offset != row.bytes {
            return Err(FileError::Offset(offset));
        }
        if !is_right {
            debug!(file = %row.id, "an upload has another hash than its sender says");
            self.drop_file(row.id).await?;
            return Err(FileError::Damaged);
        }
        self.0.disk.finish(row.id).await?;
        self.0.table.lock().await.seal(row.id, hash).await?;
        Ok(())
    }
}

/// The next bytes of the body, and how it ended if it did.
async fn gather(
    body: &mut axum::body::Body,
    most: u64,
    came: &mut u64,
    turn: &mut Turn,
) -> (Option<Ended>, Vec<Bytes>) {
    let (mut next, mut bytes) = (Vec::new(), 0);
    while bytes < WRITE_BYTES {
        let frame = tokio::select! {
            frame = tokio::time::timeout(limits::TRANSFER_STALL, body.frame()) => frame,
            () = turn.is_wanted() => return (Some(Ended::BrokeOff), next),
        };
        let data = match frame {
            Ok(Some(Ok(frame))) => frame.into_data().unwrap_or_default(),
            Ok(None) => return (Some(Ended::Whole), next),
            Ok(Some(Err(_))) | Err(_) => return (Some(Ended::BrokeOff), next),
        };
        if *came + data.len() as u64 > most {
            return (Some(Ended::TooLong), next);
        }
        *came += data.len() as u64;
        bytes += data.len();
        next.push(data);
    }
    (None, next)
}
