//! Larger and smaller pictures, plane by plane.

use super::Picture;
use hallway_scaling::{PixelType, PlaneScaler};

/// Makes pictures of other sizes. One is kept for a stream, for it keeps what it reckoned with.
#[derive(Debug, Default)]
pub struct Scaler {
    planes: PlaneScaler,
}

impl Scaler {
    /// The same picture in another size; sides are rounded up to even ones. Each sample is a mean of all that it stands
    /// for, so that fine structures don't flicker.
    pub fn scale(&mut self, picture: &Picture, width: usize, height: usize) -> Picture {
        let mut scaled = Picture::black(width, height, picture.taken);
        if (scaled.width, scaled.height) == (picture.width, picture.height) {
            return picture.clone();
        }
        let (from, to) = ((picture.width, picture.height), (scaled.width, scaled.height));
        let half = |(width, height): (usize, usize)| (width / 2, height / 2);
        let sizes = [(from, to), (half(from), half(to)), (half(from), half(to))];
        let planes = [picture.y(), picture.u(), picture.v()];
        for ((plane, scaled), (from, to)) in planes.into_iter().zip(scaled.planes_mut()).zip(sizes) {
            if !self.planes.scale(plane, from, scaled, to, PixelType::U8) {
                tracing::debug!(?from, ?to, "a picture can't be scaled");
            }
        }
        scaled
    }
}

/// The largest even size with the shape of `size` that fits into `most`, and is not larger than `size` itself.
#[must_use]
pub fn fitted(size: (usize, usize), most: (usize, usize)) -> (usize, usize) {
    let (width, height) = (size.0.max(2), size.1.max(2));
    let even = |side: usize| (side / 2 * 2).max(2);
    let most = (most.0.min(width), most.1.min(height));
    if width * most.1 > height * most.0 {
        (even(most.0), even((height * most.0 + width / 2) / width))
    } else {
        (even((width * most.1 + height / 2) / height), even(most.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    #[test]
    fn a_picture_of_one_colour_stays_so_in_every_size() {
        let mut picture = Picture::black(640, 360, Duration::from_secs(3));
        for (plane, shade) in picture.planes_mut().into_iter().zip([200, 90, 170]) {
            plane.fill(shade);
        }
        for (width, height) in [(320, 180), (322, 182), (1280, 720), (2, 2), (640, 480)] {
            let scaled = picture.scaled(width, height);
            assert_eq!((scaled.width(), scaled.height(), scaled.taken), (width, height, picture.taken));
            assert!(scaled.y().iter().all(|y| *y == 200));
            assert!(scaled.u().iter().all(|u| *u == 90) && scaled.v().iter().all(|v| *v == 170));
        }
        assert_eq!(picture.scaled(640, 360), picture);
    }

    #[test]
    fn fitting_keeps_the_shape() {
        let table = [
            ((640, 480), (640, 360), (480, 360)),
            ((1920, 1080), (640, 360), (640, 360)),
            ((320, 240), (640, 360), (320, 240)),
            ((721, 1281), (640, 360), (202, 360)),
            ((5000, 10), (1920, 1920), (1920, 4)),
            ((0, 0), (640, 360), (2, 2)),
        ];
        for (size, most, expected) in table {
            assert_eq!(fitted(size, most), expected, "{size:?} into {most:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_fitted_is_even_and_fits(
            size in (2usize..5000, 2usize..5000), most in (2usize..5000, 2usize..5000),
        ) {
            let (width, height) = fitted(size, most);
            prop_assert!(width % 2 == 0 && height % 2 == 0 && width > 0 && height > 0);
            prop_assert!(width <= most.0.min(size.0).next_multiple_of(2) && height <= most.1.min(size.1).next_multiple_of(2));
        }
    }
}
