//! What is said in a turn, packet by packet, within bounds. Pure.

use crate::talk_log::{Talker, TurnPacket, opus_samples};
use bytes::Bytes;
use hallway_protocol::{
    ids::{PersonId, RoomId},
    limits::{NOTE_LENGTH, TURN_BYTES, TURNS_BYTES},
    voice::VoicePacket,
};
use std::collections::{BTreeMap, HashMap};

/// What a packet takes in memory beside its bytes.
const PACKET_BYTES: usize = 96;
/// Most packets of one turn: no voice makes shorter ones than 10 ms.
const MOST_PACKETS: usize = (NOTE_LENGTH.as_millis() / 10) as usize;

/// The turns that are being talked.
#[derive(Default)]
pub(super) struct Collector {
    /// By talker, who is in one room.
    bursts: HashMap<PersonId, Burst>,
    /// What all of it takes.
    bytes: usize,
}

/// One burst, from the first packet that was heard of it.
struct Burst {
    room: RoomId,
    number: u8,
    /// `None` where it began while nothing was kept: half a turn is none.
    kept: Option<Kept>,
}

struct Kept {
    talker: Talker,
    /// By their place in the burst, as far as that is known from their numbers.
    packets: BTreeMap<i64, TurnPacket>,
    /// Number and place of the newest packet.
    newest: (u16, i64),
    /// Bytes of sound.
    sound: usize,
    /// What it takes in memory.
    bytes: usize,
}

/// A turn that is over.
#[derive(Debug)]
pub(super) struct Collected {
    pub(super) room: RoomId,
    pub(super) talker: Talker,
    pub(super) packets: Vec<TurnPacket>,
}

impl Collector {
    /// Takes a packet of somebody who has the floor; `bytes` is what it takes. Gives the turn that was over before it.
    pub(super) fn hear(
        &mut self,
        room: RoomId,
        person: PersonId,
        talker: impl FnOnce() -> Talker,
        packet: &VoicePacket,
        bytes: usize,
        is_kept: bool,
    ) -> Option<Collected> {
        let mut over = None;
        match self.bursts.get(&person) {
            Some(burst) if burst.room == room && burst.number == packet.burst => {}
            // What comes late of an earlier burst has nothing to be put into any more.
            Some(burst) if burst.room == room && packet.burst.wrapping_sub(burst.number).cast_signed() < 0 => {
                return None;
            }
            _ => {
                over = self.end(person);
                let kept = is_kept.then(|| Kept::new(talker(), packet.seq));
                self.bursts.insert(person, Burst { room, number: packet.burst, kept });
            }
        }
        let Some(burst) = self.bursts.get_mut(&person) else { return over };
        if !is_kept && let Some(given_up) = burst.kept.take() {
            // Switched off in its middle: nothing of it stays.
            self.bytes -= given_up.bytes;
        }
        if let Some(kept) = &mut burst.kept
            && self.bytes < TURNS_BYTES
        {
            self.bytes += kept.add(packet, bytes);
        }
        over
    }

    /// Gives the turns that are over.
    pub(super) fn take_ended(&mut self, goes_on: impl Fn(PersonId, RoomId) -> bool) -> Vec<Collected> {
        let over =
            self.bursts.iter().filter(|(person, burst)| !goes_on(**person, burst.room)).map(|(person, _)| *person);
        over.collect::<Vec<_>>().into_iter().filter_map(|person| self.end(person)).collect()
    }

    fn end(&mut self, person: PersonId) -> Option<Collected> {
        let Burst { room, kept, .. } = self.bursts.remove(&person)?;
        let Kept { talker, packets, bytes, .. } = kept?;
        self.bytes -= bytes;
        Some(Collected { room, talker, packets: packets.into_values().collect() })
    }
}

impl Kept {
    fn new(talker: Talker, seq: u16) -> Self {
        Self { talker, packets: BTreeMap::new(), newest: (seq, 0), sound: 0, bytes: 0 }
    }

    /// Takes a packet, and of the copies that it carries those whose packets did not come. Answers what that takes.
    fn add(&mut self, packet: &VoicePacket, bytes: usize) -> usize {
        let (newest, place) = self.newest;
        let place = place + i64::from(packet.seq.wrapping_sub(newest).cast_signed());
        if place > self.newest.1 {
            self.newest = (packet.seq, place);
        }
        if packet.opus.is_empty() {
            return 0;
        }
        let before = self.bytes;
        self.put(place, packet.media_time, &packet.opus, bytes);
        // Copies are of packets of the same length, right before this one.
        let samples = opus_samples(&packet.opus).unwrap_or(0);
        for (back, copy) in (1..).zip(&packet.copies) {
            let media_time = packet.media_time.wrapping_sub(samples * back);
            self.put(place - i64::from(back), media_time, copy, copy.len());
        }
        self.bytes - before
    }

