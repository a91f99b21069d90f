//! Puts one speaker's packets back into order and into time.
//!
//! Packets are ordered by `seq` and placed by `media_time`; how long each lasts stands in its Opus data. A burst starts
//! to play once its first packet is as late as the [target delay](super::delay) asks, or at once when so much of it is
//! here that the network has no say, as with pre-roll. From then on its packets leave one after the other:
//!
//! - A hole in `seq` is a loss. Where a later packet brought a copy of the lost one, there is no hole.
//! - A hole in `media_time` alone is the speaker's own pause. It is elastic: it ends when the packet after it is as late
//!   as the target asks, so that every pause mends the delay.
//! - When nothing is here, the burst waits for the network: a spike of delay costs a gap but no words.
//!
//! Whether the sound in between is to be shortened or lengthened says [`JitterBuffer::pace`].

use super::{
    codec::{has_coarse_copy, is_silent, opus_samples},
    delay::{DelayEstimator, FIRST_TARGET, TICKS_PER_MS, distance, ticks_at, time_of},
    frames::PACKET_TICKS,
    pace::{Pace, PaceKeeper},
};
use bytes::Bytes;
use hallway_protocol::voice::VoicePacket;
use std::{collections::VecDeque, time::Duration};

/// Most sound held, in ticks: a second of pre-roll, which comes at once, and another of network jitter.
pub const HELD_TICKS: u32 = 2 * 1000 * TICKS_PER_MS.unsigned_abs();
/// Most packets held: [`HELD_TICKS`] of the shortest that are used, 10 ms.
pub const HELD_PACKETS: usize = 200;
/// A burst whose end mark was lost ends after so much of nothing. Longer than a sender's silence may be: those with
/// discontinuous transmission send one packet every 400 ms.
const LONGEST_DRY_TICKS: u32 = 500 * TICKS_PER_MS.unsigned_abs();
/// What is asked for at a time while nothing is here: short, so that what comes is played soon.
const STEP_TICKS: u32 = 480;
/// The unit in which Opus makes up sound, and the precision with which bursts start: 2.5 ms.
const GRAIN_TICKS: u32 = 120;
/// A `seq` farther off than this comes from a sender that began anew.
const SEQ_HORIZON: u16 = 1000;
/// A pause longer than this within one burst is not played out; two seconds.
const LONGEST_PAUSE_TICKS: u32 = 100 * PACKET_TICKS;
/// No packet waits longer than this, whatever the clocks say.
const LONGEST_WAIT: Duration = super::delay::LARGEST_TARGET;

/// What is to be heard next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pull {
    /// This packet.
    Packet(VoicePacket),
    /// A packet that is not there.
    Lost {
        /// How long to make up sound for, in ticks; a multiple of 2.5 ms.
        duration: u32,
        /// The Opus data of the packet right after it, of the same duration, which may hold a coarse copy (in-band FEC).
        next: Option<Bytes>,
    },
    /// A pause of the speaker within a burst: so many ticks of it, a multiple of 2.5 ms.
    Pause(u32),
    /// Nothing for 2.5 ms: no burst, or one that is still gathering.
    Silence,
    /// The burst that was playing is over. Takes no time.
    BurstEnded,
}

/// What became of the packets. `received` is the sum of those played, held as received, late, duplicate and overflowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JitterCounts {
    /// Packets pushed.
    pub received: u64,
    /// Packets pulled out, in order.
    pub played: u64,
    /// Packets that had not come when their time came. Some of them come after all, and count as late.
    pub missed: u64,
    /// Packets among the missed that were pulled out as a copy, which a later one had brought.
    pub copied: u64,
    /// Packets that came after their time.
    pub late: u64,
    /// Packets that came twice.
    pub duplicate: u64,
    /// Packets thrown away because too much was held, or because the sender began anew.
    pub overflowed: u64,
    /// Ticks for which sound had to be made up, because neither packet nor copy was there.
    pub made_up_ticks: u64,
}

impl JitterCounts {
    /// Packets whose time came.
    #[must_use]
    pub fn expected(&self) -> u64 {
        self.played + self.missed
    }

    /// Packets that never came, whether or not they could be rebuilt.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.missed.saturating_sub(self.late)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// No burst, or one of which too little has come.
    Waiting,
    /// A burst plays. Nothing was here for the last `dry` ticks.
    Playing { burst: u8, next_time: u32, dry: u32 },
    /// The last packet of a burst was played; the next pull says so.
    Ending,
}

