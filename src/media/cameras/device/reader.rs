//! The thread that has a camera open.

#[cfg(not(target_os = "linux"))]
use super::elsewhere::open;
#[cfg(target_os = "linux")]
use super::v4l2::open;
use super::{
    Ended, Refusal,
    choose::{Coding, Offer},
    slot::{SlotReader, SlotWriter, slot},
};
use crate::media::{
    cameras::Wish,
    picture::{Converter, Picture, Pixels, clock, decode_jpeg},
};
use nokhwa::{
    Camera,
    utils::{CameraIndex, FrameFormat},
};
use std::{
    convert::Infallible,
    io,
    sync::mpsc::{Receiver, Sender, channel},
    thread,
};

/// What comes of a camera: a picture, or why there are no more.
pub(super) type Answer = Result<Picture, Refusal>;

/// The ends of the thread.
pub(super) struct Reader {
    /// Whether the camera opened: one answer.
    pub(super) opened: Receiver<Result<(), Refusal>>,
    /// Its newest picture. Dropping this closes the camera with the picture after.
    pub(super) pictures: SlotReader<Answer>,
    /// The thread's end, after the camera is closed.
    pub(super) ended: Ended,
}

/// A camera that is open, and what it sends.
pub(super) struct OpenCamera {
    pub(super) camera: Camera,
    pub(super) offer: Offer,
    /// Bytes in a row, where the system tells.
    pub(super) stride: Option<usize>,
}

impl Reader {
    /// Starts the thread, which opens the camera.
    pub(super) fn start(index: CameraIndex, wish: Wish) -> io::Result<Self> {
        let (tell, opened) = channel();
        let (writer, pictures) = slot();
        let (ending, ended) = channel::<Infallible>();
        // Not joined: it may be stuck in the driver for good.
        thread::Builder::new().name("camera-reader".into()).spawn(move || {
            // Dropped last, after the camera.
            let _ending: Sender<Infallible> = ending;
            run(&index, wish, &tell, &writer);
        })?;
        Ok(Self { opened, pictures, ended })
    }
}

fn run(index: &CameraIndex, wish: Wish, tell: &Sender<Result<(), Refusal>>, writer: &SlotWriter<Answer>) {
    let mut open = match open_stream(index, wish) {
        Ok(open) => open,
        Err(refusal) => {
            // Nobody waits any more where opening took too long.
            let _ = tell.send(Err(refusal));
            return;
        }
    };
    tracing::info!(camera = %index, offer = ?open.offer, "a camera is open");
    if tell.send(Ok(())).is_err() {
        return;
    }
    let mut converter = Converter::default();
    while writer.is_read() {
        match open.camera.frame_raw() {
            // A picture that can't be read is skipped: the next one may be whole.
            Ok(data) => {
                let picture = convert(&mut converter, &data, open.offer, open.stride);
                if picture.is_some_and(|picture| !writer.put(Ok(picture))) {
                    return;
                }
            }
            Err(error) => {
                writer.put(Err(error.into()));
                return;
            }
        }
    }
}

fn open_stream(index: &CameraIndex, wish: Wish) -> Result<OpenCamera, Refusal> {
    if !nokhwa::nokhwa_check() {
        return Err(Refusal::Forbidden);
    }
    let mut open = open(index, wish)?;
    open.camera.open_stream()?;
    Ok(open)
}

fn convert(converter: &mut Converter, data: &[u8], offer: Offer, stride: Option<usize>) -> Option<Picture> {
    let pixels = match offer.coding {
        Coding::Jpeg => return decode_jpeg(data, converter, clock::now()),
        Coding::Yuyv => Pixels::Yuyv,
        Coding::Nv12 => Pixels::Nv12,
        Coding::Rgb => Pixels::Rgb,
        Coding::Bgr => Pixels::Bgr,
        Coding::Gray => Pixels::Gray,
    };
    converter.convert(data, pixels, stride, (offer.width, offer.height), clock::now())
}

impl Coding {
    /// nokhwa's name for it.
    pub(super) fn frame_format(self) -> FrameFormat {
        match self {
            Self::Yuyv => FrameFormat::YUYV,
            Self::Nv12 => FrameFormat::NV12,
            Self::Rgb => FrameFormat::RAWRGB,
            Self::Bgr => FrameFormat::RAWBGR,
            Self::Gray => FrameFormat::GRAY,
            Self::Jpeg => FrameFormat::MJPEG,
        }
    }
}
