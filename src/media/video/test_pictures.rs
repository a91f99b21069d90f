//! Pictures for tests, and how like another one is.

use crate::media::picture::Picture;
use std::time::Duration;

/// Pictures in a second.
pub(super) const RATE: f32 = 30.0;

/// When picture `number` is taken.
pub(super) fn taken(number: u32) -> Duration {
    Duration::from_secs_f64(f64::from(number) / f64::from(RATE))
}

/// A scene in which things move: a slope of grey behind a textured square that goes around.
pub(super) fn moving(width: usize, height: usize, number: u32) -> Picture {
    let mut picture = Picture::black(width, height, taken(number));
    let (side, phase) = (height / 3, number as f32 / 15.0);
    let left = ((phase.sin() + 1.0) / 2.0 * (width - side) as f32) as usize;
    let top = ((phase.cos() + 1.0) / 2.0 * (height - side) as f32) as usize;
    let [y, u, v] = picture.planes_mut();
    for (at, value) in y.iter_mut().enumerate() {
        let (x, line) = (at % width, at / width);
        let inside = (left..left + side).contains(&x) && (top..top + side).contains(&line);
        let texture = (((x - left.min(x)) * 7) ^ ((line - top.min(line)) * 13)) as u8 & 63;
        *value = if inside { 120 + texture } else { 40 + (x * 120 / width) as u8 + (line % 16) as u8 };
    }
    u.iter_mut().enumerate().for_each(|(at, value)| *value = 100 + (at % (width / 2) * 40 / width) as u8);
    v.fill(140);
    picture
}

/// Nothing but noise, another one each time: more than any bitrate holds.
pub(super) fn noise(width: usize, height: usize, number: u32) -> Picture {
    let mut picture = Picture::black(width, height, taken(number));
    let mut state = number.wrapping_mul(2_654_435_761) | 1;
    for plane in picture.planes_mut() {
        for value in plane {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            *value = 16 + (state >> 24) as u8 % 220;
        }
    }
    picture
}

/// Likeness of the brightness in decibels.
pub(super) fn psnr(a: &Picture, b: &Picture) -> f64 {
    assert_eq!((a.width(), a.height()), (b.width(), b.height()));
    let squares: u64 = a.y().iter().zip(b.y()).map(|(a, b)| u64::from(a.abs_diff(*b)).pow(2)).sum();
    let mean = squares as f64 / a.y().len() as f64;
    20.0 * 255f64.log10() - 10.0 * mean.max(1e-9).log10()
}
