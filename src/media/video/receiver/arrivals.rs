//! How the packets of one stream come: what is lost, and what stands in queues on the way.

use super::super::media_clock::MEDIA_HZ;
use hallway_protocol::video::{Source, VideoSlice};
use std::{collections::VecDeque, time::Duration};

/// How long the fastest packet is remembered: longer than any queue lasts that the sender reacts to, and short enough
/// that clocks which drift apart (0.1 ms in a second at worst) don't look like a queue.
const MEMORY: Duration = Duration::from_secs(30);
/// The memory is kept in pieces of so long.
const PIECE: Duration = Duration::from_secs(5);
/// Moments whose least lateness counts as the queue: one late frame is jitter, three in a row are a queue.
const MOMENTS: usize = 3;
/// A screen's frame that leaves for longer than this counts anew each time: the first one alone can fill a queue.
const MOMENT: i32 = MEDIA_HZ as i32 / 40;
/// A lateness that differs by so many samples from the last one is another clock, not another queue: two seconds.
const ANOTHER_CLOCK: u32 = 2 * MEDIA_HZ;
/// A packet's number that is further from the last one is of a stream that began anew.
const NEAR_PACKETS: u16 = 3000;

/// More than this between two packets is a pause: a screen that stands still says nothing of what the link would bear.
const PAUSE: Duration = Duration::from_millis(120);

/// Counts of one interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Arrived {
    /// Packets that were due.
    pub(super) expected: u16,
    /// Packets of those that never came.
    pub(super) lost: u16,
    /// Bytes that came, headers included.
    pub(super) bytes: u32,
    /// How long they came for, without pauses.
    pub(super) busy: Duration,
    /// What stands in queues on the way.
    pub(super) queue: Duration,
}

/// See the [module's description](self). The clock is the caller's.
#[derive(Debug, Default)]
pub(super) struct Arrivals {
    /// The highest number that came.
    highest: Option<u16>,
    /// Which of it and the 127 before it came, from the lowest bit.
    seen: u128,
    /// Of this interval.
    expected: u32,
    came: u32,
    bytes: u32,
    busy: Duration,
    last: Option<Duration>,
    frame: Option<u16>,
    /// When the slice left of which the last offset is, on the sender's clock.
    left: u32,
    /// Where the sender's clock seems to stand against ours; later is larger. The last ones, newest last.
    offsets: VecDeque<u32>,
    /// The smallest offset of each piece of time and when that began, newest last.
    fastest: VecDeque<(Duration, u32)>,
}

impl Arrivals {
    /// A slice came at `now`.
    pub(super) fn came(&mut self, slice: &VideoSlice, bytes: usize, now: Duration) {
        if !self.count(slice.seq) {
            return;
        }
        self.bytes = self.bytes.saturating_add(bytes as u32);
        self.busy += self.last.replace(now).map_or(Duration::ZERO, |last| now.saturating_sub(last).min(PAUSE));
        let left = slice.media_time.wrapping_add(u32::from(slice.waited_ms) * (MEDIA_HZ / 1000));
        let newer = self.frame.map_or(1, |frame| slice.frame.wrapping_sub(frame) as i16);
        let goes_on = newer == 0 && slice.stream.source == Source::Screen && ahead(left, self.left) >= MOMENT;
        if newer > 0 || goes_on {
            (self.frame, self.left) = (Some(slice.frame), left);
            self.place(samples(now).wrapping_sub(left), now);
        }
    }

    /// How much later than the fastest of the last seconds this came; 0 for what came before anything.
    #[must_use]
    pub(super) fn lateness(&self, media_time: u32, came: Duration) -> Duration {
        self.fastest()
            .map_or(Duration::ZERO, |fastest| duration(ahead(samples(came).wrapping_sub(media_time), fastest)))
    }

    /// What came since the last time it was taken.
    pub(super) fn take(&mut self) -> Arrived {
        let arrived = self.so_far();
        (self.expected, self.came, self.bytes, self.busy) = (0, 0, 0, Duration::ZERO);
        arrived
    }

