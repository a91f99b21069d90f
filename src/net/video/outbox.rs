//! Encoded pictures on their way out: whole frames, at a pace, or not at all.
//!
//! A keyframe is ten times as big as other frames, and would stand in front of the next word if it left at once. What
//! has waited too long is dropped as a whole, and with it what can't be decoded without it; the encoder is then asked
//! for a keyframe. What the air takes much of leaves twice.

use super::copies::Copies;
use bytes::Bytes;
use hallway_protocol::video::{Source, StreamKey, VideoReport, VideoSlice, with_wait};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::{Duration, Instant},
};

/// Pictures leave at this multiple of the bitrate that their encoders aim at: a keyframe that left at once would fill the queue
/// of a narrow link, in which the next words stand.
const PACE: f64 = 2.5;
/// What waits leaves within this time all the same: seen late it is worth less than it costs.
const LEAVES_WITHIN: Duration = Duration::from_millis(200);
/// Fewest bytes a second: what the smallest encoding aims at, at the same multiple.
const LEAST_BYTES_PER_SECOND: f64 = 15_000.0;
/// Most bytes a second: twice of what all encodings of camera and screen aim at together.
const MOST_BYTES_PER_SECOND: f64 = 1_500_000.0;
/// Bytes that may leave at once: a usual frame at 640×360.
const BURST_BYTES: f64 = 4_000.0;
/// How long a frame may wait. Nobody shows one that is 500 ms old.
const LONGEST_WAIT: Duration = Duration::from_millis(300);
/// How long after the first one a copy leaves: what is lost is mostly lost in a row.
const COPY_AFTER: Duration = Duration::from_millis(15);
/// Most bytes that wait: what leaves in [`LONGEST_WAIT`], and the largest frame there can be.
const WAITING_BYTES: usize = 800_000;

/// See the [module's description](self).
#[derive(Debug, Default)]
pub struct Outbox {
    frames: VecDeque<Frame>,
    bytes: usize,
    /// Frames whose slices have not all come yet, one a stream.
    partial: BTreeMap<StreamKey, Frame>,
    /// The number of the newest whole frame of each stream.
    newest: BTreeMap<StreamKey, u16>,
    /// Streams that go on with their next keyframe only.
    broken: BTreeSet<StreamKey>,
    /// Those of them whose encoder has not been asked yet.
    unasked: BTreeSet<StreamKey>,
    copies: Copies,
    /// Copies of what left, and when they are due.
    copied: VecDeque<(Instant, Source, Bytes)>,
    /// Bits a second that the encoders aim at, together.
    target_bitrate: u32,
    /// What may leave now, in bytes, and as of when.
    allowance: f64,
    looked: Option<Instant>,
}

#[derive(Debug)]
struct Frame {
    stream: StreamKey,
    number: u16,
    keyframe: bool,
    slices: VecDeque<Bytes>,
    has_begun: bool,
    since: Instant,
}

/// Whether a slice is the last one of its frame.
#[must_use]
pub fn ends_frame(slice: &[u8]) -> bool {
    matches!(slice, [_, _, _, _, slice, slices, ..] if u16::from(*slice) + 1 == u16::from(*slices))
}

impl Outbox {
    /// Takes a slice from the encoder, in its form on the way up.
    pub fn push(&mut self, bytes: Bytes, now: Instant) {
        let slice = match VideoSlice::decode(&bytes) {
            Ok(slice) => slice,
            Err(error) => return tracing::debug!(%error, "the encoder made a slice that is none"),
        };
        let stream = slice.stream;
        if slice.slice == 0 {
            let (number, keyframe) = (slice.frame, slice.keyframe);
            let frame = Frame { stream, number, keyframe, slices: VecDeque::new(), has_begun: false, since: now };
            if self.partial.insert(stream, frame).is_some() {
                self.break_off(stream);
            }
        }
        let Some(frame) = self.partial.get_mut(&stream) else { return self.break_off(stream) };
        if frame.number != slice.frame || frame.slices.len() != usize::from(slice.slice) {
            self.partial.remove(&stream);
            return self.break_off(stream);
        }
        frame.slices.push_back(bytes);
        if slice.slice + 1 == slice.slices
            && let Some(frame) = self.partial.remove(&stream)
        {
            self.queue(frame);
        }
        self.drop_stale(now);
    }

