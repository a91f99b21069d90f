use super::*;
use crate::media::video::{
    encoder::{Content, Encoder, Target},
    test_pictures::{RATE, moving},
};
use proptest::prelude::*;

fn frames(content: Content, size: (usize, usize), count: u32) -> Vec<(Vec<u8>, bool)> {
    let mut encoder = Encoder::new(content);
    let target = Target { bitrate: 400_000, rate: RATE };
    (0..count)
        .filter_map(|number| encoder.encode(&moving(size.0, size.1, number), target).unwrap())
        .map(|frame| (frame.bytes, frame.keyframe))
        .collect()
}

fn at(count: usize) -> Duration {
    Duration::from_millis(33 * count as u64)
}

#[test]
fn what_our_encoders_make_passes() {
    for (content, source, size) in [
        (Content::Camera, Source::Camera, (640, 360)),
        (Content::Camera, Source::Camera, (320, 180)),
        (Content::Camera, Source::Camera, (480, 270)),
        (Content::Camera, Source::Camera, (1280, 720)),
        (Content::Screen, Source::Screen, (1920, 1200)),
        (Content::Screen, Source::Screen, (1366, 768)),
    ] {
        let mut inspector = Inspector::new(source);
        for (count, (frame, keyframe)) in frames(content, size, 4).iter().enumerate() {
            let sequence = inspector.inspect(frame, *keyframe, at(count)).unwrap();
            assert_eq!((sequence.width, sequence.height), size);
        }
    }
}

#[test]
fn too_large_pictures_are_refused_before_anything_else_is_looked_at() {
    let (frame, _) = frames(Content::Screen, (2560, 1440), 1).remove(0);
    assert!(Inspector::new(Source::Screen).inspect(&frame, true, at(0)).is_ok());
    assert_eq!(Inspector::new(Source::Camera).inspect(&frame, true, at(0)), Err(Refusal::Size(2560, 1440)));
}

#[test]
fn what_has_no_place_there_is_refused_with_its_reason() {
    let frames = frames(Content::Camera, (320, 180), 2);
    let (key, inter) = (&frames[0].0, &frames[1].0);
    let mut inspector = Inspector::new(Source::Camera);
    let mut refused = |frame: &[u8], keyframe| inspector.inspect(frame, keyframe, at(0)).unwrap_err();
    assert_eq!(refused(inter, false), Refusal::NoSets, "before a keyframe");
    assert_eq!(refused(key, false), Refusal::Unit(7), "a keyframe that says it is none");
    assert_eq!(refused(inter, true), Refusal::Unit(1), "and the other way round");
    assert_eq!(refused(&[], true), Refusal::Broken);
    assert_eq!(refused(&key[5..], true), Refusal::Broken);
    let sei = [key.as_slice(), &[0, 0, 0, 1, 6, 5, 1, 0]].concat();
    assert_eq!(refused(&sei, true), Refusal::Unit(6));
    let twice = [key.as_slice(), key.as_slice()].concat();
    assert_eq!(refused(&twice, true), Refusal::Unit(7));
    let mut main = key.clone();
    main[5] = 77;
    assert_eq!(refused(&main, true), Refusal::Profile(77));
    assert!(inspector.inspect(key, true, at(0)).is_ok());
    assert!(inspector.inspect(inter, false, at(0)).is_ok());
}

#[test]
fn more_than_anybody_sends_is_refused() {
    let frames = frames(Content::Camera, (320, 180), 2);
    let mut inspector = Inspector::new(Source::Camera);
    let mut passed = 0;
    for count in 0..2000 {
        // A thousand frames in a second.
        passed += u32::from(inspector.inspect(&frames[0].0, true, Duration::from_millis(count)).is_ok());
    }
    assert!((120..=260).contains(&passed), "{passed}");
    let mut inspector = Inspector::new(Source::Camera);
    let large = vec![1; 1_500_000];
    assert_ne!(inspector.inspect(&large, true, at(0)), Err(Refusal::TooMuch));
    assert_eq!(inspector.inspect(&large, true, at(0)), Err(Refusal::TooMuch));
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(prop_oneof![3 => Just(0u8), 2 => Just(1), 3 => any::<u8>()], 0..400)) {
        let mut inspector = Inspector::new(Source::Camera);
        for keyframe in [true, false] {
            let _ = inspector.inspect(&bytes, keyframe, at(0));
            let sets = [&[0, 0, 0, 1, 0x67, 66][..], &bytes, &[0, 0, 0, 1, 0x68], &bytes, &[0, 0, 1, 0x65], &bytes].concat();
            let _ = inspector.inspect(&sets, keyframe, at(0));
        }
    }

    #[test]
    fn what_passes_has_a_size_within_the_limits(at_byte in 0usize..60, value: u8) {
        let (mut frame, _) = frames(Content::Camera, (64, 64), 1).remove(0);
        let at_byte = at_byte % frame.len();
        frame[at_byte] = value;
        if let Ok(sequence) = Inspector::new(Source::Camera).inspect(&frame, true, at(0)) {
            prop_assert!(sequence.width <= CAMERA.0 && sequence.height <= CAMERA.1);
            prop_assert!(sequence.blocks as usize * 256 <= (CAMERA.0 + 16) * (CAMERA.1 + 16));
        }
    }
}
