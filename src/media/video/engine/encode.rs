//! The thread that encodes the pictures of one source, and the slot from which it takes them.

use super::{VideoEvent, signal::Signal};
use crate::media::{
    picture::{Picture, Scaler, clock, fitted},
    video::{
        adapt::{Controller, Setting},
        encoder::{Content, Encoder, Target},
        media_clock::MediaClock,
        slicer::Slicer,
    },
};
use hallway_protocol::{
    limits::KEYFRAME_INTERVAL,
    video::{Layer, Source, StreamKey, VideoFeedback, VideoReport},
};
use std::{
    collections::VecDeque,
    io, mem,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

/// Most orders that wait, beside one each of those that others stand for: a report of everybody in a call.
const MOST_ORDERS: usize = 64;
/// A picture counts as due when it comes so much before its time, as a share of the interval: cameras are never exact.
const EARLY: f64 = 0.25;
/// How often a picture that doesn't change is sent again: whoever comes in or lost something sees it, and reports have
/// something to tell of.
const STILL: Duration = Duration::from_secs(1);
/// How many more times a picture is encoded after it stopped changing: each makes it sharper.
const SHARPENING: u32 = 8;

/// Pictures of a screen in a second while only its owner sees them: whoever comes waits no longer than for the next.
const UNWATCHED_RATE: f32 = 5.0;
/// Weight of the newest picture in the average of what comes.
const PACE_WEIGHT: f32 = 0.05;
/// The encoder is told of another rate when it differs by more than this share.
const PACE_CHANGED: f32 = 0.2;

/// What the thread is told.
#[derive(Clone, Debug)]
pub(super) enum Order {
    Receivers([u8; Layer::COUNT]),
    Keyframe(Layer),
    Reported(VideoReport),
    Clock(MediaClock),
    /// Nothing is encoded of this layer while this is so.
    Wait(Layer, bool),
}

impl Order {
    fn stands_for(&self, waiting: &Self) -> bool {
        match (self, waiting) {
            (Self::Receivers(_), Self::Receivers(_)) | (Self::Clock(_), Self::Clock(_)) => true,
            (Self::Keyframe(layer), Self::Keyframe(waiting)) | (Self::Wait(layer, _), Self::Wait(waiting, _)) => {
                layer == waiting
            }
            (Self::Reported(report), Self::Reported(waiting)) => {
                (report.person, report.stream) == (waiting.person, waiting.stream)
            }
            _ => false,
        }
    }
}

/// Between capture and encoder: the newest picture, and orders. A slow encoder loses pictures.
#[derive(Default)]
pub(super) struct Slot {
    state: Mutex<State>,
    wake: Condvar,
    pub(super) counts: Counts,
    stopped: Signal,
}

#[derive(Default)]
struct State {
    picture: Option<Arc<Picture>>,
    orders: VecDeque<Order>,
    stop: bool,
    interval: Duration,
    published: Published,
}

/// What the threads of a source did so far.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) captured: AtomicU64,
    pub(super) encoded: AtomicU64,
    pub(super) sent: AtomicU64,
}

/// What the encoders aim at now.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Published {
    pub(super) target_bitrate: u32,
    pub(super) encoding: Option<(usize, usize, f32)>,
}

/// What woke the thread.
struct Woken {
    picture: Option<Arc<Picture>>,
    orders: VecDeque<Order>,
    stop: bool,
}

impl Slot {
    /// Gives the newest picture in.
    pub(super) fn put(&self, picture: Arc<Picture>) {
        self.counts.captured.fetch_add(1, Relaxed);
        self.lock().picture = Some(picture);
        self.wake.notify_one();
    }

    /// Forgets the picture that waits.
    pub(super) fn forget(&self) {
        self.lock().picture = None;
    }

    /// Gives an order. One that says all that a waiting one says takes its place.
    pub(super) fn order(&self, order: Order) {
        let mut state = self.lock();
        state.orders.retain(|waiting| !order.stands_for(waiting));
        if state.orders.len() < MOST_ORDERS || !matches!(order, Order::Reported(_)) {
            state.orders.push_back(order);
        }
        self.wake.notify_one();
    }

    pub(super) fn stop(&self) {
        self.lock().stop = true;
        self.wake.notify_one();
    }

    /// Waits until the thread has stopped; false when it didn't in that time.
    pub(super) fn wait_for_stop(&self, longest: Duration) -> bool {
        self.stopped.wait(longest)
    }

    /// How far apart pictures are wanted.
    pub(super) fn interval(&self) -> Duration {
        self.lock().interval
    }

    pub(super) fn published(&self) -> Published {
        self.lock().published
    }

