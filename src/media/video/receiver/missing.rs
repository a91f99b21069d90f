//! Which slices of a screen did not come and are asked for again: one of a hundred that is lost would cost the whole frame, and
//! a keyframe after it.

use super::super::assembly::MISSED_FOR;
use hallway_protocol::{
    ids::PersonId,
    video::{MissingSlices, StreamKey, VideoSlice},
};
use std::{collections::VecDeque, time::Duration};

/// Packets overtake each other by a few milliseconds.
const OVERTAKEN: Duration = Duration::from_millis(30);
/// The end of a frame is missed when nothing came for so long: at the slowest pace slices are 75 ms apart.
const END_MISSED: Duration = Duration::from_millis(250);
/// How long after it was asked for a slice is asked for again: longer than most ways there and back.
const AGAIN: Duration = Duration::from_millis(200);
/// Two requests are at least so far apart: what is missed meanwhile is asked for together.
const BETWEEN: Duration = Duration::from_millis(50);
/// Most slices that are missed; of more the newest.
const MOST: usize = 256;
/// A number that is further from the last one is of a stream that began anew.
const NEAR_PACKETS: u16 = 512;

/// See the [module's description](self). The clock is the caller's.
#[derive(Debug, Default)]
pub(super) struct Missing {
    /// In the order of their numbers.
    missed: VecDeque<Missed>,
    newest: Option<Newest>,
    /// Not before this moment anything is asked for.
    next: Duration,
}

/// The slice with the highest number that came.
#[derive(Debug)]
struct Newest {
    stream: StreamKey,
    seq: u16,
    /// The number of the last slice of its frame.
    end: u16,
    came: Duration,
}

#[derive(Debug)]
struct Missed {
    seq: u16,
    since: Duration,
    /// When it is asked for next.
    due: Duration,
}

impl Missing {
    /// A slice came at `now`.
    pub(super) fn came(&mut self, slice: &VideoSlice, now: Duration) {
        let first = slice.seq.wrapping_sub(slice.slice.into());
        let end = first.wrapping_add(u16::from(slice.slices) - 1);
        let newest = Newest { stream: slice.stream, seq: slice.seq, end, came: now };
        let before = self.newest.as_ref().map(|newest| newest.seq);
        match before.map(|before| slice.seq.wrapping_sub(before) as i16) {
            Some(ahead) if ahead.unsigned_abs() <= NEAR_PACKETS => {
                if ahead <= 0 {
                    self.missed.retain(|missed| missed.seq != slice.seq);
                    return;
                }
                self.miss(ahead.unsigned_abs() - 1, slice.seq, now);
            }
            _ => {
                self.missed.clear();
                self.miss(slice.slice.into(), slice.seq, now);
            }
        }
        self.newest = Some(newest);
        if slice.keyframe {
            // What came before it is needed no more.
            self.missed.retain(|missed| missed.seq.wrapping_sub(first) as i16 >= 0);
        }
    }

    /// What is to be asked for now.
    pub(super) fn ask(&mut self, of: PersonId, now: Duration) -> Option<MissingSlices> {
        self.miss_end(now);
        self.missed.retain(|missed| now.saturating_sub(missed.since) < MISSED_FOR);
        if now < self.next {
            return None;
        }
        let stream = self.newest.as_ref()?.stream;
        let from = self.missed.iter().find(|missed| now >= missed.due)?.seq;
        let mut which = 0;
        for missed in self.missed.iter_mut().filter(|missed| now >= missed.due) {
            let bit = missed.seq.wrapping_sub(from);
            if bit < MissingSlices::MOST {
                which |= 1 << bit;
                missed.due = now + AGAIN;
            }
        }
        self.next = now + BETWEEN;
        Some(MissingSlices { person: of, stream, from, which })
    }

    /// When [`Self::ask`] has something to do although nothing came.
    pub(super) fn due(&self) -> Option<Duration> {
        let end = self.newest.as_ref().filter(|newest| newest.seq != newest.end).map(|newest| newest.came + END_MISSED);
        let missed = self.missed.iter().map(|missed| missed.due.max(self.next)).min();
        missed.into_iter().chain(end).min()
    }

    /// The `count` slices before number `end` are missed.
    fn miss(&mut self, count: u16, end: u16, now: Duration) {
        let missed =
            (1..=count).rev().map(|back| Missed { seq: end.wrapping_sub(back), since: now, due: now + OVERTAKEN });
        self.missed.extend(missed);
        let too_many = self.missed.len().saturating_sub(MOST);
        self.missed.drain(..too_many);
    }

