//! The thread of a camera or a screen: opens it, takes pictures, tells of trouble, and tries again.

use super::{Devices, Gallery, VideoEvent, Whose, encode::Slot, signal::Signal};
use crate::media::{
    cameras::{Camera, CameraChoice, CameraError, Wish},
    picture::{Picture, clock},
    screens::{Screen, ScreenChoice, ScreenError},
};
use hallway_protocol::video::Source;
use std::{
    io, mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::AcqRel},
    },
    thread,
    time::Duration,
};

/// How long a camera that failed is left alone.
const RETRY: Duration = Duration::from_secs(1);
/// How long a device may take to let go before another one is opened in its place, or it is called shut: a camera that
/// froze is waited for by its own thread for two seconds, and half a second more to be closed.
pub(super) const LET_GO: Duration = Duration::from_secs(3);
/// A picture's time is believed when it is no older than this. Cameras may stamp pictures as they like.
const BELIEVED: Duration = Duration::from_secs(1);

/// What pictures are taken of.
#[derive(Clone, Debug)]
pub(super) enum Subject {
    Camera(CameraChoice, Wish),
    Screen(ScreenChoice),
}

/// What the thread works with.
#[derive(Clone)]
pub(super) struct Studio {
    pub(super) devices: Devices,
    pub(super) gallery: Gallery,
    pub(super) slot: Arc<Slot>,
    pub(super) deliver: Deliver,
}

/// A running capture.
pub(super) struct Capture {
    ends: Arc<Ends>,
}

/// What both ends of it know.
struct Ends {
    source: Source,
    stop: Signal,
    done: Signal,
    /// Whether somebody is to be told that the device has let go, and was not yet.
    tell_closed: AtomicBool,
    deliver: Deliver,
}

pub(super) type Deliver = Arc<dyn Fn(VideoEvent) + Send + Sync>;

impl Capture {
    /// Begins, once `after` has let go.
    pub(super) fn start(source: Source, subject: Subject, studio: Studio, after: Option<Self>) -> io::Result<Self> {
        let (stop, done, deliver) = (Signal::default(), Signal::default(), studio.deliver.clone());
        let ends = Arc::new(Ends { source, stop, done, tell_closed: AtomicBool::new(false), deliver });
        let capture = Self { ends: ends.clone() };
        let shooting = Shooting { ends: ends.clone(), studio, told: None };
        let name = match source {
            Source::Camera => "video-camera",
            Source::Screen => "video-screen",
        };
        thread::Builder::new().name(name.into()).spawn(move || {
            // Whatever happens here, nobody waits for this thread in vain.
            let _done = Raise(ends);
            if after.is_some_and(|after| !after.wait(LET_GO)) {
                tracing::warn!(?source, "a device does not let go; another one is opened beside it");
            }
            match subject {
                Subject::Camera(choice, wish) => shooting.camera(&choice, wish),
                Subject::Screen(choice) => shooting.screen(&choice),
            }
        })?;
        Ok(capture)
    }

    /// Tells it to stop, without waiting and without a word.
    pub(super) fn stop(&self) {
        self.ends.stop.raise();
    }

    /// Tells it to stop, and to tell when it has.
    pub(super) fn close(&self) {
        self.ends.tell_closed.swap(true, AcqRel);
        self.ends.stop.raise();
        if self.is_done() {
            self.ends.tell_closed();
        }
    }

    /// Tells now that it is closed, if that was not told yet.
    pub(super) fn tell_closed(&self) {
        self.ends.tell_closed();
    }

    /// Whether it has let go of its device.
    pub(super) fn is_done(&self) -> bool {
        self.ends.done.is_raised()
    }

    /// Waits until it has let go; false when it didn't in that time.
    pub(super) fn wait(&self, longest: Duration) -> bool {
        self.ends.done.wait(longest)
    }
}

impl Ends {
    fn tell_closed(&self) {
        if self.tell_closed.swap(false, AcqRel) {
            (self.deliver)(match self.source {
                Source::Camera => VideoEvent::CameraClosed,
                Source::Screen => VideoEvent::ScreenClosed(None),
            });
        }
    }
}

/// Says at the end of the thread that it is over.
struct Raise(Arc<Ends>);

impl Drop for Raise {
    fn drop(&mut self) {
        self.0.done.raise();
        self.0.tell_closed();
    }
}