    /// What came since it was taken, without taking it.
    #[must_use]
    pub(super) fn so_far(&self) -> Arrived {
        let queue = match (self.fastest(), self.offsets.iter().copied().reduce(least)) {
            (Some(fastest), Some(offset)) => duration(ahead(offset, fastest)),
            _ => Duration::ZERO,
        };
        Arrived {
            expected: u16::try_from(self.expected).unwrap_or(u16::MAX),
            lost: u16::try_from(self.expected.saturating_sub(self.came)).unwrap_or(u16::MAX),
            bytes: self.bytes,
            busy: self.busy,
            queue,
        }
    }

    /// Counts a packet by its number; false for one that came before.
    fn count(&mut self, seq: u16) -> bool {
        let ahead = self.highest.map_or(1, |highest| seq.wrapping_sub(highest) as i16);
        if ahead.unsigned_abs() > NEAR_PACKETS || self.highest.is_none() {
            let (expected, came, bytes, busy) = (self.expected + 1, self.came, self.bytes, self.busy);
            *self = Self { expected, came, bytes, busy, ..Self::default() };
            (self.highest, self.seen) = (Some(seq), 1);
        } else if ahead > 0 {
            self.expected += u32::from(ahead.unsigned_abs());
            self.seen = self.seen.checked_shl(u32::from(ahead.unsigned_abs())).unwrap_or(0) | 1;
            self.highest = Some(seq);
        } else {
            let bit = 1u128.checked_shl(u32::from(ahead.unsigned_abs())).unwrap_or(0);
            if bit == 0 || self.seen & bit != 0 {
                return false;
            }
            self.seen |= bit;
        }
        self.came += 1;
        true
    }

    fn place(&mut self, offset: u32, now: Duration) {
        if self.offsets.back().is_some_and(|last| ahead(offset, *last).unsigned_abs() > ANOTHER_CLOCK) {
            self.offsets.clear();
            self.fastest.clear();
        }
        if self.offsets.len() == MOMENTS {
            self.offsets.pop_front();
        }
        self.offsets.push_back(offset);
        self.fastest.retain(|(began, _)| now.saturating_sub(*began) < MEMORY);
        match self.fastest.back_mut() {
            Some((began, fastest)) if now.saturating_sub(*began) < PIECE => *fastest = least(*fastest, offset),
            _ => self.fastest.push_back((now, offset)),
        }
    }

    fn fastest(&self) -> Option<u32> {
        self.fastest.iter().map(|(_, offset)| *offset).reduce(least)
    }
}

/// How many samples `a` is later than `b`, with numbers that wrap.
fn ahead(a: u32, b: u32) -> i32 {
    a.wrapping_sub(b) as i32
}

fn least(a: u32, b: u32) -> u32 {
    if ahead(a, b) < 0 { a } else { b }
}

fn samples(time: Duration) -> u32 {
    (time.as_micros() * u128::from(MEDIA_HZ) / 1_000_000) as u32
}

