//! Slices to frames: puts one stream's frames together and hands out those that can be decoded, in their order.
//!
//! A frame refers to the one before it, so once one is missing nothing is handed out before the next keyframe. Nothing is
//! given up too soon for packets that overtake each other, and nothing waits long for packets that are lost.

use super::slicer::MOST_NALS;
use bytes::{Bytes, BytesMut};
use hallway_protocol::{limits::KEYFRAME_INTERVAL, video::VideoSlice};
use std::{collections::VecDeque, time::Duration};

/// How long is waited for slices that don't come.
#[derive(Clone, Copy, Debug)]
struct Patience {
    /// A complete frame waits so long for an incomplete one before it.
    overtaken: Duration,
    /// A frame of which no further slice comes is waited for so long.
    stalled: Duration,
}

/// Packets of neighbouring frames overtake each other by a few milliseconds, and every millisecond here comes on top of the
/// keyframe's way when one is really lost. Slices of a frame leave within half a frame's interval, so what stalls for longer is
/// jitter that nobody can watch anyway.
const FOR_FACES: Patience = Patience { overtaken: Duration::from_millis(40), stalled: Duration::from_millis(150) };
/// Slices that are lost are asked for again.
const FOR_SCREENS: Patience = Patience { overtaken: MISSED_FOR, stalled: MISSED_FOR };
/// How long slices of a screen that are lost are waited for: as long as they are asked for. It is enough for three ways there and
/// back of a third of a second each.
pub const MISSED_FOR: Duration = Duration::from_millis(1000);
/// Most frames in the making; beyond them the oldest goes. At 30 a second they are half a second.
const MOST_FRAMES: usize = 16;
/// Most bytes in the making, of all frames together: two of the largest keyframes.
const MOST_BYTES: usize = 512 * 1024;
/// After so long without a slice that is wanted, one with an old number is of a stream that began anew.
const BEGUN_ANEW: Duration = Duration::from_millis(500);
/// How long a keyframe is asked for after the last slice came: a camera that was shut needs none.
const ASKING: Duration = Duration::from_secs(1);
/// How far a frame's number may be from the last one's without being taken for a stream that began anew: ten seconds.
const NEAR_FRAMES: u16 = 300;

/// A frame that can be decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Its number.
    pub number: u16,
    /// Whether it needs none before it.
    pub keyframe: bool,
    /// When it was taken, on the sender's media clock.
    pub media_time: u32,
    /// When its first slice came.
    pub began: Duration,
    /// NAL units with start codes.
    pub bytes: Bytes,
}

/// See the [module's description](self). The clock is the caller's.
#[derive(Debug)]
pub struct Assembly {
    patience: Patience,
    /// In the order of their numbers.
    building: VecDeque<Building>,
    bytes: usize,
    /// The frame that can be decoded next; `None` before a keyframe.
    next: Option<u16>,
    /// The last frame that was handed out or given up: none up to it is wanted.
    last: Option<u16>,
    /// When a keyframe was asked for.
    asked: Option<Duration>,
    /// When the last slice came, and the last one that was wanted.
    heard: Option<Duration>,
    fed: Duration,
    dropped: u64,
}

/// A frame whose slices are coming.
#[derive(Debug)]
struct Building {
    number: u16,
    keyframe: bool,
    media_time: u32,
    slices: Vec<Option<Bytes>>,
    missing: usize,
    bytes: usize,
    began: Duration,
    /// When the last slice came.
    fed: Duration,
}

impl Assembly {
    /// For pictures that are stale soon.
    #[must_use]
    pub fn of_faces() -> Self {
        Self::with(FOR_FACES)
    }

    /// For pictures whose lost slices are asked for again.
    #[must_use]
    pub fn of_screens() -> Self {
        Self::with(FOR_SCREENS)
    }

    fn with(patience: Patience) -> Self {
        let (building, bytes, next, last, asked) = (VecDeque::new(), 0, None, None, None);
        Self { patience, building, bytes, next, last, asked, heard: None, fed: Duration::ZERO, dropped: 0 }
    }

    /// Takes a slice that came at `now`.
    pub fn push(&mut self, slice: &VideoSlice, now: Duration) {
        self.heard = Some(now);
        let ahead = self.last.map_or(1, |last| distance(slice.frame, last));
        let old = ahead <= 0 && now.saturating_sub(self.fed) >= BEGUN_ANEW;
        if old || ahead.unsigned_abs() > NEAR_FRAMES {
            self.begin_anew();
        } else if ahead <= 0 {
            return;
        }
        if slice.nals.len() > MOST_NALS {
            return;
        }
        self.fed = now;
        let at = self.building.partition_point(|building| distance(building.number, slice.frame) < 0);
        if self.building.get(at).is_none_or(|building| building.number != slice.frame) {
            self.building.insert(at, Building::of(slice, now));
        }
        self.bytes += self.building[at].take(slice, now);
        while self.building.len() > MOST_FRAMES || self.bytes > MOST_BYTES {
            self.give_up_first();
        }
    }

