//! The jitter buffer against tables of arrivals and against random links.

use super::*;
use proptest::prelude::*;

const MS: Duration = Duration::from_millis(1);

/// The `n`th packet of a sender that began at `seq` and media time `time`.
fn packet_from(seq: u16, time: u32, n: u32) -> VoicePacket {
    VoicePacket {
        burst: 1,
        seq: seq.wrapping_add(n as u16),
        media_time: time.wrapping_add(n * PACKET_TICKS),
        opus: Bytes::from(n.to_le_bytes().to_vec()),
        ..VoicePacket::default()
    }
}

fn packet(n: u32) -> VoicePacket {
    packet_from(0, 0, n)
}

/// Pulls `count` times, 20 ms apart from `from`, and writes down what came: a number for a packet, `f` for a loss whose
/// successor is here, `x` for any other loss, `.` for silence, `|` for the end of a burst.
fn pulls(buffer: &mut JitterBuffer, from: Duration, count: u32) -> String {
    (0..count).map(|n| written(&buffer.pull(from + PACKET_DURATION * n))).collect()
}

fn written(pull: &Pull) -> String {
    match pull {
        Pull::Packet(packet) => format!("{} ", u32::from_le_bytes(packet.opus[..4].try_into().unwrap())),
        Pull::Lost { next: Some(_) } => "f ".into(),
        Pull::Lost { next: None } => "x ".into(),
        Pull::Silence => ". ".into(),
        Pull::BurstEnded => "| ".into(),
    }
}

#[test]
fn a_burst_starts_after_the_target_delay() {
    let mut buffer = JitterBuffer::default();
    buffer.push(packet(0), 100 * MS);
    assert_eq!(pulls(&mut buffer, 100 * MS, 3), ". . 0 ");
}

#[test]
fn a_burst_starts_at_once_when_enough_of_it_is_here() {
    let mut buffer = JitterBuffer::default();
    (0..3).for_each(|n| buffer.push(packet(n), 100 * MS));
    assert_eq!(pulls(&mut buffer, 100 * MS, 3), "0 1 2 ");
}

#[test]
fn what_comes_out_of_order_or_twice_plays_once_and_in_order() {
    let mut buffer = JitterBuffer::default();
    for n in [1, 0, 3, 2, 2, 0, 4] {
        buffer.push(packet(n), Duration::ZERO);
    }
    assert_eq!(pulls(&mut buffer, Duration::ZERO, 5), "0 1 2 3 4 ");
    assert_eq!(buffer.counts(), JitterCounts { received: 7, played: 5, duplicate: 2, ..Default::default() });
}

#[test]
fn a_lost_packet_is_told_with_its_successor() {
    let mut buffer = JitterBuffer::default();
    [0, 1, 3, 6, 7].into_iter().for_each(|n| buffer.push(packet(n), Duration::ZERO));
    assert_eq!(pulls(&mut buffer, Duration::ZERO, 8), "0 1 f 3 x f 6 7 ");
    assert_eq!(buffer.counts().lost, 3);
}

#[test]
fn a_late_packet_is_dropped_and_counted() {
    let mut buffer = JitterBuffer::default();
    [0, 2, 3].into_iter().for_each(|n| buffer.push(packet(n), Duration::ZERO));
    assert_eq!(pulls(&mut buffer, Duration::ZERO, 3), "0 f 2 ");
    buffer.push(packet(1), 60 * MS);
    buffer.push(packet(2), 60 * MS);
    assert_eq!(pulls(&mut buffer, 60 * MS, 1), "3 ");
    let counts = buffer.counts();
    assert_eq!((counts.late, counts.duplicate, counts.lost), (1, 1, 1));
}

#[test]
fn the_end_mark_ends_the_burst_after_its_sound() {
    let mut buffer = JitterBuffer::default();
    (0..3).for_each(|n| buffer.push(VoicePacket { last: n == 2, ..packet(n) }, Duration::ZERO));
    assert_eq!(pulls(&mut buffer, Duration::ZERO, 5), "0 1 2 | . ");
    assert!(buffer.is_idle());
}

