//! The jitter buffer against tables of arrivals and against random links.

use super::*;
use crate::media::voice::delay::ticks_in;
use proptest::prelude::*;

const MS: Duration = Duration::from_millis(1);
/// What is rendered at a time: 10 ms.
const STEP: u32 = 480;
/// A pitch period of 8 ms, as of a man's voice.
const PERIOD: u32 = 384;
/// First bytes of Opus data by the packet's length: 10, 20, 40 and 60 ms of speech.
const TOC: [(u32, u8); 4] = [(480, 0x00), (960, 0x08), (1920, 0x10), (2880, 0x18)];

/// Opus data of so many ticks, telling `n`.
fn opus(n: u32, ticks: u32) -> Bytes {
    let toc = TOC.into_iter().find(|(length, _)| *length == ticks).unwrap().1;
    let mut bytes = vec![toc];
    bytes.extend(n.to_le_bytes());
    bytes.into()
}

fn number(opus: &[u8]) -> u32 {
    opus.get(1..5).map_or(0, |number| u32::from_le_bytes(number.try_into().unwrap()))
}

/// The `n`th packet of a sender that began at `seq` and media time `time` and makes packets of so many ticks.
fn packet_of(n: u32, ticks: u32, seq: u16, time: u32) -> VoicePacket {
    VoicePacket {
        burst: 1,
        seq: seq.wrapping_add(n as u16),
        media_time: time.wrapping_add(n * ticks),
        opus: opus(n, ticks),
        ..VoicePacket::default()
    }
}

fn packet(n: u32) -> VoicePacket {
    packet_of(n, 960, 0, 0)
}

/// The same with copies of the packets before it.
fn with_copies(n: u32, copies: u32) -> VoicePacket {
    VoicePacket { copies: (1..=copies).map(|before| opus(n - before, 960)).collect(), ..packet(n) }
}

/// A listener who takes 10 ms every 10 ms, and what there was to hear: a number for a packet, `x` and `f` for a loss
/// (`f` where its successor is here) with its milliseconds, `p` for a pause, `_` for silence, `|` for the end of a burst.
#[derive(Default)]
struct Listener {
    buffer: JitterBuffer,
    now: Duration,
    ready: u32,
    heard: Vec<(char, u32)>,
    /// How often sound was made shorter or longer, by [`PERIOD`]; `None` where it never is.
    stretches: Option<u32>,
}

impl Listener {
    fn hear(&mut self, what: char, value: u32) {
        match self.heard.last_mut() {
            Some((last, sum)) if *last == what && "xp_".contains(what) => *sum += value,
            _ => self.heard.push((what, value)),
        }
    }

    /// Plays the next 10 ms.
    fn step(&mut self) {
        while self.ready < STEP {
            self.pull();
        }
        self.ready -= STEP;
        self.now += 10 * MS;
    }

    fn pull(&mut self) {
        let ticks = match self.buffer.pull(self.now, self.ready, STEP) {
            Pull::Packet(packet) => {
                self.hear('#', number(&packet.opus));
                self.ready += opus_samples(&packet.opus).unwrap();
                self.keep_pace();
                0
            }
            Pull::Lost { duration, next } => {
                self.hear(if next.is_some() { 'f' } else { 'x' }, duration / 48);
                duration
            }
            Pull::Pause(ticks) => {
                self.hear('p', ticks / 48);
                ticks
            }
            Pull::Silence => {
                self.hear('_', GRAIN_TICKS / 12);
                GRAIN_TICKS
            }
            Pull::BurstEnded => {
                self.hear('|', 0);
                0
            }
        };
        self.ready += ticks;
    }

    /// Stretches as a talker does whose voice is always alike.
    fn keep_pace(&mut self) {
        let Some(stretches) = self.stretches else { return };
        let by = match self.buffer.pace() {
            Pace::Faster { .. } if self.ready < 2 * PERIOD && self.buffer.has_next() => return self.pull(),
            Pace::Faster { by: PERIOD.., .. } if self.ready >= 2 * PERIOD => -PERIOD.cast_signed(),
            Pace::Slower { by: PERIOD.. } => PERIOD.cast_signed(),
            _ => return,
        };
        self.stretches = Some(stretches + 1);
        self.ready = self.ready.saturating_add_signed(by);
        self.buffer.stretched(by, self.now);
    }

