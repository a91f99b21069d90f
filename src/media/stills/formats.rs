//! The decoders: one for each format, asked for the size before they may allocate anything of it.

use super::{Decoded, StillError};
use fast_image_resize::PixelType;
use gif::{ColorOutput, DecodeOptions, MemoryLimit};
use hallway_protocol::limits::{PICTURE_PIXELS, PICTURE_SIDE};
use image::{DynamicImage, ImageDecoder, ImageFormat, Limits, codecs::png::PngDecoder, metadata::Orientation};
use image_webp::WebPDecoder;
use std::{io::Cursor, num::NonZeroU64};
use zune_jpeg::{
    JpegDecoder,
    zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions},
};

/// Most bytes of a decoded picture.
const DECODED_BYTES: u64 = PICTURE_PIXELS * 4;

/// Decodes whatever it is.
pub(super) fn decode(file: &[u8]) -> Result<Decoded, StillError> {
    match image::guess_format(file) {
        Ok(ImageFormat::Png) => png(file),
        Ok(ImageFormat::Jpeg) => jpeg(file),
        Ok(ImageFormat::WebP) => webp(file),
        Ok(ImageFormat::Gif) => gif(file),
        _ => Err(StillError::Unknown),
    }
}

/// Whether a picture of that size may be decoded.
fn check(width: u32, height: u32) -> Result<(), StillError> {
    if width == 0 || height == 0 {
        return Err(StillError::Damaged);
    }
    let is_small = width.max(height) <= PICTURE_SIDE && u64::from(width) * u64::from(height) <= PICTURE_PIXELS;
    if is_small { Ok(()) } else { Err(StillError::TooLarge { width, height }) }
}

fn damaged<E>(_: E) -> StillError {
    StillError::Damaged
}

/// What the camera noted about how it was held.
fn orientation(exif: Option<&[u8]>) -> Orientation {
    exif.and_then(Orientation::from_exif_chunk).unwrap_or(Orientation::NoTransforms)
}

fn png(file: &[u8]) -> Result<Decoded, StillError> {
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(DECODED_BYTES);
    let mut decoder = PngDecoder::with_limits(Cursor::new(file), limits).map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    check(width, height)?;
    // One with 16 bits a channel takes twice as much.
    if decoder.total_bytes() > DECODED_BYTES {
        return Err(StillError::TooLarge { width, height });
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let pixels = DynamicImage::from_decoder(decoder).map_err(damaged)?.into_rgba8().into_raw();
    Ok(Decoded { width, height, pixels, kind: PixelType::U8x4, orientation })
}

/// One that is cut off is shown as far as it goes: half a photo is better than none.
fn jpeg(file: &[u8]) -> Result<Decoded, StillError> {
    let any = usize::from(u16::MAX);
    let options = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::RGB);
    let options = options.set_strict_mode(false).set_max_width(any).set_max_height(any);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(file), options);
    decoder.decode_headers().map_err(damaged)?;
    let info = decoder.info().ok_or(StillError::Damaged)?;
    let (width, height) = (u32::from(info.width), u32::from(info.height));
    check(width, height)?;
    let orientation = orientation(decoder.exif().map(Vec::as_slice));
    let pixels = decoder.decode().map_err(damaged)?;
    Ok(Decoded { width, height, pixels, kind: PixelType::U8x3, orientation })
}

fn webp(file: &[u8]) -> Result<Decoded, StillError> {
    let mut decoder = WebPDecoder::new(Cursor::new(file)).map_err(damaged)?;
    decoder.set_memory_limit(usize::try_from(DECODED_BYTES).unwrap_or(usize::MAX));
    let (width, height) = decoder.dimensions();
    check(width, height)?;
    let exif = decoder.exif_metadata().ok().flatten();
    let kind = if decoder.has_alpha() { PixelType::U8x4 } else { PixelType::U8x3 };
    let mut pixels = vec![0; decoder.output_buffer_size().ok_or(StillError::Damaged)?];
    decoder.read_image(&mut pixels).map_err(damaged)?;
    Ok(Decoded { width, height, pixels, kind, orientation: orientation(exif.as_deref()) })
}

/// The first picture, where it stands on the canvas.
fn gif(file: &[u8]) -> Result<Decoded, StillError> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::RGBA);
    options.check_frame_consistency(true);
    if let Some(most) = NonZeroU64::new(DECODED_BYTES) {
        options.set_memory_limit(MemoryLimit::Bytes(most));
    }
    let mut decoder = options.read_info(Cursor::new(file)).map_err(damaged)?;
    let (width, height) = (u32::from(decoder.width()), u32::from(decoder.height()));
    check(width, height)?;
    let frame = decoder.read_next_frame().map_err(damaged)?.ok_or(StillError::Damaged)?;
    let row = usize::from(frame.width) * 4;
    let (canvas_row, left) = (width as usize * 4, usize::from(frame.left) * 4);
    let mut pixels = vec![0; canvas_row * height as usize];
    let rows = pixels.chunks_exact_mut(canvas_row).skip(usize::from(frame.top));
    for (to, from) in rows.zip(frame.buffer.chunks_exact(row.max(1))) {
        to.get_mut(left..left + row).ok_or(StillError::Damaged)?.copy_from_slice(from);
    }
    Ok(Decoded { width, height, pixels, kind: PixelType::U8x4, orientation: Orientation::NoTransforms })
}
