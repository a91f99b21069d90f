//! The video threads and how the session talks to them.
//!
//! Each open source has a thread that takes pictures and one that encodes them, and one thread decodes what comes. Nobody
//! waits for another: a picture that finds the next thread busy is dropped.

mod capture;
mod encode;
mod gallery;
mod run;
mod signal;
mod sink;
mod source;
mod stats;

use crate::media::{
    cameras::{self, Camera, CameraChoice, CameraError, Wish},
    picture::clock,
    screens::{self, Screen, ScreenChoice, ScreenError},
};
use bytes::Bytes;
pub use gallery::{Gallery, Shown, Whose};
use hallway_protocol::{
    ids::PersonId,
    video::{Layer, Source, StreamKey, VideoFeedback, VideoReport, VideoSlice},
};
pub use stats::{VideoQuality, VideoStats};
use std::{
    io,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
        mpsc::{Sender, channel},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

/// Most slices that wait for the video thread: three of the largest frames.
const WAITING_SLICES: usize = 768;

/// How the engine starts.
#[derive(Clone, Debug, Default)]
pub struct VideoSettings {
    /// What the camera is, once it is opened.
    pub camera: CameraChoice,
    /// Where received pictures are written as well, as Y4M; for scripts. Names of further streams are made of this one.
    pub sink: Option<PathBuf>,
    /// Where pictures are shown.
    pub gallery: Gallery,
}

/// What the session tells the engine. Nothing is captured before [`OpenCamera`](Self::OpenCamera) or
/// [`ShareScreen`](Self::ShareScreen).
#[derive(Clone, Debug)]
pub enum VideoCommand {
    /// Take pictures and send them.
    OpenCamera,
    /// No longer.
    CloseCamera,
    /// Another camera; if one is open, that one is opened in its place.
    ChooseCamera(CameraChoice),
    /// Take pictures of the screen and send them.
    ShareScreen(ScreenChoice),
    /// No longer.
    StopScreen,
    /// How many want each [`Layer`] of own pictures; layers that nobody wants are not encoded.
    SetReceivers {
        /// Which pictures.
        source: Source,
        /// How many, by [`Layer::index`].
        receivers: [u8; Layer::COUNT],
    },
    /// Pictures of a stream that were encoded have not left yet, or they have: until then no more are encoded, for the
    /// newest is better taken late than waited for.
    Wait {
        /// Which stream.
        stream: StreamKey,
        /// Whether.
        waits: bool,
    },
    /// Somebody can't go on before the next keyframe.
    SendKeyframe {
        /// Which pictures.
        source: Source,
        /// Which encoding.
        layer: Layer,
    },
    /// How own pictures come at a receiver.
    Reported(VideoReport),
    /// The media clock of the own call voice: it stood at this many samples (48 kHz) at that moment.
    SetMediaClock {
        /// Samples, wrapping.
        media_time: u32,
        /// When.
        at: Instant,
    },
    /// What is played of somebody's call voice, on the media clock of their packets, at that moment: their pictures are
    /// shown by it.
    SetVoicePlayed {
        /// Whose.
        of: PersonId,
        /// Samples, wrapping.
        media_time: u32,
        /// When.
        at: Instant,
    },
    /// A slice from the network.
    Receive {
        /// Whose.
        sender: PersonId,
        /// What.
        slice: VideoSlice,
    },
    /// Which encoding of somebody's pictures is asked of the server now; `None` frees all that is kept for them.
    Watch {
        /// Whose.
        of: PersonId,
        /// Which pictures.
        source: Source,
        /// Which encoding.
        layer: Option<Layer>,
    },
    /// Somebody says that the own link holds their pictures back for the others who watch this encoding.
    StepDown {
        /// Whose.
        of: PersonId,
        /// Which encoding of what.
        stream: StreamKey,
    },
    /// A person is gone.
    Forget(PersonId),
}

/// What the engine tells the session, from its own threads: the receiver only passes it on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VideoEvent {
    /// A slice in its form on the way up. Voice goes first.
    Slice(Bytes),
    /// What the encoder of a stream aims at from now on: slices leave at a pace that goes by it.
    AimsAt {
        /// Which stream.
        stream: StreamKey,
        /// Bits in a second.
        bitrate: u32,
    },
    /// A camera gives pictures: the light is on. Also after trouble, and when the one that was chosen takes over from one that
    /// stood in for it.
    CameraOpened {
        /// Its name.
        name: String,
        /// The camera that was chosen and is away, where this one stands in for it.
        instead_of: Option<String>,
    },
    /// There are no pictures now. The camera is tried again until it is closed.
    CameraTrouble(CameraError),
    /// The camera is shut, as it was told to be.
    CameraClosed,
    /// The screen is taken.
    ScreenOpened,
    /// The screen is no longer taken; with what stood against it, unless it was told to be so.
    ScreenClosed(Option<ScreenError>),
    /// Somebody's pictures can't be shown before the next keyframe. At most every
    /// [`KEYFRAME_INTERVAL`](hallway_protocol::limits::KEYFRAME_INTERVAL) for a stream.
    WantKeyframe {
        /// Whose.
        of: PersonId,
        /// Which pictures.
        source: Source,
        /// Which encoding.
        layer: Layer,
    },
    /// What is to be said to somebody of their pictures here, or of own ones there.
    Feedback(VideoFeedback),
    /// A smaller or larger encoding of somebody's pictures would suit the own link better.
    PreferLayer {
        /// Whose.
        of: PersonId,
        /// Which pictures.
        source: Source,
        /// Which encoding suits.
        layer: Layer,
    },
    /// Somebody's pictures no longer fit through the own link at all, or do again.
    LinkTooPoor {
        /// Whose.
        of: PersonId,
        /// Whether.
        too_poor: bool,
    },
}

