//! What a recording of pictures shows, where the camera was the pattern or a film of numbered pictures.

use hallway::media::cameras::pattern::Pattern;
use hallway_bench::picture::{number, quality::psnr, y4m::Reader};
use std::{fs::File, io::BufReader, path::Path, time::Duration};

/// A recording, picture by picture.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Width and height.
    pub(crate) size: (usize, usize),
    /// The numbers in the pictures, in their order; `None` where none could be read.
    pub(crate) numbers: Vec<Option<u32>>,
    /// How like they are to the pattern of their number, in decibels.
    pub(crate) likeness: Vec<f64>,
}

impl Seen {
    /// Looks at a file of `--video-sink`; one that has no picture shows nothing.
    pub(crate) fn of(path: &Path) -> Self {
        let Ok(mut pictures) = Reader::new(BufReader::new(File::open(path).unwrap())) else { return Self::default() };
        let (width, height) = (pictures.header().width, pictures.header().height);
        let pattern = Pattern::new(width, height);
        let mut seen = Self { size: (width, height), ..Self::default() };
        while let Some(frame) = pictures.next_frame().unwrap() {
            let number = number::read(&frame);
            seen.numbers.push(number);
            seen.likeness.extend(number.map(|number| psnr(frame.y(), pattern.draw(number, Duration::ZERO).y())));
        }
        seen
    }

    /// The numbers that could be read.
    pub(crate) fn readable(&self) -> Vec<u32> {
        self.numbers.iter().flatten().copied().collect()
    }

    /// Of the pictures that were taken from the first to the last one that is seen, the share that is.
    pub(crate) fn delivered(&self) -> f64 {
        let numbers = self.readable();
        let (Some(first), Some(last)) = (numbers.first(), numbers.last()) else { return 0.0 };
        numbers.len() as f64 / f64::from(last.wrapping_sub(*first).wrapping_add(1))
    }

    /// How like the pictures are to what was taken, on the average.
    pub(crate) fn mean_likeness(&self) -> f64 {
        self.likeness.iter().sum::<f64>() / self.likeness.len() as f64
    }

    /// How like the worst one is.
    pub(crate) fn least_likeness(&self) -> f64 {
        self.likeness.iter().copied().fold(f64::INFINITY, f64::min)
    }
}