#[derive(Debug)]
struct Held {
    packet: VoicePacket,
    /// How long it lasts, in ticks.
    duration: u32,
    arrived: Duration,
    is_copy: bool,
}

/// See the [module's description](self).
#[derive(Debug)]
pub struct JitterBuffer {
    state: State,
    /// In order of `seq`.
    held: VecDeque<Held>,
    /// Ticks of all that is held.
    held_ticks: u32,
    /// The `seq` after the last one played.
    next_seq: Option<u16>,
    /// The burst that was played last.
    last_burst: Option<u8>,
    /// Duration of the last packet, in ticks.
    last_duration: u32,
    /// Whether the last packet played said that a pause begins.
    is_pausing: bool,
    /// Packets that came themselves.
    received: SeenWindow,
    /// Packets that came themselves or as a copy.
    available: SeenWindow,
    delay: DelayEstimator,
    /// Ticks that are rendered at a time.
    step: i32,
    pace: PaceKeeper,
    counts: JitterCounts,
}

impl Default for JitterBuffer {
    fn default() -> Self {
        Self::expecting(FIRST_TARGET)
    }
}

impl JitterBuffer {
    /// An empty buffer that begins with this target for the network's part of the delay.
    #[must_use]
    pub fn expecting(target: Duration) -> Self {
        Self {
            state: State::Waiting,
            held: VecDeque::with_capacity(HELD_PACKETS + 1),
            held_ticks: 0,
            next_seq: None,
            last_burst: None,
            last_duration: PACKET_TICKS,
            is_pausing: false,
            received: SeenWindow::default(),
            available: SeenWindow::default(),
            delay: DelayEstimator::expecting(target),
            step: 0,
            pace: PaceKeeper::default(),
            counts: JitterCounts::default(),
        }
    }
}

/// Taking packets in.
impl JitterBuffer {
    /// Takes a packet from the network, which arrived at `now`.
    pub fn push(&mut self, mut packet: VoicePacket, now: Duration) {
        self.counts.received += 1;
        if self.is_from_a_new_sender(packet.seq) {
            self.begin_anew();
        }
        if !self.received.insert(packet.seq) {
            self.counts.duplicate += 1;
            return;
        }
        let copies = std::mem::take(&mut packet.copies);
        for (before, opus) in (1..).zip(copies) {
            self.push_copy(&packet, before, opus, now);
        }
        self.learn_of_coarse_copy(&packet, now);
        let duration = opus_samples(&packet.opus).unwrap_or(if packet.opus.is_empty() { 0 } else { PACKET_TICKS });
        if self.available.insert(packet.seq) {
            self.learn(&packet, duration, now);
        }
        if self.has_passed(packet.seq) {
            self.counts.late += 1;
        } else {
            self.hold(Held { packet, duration, arrived: now, is_copy: false });
        }
    }

    /// Takes the copy of the packet that was sent `before` packets before `carrier`.
    fn push_copy(&mut self, carrier: &VoicePacket, before: u16, opus: Bytes, now: Duration) {
        let seq = carrier.seq.wrapping_sub(before);
        let Some(duration) = opus_samples(&opus) else { return };
        if !self.available.insert(seq) {
            return;
        }
        let media_time = carrier.media_time.wrapping_sub(u32::from(before) * duration);
        let packet = VoicePacket { last: false, seq, media_time, opus, copies: Vec::new(), ..*carrier };
        // What was sent before we came to listen was not lost.
        if self.next_seq.is_some() {
            self.learn(&packet, duration, now);
        }
        if !self.has_passed(seq) {
            self.hold(Held { packet, duration, arrived: now, is_copy: true });
        }
    }

    /// A packet with a coarse copy of the one before makes up for that one's loss, if it is waited for.
    fn learn_of_coarse_copy(&mut self, packet: &VoicePacket, now: Duration) {
        let before = packet.seq.wrapping_sub(1);
        if self.next_seq.is_some() && has_coarse_copy(&packet.opus) && !self.available.contains(before) {
            let duration = opus_samples(&packet.opus).unwrap_or(0);
            let media_time = packet.media_time.wrapping_sub(duration);
            self.learn(&VoicePacket { media_time, opus: Bytes::new(), copies: Vec::new(), ..*packet }, duration, now);
        }
    }

