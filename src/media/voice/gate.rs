//! The sender's talk gate: what becomes of the microphone's packets between key down and the end of the tail.
//!
//! Recording begins with the key, not with the grant, so the first syllable is never lost: packets made before the
//! grant wait as *pre-roll* and go out first. Nothing leaves without a grant.

use super::frames::{PACKET_DURATION, PACKET_TICKS, packets_covering, samples_in};
use bytes::Bytes;
use hallway_protocol::voice::VoicePacket;
use std::{collections::VecDeque, time::Duration};

/// How long the microphone goes on after key up, unless set otherwise: people let go while the last sound still rings.
pub const DEFAULT_TAIL: Duration = Duration::from_millis(150);
/// Most pre-roll kept while the grant is on its way: one second. What is older is dropped.
pub const PRE_ROLL_PACKETS: usize = 50;
/// How long a tail may outlast its sound when the microphone delivers nothing any more.
const TAIL_GRACE: Duration = Duration::from_millis(200);

/// What the gate lets out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GateOutput {
    /// A packet for the wire.
    Packet(VoicePacket),
    /// The burst is over: the floor is to be released.
    BurstEnded,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Key up; sound is thrown away.
    Closed,
    /// Key down, no answer yet; sound waits.
    Pressed,
    /// Key down and granted; sound goes out.
    Open,
    /// Key up, still granted; this many packets more go out, by `until` at the latest.
    Tail { packets: u32, until: Duration },
}

/// See the [module's description](self).
#[derive(Debug)]
pub struct TalkGate {
    state: State,
    tail: Duration,
    pre_roll: VecDeque<(u32, Bytes)>,
    pre_roll_dropped: u64,
    burst: u8,
    seq: u16,
    sent_in_burst: bool,
    /// Media time of the next packet.
    media_time: u32,
    /// When the media clock stood at `media_time`; it stands still while closed.
    closed_at: Duration,
}

impl TalkGate {
    /// A closed gate. `tail` is how long sound goes out after key up.
    #[must_use]
    pub fn new(tail: Duration) -> Self {
        Self {
            state: State::Closed,
            tail,
            pre_roll: VecDeque::with_capacity(PRE_ROLL_PACKETS),
            pre_roll_dropped: 0,
            burst: 0,
            seq: 0,
            sent_in_burst: false,
            media_time: 0,
            closed_at: Duration::ZERO,
        }
    }

    /// Whether the microphone's sound is wanted at all.
    #[must_use]
    pub fn wants_sound(&self) -> bool {
        self.state != State::Closed
    }

    /// Whether sound really leaves this client.
    #[must_use]
    pub fn is_sending(&self) -> bool {
        matches!(self.state, State::Open | State::Tail { .. })
    }

    /// Packets of pre-roll that were dropped because the grant took too long.
    #[must_use]
    pub fn pre_roll_dropped(&self) -> u64 {
        self.pre_roll_dropped
    }

    /// Key down. True when a new burst begins, for which the encoder has to forget the last one. During the tail the
    /// burst simply goes on: the floor is still held.
    pub fn press(&mut self, now: Duration) -> bool {
        match self.state {
            State::Closed => {
                let silent = samples_in(now.saturating_sub(self.closed_at));
                // The media clock wraps on purpose.
                self.media_time = self.media_time.wrapping_add(silent as u32);
                self.state = State::Pressed;
                true
            }
            State::Tail { .. } => {
                self.state = State::Open;
                false
            }
            State::Pressed | State::Open => false,
        }
    }

    /// The server gave the floor. The pre-roll goes out. A grant that comes after the key went up ends at once, so that
    /// the session releases the floor and nobody hears a burst of nothing.
    pub fn grant(&mut self, out: &mut Vec<GateOutput>) {
        match self.state {
            State::Pressed => {
                self.state = State::Open;
                self.burst = self.burst.wrapping_add(1);
                self.sent_in_burst = false;
                while let Some((media_time, opus)) = self.pre_roll.pop_front() {
                    out.push(self.packet(media_time, opus, false));
                }
            }
            State::Closed => out.push(GateOutput::BurstEnded),
            State::Open | State::Tail { .. } => {}
        }
    }

