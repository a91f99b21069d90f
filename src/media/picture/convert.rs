//! From what cameras, files and screens give to a [`Picture`].
//!
//! Cameras give YUYV and NV12 with the matrix of BT.601 in the video range, as UVC has it, and JPEG with that matrix in
//! the full range; a picture has the matrix of BT.709. So these go through RGB: two quick passes instead of own matrices.

use super::Picture;
use std::time::Duration;
use yuv::{
    BufferStoreMut, YuvBiPlanarImage, YuvConversionMode, YuvError, YuvPackedImage, YuvPlanarImageMut, YuvRange,
    YuvStandardMatrix,
};

/// Greatest side of what is converted.
const LONGEST_SIDE: usize = 8192;
const MODE: YuvConversionMode = YuvConversionMode::Balanced;

/// How pixels lie in what a camera or a screen gives, without compression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pixels {
    /// Two pixels in four bytes: Y, U, Y, V.
    Yuyv,
    /// A plane of Y, then one of U and V by turns, half as wide and high.
    Nv12,
    /// Red, green, blue.
    Rgb,
    /// Blue, green, red.
    Bgr,
    /// Blue, green, red, nothing.
    Bgrx,
    /// Red, green, blue, nothing.
    Rgbx,
    /// Brightness alone, in the full range.
    Gray,
}

impl Pixels {
    /// Bytes in a row of so many pixels, at the least.
    #[must_use]
    pub fn row_bytes(self, width: usize) -> usize {
        match self {
            Self::Yuyv => width.next_multiple_of(2) * 2,
            Self::Rgb | Self::Bgr => width * 3,
            Self::Bgrx | Self::Rgbx => width * 4,
            Self::Nv12 => width.next_multiple_of(2),
            Self::Gray => width,
        }
    }

    /// Rows of that length, at the least.
    #[must_use]
    pub fn rows(self, height: usize) -> usize {
        if self == Self::Nv12 { height + height.div_ceil(2) } else { height }
    }
}

/// Converts pictures and keeps the space that it needs for that.
#[derive(Debug, Default)]
pub struct Converter {
    rgb: Vec<u8>,
}

impl Converter {
    /// A picture of these pixels; an odd last row or column is cut off. `stride` is the number of bytes in a row; where
    /// it isn't known, the length tells whether rows are longer than their pixels. `None` when there are too few bytes,
    /// or the size is none.
    pub fn convert(
        &mut self,
        data: &[u8],
        pixels: Pixels,
        stride: Option<usize>,
        (width, height): (usize, usize),
        taken: Duration,
    ) -> Option<Picture> {
        if !(2..=LONGEST_SIDE).contains(&width) || !(2..=LONGEST_SIDE).contains(&height) {
            return None;
        }
        let rows = pixels.rows(height);
        let stride = stride.unwrap_or_else(|| stride_of(data.len(), rows, pixels.row_bytes(width)));
        if stride < pixels.row_bytes(width)
            || u32::try_from(stride).is_err()
            || data.len() < stride.checked_mul(rows)?
        {
            return None;
        }
        let (width, height) = (width / 2 * 2, height / 2 * 2);
        let mut picture = Picture::black(width, height, taken);
        self.convert_rows(data, pixels, stride, rows, &mut picture).ok()?;
        Some(picture)
    }

