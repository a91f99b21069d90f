use super::*;
use crate::media::video::{
    encoder::{Content, Encoder, Target},
    test_pictures::{RATE, moving, psnr},
};

const SIZE: (usize, usize) = (640, 360);

fn encoded(pictures: u32) -> Vec<(u32, Vec<u8>, bool)> {
    let mut encoder = Encoder::new(Content::Camera);
    let target = Target { bitrate: 600_000, rate: RATE };
    (0..pictures)
        .filter_map(|number| {
            let frame = encoder.encode(&moving(SIZE.0, SIZE.1, number), target).unwrap()?;
            Some((number, frame.bytes, frame.keyframe))
        })
        .collect()
}

#[test]
fn what_was_encoded_is_seen_again() {
    let mut decoder = Decoder::default();
    let mut worst = f64::MAX;
    for (number, frame, keyframe) in encoded(60) {
        let taken = Duration::from_millis(u64::from(number));
        let picture = decoder.decode(&frame, keyframe, SIZE, taken).unwrap();
        assert_eq!(picture.taken, taken);
        worst = worst.min(psnr(&picture, &moving(SIZE.0, SIZE.1, number)));
    }
    assert!(worst > 30.0, "{worst:.1} dB");
}

#[test]
fn after_an_error_only_a_keyframe_is_taken() {
    let frames = encoded(5);
    let mut decoder = Decoder::default();
    let mut decode = |frame: &[u8], keyframe| decoder.decode(frame, keyframe, SIZE, Duration::ZERO);
    assert!(matches!(decode(&frames[1].1, false), Err(DecodeError::NoKeyframe)));
    assert!(decode(&frames[0].1, true).is_ok());
    assert!(decode(&frames[3].1, false).is_err(), "its reference is missing");
    assert!(matches!(decode(&frames[1].1, false), Err(DecodeError::NoKeyframe)));
    assert!(decode(&frames[0].1, true).is_ok());
    assert!(decode(&frames[1].1, false).is_ok());
    assert!(decode(&[0, 0, 0, 1, 0x65, 1, 2, 3], true).is_err());
}

#[test]
fn another_size_than_was_said_is_no_picture() {
    let frames = encoded(1);
    let mut decoder = Decoder::default();
    assert!(decoder.decode(&frames[0].1, true, (320, 180), Duration::ZERO).is_err());
}

#[test]
fn a_stream_that_fails_often_is_left_alone_for_a_while() {
    let mut strikes = Strikes::default();
    let second = Duration::from_secs(1);
    for at in 0..100 {
        strikes.strike(2 * second * at);
        assert!(!strikes.is_shut(2 * second * at), "now and then is normal");
    }
    let now = second * 1000;
    for _ in 1..STRIKES {
        strikes.strike(now);
    }
    assert!(!strikes.is_shut(now));
    strikes.strike(now);
    assert!(strikes.is_shut(now + SHUT_OFF - second) && !strikes.is_shut(now + SHUT_OFF));
}
