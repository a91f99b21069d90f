//! The video threads and how the session talks to them.
//!
//! One thread per open source takes pictures and encodes them, one decodes what comes. Nobody waits for another: a
//! picture that finds the next thread busy is dropped.

use crate::media::{
    cameras::{CameraChoice, CameraError},
    picture::Picture,
    screens::{ScreenChoice, ScreenError},
};
use bytes::Bytes;
use hallway_protocol::{
    ids::PersonId,
    video::{Layer, Source, VideoReport, VideoSlice},
};
use std::{
    io,
    path::PathBuf,
    sync::{
        Arc,
        mpsc::{Sender, channel},
    },
    time::{Duration, Instant},
};

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
    /// A person is gone.
    Forget(PersonId),
}

/// What the engine tells the session, from its own threads: the receiver only passes it on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VideoEvent {
    /// A slice in its form on the way up. Voice goes first.
    Slice(Bytes),
    /// The camera gives pictures: the light is on. Also after trouble.
    CameraOpened {
        /// Its name.
        name: String,
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
    /// How somebody's pictures come here, to be passed on.
    Report(VideoReport),
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

/// Starts video threads.
pub struct VideoEngine;

/// The session's end of the engine. Dropping it stops the threads, closes the camera and finishes files.
pub struct VideoHandle {
    commands: Sender<VideoCommand>,
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
        let (commands, incoming) = channel();
        std::thread::Builder::new().name("video".into()).spawn(move || {
            let _kept = (settings, deliver);
            while incoming.recv().is_ok() {}
        })?;
        Ok(VideoHandle { commands })
    }
}

impl VideoHandle {
    /// Tells the engine something, without waiting.
    pub fn send(&self, command: VideoCommand) {
        if self.commands.send(command).is_err() {
            tracing::debug!("the video thread is gone");
        }
    }

    /// What the engine did so far; at most half a second old.
    #[must_use]
    pub fn stats(&self) -> VideoStats {
        VideoStats::default()
    }
}

/// Whose pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Whose {
    /// The own ones, as they are sent.
    Own,
    /// Somebody else's.
    Of(PersonId),
}

/// The newest picture of everybody, for whoever draws. Cloning shares it; nobody waits long for it.
#[derive(Clone, Debug, Default)]
pub struct Gallery {
    shown: Arc<std::sync::Mutex<std::collections::HashMap<(Whose, Source), Shown>>>,
}

/// A picture to be drawn.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The picture.
    pub picture: Arc<Picture>,
    /// Counts the pictures of this stream, so that the same one is not uploaded twice.
    pub number: u64,
    /// When it came out of the camera or the decoder.
    pub at: Instant,
}

impl Gallery {
    /// The newest picture; `None` when there is none or the stream is over.
    #[must_use]
    pub fn newest(&self, whose: Whose, source: Source) -> Option<Shown> {
        self.lock().get(&(whose, source)).cloned()
    }

    /// Everything there is a picture of.
    #[must_use]
    pub fn all(&self) -> Vec<(Whose, Source)> {
        self.lock().keys().copied().collect()
    }

    /// Shows the next picture of a stream.
    pub fn show(&self, whose: Whose, source: Source, picture: Arc<Picture>, at: Instant) {
        let mut shown = self.lock();
        let number = shown.get(&(whose, source)).map_or(0, |shown| shown.number + 1);
        shown.insert((whose, source), Shown { picture, number, at });
    }

    /// Takes a stream's picture away.
    pub fn clear(&self, whose: Whose, source: Source) {
        self.lock().remove(&(whose, source));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, std::collections::HashMap<(Whose, Source), Shown>> {
        self.shown.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// How one remote stream comes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VideoQuality {
    /// Whose.
    pub of: PersonId,
    /// Which pictures.
    pub source: Source,
    /// Width and height of what is shown.
    pub size: (usize, usize),
    /// Pictures shown in the last second.
    pub rate: f32,
    /// Share of packets lost in the last second.
    pub loss: f32,
    /// Bits a second in the last second.
    pub bitrate: u32,
}

/// What the engine did so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VideoStats {
    /// Pictures taken from the camera and the screen.
    pub captured: u64,
    /// Frames encoded, of all layers.
    pub encoded: u64,
    /// Slices handed out for sending.
    pub sent: u64,
    /// Slices taken from the network.
    pub received: u64,
    /// Slices that never came.
    pub lost: u64,
    /// Frames that were decoded and shown.
    pub shown: u64,
    /// Frames dropped: incomplete, late, or before a keyframe.
    pub dropped: u64,
    /// Keyframes asked for.
    pub keyframes_wanted: u64,
    /// Bits a second that the encoders aim at, together.
    pub target_bitrate: u32,
    /// What is encoded of the camera now: width, height, pictures a second, of the largest layer.
    pub camera_encoding: Option<(usize, usize, f32)>,
    /// Each remote stream.
    pub streams: Vec<VideoQuality>,
    /// Longest time between a picture's arrival and its being shown in the last second.
    pub decode_delay: Duration,
}
