//! Pictures of cameras that compress them as JPEG.

use super::{Converter, Picture, Pixels};
use std::time::Duration;
use zune_jpeg::{
    JpegDecoder,
    zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions},
};

/// Longest side of a JPEG that is decoded.
const LONGEST_SIDE: usize = 4096;

/// Decodes a JPEG; an odd last row or column is cut off. `None` when it is damaged, as pictures of USB cameras now and
/// then are: the next one is taken then.
#[must_use]
pub fn decode_jpeg(jpeg: &[u8], converter: &mut Converter, taken: Duration) -> Option<Picture> {
    let options = DecoderOptions::default()
        .jpeg_set_out_colorspace(ColorSpace::RGB)
        .set_max_width(LONGEST_SIDE)
        .set_max_height(LONGEST_SIDE)
        // A picture that ends too early would be grey below.
        .set_strict_mode(true);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(jpeg), options);
    let rgb = decoder.decode().ok()?;
    let info = decoder.info()?;
    converter.convert(&rgb, Pixels::Rgb, None, (usize::from(info.width), usize::from(info.height)), taken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A red picture of 16×16, as ImageMagick wrote it.
    const RED: &[u8] = include_bytes!("jpeg/red.jpg");

    fn decode(jpeg: &[u8]) -> Option<Picture> {
        decode_jpeg(jpeg, &mut Converter::default(), Duration::ZERO)
    }

    #[test]
    fn a_jpeg_becomes_a_picture() {
        let picture = decode(RED).unwrap();
        assert_eq!((picture.width(), picture.height()), (16, 16));
        for (plane, expected) in [picture.y(), picture.u(), picture.v()].into_iter().zip([63u8, 102, 240]) {
            assert!(plane.iter().all(|value| value.abs_diff(expected) <= 3), "{plane:?}");
        }
    }

    #[test]
    fn a_jpeg_that_is_cut_off_is_none() {
        for length in 0..RED.len() - 10 {
            assert!(decode(&RED[..length]).is_none(), "{length} of {}", RED.len());
        }
    }

    proptest! {
        #[test]
        fn no_damage_panics(at in 0usize..RED.len(), with in prop::collection::vec(any::<u8>(), 1..40)) {
            let mut damaged = RED.to_vec();
            damaged.splice(at..(at + with.len()).min(RED.len()), with);
            let _ = decode(&damaged);
        }
    }
}