#[test]
fn an_end_mark_without_sound_takes_no_time() {
    let mut buffer = JitterBuffer::default();
    (0..2).for_each(|n| buffer.push(packet(n), Duration::ZERO));
    buffer.push(VoicePacket { last: true, opus: Bytes::new(), ..packet(2) }, Duration::ZERO);
    assert_eq!(pulls(&mut buffer, Duration::ZERO, 4), "0 1 | . ");
}

#[test]
fn a_burst_whose_end_mark_is_lost_ends_by_itself_and_may_come_back() {
    let mut buffer = JitterBuffer::default();
    (0..3).for_each(|n| buffer.push(packet(n), Duration::ZERO));
    assert_eq!(pulls(&mut buffer, Duration::ZERO, 15), "0 1 2 x x x x x x x x x x | . ");
    (20..23).for_each(|n| buffer.push(packet(n), 400 * MS));
    assert_eq!(pulls(&mut buffer, 400 * MS, 3), "20 21 22 ");
}

#[test]
fn a_straggler_does_not_start_a_burst_that_is_over() {
    let mut buffer = JitterBuffer::default();
    [0, 2, 3].into_iter().for_each(|n| buffer.push(VoicePacket { last: n == 3, ..packet(n) }, Duration::ZERO));
    assert_eq!(pulls(&mut buffer, Duration::ZERO, 6), "0 f 2 3 | . ");
    buffer.push(packet(1), 200 * MS);
    assert_eq!(pulls(&mut buffer, 300 * MS, 2), ". . ");
    assert_eq!(buffer.counts().late, 1);
}

#[test]
fn a_delay_spike_costs_a_gap_but_no_words() {
    let mut buffer = JitterBuffer::default();
    (0..3).for_each(|n| buffer.push(packet(n), Duration::ZERO));
    assert_eq!(pulls(&mut buffer, Duration::ZERO, 6), "0 1 2 x x x ");
    (3..6).for_each(|n| buffer.push(packet(n), 120 * MS));
    assert_eq!(pulls(&mut buffer, 120 * MS, 3), "3 4 5 ");
    assert_eq!(buffer.counts().lost, 0);
}

#[test]
fn losses_while_the_buffer_is_dry_do_not_add_delay() {
    let mut buffer = JitterBuffer::default();
    (0..3).for_each(|n| buffer.push(packet(n), Duration::ZERO));
    assert_eq!(pulls(&mut buffer, Duration::ZERO, 5), "0 1 2 x x ");
    buffer.push(packet(5), 100 * MS);
    assert_eq!(pulls(&mut buffer, 100 * MS, 1), "5 ");
    assert_eq!(buffer.counts().lost, 2);
}

#[test]
fn a_pause_of_the_speaker_is_silence_and_no_loss() {
    let mut buffer = JitterBuffer::default();
    let after_pause = |n| VoicePacket { media_time: (n + 2) * PACKET_TICKS, ..packet(n) };
    [packet(0), packet(1), after_pause(2), after_pause(3)]
        .into_iter()
        .for_each(|packet| buffer.push(packet, Duration::ZERO));
    assert_eq!(pulls(&mut buffer, Duration::ZERO, 6), "0 1 . . 2 3 ");
    assert_eq!(buffer.counts().lost, 0);
}

#[test]
fn a_new_burst_ends_the_old_one_and_gathers_anew() {
    let mut buffer = JitterBuffer::default();
    (0..3).for_each(|n| buffer.push(packet(n), Duration::ZERO));
    // Its end mark (3) is lost, and so is the first packet of the next.
    (5..8).for_each(|n| buffer.push(VoicePacket { burst: 2, ..packet(n) }, 10 * MS));
    assert_eq!(pulls(&mut buffer, Duration::ZERO, 7), "0 1 2 | 5 6 7 ");
    assert_eq!(buffer.counts().lost, 0, "packets between bursts may never have been for us");
}

#[test]
fn a_sender_that_begins_anew_is_heard() {
    let mut buffer = JitterBuffer::default();
    (0..3).for_each(|n| buffer.push(packet(n), Duration::ZERO));
    assert_eq!(pulls(&mut buffer, Duration::ZERO, 1), "0 ");
    (0..3).for_each(|n| buffer.push(packet_from(40_000, 77, n), 20 * MS));
    assert_eq!(pulls(&mut buffer, 20 * MS, 4), "| 0 1 2 ");
}

