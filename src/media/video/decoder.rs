//! H.264 to pictures, with openh264.
//!
//! An error is normal: it says that a keyframe is needed. A library that panics is treated like one that fails, and one
//! that fails often is left alone for a while.

use crate::media::picture::Picture;
use openh264::{
    OpenH264API,
    decoder::{DecodedYUV, DecoderConfig, Flush},
    formats::YUVSource,
};
use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};
use thiserror::Error;

/// Failures of a stream within [`STRIKES_WITHIN`] after which it is shut off: lost packets never come here, so these are
/// a broken sender or an evil one.
const STRIKES: usize = 8;
/// The time in which failures are counted.
const STRIKES_WITHIN: Duration = Duration::from_secs(10);
/// How long a stream stays shut off.
const SHUT_OFF: Duration = Duration::from_secs(10);

/// Why there is no picture.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The library says so.
    #[error("the video decoder failed: {0}")]
    Failed(#[from] openh264::Error),
    /// The library panicked.
    #[error("the video decoder panicked")]
    Panicked,
    /// It gave a picture of another size than the stream said, or of none.
    #[error("the video decoder gave no usable picture")]
    NoPicture,
    /// It failed before, and this is no keyframe.
    #[error("no keyframe since the video decoder failed")]
    NoKeyframe,
}

/// Decodes one stream. After an error nothing but a keyframe is taken.
#[derive(Default)]
pub struct Decoder {
    codec: Option<openh264::decoder::Decoder>,
}

impl Decoder {
    /// The picture of a whole frame that was inspected before and said to have this size. `taken` goes into the picture.
    ///
    /// # Errors
    /// When there is none; then the next frame has to be a keyframe.
    pub fn decode(
        &mut self,
        frame: &[u8],
        keyframe: bool,
        size: (usize, usize),
        taken: Duration,
    ) -> Result<Picture, DecodeError> {
        // Dropped on every way out but the good one.
        let codec = match self.codec.take() {
            Some(codec) => codec,
            None if keyframe => new_codec()?,
            None => return Err(DecodeError::NoKeyframe),
        };
        let attempt = catch_unwind(AssertUnwindSafe(move || {
            let mut codec = codec;
            let picture = codec.decode(frame).map(|decoded| decoded.and_then(|decoded| copy(&decoded, size, taken)));
            (codec, picture)
        }));
        let (codec, picture) = attempt.map_err(|_| DecodeError::Panicked)?;
        let picture = picture?.ok_or(DecodeError::NoPicture)?;
        self.codec = Some(codec);
        Ok(picture)
    }

    /// Frees what the library holds.
    pub fn reset(&mut self) {
        self.codec = None;
    }
}

fn new_codec() -> Result<openh264::decoder::Decoder, openh264::Error> {
    // Nothing is ever held back in the plain profile, so there is nothing to flush.
    let config = DecoderConfig::new().flush_after_decode(Flush::NoFlush);
    openh264::decoder::Decoder::with_api_config(OpenH264API::from_source(), config)
}

/// Copies what was decoded without the gaps between its lines. `None` when it has another size.
fn copy(decoded: &DecodedYUV<'_>, size: (usize, usize), taken: Duration) -> Option<Picture> {
    let (width, height) = decoded.dimensions();
    if (width, height) != size {
        return None;
    }
    let strides = decoded.strides();
    let mut data = Vec::with_capacity(Picture::bytes_of(width, height));
    for (plane, stride, width, height) in [
        (decoded.y(), strides.0, width, height),
        (decoded.u(), strides.1, width / 2, height / 2),
        (decoded.v(), strides.2, width / 2, height / 2),
    ] {
        for line in 0..height {
            data.extend_from_slice(plane.get(line * stride..line * stride + width)?);
        }
    }
    Picture::new(width, height, data, taken)
}

/// Counts a stream's failures, and shuts it off when there are too many. The clock is the caller's.
#[derive(Clone, Debug, Default)]
pub struct Strikes {
    recent: VecDeque<Duration>,
    shut_until: Option<Duration>,
}

impl Strikes {
    /// A frame was refused or could not be decoded.
    pub fn strike(&mut self, now: Duration) {
        self.recent.retain(|at| now.saturating_sub(*at) < STRIKES_WITHIN);
        self.recent.push_back(now);
        if self.recent.len() >= STRIKES {
            self.recent.clear();
            self.shut_until = Some(now + SHUT_OFF);
        }
    }

    /// Whether the stream is shut off.
    #[must_use]
    pub fn is_shut(&self, now: Duration) -> bool {
        self.shut_until.is_some_and(|until| now < until)
    }
}

#[cfg(test)]
mod tests;