    /// Plays until `end`.
    fn until(&mut self, end: Duration) -> &mut Self {
        while self.now < end {
            self.step();
        }
        self
    }

    /// Takes these packets now.
    fn take(&mut self, packets: impl IntoIterator<Item = VoicePacket>) -> &mut Self {
        let now = self.now;
        packets.into_iter().for_each(|packet| self.buffer.push(packet, now));
        self
    }

    /// What was heard since the last time, silence at the end left out.
    fn said(&mut self) -> String {
        let mut heard = std::mem::take(&mut self.heard);
        heard.pop_if(|last| last.0 == '_');
        let words = heard.into_iter().map(|(what, value)| match what {
            '#' => value.to_string(),
            '|' => "|".to_owned(),
            '_' => format!("_{}", f64::from(value) / 4.0),
            _ => format!("{what}{value}"),
        });
        words.collect::<Vec<_>>().join(" ")
    }
}

/// A listener who has heard enough of a perfect link to trust it.
fn at_a_good_link() -> Listener {
    let mut listener = Listener::default();
    for n in 0..200 {
        let before = packet_of(n, 960, 60_000, 0u32.wrapping_sub(200 * 960));
        listener.take([VoicePacket { burst: 0, last: n == 199, ..before }]).until(20 * MS * (n + 1));
    }
    listener.until(listener.now + 200 * MS).said();
    listener.buffer.next_seq = None;
    listener.buffer.counts = JitterCounts::default();
    listener
}

#[test]
fn an_unknown_speakers_burst_starts_after_the_first_target() {
    let mut listener = Listener::default();
    listener.take([packet(0)]).until(20 * MS).take([packet(1)]).until(40 * MS);
    // 10 ms for the network and 10 for the step in which it is rendered.
    assert_eq!(listener.said(), "_20 0");
}

#[test]
fn at_a_good_link_a_burst_starts_after_the_least_target() {
    let mut listener = at_a_good_link();
    let began = listener.now;
    // As late as the packets before.
    listener.take([VoicePacket { media_time: ticks_at(began).wrapping_sub(960 * 200), ..packet(0) }]);
    listener.until(began + 20 * MS);
    assert_eq!(listener.said(), "_12.5 0");
}

#[test]
fn pre_roll_is_played_at_once_when_there_is_a_heap_of_it() {
    let mut listener = Listener::default();
    listener.take((0..3).map(|n| VoicePacket { pre_roll: true, ..packet(n) })).until(60 * MS);
    assert_eq!(listener.said(), "0 1 2");
}

#[test]
fn pre_roll_is_worked_off_and_says_nothing_about_the_network() {
    let mut listener = at_a_good_link();
    let time = |n| ticks_at(listener.now).wrapping_sub(960 * 200 + 4800).wrapping_add(n * 960);
    let pre_roll: Vec<_> = (0..5).map(|n| VoicePacket { pre_roll: true, media_time: time(n), ..packet(n) }).collect();
    let end = listener.now + 70 * MS;
    listener.take(pre_roll).until(end);
    assert_eq!(listener.said(), "0 1 2 3");
    assert!(listener.buffer.target() < 15 * MS);
    let Pace::Faster { by, hurry: true } = listener.buffer.pace() else { panic!("{:?}", listener.buffer.pace()) };
    assert!((80 * 48..100 * 48).contains(&by), "{by} ticks of pre-roll");
}

#[test]
fn what_comes_out_of_order_or_twice_plays_once_and_in_order() {
    let mut listener = Listener::default();
    listener.take([1, 0, 3, 2, 2, 0, 4].map(packet)).until(100 * MS);
    assert_eq!(listener.said(), "0 1 2 3 4");
    assert_eq!(listener.buffer.counts(), JitterCounts { received: 7, played: 5, duplicate: 2, ..Default::default() });
}

#[test]
fn packets_of_all_lengths_follow_each_other() {
    let mut listener = Listener::default();
    let (mut time, mut packets) = (0, Vec::new());
    for (n, ticks) in [480, 960, 1920, 2880, 480].into_iter().enumerate() {
        let n = n as u32;
        packets.push(VoicePacket { media_time: time, opus: opus(n, ticks), ..packet(n) });
        time += ticks;
    }
    assert_eq!(listener.take(packets).until(140 * MS).said(), "0 1 2 3 4");
}

