//! Keeps changed settings, on a thread of its own: the session never waits for a disk.

use super::file::{Change, SettingsFile};
use std::{
    io,
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    thread::{self, JoinHandle},
    time::Duration,
};

/// A change is written when no other has followed for so long: a slider that is drawn makes sixty a second.
const QUIET: Duration = Duration::from_millis(300);

/// The thread that keeps. When this is dropped, all changes are in the file.
#[derive(Debug)]
pub struct Keeper {
    changes: Option<Sender<Vec<Change>>>,
    complaints: std::sync::Mutex<Receiver<String>>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system gives none.
    pub fn start(file: SettingsFile) -> io::Result<Self> {
        let (changes, incoming) = mpsc::channel();
        let (complain, complaints) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("settings".to_owned())
            .spawn(move || while keep_one_batch(&file, &incoming, &complain) {})?;
        Ok(Self { changes: Some(changes), complaints: complaints.into(), thread: Some(thread) })
    }

    /// Keeps changes, soon.
    pub fn keep(&self, changes: Vec<Change>) {
        if let Some(sender) = &self.changes
            && sender.send(changes).is_err()
        {
            tracing::error!("the thread that keeps settings is gone");
        }
    }

    /// A sentence for the person, where something could not be kept since the last call.
    #[must_use]
    pub fn complaint(&mut self) -> Option<String> {
        self.complaints.get_mut().ok()?.try_recv().ok()
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.changes = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that keeps settings panicked");
        }
    }
}

/// Waits for changes until they pause, and writes them. False when there will be no more.
fn keep_one_batch(file: &SettingsFile, incoming: &Receiver<Vec<Change>>, complain: &Sender<String>) -> bool {
    let Ok(mut batch) = incoming.recv() else { return false };
    let goes_on = loop {
        match incoming.recv_timeout(QUIET) {
            Ok(later) => {
                let is_same = |a: &Change, b: &Change| (a.section, &a.key) == (b.section, &b.key);
                batch.retain(|old| !later.iter().any(|new| is_same(old, new)));
                batch.extend(later);
            }
            Err(RecvTimeoutError::Timeout) => break true,
            Err(RecvTimeoutError::Disconnected) => break false,
        }
    };
    if let Err(error) = file.change(&batch) {
        tracing::warn!(%error, "settings were not kept");
        // A session that is gone has nobody to tell.
        let _ = complain.send(error.to_string());
    }
    goes_on
}

#[cfg(test)]
mod tests {
    use super::*;
    use toml::Value;

    fn change(key: &str, value: i64) -> Vec<Change> {
        vec![Change { section: "voice", key: key.to_owned(), value: Some(Value::from(value)) }]
    }

    #[test]
    fn all_that_was_told_is_in_the_file_at_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let file = SettingsFile::new(folder.path());
        let keeper = Keeper::start(file.clone()).unwrap();
        (0..100).for_each(|n| keeper.keep(change("tail", n)));
        keeper.keep(change("cues", 7));
        drop(keeper);
        let table = file.read().unwrap();
        assert_eq!(table["voice"]["tail"], Value::from(99));
        assert_eq!(table["voice"]["cues"], Value::from(7));
    }

    #[test]
    fn what_cannot_be_kept_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a file");
        std::fs::write(&path, "").unwrap();
        let mut keeper = Keeper::start(SettingsFile::new(&path)).unwrap();
        keeper.keep(change("tail", 1));
        keeper.changes = None;
        keeper.thread.take().unwrap().join().unwrap();
        assert!(keeper.complaint().unwrap().contains("a file"));
        assert_eq!(keeper.complaint(), None);
    }
}
