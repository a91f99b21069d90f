//! What gets through to one receiver, found from its reports.
//!
//! A queue that grows on the way is the first sign of too much, seconds before anything is lost, so it leads. Loss without
//! a queue is mostly the air's and says little about the rate; only much of it counts. Downwards it goes at once and to
//! below what got through, so that the queue empties; upwards in small steps, and for
//! a while not to where it was too much before.

use super::Bounds;
use hallway_protocol::video::VideoReport;
use std::time::Duration;

/// A queue that is too long: voice is played from a jitter buffer of about this length, so more would be heard.
const LONG_QUEUE_MS: u16 = 80;
/// A queue that is much too long.
const VERY_LONG_QUEUE_MS: u16 = 200;
/// A queue that is none: what frames of different size and a device's rhythm make of it.
const NO_QUEUE_MS: u16 = 40;
/// Loss that is too much whatever its cause: every fourth frame is torn at three packets each.
const MUCH_LOSS: f32 = 0.1;
/// Loss up to which more is tried.
const LITTLE_LOSS: f32 = 0.03;
/// Loss alone does not push the rate below this: it helps nobody if it is the air's.
const LOSS_FLOOR: u32 = 150_000;
/// Share of what got through that is aimed at when the queue is much too long.
const DRAIN: f32 = 0.6;
/// Growth in a second.
const GROWTH: f32 = 0.20;
/// Share of what was too much that is not gone beyond while that is remembered: the rest is for voice and for what else
/// the link carries.
const HELD: f32 = 0.92;
/// How long what was too much is remembered. Then more is tried.
const REMEMBERED: Duration = Duration::from_secs(15);
/// How long nothing is tried after it was too much: the queue has to be seen empty.
const REST: Duration = Duration::from_secs(2);
/// Two steps down are at least so far apart: the effect of the first must be in the report.
const BETWEEN: Duration = Duration::from_millis(800);
/// Fewest packets that a loss is a share of: one of the first ten is not much.
const FEWEST_PACKETS: f32 = 30.0;
/// How much of what was lost before counts with each report: of the few packets of a low rate one more or less says nothing.
const LOSS_KEPT: f32 = 0.7;
/// Only who sends this share of what it may is told by reports that more would get through.
const USED: f32 = 0.5;
/// And no more than so many times what was sent: others who watch the same may keep that low.
const BEYOND_SENT: f32 = 2.0;

/// See the [module's description](self). The clock is the caller's.
#[derive(Clone, Debug)]
pub(super) struct Link {
    bitrate: f32,
    /// What got through when it was too much, and when that was.
    too_much: Option<(f32, Duration)>,
    lowered: Option<Duration>,
    heard: Duration,
    queue_ms: u16,
    /// Packets that were due, and those of them that never came, the older ones counting less.
    expected: f32,
    lost: f32,
}

impl Link {
    /// A link through which this much has come since then.
    pub(super) fn new(bitrate: u32, since: Duration) -> Self {
        let (bitrate, heard) = (bitrate as f32, since);
        Self { bitrate, too_much: None, lowered: None, heard, queue_ms: 0, expected: 0.0, lost: 0.0 }
    }

    /// The same link, through which another layer comes at this bitrate.
    pub(super) fn with_other_layer(self, bitrate: u32) -> Self {
        Self { bitrate: bitrate as f32, ..self }
    }

    /// Bits in a second that it is good for.
    pub(super) fn bitrate(&self) -> u32 {
        self.bitrate as u32
    }

    /// When it reported last.
    pub(super) fn heard(&self) -> Duration {
        self.heard
    }

    /// A report came; `sent` is what was aimed at meanwhile.
    pub(super) fn reported(&mut self, report: &VideoReport, bounds: Bounds, sent: u32, now: Duration) {
        let seconds = f32::from(report.interval_ms.max(100)) / 1000.0;
        let through = report.bytes as f32 * 8.0 / seconds;
        let loss = self.loss(report);
        let grows = report.queue_ms.saturating_add(20) >= self.queue_ms;
        // What was told in between is not counted again.
        let new = now.saturating_sub(self.heard).as_secs_f32().min(seconds);
        self.queue_ms = report.queue_ms;
        self.heard = now;
        let rested = |long: Duration| self.lowered.is_none_or(|lowered| now.saturating_sub(lowered) >= long);
        if report.queue_ms >= LONG_QUEUE_MS || loss >= MUCH_LOSS {
            let queued = report.queue_ms >= LONG_QUEUE_MS;
            if rested(BETWEEN) && (grows || !queued) {
                self.lower(report.queue_ms, loss, through, bounds, now);
            }
        } else if report.queue_ms <= NO_QUEUE_MS && rested(REST) {
            let for_loss = if loss <= LITTLE_LOSS { f32::MAX } else { bounds.despite_loss as f32 };
            let for_use = if through >= USED * sent as f32 { f32::MAX } else { bounds.unused as f32 };
            let growth = if self.lowered.is_none() { bounds.first_growth } else { GROWTH };
            self.raise(1.0 + growth * new.min(1.0), for_loss.min(for_use).min(BEYOND_SENT * sent as f32), now);
        }
        self.bitrate = self.bitrate.clamp(bounds.least as f32, bounds.most as f32);
    }

    /// The share of packets that are lost, with this report.
    fn loss(&mut self, report: &VideoReport) -> f32 {
        self.expected = LOSS_KEPT * self.expected + f32::from(report.expected);
        self.lost = LOSS_KEPT * self.lost + f32::from(report.lost);
        self.lost / self.expected.max(FEWEST_PACKETS)
    }

    /// No receiver reported when it was time.
    pub(super) fn silent(&mut self, bounds: Bounds, now: Duration) {
        self.bitrate = (self.bitrate / 2.0).max(bounds.least as f32);
        self.lowered = Some(now);
    }

    fn lower(&mut self, queue_ms: u16, loss: f32, through: f32, bounds: Bounds, now: Duration) {
        self.lowered = Some(now);
        if queue_ms < LONG_QUEUE_MS {
            let floor = LOSS_FLOOR.clamp(bounds.least, bounds.most) as f32;
            self.bitrate = (self.bitrate * (1.0 - loss / 2.0)).max(floor.min(self.bitrate));
            return;
        }
        // What is sent may be less than what is aimed at; what gets through can't be more than the link gives.
        let through = through.clamp(bounds.least as f32, self.bitrate);
        self.too_much = Some((through, now));
        self.bitrate = through * if queue_ms >= VERY_LONG_QUEUE_MS { DRAIN } else { bounds.ease };
    }

    /// To so many times what it was, but to no more than `most`.
    fn raise(&mut self, times: f32, most: f32, now: Duration) {
        self.too_much = self.too_much.filter(|(_, at)| now.saturating_sub(*at) < REMEMBERED);
        let most = self.too_much.map_or(most, |(through, _)| most.min(HELD * through));
        self.bitrate = (self.bitrate * times).min(most).max(self.bitrate);
    }
}
