//! Fetching one file, from wherever it was left.

use super::{
    carriers::{Fetched, WAITING},
    cause::Cause,
    desk::FileDesk,
    places,
};
use bytes::Bytes;
use hallway_protocol::{file::Attachment, limits};
use serde::{Deserialize, Serialize};
use std::{
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};
use tokio::sync::{OwnedMutexGuard, mpsc};

/// Bytes that are handed to the disk at once.
const HANDED: usize = 256 * 1024;

/// A file to be fetched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Download {
    pub(super) attachment: Attachment,
    /// The folder it goes to, under its own name or the next free one.
    pub(super) folder: PathBuf,
}

impl Download {
    /// Where it lies until it is whole.
    pub(super) fn part(&self) -> PathBuf {
        places::part(&self.folder, &self.attachment)
    }
}

/// Fetches a file into its part; `done` counts what is there. `turn` is held while anything is written.
pub(super) async fn fetch(
    desk: FileDesk,
    attachment: Attachment,
    part: PathBuf,
    done: Arc<AtomicU64>,
    turn: OwnedMutexGuard<()>,
) -> Result<OwnedMutexGuard<()>, Cause> {
    let most = attachment.bytes;
    let fetched = on_disk("written", &part, move |part| Fetched::open(part, most)).await?;
    done.store(fetched.bytes, Relaxed);
    let (fetched, turn) = if fetched.bytes < most || most == 0 {
        take(&desk, &attachment, &part, fetched, &done, turn).await?
    } else {
        (fetched, turn)
    };
    if fetched.bytes < most {
        return Err(Cause::Later("The connection broke.".to_owned()));
    }
    let is_right = fetched.bytes == most && fetched.hasher.finalize() == attachment.hash.0;
    let synced = on_disk("written", &part, move |part| {
        if is_right {
            return fetched.file.sync_all();
        }
        drop(fetched);
        std::fs::remove_file(part)
    });
    synced.await?;
    if is_right { Ok(turn) } else { Err(Cause::damaged()) }
}

/// Takes what is missing.
async fn take(
    desk: &FileDesk,
    attachment: &Attachment,
    part: &Path,
    mut fetched: Fetched,
    done: &Arc<AtomicU64>,
    turn: OwnedMutexGuard<()>,
) -> Result<(Fetched, OwnedMutexGuard<()>), Cause> {
    let (mut response, goes_on) =
        match tokio::time::timeout(limits::TRANSFER_STALL, desk.give(attachment, fetched.bytes)).await {
            Ok(given) => given?,
            Err(_) => return Err(Cause::Later("The server does not answer.".to_owned())),
        };
    if !goes_on && fetched.bytes > 0 {
        fetched.empty().map_err(|error| Cause::local("written", part, &error))?;
        done.store(0, Relaxed);
    }
    let (into, from) = mpsc::channel(WAITING);
    let writing = tokio::task::spawn_blocking(move || {
        let written = fetched.write_in(from, &turn);
        written.map(|fetched| (fetched, turn))
    });
    let (mut next, mut bytes): (Vec<Bytes>, usize) = (Vec::new(), 0);
    let mut left = attachment.bytes - done.load(Relaxed);
    let broke = loop {
        let chunk = match tokio::time::timeout(limits::TRANSFER_STALL, response.chunk()).await {
            Ok(Ok(Some(chunk))) if chunk.len() as u64 <= left => chunk,
            Ok(Ok(None)) => break None,
            Ok(Ok(Some(_))) => break Some(Cause::damaged()),
            Ok(Err(error)) => break Some(Cause::broken(&error)),
            Err(_) => break Some(Cause::Later("The server gives nothing any more.".to_owned())),
        };
        left -= chunk.len() as u64;
        bytes += chunk.len();
        done.fetch_add(chunk.len() as u64, Relaxed);
        next.push(chunk);
        if bytes >= HANDED {
            bytes = 0;
            if into.send(std::mem::take(&mut next)).await.is_err() {
                // The writer stopped, and tells why.
                break None;
            }
        }
    };
    let _ = into.send(next).await;
    drop(into);
    let written = writing.await.map_err(|_| Cause::Later("The file could not be written.".to_owned()))?;
    let written = written.map_err(|error| Cause::local("written", part, &error))?;
    broke.map_or(Ok(written), Err)
}

/// Does something on the disk, on a thread that may wait for it.
pub(super) async fn on_disk<T: Send + 'static>(
    what: &str,
    path: &Path,
    work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
) -> Result<T, Cause> {
    let own = path.to_owned();
    let done = tokio::task::spawn_blocking(move || work(&own)).await;
    done.map_err(io::Error::other).flatten().map_err(|error| Cause::local(what, path, &error))
}
