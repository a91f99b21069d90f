//! Pictures that people send: decoded within limits, turned upright and made small. Pure, and slow: whoever shows them
//! does this on a thread of its own.
//!
//! What a file is called, and what its sender says of it, count for nothing: its first bytes tell what it is. Only formats
//! that are pixels and nothing else are read, so SVG is not; of moving pictures it is the first one.

mod formats;
#[cfg(test)]
mod tests;

use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer, images::Image, images::ImageRef};
use image::{DynamicImage, RgbaImage, metadata::Orientation};
use std::panic;
use thiserror::Error;

/// A picture as it is shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Still {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Red, green, blue and opacity of each pixel, row by row; the colours are not multiplied with the opacity.
    pub rgba: Vec<u8>,
    /// Width and height before it was made smaller.
    pub original: (u32, u32),
}

/// Why a file is not shown. Reads as the end of "It is not shown: …".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum StillError {
    /// It begins like no picture that is read here.
    #[error("it is no PNG, JPEG, WebP or GIF picture")]
    Unknown,
    /// Decoded it would take too much memory.
    #[error("its {width} × {height} pixels are too many")]
    TooLarge {
        /// As its header says.
        width: u32,
        /// As its header says.
        height: u32,
    },
    /// It can't be decoded.
    #[error("it is damaged")]
    Damaged,
}

/// What a decoder gives.
struct Decoded {
    width: u32,
    height: u32,
    /// RGB or RGBA.
    pixels: Vec<u8>,
    kind: PixelType,
    /// How it has to be turned.
    orientation: Orientation,
}

/// Decodes a file, upright and no larger than `most`, width and height. It is never made larger.
///
/// # Errors
/// Why it is not shown.
pub fn read(file: &[u8], most: (u32, u32)) -> Result<Still, StillError> {
    // Decoders are written by others and read strangers' bytes: one that panics has found a damaged file.
    let decoded = panic::catch_unwind(|| formats::decode(file)).map_err(|_| StillError::Damaged)??;
    upright(decoded, most).ok_or(StillError::Damaged)
}

/// Makes it smaller first: that is less to be turned.
fn upright(decoded: Decoded, most: (u32, u32)) -> Option<Still> {
    let lies = matches!(
        decoded.orientation,
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
    );
    let swapped = |(width, height)| if lies { (height, width) } else { (width, height) };
    let original = swapped((decoded.width, decoded.height));
    let (width, height) = fitted((decoded.width, decoded.height), swapped(most));
    let rgba = RgbaImage::from_raw(width, height, scaled(&decoded, width, height)?)?;
    let mut turned = DynamicImage::ImageRgba8(rgba);
    turned.apply_orientation(decoded.orientation);
    let turned = turned.into_rgba8();
    Some(Still { width: turned.width(), height: turned.height(), rgba: turned.into_raw(), original })
}

fn scaled(decoded: &Decoded, width: u32, height: u32) -> Option<Vec<u8>> {
    let from = ImageRef::new(decoded.width, decoded.height, &decoded.pixels, decoded.kind).ok()?;
    let mut to = Image::new(width, height, decoded.kind);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
    Resizer::new().resize(&from, &mut to, &options).ok()?;
    let pixels = to.into_vec();
    Some(match decoded.kind {
        PixelType::U8x3 => {
            pixels.as_chunks().0.iter().flat_map(|[red, green, blue]| [*red, *green, *blue, 255]).collect()
        }
        _ => pixels,
    })
}

/// The largest size with the shape of `size` that fits into `most`, and is not larger than `size` itself.
fn fitted(size: (u32, u32), most: (u32, u32)) -> (u32, u32) {
    let ratio = |most: u32, side: u32| f64::from(most) / f64::from(side.max(1));
    let scale = ratio(most.0, size.0).min(ratio(most.1, size.1)).min(1.0);
    let side = |side: u32| ((f64::from(side) * scale).round() as u32).max(1);
    (side(size.0), side(size.1))
}