    /// What the encoders aim at together, in bits a second.
    pub fn aim_at(&mut self, target_bitrate: u32) {
        self.target_bitrate = target_bitrate;
    }

    /// What may leave now, in order.
    pub fn take(&mut self, now: Instant) -> Vec<Bytes> {
        self.allowance = match self.looked.replace(now) {
            Some(looked) => {
                let since = now.saturating_duration_since(looked).as_secs_f64();
                (self.allowance + since * self.bytes_per_second(now)).min(BURST_BYTES)
            }
            None => BURST_BYTES,
        };
        self.drop_stale(now);
        let mut leaving = Vec::new();
        while let Some((due, ..)) = self.copied.front()
            && *due <= now
            && let Some((_, _, copy)) = self.copied.pop_front()
        {
            self.allowance -= copy.len() as f64;
            leaving.push(copy);
        }
        while self.allowance > 0.0
            && let Some(frame) = self.frames.front_mut()
        {
            if let Some(slice) = frame.slices.pop_front() {
                frame.has_begun = true;
                self.bytes -= slice.len();
                self.allowance -= slice.len() as f64;
                let waited = now.saturating_duration_since(frame.since);
                if self.copies.are_made_of(frame.stream) {
                    let copy = with_wait(slice.clone(), waited + COPY_AFTER);
                    self.copied.push_back((now + COPY_AFTER, frame.stream.source, copy));
                }
                leaving.push(with_wait(slice, waited));
            }
            if frame.slices.is_empty() {
                self.frames.pop_front();
            }
        }
        leaving
    }

    /// Keeps only what comes from such sources.
    pub fn keep(&mut self, is_kept: impl Fn(Source) -> bool) {
        self.partial.retain(|stream, _| is_kept(stream.source));
        self.newest.retain(|stream, _| is_kept(stream.source));
        self.broken.retain(|stream| is_kept(stream.source));
        self.unasked.retain(|stream| is_kept(stream.source));
        self.frames.retain(|frame| is_kept(frame.stream.source));
        self.copied.retain(|(_, source, _)| is_kept(*source));
        self.count();
    }

    /// A receiver told how its pictures come.
    pub fn reported(&mut self, report: &VideoReport, now: Instant) {
        self.copies.reported(report, now);
    }

    /// Streams that were interrupted since the last call: a keyframe makes them go on.
    pub fn take_broken(&mut self) -> BTreeSet<StreamKey> {
        std::mem::take(&mut self.unasked)
    }