#[test]
fn a_lost_packet_is_told_with_its_successor() {
    let mut listener = Listener::default();
    listener.take([0, 1, 3, 6, 7].map(packet)).until(160 * MS);
    assert_eq!(listener.said(), "0 1 f20 3 x20 f20 6 7");
    let counts = listener.buffer.counts();
    assert_eq!((counts.missed, counts.lost(), counts.expected(), counts.made_up_ticks), (3, 3, 8, 3 * 960));
}

#[test]
fn lost_packets_of_10_ms_are_told_as_such() {
    let mut listener = Listener::default();
    listener.take([0, 1, 4, 5].map(|n| packet_of(n, 480, 9, 9))).until(60 * MS);
    assert_eq!(listener.said(), "0 1 x10 f10 4 5");
}

#[test]
fn copies_stand_in_for_lost_packets() {
    let mut listener = Listener::default();
    listener.take([packet(0), packet(1), with_copies(4, 2), with_copies(5, 2)]).until(120 * MS);
    assert_eq!(listener.said(), "0 1 2 3 4 5");
    let counts = listener.buffer.counts();
    assert_eq!((counts.played, counts.copied, counts.missed, counts.lost()), (4, 2, 2, 2));
    assert_eq!((counts.received, counts.duplicate, counts.made_up_ticks), (4, 0, 0));
}

#[test]
fn a_packet_that_comes_after_its_copy_is_no_duplicate() {
    let mut listener = Listener::default();
    listener.take([packet(0), packet(1), with_copies(3, 1), packet(2), packet(2)]).until(80 * MS);
    assert_eq!(listener.said(), "0 1 2 3");
    let counts = listener.buffer.counts();
    assert_eq!((counts.played, counts.copied, counts.missed, counts.duplicate), (4, 0, 0, 1));
}

#[test]
fn a_copy_that_comes_too_late_is_of_no_use() {
    let mut listener = Listener::default();
    listener.take([0, 1, 3].map(packet)).until(80 * MS);
    listener.take([with_copies(4, 2)]).until(100 * MS);
    assert_eq!(listener.said(), "0 1 f20 3 4");
    assert_eq!(listener.buffer.counts().late, 0, "a copy is no packet");
}

#[test]
fn a_late_packet_is_dropped_and_counted() {
    let mut listener = Listener::default();
    listener.take([0, 2, 3].map(packet)).until(60 * MS);
    listener.take([packet(1), packet(2)]).until(80 * MS);
    assert_eq!(listener.said(), "0 f20 2 3");
    let counts = listener.buffer.counts();
    assert_eq!((counts.late, counts.duplicate, counts.missed, counts.lost()), (1, 1, 1, 0));
}

#[test]
fn the_end_mark_ends_the_burst_after_its_sound() {
    let mut listener = Listener::default();
    listener.take((0..3).map(|n| VoicePacket { last: n == 2, ..packet(n) })).until(100 * MS);
    assert_eq!(listener.said(), "0 1 2 |");
    assert!(listener.buffer.is_idle());
}

#[test]
fn an_end_mark_without_sound_takes_no_time() {
    let mut listener = Listener::default();
    listener.take([packet(0), packet(1), VoicePacket { last: true, opus: Bytes::new(), ..packet(2) }]);
    listener.until(40 * MS).take([packet(3)]).until(80 * MS);
    assert!(listener.said().starts_with("0 1 | _"));
}

#[test]
fn a_burst_whose_end_mark_is_lost_ends_by_itself_and_may_come_back() {
    let mut listener = Listener::default();
    listener.take((0..3).map(packet)).until(600 * MS);
    assert_eq!(listener.said(), "0 1 2 x500 |");
    assert!(listener.buffer.is_idle());
    listener.take((20..23).map(packet)).until(660 * MS);
    assert!(listener.said().ends_with("20 21 22"));
    assert_eq!(listener.buffer.counts().missed, 17);
}

