//! An encoded picture to slices, each of which fits a packet.

use super::encoder::Encoded;
use bytes::Bytes;
use hallway_protocol::{
    limits::VIDEO_SLICE_BYTES,
    video::{StreamKey, VIDEO_HEADER_BYTES, VideoSlice},
};

/// Most bytes of NAL units in a slice.
pub const MOST_NALS: usize = VIDEO_SLICE_BYTES - VIDEO_HEADER_BYTES;
/// Most slices of a frame, as many as its number has room for: 280 KB.
pub const MOST_SLICES: usize = u8::MAX as usize;

/// Numbers the slices of one stream.
#[derive(Clone, Debug)]
pub struct Slicer {
    stream: StreamKey,
    frame: u16,
    seq: u16,
}

impl Slicer {
    /// A stream that begins.
    #[must_use]
    pub fn new(stream: StreamKey) -> Self {
        Self { stream, frame: 0, seq: 0 }
    }

    /// The slices of a frame that was taken at `media_time`, in the form of the way up. `None` when there are more than
    /// [`MOST_SLICES`]: then the frame can't be sent, and those after it not before the next keyframe.
    pub fn slice(&mut self, encoded: &Encoded, media_time: u32) -> Option<Vec<Bytes>> {
        let pieces = pieces(encoded);
        let slices = u8::try_from(pieces.len()).ok().filter(|slices| *slices > 0)?;
        let frame = self.frame;
        self.frame = frame.wrapping_add(1);
        let packets = pieces.into_iter().zip(0..slices).map(|((from, to), slice)| {
            let seq = self.seq;
            self.seq = seq.wrapping_add(1);
            let nals = Bytes::copy_from_slice(&encoded.bytes[from..to]);
            VideoSlice {
                stream: self.stream,
                keyframe: encoded.keyframe,
                frame,
                slice,
                slices,
                seq,
                media_time,
                waited_ms: 0,
                nals,
            }
            .encode()
        });
        Some(packets.collect())
    }
}

/// Where the frame is cut: as few pieces as hold whole NAL units. One that fits no piece, which the encoder makes only of
/// frames of more slices than it can count, is cut in itself; the receiver puts all of a frame together anyway.
fn pieces(encoded: &Encoded) -> Vec<(usize, usize)> {
    let mut pieces = Vec::new();
    let (mut from, mut to) = (0, 0);
    for &end in &encoded.ends {
        if end - from > MOST_NALS && to > from {
            pieces.push((from, to));
            from = to;
        }
        while end - from > MOST_NALS {
            pieces.push((from, from + MOST_NALS));
            from += MOST_NALS;
        }
        to = end;
    }
    if to > from {
        pieces.push((from, to));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use hallway_protocol::video::{Layer, Source};
    use proptest::prelude::*;

    const STREAM: StreamKey = StreamKey { source: Source::Camera, layer: Layer::Medium };

    fn frame_of(nals: &[usize]) -> Encoded {
        let ends: Vec<usize> = nals
            .iter()
            .scan(0, |end, nal| {
                *end += nal;
                Some(*end)
            })
            .collect();
        let bytes = (0..ends.last().copied().unwrap_or(0)).map(|at| at as u8).collect();
        Encoded { keyframe: true, bytes, ends }
    }

    #[test]
    fn nal_units_stay_whole_where_they_fit() {
        assert_eq!(pieces(&frame_of(&[20, 8, 1000, 100, 1100])), [(0, 1028), (1028, 1128), (1128, 2228)]);
        assert_eq!(pieces(&frame_of(&[10, 2300, 10])), [(0, 10), (10, 1110), (1110, 2210), (2210, 2320)]);
        assert_eq!(pieces(&frame_of(&[])), []);
    }

    #[test]
    fn a_frame_of_too_many_slices_is_not_sent_and_takes_no_number() {
        let mut slicer = Slicer::new(STREAM);
        assert_eq!(slicer.slice(&frame_of(&[MOST_NALS; 256]), 0), None);
        let slices = slicer.slice(&frame_of(&[MOST_NALS; 255]), 0).unwrap();
        assert_eq!(VideoSlice::decode(&slices[254]).unwrap().frame, 0);
    }

    proptest! {
        #[test]
        fn slices_fit_and_are_the_frame(nals in proptest::collection::vec(1usize..3000, 1..30), media_time: u32) {
            let encoded = frame_of(&nals);
            let mut slicer = Slicer { stream: STREAM, frame: u16::MAX, seq: u16::MAX };
            let packets = slicer.slice(&encoded, media_time).unwrap();
            let slices: Vec<VideoSlice> = packets.iter().map(|packet| VideoSlice::decode(packet).unwrap()).collect();
            let joined: Vec<u8> = slices.iter().flat_map(|slice| slice.nals.to_vec()).collect();
            prop_assert_eq!(joined, encoded.bytes);
            for (at, slice) in slices.iter().enumerate() {
                prop_assert_eq!(usize::from(slice.slice), at);
                prop_assert_eq!(slice.seq, u16::MAX.wrapping_add(at as u16));
                prop_assert_eq!((slice.frame, slice.media_time, slice.keyframe), (u16::MAX, media_time, true));
            }
        }
    }
}
