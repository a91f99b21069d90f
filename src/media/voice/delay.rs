//! How long one speaker's sound has to be held back, from how its packets come.
//!
//! A packet's *transit* is its arrival on our clock less its media time on the sender's. The two clocks have nothing to
//! do with each other, so only differences mean something: a packet's *relative delay* is its transit less the least
//! transit of the last seconds. Held back by a delay `d` over the fastest way, every packet whose relative delay is at
//! most `d` is there in time.
//!
//! The target is the `d` of the least cost, where each percent of packets that would come after `d` costs as much as
//! [`LOSS_WORTH`] of delay: NetEQ's idea (WebRTC, `delay_manager.cc` and `reorder_optimizer.cc`), a quantile of the
//! relative delays that settles itself by how steep their distribution is. On a sudden spike the target follows at once
//! and comes back slowly.
//!
//! A lost packet that a later one brings a copy of counts as come with that copy, so a link with losses gets the delay
//! that makes copies useful, if losses are frequent enough to be worth it.

use super::frames::{SAMPLE_RATE_HZ, samples_in};
use std::time::Duration;

/// One millisecond of the media clock.
pub(super) const TICKS_PER_MS: i32 = SAMPLE_RATE_HZ as i32 / 1000;

/// Least target, on a perfectly regular link: threads are woken a little late. What is rendered at a time comes on top.
pub const LEAST_TARGET: Duration = Duration::from_millis(2);
/// Largest target: beyond it people talk past each other, and a gap now and then is the smaller evil.
pub const LARGEST_TARGET: Duration = Duration::from_millis(400);
/// Target where nothing is known yet: right for a good link, and a bad one shows with its second late packet.
pub const FIRST_TARGET: Duration = Duration::from_millis(10);
/// Delay that one percent of packets is worth: twice what NetEQ takes for calls. Where people take turns, a lost word is
/// worse than a late one.
pub const LOSS_WORTH: Duration = Duration::from_millis(40);

/// Width of a class of relative delays.
const BUCKET_TICKS: i32 = 2 * TICKS_PER_MS;
/// Classes: up to [`LARGEST_TARGET`]; the last one takes all that is longer.
const BUCKETS: usize = LARGEST_TARGET.as_millis() as usize / 2;
/// Sound after which an arrival counts a third (1/e) of what it did: ten seconds.
const MEMORY_TICKS: f32 = 10.0 * SAMPLE_RATE_HZ as f32;
/// Arrivals that are looked at for spikes.
const RECENT: usize = 32;
/// How fast the target comes down after a spike, in ticks per tick: 10 ms per second.
const SPIKE_DECAY: f32 = 0.01;
/// Longest time between two packets for which a spike decays: while nothing comes, nothing is learnt.
const LONGEST_DECAY_TICKS: i32 = 200 * TICKS_PER_MS;
/// A part of the time over which the least transit is taken.
const SLOT: Duration = Duration::from_millis(500);
/// Parts: the least transit of four seconds counts. Clocks that differ by 1000 ppm move by 4 ms in that time.
const SLOTS: usize = 8;
/// A relative delay beyond all that is ever waited for: the sender's clock jumped, or the way was cut for a while. There
/// is nothing to learn from it.
const JUMP_TICKS: i32 = LARGEST_TARGET.as_millis() as i32 * TICKS_PER_MS;

/// Our clock in ticks of the media clock. Wraps like it.
#[must_use]
pub(super) fn ticks_at(now: Duration) -> u32 {
    samples_in(now) as u32
}

/// Ticks that `time` lasts, for times that are far from wrapping.
pub(super) fn ticks_in(time: Duration) -> i32 {
    i32::try_from(samples_in(time)).unwrap_or(i32::MAX)
}

/// The time that `ticks` last; none for negative ones.
pub(super) fn time_of(ticks: i32) -> Duration {
    Duration::from_secs(u64::from(ticks.max(0).unsigned_abs())) / SAMPLE_RATE_HZ
}

/// See the [module's description](self).
#[derive(Debug)]
pub struct DelayEstimator {
    /// The least transit of each of the last [`SLOTS`] parts of the time, the newest at `newest_slot % SLOTS`.
    slots: [Option<u32>; SLOTS],
    newest_slot: u64,
    /// Share of the arrivals in each class of relative delay; sums up to one once something came.
    histogram: [f32; BUCKETS],
    /// Arrivals counted, while they are few.
    arrivals: u16,
    /// Relative delays of the newest arrivals, in ticks.
    recent: [i32; RECENT],
    /// What is left of the last spike, in ticks.
    spike: f32,
    arrived_at: u32,
    /// Without the spike, in ticks.
    steady: i32,
}

impl Default for DelayEstimator {
    fn default() -> Self {
        Self::expecting(FIRST_TARGET)
    }
}

impl DelayEstimator {
    /// Nothing is known yet, but that others needed this target.
    #[must_use]
    pub fn expecting(target: Duration) -> Self {
        Self {
            slots: [None; SLOTS],
            newest_slot: 0,
            histogram: [0.0; BUCKETS],
            arrivals: 0,
            recent: [0; RECENT],
            // Decays with the first seconds heard, as evidence comes in.
            spike: ticks_in(target) as f32,
            arrived_at: 0,
            steady: 0,
        }
    }

