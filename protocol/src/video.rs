//! Video on the wire: the header in front of each slice of an encoded picture, and what receivers say of them.
//!
//! Up: `[stream u8][flags u8][frame u16][slice u8][slices u8][seq u16][media_time u32][waited u16]`, little-endian, then
//! one or more whole NAL units of H.264 with start codes, which belong to one frame. Down: the sender's id (u32) in front of
//! the same bytes, unchanged. `stream` is the [`Source`] in bit 4 and the [`Layer`] in bits 0 to 3. Flag bit 0: the frame is
//! a keyframe.
//!
//! A frame whose slices don't all come is dropped, and so are those after it up to the next keyframe. Slices of a screen, whose
//! frames have up to a hundred and more, are asked for again before that.

use crate::{ids::PersonId, limits};
use bytes::{BufMut, Bytes, BytesMut};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use thiserror::Error;

/// Bytes in front of the slice on the way up.
pub const VIDEO_HEADER_BYTES: usize = 14;
/// Where in them the time stands for which the slice waited.
const WAITED_AT: usize = 12;
/// Bytes that the server puts in front of a slice on the way down.
pub const SENDER_BYTES: usize = 4;
/// How often a receiver reports of each stream of pictures: twice as often as the sender has to act upon it.
pub const VIDEO_REPORT_INTERVAL: Duration = Duration::from_millis(500);

const FLAG_KEYFRAME: u8 = 1;

/// Where pictures come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Source {
    /// A camera, or what stands in for one.
    Camera,
    /// A screen or a window.
    Screen,
}

/// One of the encodings of the same pictures. A screen has no small one, for text is readable only as it was drawn: its medium
/// one has fewer pictures instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Layer {
    /// For small views and poor links: at most 320×180.
    Small,
    /// What one sees each other in: 640×360 unless the link forbids.
    Medium,
    /// For a picture that fills a window: up to 1280×720.
    Large,
}

/// One stream of pictures of a sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StreamKey {
    /// Where they come from.
    pub source: Source,
    /// Which encoding.
    pub layer: Layer,
}

/// A slice of an encoded picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VideoSlice {
    /// Of which stream.
    pub stream: StreamKey,
    /// Whether the frame can be decoded without any before it.
    pub keyframe: bool,
    /// Counts the frames of a stream; wraps.
    pub frame: u16,
    /// Which slice of the frame, from 0.
    pub slice: u8,
    /// How many slices the frame has, at least 1.
    pub slices: u8,
    /// Counts the packets of a stream; wraps.
    pub seq: u16,
    /// When the picture was taken, on the media clock of the sender's call voice: in samples at 48 kHz; wraps.
    pub media_time: u32,
    /// How long it waited at the sender for its turn, in milliseconds: what it is late by besides was spent on the way.
    pub waited_ms: u16,
    /// NAL units with start codes.
    pub nals: Bytes,
}

/// Why bytes are no slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum VideoSliceError {
    /// No longer than the header.
    #[error("video slice of {0} bytes is too short")]
    Short(usize),
    /// Longer than [`limits::VIDEO_SLICE_BYTES`].
    #[error("video slice of {0} bytes is too long")]
    Long(usize),
    /// There is no such source or layer.
    #[error("video slice of an unknown stream {0}")]
    Stream(u8),
    /// The slice's number is not below the number of slices.
    #[error("video slice {0} of {1}")]
    Count(u8, u8),
}

/// What the ends of a stream say to each other of it. The server passes it on. What is lost of it is made up for by the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum VideoFeedback {
    /// How a stream came.
    Report(VideoReport),
    /// What did not come of a screen and is worth being sent again.
    Missing(MissingSlices),
    /// The sender's word: the receiver's link holds a stream back for all the others who watch it. A smaller layer would do as
    /// much for it.
    StepDown(StepDown),
}

/// Somebody is asked to watch a smaller layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepDown {
    /// Up: who is asked. Down: whose pictures.
    pub person: PersonId,
    /// What they watch.
    pub stream: StreamKey,
}

/// Slices that did not come, and are asked for again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingSlices {
    /// Up: whose pictures. Down: who asks.
    pub person: PersonId,
    /// Which stream.
    pub stream: StreamKey,
    /// The sequence number that the lowest bit of `which` is of.
    pub from: u16,
    /// A bit for each of 64 slices, set where it is missing.
    pub which: u64,
}

