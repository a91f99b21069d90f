//! The sender's talk gate: what becomes of the microphone's packets between key down and the end of the tail.
//!
//! Recording begins with the key, not with the grant, so the first syllable is never lost: packets made before the
//! grant wait as *pre-roll* and go out first. Who has to queue may have what they say kept, to play it when their turn
//! comes. Nothing leaves without a grant.
//!
//! Silence is not sent, but for a sign of life: media time goes on, sequence numbers count what is sent.

pub mod call;
mod packets;
mod recording;
mod silence;

use super::frames::{duration_of, samples_in};
use bytes::Bytes;
use hallway_protocol::voice::VoicePacket;
use packets::Packets;
use recording::Recording;
use silence::Silence;
use std::time::Duration;

/// How long the microphone goes on after key up, unless set otherwise: people let go while the last sound still rings.
pub const DEFAULT_TAIL: Duration = Duration::from_millis(150);
/// Most pre-roll kept while the grant is on its way: one second. What is older is dropped.
pub const PRE_ROLL: Duration = Duration::from_secs(1);
/// Longest recording kept for somebody who waits: as long as a turn may last by default. What comes later is not kept.
pub const LONGEST_RECORDING: Duration = Duration::from_secs(60);
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

/// Encoded sound with its place on the media clock, both in samples at 48 kHz.
#[derive(Clone, Debug)]
struct Piece {
    media_time: u32,
    samples: u32,
    opus: Bytes,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Key up; sound is thrown away.
    Closed,
    /// Key down, no grant yet; sound waits.
    Recording {
        /// Whether it is kept even when the key goes up.
        kept: bool,
    },
    /// Key up, no grant yet; what was recorded waits. So many samples more belong to it.
    Kept { samples: u32 },
    /// Key down and granted; sound goes out.
    Open,
    /// Key up, still granted; so many samples more go out, by `until` at the latest.
    Tail { samples: u32, until: Duration },
    /// Granted; what was recorded from `from` on goes out as it was said, since `since`.
    Playing { from: u32, since: Duration },
}

/// See the [module's description](self).
#[derive(Debug)]
pub struct TalkGate {
    state: State,
    tail: Duration,
    recording: Recording,
    packets: Packets,
    /// Media time of the next piece.
    media_time: u32,
    /// When the media clock stood at `media_time`; it stands still while no sound is wanted.
    stopped_at: Duration,
    silence: Silence,
}

impl TalkGate {
    /// A closed gate. `tail` is how long sound goes out after key up.
    #[must_use]
    pub fn new(tail: Duration) -> Self {
        Self {
            state: State::Closed,
            tail,
            recording: Recording::default(),
            packets: Packets::default(),
            media_time: 0,
            stopped_at: Duration::ZERO,
            silence: Silence::default(),
        }
    }

    /// Sets how long sound goes out after key up, from the next time on.
    pub fn set_tail(&mut self, tail: Duration) {
        self.tail = tail;
    }

    /// Puts so many copies of earlier packets into each packet from now on.
    pub fn set_copies(&mut self, copies: u32) {
        self.packets.set_copies(copies);
    }

    /// Whether the microphone's sound is wanted at all.
    #[must_use]
    pub fn wants_sound(&self) -> bool {
        match self.state {
            State::Recording { .. } | State::Open | State::Tail { .. } => true,
            State::Kept { samples } => samples > 0,
            State::Closed | State::Playing { .. } => false,
        }
    }

    /// Whether sound really leaves this client.
    #[must_use]
    pub fn is_sending(&self) -> bool {
        matches!(self.state, State::Open | State::Tail { .. } | State::Playing { .. })
    }

    /// Length of what was recorded and has not gone out.
    #[must_use]
    pub fn recorded(&self) -> Duration {
        self.recording.length()
    }

    /// When something is to go out that needs no sound from the microphone: then [`tick`](Self::tick) sends it.
    #[must_use]
    pub fn due(&self) -> Option<Duration> {
        match self.state {
            State::Playing { from, since } => {
                self.recording.first().map(|piece| since + duration_of(piece.media_time.wrapping_sub(from).into()))
            }
            State::Tail { until, .. } => Some(until),
            State::Closed | State::Recording { .. } | State::Kept { .. } | State::Open => None,
        }
    }

    /// Key down. True when new sound begins, for which the encoder has to forget the last. During the tail the burst
    /// simply goes on: the floor is still held. What was kept is kept, and goes on after a pause.
    pub fn press(&mut self, now: Duration) -> bool {
        match self.state {
            State::Closed | State::Kept { samples: 0 } => {
                let silent = samples_in(now.saturating_sub(self.stopped_at));
                // The media clock wraps on purpose.
                self.media_time = self.media_time.wrapping_add(silent as u32);
                self.silence.begin();
                self.state = State::Recording { kept: self.state != State::Closed };
                true
            }
            State::Kept { .. } => {
                self.state = State::Recording { kept: true };
                false
            }
            State::Tail { .. } => {
                self.state = State::Open;
                false
            }
            State::Recording { .. } | State::Open | State::Playing { .. } => false,
        }
    }

    /// The grant will take long: what is said is kept, up to [`LONGEST_RECORDING`], even when the key goes up.
    pub fn keep_recording(&mut self) {
        if let State::Recording { kept } = &mut self.state {
            *kept = true;
        }
    }