    /// Key up. Before the grant this forgets the recording; after it, the tail begins.
    pub fn release(&mut self, now: Duration) {
        match self.state {
            State::Pressed => self.close(now),
            State::Open => {
                // The packet that is being filled goes out in any case, and carries the end mark.
                let packets = packets_covering(self.tail).max(1);
                self.state = State::Tail { packets, until: now + PACKET_DURATION * packets + TAIL_GRACE };
            }
            State::Closed | State::Tail { .. } => {}
        }
    }

    /// The floor is lost or was refused: nothing goes out from here on, not even an end mark.
    pub fn abort(&mut self, now: Duration) {
        if self.wants_sound() {
            self.close(now);
        }
    }

    /// One encoded packet from the microphone.
    pub fn record(&mut self, opus: Bytes, now: Duration, out: &mut Vec<GateOutput>) {
        let media_time = self.media_time;
        match self.state {
            State::Closed => return,
            State::Pressed => self.keep(media_time, opus),
            State::Open => out.push(self.packet(media_time, opus, false)),
            State::Tail { packets, until } => {
                let last = packets <= 1;
                out.push(self.packet(media_time, opus, last));
                self.state = State::Tail { packets: packets.saturating_sub(1), until };
                if last {
                    out.push(GateOutput::BurstEnded);
                    self.media_time = media_time.wrapping_add(PACKET_TICKS);
                    return self.close(now);
                }
            }
        }
        self.media_time = media_time.wrapping_add(PACKET_TICKS);
    }

    /// Ends a tail whose sound does not come, because the microphone is gone.
    pub fn tick(&mut self, now: Duration, out: &mut Vec<GateOutput>) {
        let State::Tail { until, .. } = self.state else { return };
        if now < until {
            return;
        }
        if self.sent_in_burst {
            out.push(self.packet(self.media_time, Bytes::new(), true));
        }
        out.push(GateOutput::BurstEnded);
        self.close(now);
    }

    fn keep(&mut self, media_time: u32, opus: Bytes) {
        if self.pre_roll.len() == PRE_ROLL_PACKETS {
            self.pre_roll.pop_front();
            self.pre_roll_dropped += 1;
        }
        self.pre_roll.push_back((media_time, opus));
    }

    fn packet(&mut self, media_time: u32, opus: Bytes, last: bool) -> GateOutput {
        let packet = VoicePacket { burst: self.burst, last, seq: self.seq, media_time, opus, ..VoicePacket::default() };
        // Counted when it leaves, so that pre-roll that was never granted leaves no hole.
        self.seq = self.seq.wrapping_add(1);
        self.sent_in_burst = true;
        GateOutput::Packet(packet)
    }

