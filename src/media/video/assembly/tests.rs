use super::*;
use crate::media::video::{encoder::Encoded, slicer::Slicer};
use hallway_protocol::video::{Layer, Source, StreamKey};
use proptest::prelude::*;

const FRAME: Duration = Duration::from_millis(33);

/// What a camera sends: frames of `slices` slices each, keyframes where said. A frame's bytes tell its number.
struct Sender {
    slicer: Slicer,
    frame: u32,
}

impl Sender {
    fn new() -> Self {
        Self { slicer: Slicer::new(StreamKey { source: Source::Camera, layer: Layer::Medium }), frame: 0 }
    }

    fn frame(&mut self, keyframe: bool, slices: usize) -> Vec<VideoSlice> {
        let mut bytes = vec![0; slices * MOST_NALS];
        bytes[..4].copy_from_slice(&self.frame.to_le_bytes());
        let ends = (1..=slices).map(|slice| slice * MOST_NALS).collect();
        let packets = self.slicer.slice(&Encoded { keyframe, bytes, ends }, self.frame * 1600).unwrap();
        self.frame += 1;
        packets.iter().map(|packet| VideoSlice::decode(packet).unwrap()).collect()
    }
}

fn number(frame: &Frame) -> u32 {
    u32::from_le_bytes(*frame.bytes.first_chunk().unwrap())
}

fn drain(assembly: &mut Assembly, now: Duration) -> Vec<u32> {
    std::iter::from_fn(|| assembly.next(now)).map(|frame| number(&frame)).collect()
}

/// Pushes the slices of frames and tells which frames came out.
fn run(assembly: &mut Assembly, slices: &[&VideoSlice], now: Duration) -> Vec<u32> {
    let mut out = Vec::new();
    for slice in slices {
        assembly.push(slice, now);
        out.extend(drain(assembly, now));
    }
    out
}

#[test]
fn frames_come_out_whole_and_in_order_whatever_the_order_of_their_slices() {
    let (mut sender, mut assembly) = (Sender::new(), Assembly::of_faces());
    let (a, b) = (sender.frame(true, 3), sender.frame(false, 2));
    let slices = [&b[1], &a[2], &a[0], &b[0], &a[2], &a[1], &b[0], &a[1]];
    assert_eq!(run(&mut assembly, &slices, FRAME), [0, 1]);
    assert_eq!((assembly.dropped(), assembly.held(), assembly.due()), (0, 0, None));
    assert!(!assembly.asks_for_keyframe(FRAME));
}

#[test]
fn a_screens_frame_waits_for_a_slice_that_is_sent_again() {
    let (mut sender, mut assembly) = (Sender::new(), Assembly::of_screens());
    let (first, second) = (sender.frame(true, 3), sender.frame(false, 1));
    let at = Duration::from_millis;
    assert!(run(&mut assembly, &[&first[0], &first[2]], at(10)).is_empty());
    assert!(run(&mut assembly, &[&second[0]], at(110)).is_empty());
    assert!(drain(&mut assembly, at(1000)).is_empty() && !assembly.asks_for_keyframe(at(1000)));
    assert_eq!(run(&mut assembly, &[&first[1]], at(1000)), [0, 1]);
    assert_eq!(assembly.dropped(), 0);
}

#[test]
fn after_a_lost_slice_nothing_comes_before_the_next_keyframe_which_is_asked_for_once() {
    let (mut sender, mut assembly) = (Sender::new(), Assembly::of_faces());
    let mut now = Duration::from_secs(1);
    let first = sender.frame(true, 1);
    assert_eq!(run(&mut assembly, &[&first[0]], now), [0]);
    let torn = sender.frame(false, 2);
    assert_eq!(run(&mut assembly, &[&torn[0]], now), [0u32; 0]);
    let mut asked = 0;
    for _ in 0..9 {
        now += FRAME;
        let frame = sender.frame(false, 1);
        assert_eq!(run(&mut assembly, &[&frame[0]], now), [0u32; 0]);
        asked += u32::from(assembly.asks_for_keyframe(now));
    }
    assert_eq!(asked, 1, "within an interval");
    let keyframe = sender.frame(true, 2);
    assert_eq!(run(&mut assembly, &[&keyframe[0]], now), [0u32; 0]);
    assert!(!assembly.asks_for_keyframe(now + KEYFRAME_INTERVAL), "one is coming");
    assert_eq!(run(&mut assembly, &[&keyframe[1]], now), [11]);
    let frame = sender.frame(false, 1);
    assert_eq!(run(&mut assembly, &[&frame[0], &torn[1]], now), [12]);
}

#[test]
fn a_frame_overtaken_by_the_next_is_waited_for_a_little() {
    let (mut sender, mut assembly) = (Sender::new(), Assembly::of_faces());
    let (a, b, c) = (sender.frame(true, 1), sender.frame(false, 1), sender.frame(false, 1));
    assert_eq!(run(&mut assembly, &[&a[0], &c[0]], FRAME), [0]);
    let due = assembly.due().unwrap();
    assert_eq!(due, FRAME + FOR_FACES.overtaken);
    assert_eq!(run(&mut assembly, &[&b[0]], due - Duration::from_millis(1)), [1, 2]);
}