    /// The server gave the floor. The pre-roll goes out, at most [`PRE_ROLL`] of it, and the microphone's sound follows.
    /// A grant that comes after the key went up ends at once, so that the session releases the floor and nobody hears
    /// a burst of nothing; what was kept is played.
    pub fn grant(&mut self, now: Duration, out: &mut Vec<GateOutput>) {
        match self.state {
            State::Recording { .. } => {
                self.recording.keep_newest(PRE_ROLL);
                self.open();
                while let Some(piece) = self.recording.pop() {
                    self.send(piece, Mark::PreRoll, out);
                }
            }
            State::Kept { .. } => self.play_recording(now, out),
            State::Closed => out.push(GateOutput::BurstEnded),
            State::Open | State::Tail { .. } | State::Playing { .. } => {}
        }
    }

    /// The server gave the floor, and what was recorded is not to be heard: the microphone's sound goes out from now on.
    pub fn speak_live(&mut self, now: Duration, out: &mut Vec<GateOutput>) {
        match self.state {
            State::Recording { .. } => {
                self.recording.clear();
                self.open();
            }
            State::Kept { .. } | State::Closed => {
                self.close(now);
                out.push(GateOutput::BurstEnded);
            }
            State::Open | State::Tail { .. } | State::Playing { .. } => {}
        }
    }

    /// The server gave the floor: what was recorded goes out at the pace at which it was said, and then the burst ends.
    /// Nothing more is recorded. Whether the key is down does not matter.
    pub fn play_recording(&mut self, now: Duration, out: &mut Vec<GateOutput>) {
        if self.is_sending() {
            return;
        }
        if let Some(first) = self.recording.first() {
            self.state = State::Playing { from: first.media_time, since: now };
            self.packets.begin_burst();
            self.tick(now, out);
        } else {
            self.close(now);
            out.push(GateOutput::BurstEnded);
        }
    }

    /// Key up. Before the grant this forgets the recording, unless it is kept; otherwise the tail begins. `on_the_way` is
    /// what was said before and has not been recorded yet, in samples: it comes before the tail.
    pub fn release(&mut self, now: Duration, on_the_way: u32) {
        // The packet that is being filled belongs to it in any case.
        let samples = on_the_way.saturating_add(samples_in(self.tail) as u32).max(1);
        match self.state {
            State::Recording { kept: false } => self.close(now),
            State::Recording { kept: true } => self.state = State::Kept { samples },
            State::Open => {
                let until = now + duration_of(samples.into()) + TAIL_GRACE;
                self.state = State::Tail { samples, until };
            }
            State::Closed | State::Kept { .. } | State::Tail { .. } | State::Playing { .. } => {}
        }
    }

    /// The floor is lost or was refused: nothing goes out from here on, not even an end mark.
    pub fn abort(&mut self, now: Duration) {
        if self.state != State::Closed {
            self.close(now);
        }
    }

    /// One encoded packet of so many samples from the microphone.
    pub fn record(&mut self, opus: Bytes, samples: u32, now: Duration, out: &mut Vec<GateOutput>) {
        if !self.wants_sound() {
            return;
        }
        let piece = Piece { media_time: self.media_time, samples, opus };
        self.media_time = self.media_time.wrapping_add(samples);
        let is_heard = self.silence.lets_through(&piece);
        match self.state {
            State::Recording { kept } if is_heard => self.keep(piece, kept),
            State::Open if is_heard => self.send(piece, Mark::None, out),
            State::Kept { samples: left } => {
                self.state = State::Kept { samples: left.saturating_sub(samples) };
                self.stopped_at = now;
                if is_heard {
                    self.keep(piece, true);
                }
            }
            State::Tail { samples: left, until } => {
                let left = left.saturating_sub(samples);
                self.state = State::Tail { samples: left, until };
                if left == 0 {
                    self.send(piece, Mark::Last, out);
                    self.end(now, out);
                } else if is_heard {
                    self.send(piece, Mark::None, out);
                }
            }
            _ => {}
        }
    }

    fn send(&mut self, piece: Piece, mark: Mark, out: &mut Vec<GateOutput>) {
        out.push(GateOutput::Packet(self.packets.next(piece, mark)));
    }

    fn keep(&mut self, piece: Piece, kept: bool) {
        if !kept {
            self.recording.push(piece);
            self.recording.keep_newest(PRE_ROLL);
        } else if self.recording.length() < LONGEST_RECORDING {
            self.recording.push(piece);
        }
    }

    /// Time goes on: sends what is due of a recording, and ends a tail whose sound does not come because the microphone
    /// is gone.
    pub fn tick(&mut self, now: Duration, out: &mut Vec<GateOutput>) {
        while let State::Playing { .. } = self.state
            && self.due().is_some_and(|due| due <= now)
            && let Some(piece) = self.recording.pop()
        {
            let is_last = self.recording.first().is_none();
            let mark = if is_last { Mark::Last } else { Mark::None };
            self.send(piece, mark, out);
            if is_last {
                self.end(now, out);
            }
        }
        if let State::Tail { until, .. } = self.state
            && now >= until
        {
            out.extend(self.packets.end_mark(self.media_time).map(GateOutput::Packet));
            self.end(now, out);
        }
    }

    fn open(&mut self) {
        self.state = State::Open;
        self.packets.begin_burst();
    }

    fn end(&mut self, now: Duration, out: &mut Vec<GateOutput>) {
        out.push(GateOutput::BurstEnded);
        self.close(now);
    }

    fn close(&mut self, now: Duration) {
        self.state = State::Closed;
        self.recording.clear();
        self.stopped_at = now;
    }
}

/// What is special about a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    None,
    /// Recorded before the grant, and sent in a heap.
    PreRoll,
    /// The last of its burst.
    Last,
}

#[cfg(test)]
mod tests;
