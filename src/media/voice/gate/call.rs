//! The call's side of the microphone: what is said goes out as it comes, in bursts between which nothing is said to the
//! call.
//!
//! The media clock never begins anew. While somebody listens to the microphone it counts the samples, sent or not, and
//! where none come it goes by the time: so pictures keep their place beside the voice through every pause.

use super::{Mark, Packets, Piece, silence::Silence};
use crate::media::voice::frames::samples_in;
use bytes::Bytes;
use hallway_protocol::voice::VoicePacket;
use std::time::Duration;

/// See the [module's description](self). All counts are in samples at 48 kHz.
#[derive(Debug, Default)]
pub struct CallGate {
    is_open: bool,
    /// Whether a burst is going on.
    is_sending: bool,
    packets: Packets,
    silence: Silence,
    /// Where the next sample of the microphone has its place on the media clock.
    clock: u32,
    /// When the clock was moved last; `None` before the first sample.
    moved_at: Option<Duration>,
    /// Whether samples were missing since.
    has_stopped: bool,
    /// Where the next packet of the burst begins.
    next: u32,
    /// How much of the burst is still to come from what was kept from before it began.
    stored: u32,
}

impl CallGate {
    /// The call wants the microphone's sound.
    pub fn open(&mut self) {
        self.is_open = true;
    }

    /// No longer. Nothing more goes out, not even an end mark.
    pub fn close(&mut self) {
        (self.is_open, self.is_sending) = (false, false);
        self.stop();
    }

    /// Whether the call wants the microphone's sound.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    /// Whether a burst is going on.
    #[must_use]
    pub fn is_sending(&self) -> bool {
        self.is_sending
    }

    /// Puts so many copies of earlier packets into each packet from now on.
    pub fn set_copies(&mut self, copies: u32) {
        self.packets.set_copies(copies);
    }

    /// So many samples of the microphone came, whether or not they are said to the call.
    pub fn pass(&mut self, samples: u32, now: Duration) {
        if std::mem::take(&mut self.has_stopped)
            && let Some(moved_at) = self.moved_at
        {
            let passed = samples_in(now.saturating_sub(moved_at)) as u32;
            self.clock = self.clock.wrapping_add(passed.saturating_sub(samples));
        }
        self.clock = self.clock.wrapping_add(samples);
        self.moved_at = Some(now);
    }

    /// From now on no samples come, or nobody counts them.
    pub fn stop(&mut self) {
        self.has_stopped = true;
    }

    /// Where the next sample has its place; `None` before the first one, and while that depends on when it comes.
    #[must_use]
    pub fn clock(&self) -> Option<u32> {
        self.moved_at.filter(|_| !self.has_stopped).map(|_| self.clock)
    }

    /// A burst begins with the last `samples` that came, of which all but the newest `fresh` were kept from before.
    pub fn begin(&mut self, samples: u32, fresh: u32) {
        self.is_sending = true;
        self.packets.begin_burst();
        self.silence.begin();
        self.next = self.clock.wrapping_sub(samples);
        self.stored = samples.saturating_sub(fresh);
    }

    /// The burst's next samples, encoded. Answers the packet for the wire; silence makes none.
    pub fn record(&mut self, opus: Bytes, samples: u32) -> Option<VoicePacket> {
        let piece = Piece { media_time: self.next, samples, opus };
        self.next = self.next.wrapping_add(samples);
        // What comes in a heap says nothing about the way it takes.
        let mark = if self.stored >= samples { Mark::PreRoll } else { Mark::None };
        self.stored = self.stored.saturating_sub(samples);
        (self.is_sending && self.silence.lets_through(&piece)).then(|| self.packets.next(piece, mark))
    }

