//! Files that the server itself makes: turns of a talk log.

use super::{FileError, Files, LEAST_COUNTED, NewFile, Place, now_ms};
use bytes::Bytes;
use hallway_protocol::{
    file::{Attachment, BeginUpload, FileHash},
    ids::MessageId,
    owner::OwnerId,
};

impl Files {
    /// Makes a file of bytes that are all there, and has `say` make a message of it. They count to all files, and to nobody's
    /// own.
    pub(crate) async fn keep(
        &self,
        owner: OwnerId,
        place: Place,
        asked: BeginUpload,
        bytes: Bytes,
        say: impl AsyncFnOnce(Attachment) -> Result<MessageId, FileError>,
    ) -> Result<(), FileError> {
        let BeginUpload { file, name, kind, .. } = asked.clone();
        let hash = FileHash::from(blake3::hash(&bytes));
        let attachment = Attachment { file, name, bytes: asked.bytes, hash, kind };
        let _turn = self.0.turns.take(file).await;
        self.note(owner, place, asked).await?;
        let done = match self.write(&attachment, bytes).await {
            Ok(()) => say(attachment).await.map(drop),
            Err(error) => Err(error),
        };
        if done.is_err() {
            self.drop_file(file).await?;
        }
        self.0.turns.forget(file);
        done
    }

    /// Notes a file that is going to be written, if there is room for it.
    async fn note(&self, owner: OwnerId, place: Place, asked: BeginUpload) -> Result<(), FileError> {
        let mut table = self.0.table.lock().await;
        let usage = table.usage(owner, LEAST_COUNTED).await?;
        let most = self.0.limits.all;
        if usage.all.saturating_add(asked.bytes.max(LEAST_COUNTED)) > most {
            return Err(FileError::ServerFull { most });
        }
        if !self.0.disk.has_room(asked.bytes).await? {
            return Err(FileError::DiskFull);
        }
        let is_new = table.begin(&NewFile { owner, place, asked, begun_ms: now_ms() }).await?;
        if is_new { Ok(()) } else { Err(FileError::NoSuchFile) }
    }

    async fn write(&self, Attachment { file, hash, .. }: &Attachment, bytes: Bytes) -> Result<(), FileError> {
        self.0.disk.begin(*file).await?;
        let part = self.0.disk.open_part(*file).await?;
        self.0.disk.append(part, super::turns::Progress::default(), vec![bytes]).await?;
        self.0.disk.finish(*file).await?;
        self.0.table.lock().await.seal(*file, *hash).await?;
        Ok(())
    }
}
