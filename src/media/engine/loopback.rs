//! A microphone test: what would be sent comes back a second later.

use crate::media::voice::gate::{GateOutput, TalkGate};
use bytes::Bytes;
use hallway_protocol::{ids::PersonId, voice::VoicePacket};
use std::{collections::VecDeque, time::Duration};

/// How long what was said takes to come back: long enough to fall silent and listen.
const DELAY: Duration = Duration::from_secs(1);

/// By whom one's own test is spoken: a number that no server gives out before it has signed four thousand million in.
pub(super) const ONESELF: PersonId = PersonId(u32::MAX);

/// See the [module's description](self).
pub(super) struct Loopback {
    gate: TalkGate,
    waiting: VecDeque<(Duration, VoicePacket)>,
}

impl Loopback {
    pub(super) fn new(now: Duration) -> Self {
        let mut gate = TalkGate::new(Duration::ZERO);
        gate.press(now);
        gate.grant(now, &mut Vec::new());
        Self { gate, waiting: VecDeque::new() }
    }

    /// Takes one encoded packet of so many samples.
    pub(super) fn record(&mut self, opus: Bytes, samples: u32, now: Duration) {
        let mut out = Vec::new();
        self.gate.record(opus, samples, now, &mut out);
        self.waiting.extend(out.into_iter().filter_map(|output| match output {
            GateOutput::Packet(packet) => Some((now + DELAY, packet)),
            GateOutput::BurstEnded => None,
        }));
    }

    /// When the next packet is to be heard.
    pub(super) fn due(&self) -> Option<Duration> {
        self.waiting.front().map(|(due, _)| *due)
    }

    /// The next packet, if its time has come.
    pub(super) fn next(&mut self, now: Duration) -> Option<VoicePacket> {
        self.waiting.pop_front_if(|(due, _)| *due <= now).map(|(_, packet)| packet)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_comes_back_a_second_later_in_order() {
        let ms = Duration::from_millis;
        let mut test = Loopback::new(ms(500));
        (1..=3).for_each(|n| test.record(Bytes::from(vec![n; 9]), 480, ms(500 + 10 * u64::from(n))));
        assert_eq!(test.due(), Some(ms(1510)));
        assert_eq!(test.next(ms(1509)), None);
        let first = test.next(ms(1525)).unwrap();
        assert_eq!((first.opus[0], test.next(ms(1525)).unwrap().media_time, test.next(ms(1525))), (1, 24_480, None));
    }
}
