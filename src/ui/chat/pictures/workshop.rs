//! The thread that decodes pictures: one after the other, so that only one at a time takes much memory.

use crate::media::stills::{self, StillError};
use bevy::platform::cell::SyncCell;
use bevy_egui::egui::{ColorImage, Context};
use hallway_protocol::{file::FileId, limits::PICTURE_BYTES};
use std::{
    fs::File,
    io::{self, Read},
    path::Path,
    sync::{
        Arc,
        mpsc::{self, Receiver, SyncSender},
    },
    thread,
};

/// Pictures that may wait: as many as are in view.
const JOBS: usize = 16;
/// Size of the small ones: as they stand in the chat, on a display with two pixels a point.
const SMALL: (u32, u32) = (640, 480);
/// Size of a large one: what any machine takes as a texture.
const LARGE: (u32, u32) = (2048, 2048);

/// See the [module's description](self). The thread ends with this.
pub(super) struct Workshop {
    jobs: SyncSender<Job>,
    done: SyncCell<Receiver<Done>>,
}

/// How large a picture is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Size {
    Small,
    Large,
}

/// A picture to be decoded.
pub(super) struct Job {
    pub(super) file: FileId,
    pub(super) path: Arc<Path>,
    pub(super) size: Size,
}

/// What became of it.
pub(super) struct Done {
    pub(super) job: Job,
    pub(super) picture: Result<Decoded, Trouble>,
}

pub(super) struct Decoded {
    pub(super) image: ColorImage,
    pub(super) original: (u32, u32),
}

/// Why there is no picture.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The file is not there any more.
    Gone,
    /// It can't be shown; a sentence tells why.
    Refused(String),
}

impl Workshop {
    /// Starts the thread. `None` where the system gives none.
    pub(super) fn start(ctx: Context) -> Option<Self> {
        let (jobs, waiting) = mpsc::sync_channel::<Job>(JOBS);
        let (told, done) = mpsc::sync_channel(JOBS);
        let work = move || {
            while let Ok(job) = waiting.recv() {
                let picture = decode(&job.path, job.size);
                if told.send(Done { job, picture }).is_err() {
                    return;
                }
                ctx.request_repaint();
            }
        };
        let spawned = thread::Builder::new().name("pictures".to_owned()).spawn(work);
        spawned.inspect_err(|error| tracing::warn!(%error, "no thread to decode pictures on")).ok()?;
        Some(Self { jobs, done: SyncCell::new(done) })
    }

    /// Has a picture decoded. False where too much waits already.
    pub(super) fn take_in(&self, job: Job) -> bool {
        self.jobs.try_send(job).is_ok()
    }

    pub(super) fn done(&mut self) -> Option<Done> {
        self.done.get().try_recv().ok()
    }
}

fn decode(path: &Path, size: Size) -> Result<Decoded, Trouble> {
    let file = read(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Trouble::Gone,
        _ => Trouble::Refused(format!("The picture can't be read: {error}.")),
    })?;
    let most = if size == Size::Small { SMALL } else { LARGE };
    let still = stills::read(&file, most).map_err(|why: StillError| Trouble::Refused(format!("Not shown: {why}.")))?;
    let image = ColorImage::from_rgba_unmultiplied([still.width as usize, still.height as usize], &still.rgba);
    Ok(Decoded { image, original: still.original })
}

/// No more than a picture may have, whatever was fetched.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = Vec::new();
    File::open(path)?.take(PICTURE_BYTES).read_to_end(&mut file)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_picture_says_so_and_what_is_gone_is_fetched_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("picture.png");
        assert_eq!(decode(&path, Size::Small).err(), Some(Trouble::Gone));
        std::fs::write(&path, "<svg><script>alert(1)</script></svg>").unwrap();
        let Err(Trouble::Refused(why)) = decode(&path, Size::Small) else { panic!("it was shown") };
        assert_eq!(why, "Not shown: it is no PNG, JPEG, WebP or GIF picture.");
    }
}
