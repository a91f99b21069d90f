//! Draws the pointer into what was taken of a screen, where the system leaves it out.

use super::Area;

/// The pointer's picture and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cursor {
    /// Its upper left corner on the whole desktop.
    pub(super) left: i32,
    pub(super) top: i32,
    pub(super) width: usize,
    /// Alpha, red, green and blue from the highest byte on; colours are multiplied with alpha already.
    pub(super) pixels: Vec<u32>,
}

/// Lays the pointer over pixels of BGRX that show an area of the desktop.
pub(super) fn blend(pixels: &mut [u8], area: Area, cursor: &Cursor) {
    if cursor.width == 0 {
        return;
    }
    for (row, line) in cursor.pixels.chunks_exact(cursor.width).enumerate() {
        let Some(y) = inside(cursor.top, row, area.top, area.height) else { continue };
        for (column, colour) in line.iter().enumerate() {
            let Some(x) = inside(cursor.left, column, area.left, area.width) else { continue };
            let at = (y * area.width + x) * 4;
            if let Some(pixel) = pixels.get_mut(at..at + 3) {
                let [blue, green, red, alpha] = colour.to_le_bytes();
                for (below, above) in pixel.iter_mut().zip([blue, green, red]) {
                    let share = u16::from(*below) * u16::from(255 - alpha) / 255;
                    *below = u8::try_from(share + u16::from(above)).unwrap_or(u8::MAX);
                }
            }
        }
    }
}

/// Where a row or column of the pointer is within the area.
fn inside(corner: i32, offset: usize, from: i32, length: usize) -> Option<usize> {
    let at = i64::from(corner) + offset as i64 - i64::from(from);
    usize::try_from(at).ok().filter(|at| *at < length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const AREA: Area = Area { drawable: 0, x: 0, y: 0, left: 100, top: 50, width: 4, height: 3 };

    #[test]
    fn the_pointer_is_drawn_where_it_is_and_shines_through_where_it_should() {
        let mut pixels = vec![100; 4 * 3 * 4];
        let cursor = Cursor { left: 101, top: 51, width: 2, pixels: vec![0xFF0A_141E, 0, 0x8000_0000, 0xFFFF_FFFF] };
        blend(&mut pixels, AREA, &cursor);
        let at = |x: usize, y: usize| &pixels[(y * 4 + x) * 4..][..3];
        assert_eq!(at(1, 1), [0x1E, 0x14, 0x0A]);
        assert_eq!(at(2, 1), [100; 3]);
        assert_eq!(at(1, 2), [49; 3]);
        assert_eq!(at(2, 2), [255; 3]);
        assert_eq!(at(0, 0), [100; 3]);
    }

    proptest! {
        #[test]
        fn no_pointer_is_drawn_outside(
            left: i32, top: i32, width in 0usize..9, pixels in prop::collection::vec(any::<u32>(), 0..40), short: bool,
        ) {
            let mut below = vec![7; if short { 11 } else { 48 }];
            for (left, top) in [(left, top), (left % 10 + 100, top % 10 + 50)] {
                blend(&mut below, AREA, &Cursor { left, top, width, pixels: pixels.clone() });
            }
        }
    }
}
