//! A picture on its way from a camera to an encoder, or from a decoder to a screen.

pub mod clock;
mod convert;
#[cfg(feature = "devices")]
mod jpeg;
mod scale;

pub use convert::{Converter, Pixels, frame_even};
#[cfg(feature = "devices")]
pub use jpeg::decode_jpeg;
pub use scale::{Scaler, fitted};

use std::{fmt, time::Duration};

/// A picture in I420: a plane of brightness (Y) and two of colour (U, V) with half the width and half the height, in the
/// video range of BT.709 as H.264 has it here. Width and height are even.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    width: usize,
    height: usize,
    /// Y, U and V, without gaps.
    data: Vec<u8>,
    /// When it was taken, on the [`clock`] of the process that took it; of a received one, on the sender's.
    pub taken: Duration,
}

impl Picture {
    /// A picture of these planes. `None` when a side is 0 or odd, or `data` has another length than
    /// [`Picture::bytes_of`].
    #[must_use]
    pub fn new(width: usize, height: usize, data: Vec<u8>, taken: Duration) -> Option<Self> {
        let fits = width > 0 && height > 0 && width.is_multiple_of(2) && height.is_multiple_of(2);
        (fits && data.len() == Self::bytes_of(width, height)).then_some(Self { width, height, data, taken })
    }

    /// A black picture; sides are rounded up to even ones.
    #[must_use]
    pub fn black(width: usize, height: usize, taken: Duration) -> Self {
        let (width, height) = (width.max(2).next_multiple_of(2), height.max(2).next_multiple_of(2));
        let mut data = vec![128; Self::bytes_of(width, height)];
        data[..width * height].fill(16);
        Self { width, height, data, taken }
    }

    /// The same picture in another size; sides are rounded up to even ones. Streams keep a [`Scaler`] instead.
    #[must_use]
    pub fn scaled(&self, width: usize, height: usize) -> Self {
        Scaler::default().scale(self, width, height)
    }

    /// How many bytes the planes of a picture have.
    #[must_use]
    pub const fn bytes_of(width: usize, height: usize) -> usize {
        width * height / 2 * 3
    }

    /// Width in pixels.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Height in pixels.
    #[must_use]
    pub fn height(&self) -> usize {
        self.height
    }

    /// Brightness, `width × height`.
    #[must_use]
    pub fn y(&self) -> &[u8] {
        &self.data[..self.width * self.height]
    }

    /// Blueness, `width/2 × height/2`.
    #[must_use]
    pub fn u(&self) -> &[u8] {
        let luma = self.width * self.height;
        &self.data[luma..luma + luma / 4]
    }

    /// Redness, `width/2 × height/2`.
    #[must_use]
    pub fn v(&self) -> &[u8] {
        let luma = self.width * self.height;
        &self.data[luma + luma / 4..]
    }

    /// The three planes, to be written.
    pub fn planes_mut(&mut self) -> [&mut [u8]; 3] {
        let luma = self.width * self.height;
        let (y, colour) = self.data.split_at_mut(luma);
        let (u, v) = colour.split_at_mut(luma / 4);
        [y, u, v]
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Picture({}×{} at {:?})", self.width, self.height, self.taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planes_have_their_sizes() {
        let mut picture = Picture::black(640, 360, Duration::ZERO);
        assert_eq!(picture.planes_mut().map(|plane| plane.len()), [640 * 360, 320 * 180, 320 * 180]);
        assert_eq!((picture.y()[0], picture.u()[0], picture.v()[0]), (16, 128, 128));
        assert!(Picture::new(3, 2, vec![0; 9], Duration::ZERO).is_none());
        assert!(Picture::new(2, 2, vec![0; 5], Duration::ZERO).is_none());
    }
}
