//! The frames of one stream that wait for their turn, and how fast they leave.

use super::{outbox::Frame, sent::Sent};
use bytes::Bytes;
use hallway_protocol::video::{MissingSlices, Source};
use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// Fewest bytes a second: what the smallest encoding needs.
const LEAST_BYTES_PER_SECOND: f64 = 15_000.0;
/// Most bytes a second: three times what any encoding aims at.
const MOST_BYTES_PER_SECOND: f64 = 1_500_000.0;
/// A tenth of a second lies between two pictures of a screen at most.
const BETWEEN_PICTURES: Duration = Duration::from_millis(100);
/// Most bytes that wait: more than the largest frame there can be.
pub(super) const WAITING_BYTES: usize = 800_000;

/// How the frames of a stream leave.
#[derive(Clone, Copy, Debug)]
struct Manner {
    /// At this multiple of the bitrate that the encoder aims at. A keyframe that left at once would fill the queue of a narrow
    /// link, in which the next words stand.
    pace: f64,
    /// Bytes that may leave at once.
    burst_bytes: f64,
    /// What waits leaves within this time all the same.
    leaves_within: Option<Duration>,
    /// How long a frame may wait for those before it.
    longest_wait: Duration,
}

impl Manner {
    fn of(source: Source) -> Self {
        match source {
            // A face that is seen late is worth less than it costs, and nobody shows one that is 500 ms old.
            Source::Camera => Self {
                pace: 2.5,
                // A usual frame at 640×360.
                burst_bytes: 4_000.0,
                leaves_within: Some(Duration::from_millis(200)),
                longest_wait: Duration::from_millis(300),
            },
            // The first picture of a screen is as large as seconds of a face, so it may take seconds, with no room for a queue
            // all that time. Those after it are not taken before it has left.
            Source::Screen => {
                Self { pace: 1.0, burst_bytes: 1_000.0, leaves_within: None, longest_wait: Duration::from_secs(10) }
            }
        }
    }
}

/// See the [module's description](self). The clock is the caller's.
#[derive(Debug)]
pub(super) struct Lane {
    manner: Manner,
    frames: VecDeque<Frame>,
    bytes: usize,
    /// What left, where that may be asked for again.
    sent: Option<Sent>,
    /// Bits a second that the encoder aims at.
    target_bitrate: u32,
    /// What may leave now, in bytes, and as of when.
    allowance: f64,
    looked: Option<Instant>,
}

impl Lane {
    /// Of a stream from this source. Only a screen's slices leave again: a face that comes so late is shown to nobody.
    pub(super) fn new(source: Source) -> Self {
        let (frames, manner) = (VecDeque::new(), Manner::of(source));
        let allowance = manner.burst_bytes;
        let sent = (source == Source::Screen).then(Sent::default);
        Self { manner, frames, bytes: 0, sent, target_bitrate: 0, allowance, looked: None }
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.frames.is_empty() && !self.sent.as_ref().is_some_and(Sent::is_asked)
    }

    /// Whether more waits than leaves in the time between two pictures.
    pub(super) fn is_behind(&self, now: Instant) -> bool {
        self.bytes as f64 > self.bytes_per_second(now) * BETWEEN_PICTURES.as_secs_f64()
    }

    /// How much waits.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Bits a second; with none nobody watches, and what waits is for nobody.
    pub(super) fn aim_at(&mut self, target_bitrate: u32) {
        self.target_bitrate = target_bitrate;
        if target_bitrate == 0 {
            self.clear();
        }
    }

    pub(super) fn push(&mut self, frame: Frame) {
        self.bytes += frame.slices.iter().map(Bytes::len).sum::<usize>();
        self.frames.push_back(frame);
    }

    /// Forgets what waits and what left.
    pub(super) fn clear(&mut self) {
        self.frames.clear();
        self.bytes = 0;
        self.sent = self.sent.take().map(|_| Sent::default());
    }

    /// What may leave grows with the time.
    pub(super) fn earn(&mut self, now: Instant) {
        let Some(looked) = self.looked.replace(now) else { return };
        let since = now.saturating_duration_since(looked).as_secs_f64();
        self.allowance = (self.allowance + since * self.bytes_per_second(now)).min(self.manner.burst_bytes);
    }

    /// So many bytes of this stream leave beside what [`Self::next`] gives.
    pub(super) fn spend(&mut self, bytes: usize) {
        self.allowance -= bytes as f64;
    }

    /// The next slice that may leave, and since when it has waited.
    pub(super) fn next(&mut self, now: Instant) -> Option<(Bytes, Instant)> {
        if self.allowance <= 0.0 {
            return None;
        }
        let again = self.sent.as_mut().and_then(Sent::next);
        let (slice, since) = again.or_else(|| self.next_new(now))?;
        self.spend(slice.len());
        Some((slice, since))
    }

    fn next_new(&mut self, now: Instant) -> Option<(Bytes, Instant)> {
        let frame = self.frames.front_mut()?;
        let slice = frame.slices.pop_front()?;
        let since = frame.since;
        frame.has_begun = true;
        if frame.slices.is_empty() {
            self.frames.pop_front();
        }
        self.bytes -= slice.len();
        if let Some(sent) = &mut self.sent {
            sent.keep(slice.clone(), since, now);
        }
        Some((slice, since))
    }

    /// A receiver asks for slices that did not come.
    pub(super) fn send_again(&mut self, missing: MissingSlices, now: Instant) {
        if let Some(sent) = &mut self.sent {
            sent.ask(missing, now);
        }
    }

    /// Drops what has waited too long, and tells whether the stream is interrupted by that.
    pub(super) fn drop_stale(&mut self, now: Instant) -> bool {
        let mut is_broken = false;
        while let Some(stale) = self.frames.iter().position(|frame| {
            let waited = now.saturating_duration_since(frame.since);
            !frame.has_begun && (waited > self.manner.longest_wait || self.bytes > WAITING_BYTES)
        }) {
            is_broken = self.drop_from(stale);
        }
        is_broken
    }

    /// Drops a frame, and those that can't be decoded without it. True when no keyframe is left.
    fn drop_from(&mut self, first: usize) -> bool {
        let keyframe = self.frames.iter().skip(first + 1).position(|frame| frame.keyframe);
        self.frames.drain(first..keyframe.map_or(self.frames.len(), |after| first + 1 + after));
        self.bytes = self.frames.iter().flat_map(|frame| &frame.slices).map(Bytes::len).sum();
        keyframe.is_none()
    }

    fn bytes_per_second(&self, now: Instant) -> f64 {
        let pace = self.manner.pace * f64::from(self.target_bitrate) / 8.0;
        let hurried = self.frames.front().zip(self.manner.leaves_within).map_or(0.0, |(oldest, within)| {
            let left = within.saturating_sub(now.saturating_duration_since(oldest.since));
            self.bytes as f64 / left.as_secs_f64()
        });
        pace.max(hurried).clamp(LEAST_BYTES_PER_SECOND, MOST_BYTES_PER_SECOND)
    }
}