    /// Sound of `duration` ticks from `media_time` on became available at `now`, as soon as the network could bring it.
    pub fn arrived(&mut self, media_time: u32, duration: u32, now: Duration) {
        let transit = ticks_at(now).wrapping_sub(media_time);
        if self.relative(transit).is_some_and(|relative| relative > JUMP_TICKS) {
            self.slots = [None; SLOTS];
        }
        self.note_transit(transit, now);
        let relative = self.relative(transit).unwrap_or(0);
        self.learn(relative, duration);
        self.follow_spikes(relative, ticks_at(now));
    }

    /// Sound from `media_time` on came at `now` after having waited at the sender for an unknown time: it shows how fast
    /// the way is at least, and nothing else.
    pub fn arrived_from_storage(&mut self, media_time: u32, now: Duration) {
        self.note_transit(ticks_at(now).wrapping_sub(media_time), now);
    }

    /// How much later than by the fastest way the sound from `media_time` on is, if played at `at` (our clock, in
    /// ticks). `None` before anything came, or long after.
    pub(super) fn delay(&self, media_time: u32, at: u32) -> Option<i32> {
        self.relative(at.wrapping_sub(media_time))
    }

    /// The delay over the fastest way at which to play, in ticks.
    pub(super) fn target_ticks(&self) -> i32 {
        let wish = self.steady.max(self.spike as i32);
        wish.clamp(ticks_in(LEAST_TARGET), ticks_in(LARGEST_TARGET))
    }

    /// The delay over the fastest way at which to play.
    #[must_use]
    pub fn target(&self) -> Duration {
        time_of(self.target_ticks())
    }

    /// How much the arrivals vary: the delay within which 95 of 100 came, of the last ten seconds or so.
    #[must_use]
    pub fn jitter(&self) -> Duration {
        let mut share = 0.0;
        let bucket = self.histogram.iter().position(|part| {
            share += part;
            share >= 0.95
        });
        time_of(bucket.map_or(0, upper_edge))
    }

    /// The least transit of the last seconds.
    fn base(&self) -> Option<u32> {
        let slots = self.slots.iter().flatten().copied();
        slots.reduce(|least, transit| if distance(least, transit) < 0 { transit } else { least })
    }

    fn relative(&self, transit: u32) -> Option<i32> {
        self.base().map(|base| distance(base, transit))
    }

    fn note_transit(&mut self, transit: u32, now: Duration) {
        let slot = (now.as_nanos() / SLOT.as_nanos()) as u64;
        let passed = slot.saturating_sub(self.newest_slot).min(SLOTS as u64);
        for old in 0..passed {
            self.slots[((slot - old) % SLOTS as u64) as usize] = None;
        }
        self.newest_slot = self.newest_slot.max(slot);
        let newest = &mut self.slots[(self.newest_slot % SLOTS as u64) as usize];
        if newest.is_none_or(|least| distance(least, transit) < 0) {
            *newest = Some(transit);
        }
    }

    fn learn(&mut self, relative: i32, duration: u32) {
        let bucket = (relative.max(0) / BUCKET_TICKS) as usize;
        self.arrivals = self.arrivals.saturating_add(1);
        // The first arrivals share the memory, the newer ones having a little more of it.
        let share = (duration as f32 / MEMORY_TICKS).max(2.0 / (f32::from(self.arrivals) + 1.0)).min(1.0);
        for part in &mut self.histogram {
            *part *= 1.0 - share;
        }
        self.histogram[bucket.min(BUCKETS - 1)] += share;
        self.steady = self.cheapest();
    }

    /// The delay of the least cost, see the module's description.
    fn cheapest(&self) -> i32 {
        let worth = 100.0 * ticks_in(LOSS_WORTH) as f32;
        let mut late = 1.0;
        let mut best = (f32::INFINITY, 0);
        for (bucket, part) in self.histogram.iter().enumerate() {
            late -= part;
            let cost = upper_edge(bucket) as f32 + worth * late;
            if cost < best.0 {
                best = (cost, upper_edge(bucket));
            }
        }
        best.1
    }

    /// A single late packet is forgiven; when a second one is late, the target follows it.
    fn follow_spikes(&mut self, relative: i32, at: u32) {
        self.recent.rotate_right(1);
        self.recent[0] = relative;
        let (mut largest, mut second) = (0, 0);
        for &delay in &self.recent {
            if delay > largest {
                (largest, second) = (delay, largest);
            } else {
                second = second.max(delay);
            }
        }
        let passed = distance(self.arrived_at, at).clamp(0, LONGEST_DECAY_TICKS);
        self.arrived_at = at;
        self.spike = (self.spike - SPIKE_DECAY * passed as f32).max(second as f32);
    }
}

const fn upper_edge(bucket: usize) -> i32 {
    (bucket as i32 + 1) * BUCKET_TICKS
}

/// How far `to` lies after `from` on a clock that wraps; negative when before.
pub(super) fn distance(from: u32, to: u32) -> i32 {
    to.wrapping_sub(from).cast_signed()
}

#[cfg(test)]
mod tests;