    fn learn(&mut self, packet: &VoicePacket, duration: u32, now: Duration) {
        if packet.pre_roll {
            self.delay.arrived_from_storage(packet.media_time, now);
        } else {
            self.delay.arrived(packet.media_time, duration, now);
        }
    }

    fn hold(&mut self, new: Held) {
        let seq = new.packet.seq;
        self.held_ticks += new.duration;
        let place = self.held.partition_point(|held| seq_distance(seq, held.packet.seq) < 0);
        match self.held.get_mut(place).filter(|held| held.packet.seq == seq) {
            // Only a copy can be there already: it was not counted when it came.
            Some(copy) => {
                self.held_ticks -= copy.duration;
                *copy = new;
            }
            None => self.held.insert(place, new),
        }
        while self.held.len() > HELD_PACKETS || self.held_ticks > HELD_TICKS {
            self.drop_oldest();
        }
    }

    /// Too much is held: play on from the oldest that is left, as if what was dropped had been played.
    fn drop_oldest(&mut self) {
        let Some(dropped) = self.take_front() else { return };
        self.counts.overflowed += u64::from(!dropped.is_copy);
        if self.next_seq.is_some() {
            self.next_seq = Some(dropped.packet.seq.wrapping_add(1));
        }
        if let (State::Playing { burst, next_time, .. }, Some(front)) = (&mut self.state, self.held.front())
            && *burst == front.packet.burst
        {
            *next_time = front.packet.media_time;
        }
    }

    fn take_front(&mut self) -> Option<Held> {
        let front = self.held.pop_front()?;
        self.held_ticks -= front.duration;
        Some(front)
    }

    fn has_passed(&self, seq: u16) -> bool {
        self.next_seq.is_some_and(|next| seq_distance(next, seq) < 0)
    }

    fn is_from_a_new_sender(&self, seq: u16) -> bool {
        let known = self.next_seq.or(self.held.front().map(|held| held.packet.seq));
        known.is_some_and(|known| seq_distance(known, seq).unsigned_abs() > SEQ_HORIZON)
    }

    fn begin_anew(&mut self) {
        self.counts.overflowed += self.held.iter().filter(|held| !held.is_copy).count() as u64;
        self.held.clear();
        self.held_ticks = 0;
        (self.next_seq, self.last_burst) = (None, None);
        (self.received, self.available) = (SeenWindow::default(), SeenWindow::default());
        // The clock is another, the way is the same.
        self.delay = DelayEstimator::expecting(self.delay.target());
        if matches!(self.state, State::Playing { .. }) {
            self.state = State::Ending;
        }
    }
}

/// Giving sound out.
impl JitterBuffer {
    /// What to play next. `ready` ticks were pulled before and are not played yet; `step` ticks are rendered at a time,
    /// so that a packet is wanted by so much before it is played.
    pub fn pull(&mut self, now: Duration, ready: u32, step: u32) -> Pull {
        self.step = step.cast_signed();
        let at = ticks_at(now).wrapping_add(ready);
        match self.state {
            State::Ending => self.end_burst(),
            State::Waiting => self.pull_waiting(now, at),
            State::Playing { burst, next_time, dry } => self.pull_playing(burst, next_time, dry, now, at),
        }
    }

    /// Whether the packet that comes next is here, so that it can be pulled before its time.
    #[must_use]
    pub fn has_next(&self) -> bool {
        let State::Playing { burst, next_time, dry: 0 } = self.state else { return false };
        self.held.front().is_some_and(|front| {
            let packet = &front.packet;
            packet.burst == burst && Some(packet.seq) == self.next_seq && packet.media_time == next_time
        })
    }

    fn pull_waiting(&mut self, now: Duration, at: u32) -> Pull {
        let Some(front) = self.held.front() else { return Pull::Silence };
        // The first packet's own sound does not count: it is played while the rest is the reserve.
        let reserve = (self.held_ticks - front.duration).cast_signed();
        if !self.is_due(front, now, at) && reserve < self.target_ticks() {
            return Pull::Silence;
        }
        let VoicePacket { burst, seq, media_time, .. } = front.packet;
        // Packets of other bursts, before this one, were not ours to hear.
        if self.last_burst == Some(burst) {
            self.miss(seq);
        }
        (self.next_seq, self.last_burst) = (Some(seq), Some(burst));
        self.state = State::Playing { burst, next_time: media_time, dry: 0 };
        self.is_pausing = false;
        self.pace.begin(at);
        self.pull_playing(burst, media_time, 0, now, at)
    }

