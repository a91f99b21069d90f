//! One remote stream: frames, their inspection and decoding, and the moment at which each picture is shown.

use super::{
    super::{
        assembly::{Assembly, Frame},
        decoder::{DecodeError, Decoder, Strikes},
        inspect::Inspector,
        media_clock::MediaClock,
    },
    Output, Received,
    arrivals::{Arrivals, Arrived},
    missing::Missing,
    preference::{Preference, Wish},
};
use crate::media::picture::Picture;
use hallway_protocol::{
    ids::PersonId,
    video::{
        Layer, SENDER_BYTES, Source, StreamKey, VIDEO_HEADER_BYTES, VIDEO_REPORT_INTERVAL, VideoFeedback, VideoReport,
        VideoSlice,
    },
};
use std::{collections::VecDeque, sync::Arc, time::Duration};

/// No picture of a face is shown that is so much later than the fastest of the last seconds.
const FACE_TOO_OLD: Duration = Duration::from_millis(500);
/// One of a screen is read, and the newest that there is.
const SCREEN_TOO_OLD: Duration = Duration::from_secs(10);
/// How long a picture waits for its voice at most. Pictures ahead of the voice by more would be so for seconds, while a
/// jitter buffer grows; then pictures are better seen.
const VOICE_WAIT: Duration = Duration::from_millis(200);
/// Most pictures that wait for their voice: what comes in that time at 60 in a second.
const MOST_WAITING: usize = 12;
/// A layer of which nothing came for so long gives way to any other.
const LAYER_SILENT: Duration = Duration::from_millis(500);
/// A queue of which the sender is told at once, if it does not know of it yet: half a second later the queue may be full.
const LONG_QUEUE: Duration = Duration::from_millis(80);
/// A screen begins with its largest picture, and how fast that leaves is found while it does: its sender is told how it comes
/// from this time after its first packet on, and so often until the interval is over.
const EARLY_FROM: Duration = Duration::from_millis(200);
const EARLY: Duration = Duration::from_millis(100);
/// Reports go on for so long after the last packet: that nothing comes is worth knowing.
const REPORTED: Duration = Duration::from_secs(3);

/// How a stream comes, over the last second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quality {
    /// Whose.
    pub of: PersonId,
    /// Which pictures.
    pub source: Source,
    /// Width and height of what is shown.
    pub size: (usize, usize),
    /// Pictures shown in a second.
    pub rate: f32,
    /// Share of packets lost.
    pub loss: f32,
    /// Bits in a second.
    pub bitrate: u32,
}

/// See the [module's description](self). The clock is the caller's.
pub(super) struct RemoteStream {
    of: PersonId,
    source: Source,
    layers: [Coming; Layer::COUNT],
    /// The layer that is being decoded.
    current: Option<Layer>,
    watched: Option<Layer>,
    inspector: Inspector,
    decoder: Decoder,
    strikes: Strikes,
    waiting: VecDeque<Waiting>,
    heard: Duration,
    size: (usize, usize),
    report_due: Duration,
    reported: Duration,
    /// Whether the sender knows of a long queue.
    warned: bool,
    /// When the sender is told before the first interval is over.
    early_due: Option<Duration>,
    /// Of this interval and the two before it.
    intervals: [Interval; 3],
    preference: Preference,
    counts: Received,
}

/// A layer's packets.
struct Coming {
    assembly: Assembly,
    arrivals: Arrivals,
    /// What is asked for again, of a screen.
    missing: Missing,
    heard: Option<Duration>,
}

/// A picture that waits for its moment.
struct Waiting {
    picture: Arc<Picture>,
    began: Duration,
    at: Duration,
}

#[derive(Clone, Copy, Default)]
struct Interval {
    arrived: Arrived,
    shown: u16,
    delay: Duration,
    length: Duration,
}

impl Coming {
    fn new(source: Source) -> Self {
        let assembly = match source {
            Source::Camera => Assembly::of_faces(),
            Source::Screen => Assembly::of_screens(),
        };
        Self { assembly, arrivals: Arrivals::default(), missing: Missing::default(), heard: None }
    }
}

