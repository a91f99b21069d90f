//! Real cameras, through nokhwa.
//!
//! A camera is opened and read on a thread of its own, for its driver may wait without end: a camera that freezes is
//! told within [`PATIENCE`], and the thread is left behind until it wakes. Never more than one per camera: as long as it
//! is stuck, opening that camera again says that it is frozen.

mod choose;
#[cfg(not(target_os = "linux"))]
mod elsewhere;
mod found;
mod names;
mod reader;
mod refusal;
mod slot;
mod stand_in;
#[cfg(target_os = "linux")]
mod v4l2;

use super::{Camera, CameraError, Wish};
use crate::media::picture::Picture;
use found::{Found, found};
use reader::{Answer, Reader};
use refusal::Refusal;
use slot::{SlotReader, Taken};
use stand_in::StandIn;
use std::{
    sync::{Mutex, PoisonError, mpsc::Receiver, mpsc::RecvTimeoutError},
    time::Duration,
};

/// How long a camera may give no picture before it counts as frozen.
const PATIENCE: Duration = Duration::from_secs(2);
/// The same for its first picture: cameras measure the light first.
const FIRST_PATIENCE: Duration = Duration::from_secs(5);
/// How long opening may take.
const OPEN_PATIENCE: Duration = Duration::from_secs(5);
/// How long closing is waited for: a camera's thread sees it with the next picture.
const CLOSE_PATIENCE: Duration = Duration::from_millis(500);

/// Threads that were stuck in a camera's driver when it was closed, by what the system calls it. They wake when the
/// camera gives pictures again or is unplugged, and end then.
static LEFT_BEHIND: Mutex<Vec<(String, Ended)>> = Mutex::new(Vec::new());

/// Tells the end of a thread: nothing is ever sent through it.
type Ended = Receiver<std::convert::Infallible>;

/// An open camera.
struct DeviceCamera {
    name: String,
    id: String,
    /// `None` once it is closed.
    pictures: Option<SlotReader<Answer>>,
    ended: Option<Ended>,
    patience: Duration,
}

/// Opens the camera called `wanted`, or the first that can be had; that one also stands in for one that is away.
pub(super) fn open(wanted: Option<&str>, wish: Wish) -> Result<Box<dyn Camera>, CameraError> {
    let found = found();
    let Some(wanted) = wanted else {
        return open_first(&found, wish).map_err(|error| error.unwrap_or(CameraError::NoCamera));
    };
    if let Some(meant) = meant(&found, wanted) {
        return Ok(Box::new(DeviceCamera::open(meant, wish)?));
    }
    let gone = || CameraError::Unplugged { name: wanted.into() };
    let camera = open_first(&found, wish).map_err(|error| error.unwrap_or_else(gone))?;
    let wanted = wanted.to_owned();
    Ok(Box::new(StandIn::new(camera, wanted.clone(), move || {
        let found = found::found();
        DeviceCamera::open(meant(&found, &wanted)?, wish).ok().map(|camera| Box::new(camera) as _)
    })))
}

/// The camera of this name or, where none has it, at this place in the list, counted from 0.
fn meant<'a>(found: &'a [Found], wanted: &str) -> Option<&'a Found> {
    let named = found.iter().find(|camera| camera.name == wanted);
    named.or_else(|| found.get(wanted.parse::<usize>().ok()?))
}

/// The names of all cameras.
pub(super) fn list() -> Vec<String> {
    found().into_iter().map(|camera| camera.name).collect()
}

/// The first one that opens; else why the first one doesn't, and nothing when there is none.
fn open_first(found: &[Found], wish: Wish) -> Result<Box<dyn Camera>, Option<CameraError>> {
    let mut why = None;
    for camera in found {
        match DeviceCamera::open(camera, wish) {
            Ok(camera) => return Ok(Box::new(camera)),
            Err(error) => why = why.or(Some(error)),
        }
    }
    Err(why)
}

impl DeviceCamera {
    fn open(camera: &Found, wish: Wish) -> Result<Self, CameraError> {
        let (name, id) = (camera.name.clone(), camera.id());
        if is_still_stuck(&id) {
            return Err(CameraError::Frozen { name });
        }
        let Reader { opened, pictures, ended } =
            Reader::start(camera.index.clone(), wish).map_err(|error| Refusal::from(error).about(&name))?;
        // From here on its end sees to the thread.
        let this = Self { name, id, pictures: Some(pictures), ended: Some(ended), patience: FIRST_PATIENCE };
        match opened.recv_timeout(OPEN_PATIENCE) {
            Ok(Ok(())) => Ok(this),
            Ok(Err(refusal)) => Err(refusal.about(&this.name)),
            Err(RecvTimeoutError::Timeout) => Err(CameraError::Frozen { name: this.name.clone() }),
            Err(RecvTimeoutError::Disconnected) => Err(Refusal::driver_failed().about(&this.name)),
        }
    }
}

impl Camera for DeviceCamera {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn next(&mut self) -> Result<Picture, CameraError> {
        let taken = self.pictures.as_ref().map_or(Taken::Over, |pictures| pictures.take_within(self.patience));
        match taken {
            Taken::New(Ok(picture)) => {
                self.patience = PATIENCE;
                Ok(picture)
            }
            Taken::New(Err(refusal)) => Err(refusal.about(&self.name)),
            Taken::Nothing => Err(CameraError::Frozen { name: self.name.clone() }),
            Taken::Over => Err(Refusal::driver_failed().about(&self.name)),
        }
    }
}

impl Drop for DeviceCamera {
    /// Closes the camera; it is closed indeed when this returns, unless its driver is stuck.
    fn drop(&mut self) {
        self.pictures = None;
        if let Some(ended) = self.ended.take()
            && !is_over(&ended, CLOSE_PATIENCE)
        {
            tracing::warn!(camera = self.name, "a camera doesn't close");
            left_behind().push((std::mem::take(&mut self.id), ended));
        }
    }
}

/// Whether a thread that was left behind still has the camera. It is waited for a while: it may only be slow.
fn is_still_stuck(id: &str) -> bool {
    let Some(ended) = taken_from_left_behind(id) else { return false };
    if is_over(&ended, PATIENCE) {
        return false;
    }
    left_behind().push((id.to_owned(), ended));
    true
}

fn taken_from_left_behind(id: &str) -> Option<Ended> {
    let mut left = left_behind();
    left.retain(|(_, ended)| !is_over(ended, Duration::ZERO));
    let place = left.iter().position(|(stuck, _)| stuck == id)?;
    Some(left.swap_remove(place).1)
}

fn left_behind() -> std::sync::MutexGuard<'static, Vec<(String, Ended)>> {
    LEFT_BEHIND.lock().unwrap_or_else(PoisonError::into_inner)
}

fn is_over(ended: &Ended, patience: Duration) -> bool {
    matches!(ended.recv_timeout(patience), Err(RecvTimeoutError::Disconnected))
}