    /// Whether the packet is as late as the target asks.
    fn is_due(&self, held: &Held, now: Duration, at: u32) -> bool {
        let delay = self.delay.delay(held.packet.media_time, at);
        delay.is_none_or(|delay| delay >= self.target_ticks()) || now.saturating_sub(held.arrived) >= LONGEST_WAIT
    }

    fn pull_playing(&mut self, burst: u8, mut next_time: u32, dry: u32, now: Duration, at: u32) -> Pull {
        let Some(front) = self.held.front() else { return self.pull_dry(burst, next_time, dry) };
        if front.packet.burst != burst {
            return self.end_burst();
        }
        let (seq, media_time, duration) = (front.packet.seq, front.packet.media_time, front.duration);
        if dry > 0 {
            next_time = self.end_dry_spell(seq, media_time, next_time, dry, at);
            self.state = State::Playing { burst, next_time, dry: 0 };
        }
        let ahead = distance(next_time, media_time);
        let missing = u32::from(self.missing_before(seq));
        if ahead < GRAIN_TICKS.cast_signed() || ahead.unsigned_abs() > LONGEST_PAUSE_TICKS {
            return self.play_front(at);
        }
        let ahead = ahead.unsigned_abs();
        if missing == 0 {
            return match self.held.front() {
                Some(front) if !self.is_due(front, now, at) => Pull::Pause(STEP_TICKS.min(grains(ahead))),
                _ => self.play_front(at),
            };
        }
        let lost = grains((ahead / missing).min(self.last_duration));
        let is_right_before = missing == 1 && ahead < lost + GRAIN_TICKS && lost == duration;
        let next = self.held.front().filter(|_| is_right_before).map(|front| front.packet.opus.clone());
        self.counts.missed += 1;
        self.counts.made_up_ticks += u64::from(lost);
        self.next_seq = self.next_seq.map(|next| next.wrapping_add(1));
        self.state = State::Playing { burst, next_time: next_time.wrapping_add(lost), dry: 0 };
        Pull::Lost { duration: lost, next }
    }

    /// Nothing is here: time stands still for the burst until something comes, or it is given up.
    fn pull_dry(&mut self, burst: u8, next_time: u32, dry: u32) -> Pull {
        if dry >= LONGEST_DRY_TICKS {
            return self.end_burst();
        }
        self.state = State::Playing { burst, next_time, dry: dry + STEP_TICKS };
        if self.is_pausing { Pull::Pause(STEP_TICKS) } else { Pull::Lost { duration: STEP_TICKS, next: None } }
    }

    /// Something is here again. What was made up meanwhile stood for packets that are lost now, so that they add no
    /// delay; if the network was only slow it stood for nothing. Answers from which media time on to play.
    fn end_dry_spell(&mut self, seq: u16, media_time: u32, next_time: u32, dry: u32, at: u32) -> u32 {
        let ahead = distance(next_time, media_time).max(0).unsigned_abs();
        let missing = self.missing_before(seq);
        if missing == 0 && ahead > 0 {
            return next_time;
        }
        if !self.is_pausing {
            self.counts.made_up_ticks += u64::from(dry);
        }
        self.pace.begin(at);
        if missing == 0 {
            return next_time;
        }
        let made_up = dry.min(ahead);
        let stood_for = u32::from(missing) * made_up / ahead.max(1);
        self.miss(seq.wrapping_sub(missing).wrapping_add(stood_for as u16));
        next_time.wrapping_add(made_up)
    }

    fn play_front(&mut self, at: u32) -> Pull {
        let Some(Held { packet, duration, is_copy, .. }) = self.take_front() else { return Pull::Silence };
        self.miss(packet.seq);
        if is_copy {
            self.counts.missed += 1;
            self.counts.copied += 1;
        } else {
            self.counts.played += 1;
        }
        self.next_seq = Some(packet.seq.wrapping_add(1));
        if let Some(delay) = self.delay.delay(packet.media_time, at) {
            self.pace.note(delay, at);
        }
        // An end mark without sound has no time of its own.
        if packet.opus.is_empty() {
            return self.end_burst();
        }
        self.last_duration = duration;
        self.is_pausing = is_silent(&packet.opus);
        self.state = if packet.last {
            State::Ending
        } else {
            State::Playing { burst: packet.burst, next_time: packet.media_time.wrapping_add(duration), dry: 0 }
        };
        Pull::Packet(packet)
    }