impl RemoteStream {
    pub(super) fn new(of: PersonId, source: Source, now: Duration) -> Self {
        Self {
            of,
            source,
            layers: Layer::ALL.map(|_| Coming::new(source)),
            current: None,
            watched: None,
            inspector: Inspector::new(source),
            decoder: Decoder::default(),
            strikes: Strikes::default(),
            waiting: VecDeque::new(),
            heard: now,
            size: (0, 0),
            report_due: now + VIDEO_REPORT_INTERVAL,
            reported: now,
            warned: false,
            early_due: None,
            intervals: Default::default(),
            preference: Preference::new(source),
            counts: Received::default(),
        }
    }

    /// Takes a slice.
    pub(super) fn receive(&mut self, slice: &VideoSlice, came: Duration) {
        let is_first = self.layers.iter().all(|coming| coming.heard.is_none());
        let coming = &mut self.layers[slice.stream.layer.index()];
        coming.arrivals.came(slice, SENDER_BYTES + VIDEO_HEADER_BYTES + slice.nals.len(), came);
        coming.assembly.push(slice, came);
        coming.heard = Some(came);
        if self.source == Source::Screen {
            coming.missing.came(slice, came);
        }
        if is_first || came > self.heard + REPORTED {
            // What came is of the time since then, and of no pause before it.
            (self.reported, self.report_due) = (came, came + VIDEO_REPORT_INTERVAL);
            self.early_due = (self.source == Source::Screen).then_some(came + EARLY_FROM);
        }
        self.heard = self.heard.max(came);
    }

    /// This layer is asked of the server now.
    pub(super) fn watch(&mut self, layer: Layer, now: Duration) {
        self.watched = Some(layer);
        self.preference.watches(layer, now);
        // Not to be forgotten before the first slice had time to come.
        self.heard = self.heard.max(now);
    }

    /// The sender says that the own link holds this layer back for others.
    pub(super) fn step_down(&mut self, layer: Layer, now: Duration, out: &mut Vec<Output>) {
        let wish = self.preference.step_down(layer, now);
        self.tell(wish, out);
    }

    /// How long nothing came.
    pub(super) fn silent(&self, now: Duration) -> Duration {
        now.saturating_sub(self.heard)
    }

    /// Does what is due at `now`. `voice` is what is played of the same person's voice.
    pub(super) fn step(&mut self, now: Duration, voice: Option<MediaClock>, out: &mut Vec<Output>) {
        for layer in Layer::ALL {
            while let Some(frame) = self.layers[layer.index()].assembly.next(now) {
                self.take(&frame, layer, now, voice);
            }
        }
        self.show(now, out);
        self.ask(now, out);
        if let Some(meant) = self.watched.or(self.current)
            && let Some(missing) = self.layers[meant.index()].missing.ask(self.of, now)
        {
            out.push(Output::Feedback(VideoFeedback::Missing(missing)));
        }
        if now >= self.report_due {
            self.report(now, out);
        } else {
            self.tell_early(now, out);
        }
    }

    pub(super) fn due(&self) -> Option<Duration> {
        let frames = self.layers.iter().filter_map(|coming| coming.assembly.due());
        let pictures = self.waiting.front().map(|waiting| waiting.at);
        let meant = self.watched.or(self.current);
        let missing = meant.and_then(|meant| self.layers[meant.index()].missing.due());
        frames.chain(pictures).chain(missing).chain(self.early_due).chain([self.report_due]).min()
    }

    pub(super) fn add_to(&self, received: &mut Received) {
        let dropped: u64 = self.layers.iter().map(|coming| coming.assembly.dropped()).sum();
        received.lost += self.counts.lost;
        received.shown += self.counts.shown;
        received.dropped += self.counts.dropped + dropped;
        received.keyframes_wanted += self.counts.keyframes_wanted;
        received.refused += self.counts.refused;
        let delay = self.intervals.iter().map(|interval| interval.delay).max().unwrap_or_default();
        received.decode_delay = received.decode_delay.max(delay);
    }