    fn close(&mut self, now: Duration) {
        self.state = State::Closed;
        self.pre_roll.clear();
        self.closed_at = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A step of a table: what happens to the gate.
    #[derive(Clone, Copy, Debug)]
    enum Do {
        Press,
        Grant,
        Release,
        Abort,
        /// So many packets come from the microphone.
        Sound(u8),
        /// So many milliseconds pass without sound.
        Wait(u64),
    }
    use Do::{Abort, Grant, Press, Release, Sound, Wait};

    /// Runs the steps and writes down what came out: `p` a packet, `L` the last of a burst, `E` the end.
    fn run(tail_ms: u64, steps: &[Do]) -> (String, Vec<VoicePacket>) {
        let mut gate = TalkGate::new(Duration::from_millis(tail_ms));
        let (mut now, mut out) = (Duration::ZERO, Vec::new());
        for step in steps {
            match *step {
                Press => _ = gate.press(now),
                Grant => gate.grant(&mut out),
                Release => gate.release(now),
                Abort => gate.abort(now),
                Wait(ms) => now += Duration::from_millis(ms),
                Sound(packets) => (0..packets).for_each(|n| {
                    now += PACKET_DURATION;
                    gate.record(Bytes::from(vec![n + 1]), now, &mut out);
                }),
            }
            gate.tick(now, &mut out);
        }
        let packets = out.iter().filter_map(|output| match output {
            GateOutput::Packet(packet) => Some(packet.clone()),
            GateOutput::BurstEnded => None,
        });
        let written = out.iter().map(|output| match output {
            GateOutput::Packet(packet) if packet.last => 'L',
            GateOutput::Packet(_) => 'p',
            GateOutput::BurstEnded => 'E',
        });
        (written.collect(), packets.collect())
    }

    #[test]
    fn the_gate_lets_out_what_the_table_says() {
        let table: &[(&str, &[Do], &str)] = &[
            (
                "pre-roll first, then live, then the tail",
                &[Press, Sound(2), Grant, Sound(1), Release, Sound(9)],
                "pppppL E",
            ),
            ("nothing without a key", &[Sound(5)], ""),
            ("nothing without a grant", &[Press, Sound(5)], ""),
            ("a grant before any sound", &[Press, Grant, Sound(1), Release, Sound(5)], "pppL E"),
            ("released before the grant", &[Press, Sound(3), Release, Sound(3)], ""),
            (
                "released before the grant, which still comes",
                &[Press, Sound(3), Release, Sound(3), Grant, Sound(2)],
                "E",
            ),
            (
                "pressed again before the first grant came",
                &[Press, Sound(2), Release, Press, Sound(1), Grant, Sound(1)],
                "pp",
            ),
            ("denied", &[Press, Sound(3), Abort, Sound(3), Release], ""),
            ("revoked while open", &[Press, Grant, Sound(2), Abort, Sound(3), Release, Sound(3)], "pp"),
            ("revoked in the tail", &[Press, Grant, Sound(1), Release, Sound(1), Abort, Sound(9)], "pp"),
            (
                "pressed again in the tail",
                &[Press, Grant, Release, Sound(1), Press, Sound(5), Release, Sound(3)],
                "pppppppp L E",
            ),
            ("a second grant changes nothing", &[Press, Sound(1), Grant, Sound(1), Grant, Sound(1)], "ppp"),
            ("a dead microphone in the tail", &[Press, Grant, Sound(2), Release, Wait(400)], "ppL E"),
            ("a microphone that never gave anything", &[Press, Grant, Release, Wait(400)], "E"),
            ("a second burst", &[Press, Grant, Release, Sound(3), Press, Grant, Release, Sound(3)], "ppL E ppL E"),
        ];
        for (name, steps, expected) in table {
            let (written, _) = run(60, steps);
            assert_eq!(written, expected.replace(' ', ""), "{name}");
        }
    }

    #[test]
    fn without_a_tail_the_packet_being_filled_is_the_last() {
        assert_eq!(run(0, &[Press, Grant, Sound(2), Release, Sound(3)]).0, "ppLE");
    }

    #[test]
    fn packets_are_numbered_without_holes_and_timed_by_the_media_clock() {
        let (_, packets) = run(
            20,
            &[
                Press,
                Sound(3),
                Abort,
                Wait(100), // never granted: leaves no hole in seq
                Press,
                Sound(2),
                Grant,
                Sound(1),
                Release,
                Sound(1),
                Wait(200),
                Press,
                Grant,
                Release,
                Sound(1),
            ],
        );
        let seqs: Vec<u16> = packets.iter().map(|packet| packet.seq).collect();
        assert_eq!(seqs, [0, 1, 2, 3, 4]);
        assert_eq!(packets.iter().map(|packet| packet.burst).collect::<Vec<_>>(), [1, 1, 1, 1, 2]);
        let times: Vec<u32> = packets.iter().map(|packet| packet.media_time).collect();
        let start = 3 * PACKET_TICKS + 4800;
        let second = start + 4 * PACKET_TICKS + 9600;
        assert_eq!(times, [start, start + 960, start + 2 * 960, start + 3 * 960, second]);
    }

    #[test]
    fn pre_roll_is_bounded_and_the_newest_stays() {
        let (_, packets) = run(20, &[Press, Sound(80), Grant]);
        assert_eq!(packets.len(), PRE_ROLL_PACKETS);
        assert_eq!(packets[0].opus[0], 31);
        assert_eq!(packets[0].media_time, 30 * PACKET_TICKS);
    }
}