    fn convert_rows(
        &mut self,
        data: &[u8],
        pixels: Pixels,
        stride: usize,
        rows: usize,
        picture: &mut Picture,
    ) -> Result<(), YuvError> {
        let (width, height) = (picture.width(), picture.height());
        let (wide, high, bytes) = (width as u32, height as u32, stride as u32);
        // The lengths are to be exact.
        let data = &data[..stride * rows];
        let upper = &data[..stride * height];
        match pixels {
            Pixels::Rgb => from_rgb(upper, stride, picture, yuv::rgb_to_yuv420),
            Pixels::Bgr => from_rgb(upper, stride, picture, yuv::bgr_to_yuv420),
            Pixels::Bgrx => from_rgb(upper, stride, picture, yuv::bgra_to_yuv420),
            Pixels::Rgbx => from_rgb(upper, stride, picture, yuv::rgba_to_yuv420),
            Pixels::Gray => {
                let luma = std::array::from_fn::<u8, 256, _>(|value| ((value * 219 + 127) / 255 + 16) as u8);
                let [y, ..] = picture.planes_mut();
                for (to, from) in y.chunks_exact_mut(width).zip(data.chunks(stride)) {
                    to.iter_mut().zip(from).for_each(|(to, from)| *to = luma[usize::from(*from)]);
                }
                Ok(())
            }
            Pixels::Yuyv => {
                self.rgb.resize(width * height * 3, 0);
                let packed = YuvPackedImage { yuy: upper, yuy_stride: bytes, width: wide, height: high };
                let (range, matrix) = (YuvRange::Limited, YuvStandardMatrix::Bt601);
                yuv::yuyv422_to_rgb(&packed, &mut self.rgb, 3 * wide, range, matrix)?;
                from_rgb(&self.rgb, 3 * width, picture, yuv::rgb_to_yuv420)
            }
            Pixels::Nv12 => {
                self.rgb.resize(width * height * 3, 0);
                let luma_rows = rows * 2 / 3;
                let (y_plane, uv_plane) = data.split_at(stride * luma_rows);
                let (y_stride, uv_stride) = (bytes, bytes);
                let planes = YuvBiPlanarImage { y_plane, y_stride, uv_plane, uv_stride, width: wide, height: high };
                let (range, matrix) = (YuvRange::Limited, YuvStandardMatrix::Bt601);
                yuv::yuv_nv12_to_rgb(&planes, &mut self.rgb, 3 * wide, range, matrix, MODE)?;
                from_rgb(&self.rgb, 3 * width, picture, yuv::rgb_to_yuv420)
            }
        }
    }
}

/// Bytes in a row, by how many there are in all rows: some systems lengthen rows without saying so.
fn stride_of(bytes: usize, rows: usize, row_bytes: usize) -> usize {
    let stride = bytes / rows;
    let is_even = bytes.is_multiple_of(rows) && (row_bytes..row_bytes * 2).contains(&stride);
    if is_even { stride } else { row_bytes }
}

type FromRgb = fn(
    &mut YuvPlanarImageMut<'_, u8>,
    &[u8],
    u32,
    YuvRange,
    YuvStandardMatrix,
    YuvConversionMode,
) -> Result<(), YuvError>;

fn from_rgb(data: &[u8], stride: usize, picture: &mut Picture, convert: FromRgb) -> Result<(), YuvError> {
    let (width, height) = (picture.width() as u32, picture.height() as u32);
    let [y, u, v] = picture.planes_mut();
    let mut planes = YuvPlanarImageMut {
        y_plane: BufferStoreMut::Borrowed(y),
        y_stride: width,
        u_plane: BufferStoreMut::Borrowed(u),
        u_stride: width / 2,
        v_plane: BufferStoreMut::Borrowed(v),
        v_stride: width / 2,
        width,
        height,
    };
    convert(&mut planes, data, stride as u32, YuvRange::Limited, YuvStandardMatrix::Bt709, MODE)
}