    pub(super) fn quality(&self) -> Quality {
        let [_, last, before] = &self.intervals;
        let seconds = (last.length + before.length).as_secs_f32().max(0.1);
        let sum = |of: fn(&Interval) -> u32| (of(last) + of(before)) as f32;
        let expected = sum(|interval| interval.arrived.expected.into()).max(1.0);
        Quality {
            of: self.of,
            source: self.source,
            size: self.size,
            rate: sum(|interval| interval.shown.into()) / seconds,
            loss: sum(|interval| interval.arrived.lost.into()) / expected,
            bitrate: (sum(|interval| interval.arrived.bytes) * 8.0 / seconds) as u32,
        }
    }

    /// Decodes a frame, if it is one of the layer that is shown.
    fn take(&mut self, frame: &Frame, layer: Layer, now: Duration, voice: Option<MediaClock>) {
        if self.current != Some(layer) && !(frame.keyframe && self.may_change_to(layer, now)) {
            return;
        }
        if self.strikes.is_shut(now) {
            self.counts.dropped += 1;
            self.layers[layer.index()].assembly.broken();
            return;
        }
        self.current = Some(layer);
        match self.decode(frame, now) {
            Ok(picture) => self.place(picture, frame, layer, now, voice),
            Err(()) => {
                self.counts.dropped += 1;
                self.layers[layer.index()].assembly.broken();
            }
        }
    }

    /// Whether pictures of another layer are taken: of the one that is asked for, or of any when nothing else comes.
    fn may_change_to(&self, layer: Layer, now: Duration) -> bool {
        let heard = self.current.and_then(|current| self.layers[current.index()].heard);
        self.watched == Some(layer) || heard.is_none_or(|heard| now.saturating_sub(heard) >= LAYER_SILENT)
    }

    fn decode(&mut self, frame: &Frame, now: Duration) -> Result<Picture, ()> {
        let sequence = self.inspector.inspect(&frame.bytes, frame.keyframe, now).map_err(|refusal| {
            tracing::debug!(of = %self.of, %refusal, "a frame is refused");
            self.counts.refused += 1;
            self.strikes.strike(now);
            self.decoder.reset();
        })?;
        let size = (sequence.width, sequence.height);
        // The picture's time is the sender's.
        let taken = MediaClock { media_time: 0, at: Duration::from_secs(1 << 20) }.when(frame.media_time);
        self.decoder.decode(&frame.bytes, frame.keyframe, size, taken).map_err(|error| {
            tracing::debug!(of = %self.of, %error, "a frame can't be decoded");
            if !matches!(error, DecodeError::NoKeyframe) {
                self.strikes.strike(now);
            }
        })
    }

    /// Finds the moment at which a picture is shown.
    fn place(&mut self, picture: Picture, frame: &Frame, layer: Layer, now: Duration, voice: Option<MediaClock>) {
        let late = self.layers[layer.index()].arrivals.lateness(frame.media_time, frame.began);
        let too_old = match self.source {
            Source::Camera => FACE_TOO_OLD,
            Source::Screen => SCREEN_TOO_OLD,
        };
        if late + now.saturating_sub(frame.began) > too_old {
            self.counts.dropped += 1;
            return;
        }
        let spoken = voice.map_or(now, |voice| voice.when(frame.media_time));
        let at = spoken.clamp(now, now.max(frame.began + VOICE_WAIT));
        // Never before one that was taken earlier.
        let at = self.waiting.back().map_or(at, |last| at.max(last.at));
        if self.waiting.len() == MOST_WAITING {
            self.waiting.pop_front();
            self.counts.dropped += 1;
        }
        self.waiting.push_back(Waiting { picture: Arc::new(picture), began: frame.began, at });
    }

    /// Shows the newest picture whose moment has come; those before it would be seen by nobody.
    fn show(&mut self, now: Duration, out: &mut Vec<Output>) {
        let due = self.waiting.partition_point(|waiting| waiting.at <= now);
        let Some(newest) = self.waiting.drain(..due).next_back() else { return };
        self.counts.dropped += due as u64 - 1;
        self.counts.shown += 1;
        self.size = (newest.picture.width(), newest.picture.height());
        let interval = &mut self.intervals[0];
        interval.shown += 1;
        interval.delay = interval.delay.max(now.saturating_sub(newest.began));
        out.push(Output::Show { of: self.of, source: self.source, picture: newest.picture });
    }

