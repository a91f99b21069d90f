//! The folder of the files. All of it is done on threads that may wait for the disk, a few at a time, so that signing in
//! does not wait behind it.

use super::turns::Progress;
use bytes::Bytes;
use hallway_protocol::file::FileId;
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tracing::warn;

/// Waits for the disk at once; the rest of the runtime's threads that may wait are for passwords.
const AT_ONCE: usize = 4;
/// Uploads whose bytes are written out at once, besides: a disk is no quicker with more.
const WRITTEN_OUT_AT_ONCE: usize = 1;
/// What is left free of the disk, for the message store and the machine.
const KEPT_FREE: u64 = 256 * 1024 * 1024;
/// Read at once where an upload is read again.
const READ_BYTES: usize = 256 * 1024;

#[derive(Clone)]
pub(super) struct Disk {
    folder: Arc<Path>,
    at_once: Arc<Semaphore>,
    written_out: Arc<Semaphore>,
    /// See [`KEPT_FREE`]; tests have a disk that is full.
    kept_free: Arc<AtomicU64>,
}

impl Disk {
    /// The folder, made when it is missing; nobody else can look into it.
    pub(super) async fn open(folder: PathBuf) -> io::Result<Self> {
        let disk = Self {
            folder: folder.into(),
            at_once: Arc::new(Semaphore::new(AT_ONCE)),
            written_out: Arc::new(Semaphore::new(WRITTEN_OUT_AT_ONCE)),
            kept_free: Arc::new(KEPT_FREE.into()),
        };
        let folder = Arc::clone(&disk.folder);
        disk.work(move || {
            let mut builder = fs::DirBuilder::new();
            #[cfg(unix)]
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
            builder.recursive(true).create(&folder)
        })
        .await?;
        Ok(disk)
    }

    /// Does something that may wait for the disk.
    pub(super) async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let permit = Arc::clone(&self.at_once).acquire_owned().await.map_err(io::Error::other)?;
        let done = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        });
        done.await.map_err(io::Error::other)?
    }

    pub(super) fn path(&self, file: FileId) -> PathBuf {
        self.folder.join(file.to_string())
    }

    fn part(&self, file: FileId) -> PathBuf {
        self.folder.join(format!("{file}.part"))
    }

    /// Whether so many bytes fit without filling the disk.
    pub(super) async fn has_room(&self, bytes: u64) -> io::Result<bool> {
        let (folder, kept_free) = (Arc::clone(&self.folder), self.kept_free.load(Relaxed));
        self.work(move || Ok(fs4::available_space(&folder)? >= bytes.saturating_add(kept_free))).await
    }

    /// The right to have an upload's bytes written out, where nobody has it.
    pub(super) fn may_write_out(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.written_out).try_acquire_owned().ok()
    }

    /// Has so many bytes kept free from now on.
    #[cfg(test)]
    pub(super) fn keep_free(&self, bytes: u64) {
        self.kept_free.store(bytes, Relaxed);
    }

    /// An empty part.
    pub(super) async fn begin(&self, file: FileId) -> io::Result<()> {
        let part = self.part(file);
        self.work(move || own_file().create(true).truncate(true).open(part).map(drop)).await
    }

    /// How much of an upload is there.
    pub(super) async fn part_bytes(&self, file: FileId) -> io::Result<u64> {
        let part = self.part(file);
        self.work(move || Ok(fs::metadata(part)?.len())).await
    }

    /// Reads what is there of an upload.
    pub(super) async fn read_part(&self, file: FileId) -> io::Result<Progress> {
        let part = self.part(file);
        self.work(move || hash_all(File::open(part)?)).await
    }

    /// The part, to be written on.
    pub(super) async fn open_part(&self, file: FileId) -> io::Result<File> {
        let part = self.part(file);
        self.work(move || OpenOptions::new().append(true).open(part)).await
    }

    /// Writes what came, and hashes it. Refused once the disk is as full as it may become.
    pub(super) async fn append(
        &self,
        mut part: File,
        mut progress: Progress,
        came: Vec<Bytes>,
    ) -> io::Result<(File, Progress)> {
        let (folder, kept_free) = (Arc::clone(&self.folder), self.kept_free.load(Relaxed));
        self.work(move || {
            if fs4::available_space(&folder)? < kept_free {
                return Err(io::ErrorKind::StorageFull.into());
            }
            for bytes in came {
                part.write_all(&bytes)?;
                progress.hasher.update(&bytes);
                progress.offset += bytes.len() as u64;
            }
            Ok((part, progress))
        })
        .await
    }

    /// Makes a part that is whole a file, so that it stays one through a power cut.
    pub(super) async fn finish(&self, file: FileId) -> io::Result<()> {
        let (part, whole, folder) = (self.part(file), self.path(file), Arc::clone(&self.folder));
        self.work(move || {
            OpenOptions::new().append(true).open(&part)?.sync_all()?;
            fs::rename(part, whole)?;
            // The folder has to be written as well; where that can't be asked for, the system does it in time.
            File::open(folder).and_then(|folder| folder.sync_all()).or(Ok(()))
        })
        .await
    }

    /// Makes a part again of what was made a file just before the server died, and makes the part that is missing.
    pub(super) async fn reopen(&self, file: FileId) -> io::Result<()> {
        let (part, whole) = (self.part(file), self.path(file));
        self.work(move || match (part.exists(), whole.exists()) {
            (true, _) => Ok(()),
            (false, true) => fs::rename(whole, part),
            (false, false) => own_file().create(true).truncate(true).open(part).map(drop),
        })
        .await
    }

    /// Opens a file to be read from a byte on.
    pub(super) async fn open_at(&self, file: FileId, start: u64) -> io::Result<(File, u64)> {
        let path = self.path(file);
        self.work(move || {
            let mut file = File::open(path)?;
            let bytes = file.metadata()?.len();
            io::Seek::seek(&mut file, io::SeekFrom::Start(start))?;
            Ok((file, bytes))
        })
        .await
    }

    /// Takes bytes away, whole or not.
    pub(super) async fn remove(&self, file: FileId) {
        let paths = [self.part(file), self.path(file)];
        let removed = self.work(move || {
            for path in paths {
                match fs::remove_file(path) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                    _ => {}
                }
            }
            Ok(())
        });
        if let Err(error) = removed.await {
            warn!(%file, %error, "a deleted file's bytes could not be taken away; the next start tries again");
        }
    }

    /// The files that lie in the folder, whole or not. What is none of ours is left alone.
    pub(super) async fn all(&self) -> io::Result<Vec<FileId>> {
        let folder = Arc::clone(&self.folder);
        self.work(move || {
            let mut files = Vec::new();
            for entry in fs::read_dir(folder)? {
                let name = entry?.file_name();
                let id = name.to_str().map(|name| name.strip_suffix(".part").unwrap_or(name));
                files.extend(id.and_then(|id| id.parse::<FileId>().ok()));
            }
            Ok(files)
        })
        .await
    }
}

/// A file that only this user can read.
fn own_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn hash_all(mut file: File) -> io::Result<Progress> {
    let mut progress = Progress::default();
    let mut buffer = vec![0; READ_BYTES];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(progress),
            bytes => {
                progress.hasher.update(&buffer[..bytes]);
                progress.offset += bytes as u64;
            }
        }
    }
}