    /// Whether something waits that may leave soon.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        !self.frames.is_empty() || !self.copied.is_empty()
    }

    fn bytes_per_second(&self, now: Instant) -> f64 {
        let pace = PACE * f64::from(self.target_bitrate) / 8.0;
        let hurried = self.frames.front().map_or(0.0, |oldest| {
            let left = LEAVES_WITHIN.saturating_sub(now.saturating_duration_since(oldest.since));
            self.bytes as f64 / left.as_secs_f64()
        });
        pace.max(hurried).clamp(LEAST_BYTES_PER_SECOND, MOST_BYTES_PER_SECOND)
    }

    fn queue(&mut self, frame: Frame) {
        let before = self.newest.insert(frame.stream, frame.number);
        if frame.keyframe {
            self.broken.remove(&frame.stream);
            self.unasked.remove(&frame.stream);
        } else if before.is_none_or(|before| frame.number != before.wrapping_add(1)) {
            self.break_off(frame.stream);
        }
        if self.broken.contains(&frame.stream) {
            return;
        }
        self.bytes += frame.slices.iter().map(Bytes::len).sum::<usize>();
        self.frames.push_back(frame);
    }

    fn drop_stale(&mut self, now: Instant) {
        while let Some(stale) = self.frames.iter().position(|frame| {
            let waited = now.saturating_duration_since(frame.since);
            !frame.has_begun && (waited > LONGEST_WAIT || self.bytes > WAITING_BYTES)
        }) {
            let stream = self.frames[stale].stream;
            self.drop_from(stale, stream);
        }
    }

    /// Drops a frame, and those of its stream that can't be decoded without it.
    fn drop_from(&mut self, first: usize, stream: StreamKey) {
        let mut number = 0;
        let mut is_broken = true;
        self.frames.retain(|frame| {
            let is_later = number > first;
            let is_kept = number < first || frame.stream != stream || (is_later && (frame.keyframe || !is_broken));
            is_broken &= !(is_later && frame.stream == stream && frame.keyframe);
            number += 1;
            is_kept
        });
        self.count();
        if is_broken {
            self.break_off(stream);
        }
    }

    fn break_off(&mut self, stream: StreamKey) {
        if self.broken.insert(stream) {
            self.unasked.insert(stream);
        }
    }

    fn count(&mut self) {
        self.bytes = self.frames.iter().flat_map(|frame| &frame.slices).map(Bytes::len).sum();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hallway_protocol::video::Layer;
    use proptest::prelude::*;

    const CAMERA: StreamKey = StreamKey { source: Source::Camera, layer: Layer::Medium };
    const SCREEN: StreamKey = StreamKey { source: Source::Screen, layer: Layer::Large };

    fn slice(stream: StreamKey, frame: u16, keyframe: bool, slice: u8, slices: u8) -> Bytes {
        let nals = vec![7; 1088].into();
        VideoSlice { stream, keyframe, frame, slice, slices, seq: 0, media_time: 0, waited_ms: 0, nals }.encode()
    }

    fn push(outbox: &mut Outbox, stream: StreamKey, frame: u16, keyframe: bool, slices: u8, now: Instant) {
        for number in 0..slices {
            outbox.push(slice(stream, frame, keyframe, number, slices), now);
        }
    }

    fn frames(slices: &[Bytes]) -> Vec<u16> {
        slices.iter().filter(|slice| ends_frame(slice)).map(|slice| VideoSlice::decode(slice).unwrap().frame).collect()
    }

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn frames_leave_whole_and_at_once_while_they_are_small() {
        let now = Instant::now();
        let mut outbox = Outbox::default();
        outbox.push(slice(CAMERA, 1, true, 0, 2), now);
        assert!(outbox.take(now).is_empty(), "half a frame left");
        outbox.push(slice(CAMERA, 1, true, 1, 2), now);
        push(&mut outbox, CAMERA, 2, false, 2, now);
        assert_eq!(frames(&outbox.take(now)), [1, 2]);
        assert!(!outbox.is_waiting() && outbox.take_broken().is_empty());
    }

    #[test]
    fn a_large_frame_leaves_bit_by_bit() {
        let now = Instant::now();
        let mut outbox = Outbox::default();
        push(&mut outbox, SCREEN, 1, true, 200, now);
        let first = outbox.take(now).len();
        assert!((3..5).contains(&first), "{first} slices at once");
        let mut left = first;
        for step in 1..=50 {
            left += outbox.take(now + ms(step * 4)).len();
            assert!(left <= first + 5 * step as usize + 1, "{left} slices in {} ms", step * 4);
        }
        assert_eq!(left, 200);
    }

    #[test]
    fn the_pace_follows_what_the_encoders_aim_at() {
        let now = Instant::now();
        let left_after = |target_bitrate, wait| {
            let mut outbox = Outbox::default();
            outbox.aim_at(target_bitrate);
            push(&mut outbox, CAMERA, 1, true, 10, now);
            outbox.take(now).len() + outbox.take(now + ms(wait)).len()
        };
        // 2.5 × 200 kbit/s are 62.5 bytes a millisecond; ten slices in 200 ms are 55 on the average.
        assert_eq!(left_after(200_000, 20), 4 + 1);
        assert_eq!(left_after(1_000_000, 20), 4 + 4);
        assert_eq!(left_after(0, 20), 4 + 1, "what the encoders aim at is not known yet");
    }

    #[test]
    fn what_waited_too_long_is_dropped_up_to_the_next_keyframe() {
        let now = Instant::now();
        let mut outbox = Outbox::default();
        push(&mut outbox, CAMERA, 1, true, 4, now);
        push(&mut outbox, CAMERA, 2, false, 1, now + ms(200));
        push(&mut outbox, SCREEN, 9, true, 1, now + ms(200));
        assert_eq!(frames(&outbox.take(now + ms(301))), [9], "a frame left that can't be decoded");
        assert_eq!(outbox.take_broken(), BTreeSet::from([CAMERA]));
        push(&mut outbox, CAMERA, 3, false, 1, now + ms(310));
        assert!(outbox.take(now + ms(320)).is_empty() && outbox.take_broken().is_empty());
        push(&mut outbox, CAMERA, 4, true, 1, now + ms(330));
        push(&mut outbox, CAMERA, 5, false, 1, now + ms(330));
        assert_eq!(frames(&outbox.take(now + ms(340))), [4, 5]);
    }

    #[test]
    fn a_missing_slice_breaks_its_stream_only() {
        let now = Instant::now();
        let mut outbox = Outbox::default();
        push(&mut outbox, CAMERA, 1, true, 1, now);
        outbox.push(slice(CAMERA, 2, false, 0, 3), now);
        push(&mut outbox, SCREEN, 1, true, 2, now);
        outbox.push(slice(CAMERA, 2, false, 2, 3), now);
        push(&mut outbox, CAMERA, 3, false, 1, now);
        assert_eq!(frames(&outbox.take(now)), [1, 1]);
        assert_eq!(outbox.take_broken(), BTreeSet::from([CAMERA]));
    }

    #[test]
    fn a_source_that_is_shut_sends_nothing_more() {
        let now = Instant::now();
        let mut outbox = Outbox::default();
        push(&mut outbox, CAMERA, 1, true, 1, now);
        outbox.keep(|source| source == Source::Screen);
        assert!(outbox.take(now).is_empty() && outbox.take_broken().is_empty());
    }

    #[test]
    fn what_the_air_takes_much_of_leaves_twice() {
        let now = Instant::now();
        let mut outbox = Outbox::default();
        for _ in 0..6 {
            let person = hallway_protocol::ids::PersonId(2);
            let (expected, lost) = (100, 20);
            let (bytes, interval_ms, queue_ms, frames) = (1, 500, 0, 1);
            let report = VideoReport { person, stream: CAMERA, expected, lost, bytes, interval_ms, queue_ms, frames };
            outbox.reported(&report, now);
        }
        push(&mut outbox, CAMERA, 1, true, 2, now);
        push(&mut outbox, SCREEN, 5, true, 1, now);
        assert_eq!(frames(&outbox.take(now)), [1, 5]);
        assert!(outbox.is_waiting() && outbox.take(now + ms(5)).is_empty());
        assert_eq!(outbox.take(now + COPY_AFTER).len(), 2);
        assert!(!outbox.is_waiting());
        push(&mut outbox, CAMERA, 2, false, 1, now + ms(30));
        outbox.take(now + ms(30));
        outbox.keep(|source| source == Source::Screen);
        assert!(outbox.take(now + ms(60)).is_empty(), "a copy left after its camera was shut");
    }

    proptest! {
        /// Whatever is pushed: what leaves of a stream can be decoded, and what waits is bounded.
        #[test]
        fn only_what_can_be_decoded_leaves(pushes in proptest::collection::vec((any::<bool>(), any::<bool>(), 1u8..60,
            0u64..120, any::<bool>()), 1..40)) {
            let mut now = Instant::now();
            let mut outbox = Outbox::default();
            let mut left = Vec::new();
            let mut numbers = [0u16; 2];
            for (is_camera, keyframe, slices, wait, loses) in pushes {
                let stream = if is_camera { CAMERA } else { SCREEN };
                let number = &mut numbers[usize::from(is_camera)];
                *number += 1;
                for part in 0..slices {
                    if !(loses && part == slices / 2 && wait % 7 == 0) {
                        outbox.push(slice(stream, *number, keyframe || *number == 1, part, slices), now);
                    }
                }
                prop_assert!(outbox.bytes <= WAITING_BYTES + 80 * 1100);
                now += ms(wait);
                left.extend(outbox.take(now));
            }
            for stream in [CAMERA, SCREEN] {
                let mut last: Option<VideoSlice> = None;
                for slice in left.iter().map(|slice| VideoSlice::decode(slice).unwrap()).filter(|slice| slice.stream == stream) {
                    match &last {
                        Some(last) if last.slice + 1 < last.slices => {
                            prop_assert_eq!((slice.frame, slice.slice), (last.frame, last.slice + 1));
                        }
                        Some(last) => prop_assert!(slice.slice == 0 && (slice.keyframe || slice.frame == last.frame + 1)),
                        None => prop_assert!(slice.slice == 0 && slice.keyframe),
                    }
                    last = Some(slice);
                }
            }
        }
    }
}