    /// Where nothing comes any more, the rest of the frame is missed.
    fn miss_end(&mut self, now: Duration) {
        let Some(newest) = &mut self.newest else { return };
        if newest.seq != newest.end && now >= newest.came + END_MISSED {
            let (count, end) = (newest.end.wrapping_sub(newest.seq), newest.end.wrapping_add(1));
            newest.seq = newest.end;
            self.miss(count, end, now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hallway_protocol::video::{Layer, Source};

    const OF: PersonId = PersonId(2);
    const STREAM: StreamKey = StreamKey { source: Source::Screen, layer: Layer::Large };

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// Of a frame of ten slices whose first one has this number.
    fn slice(first: u16, slice: u8) -> VideoSlice {
        let seq = first.wrapping_add(slice.into());
        let nals = vec![0; 8].into();
        let (keyframe, frame, slices, media_time, waited_ms) = (false, first / 10, 10, 0, 0);
        VideoSlice { stream: STREAM, keyframe, frame, slice, slices, seq, media_time, waited_ms, nals }
    }

    fn asked(missing: &mut Missing, now: Duration) -> Vec<u16> {
        missing.ask(OF, now).into_iter().flat_map(MissingSlices::numbers).collect()
    }

    #[test]
    fn what_is_passed_by_is_asked_for_until_it_comes() {
        let mut missing = Missing::default();
        // Across the wrap of the numbers.
        for number in [0, 1, 4, 5, 7] {
            missing.came(&slice(65_532, number), ms(100));
        }
        assert!(asked(&mut missing, ms(120)).is_empty(), "it may still come");
        assert_eq!(missing.due(), Some(ms(130)));
        assert_eq!(asked(&mut missing, ms(130)), [65_534, 65_535, 2]);
        assert!(asked(&mut missing, ms(300)).is_empty(), "it was asked for");
        missing.came(&slice(65_532, 3), ms(310));
        assert_eq!(asked(&mut missing, ms(330)), [65_534, 2]);
        [8, 9, 2, 6].into_iter().for_each(|number| missing.came(&slice(65_532, number), ms(340)));
        assert_eq!((asked(&mut missing, ms(5000)), missing.due()), (vec![], None));
    }

    #[test]
    fn the_end_of_a_frame_is_missed_when_nothing_follows_it() {
        let mut missing = Missing::default();
        (0..8).for_each(|number| missing.came(&slice(40, number), ms(10)));
        assert_eq!(missing.due(), Some(ms(260)));
        assert!(asked(&mut missing, ms(260)).is_empty());
        assert_eq!(asked(&mut missing, ms(290)), [48, 49]);
        missing.came(&slice(50, 0), ms(300));
        assert_eq!(asked(&mut missing, ms(490)), [48, 49], "what follows does not change that");
        assert!(
            asked(&mut missing, ms(2000)).is_empty() && missing.missed.len() == 9,
            "given up; now the next one's end"
        );
    }

    #[test]
    fn a_frame_whose_beginning_is_lost_is_asked_for_as_a_whole() {
        let mut missing = Missing::default();
        missing.came(&slice(7000, 3), ms(0));
        assert_eq!(asked(&mut missing, ms(30)), [7000, 7001, 7002]);
        missing.came(&slice(20_000, 1), ms(40));
        assert_eq!(asked(&mut missing, ms(90)), [20_000], "a stream that began anew");
    }

    #[test]
    fn what_stands_before_a_keyframe_is_missed_no_more() {
        let mut missing = Missing::default();
        missing.came(&slice(0, 0), ms(0));
        missing.came(&slice(0, 5), ms(0));
        missing.came(&VideoSlice { keyframe: true, ..slice(10, 2) }, ms(10));
        assert_eq!(asked(&mut missing, ms(60)), [10, 11]);
    }

    #[test]
    fn however_much_is_lost_requests_are_few_and_bounded() {
        let mut missing = Missing::default();
        missing.came(&slice(0, 0), ms(0));
        missing.came(&slice(500, 0), ms(0));
        assert_eq!(missing.missed.len(), MOST);
        let requests = (0..100).filter(|step| missing.ask(OF, ms(30 + step * 10)).is_some()).count();
        assert!((15..=20).contains(&requests), "{requests} in a second");
    }
}
