//! Pictures to H.264, with openh264.
//!
//! Baseline, one thread, no frames that refer to later ones, slices of the size of a packet. Rate control aims at the bits of
//! each second, and leaves a camera's picture out when they are spent. The library's control by time stamps went up to a quarter
//! above its target in single seconds (five seconds of pattern and of a moving texture at 60 to 600 kbit/s), of which a
//! queue would be made.

mod raw;

use super::slicer::MOST_NALS;
use crate::media::picture::Picture;
use openh264::{
    OpenH264API, Timestamp,
    encoder::{
        BitRate, Complexity, EncoderConfig, FrameRate, FrameType, Profile, QpRange, RateControlMode, UsageType,
        VuiConfig,
    },
    formats::YUVSource,
};
use std::time::Duration;
use thiserror::Error;

/// An encoder older than this is replaced at the next keyframe: what old ones make is known to decay into grey blocks
/// after hours.
const LIFE: Duration = Duration::from_secs(3600);
/// And if no keyframe is asked for, one is made so much later.
const LONGEST_LIFE: Duration = Duration::from_secs(3600 + 600);
/// Quantisers for cameras: finer is not seen, coarser is mud; a picture is rather left out.
const CAMERA_QP: QpRange = QpRange::new(18, 44);
/// For screens, where sharpness goes before the rate.
const SCREEN_QP: QpRange = QpRange::new(16, 36);

/// What the pictures are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// The world.
    Camera,
    /// Text and lines.
    Screen,
}

/// What the encoder aims at. The size is the picture's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    /// Bits in a second.
    pub bitrate: u32,
    /// Pictures in a second that come: each gets its share of the bits.
    pub rate: f32,
}

/// An encoded picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Encoded {
    /// Whether it can be decoded without any before it.
    pub keyframe: bool,
    /// NAL units with start codes.
    pub bytes: Vec<u8>,
    /// Where each of them ends.
    pub ends: Vec<usize>,
}