    fn end_burst(&mut self) -> Pull {
        self.state = State::Waiting;
        Pull::BurstEnded
    }

    /// What the network asks for, and the step in which sound is taken out.
    fn target_ticks(&self) -> i32 {
        self.delay.target_ticks() + self.step
    }

    /// Packets between the last one played and `seq`.
    fn missing_before(&self, seq: u16) -> u16 {
        self.next_seq.map_or(0, |next| seq_distance(next, seq).max(0).unsigned_abs())
    }

    /// The packets before `seq` are given up.
    fn miss(&mut self, seq: u16) {
        self.counts.missed += u64::from(self.missing_before(seq));
        self.next_seq = Some(seq);
    }
}

/// What is known about the speaker and the way.
impl JitterBuffer {
    /// How much sound is held.
    #[must_use]
    pub fn depth(&self) -> Duration {
        time_of(self.held_ticks.cast_signed())
    }

    /// The delay over the fastest way at which sound is played, at the least of the last moments.
    #[must_use]
    pub fn delay(&self) -> Duration {
        time_of(self.pace.delay().unwrap_or(0))
    }

    /// The delay over the fastest way at which sound is meant to be played.
    #[must_use]
    pub fn target(&self) -> Duration {
        time_of(self.target_ticks())
    }

    /// The part of the target that the network asks for.
    #[must_use]
    pub fn network_target(&self) -> Duration {
        self.delay.target()
    }

    /// How much the packets' travel times vary.
    #[must_use]
    pub fn jitter(&self) -> Duration {
        self.delay.jitter()
    }

    /// Whether what was pulled last and is not played yet should be shortened or lengthened.
    #[must_use]
    pub fn pace(&self) -> Pace {
        match self.state {
            State::Playing { dry: 0, .. } => self.pace.pace(self.target_ticks()),
            State::Playing { .. } | State::Waiting | State::Ending => Pace::Keep,
        }
    }

    /// It was lengthened at `now` by so many ticks, or shortened by minus so many.
    pub fn stretched(&mut self, by: i32, now: Duration) {
        self.pace.stretched(by, ticks_at(now));
    }

    /// Whether pulling can yield nothing but silence until the next push.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.state == State::Waiting && self.held.is_empty()
    }

    /// What became of the packets so far.
    #[must_use]
    pub fn counts(&self) -> JitterCounts {
        self.counts
    }
}

/// `ticks` in whole grains, at least one.
fn grains(ticks: u32) -> u32 {
    (ticks - ticks % GRAIN_TICKS).max(GRAIN_TICKS)
}

/// How far `to` lies after `from`; negative when before. Right within half the range of `seq`.
fn seq_distance(from: u16, to: u16) -> i16 {
    to.wrapping_sub(from).cast_signed()
}

/// Which of the newest 128 sequence numbers have come.
#[derive(Debug, Default)]
struct SeenWindow {
    newest: Option<u16>,
    /// Bit n: `newest - n` has come.
    bits: u128,
}

impl SeenWindow {
    /// Notes `seq`; false when it is known to have come before. Older ones than the window count as new.
    fn insert(&mut self, seq: u16) -> bool {
        let Some(newest) = self.newest else {
            (self.newest, self.bits) = (Some(seq), 1);
            return true;
        };
        let ahead = seq_distance(newest, seq);
        if ahead > 0 {
            self.bits = self.bits.checked_shl(u32::from(ahead.unsigned_abs())).unwrap_or(0) | 1;
            self.newest = Some(seq);
            return true;
        }
        let Some(bit) = 1u128.checked_shl(u32::from(ahead.unsigned_abs())) else { return true };
        let new = self.bits & bit == 0;
        self.bits |= bit;
        new
    }

    /// Whether `seq` has come. Older ones than the window count as not.
    fn contains(&self, seq: u16) -> bool {
        let behind = self.newest.map(|newest| seq_distance(seq, newest)).filter(|behind| (0..128).contains(behind));
        behind.is_some_and(|behind| self.bits >> behind & 1 == 1)
    }
}

#[cfg(test)]
mod tests;
