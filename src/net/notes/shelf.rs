//! The thread that reads and writes the files of notes, and looks into them: neither the session nor whoever draws it
//! waits for a disk.

use crate::{
    media::notes::{file::NoteFile, recording::RecordedNote},
    net::snapshot::NoteKey,
};
use bevy::{platform::cell::SyncCell, prelude::Resource};
use bytes::Bytes;
use hallway_protocol::{chat::Conversation, limits::NOTE_BYTES};
use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{self, Receiver, SyncSender},
    },
    thread,
    time::Duration,
};

/// Files that may wait to be read or written: people play one at a time.
const JOBS: usize = 16;
/// Age of files that nobody will send any more: unfinished uploads are dropped by servers after a day.
const FORGOTTEN: Duration = Duration::from_secs(48 * 3600);

/// See the [module's description](self).
#[derive(Resource)]
pub struct Shelf {
    jobs: SyncSender<Job>,
    done: SyncCell<Receiver<Done>>,
}

/// Where a note's bytes are.
pub(super) enum Place {
    Memory(Bytes),
    File(PathBuf),
}

enum Job {
    Open { key: NoteKey, place: Place },
    Write { note: Arc<RecordedNote>, to: Conversation },
}

/// What became of a file.
pub(super) enum Done {
    /// It was read; or a sentence tells why it can't be played.
    Opened { key: NoteKey, note: Result<Arc<NoteFile>, String> },
    /// It was written, to be sent; or a sentence tells why not.
    Written { note: Arc<RecordedNote>, to: Conversation, path: Result<PathBuf, String> },
}

impl Shelf {
    /// Starts the thread, which writes into a folder of this one. `wake` is called after each file.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(config_dir: &Path, wake: impl Fn() + Send + 'static) -> io::Result<Self> {
        let (jobs, waiting) = mpsc::sync_channel(JOBS);
        let (told, done) = mpsc::sync_channel(JOBS);
        let folder = config_dir.join("notes");
        thread::Builder::new().name("notes".to_owned()).spawn(move || {
            remove_old(&folder);
            while let Ok(job) = waiting.recv() {
                if told.send(work(job, &folder)).is_err() {
                    return;
                }
                wake();
            }
        })?;
        Ok(Self { jobs, done: SyncCell::new(done) })
    }

    /// A shelf on which nothing comes: for tests of other things.
    #[must_use]
    pub fn idle() -> Self {
        let (jobs, _) = mpsc::sync_channel(1);
        let (_, done) = mpsc::sync_channel(1);
        Self { jobs, done: SyncCell::new(done) }
    }

    /// Reads a note. False where too much waits already.
    pub(super) fn open(&self, key: NoteKey, place: Place) -> bool {
        self.jobs.try_send(Job::Open { key, place }).is_ok()
    }

    /// Writes a note, to be sent. False where too much waits already.
    pub(super) fn write(&self, note: Arc<RecordedNote>, to: Conversation) -> bool {
        self.jobs.try_send(Job::Write { note, to }).is_ok()
    }

    pub(super) fn done(&mut self) -> Option<Done> {
        self.done.get().try_recv().ok()
    }
}

fn work(job: Job, folder: &Path) -> Done {
    match job {
        Job::Open { key, place } => Done::Opened { key, note: open(place) },
        Job::Write { note, to } => {
            let path = write(&note.ogg, folder).map_err(|error| {
                format!("The note could not be written to {}: {error}. Make room there.", folder.display())
            });
            Done::Written { note, to, path }
        }
    }
}

fn open(place: Place) -> Result<Arc<NoteFile>, String> {
    let bytes = match place {
        Place::Memory(bytes) => bytes,
        Place::File(path) => {
            read(&path).map_err(|error| format!("The note could not be read from {}: {error}.", path.display()))?
        }
    };
    NoteFile::read(&bytes).map(Arc::new).map_err(|error| format!("This note can't be played: {error}."))
}

/// At most a byte more than a note may have, so that a larger file is found to be one.
fn read(path: &Path) -> io::Result<Bytes> {
    let mut bytes = Vec::new();
    File::open(path)?.take(NOTE_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes.into())
}

/// Removes what an earlier run of the client left behind: the server has long forgotten that it was to come.
fn remove_old(folder: &Path) {
    let is_old = |path: &Path| {
        let written = path.metadata().and_then(|meta| meta.modified());
        written.is_ok_and(|written| written.elapsed().is_ok_and(|age| age > FORGOTTEN))
    };
    for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
        if is_old(&path)
            && let Err(error) = fs::remove_file(&path)
        {
            tracing::debug!(%error, "an old note stays");
        }
    }
}

fn write(bytes: &[u8], folder: &Path) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let path = folder.join(format!("{:032x}.ogg", rand::random::<u128>()));
    fs::write(&path, bytes).inspect_err(|_| drop(fs::remove_file(&path)))?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_note_is_told_in_a_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("note.ogg");
        fs::write(&path, "no sound").unwrap();
        assert!(open(Place::File(path)).unwrap_err().contains("no sound file"));
        assert!(open(Place::File(folder.path().join("gone"))).unwrap_err().contains("could not be read"));
        assert!(open(Place::Memory(vec![0; NOTE_BYTES + 1].into())).unwrap_err().contains("larger"));
    }

    #[test]
    fn a_written_note_is_there_to_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (write(b"a", folder.path()).unwrap(), write(b"b", folder.path()).unwrap());
        assert_ne!(first, second);
        assert_eq!(read(&second).unwrap(), "b");
    }
}
