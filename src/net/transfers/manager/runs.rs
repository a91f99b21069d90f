//! One try of a transfer, as a task of its own, and what is taken away after the last one.

use super::remove_temporary;
use crate::net::transfers::{
    TransferState,
    cause::Cause,
    desk::FileDesk,
    fetch::{self, Download, on_disk},
    kept::Job,
    places::{self, Places},
    send,
    transfer::Transfer,
};
use hallway_protocol::file::FileHash;
use std::{fs, path::PathBuf, sync::Arc};
use tokio::sync::{OwnedMutexGuard, mpsc};

/// What a try tells.
pub(super) enum Ran {
    /// The server said yes to an upload.
    Begun { id: u64 },
    /// A try ended: with the file's hash, and where it lies if it was fetched.
    Ended { id: u64, tries: u64, ended: Result<(FileHash, Option<PathBuf>), Cause> },
    /// Something that no transfer is about.
    Refused { command: &'static str, cause: Cause },
}

/// Starts a try.
pub(super) fn start(transfer: &mut Transfer, desk: &FileDesk, places: &Places, told: &mpsc::Sender<Ran>) {
    transfer.tries += 1;
    transfer.not_before = None;
    transfer.state = TransferState::Running;
    let (id, tries, job) = (transfer.id, transfer.tries, transfer.job.clone());
    let (done, turn, settled) = (Arc::clone(&transfer.done), Arc::clone(&transfer.turn), Arc::clone(&transfer.settled));
    let (desk, places, told) = (desk.clone(), places.clone(), told.clone());
    let task = tokio::spawn(async move {
        // An earlier try may still write its last bytes.
        let turn = turn.lock_owned().await;
        let ended = match job {
            Job::Up(upload) => {
                let begun = async || drop(told.send(Ran::Begun { id }).await);
                send::send(desk, upload, done, begun).await.map(|hash| (hash, None))
            }
            // An earlier try had given it its name when it was stopped.
            Job::Down(download) if settled.get().is_some() => Ok((download.attachment.hash, settled.get().cloned())),
            Job::Down(download) => {
                fetch(desk, download, done, turn, move |download, part| {
                    let path = places::settle(part, &download.folder, &download.attachment.name)?;
                    Ok(settled.get_or_init(|| path).clone())
                })
                .await
            }
            Job::Cache(download) => {
                fetch(desk, download, done, turn, move |download, part| {
                    let path = places.cached(download.attachment.file);
                    fs::rename(part, &path)?;
                    if let Err(error) = places.trim_cache() {
                        tracing::warn!(%error, "old files could not be taken from the cache");
                    }
                    Ok(path)
                })
                .await
            }
        };
        let _ = told.send(Ran::Ended { id, tries, ended }).await;
    });
    transfer.running = Some(task.abort_handle());
}

/// Fetches a file and gives it its name.
async fn fetch(
    desk: FileDesk,
    download: Download,
    done: Arc<std::sync::atomic::AtomicU64>,
    turn: OwnedMutexGuard<()>,
    settle: impl FnOnce(&Download, &std::path::Path) -> std::io::Result<PathBuf> + Send + 'static,
) -> Result<(FileHash, Option<PathBuf>), Cause> {
    let (part, hash) = (download.part(), download.attachment.hash);
    let turn = fetch::fetch(desk, download.attachment.clone(), part.clone(), done, turn).await?;
    let settled = on_disk("written", &part, move |part| {
        // Once it has its name, nobody writes on it.
        let _turn = turn;
        settle(&download, part)
    });
    Ok((hash, Some(settled.await?)))
}

/// Takes away what a transfer leaves that is over: a part, a temporary file, at the server what it has of an upload.
pub(super) fn clean_up(transfer: &Transfer, desk: Option<FileDesk>) {
    let (job, turn, settled) = (transfer.job.clone(), Arc::clone(&transfer.turn), Arc::clone(&transfer.settled));
    tokio::spawn(async move {
        let _turn = turn.lock_owned().await;
        match job {
            Job::Up(upload) => {
                if let Some(desk) = desk
                    && let Err(cause) = desk.delete(upload.file).await
                {
                    // The server takes it away by itself after a day.
                    tracing::debug!(?cause, "an upload that was given up is still at the server");
                }
                remove_temporary(&upload.path, upload.temporary);
            }
            Job::Down(download) | Job::Cache(download) => {
                // It may have been taken away already, or never begun. Nobody was told of one that just got its name.
                let left = settled.get().cloned().unwrap_or_else(|| download.part());
                let _ = tokio::task::spawn_blocking(move || fs::remove_file(left)).await;
            }
        }
    });
}
