//! How much is sent of each layer: what receivers report decides bitrate, size and frame rate.
//!
//! A layer is encoded once for all who watch it, so it follows the one among them who gets least through. Who gets much less
//! than is usual there would spoil it for the others, and is asked to watch a smaller layer. Voice needs no word here: it goes
//! first on the link, and pictures step back before their queue grows longer than voice can bear.

mod audience;
mod ladder;
mod link;

use super::layers::largest;
use audience::Audience;
use hallway_protocol::video::{Layer, Source, StepDown, VideoReport};
use ladder::Ladder;
use link::Link;
use std::time::Duration;

/// Bits in a second of one source's layers together: what the way up of a common connection has room for beside voice and
/// a second source. Smaller layers get theirs first, for more people watch them.
const TOTAL: u32 = 2_200_000;
/// When no receiver reports for so long, the link is taken to be bad: reports get lost where pictures do.
const SILENCE: Duration = Duration::from_millis(1500);

/// Bounds of a layer's bitrate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bounds {
    /// Less is not worth being watched.
    least: u32,
    /// Before anything is known of a link: what a narrow one bears beside a voice. It grows soon where there is more.
    start: u32,
    /// Up to this more is tried although less is sent: still pictures are to be sharp, too, and the size follows the bitrate.
    /// It is what the layer's largest size needs.
    unused: u32,
    /// More is not seen.
    most: u32,
    /// Growth in a second until it is too much for the first time.
    first_growth: f32,
    /// Share of what got through that is aimed at when the queue is too long.
    ease: f32,
    /// Up to this more is tried at any loss that is not much.
    despite_loss: u32,
}

/// How a layer is encoded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Setting {
    /// Bits in a second.
    pub bitrate: u32,
    /// Pictures in a second.
    pub rate: f32,
    /// The largest size.
    pub most: (usize, usize),
}

/// See the [module's description](self). The clock is the caller's.
#[derive(Debug)]
pub struct Controller {
    layers: [LayerControl; Layer::COUNT],
}

#[derive(Debug)]
struct LayerControl {
    bounds: Bounds,
    ladder: Ladder,
    receivers: u8,
    audience: Audience,
    /// What is aimed at, before the total is shared out.
    bitrate: u32,
    /// When something was reported, or missed, last.
    heard: Duration,
    stepped: Duration,
    setting: Option<Setting>,
}

impl Controller {
    /// For a source that nobody watches yet.
    #[must_use]
    pub fn new(source: Source) -> Self {
        Self { layers: Layer::ALL.map(|layer| LayerControl::new(source, layer)) }
    }

    /// How many watch each layer; tells which layers somebody came to.
    pub fn set_receivers(&mut self, receivers: [u8; Layer::COUNT], now: Duration) -> Vec<Layer> {
        let mut came = Vec::new();
        // Who comes to a layer has mostly watched another one, and perhaps was asked to leave it.
        let asked = self.layers.iter().filter_map(|layer| layer.audience.asked(now)).min();
        let known = asked.or_else(|| self.layers.iter().filter_map(|layer| layer.audience.best(now)).max());
        for ((state, receivers), layer) in self.layers.iter_mut().zip(receivers).zip(Layer::ALL) {
            if receivers > state.receivers {
                came.push(layer);
            }
            if state.receivers == 0 && receivers > 0 {
                state.begin(known, now);
            }
            state.receivers = receivers;
            if receivers == 0 {
                state.audience.clear();
            }
        }
        self.share_out(now);
        came
    }

    /// A receiver reported. Tells what is to be said to it.
    pub fn reported(&mut self, report: &VideoReport, now: Duration) -> Option<StepDown> {
        let VideoReport { person, stream, .. } = *report;
        let at = stream.layer.index();
        if !self.layers[at].audience.knows(person) {
            if report.expected == 0 {
                // The last word of who watches another layer by now.
                return None;
            }
            let before =
                self.layers.iter_mut().filter_map(|layer| layer.audience.leave(person)).max_by_key(Link::heard);
            self.layers[at].meet(report, before, now);
        }
        self.layers[at].reported(report, now);
        self.share_out(now);
        self.layers[at].audience.is_to_step_down(person, now).then_some(StepDown { person, stream })
    }