/// A picture of planes that may have odd sides, whose last row and column are then cut off. `None` when there are too few
/// bytes, or a side is under 2.
#[must_use]
pub fn frame_even(planes: &[u8], width: usize, height: usize, taken: Duration) -> Option<Picture> {
    let (colour_width, colour_height) = (width.div_ceil(2), height.div_ceil(2));
    let (luma, colour) = (width * height, colour_width * colour_height);
    if width < 2 || height < 2 || planes.len() < luma + 2 * colour {
        return None;
    }
    let mut picture = Picture::black(width / 2 * 2, height / 2 * 2, taken);
    let sources = [(0, width), (luma, colour_width), (luma + colour, colour_width)];
    let wide = [width / 2 * 2, width / 2, width / 2];
    for ((to, wide), (from, stride)) in picture.planes_mut().into_iter().zip(wide).zip(sources) {
        for (to, from) in to.chunks_exact_mut(wide).zip(planes[from..].chunks(stride)) {
            to.copy_from_slice(&from[..wide]);
        }
    }
    Some(picture)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [Pixels; 7] =
        [Pixels::Yuyv, Pixels::Nv12, Pixels::Rgb, Pixels::Bgr, Pixels::Bgrx, Pixels::Rgbx, Pixels::Gray];

    fn close(picture: &Picture, expected: [u8; 3]) {
        for (plane, expected) in [picture.y(), picture.u(), picture.v()].into_iter().zip(expected) {
            assert!(plane.iter().all(|value| value.abs_diff(expected) <= 2), "{:?} is not {expected}", &plane[..2]);
        }
    }

    /// Green of BT.601 in the video range, and the same green as BT.709 has it.
    const GREEN_601: [u8; 3] = [145, 54, 34];
    const GREEN_709: [u8; 3] = [173, 42, 26];

    #[test]
    fn colours_are_those_of_bt_709() {
        let mut converter = Converter::default();
        let mut converted = |pixel: &[u8], pixels, count| {
            converter.convert(&pixel.repeat(count), pixels, None, (64, 36), Duration::ZERO).unwrap()
        };
        close(&converted(&[0, 255, 0], Pixels::Rgb, 64 * 36), GREEN_709);
        close(&converted(&[0, 255, 0], Pixels::Bgr, 64 * 36), GREEN_709);
        close(&converted(&[0, 255, 0, 9], Pixels::Bgrx, 64 * 36), GREEN_709);
        close(&converted(&[0, 255, 0, 9], Pixels::Rgbx, 64 * 36), GREEN_709);
        close(&converted(&[0, 0, 255, 9], Pixels::Bgrx, 64 * 36), [63, 102, 240]);
        let [y, u, v] = GREEN_601;
        close(&converted(&[y, u, y, v], Pixels::Yuyv, 32 * 36), GREEN_709);
        close(&converted(&[255], Pixels::Gray, 64 * 36), [235, 128, 128]);
        let planes = [vec![y; 64 * 36], [u, v].repeat(32 * 18)].concat();
        close(&converted(&planes, Pixels::Nv12, 1), GREEN_709);
    }

    #[test]
    fn padded_rows_and_odd_sides_are_cut() {
        let mut converter = Converter::default();
        let row = [vec![255; 7 * 3], vec![0; 11]].concat();
        let picture = converter.convert(&row.repeat(5), Pixels::Rgb, None, (7, 5), Duration::ZERO).unwrap();
        assert_eq!((picture.width(), picture.height()), (6, 4));
        close(&picture, [235, 128, 128]);
        let with_stride = |stride| converter.convert(&row.repeat(5), Pixels::Rgb, Some(stride), (7, 5), Duration::ZERO);
        assert_eq!([32, 20, 33, usize::MAX].map(with_stride), [Some(picture), None, None, None]);
    }

    proptest! {
        #[test]
        fn no_length_and_no_size_panics(
            data in prop::collection::vec(any::<u8>(), 0..6000),
            which in 0usize..ALL.len(), width in 0usize..70, height in 0usize..70,
        ) {
            let pixels = ALL[which];
            let picture = Converter::default().convert(&data, pixels, None, (width, height), Duration::ZERO);
            let suffices = width >= 2 && height >= 2 && data.len() >= pixels.row_bytes(width) * pixels.rows(height);
            prop_assert_eq!(picture.is_some(), suffices);
            let _ = frame_even(&data, width, height, Duration::ZERO);
        }
    }
}
