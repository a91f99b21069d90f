use super::*;
use crate::media::video::test_pictures::{RATE, moving, noise, taken};

const TARGET: Target = Target { bitrate: 600_000, rate: RATE };

/// Encodes so many pictures of a kind and gives those that came out.
fn encode(encoder: &mut Encoder, numbers: std::ops::Range<u32>, target: Target) -> Vec<Encoded> {
    numbers.filter_map(|number| encoder.encode(&moving(320, 180, number), target).unwrap()).collect()
}

fn longest_nal(encoded: &Encoded) -> usize {
    let starts = std::iter::once(0).chain(encoded.ends.iter().copied());
    starts.zip(&encoded.ends).map(|(start, end)| end - start).max().unwrap()
}

#[test]
fn the_first_frame_is_a_keyframe_and_then_only_those_that_are_asked_for() {
    let mut encoder = Encoder::new(Content::Camera);
    let frames = encode(&mut encoder, 0..60, TARGET);
    assert_eq!(frames.iter().map(|frame| u32::from(frame.keyframe)).sum::<u32>(), 1);
    assert!(frames[0].keyframe && frames.len() > 55, "{} of 60", frames.len());
    encoder.want_keyframe();
    assert!(encode(&mut encoder, 60..62, TARGET)[0].keyframe);
    let smaller = encoder.encode(&moving(160, 90, 63), TARGET).unwrap().unwrap();
    assert!(smaller.keyframe, "another size");
}

#[test]
fn slices_fit_a_packet() {
    let mut encoder = Encoder::new(Content::Camera);
    for frame in encode(&mut encoder, 0..30, TARGET) {
        assert!(longest_nal(&frame) <= MOST_NALS, "{}", longest_nal(&frame));
    }
}

#[test]
fn the_bitrate_is_kept_and_follows_its_target_without_a_keyframe() {
    let mut encoder = Encoder::new(Content::Camera);
    let mut number = 0;
    for bitrate in [200_000, 60_000, 150_000] {
        let target = Target { bitrate, rate: RATE };
        // A second to settle.
        encode(&mut encoder, number..number + 30, target);
        let frames = encode(&mut encoder, number + 30..number + 150, target);
        number += 150;
        let measured = frames.iter().map(|frame| 8 * frame.bytes.len()).sum::<usize>() as f64 / 4.0;
        let share = measured / f64::from(bitrate);
        assert!(share < 1.1, "{measured:.0} of {bitrate}");
        assert!(frames.iter().all(|frame| !frame.keyframe));
        assert!(share > 0.5 && frames.len() > 60, "{measured:.0} of {bitrate} in {} frames", frames.len());
    }
}

#[test]
fn noise_is_held_near_the_target_by_leaving_pictures_out() {
    let mut encoder = Encoder::new(Content::Camera);
    let target = Target { bitrate: 300_000, rate: RATE };
    let frames: Vec<Encoded> =
        (0..150).filter_map(|number| encoder.encode(&noise(320, 180, number), target).unwrap()).collect();
    let measured = frames.iter().skip(1).map(|frame| 8 * frame.bytes.len()).sum::<usize>() as f64 / 5.0;
    assert!(measured < 1.5 * 300_000.0, "{measured:.0} in {} frames", frames.len());
}

#[test]
fn an_encoder_of_an_hour_is_replaced_at_the_next_keyframe_and_at_last_anyway() {
    let mut encoder = Encoder::new(Content::Camera);
    let at = |after: Duration| {
        let mut picture = moving(320, 180, 0);
        picture.taken = taken(0) + after;
        picture
    };
    let since = |encoder: &Encoder| encoder.running.as_ref().unwrap().since;
    encoder.encode(&at(Duration::ZERO), TARGET).unwrap();
    encoder.encode(&at(LIFE), TARGET).unwrap();
    assert_eq!(since(&encoder), Duration::ZERO);
    encoder.want_keyframe();
    assert!(encoder.encode(&at(LIFE), TARGET).unwrap().unwrap().keyframe);
    assert_eq!(since(&encoder), LIFE);
    assert!(encoder.encode(&at(LIFE + LONGEST_LIFE), TARGET).unwrap().unwrap().keyframe);
    assert_eq!(since(&encoder), LIFE + LONGEST_LIFE);
}

#[test]
fn a_screen_stays_sharp() {
    let mut encoder = Encoder::new(Content::Screen);
    let target = Target { bitrate: 1_000_000, rate: 5.0 };
    let frames: Vec<Encoded> = (0..10)
        .filter_map(|number| {
            let mut picture = moving(1280, 720, number);
            picture.taken = Duration::from_millis(200) * number;
            encoder.encode(&picture, target).unwrap()
        })
        .collect();
    assert!(frames[0].keyframe && frames.len() >= 5, "{}", frames.len());
}