/// Why a picture could not be encoded. The next one is tried with a new encoder.
#[derive(Debug, Error)]
#[error("the video encoder failed: {0}")]
pub struct EncodeError(#[from] openh264::Error);

/// See the [module's description](self).
pub struct Encoder {
    content: Content,
    running: Option<Running>,
    wants_keyframe: bool,
}

struct Running {
    codec: openh264::encoder::Encoder,
    size: (usize, usize),
    target: Target,
    since: Duration,
}

impl Encoder {
    /// Nothing is set up before the first picture.
    #[must_use]
    pub fn new(content: Content) -> Self {
        Self { content, running: None, wants_keyframe: true }
    }

    /// The next frame is to be a keyframe.
    pub fn want_keyframe(&mut self) {
        self.wants_keyframe = true;
    }

    /// Encodes a picture that was taken at `picture.taken`; a new size makes a keyframe. `None` when it was left out,
    /// because the bits are spent.
    ///
    /// # Errors
    /// When the library fails.
    pub fn encode(&mut self, picture: &Picture, target: Target) -> Result<Option<Encoded>, EncodeError> {
        let result = self.try_encode(picture, target);
        match &result {
            Ok(Some(encoded)) => self.wants_keyframe &= !encoded.keyframe,
            Ok(None) => {}
            Err(_) => {
                self.running = None;
                self.wants_keyframe = true;
            }
        }
        result
    }

    fn try_encode(&mut self, picture: &Picture, target: Target) -> Result<Option<Encoded>, EncodeError> {
        let now = picture.taken;
        let size = (picture.width(), picture.height());
        let keyframe = self.wants_keyframe;
        let running = match self.running.take_if(|running| running.serves(size, keyframe, now)) {
            Some(mut running) => {
                running.aim_at(target);
                running
            }
            None => Running::new(self.content, size, target, now)?,
        };
        let running = self.running.insert(running);
        if keyframe {
            running.codec.force_intra_frame();
        }
        running.encode(picture)
    }
}

impl Running {
    fn new(content: Content, size: (usize, usize), target: Target, since: Duration) -> Result<Self, EncodeError> {
        let mut codec =
            openh264::encoder::Encoder::with_api_config(OpenH264API::from_source(), config(content, target))?;
        raw::quiet(&mut codec);
        Ok(Self { codec, size, target, since })
    }

    fn serves(&self, size: (usize, usize), keyframe: bool, now: Duration) -> bool {
        let age = now.saturating_sub(self.since);
        self.size == size && age < if keyframe { LIFE } else { LONGEST_LIFE }
    }

    fn aim_at(&mut self, target: Target) {
        if target.rate != self.target.rate && !raw::set_rate(&mut self.codec, target.rate) {
            tracing::debug!(rate = target.rate, "the encoder refuses a frame rate");
        }
        if target.bitrate != self.target.bitrate && !raw::set_bitrate(&mut self.codec, target.bitrate) {
            tracing::debug!(bitrate = target.bitrate, "the encoder refuses a bitrate");
        }
        self.target = target;
    }

    fn encode(&mut self, picture: &Picture) -> Result<Option<Encoded>, EncodeError> {
        // The library takes 0 for "none before".
        let at = picture.taken.saturating_sub(self.since).as_millis() as u64 + 1;
        let stream = self.codec.encode_at(&Planes(picture), Timestamp::from_millis(at))?;
        let keyframe = match stream.frame_type() {
            FrameType::IDR => true,
            FrameType::I | FrameType::P | FrameType::IPMixed => false,
            FrameType::Skip | FrameType::Invalid => return Ok(None),
        };
        let mut encoded = Encoded { keyframe, ..Encoded::default() };
        for layer in (0..stream.num_layers()).filter_map(|at| stream.layer(at)) {
            for nal in (0..layer.nal_count()).filter_map(|at| layer.nal_unit(at)) {
                encoded.bytes.extend_from_slice(nal);
                encoded.ends.push(encoded.bytes.len());
            }
        }
        Ok((!encoded.bytes.is_empty()).then_some(encoded))
    }
}

fn config(content: Content, target: Target) -> EncoderConfig {
    let (usage, qp) = match content {
        Content::Camera => (UsageType::CameraVideoRealTime, CAMERA_QP),
        Content::Screen => (UsageType::ScreenContentRealTime, SCREEN_QP),
    };
    EncoderConfig::new()
        .usage_type(usage)
        .qp(qp)
        .rate_control_mode(RateControlMode::Bitrate)
        .bitrate(BitRate::from_bps(target.bitrate))
        .max_frame_rate(FrameRate::from_hz(target.rate))
        // A screen's pictures wait for the link, and are not left out besides: the largest comes first, and seconds of them
        // would have to make up for it.
        .skip_frames(content == Content::Camera)
        .profile(Profile::Baseline)
        .complexity(Complexity::Low)
        .num_threads(1)
        .max_slice_len(MOST_NALS as u32)
        // A camera's scenes don't change, and a keyframe that nobody asked for is a burst. Screens need it by the library's
        // rule.
        .scene_change_detect(content == Content::Screen)
        .background_detection(content == Content::Camera)
        .adaptive_quantization(false)
        .vui(VuiConfig::bt709())
}

/// A picture as the library wants to see it.
struct Planes<'a>(&'a Picture);

impl YUVSource for Planes<'_> {
    fn dimensions(&self) -> (usize, usize) {
        (self.0.width(), self.0.height())
    }

    fn strides(&self) -> (usize, usize, usize) {
        (self.0.width(), self.0.width() / 2, self.0.width() / 2)
    }

    fn y(&self) -> &[u8] {
        self.0.y()
    }

    fn u(&self) -> &[u8] {
        self.0.u()
    }

    fn v(&self) -> &[u8] {
        self.0.v()
    }
}

#[cfg(test)]
mod tests;