#[test]
fn a_straggler_does_not_start_a_burst_that_is_over() {
    let mut listener = Listener::default();
    listener.take([0, 2, 3].map(|n| VoicePacket { last: n == 3, ..packet(n) })).until(200 * MS);
    assert_eq!(listener.said(), "0 f20 2 3 |");
    listener.take([packet(1)]).until(300 * MS);
    assert_eq!(listener.said(), "");
    assert_eq!(listener.buffer.counts().late, 1);
}

#[test]
fn a_delay_spike_costs_a_gap_but_no_words() {
    let mut listener = Listener::default();
    listener.take((0..3).map(packet)).until(120 * MS);
    listener.take((3..6).map(packet)).until(180 * MS);
    assert_eq!(listener.said(), "0 1 2 x60 3 4 5");
    let counts = listener.buffer.counts();
    assert_eq!((counts.missed, counts.made_up_ticks), (0, 60 * 48));
}

#[test]
fn losses_while_the_buffer_is_dry_do_not_add_delay() {
    let mut listener = Listener::default();
    listener.take((0..3).map(packet)).until(100 * MS).take([packet(5)]).until(120 * MS);
    assert_eq!(listener.said(), "0 1 2 x40 5");
    // One of the two was made up when the first packet after them came.
    listener.until(140 * MS).take([packet(8)]).until(180 * MS);
    assert_eq!(listener.said(), "x20 f20 8");
    assert_eq!(listener.buffer.counts().missed, 4);
}

#[test]
fn a_pause_of_the_speaker_is_no_loss_and_lasts_as_long_as_the_target_asks() {
    let mut listener = Listener::default();
    listener.take([packet(0)]).until(60 * MS);
    listener.take([VoicePacket { media_time: 60 * 48, ..packet(1) }]).until(100 * MS);
    // That it was no loss shows only with the packet after it.
    assert_eq!(listener.said(), "_20 0 x20 p20 1");
    let counts = listener.buffer.counts();
    assert_eq!((counts.missed, counts.made_up_ticks), (0, 0));
}

#[test]
fn pauses_within_pre_roll_are_left_out_to_catch_up() {
    let mut listener = at_a_good_link();
    let start = ticks_at(listener.now).wrapping_sub(960 * 200 + 300 * 48);
    let spoken = |n, ms: u32| VoicePacket { pre_roll: true, media_time: start.wrapping_add(ms * 48), ..packet(n) };
    let end = listener.now + 60 * MS;
    listener.take([spoken(0, 0), spoken(1, 100), spoken(2, 220)]).until(end);
    assert_eq!(listener.said(), "0 1 2");
}

#[test]
fn what_follows_a_packet_that_tells_of_a_pause_is_one() {
    let mut listener = Listener::default();
    let silent = VoicePacket { opus: Bytes::from_static(&[0x08]), ..packet(1) };
    listener.take([packet(0), silent]);
    (0..4).for_each(|_| listener.step());
    listener.heard.clear();
    listener.until(300 * MS).take([VoicePacket { media_time: 15 * 960, ..packet(2) }]).until(340 * MS);
    assert!(listener.said().starts_with('p'));
    assert_eq!(listener.buffer.counts().made_up_ticks, 0);
}

#[test]
fn a_new_burst_ends_the_old_one() {
    let mut listener = Listener::default();
    listener.take((0..3).map(packet));
    // Its end mark (3) is lost, and so is the first packet of the next.
    listener.take((5..8).map(|n| VoicePacket { burst: 2, ..packet(n) })).until(120 * MS);
    assert_eq!(listener.said(), "0 1 2 | 5 6 7");
    assert_eq!(listener.buffer.counts().missed, 0, "packets between bursts may never have been for us");
}

#[test]
fn a_sender_that_begins_anew_is_heard() {
    let mut listener = Listener::default();
    listener.take((0..3).map(packet)).until(20 * MS);
    listener.take((0..3).map(|n| packet_of(n, 960, 40_000, 77))).until(80 * MS);
    assert_eq!(listener.said(), "0 | 0 1 2");
}

#[test]
fn too_many_packets_push_out_the_oldest() {
    let mut listener = Listener::default();
    listener.take((0..150).map(packet));
    assert_eq!(listener.buffer.depth(), 2000 * MS);
    assert_eq!(listener.until(40 * MS).said(), "50 51");
    assert_eq!(listener.buffer.counts().overflowed, 50);
}

