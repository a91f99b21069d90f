//! One at a time works on an upload, and the newest has the turn: an older connection that nobody misses gives way.

use hallway_protocol::file::FileId;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::{Mutex as Waiting, OwnedMutexGuard, watch};

/// Uploads whose hash is remembered while nobody works on them. Those that are forgotten are read again when they go on.
const REMEMBERED: usize = 256;

/// How far an upload is: what was hashed, and how many bytes that were.
#[derive(Clone, Default)]
pub(super) struct Progress {
    pub(super) hasher: blake3::Hasher,
    pub(super) offset: u64,
}

#[derive(Default)]
pub(super) struct Turns(Mutex<HashMap<FileId, Arc<Line>>>);

/// The turns of one upload.
struct Line {
    progress: Arc<Waiting<Option<Progress>>>,
    newest: watch::Sender<u64>,
}

/// The right to work on an upload. What it holds is `None` until somebody has read what is there.
pub(super) struct Turn {
    pub(super) progress: OwnedMutexGuard<Option<Progress>>,
    newest: watch::Receiver<u64>,
}

impl Turns {
    /// Waits for the turn; whoever has it is told that somebody waits.
    pub(super) async fn take(&self, file: FileId) -> Turn {
        let (progress, newest) = {
            let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if turns.len() >= REMEMBERED {
                // Nobody works on those that only this map knows.
                turns.retain(|_, turn| Arc::strong_count(&turn.progress) > 1);
            }
            let turn = turns
                .entry(file)
                .or_insert_with(|| Arc::new(Line { progress: Arc::default(), newest: watch::Sender::new(0) }));
            turn.newest.send_modify(|newest| *newest += 1);
            (Arc::clone(&turn.progress), turn.newest.subscribe())
        };
        Turn { progress: progress.lock_owned().await, newest }
    }

    /// There is no such upload any more.
    pub(super) fn forget(&self, file: FileId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&file);
    }
}

impl Turn {
    /// Waits until somebody else wants the turn.
    pub(super) async fn is_wanted(&mut self) {
        if self.newest.changed().await.is_err() {
            // The upload is forgotten: nobody will want it.
            std::future::pending::<()>().await;
        }
    }
}