    /// The burst is over. Answers the packet that says so, if there was anything to end.
    pub fn end(&mut self) -> Option<VoicePacket> {
        std::mem::take(&mut self.is_sending).then(|| self.packets.end_mark(self.next)).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PACKET: u32 = 960;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn voice() -> Bytes {
        Bytes::from_static(&[0x78; 40])
    }

    /// 20 ms go by, and are said to the call.
    fn say(gate: &mut CallGate, now: Duration) -> Option<VoicePacket> {
        gate.pass(PACKET, now);
        gate.record(voice(), PACKET)
    }

    /// A burst begins with the 20 ms that have just come.
    fn resume(gate: &mut CallGate, now: Duration) -> u32 {
        gate.pass(PACKET, now);
        gate.begin(PACKET, PACKET);
        gate.record(voice(), PACKET).unwrap().media_time
    }

    #[test]
    fn bursts_differ_in_number_and_end_with_a_mark_and_sequence_numbers_go_on() {
        let mut gate = CallGate::default();
        gate.open();
        let mut sent = Vec::new();
        for burst in 0..3 {
            gate.begin(0, 0);
            sent.extend((0..2).filter_map(|n| say(&mut gate, ms(100 * burst + 20 * n))));
            sent.extend(gate.end());
        }
        let seen: Vec<_> = sent.iter().map(|packet| (packet.burst, packet.seq, packet.last)).collect();
        assert_eq!(seen[..4], [(1, 0, false), (1, 1, false), (1, 2, true), (2, 3, false)]);
        assert_eq!((seen.len(), seen[8]), (9, (3, 8, true)));
        assert!(sent.iter().all(|packet| !packet.pre_roll && packet.opus.is_empty() == packet.last));
        assert_eq!(gate.end(), None, "it has ended");
    }

    #[test]
    fn the_clock_counts_what_is_not_sent_and_goes_by_the_time_where_nothing_comes() {
        let mut gate = CallGate::default();
        assert_eq!(gate.clock(), None);
        gate.open();
        assert_eq!(resume(&mut gate, ms(1_000)), 0);
        gate.end();
        // The room has the microphone for 60 ms.
        (1..=3).for_each(|n| gate.pass(PACKET, ms(1_000 + 20 * n)));
        assert_eq!(resume(&mut gate, ms(1_080)), 4 * PACKET);
        // The device is gone for a second, and then the microphone is muted for another.
        gate.end();
        gate.stop();
        let after_loss = resume(&mut gate, ms(2_080));
        assert_eq!(after_loss, 4 * PACKET + 48_000);
        gate.close();
        gate.open();
        gate.pass(480, ms(3_080));
        gate.begin(480, 480);
        assert_eq!(gate.record(voice(), 480).unwrap().media_time, after_loss + PACKET + 48_000 - 480);
        assert_eq!(gate.clock(), Some(after_loss + PACKET + 48_000));
    }

    #[test]
    fn what_was_kept_from_before_the_burst_says_so_and_lies_before_it() {
        let mut gate = CallGate::default();
        gate.open();
        (0..10).for_each(|n| gate.pass(480, ms(10 * n)));
        gate.begin(5 * 480, 480);
        let sent: Vec<_> = (0..5).filter_map(|_| gate.record(voice(), 480)).collect();
        let seen: Vec<_> = sent.iter().map(|packet| (packet.media_time / 480, packet.pre_roll)).collect();
        assert_eq!(seen, [(5, true), (6, true), (7, true), (8, true), (9, false)]);
    }

    #[test]
    fn silence_is_told_of_every_200_ms_and_a_closed_gate_lets_nothing_out() {
        let mut gate = CallGate::default();
        gate.open();
        gate.begin(0, 0);
        let silence = Bytes::from_static(&[0x78]);
        let sent = (0..50).filter_map(|_| gate.record(silence.clone(), PACKET)).count();
        assert_eq!(sent, 5);
        gate.close();
        assert_eq!((gate.record(voice(), PACKET), gate.end()), (None, None));
    }

    proptest! {
        /// Whatever is paused, lost and muted: each packet lies after the one before.
        #[test]
        fn media_time_never_goes_back(steps in prop::collection::vec((0u8..6, 1u64..400), 1..200)) {
            let mut gate = CallGate::default();
            gate.open();
            let (mut now, mut end) = (ms(5), 0);
            for (step, time) in steps {
                match step {
                    0 => _ = gate.end(),
                    1 => gate.stop(),
                    2 => gate.close(),
                    3 => now += ms(time),
                    _ => {
                        now += ms(20);
                        gate.open();
                        gate.pass(PACKET, now);
                        if !gate.is_sending() {
                            gate.begin(PACKET, PACKET);
                        }
                        let packet = gate.record(voice(), PACKET).unwrap();
                        prop_assert!(packet.media_time >= end, "{} before {end}", packet.media_time);
                        end = packet.media_time + PACKET;
                    }
                }
            }
        }
    }
}
