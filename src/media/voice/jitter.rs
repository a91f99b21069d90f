//! Puts one speaker's packets back into order and into time.
//!
//! Packets are ordered by `seq` and placed by `media_time`. A burst starts to play once [`TARGET_DELAY`] of it is here
//! or that long after its first packet; then one packet leaves for every 20 ms pulled. A hole in `seq` is a loss. A hole
//! in `media_time` alone is the speaker's own pause. When the buffer runs dry the burst waits for the network, so a
//! delay spike costs a gap but no words.
//!
//! The delay is fixed for a whole burst. Whatever replaces this buffer keeps the three verbs: `push`, `pull`, `depth`.

use super::frames::{PACKET_DURATION, PACKET_TICKS};
use bytes::Bytes;
use hallway_protocol::voice::VoicePacket;
use std::{collections::VecDeque, time::Duration};

/// Sound held back at the start of a burst: covers the jitter of a good link.
pub const TARGET_DELAY: Duration = Duration::from_millis(40);
/// Most packets held: a second of pre-roll, which comes at once, and half a second of network jitter.
pub const HELD_PACKETS: usize = 75;
/// A burst whose end mark was lost ends after so many packets' time of nothing (200 ms).
const DRY_PACKETS: u32 = 10;
/// A `seq` farther off than this comes from a sender that began anew.
const SEQ_HORIZON: u16 = 1000;
/// A pause longer than this within one burst is not played out; two seconds.
const LONGEST_PAUSE_TICKS: u32 = 100 * PACKET_TICKS;

/// What is to be heard for the next 20 ms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pull {
    /// This packet.
    Packet(VoicePacket),
    /// A packet that is not there. With the Opus data of the one right after it, which may carry a copy.
    Lost {
        /// The next packet's Opus data.
        next: Option<Bytes>,
    },
    /// Nothing: no burst, a burst that is still gathering, or a pause of the speaker.
    Silence,
    /// Nothing, and the burst that was playing is over.
    BurstEnded,
}

/// What became of the packets. `received` is the sum of those played, still held, late, duplicate and overflowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JitterCounts {
    /// Packets pushed.
    pub received: u64,
    /// Packets pulled out, in order.
    pub played: u64,
    /// Packets that were not there when a later one had to be played. Some of them come after all, and count as late.
    pub lost: u64,
    /// Packets that came after their time.
    pub late: u64,
    /// Packets that came twice.
    pub duplicate: u64,
    /// Packets thrown away because too many were held, or because the sender began anew.
    pub overflowed: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// No burst, or one of which too little has come.
    Waiting,
    /// A burst plays.
    Playing { burst: u8, next_time: u32, dry: u32 },
    /// The last packet of a burst was played; the next pull says so.
    Ending,
}

#[derive(Debug)]
struct Held {
    packet: VoicePacket,
    arrived: Duration,
}

/// See the [module's description](self).
#[derive(Debug)]
pub struct JitterBuffer {
    state: State,
    /// In order of `seq`.
    held: VecDeque<Held>,
    /// The `seq` after the last one played.
    next_seq: Option<u16>,
    seen: SeenWindow,
    counts: JitterCounts,
}

impl Default for JitterBuffer {
    fn default() -> Self {
        Self {
            state: State::Waiting,
            held: VecDeque::with_capacity(HELD_PACKETS + 1),
            next_seq: None,
            seen: SeenWindow::default(),
            counts: JitterCounts::default(),
        }
    }
}

impl JitterBuffer {
    /// Takes a packet from the network, which arrived at `now`.
    pub fn push(&mut self, packet: VoicePacket, now: Duration) {
        self.counts.received += 1;
        if self.is_from_a_new_sender(packet.seq) {
            self.begin_anew();
        }
        if !self.seen.insert(packet.seq) {
            self.counts.duplicate += 1;
            return;
        }
        if self.next_seq.is_some_and(|next| seq_distance(next, packet.seq) < 0) {
            self.counts.late += 1;
            return;
        }
        self.end_dry_spell(&packet);
        let place = self.held.partition_point(|held| seq_distance(packet.seq, held.packet.seq) < 0);
        self.held.insert(place, Held { packet, arrived: now });
        if self.held.len() > HELD_PACKETS {
            self.drop_oldest();
        }
    }

    /// What to play for the next 20 ms.
    pub fn pull(&mut self, now: Duration) -> Pull {
        match self.state {
            State::Ending => {
                self.state = State::Waiting;
                Pull::BurstEnded
            }
            State::Waiting => match self.held.front() {
                Some(first) if self.has_gathered(first, now) => {
                    let Held { packet, .. } = first;
                    self.state = State::Playing { burst: packet.burst, next_time: packet.media_time, dry: 0 };
                    // Packets of other bursts, before this one, were not ours to hear.
                    self.next_seq = Some(packet.seq);
                    self.pull(now)
                }
                _ => Pull::Silence,
            },
            State::Playing { burst, next_time, dry } => self.pull_playing(burst, next_time, dry),
        }
    }

