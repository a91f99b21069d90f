//! Takes away what nobody needs: uploads that were not finished within a day, files that no message has any more, bytes of
//! which nothing is known.

use super::{FileError, Files, now_ms};
use crate::store::OpenError;
use hallway_protocol::file::FileId;
use std::{collections::HashSet, io, time::Duration};
use tokio::sync::mpsc::UnboundedReceiver;
use tracing::{info, warn};

/// How long an upload may take, and a file may be without a message: long enough for a machine that is off at night.
const KEPT: Duration = Duration::from_secs(24 * 3600);
/// How often it is looked for.
const EVERY: Duration = Duration::from_secs(3600);

impl Files {
    /// Sweeps every hour, without end.
    pub(crate) async fn sweep_on(self) {
        loop {
            tokio::time::sleep(EVERY).await;
            if let Err(error) = self.sweep(now_ms()).await {
                warn!(%error, "files that nobody needs could not be taken away");
            }
        }
    }

    /// Takes files away whose messages were deleted, as they are named, until nobody names any more.
    pub(crate) async fn drop_named(self, mut named: UnboundedReceiver<FileId>) {
        while let Some(file) = named.recv().await {
            let _turn = self.0.turns.take(file).await;
            if let Err(error) = self.drop_file(file).await {
                warn!(%error, "the file of a deleted message could not be taken away");
            }
        }
    }

    /// Takes away what no message has a day after it was begun.
    pub(super) async fn sweep(&self, now_ms: i64) -> Result<(), OpenError> {
        let kept_ms = i64::try_from(KEPT.as_millis()).unwrap_or(i64::MAX);
        let unused = self.0.table.lock().await.unused(now_ms.saturating_sub(kept_ms)).await?;
        for file in &unused {
            let _turn = self.0.turns.take(*file).await;
            self.drop_file(*file).await.map_err(as_open_error)?;
        }
        if !unused.is_empty() {
            info!(files = unused.len(), "uploads that were not finished, and files without a message, are taken away");
        }
        Ok(())
    }

    /// Brings the folder to what the table says, before anybody uses either.
    pub(super) async fn sweep_folder(&self) -> Result<(), OpenError> {
        let known = self.0.table.lock().await.all().await?;
        let ids: HashSet<FileId> = known.iter().map(|(file, _)| *file).collect();
        for file in self.0.disk.all().await.map_err(sqlx::Error::Io)?.iter().filter(|file| !ids.contains(file)) {
            self.0.disk.remove(*file).await;
        }
        for (file, _) in known.into_iter().filter(|(_, is_whole)| !is_whole) {
            self.0.disk.reopen(file).await.map_err(sqlx::Error::Io)?;
        }
        Ok(())
    }
}

fn as_open_error(error: FileError) -> OpenError {
    match error {
        FileError::Table(error) => error.into(),
        error => sqlx::Error::Io(io::Error::other(error)).into(),
    }
}