struct Shooting {
    ends: Arc<Ends>,
    studio: Studio,
    /// The kind of trouble that was told last.
    told: Option<mem::Discriminant<CameraError>>,
}

impl Shooting {
    fn camera(mut self, choice: &CameraChoice, wish: Wish) {
        while !self.ends.stop.is_raised() {
            let opened = guarded(choice, || (self.studio.devices.open_camera)(choice, wish));
            let error = match opened {
                Ok(camera) => self.shoot(camera, choice),
                Err(error) => Some(error),
            };
            if let Some(error) = error {
                self.studio.gallery.clear(Whose::Own, Source::Camera);
                self.tell_trouble(error);
                self.ends.stop.wait(RETRY);
            }
        }
        self.studio.gallery.clear(Whose::Own, Source::Camera);
    }

    /// Takes pictures until told to stop, or until there are no more.
    fn shoot(&mut self, mut camera: Box<dyn Camera>, choice: &CameraChoice) -> Option<CameraError> {
        // The camera that was chosen takes over from one that stood in for it.
        let mut told_name = None;
        loop {
            let picture = guarded(choice, || camera.next());
            if self.ends.stop.is_raised() {
                return None;
            }
            match picture {
                Ok(picture) => self.publish(picture, Source::Camera),
                Err(error) => return Some(error),
            }
            let name = camera.name();
            if told_name.as_ref() != Some(&name) {
                self.told = None;
                self.tell(VideoEvent::CameraOpened { name: name.clone(), instead_of: camera.instead_of() });
                told_name = Some(name);
            }
        }
    }

    fn screen(self, choice: &ScreenChoice) {
        let error = match (self.studio.devices.open_screen)(choice) {
            Ok(screen) => self.take_screens(screen),
            Err(error) => Some(error),
        };
        self.studio.gallery.clear(Whose::Own, Source::Screen);
        if let Some(error) = error {
            self.tell(VideoEvent::ScreenClosed(Some(error)));
        }
    }

    fn take_screens(&self, mut screen: Box<dyn Screen>) -> Option<ScreenError> {
        let mut first = true;
        let mut due = clock::now();
        while !self.ends.stop.wait(due.saturating_sub(clock::now())) {
            let taken = catch_unwind(AssertUnwindSafe(|| screen.take()))
                .unwrap_or_else(|_| Err(ScreenError::Other("the system's capture failed".into())));
            match taken {
                Ok(picture) => self.publish(picture, Source::Screen),
                Err(error) => return Some(error),
            }
            if mem::take(&mut first) {
                self.tell(VideoEvent::ScreenOpened);
            }
            due = (due + self.studio.slot.interval()).max(clock::now());
        }
        None
    }

    fn publish(&self, mut picture: Picture, source: Source) {
        let now = clock::now();
        if picture.taken > now || now - picture.taken > BELIEVED {
            picture.taken = now;
        }
        let moment = clock::moment(picture.taken);
        let picture = Arc::new(picture);
        self.studio.gallery.show(Whose::Own, source, picture.clone(), moment);
        self.studio.slot.put(picture);
    }

    /// Tells of trouble, but not of the same kind again and again.
    fn tell_trouble(&mut self, error: CameraError) {
        let kind = mem::discriminant(&error);
        if self.told.replace(kind) != Some(kind) {
            self.tell(VideoEvent::CameraTrouble(error));
        }
    }

    /// Says something, unless nobody asks any more.
    fn tell(&self, event: VideoEvent) {
        if !self.ends.stop.is_raised() {
            (self.studio.deliver)(event);
        }
    }
}

/// What a driver does must not take the thread down.
fn guarded<T>(choice: &CameraChoice, act: impl FnOnce() -> Result<T, CameraError>) -> Result<T, CameraError> {
    catch_unwind(AssertUnwindSafe(act)).unwrap_or_else(|_| {
        Err(CameraError::Other { name: name_of(choice), why: "its driver failed in a way that nobody foresaw".into() })
    })
}

/// What a camera that can't be asked is called.
fn name_of(choice: &CameraChoice) -> String {
    match choice {
        CameraChoice::None => "no camera".into(),
        CameraChoice::Default => "the camera".into(),
        CameraChoice::Device(name) => name.clone(),
        CameraChoice::Pattern => "the test pattern".into(),
        CameraChoice::File(path) => path.display().to_string(),
    }
}