/// How one stream of pictures came over an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VideoReport {
    /// Up: whose pictures. Down: who reports.
    pub person: PersonId,
    /// Which stream.
    pub stream: StreamKey,
    /// Packets that were due.
    pub expected: u16,
    /// Packets of those that never came.
    pub lost: u16,
    /// Bytes that came, headers of the slices included.
    pub bytes: u32,
    /// The interval's length in milliseconds, less pauses in which nothing came.
    pub interval_ms: u16,
    /// How much later than the fastest of the last seconds the packets came at the interval's end, in milliseconds: what
    /// stands in queues on the way.
    pub queue_ms: u16,
    /// Frames that were shown.
    pub frames: u16,
}

impl VideoFeedback {
    /// Up: for whom it is. Down: whose word it is.
    #[must_use]
    pub fn person(&self) -> PersonId {
        match self {
            Self::Report(report) => report.person,
            Self::Missing(missing) => missing.person,
            Self::StepDown(step) => step.person,
        }
    }

    /// The same with somebody else in that place.
    #[must_use]
    pub fn with_person(self, person: PersonId) -> Self {
        match self {
            Self::Report(report) => Self::Report(VideoReport { person, ..report }),
            Self::Missing(missing) => Self::Missing(MissingSlices { person, ..missing }),
            Self::StepDown(step) => Self::StepDown(StepDown { person, ..step }),
        }
    }
}

impl MissingSlices {
    /// How many slices one can ask for.
    pub const MOST: u16 = 64;

    /// The sequence numbers.
    pub fn numbers(self) -> impl Iterator<Item = u16> {
        (0..Self::MOST).filter(move |bit| self.which >> bit & 1 == 1).map(move |bit| self.from.wrapping_add(bit))
    }
}

impl Source {
    /// The encodings that there are of such pictures, the smallest first.
    #[must_use]
    pub fn layers(self) -> &'static [Layer] {
        match self {
            Self::Camera => &Layer::ALL,
            Self::Screen => &[Layer::Medium, Layer::Large],
        }
    }

    /// The encoding that there is of such pictures, where this one is wished for.
    #[must_use]
    pub fn layer_for(self, wished: Layer) -> Layer {
        wished.max(self.layers()[0])
    }
}

impl Layer {
    /// How many there are.
    pub const COUNT: usize = 3;
    /// All, the smallest first.
    pub const ALL: [Self; Self::COUNT] = [Self::Small, Self::Medium, Self::Large];

    /// Its place in [`Layer::ALL`].
    #[must_use]
    pub fn index(self) -> usize {
        self as usize
    }
}

impl StreamKey {
    /// The byte on the wire.
    #[must_use]
    pub fn byte(self) -> u8 {
        (self.source as u8) << 4 | self.layer as u8
    }

    /// Reads the byte on the wire.
    #[must_use]
    pub fn from_byte(byte: u8) -> Option<Self> {
        let source = match byte >> 4 {
            0 => Source::Camera,
            1 => Source::Screen,
            _ => return None,
        };
        let layer = *Layer::ALL.get(usize::from(byte & 0xf))?;
        Some(Self { source, layer })
    }
}

impl VideoSlice {
    /// The slice's bytes on the way up.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        let mut out = BytesMut::with_capacity(VIDEO_HEADER_BYTES + self.nals.len());
        out.put_u8(self.stream.byte());
        out.put_u8(u8::from(self.keyframe) * FLAG_KEYFRAME);
        out.put_u16_le(self.frame);
        out.put_u8(self.slice);
        out.put_u8(self.slices);
        out.put_u16_le(self.seq);
        out.put_u32_le(self.media_time);
        out.put_u16_le(self.waited_ms);
        out.put_slice(&self.nals);
        out.freeze()
    }

    /// Reads a slice's bytes on the way up; the NAL units stay a slice of `bytes`.
    ///
    /// # Errors
    /// See [`VideoSliceError`].
    pub fn decode(bytes: &Bytes) -> Result<Self, VideoSliceError> {
        let stream = check_up(bytes)?;
        let word = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
        Ok(Self {
            stream,
            keyframe: bytes[1] & FLAG_KEYFRAME != 0,
            frame: word(2),
            slice: bytes[4],
            slices: bytes[5],
            seq: word(6),
            media_time: u32::from_le_bytes([bytes[8], bytes[9], bytes[10], bytes[11]]),
            waited_ms: word(WAITED_AT),
            nals: bytes.slice(VIDEO_HEADER_BYTES..),
        })
    }
}