#[test]
fn too_many_packets_push_out_the_oldest() {
    let mut buffer = JitterBuffer::default();
    (0..100).for_each(|n| buffer.push(packet(n), Duration::ZERO));
    assert_eq!(buffer.depth(), PACKET_DURATION * HELD_PACKETS as u32);
    assert_eq!(pulls(&mut buffer, Duration::ZERO, 2), "25 26 ");
    assert_eq!(buffer.counts().overflowed, 25);
}

/// How one packet fares on a random link.
#[derive(Clone, Debug)]
struct Fate {
    lost: bool,
    copies: u8,
    delay_ms: u16,
}

fn fates() -> impl Strategy<Value = Vec<Fate>> {
    let fate = (prop::bool::weighted(0.15), 1..3u8, 0..120u16).prop_map(|(lost, copies, delay_ms)| Fate {
        lost,
        copies,
        delay_ms,
    });
    prop::collection::vec(fate, 1..200)
}

/// Sends one packet every 20 ms through the link and pulls all the way; what was played, and the buffer.
fn over_the_link(fates: &[Fate], seq: u16, time: u32) -> (Vec<u32>, JitterBuffer) {
    let mut arrivals: Vec<(Duration, u32)> = Vec::new();
    for (n, fate) in fates.iter().enumerate().filter(|(_, fate)| !fate.lost) {
        for copy in 0..u32::from(fate.copies) {
            arrivals.push((PACKET_DURATION * n as u32 + MS * (u32::from(fate.delay_ms) + 7 * copy), n as u32));
        }
    }
    arrivals.sort();
    let mut buffer = JitterBuffer::default();
    let mut played = Vec::new();
    let (mut now, mut arrivals) = (Duration::ZERO, arrivals.into_iter().peekable());
    while arrivals.peek().is_some() || !buffer.is_idle() {
        while let Some((at, n)) = arrivals.next_if(|(at, _)| *at <= now) {
            buffer.push(packet_from(seq, time, n), at);
        }
        if let Pull::Packet(packet) = buffer.pull(now) {
            played.push(u32::from_le_bytes(packet.opus[..4].try_into().unwrap()));
        }
        now += PACKET_DURATION;
    }
    (played, buffer)
}

proptest! {
    #[test]
    fn any_link_keeps_the_order_and_the_counts_add_up(fates in fates(), seq: u16, time: u32) {
        let (played, buffer) = over_the_link(&fates, seq, time);
        prop_assert!(played.windows(2).all(|pair| pair[0] < pair[1]), "{played:?}");
        let counts = buffer.counts();
        prop_assert_eq!(counts.received, counts.played + counts.late + counts.duplicate + counts.overflowed);
        prop_assert_eq!(counts.played, played.len() as u64);
        let sent: u64 = fates.iter().map(|fate| if fate.lost { 0 } else { u64::from(fate.copies) }).sum();
        prop_assert_eq!(counts.received, sent);
    }

    #[test]
    fn a_link_that_only_reorders_within_the_target_loses_nothing(delays in prop::collection::vec(0..20u16, 1..200),
        seq: u16, time: u32) {
        let fates: Vec<Fate> =
            delays.into_iter().map(|delay_ms| Fate { lost: false, copies: 1, delay_ms }).collect();
        let (played, _) = over_the_link(&fates, seq, time);
        prop_assert_eq!(played, (0..fates.len() as u32).collect::<Vec<_>>());
    }

    #[test]
    fn hostile_packets_never_panic_and_never_pile_up(
        packets in prop::collection::vec((any::<u8>(), any::<bool>(), any::<u16>(), any::<u32>(), 0..3usize), 1..400)) {
        let mut buffer = JitterBuffer::default();
        for (n, (burst, last, seq, media_time, size)) in packets.into_iter().enumerate() {
            let opus = Bytes::from(vec![0; size]);
            buffer.push(VoicePacket { burst: burst % 3, last, seq, media_time, opus, ..VoicePacket::default() }, MS * n as u32);
            buffer.pull(MS * n as u32);
            prop_assert!(buffer.depth() <= PACKET_DURATION * HELD_PACKETS as u32);
        }
    }
}