    /// Keeps a packet whose place is free, if there is room for it.
    fn put(&mut self, place: i64, media_time: u32, opus: &Bytes, bytes: usize) {
        let is_full = self.packets.len() >= MOST_PACKETS || self.sound + opus.len() > TURN_BYTES;
        if is_full || self.packets.contains_key(&place) {
            return;
        }
        self.packets.insert(place, TurnPacket { media_time, opus: opus.clone() });
        self.sound += opus.len();
        self.bytes += PACKET_BYTES + bytes;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hallway_protocol::{names::DisplayName, owner::OwnerId};

    const ROOM: RoomId = RoomId(1);
    const ANN: PersonId = PersonId(1);

    fn talker() -> Talker {
        Talker { person: ANN, name: DisplayName::new("Ann").unwrap(), owner: OwnerId::new([1; 32]) }
    }

    /// 20 ms of speech; the second byte is the packet's own.
    fn sound(seq: u16) -> Bytes {
        vec![9 << 3, seq as u8].into()
    }

    fn packet(burst: u8, seq: u16) -> VoicePacket {
        VoicePacket { burst, seq, media_time: u32::from(seq) * 960, opus: sound(seq), ..VoicePacket::default() }
    }

    #[derive(Default)]
    struct Bench(Collector);

    impl Bench {
        fn hear(&mut self, packet: &VoicePacket, is_kept: bool) -> Option<Collected> {
            self.0.hear(ROOM, ANN, talker, packet, 40, is_kept)
        }

        /// Ends the turn: the second bytes of what was kept of it.
        fn end(&mut self) -> Option<Vec<u8>> {
            let mut ended = self.0.take_ended(|_, _| false);
            assert_eq!(self.0.bytes, 0);
            assert!(ended.len() < 2);
            ended.pop().map(|turn| numbers(&turn))
        }
    }

    fn numbers(turn: &Collected) -> Vec<u8> {
        turn.packets.iter().map(|packet| packet.opus[1]).collect()
    }

    #[test]
    fn a_turn_is_all_its_packets_in_order_once_each() {
        let mut bench = Bench::default();
        for seq in [1, 3, 2, 3, 4, 0] {
            assert!(bench.hear(&packet(7, seq), true).is_none());
        }
        assert!(bench.0.take_ended(|person, room| (person, room) == (ANN, ROOM)).is_empty());
        assert_eq!(bench.end(), Some(vec![0, 1, 2, 3, 4]));
        assert_eq!(bench.end(), None);
    }

    #[test]
    fn numbers_wrap_in_the_middle_of_a_turn() {
        let mut bench = Bench::default();
        for seq in (0..6).map(|n| 65_533_u16.wrapping_add(n)) {
            bench.hear(&packet(255, seq), true);
        }
        assert_eq!(bench.end(), Some(vec![253, 254, 255, 0, 1, 2]));
    }

    #[test]
    fn what_was_lost_is_taken_from_its_copies() {
        let mut bench = Bench::default();
        bench.hear(&packet(1, 10), true);
        let copies = vec![sound(12), sound(11)];
        bench.hear(&VoicePacket { copies, ..packet(1, 13) }, true);
        let last = VoicePacket { last: true, opus: Bytes::new(), ..packet(1, 14) };
        bench.hear(&last, true);
        let turn = bench.0.take_ended(|_, _| false).pop().unwrap();
        let times: Vec<u32> = turn.packets.iter().map(|packet| packet.media_time / 960).collect();
        assert_eq!((numbers(&turn), times), (vec![10, 11, 12, 13], vec![10, 11, 12, 13]));
    }

    #[test]
    fn each_press_is_a_turn_and_nothing_old_gets_into_it() {
        let mut bench = Bench::default();
        bench.hear(&packet(255, 1), true);
        let over = bench.hear(&packet(0, 2), true).unwrap();
        assert_eq!(numbers(&over), [1]);
        assert!(bench.hear(&packet(255, 3), true).is_none());
        bench.hear(&packet(0, 4), true);
        assert_eq!(bench.end(), Some(vec![2, 4]));
    }

    #[test]
    fn of_a_turn_in_which_it_was_switched_nothing_is_kept() {
        let mut bench = Bench::default();
        bench.hear(&packet(1, 1), false);
        bench.hear(&packet(1, 2), true);
        assert_eq!(bench.end(), None);
        bench.hear(&packet(2, 3), true);
        bench.hear(&packet(2, 4), false);
        bench.hear(&packet(2, 5), true);
        assert_eq!(bench.end(), None);
        bench.hear(&packet(3, 6), true);
        assert_eq!(bench.end(), Some(vec![6]));
    }

    #[test]
    fn nobody_fills_the_memory() {
        let mut bench = Bench::default();
        for n in 0..70_000_u32 {
            let opus = vec![9 << 3; 200].into();
            bench.hear(&VoicePacket { opus, seq: n as u16, ..packet(1, 0) }, true);
        }
        assert!(bench.0.bytes <= TURNS_BYTES + 400, "{} bytes", bench.0.bytes);
        let turn = bench.0.take_ended(|_, _| false).pop().unwrap();
        let sound: usize = turn.packets.iter().map(|packet| packet.opus.len()).sum();
        assert!(sound <= TURN_BYTES && turn.packets.len() <= MOST_PACKETS);
    }
}
