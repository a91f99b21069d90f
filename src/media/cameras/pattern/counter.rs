//! A number in a picture, as black and white blocks that survive a poor encoding and a smaller size.
//!
//! The upper sixth of the picture holds two rows of twenty blocks. The block in row `r` (0 or 1) and column `c` (0 to 19)
//! covers the luma samples with `c·W/20 ≤ x < (c+1)·W/20` and `r·H/12 ≤ y < (r+1)·H/12` of a picture of `W × H`, all
//! divisions rounded down: 16×15 samples at 320×180. A white block (Y 235) is a 1, a black one (Y 16) a 0. Row by row and
//! from left to right these are, highest bit first, the 32 bits of the number and the 8 bits of its checksum: CRC-8 with
//! the polynomial 0x07, the initial value 0xFF, nothing reflected and nothing added at the end, of the number's four
//! bytes, highest first. All-black and all-white pictures therefore hold no number.
//!
//! A reader takes the mean of each block's middle (a quarter left out on each side): 156 or more is a 1, 96 or less a 0,
//! and anything between makes the picture unreadable.

use crate::media::picture::Picture;

const COLUMNS: usize = 20;
const ROWS: usize = 2;
/// Rows of blocks that would fill the picture.
const ROWS_OF_ALL: usize = 12;
const WHITE: u8 = 235;
const BLACK: u8 = 16;
/// Least mean of a block that is a 1.
const WHITE_FROM: usize = 156;
/// Highest mean of a block that is a 0.
const BLACK_TO: usize = 96;

/// How many rows of a picture the number takes from its top.
#[must_use]
pub fn rows(height: usize) -> usize {
    ROWS * height / ROWS_OF_ALL
}

/// Draws the number into the top of a picture.
pub fn write_counter(picture: &mut Picture, number: u32) {
    let (width, height) = (picture.width(), picture.height());
    let bits = bits_of(number);
    let [y, u, v] = picture.planes_mut();
    for row in 0..ROWS {
        let (top, bottom) = (row * height / ROWS_OF_ALL, (row + 1) * height / ROWS_OF_ALL);
        let line: Vec<u8> = (0..COLUMNS)
            .flat_map(|column| {
                let is_white = bits >> (ROWS * COLUMNS - 1 - (row * COLUMNS + column)) & 1 == 1;
                let wide = (column + 1) * width / COLUMNS - column * width / COLUMNS;
                std::iter::repeat_n(if is_white { WHITE } else { BLACK }, wide)
            })
            .collect();
        for y in y[top * width..bottom * width].chunks_exact_mut(width) {
            y.copy_from_slice(&line);
        }
    }
    let colourless = rows(height).div_ceil(2) * (width / 2);
    u[..colourless].fill(128);
    v[..colourless].fill(128);
}

/// The number in the top of a picture, unless it can't be read.
#[must_use]
pub fn read_counter(picture: &Picture) -> Option<u32> {
    read_counter_of(picture.y(), picture.width(), picture.height())
}

/// The number in the top of a plane of brightness of `width × height` samples, unless it can't be read.
#[must_use]
pub fn read_counter_of(y: &[u8], width: usize, height: usize) -> Option<u32> {
    if width < COLUMNS || height < ROWS_OF_ALL || y.len() < width * height {
        return None;
    }
    let mut bits = 0u64;
    for row in 0..ROWS {
        let (top, bottom) = middle(row * height / ROWS_OF_ALL, (row + 1) * height / ROWS_OF_ALL);
        for column in 0..COLUMNS {
            let (left, right) = middle(column * width / COLUMNS, (column + 1) * width / COLUMNS);
            let sum: usize = (top..bottom)
                .map(|line| {
                    y[line * width + left..line * width + right].iter().copied().map(usize::from).sum::<usize>()
                })
                .sum();
            let bit = match sum / ((bottom - top) * (right - left)) {
                WHITE_FROM.. => 1,
                ..=BLACK_TO => 0,
                _ => return None,
            };
            bits = bits << 1 | bit;
        }
    }
    let number = u32::try_from(bits >> 8).ok()?;
    (bits_of(number) == bits).then_some(number)
}

/// What is looked at between two edges: never nothing.
fn middle(from: usize, to: usize) -> (usize, usize) {
    let margin = (to - from) / 4;
    (from + margin, to - margin)
}

/// The number and its checksum.
fn bits_of(number: u32) -> u64 {
    u64::from(number) << 8 | u64::from(checksum(number))
}

fn checksum(number: u32) -> u8 {
    number.to_be_bytes().into_iter().fold(0xFF, |sum, byte| {
        (0..8).fold(sum ^ byte, |sum, _| if sum & 0x80 == 0 { sum << 1 } else { sum << 1 ^ 0x07 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    #[test]
    fn a_picture_of_one_colour_holds_no_number() {
        for shade in [0, 16, 126, 235, 255] {
            assert_eq!(read_counter_of(&vec![shade; 640 * 360], 640, 360), None, "{shade}");
        }
    }

    proptest! {
        #[test]
        fn numbers_are_read_back(number: u32, width in 20usize..700, height in 12usize..400) {
            let mut picture = Picture::black(width, height, Duration::ZERO);
            write_counter(&mut picture, number);
            prop_assert_eq!(read_counter(&picture), Some(number));
        }

        #[test]
        fn no_plane_is_too_short_or_too_odd_to_be_looked_at(
            plane in prop::collection::vec(any::<u8>(), 0..5000), width in 0usize..100, height in 0usize..100,
        ) {
            let _ = read_counter_of(&plane, width, height);
        }

        #[test]
        fn one_wrong_block_is_noticed(number: u32, row in 0usize..2, column in 0usize..20) {
            let (width, height) = (320, 180);
            let mut picture = Picture::black(width, height, Duration::ZERO);
            write_counter(&mut picture, number);
            for y in row * 15..row * 15 + 15 {
                let block = &mut picture.planes_mut()[0][y * width + column * 16..][..16];
                block.iter_mut().for_each(|sample| *sample = 251 - *sample);
            }
            prop_assert_eq!(read_counter(&picture), None);
        }
    }
}
