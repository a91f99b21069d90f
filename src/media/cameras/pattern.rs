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
    time::{Duration, Instant},
};

/// Least and greatest size of the pattern.
const SIZES: ([usize; 2], [usize; 2]) = ([160, 90], [1920, 1080]);
/// Slowest and fastest.
const RATES: (u32, u32) = (1, 60);

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
#[derive(Debug)]
pub(super) struct PatternCamera {
    pattern: Pattern,
    pace: Pace,
}

impl PatternCamera {
    pub(super) fn open(wish: Wish) -> Self {
        let rate = wish.rate.clamp(RATES.0, RATES.1);
        Self { pattern: Pattern::new(wish.width, wish.height), pace: Pace::new(Instant::now(), rate, 1) }
    }
}

impl Camera for PatternCamera {
    fn name(&self) -> String {
        "the pattern".into()
    }

    fn next(&mut self) -> Result<Picture, CameraError> {
        let (number, due) = self.pace.next(Instant::now());
        thread::sleep(due.saturating_duration_since(Instant::now()));
        // Wraps after years.
        Ok(self.pattern.draw(number as u32, clock::now()))
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
        let mut camera = PatternCamera::open(Wish { width: 320, height: 180, rate: 60 });
        let numbers: Vec<_> = (0..5).map(|_| read_counter(&camera.next().unwrap()).unwrap()).collect();
        assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
    }
}
