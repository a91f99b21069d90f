//! Planes of pixels made larger and smaller.
//!
//! A crate of its own, for the sake of builds for development: the code of `fast_image_resize` is generic, and so is built with
//! whoever calls it. Here it is optimised, and the client, which takes minutes to optimise, need not be.

pub use fast_image_resize::PixelType;

use fast_image_resize::{
    FilterType, ResizeAlg, ResizeOptions, Resizer,
    images::{Image, ImageRef},
};

/// Scales planes. One is kept for a stream, for it keeps what it reckoned with.
#[derive(Debug, Default)]
pub struct PlaneScaler(Resizer);

impl PlaneScaler {
    /// Scales a plane, whose rows have no gaps. Each sample is a mean of all that it stands for, so that fine structures don't
    /// flicker. False when a size doesn't suit its bytes: then nothing is scaled.
    #[must_use]
    pub fn scale(
        &mut self,
        from: &[u8],
        from_size: (usize, usize),
        to: &mut [u8],
        to_size: (usize, usize),
        pixels: PixelType,
    ) -> bool {
        let side = |side: usize| u32::try_from(side).unwrap_or(u32::MAX);
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear)).use_alpha(false);
        let from = ImageRef::new(side(from_size.0), side(from_size.1), from, pixels);
        let to = Image::from_slice_u8(side(to_size.0), side(to_size.1), to, pixels);
        let (Ok(from), Ok(mut to)) = (from, to) else { return false };
        self.0.resize(&from, &mut to, &options).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_the_mean_of_those_that_it_stands_for() {
        let from: Vec<u8> = (0..64).map(|at| if at % 2 == 0 { 100 } else { 140 }).collect();
        let mut to = [0; 16];
        assert!(PlaneScaler::default().scale(&from, (8, 8), &mut to, (4, 4), PixelType::U8));
        assert!(to.iter().all(|sample| sample.abs_diff(120) <= 10), "{to:?}");
    }

    #[test]
    fn a_size_that_does_not_suit_its_bytes_is_refused() {
        let mut to = [7; 16];
        for (from_size, to_size) in [((8, 9), (4, 4)), ((8, 8), (4, 5)), ((usize::MAX, 8), (4, 4))] {
            assert!(!PlaneScaler::default().scale(&[0; 64], from_size, &mut to, to_size, PixelType::U8));
        }
        assert_eq!(to, [7; 16]);
    }
}