    fn wait(&self) -> Woken {
        let mut state = self.lock();
        while !state.stop && state.picture.is_none() && state.orders.is_empty() {
            state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        Woken { picture: state.picture.take(), orders: mem::take(&mut state.orders), stop: state.stop }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The thread's state.
pub(super) struct Encoding {
    source: Source,
    slot: Arc<Slot>,
    deliver: Arc<dyn Fn(VideoEvent) + Send + Sync>,
    media_clock: MediaClock,
    layers: [LayerEncoder; Layer::COUNT],
    controller: Controller,
    scaler: Scaler,
    changes: Changes,
}

/// One layer's encoder.
struct LayerEncoder {
    encoder: Encoder,
    slicer: Slicer,
    due: Duration,
    keyframe: Duration,
    wants_keyframe: bool,
    pace: Pace,
    /// What was encoded before has not left yet.
    waits: bool,
    still: Still,
    /// What was told last of the bitrate.
    aims_at: u32,
}

impl Encoding {
    /// Starts the thread.
    pub(super) fn start(
        source: Source,
        slot: Arc<Slot>,
        deliver: Arc<dyn Fn(VideoEvent) + Send + Sync>,
    ) -> io::Result<()> {
        let content = match source {
            Source::Camera => Content::Camera,
            Source::Screen => Content::Screen,
        };
        let stopped = slot.clone();
        let encoding = Self {
            source,
            slot,
            deliver,
            media_clock: MediaClock { media_time: 0, at: Duration::ZERO },
            layers: Layer::ALL.map(|layer| LayerEncoder::new(content, StreamKey { source, layer })),
            controller: Controller::new(source),
            scaler: Scaler::default(),
            changes: Changes::default(),
        };
        thread::Builder::new().name("video-encoder".into()).spawn(move || {
            let slot = stopped;
            encoding.run();
            slot.stopped.raise();
        })?;
        Ok(())
    }

    fn run(mut self) {
        self.publish();
        loop {
            let woken = self.slot.wait();
            if woken.stop {
                return;
            }
            for order in woken.orders {
                self.obey(order);
            }
            if let Some(picture) = woken.picture {
                self.controller.step(clock::now());
                self.publish();
                self.encode(&picture);
            }
        }
    }

    fn obey(&mut self, order: Order) {
        let now = clock::now();
        match order {
            Order::Receivers(receivers) => {
                for layer in self.controller.set_receivers(receivers, now) {
                    // Whoever comes needs a keyframe.
                    self.layers[layer.index()].wants_keyframe = true;
                }
                self.publish();
            }
            Order::Keyframe(layer) => self.layers[layer.index()].wants_keyframe = true,
            Order::Reported(report) => {
                if let Some(step) = self.controller.reported(&report, now) {
                    (self.deliver)(VideoEvent::Feedback(VideoFeedback::StepDown(step)));
                }
                self.publish();
            }
            Order::Clock(clock) => self.media_clock = clock,
            Order::Wait(layer, waits) => self.layers[layer.index()].waits = waits,
        }
    }

    fn encode(&mut self, picture: &Arc<Picture>) {
        let scene = match self.source {
            Source::Camera => None,
            Source::Screen => Some(self.changes.look(picture)),
        };
        for layer in Layer::ALL {
            let Some(setting) = self.controller.setting(layer) else { continue };
            let state = &mut self.layers[layer.index()];
            let changed = scene.is_none_or(|scene| state.still.is_worth(scene));
            if !state.waits && state.is_due(picture.taken, setting.rate, changed) {
                if let Some(scene) = scene {
                    state.still.taken(scene);
                }
                self.encode_layer(layer, picture, setting);
            }
        }
    }

    fn encode_layer(&mut self, layer: Layer, picture: &Arc<Picture>, setting: Setting) {
        let size = fitted((picture.width(), picture.height()), setting.most);
        let scaled = (size != (picture.width(), picture.height())).then(|| self.scaler.scale(picture, size.0, size.1));
        let state = &mut self.layers[layer.index()];
        let rate = match self.source {
            Source::Camera => state.pace.rate(picture.taken, setting.rate),
            Source::Screen => setting.rate,
        };
        let target = Target { bitrate: setting.bitrate, rate };
        let media_time = self.media_clock.media_time_at(picture.taken);
        if let Some(slices) = state.encode(scaled.as_ref().unwrap_or(picture), target, media_time) {
            self.slot.counts.encoded.fetch_add(1, Relaxed);
            self.slot.counts.sent.fetch_add(slices.len() as u64, Relaxed);
            for slice in slices {
                (self.deliver)(VideoEvent::Slice(slice));
            }
        }
    }

    fn publish(&mut self) {
        let settings = Layer::ALL.map(|layer| self.controller.setting(layer));
        let target_bitrate = settings.iter().flatten().map(|setting| setting.bitrate).sum();
        let largest = settings.iter().rev().flatten().next();
        let rate = largest.map_or(UNWATCHED_RATE, |setting| setting.rate);
        let encoding = largest.map(|setting| (setting.most.0, setting.most.1, setting.rate));
        let mut state = self.slot.lock();
        state.interval = Duration::from_secs_f32(1.0 / rate);
        state.published = Published { target_bitrate, encoding };
        drop(state);
        for ((layer, setting), state) in Layer::ALL.into_iter().zip(settings).zip(&mut self.layers) {
            let bitrate = setting.map_or(0, |setting| setting.bitrate);
            if mem::replace(&mut state.aims_at, bitrate) != bitrate {
                (self.deliver)(VideoEvent::AimsAt { stream: StreamKey { source: self.source, layer }, bitrate });
            }
        }
    }
}

impl LayerEncoder {
    fn new(content: Content, stream: StreamKey) -> Self {
        Self {
            encoder: Encoder::new(content),
            slicer: Slicer::new(stream),
            due: Duration::ZERO,
            keyframe: Duration::ZERO,
            wants_keyframe: true,
            pace: Pace::default(),
            waits: false,
            still: Still::default(),
            aims_at: 0,
        }
    }

    /// Whether a picture is to be encoded, at this rate.
    fn is_due(&mut self, taken: Duration, rate: f32, changed: bool) -> bool {
        let interval = Duration::from_secs_f32(1.0 / rate);
        let due = if changed || self.wants_keyframe { self.due } else { self.due.saturating_sub(interval) + STILL };
        let is_due = taken + interval.mul_f64(EARLY) >= due;
        if is_due {
            self.due = (self.due + interval).max(taken + interval.mul_f64(0.5)).min(taken + interval);
        }
        is_due
    }

    /// Encodes a picture. `None` when nothing is to be sent of it.
    fn encode(&mut self, picture: &Picture, target: Target, media_time: u32) -> Option<Vec<bytes::Bytes>> {
        if self.wants_keyframe && (self.keyframe.is_zero() || picture.taken >= self.keyframe + KEYFRAME_INTERVAL) {
            self.encoder.want_keyframe();
        }
        let encoded = match self.encoder.encode(picture, target) {
            Ok(encoded) => encoded?,
            Err(error) => {
                tracing::warn!(%error, "a picture could not be encoded");
                return None;
            }
        };
        if encoded.keyframe {
            (self.keyframe, self.wants_keyframe) = (picture.taken, false);
        }
        let slices = self.slicer.slice(&encoded, media_time);
        if slices.is_none() {
            // Those after it refer to it.
            tracing::debug!(bytes = encoded.bytes.len(), "a frame is too large to be sent");
            self.wants_keyframe = true;
        }
        slices
    }
}

/// How many pictures a second really come: cameras give fewer in the dark than they were asked for, and each may take its
/// share of the bits.
#[derive(Default)]
struct Pace {
    asked: f32,
    rate: f32,
    /// Seconds between two pictures, on the average.
    interval: f32,
    last: Duration,
}

impl Pace {
    fn rate(&mut self, taken: Duration, asked: f32) -> f32 {
        let interval = taken.saturating_sub(self.last).as_secs_f32();
        self.last = taken;
        if self.asked != asked {
            (self.asked, self.rate, self.interval) = (asked, asked, 1.0 / asked);
        } else if interval < 1.0 {
            self.interval += PACE_WEIGHT * (interval - self.interval);
        }
        let really = (1.0 / self.interval.max(1e-3)).clamp(1.0, asked);
        if (really / self.rate - 1.0).abs() > PACE_CHANGED {
            self.rate = really;
        }
        self.rate
    }
}

/// Counts what a screen shows: pictures that are the same are one scene.
#[derive(Default)]
struct Changes {
    last: Option<Arc<Picture>>,
    scene: u64,
}

impl Changes {
    /// The scene of this picture, from 1.
    fn look(&mut self, picture: &Arc<Picture>) -> u64 {
        if !self.last.as_ref().is_some_and(|last| same(last, picture)) {
            self.last = Some(picture.clone());
            self.scene += 1;
        }
        self.scene
    }
}

/// What a layer has shown of a screen.
#[derive(Default)]
struct Still {
    scene: u64,
    times: u32,
}

impl Still {
    /// Whether a picture of this scene is worth being encoded: it is a new one, or it becomes sharper.
    fn is_worth(&self, scene: u64) -> bool {
        self.scene != scene || self.times <= SHARPENING
    }

    /// It is encoded.
    fn taken(&mut self, scene: u64) {
        let times = if self.scene == scene { self.times.saturating_add(1) } else { 1 };
        *self = Self { scene, times };
    }
}

fn same(a: &Picture, b: &Picture) -> bool {
    (a.width(), a.height()) == (b.width(), b.height()) && a.y() == b.y() && a.u() == b.u() && a.v() == b.v()
}

#[cfg(test)]
mod tests;
