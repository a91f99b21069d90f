//! The pattern of screens: a page of text that scrolls, with the number of the picture above it.

use super::{Screen, ScreenError};
use crate::media::{
    cameras::pattern::counter::{rows, write_counter},
    picture::{Picture, clock},
};
use std::time::Duration;

const WIDTH: usize = 1280;
const HEIGHT: usize = 720;
/// Samples for each dot of a letter.
const DOT: usize = 2;
/// From one letter to the next, and from one line to the next, in samples.
const ADVANCE: usize = 6 * DOT;
const LINE: usize = 12 * DOT;
const MARGIN: usize = 40;
const PAPER: u8 = 235;
const INK: u8 = 16;
/// Lines of the page; it begins anew after them.
const LINES: usize = 60;
/// How far the page moves with each picture, in samples: even, so that colours move along.
const STEP: usize = 4;
const TEXT: &str = "HALLWAY SHARES THIS SCREEN WITH ALL IN THE ROOM TO TEST WHETHER WORDS STAY SHARP ";
/// Letters of 5×7 dots, a row a number, the left dot the highest of its five bits. What is missing is a gap.
const LETTERS: [(char, [u8; 7]); 17] = [
    ('A', [0b01110, 0b10001, 0b10001, 0b11111, 0b10001, 0b10001, 0b10001]),
    ('D', [0b11110, 0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b11110]),
    ('E', [0b11111, 0b10000, 0b10000, 0b11110, 0b10000, 0b10000, 0b11111]),
    ('C', [0b01110, 0b10001, 0b10000, 0b10000, 0b10000, 0b10001, 0b01110]),
    ('H', [0b10001, 0b10001, 0b10001, 0b11111, 0b10001, 0b10001, 0b10001]),
    ('I', [0b01110, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110]),
    ('L', [0b10000, 0b10000, 0b10000, 0b10000, 0b10000, 0b10000, 0b11111]),
    ('M', [0b10001, 0b11011, 0b10101, 0b10101, 0b10001, 0b10001, 0b10001]),
    ('N', [0b10001, 0b11001, 0b11001, 0b10101, 0b10011, 0b10011, 0b10001]),
    ('O', [0b01110, 0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b01110]),
    ('P', [0b11110, 0b10001, 0b10001, 0b11110, 0b10000, 0b10000, 0b10000]),
    ('R', [0b11110, 0b10001, 0b10001, 0b11110, 0b10100, 0b10010, 0b10001]),
    ('S', [0b01111, 0b10000, 0b10000, 0b01110, 0b00001, 0b00001, 0b11110]),
    ('T', [0b11111, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100]),
    ('V', [0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b01010, 0b00100]),
    ('W', [0b10001, 0b10001, 0b10001, 0b10101, 0b10101, 0b11011, 0b10001]),
    ('Y', [0b10001, 0b10001, 0b01010, 0b00100, 0b00100, 0b00100, 0b00100]),
];

/// Text that moves on with each picture that is taken.
pub(super) struct PatternScreen {
    page: Page,
    number: u32,
}

/// A page that is as wide as the picture and longer.
struct Page {
    y: Vec<u8>,
    u: Vec<u8>,
    v: Vec<u8>,
    rows: usize,
}

impl PatternScreen {
    pub(super) fn open() -> Self {
        Self { page: Page::new(), number: 0 }
    }
}

impl Screen for PatternScreen {
    fn take(&mut self) -> Result<Picture, ScreenError> {
        let picture = self.page.draw(self.number, clock::now());
        self.number = self.number.wrapping_add(1);
        Ok(picture)
    }
}

impl Page {
    fn new() -> Self {
        let rows = LINES * LINE;
        let mut page =
            Self { y: vec![PAPER; WIDTH * rows], u: vec![128; WIDTH * rows / 4], v: vec![128; WIDTH * rows / 4], rows };
        let columns = (WIDTH - 2 * MARGIN) / ADVANCE;
        let mut text = TEXT.chars().cycle();
        for line in 0..LINES {
            for column in 0..columns {
                let letter = text.next().unwrap_or(' ');
                page.write(letter, MARGIN + column * ADVANCE, line * LINE + DOT);
            }
            if line % 10 == 3 {
                page.colour(line * LINE / 2..(line + 1) * LINE / 2);
            }
        }
        page
    }

    fn write(&mut self, letter: char, left: usize, top: usize) {
        let Some((_, dots)) = LETTERS.iter().find(|(known, _)| *known == letter) else { return };
        for (row, dots) in dots.iter().enumerate() {
            for column in (0..5).filter(|column| dots >> (4 - column) & 1 == 1) {
                for y in 0..DOT {
                    let from = (top + row * DOT + y) * WIDTH + left + column * DOT;
                    self.y[from..from + DOT].fill(INK);
                }
            }
        }
    }

    /// Makes a line's paper and ink bluish, as a link on a page.
    fn colour(&mut self, rows: std::ops::Range<usize>) {
        let samples = rows.start * WIDTH / 2..rows.end * WIDTH / 2;
        self.u[samples.clone()].fill(160);
        self.v[samples].fill(110);
    }

    fn draw(&self, number: u32, taken: Duration) -> Picture {
        let mut picture = Picture::black(WIDTH, HEIGHT, taken);
        let shift = number as usize % (self.rows / STEP) * STEP;
        let [y, u, v] = picture.planes_mut();
        copy_round(&self.y, shift * WIDTH, y);
        copy_round(&self.u, shift / 2 * (WIDTH / 2), u);
        copy_round(&self.v, shift / 2 * (WIDTH / 2), v);
        // What stands right below the blocks would blur into them.
        y[rows(HEIGHT) * WIDTH..][..2 * DOT * WIDTH].fill(PAPER);
        write_counter(&mut picture, number);
        picture
    }
}

/// Copies from a place on, and from the beginning after the end.
fn copy_round(from: &[u8], start: usize, to: &mut [u8]) {
    let first = (from.len() - start).min(to.len());
    to[..first].copy_from_slice(&from[start..start + first]);
    let rest = to.len() - first;
    to[first..].copy_from_slice(&from[..rest]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::cameras::pattern::read_counter;

    #[test]
    fn pictures_count_on_and_scroll() {
        let mut screen = PatternScreen::open();
        let pictures: Vec<_> = (0..3).map(|_| screen.take().unwrap()).collect();
        let numbers: Vec<_> = pictures.iter().map(read_counter).collect();
        assert_eq!(numbers, [Some(0), Some(1), Some(2)]);
        // Letters that were there are a step higher up in the next picture.
        let (from, step) = (400 * WIDTH, STEP * WIDTH);
        assert_eq!(pictures[0].y()[from + step..][..200 * WIDTH], pictures[1].y()[from..][..200 * WIDTH]);
        let inked = pictures[0].y()[from..].iter().filter(|y| **y == INK).count();
        assert!(inked * 100 > (HEIGHT - 400) * WIDTH * 5, "{inked}");
    }

    #[test]
    fn the_page_goes_round_with_every_number() {
        let page = Page::new();
        for number in [0, 359, 360, 100_000, u32::MAX] {
            assert_eq!(read_counter(&page.draw(number, Duration::ZERO)), Some(number));
        }
    }

    #[test]
    fn every_letter_of_the_text_is_known() {
        let is_known = |letter| letter == ' ' || LETTERS.iter().any(|(known, _)| *known == letter);
        assert!(TEXT.chars().all(is_known));
    }
}
