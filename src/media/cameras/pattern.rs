//! The pattern: somebody who nods and talks in front of a wall, a strip of moving colours, and a number that counts the
//! pictures.
//!
//! A picture is told by its number and size alone, so that whoever receives it can draw it once more and compare.

pub mod counter;
mod scene;

pub use counter::{read_counter, read_counter_of};

use super::{Camera, CameraError, Wish, pace::Pace};
use crate::media::picture::{Picture, clock};
use scene::Scene;
use std::{
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// Least and greatest size of the pattern.
const SIZES: ([usize; 2], [usize; 2]) = ([160, 90], [1920, 1080]);
/// Slowest and fastest, in pictures a second.
const RATES: (u32, u32) = (1, 60);
/// How many numbers a second has: one for each picture at the usual rate.
const NUMBERS_A_SECOND: u32 = 30;
const NANOS: u128 = 1_000_000_000;

/// Draws the pictures of the pattern in one size.
#[derive(Clone, Debug)]
pub struct Pattern {
    scene: Scene,
}

impl Pattern {
    /// Prepares pictures of a size; it is made even and kept between 160×90 and 1920×1080.
    #[must_use]
    pub fn new(width: usize, height: usize) -> Self {
        let ([least_width, least_height], [most_width, most_height]) = SIZES;
        let even = |side: usize, least: usize, most: usize| side.clamp(least, most).next_multiple_of(2);
        Self { scene: Scene::new(even(width, least_width, most_width), even(height, least_height, most_height)) }
    }

    /// The picture of a number. The scene repeats itself, the number in it does not.
    #[must_use]
    pub fn draw(&self, number: u32, taken: Duration) -> Picture {
        let mut picture = self.scene.draw(number, taken);
        counter::write_counter(&mut picture, number);
        picture
    }
}

/// The pattern as a camera, at an even rate. Numbers that the reader was too late for are left out.
///
/// A number tells when its picture was due: in thirtieths of a second since the Unix epoch, modulo 2³². So whoever
/// receives it can tell how old it is.
#[derive(Debug)]
pub(super) struct PatternCamera {
    pattern: Pattern,
    pace: Pace,
    rate: u32,
    /// The pace's first beat, counted from the Unix epoch.
    first: u64,
}

impl PatternCamera {
    pub(super) fn open(wish: Wish) -> Self {
        let rate = wish.rate.clamp(RATES.0, RATES.1);
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let (first, wait) = next_beat(unix, rate);
        let pace = Pace::new(Instant::now() + wait, rate, 1);
        Self { pattern: Pattern::new(wish.width, wish.height), pace, rate, first }
    }
}

/// The next beat of a rate, counted from the Unix epoch, and in how long it is.
fn next_beat(unix: Duration, rate: u32) -> (u64, Duration) {
    let (nanos, rate) = (unix.as_nanos(), u128::from(rate));
    let beat = (nanos * rate).div_ceil(NANOS);
    let wait = (beat * NANOS).div_ceil(rate) - nanos;
    (u64::try_from(beat).unwrap_or(u64::MAX), Duration::from_nanos(u64::try_from(wait).unwrap_or(0)))
}

/// The number of a beat of a rate.
fn number_of(beat: u64, rate: u32) -> u32 {
    // The low bits are meant.
    (u128::from(beat) * u128::from(NUMBERS_A_SECOND) / u128::from(rate)) as u32
}

impl Camera for PatternCamera {
    fn name(&self) -> String {
        "the pattern".into()
    }

    fn next(&mut self) -> Result<Picture, CameraError> {
        let (beat, due) = self.pace.next(Instant::now());
        thread::sleep(due.saturating_duration_since(Instant::now()));
        Ok(self.pattern.draw(number_of(self.first + beat, self.rate), clock::now()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_count_on_and_move() {
        let pattern = Pattern::new(640, 360);
        let pictures: Vec<_> = (0..90).map(|number| pattern.draw(number, Duration::ZERO)).collect();
        for (number, pictures) in pictures.windows(2).enumerate() {
            assert_eq!(read_counter(&pictures[0]), Some(number as u32));
            let below = counter::rows(360) * 640;
            let changed =
                pictures[0].y()[below..].iter().zip(&pictures[1].y()[below..]).filter(|(a, b)| a != b).count();
            assert!(changed > 640 * 360 / 50, "picture {number}: {changed}");
        }
        assert_eq!(pattern.draw(7, Duration::ZERO), Pattern::new(640, 360).draw(7, Duration::ZERO));
    }

    #[test]
    fn every_size_can_be_drawn() {
        for (width, height) in [(0, 0), (161, 91), (320, 180), (333, 777), (1280, 720), (9999, 9999)] {
            let pattern = Pattern::new(width, height);
            for number in [0, 1, 45, u32::MAX] {
                let picture = pattern.draw(number, Duration::ZERO);
                assert_eq!(read_counter(&picture), Some(number), "{picture:?}");
                assert!(picture.width() <= 1920 && picture.height() <= 1080);
            }
        }
    }

    #[test]
    fn the_camera_gives_pictures_that_count() {
        let mut camera = PatternCamera::open(Wish { width: 320, height: 180, rate: 30 });
        let numbers: Vec<_> = (0..5).map(|_| read_counter(&camera.next().unwrap()).unwrap()).collect();
        assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
    }

    #[test]
    fn a_number_tells_when_its_picture_is_due() {
        for (unix, rate, number, wait) in [
            (Duration::from_secs(2), 30, 60, Duration::ZERO),
            (Duration::from_nanos(2_000_000_001), 30, 61, Duration::from_nanos(33_333_333)),
            (Duration::from_millis(2_010), 15, 62, Duration::from_nanos(56_666_667)),
            // The number 2³² is 0.
            (Duration::from_secs(143_165_577), 30, 14, Duration::ZERO),
        ] {
            let (beat, until) = next_beat(unix, rate);
            assert_eq!((number_of(beat, rate), until), (number, wait), "{unix:?} at {rate}");
        }
    }
}