/// Opens what pictures come from; [`Devices::default`] are the real ones.
#[derive(Clone)]
pub struct Devices {
    /// Opens a camera.
    pub open_camera: Arc<dyn Fn(&CameraChoice, Wish) -> Result<Box<dyn Camera>, CameraError> + Send + Sync>,
    /// Opens a screen.
    pub open_screen: Arc<dyn Fn(&ScreenChoice) -> Result<Box<dyn Screen>, ScreenError> + Send + Sync>,
}

impl Default for Devices {
    fn default() -> Self {
        Self { open_camera: Arc::new(cameras::open), open_screen: Arc::new(screens::open) }
    }
}

/// What travels to the video thread.
enum Message {
    /// A command, and when it was given: a slice has arrived then, however late this thread gets to it.
    Command(VideoCommand, Duration),
    Stop,
}

/// What both ends of the engine see.
#[derive(Default)]
struct Shared {
    waiting_slices: AtomicUsize,
    dropped_slices: AtomicU64,
    stats: Mutex<VideoStats>,
}

/// Starts video threads.
pub struct VideoEngine;

/// The session's end of the engine. Dropping it stops the threads, closes the camera and finishes files.
pub struct VideoHandle {
    commands: Sender<Message>,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl VideoEngine {
    /// Starts the engine; `deliver` is called on its threads and only passes the event on. Nothing is captured yet.
    ///
    /// # Errors
    /// When the file of the sink can't be created, or the system refuses a thread; reads as a sentence.
    pub fn start(
        settings: VideoSettings,
        deliver: impl Fn(VideoEvent) + Send + Sync + 'static,
    ) -> io::Result<VideoHandle> {
        Self::start_with(settings, Devices::default(), deliver)
    }

    /// The same with other cameras and screens.
    ///
    /// # Errors
    /// As of [`Self::start`].
    pub fn start_with(
        settings: VideoSettings,
        devices: Devices,
        deliver: impl Fn(VideoEvent) + Send + Sync + 'static,
    ) -> io::Result<VideoHandle> {
        let shared = Arc::new(Shared::default());
        let (commands, incoming) = channel();
        let runner = run::Runner::new(settings, devices, incoming, shared.clone(), Arc::new(deliver))?;
        let thread = std::thread::Builder::new().name("video".into()).spawn(move || runner.run())?;
        Ok(VideoHandle { commands, shared, thread: Some(thread) })
    }
}

impl VideoHandle {
    /// Tells the engine something, without waiting. Slices are dropped and counted while too many wait; other commands
    /// never are, for people cause them and they are few.
    pub fn send(&self, command: VideoCommand) {
        if matches!(command, VideoCommand::Receive { .. }) {
            if self.shared.waiting_slices.load(Relaxed) >= WAITING_SLICES {
                self.shared.dropped_slices.fetch_add(1, Relaxed);
                return;
            }
            self.shared.waiting_slices.fetch_add(1, Relaxed);
        }
        if self.commands.send(Message::Command(command, clock::now())).is_err() {
            tracing::debug!("the video thread is gone");
        }
    }

    /// What the engine did so far; at most half a second old.
    #[must_use]
    pub fn stats(&self) -> VideoStats {
        self.shared.stats.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for VideoHandle {
    fn drop(&mut self) {
        // A thread that is gone already needs no telling.
        let _ = self.commands.send(Message::Stop);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the video thread panicked");
        }
    }
}
