//! What all ways of taking a screen share: from its pixels to a picture that is not too large.

use super::ScreenError;
use crate::media::picture::{Converter, Picture, Pixels, clock, fitted};
use hallway_scaling::{PixelType, PlaneScaler};

/// Longest side of a shared picture: text stays sharp, and an encoder keeps up.
const LONGEST_SIDE: usize = 1920;

/// Makes pictures of a screen's pixels, and keeps the space for that.
#[derive(Debug, Default)]
pub(super) struct Framer {
    scaler: PlaneScaler,
    scaled: Vec<u8>,
    converter: Converter,
}

impl Framer {
    /// A picture of pixels of four bytes, in rows without gaps.
    pub(super) fn picture(
        &mut self,
        data: &[u8],
        pixels: Pixels,
        size: (usize, usize),
    ) -> Result<Picture, ScreenError> {
        let taken = clock::now();
        let fitted = fitted(size, (LONGEST_SIDE, LONGEST_SIDE));
        let is_small = size.0 <= LONGEST_SIDE && size.1 <= LONGEST_SIDE;
        let (data, size) = if is_small {
            (data, size)
        } else {
            self.scaled.resize(fitted.0 * fitted.1 * 4, 0);
            if !self.scaler.scale(data, size, &mut self.scaled, fitted, PixelType::U8x4) {
                tracing::debug!(?size, ?fitted, "a screen can't be scaled");
            }
            (&self.scaled[..], fitted)
        };
        let stride = Some(size.0 * 4);
        let too_small = || ScreenError::Other("it is too small".into());
        self.converter.convert(data, pixels, stride, size, taken).ok_or_else(too_small)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_screens_become_smaller_and_odd_ones_even() {
        let mut framer = Framer::default();
        for (size, expected) in [((3840, 2160), (1920, 1080)), ((1921, 3), (1920, 2)), ((101, 51), (100, 50))] {
            let pixels = [0, 0, 255, 0].repeat(size.0 * size.1);
            let picture = framer.picture(&pixels, Pixels::Bgrx, size).unwrap();
            assert_eq!((picture.width(), picture.height()), expected);
            assert!(picture.v().iter().all(|v| v.abs_diff(240) <= 2), "it is red");
        }
        assert!(framer.picture(&[0; 4], Pixels::Bgrx, (1, 1)).is_err());
        assert!(framer.picture(&[0; 4], Pixels::Bgrx, (100, 100)).is_err());
    }
}
