//! Giving a file's bytes, with a bounded part of them in memory.

use super::{FileError, Files, Slot, disk::Disk};
use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, Stream};
use hallway_protocol::file::{FileHash, FileId};
use std::{fs::File, io, ops::Range};
use tokio::task::JoinHandle;

/// Read at once. The next part is read while this one leaves.
const READ_BYTES: usize = 512 * 1024;

/// A file that is about to leave.
pub(crate) struct Download {
    /// All its bytes.
    pub(crate) bytes: u64,
    /// Their hash.
    pub(crate) hash: FileHash,
    file: FileId,
    disk: Disk,
}

/// The file and what was read of it.
type Reading = JoinHandle<io::Result<(File, Bytes)>>;

impl Files {
    /// A whole file, whoever asks.
    pub(crate) async fn open_file(&self, file: FileId) -> Result<Download, FileError> {
        let row = self.0.table.lock().await.find(file).await?.ok_or(FileError::NoSuchFile)?;
        let hash = row.hash.ok_or(FileError::NoSuchFile)?;
        Ok(Download { bytes: row.bytes, hash, file, disk: self.0.disk.clone() })
    }
}

impl Download {
    /// The bytes of a range, which must be within the file. `slot` is held to their end.
    pub(crate) async fn read(
        self,
        range: Range<u64>,
        slot: Slot,
    ) -> Result<impl Stream<Item = io::Result<Bytes>> + Send + 'static, FileError> {
        let (file, bytes) = self.disk.open_at(self.file, range.start).await?;
        if bytes != self.bytes {
            return Err(FileError::Disk(io::Error::other("a file has another length than it had")));
        }
        let left = range.end - range.start;
        let reading = (left > 0).then(|| read(&self.disk, file, left));
        Ok(stream::unfold((reading, left, self.disk, slot), |(reading, left, disk, slot)| async move {
            let read_now = match reading?.await {
                Ok(read_now) => read_now,
                Err(error) => Err(io::Error::other(error)),
            };
            Some(match read_now {
                Ok((file, bytes)) => {
                    let left = left - bytes.len() as u64;
                    let next = (left > 0).then(|| read(&disk, file, left));
                    (Ok(bytes), (next, left, disk, slot))
                }
                Err(error) => (Err(error), (None, 0, disk, slot)),
            })
        }))
    }
}

/// Begins to read the next bytes.
fn read(disk: &Disk, mut file: File, left: u64) -> Reading {
    let disk = disk.clone();
    let most = usize::try_from(left).unwrap_or(READ_BYTES).min(READ_BYTES);
    tokio::spawn(async move {
        disk.work(move || {
            let mut bytes = BytesMut::zeroed(most);
            io::Read::read_exact(&mut file, &mut bytes)?;
            Ok((file, bytes.freeze()))
        })
        .await
    })
}