#[test]
fn a_keyframe_needs_nothing_before_it() {
    let (mut sender, mut assembly) = (Sender::new(), Assembly::of_faces());
    let (a, _lost, key) = (sender.frame(true, 1), sender.frame(false, 1), sender.frame(true, 1));
    assert_eq!(run(&mut assembly, &[&a[0], &key[0]], FRAME), [0, 2]);
}

#[test]
fn a_broken_frame_makes_it_wait_for_a_keyframe() {
    let (mut sender, mut assembly) = (Sender::new(), Assembly::of_faces());
    let (a, b) = (sender.frame(true, 1), sender.frame(false, 1));
    assert_eq!(run(&mut assembly, &[&a[0]], FRAME), [0]);
    assembly.broken();
    assert!(assembly.asks_for_keyframe(FRAME));
    assert_eq!(run(&mut assembly, &[&b[0]], FRAME), [0u32; 0]);
}

#[test]
fn a_stream_that_begins_anew_is_taken_up() {
    let (mut sender, mut assembly) = (Sender::new(), Assembly::of_faces());
    for at in 0..40 {
        let frame = sender.frame(at == 0, 1);
        assert_eq!(run(&mut assembly, &[&frame[0]], FRAME * at), [at]);
    }
    let mut sender = Sender::new();
    let frame = sender.frame(true, 1);
    assert_eq!(run(&mut assembly, &[&frame[0]], FRAME * 40), [0u32; 0], "an old number, and no pause: a copy");
    let frame = sender.frame(true, 1);
    assert_eq!(run(&mut assembly, &[&frame[0]], FRAME * 80), [1]);
}

/// What a network does to a packet.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Lost,
    Late(u8),
    Twice(u8),
}

fn fates() -> impl Strategy<Value = Vec<(bool, usize, Vec<Fate>)>> {
    let fate = prop_oneof![
        1 => Just(Fate::Lost),
        20 => (0u8..60).prop_map(Fate::Late),
        1 => (0u8..200).prop_map(Fate::Twice),
    ];
    let frame = (proptest::bool::weighted(0.1), 1usize..4, proptest::collection::vec(fate, 4));
    proptest::collection::vec(frame, 1..120)
}

proptest! {
    #[test]
    fn no_frame_comes_out_whose_reference_is_missing(frames in fates()) {
        let (mut sender, mut assembly) = (Sender::new(), Assembly::of_faces());
        let mut arrivals = Vec::new();
        let mut keyframes = Vec::new();
        for (at, (keyframe, slices, fates)) in frames.iter().enumerate() {
            let keyframe = *keyframe || at == 0;
            keyframes.push(keyframe);
            for (slice, fate) in sender.frame(keyframe, *slices).into_iter().zip(fates) {
                let sent = FRAME * at as u32;
                let late = |ms: u8| sent + Duration::from_millis(u64::from(ms));
                match *fate {
                    Fate::Lost => {}
                    Fate::Late(ms) => arrivals.push((late(ms), slice)),
                    Fate::Twice(ms) => arrivals.extend([(sent, slice.clone()), (late(ms), slice)]),
                }
            }
        }
        arrivals.sort_by_key(|(at, _)| *at);
        let mut last = None;
        for (now, slice) in &arrivals {
            assembly.push(slice, *now);
            while let Some(frame) = assembly.next(*now) {
                let number = number(&frame);
                prop_assert!(frame.keyframe || last == number.checked_sub(1), "{} after {:?}", number, last);
                prop_assert_eq!(frame.keyframe, keyframes[number as usize]);
                last = Some(number);
            }
        }
    }

    #[test]
    fn whatever_comes_memory_is_bounded(slices in proptest::collection::vec(
        (any::<bool>(), any::<u16>(), any::<u8>(), 1u8.., any::<u16>(), 1usize..2000), 0..600)) {
        let mut assembly = Assembly::of_faces();
        let stream = StreamKey { source: Source::Screen, layer: Layer::Large };
        for (at, (keyframe, frame, slice, slices, seq, bytes)) in slices.into_iter().enumerate() {
            let now = Duration::from_millis(at as u64);
            let nals = vec![0; bytes].into();
            let slice = VideoSlice { stream, keyframe, frame: frame % 400, slice, slices, seq, media_time: 0, waited_ms: 0, nals };
            assembly.push(&slice, now);
            let _ = assembly.next(now);
            let held: usize = assembly.building.iter().map(|building| building.bytes).sum();
            prop_assert_eq!(held, assembly.held());
            prop_assert!(held <= MOST_BYTES && assembly.building.len() <= MOST_FRAMES);
        }
    }
}
