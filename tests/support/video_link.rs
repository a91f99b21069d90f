//! Two video engines and what lies between them: loss, a bottleneck with a queue, an outage.

use hallway::media::{
    cameras::pattern::{Pattern, read_counter},
    picture::Picture,
    video::engine::{Devices, Gallery, VideoCommand, VideoEngine, VideoEvent, VideoHandle, VideoSettings},
};
use hallway_protocol::{
    ids::PersonId,
    video::{Layer, Source, VideoFeedback, VideoSlice},
};
use std::{
    path::Path,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicBool, Ordering::Relaxed},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

/// Who sends.
pub(crate) const SENDER: PersonId = PersonId(7);
const RECEIVER: PersonId = PersonId(8);
/// How long the bottleneck's queue gets.
const LONGEST_QUEUE: Duration = Duration::from_millis(800);
/// The way of a packet on a free link.
const WAY: Duration = Duration::from_millis(10);
/// Headers that a slice gets on its way.
const OVERHEAD_BYTES: usize = 60;
/// What a voice takes of the bottleneck.
const VOICE_BITS_PER_SECOND: f64 = 90_000.0;

/// How the link is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Conditions {
    /// Share of packets that get lost.
    pub(crate) loss: f64,
    /// What fits through, if it is little; a voice takes its part.
    pub(crate) bits_per_second: Option<f64>,
}

/// Two engines.
pub(crate) struct Link {
    pub(crate) sender: Arc<VideoHandle>,
    pub(crate) receiver: Arc<VideoHandle>,
    /// What the receiver shows, and the sender of itself.
    pub(crate) gallery: Gallery,
    way: Arc<Mutex<Way>>,
    cut: Arc<AtomicBool>,
    events: Arc<Mutex<Vec<VideoEvent>>>,
}

struct Way {
    conditions: Conditions,
    dice: u64,
    /// When the bottleneck has let through what is in it.
    free: Instant,
}

impl Way {
    /// When a packet comes out, if it does.
    fn pass(&mut self, bytes: usize, now: Instant) -> Option<Instant> {
        self.dice = self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        if (self.dice >> 33) as f64 / f64::from(1u32 << 31) < self.conditions.loss {
            return None;
        }
        let Some(capacity) = self.conditions.bits_per_second else { return Some(now + WAY) };
        let start = self.free.max(now);
        if start - now > LONGEST_QUEUE {
            return None;
        }
        let bits = 8 * (bytes + OVERHEAD_BYTES);
        self.free = start + Duration::from_secs_f64(bits as f64 / (capacity - VOICE_BITS_PER_SECOND));
        Some(self.free + WAY)
    }
}

impl Link {
    pub(crate) fn new(conditions: Conditions) -> Self {
        Self::with(conditions, Devices::default(), None)
    }

    pub(crate) fn with_devices(conditions: Conditions, devices: Devices) -> Self {
        Self::with(conditions, devices, None)
    }

    pub(crate) fn with_sink(path: &Path) -> Self {
        Self::with(Conditions::default(), Devices::default(), Some(path))
    }

    fn with(conditions: Conditions, devices: Devices, sink: Option<&Path>) -> Self {
        let gallery = Gallery::default();
        let way = Arc::new(Mutex::new(Way { conditions, dice: 42, free: Instant::now() }));
        let cut = Arc::new(AtomicBool::new(false));
        let events = Arc::new(Mutex::new(Vec::new()));
        let sender_cell: Arc<OnceLock<std::sync::Weak<VideoHandle>>> = Arc::default();

        let (back, to_sender) = (sender_cell.clone(), cut.clone());
        let settings =
            VideoSettings { gallery: gallery.clone(), sink: sink.map(Into::into), ..VideoSettings::default() };
        let receiver = VideoEngine::start(settings, move |event| {
            let Some(sender) = back.get().and_then(std::sync::Weak::upgrade) else { return };
            match event {
                _ if to_sender.load(Relaxed) => {}
                VideoEvent::Feedback(VideoFeedback::Report(mut report)) => {
                    report.person = RECEIVER;
                    sender.send(VideoCommand::Reported(report));
                }
                VideoEvent::WantKeyframe { source, layer, .. } => {
                    sender.send(VideoCommand::SendKeyframe { source, layer });
                }
                _ => {}
            }
        });
        let receiver = Arc::new(receiver.unwrap());
        let wire = wire(&receiver);
        let (passing, out, told) = (way.clone(), cut.clone(), events.clone());
        let settings = VideoSettings { gallery: gallery.clone(), ..VideoSettings::default() };
        let sender = VideoEngine::start_with(settings, devices, move |event| {
            let VideoEvent::Slice(bytes) = event else { return told.lock().unwrap().push(event) };
            if let Some(at) = passing.lock().unwrap().pass(bytes.len(), Instant::now())
                && !out.load(Relaxed)
            {
                let _ = wire.send((at, bytes));
            }
        });
        let sender = Arc::new(sender.unwrap());
        sender_cell.set(Arc::downgrade(&sender)).ok().unwrap();
        Self { sender, receiver, gallery, way, cut, events }
    }

    /// The receiver watches this layer of the camera, as a server would arrange it.
    pub(crate) fn watch(&self, layer: Layer) {
        let mut receivers = [0; Layer::COUNT];
        receivers[layer.index()] = 1;
        self.receiver.send(VideoCommand::Watch { of: SENDER, source: Source::Camera, layer: Some(layer) });
        self.sender.send(VideoCommand::SetReceivers { source: Source::Camera, receivers });
    }

    /// Nothing comes through either way, or all again.
    pub(crate) fn cut(&self, cut: bool) {
        self.cut.store(cut, Relaxed);
    }

    /// How long the bottleneck's queue is.
    pub(crate) fn queue(&self) -> Duration {
        self.way.lock().unwrap().free.saturating_duration_since(Instant::now())
    }

    /// What the sender told, slices left out.
    pub(crate) fn events(&self) -> Vec<VideoEvent> {
        self.events.lock().unwrap().clone()
    }
}

/// Hands each packet to the receiver at its time; they keep their order.
fn wire(receiver: &Arc<VideoHandle>) -> mpsc::Sender<(Instant, bytes::Bytes)> {
    let (wire, packets) = mpsc::channel::<(Instant, bytes::Bytes)>();
    let receiver = Arc::downgrade(receiver);
    thread::spawn(move || {
        for (at, bytes) in packets {
            thread::sleep(at.saturating_duration_since(Instant::now()));
            let Some(receiver) = receiver.upgrade() else { return };
            let slice = VideoSlice::decode(&bytes).unwrap();
            receiver.send(VideoCommand::Receive { sender: SENDER, slice });
        }
    });
    wire
}

/// How like a picture of the pattern is to what its number says it should be, in decibels.
pub(crate) fn likeness(picture: &Picture) -> f64 {
    let number = read_counter(picture).expect("a number in the picture");
    let drawn = Pattern::new(picture.width(), picture.height()).draw(number, Duration::ZERO);
    hallway_bench::picture::quality::psnr(picture.y(), drawn.y())
}