/// Writes into a slice on its way up how long it waited there.
#[must_use]
pub fn with_wait(slice: Bytes, waited: Duration) -> Bytes {
    let waited_ms = u16::try_from(waited.as_millis()).unwrap_or(u16::MAX);
    // Nobody else has these bytes, mostly; then nothing is copied.
    let mut bytes = slice.try_into_mut().unwrap_or_else(|shared| BytesMut::from(&shared[..]));
    if let Some(place) = bytes.get_mut(WAITED_AT..VIDEO_HEADER_BYTES) {
        place.copy_from_slice(&waited_ms.to_le_bytes());
    }
    bytes.freeze()
}

/// Checks the form of a slice on the way up without taking it apart, and tells its stream: all that the relay needs.
///
/// # Errors
/// See [`VideoSliceError`].
pub fn check_up(bytes: &[u8]) -> Result<StreamKey, VideoSliceError> {
    match bytes.len() {
        len if len <= VIDEO_HEADER_BYTES => return Err(VideoSliceError::Short(len)),
        len if len > limits::VIDEO_SLICE_BYTES => return Err(VideoSliceError::Long(len)),
        _ => {}
    }
    if bytes[4] >= bytes[5] {
        return Err(VideoSliceError::Count(bytes[4], bytes[5]));
    }
    StreamKey::from_byte(bytes[0]).ok_or(VideoSliceError::Stream(bytes[0]))
}

/// The bytes of a slice on the way down: one buffer, shared by all receivers.
#[must_use]
pub fn with_sender(sender: PersonId, up: &[u8]) -> Bytes {
    let mut down = BytesMut::with_capacity(SENDER_BYTES + up.len());
    down.put_u32_le(sender.0);
    down.put_slice(up);
    down.freeze()
}

/// Takes a slice on the way down apart.
///
/// # Errors
/// See [`VideoSliceError`].
pub fn decode_down(bytes: &Bytes) -> Result<(PersonId, VideoSlice), VideoSliceError> {
    let Some((sender, _)) = bytes.split_first_chunk::<SENDER_BYTES>() else {
        return Err(VideoSliceError::Short(bytes.len()));
    };
    let slice = VideoSlice::decode(&bytes.slice(SENDER_BYTES..))?;
    Ok((PersonId(u32::from_le_bytes(*sender)), slice))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn streams() -> impl Strategy<Value = StreamKey> {
        let sources = prop_oneof![Just(Source::Camera), Just(Source::Screen)];
        (sources, 0..Layer::COUNT).prop_map(|(source, layer)| StreamKey { source, layer: Layer::ALL[layer] })
    }

    proptest! {
        #[test]
        fn a_slice_survives_both_ways(stream in streams(), keyframe: bool, frame: u16, slices in 1u8.., seq: u16,
            media_time: u32, waited_ms: u16, sender: u32, nals in proptest::collection::vec(any::<u8>(), 1..1000)) {
            let nals = nals.into();
            let slice = VideoSlice { stream, keyframe, frame, slice: slices - 1, slices, seq, media_time, waited_ms, nals };
            let unstamped = VideoSlice { waited_ms: 0, ..slice.clone() }.encode();
            let up = with_wait(unstamped.clone(), Duration::from_millis(waited_ms.into()));
            prop_assert_eq!(&up, &slice.encode());
            prop_assert_eq!(check_up(&up), Ok(stream));
            let down = with_sender(PersonId(sender), &up);
            prop_assert_eq!(decode_down(&down).unwrap(), (PersonId(sender), slice));
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..1300)) {
            let _ = decode_down(&bytes.into());
        }
    }

    #[test]
    fn broken_headers_are_named() {
        let mut bytes = [0u8; VIDEO_HEADER_BYTES + 1];
        bytes[5] = 1;
        assert!(check_up(&bytes).is_ok());
        assert_eq!(check_up(&bytes[1..]), Err(VideoSliceError::Short(VIDEO_HEADER_BYTES)));
        bytes[4] = 1;
        assert_eq!(check_up(&bytes), Err(VideoSliceError::Count(1, 1)));
        (bytes[0], bytes[4]) = (0x20, 0);
        assert_eq!(check_up(&bytes), Err(VideoSliceError::Stream(0x20)));
        assert_eq!(
            check_up(&[0; limits::VIDEO_SLICE_BYTES + 1]),
            Err(VideoSliceError::Long(limits::VIDEO_SLICE_BYTES + 1))
        );
    }
}
