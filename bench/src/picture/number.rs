//! The number in the top of a picture, as the client's camera `pattern` draws it (docs/headless.md).
//!
//! Two rows of twenty blocks fill the upper sixth. Row by row and from left to right they are, highest bit first, the 32
//! bits of the number and the 8 bits of its checksum (CRC-8, polynomial 0x07, begun with 0xFF); white is 1, black is 0.

use super::y4m::Frame;
use std::ops::Range;

const COLUMNS: usize = 20;
const ROWS: usize = 2;
/// Rows of blocks that would fill the picture.
const ROWS_OF_ALL: usize = 12;
const WHITE: u8 = 235;
const BLACK: u8 = 16;
/// What a block must come to on the average to be read: at least for a 1, at most for a 0.
const CLEAR: (usize, usize) = (156, 96);

/// Draws a number into a picture.
pub fn write(frame: &mut Frame, number: u32) {
    let (width, height) = (frame.width, frame.height);
    let bits = bits_of(number);
    for (place, (rows, columns)) in blocks(width, height).enumerate() {
        let shade = if bits >> (COLUMNS * ROWS - 1 - place) & 1 == 1 { WHITE } else { BLACK };
        for row in rows {
            frame.y_mut()[row * width..][columns.clone()].fill(shade);
        }
    }
    let (coloured, luma) = (height * ROWS / ROWS_OF_ALL / 2 * (width / 2), width * height);
    frame.planes[luma..][..coloured].fill(128);
    frame.planes[luma + luma / 4..][..coloured].fill(128);
}

/// The number in a picture, unless it can't be read.
#[must_use]
pub fn read(frame: &Frame) -> Option<u32> {
    let mut bits = 0u64;
    for (rows, columns) in blocks(frame.width, frame.height) {
        let (rows, columns) = (middle(rows), middle(columns));
        let pixels = rows.len() * columns.len();
        let sum: usize = rows.map(|row| sum(&frame.y()[row * frame.width..][columns.clone()])).sum();
        let bit = match sum.checked_div(pixels)? {
            mean if mean >= CLEAR.0 => 1,
            mean if mean <= CLEAR.1 => 0,
            _ => return None,
        };
        bits = bits << 1 | bit;
    }
    let number = u32::try_from(bits >> 8).ok()?;
    (bits_of(number) == bits).then_some(number)
}

/// Rows and columns of each block, in the order of the bits.
fn blocks(width: usize, height: usize) -> impl Iterator<Item = (Range<usize>, Range<usize>)> {
    let part = |at: usize, of: usize, side: usize| at * side / of..(at + 1) * side / of;
    (0..ROWS).flat_map(move |row| {
        (0..COLUMNS).map(move |column| (part(row, ROWS_OF_ALL, height), part(column, COLUMNS, width)))
    })
}

/// Without a quarter on each side, which encoders and other sizes blur.
fn middle(side: Range<usize>) -> Range<usize> {
    let margin = side.len() / 4;
    side.start + margin..side.end - margin
}

fn sum(pixels: &[u8]) -> usize {
    pixels.iter().copied().map(usize::from).sum()
}

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

    #[test]
    fn a_checksum_is_what_others_make_of_the_same_bytes() {
        assert_eq!((checksum(0), checksum(0x0102_0304)), (0xD1, 0x32));
    }

    /// The checksum by its definition: the remainder of a division in bits.
    fn by_division(number: u32) -> u8 {
        let mut rest = (u64::from(number) ^ 0xFF00_0000) << 8;
        for bit in (8..40).rev() {
            if rest >> bit & 1 == 1 {
                rest ^= 0x107 << (bit - 8);
            }
        }
        rest as u8
    }

    #[test]
    fn what_holds_no_number_gives_none() {
        for shade in [0, 16, 126, 235, 255] {
            assert_eq!(read(&Frame::grey(640, 360, shade)), None, "{shade}");
        }
        assert_eq!(read(&Frame::grey(2, 2, 16)), None);
    }

    proptest! {
        #[test]
        fn numbers_are_read_back(number: u32, width in 10usize..320, height in 6usize..180) {
            let mut frame = Frame::grey(2 * width, 2 * height, 100);
            write(&mut frame, number);
            prop_assert_eq!(read(&frame), Some(number));
            prop_assert_eq!(by_division(number), checksum(number));
        }
    }
}
