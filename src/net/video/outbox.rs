//! Encoded pictures on their way out: whole frames, at a pace, or not at all.
//!
//! A keyframe is ten times as big as other frames, and would stand in front of the next word if it left at once. What
//! has waited too long is dropped as a whole, and with it what can't be decoded without it; the encoder is then asked
//! for a keyframe. Faces pass screens. What the air takes much of leaves twice, and what it took of a screen leaves again.

use super::{copies::Copies, lane::Lane};
use bytes::Bytes;
use hallway_protocol::video::{MissingSlices, Source, StreamKey, VideoReport, VideoSlice, with_wait};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::{Duration, Instant},
};

/// How long after the first one a copy leaves: what is lost is mostly lost in a row.
const COPY_AFTER: Duration = Duration::from_millis(15);

/// See the [module's description](self).
#[derive(Debug, Default)]
pub struct Outbox {
    /// Faces before screens, for what is late of them is worth less; and the smaller ones first.
    lanes: BTreeMap<StreamKey, Lane>,
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
    copied: VecDeque<(Instant, StreamKey, Bytes)>,
}

/// A frame that waits.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) number: u16,
    pub(super) keyframe: bool,
    pub(super) slices: VecDeque<Bytes>,
    pub(super) has_begun: bool,
    pub(super) since: Instant,
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
            let frame = Frame { number, keyframe, slices: VecDeque::new(), has_begun: false, since: now };
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
            self.queue(stream, frame);
        }
        self.drop_stale(now);
    }

    /// What the encoder of a stream aims at, in bits a second.
    pub fn aim_at(&mut self, stream: StreamKey, target_bitrate: u32) {
        self.lane(stream).aim_at(target_bitrate);
    }

    /// What may leave now, in order.
    pub fn take(&mut self, now: Instant) -> Vec<Bytes> {
        self.lanes.values_mut().for_each(|lane| lane.earn(now));
        self.drop_stale(now);
        let mut leaving = Vec::new();
        while let Some((_, stream, copy)) = self.copied.pop_front_if(|(due, ..)| *due <= now) {
            self.lane(stream).spend(copy.len());
            leaving.push(copy);
        }
        for (stream, lane) in &mut self.lanes {
            while let Some((slice, since)) = lane.next(now) {
                let waited = now.saturating_duration_since(since);
                if self.copies.are_made_of(*stream) {
                    let copy = with_wait(slice.clone(), waited + COPY_AFTER);
                    self.copied.push_back((now + COPY_AFTER, *stream, copy));
                }
                leaving.push(with_wait(slice, waited));
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
        self.copied.retain(|(_, stream, _)| is_kept(stream.source));
        for (_, lane) in self.lanes.iter_mut().filter(|(stream, _)| !is_kept(stream.source)) {
            lane.clear();
        }
    }

    /// A receiver told how its pictures come.
    pub fn reported(&mut self, report: &VideoReport, now: Instant) {
        self.copies.reported(report, now);
    }

    /// A receiver asks for slices that did not come.
    pub fn send_again(&mut self, missing: MissingSlices, now: Instant) {
        self.lane(missing.stream).send_again(missing, now);
    }

    /// Streams that were interrupted since the last call: a keyframe makes them go on.
    pub fn take_broken(&mut self) -> BTreeSet<StreamKey> {
        std::mem::take(&mut self.unasked)
    }

    /// Whether something waits that may leave soon.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.lanes.values().any(|lane| !lane.is_empty()) || !self.copied.is_empty()
    }

    /// Streams whose pictures wait for those before them, of which more are better not encoded before they have left.
    #[must_use]
    pub fn behind(&self, now: Instant) -> BTreeSet<StreamKey> {
        let patient = self.lanes.iter().filter(|(stream, _)| stream.source == Source::Screen);
        patient.filter(|(_, lane)| lane.is_behind(now)).map(|(stream, _)| *stream).collect()
    }

    fn lane(&mut self, stream: StreamKey) -> &mut Lane {
        self.lanes.entry(stream).or_insert_with(|| Lane::new(stream.source))
    }

    fn queue(&mut self, stream: StreamKey, frame: Frame) {
        let before = self.newest.insert(stream, frame.number);
        if frame.keyframe {
            self.broken.remove(&stream);
            self.unasked.remove(&stream);
        } else if before.is_none_or(|before| frame.number != before.wrapping_add(1)) {
            self.break_off(stream);
        }
        if !self.broken.contains(&stream) {
            self.lane(stream).push(frame);
        }
    }

    fn drop_stale(&mut self, now: Instant) {
        let broken = self.lanes.iter_mut().filter_map(|(stream, lane)| lane.drop_stale(now).then_some(*stream));
        broken.collect::<Vec<_>>().into_iter().for_each(|stream| self.break_off(stream));
    }

    fn break_off(&mut self, stream: StreamKey) {
        if self.broken.insert(stream) {
            self.unasked.insert(stream);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::lane, *};
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
        push(&mut outbox, CAMERA, 1, true, 200, now);
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
    fn a_screen_takes_its_time_and_lets_faces_pass() {
        let now = Instant::now();
        let mut outbox = Outbox::default();
        outbox.aim_at(SCREEN, 300_000);
        push(&mut outbox, SCREEN, 1, true, 100, now);
        let first = outbox.take(now).len();
        assert_eq!((first, outbox.behind(now)), (1, BTreeSet::from([SCREEN])));
        // 300 kbit/s are 34 packets a second.
        let left: usize = (1..=100).map(|step| outbox.take(now + ms(step * 10)).len()).sum();
        assert!((33..=35).contains(&left), "{left} slices in a second");
        push(&mut outbox, CAMERA, 1, true, 1, now + ms(1000));
        let streams = outbox.take(now + ms(1100)).into_iter().map(|slice| VideoSlice::decode(&slice).unwrap().stream);
        assert_eq!(streams.collect::<Vec<_>>()[..2], [CAMERA, SCREEN]);
        let ends: Vec<_> = (12..=200).filter(|step| !frames(&outbox.take(now + ms(step * 20))).is_empty()).collect();
        assert_eq!((ends.len(), outbox.behind(now + ms(4000))), (1, BTreeSet::new()), "{ends:?}");
        assert!(outbox.take_broken().is_empty());
    }

    #[test]
    fn what_is_missing_of_a_screen_leaves_again() {
        let now = Instant::now();
        let mut outbox = Outbox::default();
        outbox.aim_at(SCREEN, 1_000_000);
        let numbered = |seq: u16| {
            let nals = vec![7; 1088].into();
            let (slice, slices, stream) = (seq as u8, 8, SCREEN);
            let (keyframe, frame, media_time, waited_ms) = (true, 1, 0, 0);
            VideoSlice { stream, keyframe, frame, slice, slices, seq, media_time, waited_ms, nals }.encode()
        };
        (0..8).for_each(|seq| outbox.push(numbered(seq), now));
        let left: usize = (0..20).map(|step| outbox.take(now + ms(step * 5)).len()).sum();
        assert_eq!(left, 8);
        let missing =
            |which| MissingSlices { person: hallway_protocol::ids::PersonId(2), stream: SCREEN, from: 1, which };
        let again = |outbox: &mut Outbox, at| {
            let taken = (0..10u64).flat_map(|step| outbox.take(now + ms(at + step * 5))).collect::<Vec<_>>();
            let slices = taken.iter().map(|slice| VideoSlice::decode(slice).unwrap());
            slices.map(|slice| (slice.seq, slice.waited_ms / 50)).collect::<Vec<_>>()
        };
        outbox.send_again(missing(0b101), now + ms(200));
        outbox.send_again(missing(0b101), now + ms(200));
        assert!(outbox.is_waiting());
        assert_eq!(again(&mut outbox, 200), [(1, 4), (3, 4)], "once, however many ask");
        outbox.send_again(missing(0b100), now + ms(500));
        assert_eq!(again(&mut outbox, 500), [(3, 10)]);
        let often = (0..20u64).map(|time| {
            outbox.send_again(missing(0b10), now + ms(600 + time * 110));
            again(&mut outbox, 600 + time * 110).len()
        });
        assert_eq!(often.sum::<usize>(), 4, "whoever asks for ever");
        outbox.send_again(missing(0b100), now + ms(5000));
        assert!(!outbox.is_waiting(), "too late");
    }

    #[test]
    fn the_pace_follows_what_the_encoders_aim_at() {
        let now = Instant::now();
        let left_after = |target_bitrate, wait| {
            let mut outbox = Outbox::default();
            outbox.aim_at(CAMERA, target_bitrate);
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
        push(&mut outbox, SCREEN, 1, true, 1, now);
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
    fn what_nobody_watches_any_more_does_not_leave() {
        let now = Instant::now();
        let mut outbox = Outbox::default();
        let slow = StreamKey { layer: Layer::Medium, ..SCREEN };
        [SCREEN, slow].into_iter().for_each(|stream| outbox.aim_at(stream, 300_000));
        [SCREEN, slow].into_iter().for_each(|stream| push(&mut outbox, stream, 1, true, 100, now));
        assert_eq!(outbox.take(now).len(), 2, "one of each");
        outbox.aim_at(SCREEN, 0);
        let left = (1..=400).flat_map(|step| outbox.take(now + ms(step * 10))).collect::<Vec<_>>();
        assert!(left.len() > 90 && left.iter().all(|left| VideoSlice::decode(left).unwrap().stream == slow));
        outbox.aim_at(SCREEN, 300_000);
        push(&mut outbox, SCREEN, 2, true, 1, now + ms(5000));
        assert_eq!(frames(&outbox.take(now + ms(5000))), [2]);
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
            // As much as leaves them behind at times.
            outbox.aim_at(CAMERA, 900_000);
            outbox.aim_at(SCREEN, 900_000);
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
                prop_assert!(outbox.lanes.values().all(|lane| lane.bytes() <= lane::WAITING_BYTES + 80 * 1100));
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