fn duration(samples: i32) -> Duration {
    Duration::from_micros(u64::from(samples.max(0).unsigned_abs()) * 1_000_000 / u64::from(MEDIA_HZ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hallway_protocol::video::{Layer, StreamKey};

    const FRAME: Duration = Duration::from_millis(100);

    fn slice(seq: u16, frame: u16) -> VideoSlice {
        let stream = StreamKey { source: Source::Camera, layer: Layer::Medium };
        let media_time = u32::from(frame) * 4800;
        let nals = vec![0; 88].into();
        VideoSlice { stream, keyframe: false, frame, slice: 0, slices: 1, seq, media_time, waited_ms: 0, nals }
    }

    /// Frames of one packet, each so much later than it was sent.
    fn arrivals(delays: &[u64]) -> Arrivals {
        let mut arrivals = Arrivals::default();
        for (at, delay) in delays.iter().enumerate() {
            let now = FRAME * at as u32 + Duration::from_millis(*delay);
            arrivals.came(&slice(at as u16, at as u16), 100, now);
        }
        arrivals
    }

    #[test]
    fn loss_and_bytes_are_counted_by_interval_whatever_the_order() {
        let mut arrivals = Arrivals::default();
        for seq in [65_534, 65_535, 1, 0, 1, 65_534, 5] {
            arrivals.came(&slice(seq, 0), 100, FRAME);
        }
        let arrived = arrivals.take();
        assert_eq!((arrived.expected, arrived.lost, arrived.bytes), (8, 3, 500));
        arrivals.came(&slice(4, 0), 100, FRAME);
        let (busy, queue) = (Duration::ZERO, Duration::ZERO);
        assert_eq!(arrivals.take(), Arrived { expected: 0, lost: 0, bytes: 100, busy, queue });
        arrivals.came(&slice(20_000, 0), 100, FRAME);
        assert_eq!(arrivals.take().expected, 1, "a stream that began anew");
    }

    #[test]
    fn pauses_are_no_time_in_which_something_came() {
        let mut arrivals = Arrivals::default();
        for (seq, at) in [0, 30, 60, 100, 1100, 1150].into_iter().enumerate() {
            arrivals.came(&slice(seq as u16, seq as u16), 100, Duration::from_millis(at));
        }
        assert_eq!(arrivals.take().busy, Duration::from_millis(100 + 120 + 50));
        assert_eq!(arrivals.take().busy, Duration::ZERO);
    }

    #[test]
    fn a_queue_is_what_all_of_the_last_frames_are_late_by() {
        assert_eq!(arrivals(&[50; 10]).take().queue, Duration::ZERO);
        assert_eq!(arrivals(&[50, 50, 50, 50, 250]).take().queue, Duration::ZERO, "jitter");
        assert_eq!(arrivals(&[50, 50, 150, 180, 220]).take().queue, Duration::from_millis(100));
        assert_eq!(arrivals(&[50, 150, 180, 220, 50]).take().queue, Duration::ZERO, "empty again");
    }

    #[test]
    fn a_screens_frame_that_leaves_for_long_tells_of_the_queue_that_it_makes() {
        let stream = StreamKey { source: Source::Screen, layer: Layer::Large };
        let queue = |late: fn(u64) -> u64| {
            let mut arrivals = Arrivals::default();
            for part in 0..30u8 {
                let waited = u64::from(part) * 10;
                let slice =
                    VideoSlice { waited_ms: waited as u16, slice: part, slices: 30, stream, ..slice(part.into(), 0) };
                arrivals.came(&slice, 100, Duration::from_millis(40 + waited + late(waited)));
            }
            arrivals.take().queue
        };
        assert_eq!(queue(|_| 0), Duration::ZERO);
        assert_eq!(queue(|waited| if waited == 90 { 90 } else { 0 }), Duration::ZERO, "one that is late");
        assert_eq!(queue(|waited| waited), Duration::from_millis(210));
    }

    #[test]
    fn what_waited_at_the_sender_is_no_queue_but_late() {
        let mut arrivals = arrivals(&[50; 3]);
        for number in 3..6 {
            let came = FRAME * u32::from(number) + Duration::from_millis(250);
            arrivals.came(&VideoSlice { waited_ms: 180, ..slice(number, number) }, 100, came);
        }
        assert_eq!(arrivals.take().queue, Duration::from_millis(20));
        let (taken, came) = (5 * 4800, FRAME * 5 + Duration::from_millis(250));
        assert_eq!(arrivals.lateness(taken, came), Duration::from_millis(200));
    }

    #[test]
    fn the_fastest_is_forgotten_and_another_clock_is_no_queue() {
        let mut delays = vec![50; 3];
        delays.extend([120; 400]);
        assert_eq!(arrivals(&delays[..200]).take().queue, Duration::from_millis(70));
        assert_eq!(arrivals(&delays).take().queue, Duration::ZERO);
        assert_eq!(arrivals(&[50, 50, 50, 9_050, 9_050, 9_050]).take().queue, Duration::ZERO);
        let arrivals = arrivals(&[50, 80]);
        assert_eq!(arrivals.lateness(4800, FRAME + Duration::from_millis(650)), Duration::from_millis(600));
    }
}