    fn ask(&mut self, now: Duration, out: &mut Vec<Output>) {
        if self.strikes.is_shut(now) {
            return;
        }
        for layer in Layer::ALL {
            let meant = self.watched.or(self.current).is_none_or(|meant| meant == layer);
            if meant && self.layers[layer.index()].assembly.asks_for_keyframe(now) {
                self.counts.keyframes_wanted += 1;
                out.push(Output::WantKeyframe { of: self.of, stream: self.key(layer) });
            }
        }
    }

    /// Tells the sender before the interval is over: of a long queue, and how the first picture of a screen comes. The
    /// interval goes on.
    fn tell_early(&mut self, now: Duration, out: &mut Vec<Output>) {
        let Some(layer) = self.current.or(self.newest_layer()) else { return };
        let arrived = self.layers[layer.index()].arrivals.so_far();
        let is_due = self.early_due.take_if(|due| now >= *due).is_some();
        let warns = !self.warned && arrived.queue >= LONG_QUEUE;
        if is_due {
            self.early_due = Some(now + EARLY);
        }
        if is_due || warns {
            self.warned |= warns;
            let report = self.report_of(layer, arrived, self.intervals[0].shown);
            out.push(Output::Feedback(VideoFeedback::Report(report)));
        }
    }

    /// The layer of which something came last.
    fn newest_layer(&self) -> Option<Layer> {
        let heard = |layer: &Layer| self.layers[layer.index()].heard;
        Layer::ALL.into_iter().filter(|layer| heard(layer).is_some()).max_by_key(heard)
    }

    fn report(&mut self, now: Duration, out: &mut Vec<Output>) {
        let length = now.saturating_sub(self.reported);
        let shown = self.intervals[0].shown;
        (self.reported, self.report_due, self.early_due) = (now, now + VIDEO_REPORT_INTERVAL, None);
        for layer in Layer::ALL {
            let coming = &mut self.layers[layer.index()];
            let arrived = coming.arrivals.take();
            let is_current = self.current.is_none_or(|current| current == layer);
            if coming.heard.is_none_or(|heard| now.saturating_sub(heard) >= REPORTED) {
                continue;
            }
            self.counts.lost += u64::from(arrived.lost);
            let frames = if is_current { shown } else { 0 };
            let report = self.report_of(layer, arrived, frames);
            out.push(Output::Feedback(VideoFeedback::Report(report)));
            if is_current {
                self.intervals[0].arrived = arrived;
                self.warned = arrived.queue >= LONG_QUEUE;
            }
        }
        self.intervals[0].length = length;
        let interval = self.intervals[0];
        self.judge(interval, now, out);
        self.intervals = [Interval::default(), self.intervals[0], self.intervals[1]];
    }

    fn report_of(&self, layer: Layer, arrived: Arrived, frames: u16) -> VideoReport {
        let millis = |time: Duration| u16::try_from(time.as_millis()).unwrap_or(u16::MAX);
        VideoReport {
            person: self.of,
            stream: self.key(layer),
            expected: arrived.expected,
            lost: arrived.lost,
            bytes: arrived.bytes,
            interval_ms: millis(arrived.busy),
            queue_ms: millis(arrived.queue),
            frames,
        }
    }

    /// Whether another layer would suit the link.
    fn judge(&mut self, interval: Interval, now: Duration, out: &mut Vec<Output>) {
        let wish = self.preference.judge(&interval.arrived, interval.shown, now);
        self.tell(wish, out);
    }

    fn tell(&self, wish: Option<Wish>, out: &mut Vec<Output>) {
        let (of, source) = (self.of, self.source);
        match wish {
            Some(Wish::Layer(layer)) => out.push(Output::Prefer { of, source, layer }),
            Some(Wish::TooPoor(too_poor)) => out.push(Output::TooPoor { of, too_poor }),
            None => {}
        }
    }

    fn key(&self, layer: Layer) -> StreamKey {
        StreamKey { source: self.source, layer }
    }
}