    /// Does what is due; call it with each picture.
    pub fn step(&mut self, now: Duration) {
        for layer in &mut self.layers {
            layer.step(now);
        }
        self.share_out(now);
    }

    /// How a layer is to be encoded; `None` when nobody watches it.
    #[must_use]
    pub fn setting(&self, layer: Layer) -> Option<Setting> {
        self.layers[layer.index()].setting
    }

    fn share_out(&mut self, now: Duration) {
        let mut left = TOTAL;
        for layer in &mut self.layers {
            let bitrate = layer.bitrate.min(left.max(layer.bounds.least));
            layer.setting = (layer.receivers > 0).then(|| layer.ladder.setting(bitrate, now));
            if layer.receivers > 0 {
                left = left.saturating_sub(bitrate);
            }
        }
    }
}

impl LayerControl {
    fn new(source: Source, layer: Layer) -> Self {
        let bounds = Bounds::of(source, layer);
        Self {
            bounds,
            ladder: Ladder::new(source, largest(source, layer)),
            receivers: 0,
            audience: Audience::new(source.layers()[0] < layer),
            bitrate: bounds.start,
            heard: Duration::ZERO,
            stepped: Duration::ZERO,
            setting: None,
        }
    }

    /// The first one comes; so much gets through to who has left another layer for it.
    fn begin(&mut self, known: Option<u32>, now: Duration) {
        self.heard = now;
        self.bitrate = known.unwrap_or(self.bounds.start).clamp(self.bounds.least, self.bounds.most);
        if known.is_none() {
            self.ladder.begin(self.bitrate, now);
        }
    }

    /// A receiver reports for the first time; `before` is what is known of its link from whatever other layer.
    fn meet(&mut self, report: &VideoReport, before: Option<Link>, now: Duration) {
        let link = match before {
            Some(before) => before.with_other_layer(self.bitrate),
            None => Link::new(self.bitrate, now.saturating_sub(Duration::from_millis(report.interval_ms.into()))),
        };
        self.audience.join(report.person, link);
    }

    /// A receiver that was [met](Self::meet) reports.
    fn reported(&mut self, report: &VideoReport, now: Duration) {
        let Some(link) = self.audience.link(report.person) else { return };
        link.reported(report, self.bounds, self.bitrate, now);
        self.heard = now;
        if let Some(least) = self.audience.least(now) {
            self.bitrate = least.clamp(self.bounds.least, self.bounds.most);
        }
    }

    fn step(&mut self, now: Duration) {
        // While no pictures came, nobody had anything to report.
        if now.saturating_sub(self.stepped) > SILENCE {
            self.heard = now;
        }
        self.stepped = now;
        if self.receivers > 0 && now.saturating_sub(self.heard) >= SILENCE {
            self.heard = now;
            for link in self.audience.links() {
                link.silent(self.bounds, now);
            }
            self.bitrate = (self.bitrate / 2).max(self.bounds.least);
        }
    }
}

impl Bounds {
    fn of(source: Source, layer: Layer) -> Self {
        let (least, start, unused, most) = match (source, layer) {
            (Source::Camera, Layer::Small) => (50_000, 120_000, 120_000, 200_000),
            (Source::Camera, Layer::Medium) => (60_000, 150_000, 400_000, 900_000),
            (Source::Camera, Layer::Large) => (80_000, 150_000, 1_100_000, 2_000_000),
            // For links that bear no more: as sharp, and slower.
            (Source::Screen, Layer::Small | Layer::Medium) => (80_000, 150_000, 300_000, 300_000),
            (Source::Screen, Layer::Large) => (80_000, 300_000, 300_000, 1_500_000),
        };
        let (first_growth, ease, despite_loss) = match source {
            // A face is well seen then, and more packets would be more frames torn.
            Source::Camera => (0.6, 0.85, 300_000),
            // Its first picture is its largest, leaves at this rate, and is waited for: it is told of ten times a second. What
            // grows so fast takes the voice's share of the link before there is a queue. What is lost of it is sent again.
            Source::Screen => (5.0, 0.6, most),
        };
        Self { least, start, unused, most, first_growth, ease, despite_loss }
    }
}

#[cfg(test)]
mod tests;
