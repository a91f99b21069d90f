//! Between disk and network: a thread that may wait for the disk on one side, the request on the other, and a few buffers
//! in between.

use super::cause::Cause;
use bytes::{Bytes, BytesMut};
use hallway_protocol::file::FileHash;
use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Write},
    path::Path,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    task::{Context, Poll},
    thread::{self, JoinHandle},
};
use tokio::sync::{OwnedMutexGuard, mpsc};

/// Read or written at once.
const BUFFER: usize = 256 * 1024;
/// Buffers that may wait between disk and network: a megabyte.
pub(super) const WAITING: usize = 4;
/// Bytes of a fetched file after which the next part is written out to the disk, where the one before is.
const WRITTEN_OUT: u64 = 32 * 1024 * 1024;

/// Reads a file from its beginning, hashes all of it, and hands out what lies behind `offset`. Gives the hash. Ends early
/// where nobody takes the bytes any more.
pub(super) fn read_out(path: &Path, offset: u64, bytes: u64, out: &mpsc::Sender<Bytes>) -> Result<FileHash, Cause> {
    let failed = |error: io::Error| Cause::local("read", path, &error);
    let changed = || Cause::never("changed", "The file was changed while it was sent; send it again.");
    let mut file = File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.len() != bytes {
        return Err(changed());
    }
    let (mut hasher, mut at) = (blake3::Hasher::new(), 0);
    while at < bytes {
        // What the server has ends in the middle of a buffer, hardly ever at its end.
        let end = if at < offset { offset } else { bytes };
        let mut buffer = BytesMut::zeroed(usize::try_from(end - at).unwrap_or(BUFFER).min(BUFFER));
        file.read_exact(&mut buffer).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => changed(),
            _ => failed(error),
        })?;
        hasher.update(&buffer);
        at += buffer.len() as u64;
        if at > offset && out.blocking_send(buffer.freeze()).is_err() {
            return Err(Cause::Later("The connection broke.".to_owned()));
        }
    }
    Ok(hasher.finalize().into())
}

/// The body of an upload: what a reader hands out.
pub(super) struct Outbound {
    pub(super) from: mpsc::Receiver<Bytes>,
    /// What is left.
    pub(super) left: u64,
    /// What has left, counted from the file's beginning.
    pub(super) done: Arc<AtomicU64>,
}

impl http_body::Body for Outbound {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, io::Error>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        self.from.poll_recv(context).map(|came| {
            let Some(bytes) = came else {
                return Some(Err(io::Error::other("the file could not be read to its end")));
            };
            self.left = self.left.saturating_sub(bytes.len() as u64);
            self.done.fetch_add(bytes.len() as u64, Relaxed);
            Some(Ok(http_body::Frame::data(bytes)))
        })
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> http_body::SizeHint {
        http_body::SizeHint::with_exact(self.left)
    }
}

/// Has what came of a large file written out to the disk while the rest still comes, so that not all of it has to be
/// waited for at its end.
struct Outward {
    asked: u64,
    running: Option<JoinHandle<io::Result<()>>>,
}

impl Outward {
    fn new(bytes: u64) -> Self {
        Self { asked: bytes, running: None }
    }

    fn go_on(&mut self, file: &File, bytes: u64) -> io::Result<()> {
        let since = bytes - self.asked;
        let is_running = self.running.as_ref().is_some_and(|running| !running.is_finished());
        // A disk that is slower than the network is waited for in between, not at the end.
        if since < WRITTEN_OUT || (is_running && since < 2 * WRITTEN_OUT) {
            return Ok(());
        }
        self.end()?;
        let file = file.try_clone()?;
        self.asked = bytes;
        let write_out = move || file.sync_data();
        self.running = Some(thread::Builder::new().name("files-disk".to_owned()).spawn(write_out)?);
        Ok(())
    }

    /// Waits for what is on its way.
    fn end(&mut self) -> io::Result<()> {
        let Some(running) = self.running.take() else { return Ok(()) };
        running.join().map_err(|_| io::Error::other("what was to write the file out has failed"))?
    }
}

/// What is there of a file that is being fetched.
pub(super) struct Fetched {
    pub(super) file: File,
    pub(super) hasher: blake3::Hasher,
    pub(super) bytes: u64,
}

impl Fetched {
    /// Opens a part, and reads what is in it. One that is longer than the file can be is begun anew.
    pub(super) fn open(part: &Path, most: u64) -> io::Result<Self> {
        if let Some(folder) = part.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut options = OpenOptions::new();
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.read(true).append(true).create(true).open(part)?;
        let mut fetched = Self { file, hasher: blake3::Hasher::new(), bytes: 0 };
        if fetched.file.metadata()?.len() > most {
            fetched.empty()?;
        }
        let mut buffer = vec![0; BUFFER];
        loop {
            match fetched.file.read(&mut buffer)? {
                0 => return Ok(fetched),
                read => {
                    fetched.hasher.update(&buffer[..read]);
                    fetched.bytes += read as u64;
                }
            }
        }
    }

    /// Begins anew.
    pub(super) fn empty(&mut self) -> io::Result<()> {
        self.file.set_len(0)?;
        self.hasher.reset();
        self.bytes = 0;
        Ok(())
    }

    /// Writes what comes in until no more does. `turn` is held until the last byte is written.
    pub(super) fn write_in(
        mut self,
        mut from: mpsc::Receiver<Vec<Bytes>>,
        _turn: &OwnedMutexGuard<()>,
    ) -> io::Result<Self> {
        let mut outward = Outward::new(self.bytes);
        while let Some(came) = from.blocking_recv() {
            for bytes in came {
                self.file.write_all(&bytes)?;
                self.hasher.update(&bytes);
                self.bytes += bytes.len() as u64;
            }
            outward.go_on(&self.file, self.bytes)?;
        }
        outward.end()?;
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::transfers::cause::Cause;

    #[cfg(target_os = "linux")]
    #[test]
    fn a_disk_that_fills_up_in_the_middle_is_told_as_that() {
        let file = OpenOptions::new().append(true).open("/dev/full").unwrap();
        let fetched = Fetched { file, hasher: blake3::Hasher::new(), bytes: 0 };
        let (into, from) = mpsc::channel(1);
        into.blocking_send(vec![Bytes::from_static(b"hello")]).unwrap();
        let turn = Arc::new(tokio::sync::Mutex::new(())).try_lock_owned().unwrap();
        let error = fetched.write_in(from, &turn).err().unwrap();
        let cause = Cause::local("written", Path::new("a"), &error);
        assert!(matches!(cause, Cause::Never { code, .. } if code == "disk_full"));
    }

    #[test]
    fn a_large_file_is_written_out_while_it_comes() {
        let folder = tempfile::tempdir().unwrap();
        let fetched = Fetched::open(&folder.path().join("a"), 3 * WRITTEN_OUT).unwrap();
        let mut outward = Outward::new(0);
        let steps = (1..=3).map(|step| step * WRITTEN_OUT);
        assert!(steps.map(|bytes| outward.go_on(&fetched.file, bytes)).all(|done| done.is_ok()));
        assert!(outward.asked >= WRITTEN_OUT);
        outward.end().unwrap();
        assert!(outward.running.is_none());
    }
}
