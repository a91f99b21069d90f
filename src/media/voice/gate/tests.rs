use super::*;
use crate::media::voice::frames::{PACKET_DURATION, PACKET_TICKS};

/// A step of a table: what happens to the gate.
#[derive(Clone, Copy, Debug)]
enum Do {
    Press,
    Keep,
    Grant,
    Live,
    Play,
    Release,
    /// The key goes up while so many packets' sound is on its way.
    ReleaseLate(u32),
    Abort,
    /// So many packets with sound come from the microphone.
    Sound(u16),
    /// So many packets without.
    Silence(u16),
    /// So many milliseconds pass without sound.
    Wait(u64),
}
use Do::{Abort, Grant, Keep, Live, Play, Press, Release, ReleaseLate, Silence, Sound, Wait};

/// Runs the steps and writes down what came out: `r` pre-roll, `p` another packet, `s` one without sound, `L` the last of
/// a burst, `E` the end.
fn run_with(gate: &mut TalkGate, steps: &[Do]) -> (String, Vec<VoicePacket>) {
    let (mut now, mut out) = (gate.stopped_at, Vec::new());
    for step in steps {
        match *step {
            Press => _ = gate.press(now),
            Keep => gate.keep_recording(),
            Grant => gate.grant(now, &mut out),
            Live => gate.speak_live(now, &mut out),
            Play => gate.play_recording(now, &mut out),
            Release => gate.release(now, 0),
            ReleaseLate(packets) => gate.release(now, packets * PACKET_TICKS),
            Abort => gate.abort(now),
            Wait(ms) => now += Duration::from_millis(ms),
            Sound(packets) | Silence(packets) => (0..packets).for_each(|n| {
                now += PACKET_DURATION;
                let bytes = if matches!(step, Sound(_)) { 3 } else { 1 };
                gate.record(Bytes::from(vec![(n as u8).wrapping_add(1); bytes]), PACKET_TICKS, now, &mut out);
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
        GateOutput::Packet(packet) if packet.pre_roll => 'r',
        GateOutput::Packet(packet) if packet.opus.len() == 1 => 's',
        GateOutput::Packet(_) => 'p',
        GateOutput::BurstEnded => 'E',
    });
    (written.collect(), packets.collect())
}

fn run(tail_ms: u64, steps: &[Do]) -> (String, Vec<VoicePacket>) {
    run_with(&mut TalkGate::new(Duration::from_millis(tail_ms)), steps)
}

fn check(table: &[(&str, &[Do], &str)]) {
    for (name, steps, expected) in table {
        assert_eq!(run(60, steps).0, expected.replace(' ', ""), "{name}");
    }
}

#[test]
fn the_gate_lets_out_what_the_table_says() {
    check(&[
        (
            "pre-roll first, then live, then the tail",
            &[Press, Sound(2), Grant, Sound(1), Release, Sound(9)],
            "rrpppL E",
        ),
        ("nothing without a key", &[Sound(5)], ""),
        ("nothing without a grant", &[Press, Sound(5)], ""),
        ("a grant before any sound", &[Press, Grant, Sound(1), Release, Sound(5)], "pppL E"),
        ("sound on its way at key up", &[Press, Grant, Sound(1), ReleaseLate(2), Sound(9)], "p pp ppL E"),
        ("released before the grant", &[Press, Sound(3), Release, Sound(3)], ""),
        ("released before the grant, which still comes", &[Press, Sound(3), Release, Sound(3), Grant, Sound(2)], "E"),
        (
            "pressed again before the first grant came",
            &[Press, Sound(2), Release, Press, Sound(1), Grant, Sound(1)],
            "rp",
        ),
        ("denied", &[Press, Sound(3), Abort, Sound(3), Release], ""),
        ("revoked while open", &[Press, Grant, Sound(2), Abort, Sound(3), Release, Sound(3)], "pp"),
        ("revoked in the tail", &[Press, Grant, Sound(1), Release, Sound(1), Abort, Sound(9)], "pp"),
        (
            "pressed again in the tail",
            &[Press, Grant, Release, Sound(1), Press, Sound(5), Release, Sound(3)],
            "pppppppp L E",
        ),
        ("a second grant changes nothing", &[Press, Sound(1), Grant, Sound(1), Grant, Sound(1)], "rpp"),
        ("a dead microphone in the tail", &[Press, Grant, Sound(2), Release, Wait(400)], "ppL E"),
        ("a microphone that never gave anything", &[Press, Grant, Release, Wait(400)], "E"),
        ("a second burst", &[Press, Grant, Release, Sound(3), Press, Grant, Release, Sound(3)], "ppL E ppL E"),
    ]);
}

#[test]
fn a_recording_waits_for_its_turn_as_the_table_says() {
    check(&[
        ("played when the turn comes", &[Press, Keep, Sound(3), Release, Wait(5000), Play, Wait(60)], "ppL E"),
        ("played at its own pace", &[Press, Keep, Sound(3), Release, Play, Wait(20)], "pp"),
        ("played while the key is down", &[Press, Keep, Sound(3), Play, Sound(2), Wait(60)], "ppL E"),
        ("and nothing live follows", &[Press, Keep, Sound(2), Play, Wait(60), Sound(5)], "pL E"),
        ("dropped for what is said now", &[Press, Keep, Sound(3), Live, Sound(2)], "pp"),
        ("dropped when there is nothing to say now", &[Press, Keep, Sound(3), Release, Live, Sound(2)], "E"),
        ("dropped for good", &[Press, Keep, Sound(3), Release, Abort, Play], "E"),
        ("a key that went up before the queue", &[Press, Sound(3), Release, Keep, Play], "E"),
        ("a turn after a short wait", &[Press, Keep, Sound(3), Grant, Sound(1)], "rrrp"),
        ("a grant after the key went up", &[Press, Keep, Sound(2), Release, Wait(500), Grant, Wait(60)], "pL E"),
        ("with its tail", &[Press, Keep, Sound(1), Release, Sound(9), Play, Wait(500)], "pppL E"),
        (
            "pressed again in the tail",
            &[Press, Keep, Sound(1), Release, Press, Sound(9), Play, Wait(500)],
            "ppppppppp L E",
        ),
        ("said in two parts", &[Press, Keep, Release, Sound(3), Wait(40), Press, Sound(1), Play, Wait(99)], "ppp"),
        (
            "with the pause between them",
            &[Press, Keep, Release, Sound(3), Wait(40), Press, Sound(1), Play, Wait(100)],
            "pppL E",
        ),
        ("taken back while it plays", &[Press, Keep, Sound(9), Play, Wait(40), Abort, Wait(500)], "ppp"),
        ("the key does not matter while it plays", &[Press, Keep, Sound(3), Play, Release, Press, Wait(60)], "ppL E"),
        ("nothing recorded", &[Press, Keep, Play], "E"),
    ]);
}

#[test]
fn silence_is_left_out_but_for_a_sign_of_life() {
    check(&[
        ("a pause of a second", &[Press, Grant, Sound(1), Silence(50), Sound(1)], "p sssss p"),
        ("a short pause", &[Press, Grant, Sound(1), Silence(9), Sound(1)], "pp"),
        ("before the grant", &[Press, Sound(1), Silence(20), Sound(1), Grant], "rrrr"),
        ("the end mark goes out in any case", &[Press, Grant, Sound(1), Release, Silence(5)], "pL E"),
    ]);
    let (_, packets) = run(60, &[Press, Grant, Sound(1), Silence(25), Sound(1)]);
    let times: Vec<u32> = packets.iter().map(|packet| packet.media_time / PACKET_TICKS).collect();
    assert_eq!(times, [0, 10, 20, 26], "media time goes on");
    assert_eq!(packets.iter().map(|packet| packet.seq).collect::<Vec<_>>(), [0, 1, 2, 3]);
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
    assert_eq!(packets.len(), 50);
    assert_eq!(packets[0].opus[0], 31);
    assert_eq!(packets[0].media_time, 30 * PACKET_TICKS);
    let (_, packets) = run(20, &[Press, Keep, Sound(80), Grant]);
    assert_eq!(packets.len(), 50, "a heap of more would fill the listeners' buffers");
}

#[test]
fn a_kept_recording_is_bounded_and_its_beginning_stays() {
    let mut gate = TalkGate::new(Duration::ZERO);
    run_with(&mut gate, &[Press, Keep, Sound(4000)]);
    assert_eq!(gate.recorded(), LONGEST_RECORDING);
    let (_, packets) = run_with(&mut gate, &[Play, Wait(70_000)]);
    assert_eq!((packets.len(), packets[0].opus[0], packets[0].media_time), (3000, 1, 0));
    assert_eq!(gate.recorded(), Duration::ZERO);
}

/// The first bytes of a packet's copies.
fn copies(packet: &VoicePacket) -> Vec<u8> {
    packet.copies.iter().map(|copy| copy[0]).collect()
}

#[test]
fn copies_are_of_the_packets_right_before() {
    let mut gate = TalkGate::new(Duration::ZERO);
    gate.set_copies(2);
    let (_, packets) = run_with(&mut gate, &[Press, Sound(2), Grant, Sound(3)]);
    assert_eq!(packets.iter().map(copies).collect::<Vec<_>>(), [vec![], vec![1], vec![2, 1], vec![1, 2], vec![2, 1]]);
    gate.set_copies(1);
    let (_, packets) = run_with(&mut gate, &[Silence(9), Sound(2), Release, Sound(1)]);
    let counted: Vec<usize> = packets.iter().map(|packet| packet.copies.len()).collect();
    assert_eq!(counted, [0, 1, 1], "none over a pause");
    let (_, packets) = run_with(&mut gate, &[Press, Grant, Sound(2)]);
    assert_eq!(packets.iter().map(copies).collect::<Vec<_>>(), [vec![], vec![1]], "none of another burst");
}

#[test]
fn copies_never_make_a_packet_too_long_nor_mix_lengths() {
    let mut gate = TalkGate::new(Duration::ZERO);
    gate.set_copies(2);
    let mut out = Vec::new();
    gate.press(Duration::ZERO);
    gate.grant(Duration::ZERO, &mut out);
    for (bytes, samples) in [(150, 960), (150, 960), (150, 960), (260, 960), (100, 960), (100, 480), (100, 480)] {
        gate.record(Bytes::from(vec![7; bytes]), samples, Duration::ZERO, &mut out);
    }
    let counted = out.iter().map(|output| match output {
        GateOutput::Packet(packet) => {
            (packet.copies.len(), VoicePacket::decode(&packet.encode()).as_ref() == Ok(packet))
        }
        GateOutput::BurstEnded => unreachable!("the key is down"),
    });
    let (counts, whole): (Vec<usize>, Vec<bool>) = counted.unzip();
    assert_eq!(counts, [0, 1, 1, 0, 0, 0, 1]);
    assert!(whole.iter().all(|whole| *whole));
}