/// How one packet fares on a random link.
#[derive(Clone, Debug)]
struct Fate {
    lost: bool,
    twice: bool,
    delay_ms: u32,
}

fn fates(most_delay_ms: u32) -> impl Strategy<Value = Vec<Fate>> {
    let fate = (prop::bool::weighted(0.15), prop::bool::weighted(0.2), 0..=most_delay_ms);
    let fate = fate.prop_map(|(lost, twice, delay_ms)| Fate { lost, twice, delay_ms });
    prop::collection::vec(fate, 1..200)
}

/// Sends a packet of so many ticks at a time through the link, with copies, and plays all of it.
fn over_the_link(fates: &[Fate], ticks: u32, copies: u32, seq: u16, time: u32) -> (Vec<u32>, JitterBuffer) {
    let mut arrivals: Vec<(Duration, VoicePacket)> = Vec::new();
    for (n, fate) in (0u32..).zip(fates).filter(|(_, fate)| !fate.lost) {
        let copies = (1..=copies.min(n)).map(|before| opus(n - before, ticks)).collect();
        let packet = VoicePacket { copies, ..packet_of(n, ticks, seq, time) };
        let at = time_of((n * ticks).cast_signed()) + MS * fate.delay_ms;
        arrivals.extend(fate.twice.then(|| (at + 7 * MS, packet.clone())));
        arrivals.push((at, packet));
    }
    arrivals.sort_by_key(|(at, _)| *at);
    let mut listener = Listener::default();
    let mut arrivals = arrivals.into_iter().peekable();
    while arrivals.peek().is_some() || !listener.buffer.is_idle() {
        while let Some((at, packet)) = arrivals.next_if(|(at, _)| *at <= listener.now) {
            listener.buffer.push(packet, at);
        }
        listener.step();
    }
    let played = listener.heard.iter().filter(|(what, _)| *what == '#').map(|(_, n)| *n).collect();
    (played, listener.buffer)
}

proptest! {
    #[test]
    fn any_link_keeps_the_order_and_the_counts_add_up(fates in fates(120), copies in 0u32..3, length in 0usize..4,
        seq: u16, time: u32) {
        let (played, buffer) = over_the_link(&fates, TOC[length].0, copies, seq, time);
        prop_assert!(played.windows(2).all(|pair| pair[0] < pair[1]), "{played:?}");
        let counts = buffer.counts();
        prop_assert_eq!(counts.received, counts.played + counts.late + counts.duplicate + counts.overflowed);
        prop_assert_eq!(counts.played + counts.copied, played.len() as u64);
        prop_assert!(counts.copied <= counts.missed);
        let sent: u64 = fates.iter().map(|fate| u64::from(!fate.lost) * (1 + u64::from(fate.twice))).sum();
        prop_assert_eq!(counts.received, sent);
        // From the first that was played to the last, each packet was due once.
        let due = played.last().map_or(0, |last| last - played[0] + 1);
        prop_assert_eq!(counts.expected(), u64::from(due));
    }

    #[test]
    fn nothing_is_missed_on_a_link_that_varies_less_than_the_first_target(fates in fates(10), seq: u16, time: u32) {
        let fates: Vec<Fate> = fates.into_iter().map(|fate| Fate { lost: false, ..fate }).collect();
        let (played, buffer) = over_the_link(&fates, 960, 0, seq, time);
        // What came before the first packet did is late by then.
        let first = played[0];
        prop_assert_eq!(&played, &(first..fates.len() as u32).collect::<Vec<_>>());
        prop_assert_eq!(buffer.counts().missed, 0);
    }

    #[test]
    fn hostile_packets_never_panic_and_never_pile_up(packets in prop::collection::vec(
        (any::<(u8, bool, bool, u16, u32)>(), prop::collection::vec(any::<u8>(), 0..4), 0..3usize), 1..400)) {
        let mut listener = Listener::default();
        for (header, bytes, copies) in packets {
            let (burst, last, pre_roll, seq, media_time) = header;
            let opus = Bytes::from(bytes);
            let copies = vec![opus.clone(); copies];
            let packet = VoicePacket { burst: burst % 3, last, pre_roll, seq, media_time, opus, copies };
            listener.buffer.push(packet, listener.now);
            let mut asked = 0;
            while let Pull::BurstEnded = listener.buffer.pull(listener.now, 0, STEP) {
                asked += 1;
                prop_assert!(asked < 1000, "bursts without end");
            }
            let _ = listener.buffer.pace();
            listener.now += MS;
            prop_assert!(listener.buffer.held_ticks <= HELD_TICKS && listener.buffer.held.len() <= HELD_PACKETS);
        }
        let ticks: u32 = listener.buffer.held.iter().map(|held| held.duration).sum();
        prop_assert_eq!(ticks, listener.buffer.held_ticks);
    }

    #[test]
    fn hostile_bursts_come_to_their_end(media_times in prop::collection::vec(any::<u32>(), 1..50), step in 0..2000u16) {
        let mut listener = Listener::default();
        for (n, media_time) in (0u32..).zip(media_times) {
            let seq = (n as u16).wrapping_mul(step);
            listener.take([VoicePacket { seq, media_time, ..packet(n) }]);
        }
        listener.until(300 * Duration::from_secs(1));
        prop_assert!(listener.buffer.is_idle());
    }
}

