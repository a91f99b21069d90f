//! What left of a stream, for those to whom some of it did not come.

use bytes::Bytes;
use hallway_protocol::video::{MissingSlices, VideoSlice};
use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// How long slices are kept after they left: receivers ask for no longer than a second.
const KEPT: Duration = Duration::from_millis(1500);
/// Most slices that are kept: what leaves in that time.
const MOST: usize = 512;
/// A slice that was asked for leaves once in this time, however many ask.
const ONCE_IN: Duration = Duration::from_millis(100);
/// A slice leaves again at most so often: nobody's requests keep the others from what is new.
const MOST_TIMES: u8 = 4;

/// See the [module's description](self). The clock is the caller's.
#[derive(Debug, Default)]
pub(super) struct Sent {
    slices: VecDeque<Slice>,
    /// Those of them that are asked for, and since when they have waited in all.
    asked: VecDeque<(Bytes, Instant)>,
}

#[derive(Debug)]
struct Slice {
    seq: u16,
    bytes: Bytes,
    /// Since when it waits to leave, and when it left last.
    since: Instant,
    left: Instant,
    /// How often it left again.
    times: u8,
}

impl Sent {
    /// A slice, which waited since then, leaves now.
    pub(super) fn keep(&mut self, bytes: Bytes, since: Instant, now: Instant) {
        let Ok(VideoSlice { seq, .. }) = VideoSlice::decode(&bytes) else { return };
        self.slices.push_back(Slice { seq, bytes, since, left: now, times: 0 });
        while self.slices.len() > MOST {
            self.slices.pop_front();
        }
    }

    /// Somebody misses some.
    pub(super) fn ask(&mut self, missing: MissingSlices, now: Instant) {
        self.slices.retain(|slice| now.saturating_duration_since(slice.left) < KEPT);
        for seq in missing.numbers() {
            let found = self.slices.iter_mut().find(|slice| slice.seq == seq);
            let may_leave =
                |slice: &&mut Slice| slice.times < MOST_TIMES && now.saturating_duration_since(slice.left) >= ONCE_IN;
            if let Some(slice) = found.filter(may_leave) {
                (slice.left, slice.times) = (now, slice.times + 1);
                self.asked.push_back((slice.bytes.clone(), slice.since));
            }
        }
    }

    /// The next one that is asked for, and since when it has waited.
    pub(super) fn next(&mut self) -> Option<(Bytes, Instant)> {
        self.asked.pop_front()
    }

    /// Whether some are asked for.
    pub(super) fn is_asked(&self) -> bool {
        !self.asked.is_empty()
    }
}