    /// How much sound is held.
    #[must_use]
    pub fn depth(&self) -> Duration {
        PACKET_DURATION * u32::try_from(self.held.len()).unwrap_or(u32::MAX)
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

    fn has_gathered(&self, first: &Held, now: Duration) -> bool {
        // The first packet's own sound does not count: it is played while the rest is the reserve.
        self.depth() > TARGET_DELAY || now.saturating_sub(first.arrived) >= TARGET_DELAY
    }

    fn pull_playing(&mut self, burst: u8, mut next_time: u32, dry: u32) -> Pull {
        loop {
            let Some(Held { packet, .. }) = self.held.front() else { return self.pull_dry(burst, next_time, dry) };
            if packet.burst != burst {
                self.state = State::Waiting;
                return Pull::BurstEnded;
            }
            let mut ahead = packet.media_time.wrapping_sub(next_time).cast_signed();
            if ahead.unsigned_abs() > LONGEST_PAUSE_TICKS {
                ahead = 0;
            }
            if ahead < 0 {
                self.drop_late();
                continue;
            }
            let ahead = ahead.unsigned_abs();
            if ahead < PACKET_TICKS {
                return self.play_front();
            }
            let pause = self.next_seq == Some(packet.seq);
            let next = (ahead < 2 * PACKET_TICKS).then(|| packet.opus.clone());
            next_time = next_time.wrapping_add(PACKET_TICKS);
            self.state = State::Playing { burst, next_time, dry: 0 };
            return if pause { Pull::Silence } else { Pull::Lost { next } };
        }
    }

    /// Nothing is here: time stands still for the burst until something comes, or it is given up.
    fn pull_dry(&mut self, burst: u8, next_time: u32, dry: u32) -> Pull {
        if dry >= DRY_PACKETS {
            self.state = State::Waiting;
            return Pull::BurstEnded;
        }
        self.state = State::Playing { burst, next_time, dry: dry + 1 };
        Pull::Lost { next: None }
    }

    fn play_front(&mut self) -> Pull {
        let Some(Held { packet, .. }) = self.held.pop_front() else { return Pull::Silence };
        let expected = self.next_seq.unwrap_or(packet.seq);
        self.counts.lost += u64::from(packet.seq.wrapping_sub(expected));
        self.counts.played += 1;
        self.next_seq = Some(packet.seq.wrapping_add(1));
        self.state = if packet.last {
            State::Ending
        } else {
            let next_time = packet.media_time.wrapping_add(PACKET_TICKS);
            State::Playing { burst: packet.burst, next_time, dry: 0 }
        };
        // An end mark without sound has no 20 ms of its own.
        if packet.opus.is_empty() { self.pull_end() } else { Pull::Packet(packet) }
    }

    fn pull_end(&mut self) -> Pull {
        self.state = State::Waiting;
        Pull::BurstEnded
    }

    /// While the buffer was dry, packets' time was filled with made-up sound. If what comes now shows that packets were
    /// lost in that time, they are past; if it is the packet that was waited for, it plays, that much later.
    fn end_dry_spell(&mut self, packet: &VoicePacket) {
        let State::Playing { burst, next_time, dry } = self.state else { return };
        if dry == 0 || !self.held.is_empty() || packet.burst != burst {
            return;
        }
        let missing = packet.media_time.wrapping_sub(next_time);
        let missing = if missing > LONGEST_PAUSE_TICKS { 0 } else { missing / PACKET_TICKS };
        let next_time = next_time.wrapping_add(missing.min(dry) * PACKET_TICKS);
        self.state = State::Playing { burst, next_time, dry: 0 };
    }

    fn drop_late(&mut self) {
        if let Some(Held { packet, .. }) = self.held.pop_front() {
            self.counts.late += 1;
            let expected = self.next_seq.unwrap_or(packet.seq);
            self.counts.lost += u64::from(packet.seq.wrapping_sub(expected)) + 1;
            self.next_seq = Some(packet.seq.wrapping_add(1));
        }
    }

    /// Too much is held: play on from the oldest that is left, as if what was dropped had been played.
    fn drop_oldest(&mut self) {
        let Some(Held { packet, .. }) = self.held.pop_front() else { return };
        self.counts.overflowed += 1;
        if self.next_seq.is_some() {
            self.next_seq = Some(packet.seq.wrapping_add(1));
        }
        if let (State::Playing { next_time, dry, .. }, Some(front)) = (self.state, self.held.front()) {
            let same_burst = matches!(self.state, State::Playing { burst, .. } if burst == front.packet.burst);
            let next_time = if same_burst { front.packet.media_time } else { next_time };
            self.state = State::Playing { burst: packet.burst, next_time, dry };
        }
    }

    fn is_from_a_new_sender(&self, seq: u16) -> bool {
        let known = self.next_seq.or(self.held.front().map(|held| held.packet.seq));
        known.is_some_and(|known| seq_distance(known, seq).unsigned_abs() > SEQ_HORIZON)
    }

    fn begin_anew(&mut self) {
        self.counts.overflowed += self.held.len() as u64;
        self.held.clear();
        self.next_seq = None;
        self.seen = SeenWindow::default();
        if matches!(self.state, State::Playing { .. }) {
            self.state = State::Ending;
        }
    }
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
}

#[cfg(test)]
mod tests;