/// Plays a sender whose clock goes by so many millionths faster than ours for ten minutes. Answers the extremes of the
/// delay, in ticks over the target, and the number of stretches.
fn ten_minutes_of_drift(ppm: i64) -> (i32, i32, u32) {
    let mut listener = Listener { stretches: Some(0), ..Listener::default() };
    let (mut least, mut most, mut sent) = (0, 0, 0u32);
    while listener.now < Duration::from_secs(600) {
        loop {
            let at = (20_000_000 * u64::from(sent)).saturating_add_signed(-20 * i64::from(sent) * ppm);
            let at = Duration::from_nanos(at);
            if at > listener.now {
                break;
            }
            listener.buffer.push(packet(sent), at);
            sent += 1;
        }
        listener.step();
        if listener.now > Duration::from_secs(5) {
            let over = ticks_in(listener.buffer.delay()) - listener.buffer.target_ticks();
            (least, most) = (least.min(over), most.max(over));
        }
    }
    let counts = listener.buffer.counts();
    assert_eq!((counts.missed, counts.overflowed, counts.late, counts.made_up_ticks), (0, 0, 0, 0), "{ppm} ppm");
    (least, most, listener.stretches.unwrap())
}

#[test]
fn clocks_that_drift_apart_neither_dry_it_out_nor_fill_it_up() {
    for ppm in [-1000, -100, 0, 100, 1000] {
        let (least, most, stretches) = ten_minutes_of_drift(ppm);
        assert!(least > -5 * 48 && most < 12 * 48, "{ppm} ppm: {} to {} ms", least / 48, most / 48);
        // 600 s of so many millionths, in periods of 8 ms.
        let needed = 600_000 * ppm.unsigned_abs() as u32 / 8_000_000;
        assert!(stretches <= needed + needed / 2 + 5, "{ppm} ppm: {stretches} stretches for {needed}");
    }
}

#[test]
fn after_a_spike_the_delay_comes_back_to_the_target() {
    let mut listener = Listener { stretches: Some(0), ..at_a_good_link() };
    let (began, start) = (listener.now, ticks_at(listener.now).wrapping_sub(960 * 200));
    let mut worst = Duration::ZERO;
    for n in 0..1000u32 {
        // For 300 ms nothing comes through.
        let sent = 20 * MS * n;
        let at = if (1000..1300).contains(&sent.as_millis()) { 1300 * MS } else { sent };
        listener.until(began + at);
        listener.buffer.push(VoicePacket { media_time: start.wrapping_add(n * 960), ..packet(n) }, began + at);
        worst = worst.max(listener.buffer.delay());
    }
    assert!(worst > 290 * MS, "{worst:?}");
    assert_eq!(listener.buffer.counts().missed, 0, "no word is lost");
    let (delay, target) = (listener.buffer.delay(), listener.buffer.target());
    assert!(target < 150 * MS && delay < target + 12 * MS, "{delay:?} of {target:?}");
}