    /// The next frame that can be decoded. Call it until there is none, after each slice and at [`Self::due`].
    pub fn next(&mut self, now: Duration) -> Option<Frame> {
        self.drop_stalled(now);
        let ready = self.ready()?;
        for _ in 0..ready {
            self.drop_first();
        }
        let building = self.building.pop_front()?;
        self.bytes -= building.bytes;
        self.last = Some(building.number);
        self.next = Some(building.number.wrapping_add(1));
        Some(building.finish())
    }

    /// When [`Self::next`] has something to decide although nothing came.
    #[must_use]
    pub fn due(&self) -> Option<Duration> {
        let frame = self.building.front().map(|first| self.patience(first));
        let asking = self.next.is_none().then_some(self.asked).flatten().map(|asked| asked + KEYFRAME_INTERVAL);
        let asking = asking.filter(|at| self.heard.is_some_and(|heard| *at < heard + ASKING));
        frame.into_iter().chain(asking).min()
    }

    /// Whether a keyframe is to be asked for now; then it is taken for asked.
    pub fn asks_for_keyframe(&mut self, now: Duration) -> bool {
        let coming = self.building.iter().any(|building| building.keyframe);
        let patient = self.asked.is_some_and(|asked| now < asked + KEYFRAME_INTERVAL);
        let heard = self.heard.is_some_and(|heard| now < heard + ASKING);
        let asks = heard && self.next.is_none() && !coming && !patient;
        if asks {
            self.asked = Some(now);
        }
        asks
    }

    /// A frame that was handed out could not be decoded: nothing helps but a keyframe.
    pub fn broken(&mut self) {
        self.next = None;
    }

    /// Frames that were given up.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Bytes that are held.
    #[must_use]
    pub fn held(&self) -> usize {
        self.bytes
    }

    /// The place of the frame to be handed out: the one that is next, else the newest complete keyframe.
    fn ready(&self) -> Option<usize> {
        let complete = |building: &Building| building.missing == 0;
        let keyframe = self.building.iter().rposition(|building| building.keyframe && complete(building));
        let first = self.building.front()?;
        let in_turn = self.next == Some(first.number) && complete(first);
        if in_turn { Some(0) } else { keyframe }
    }

    /// Until when the first frame is waited for, or what comes before it if it isn't the next.
    fn patience(&self, first: &Building) -> Duration {
        let stalled = first.fed + self.patience.stalled;
        let overtaken = self
            .building
            .iter()
            .filter(|building| building.missing == 0)
            .map(|later| later.fed + self.patience.overtaken)
            .min();
        overtaken.map_or(stalled, |overtaken| overtaken.min(stalled))
    }

    /// Gives up frames whose time is over, and with them those that need them.
    fn drop_stalled(&mut self, now: Duration) {
        while let Some(first) = self.building.front()
            && self.ready().is_none()
            && now >= self.patience(first)
        {
            self.give_up_first();
        }
    }

    fn give_up_first(&mut self) {
        self.drop_first();
        self.next = None;
    }

    fn drop_first(&mut self) {
        if let Some(building) = self.building.pop_front() {
            self.bytes -= building.bytes;
            self.last = Some(building.number);
            self.dropped += 1;
        }
    }

    fn begin_anew(&mut self) {
        self.dropped += self.building.len() as u64;
        self.building.clear();
        (self.bytes, self.next, self.last) = (0, None, None);
    }
}

impl Building {
    fn of(slice: &VideoSlice, now: Duration) -> Self {
        Self {
            number: slice.frame,
            keyframe: slice.keyframe,
            media_time: slice.media_time,
            slices: vec![None; usize::from(slice.slices)],
            missing: usize::from(slice.slices),
            bytes: 0,
            began: now,
            fed: now,
        }
    }

    /// Takes a slice, and tells how many bytes are held more. One that doesn't fit the others, or came twice, is dropped.
    fn take(&mut self, slice: &VideoSlice, now: Duration) -> usize {
        let fits = slice.keyframe == self.keyframe
            && slice.media_time == self.media_time
            && usize::from(slice.slices) == self.slices.len();
        let Some(place @ None) = self.slices.get_mut(usize::from(slice.slice)).filter(|_| fits) else { return 0 };
        // A copy of its own: a slice of the network's buffer would keep all of that.
        *place = Some(Bytes::copy_from_slice(&slice.nals));
        self.missing -= 1;
        self.bytes += slice.nals.len();
        self.fed = now;
        slice.nals.len()
    }

    fn finish(self) -> Frame {
        let mut bytes = BytesMut::with_capacity(self.bytes);
        self.slices.iter().flatten().for_each(|slice| bytes.extend_from_slice(slice));
        Frame {
            number: self.number,
            keyframe: self.keyframe,
            media_time: self.media_time,
            began: self.began,
            bytes: bytes.freeze(),
        }
    }
}

/// How far `a` is after `b`, with numbers that wrap.
fn distance(a: u16, b: u16) -> i16 {
    a.wrapping_sub(b) as i16
}

#[cfg(test)]
mod tests;
