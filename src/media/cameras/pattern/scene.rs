//! What moves below the number: prepared once for a size, so that a picture is copied together row by row.

use crate::media::picture::Picture;
use std::{f32::consts::TAU, ops::Range, time::Duration};

/// Pictures until the head is where it was: three seconds at 30 a second.
const NOD_PICTURES: u32 = 90;
/// How long each width of the mouth is shown, in pictures.
const MOUTH_PICTURES: u32 = 3;
/// How the mouth opens and closes, as indices of [`HEADS`].
const MOUTH: [usize; 8] = [0, 2, 3, 1, 2, 0, 3, 1];
/// Heads with differently open mouths.
const HEADS: usize = 4;
/// Backgrounds with differing grain, as of a camera's noise.
const GRAINS: u32 = 4;
/// The colours of the strip: Y, U and V of bars at 75 %.
const BARS: [[u8; 3]; 8] = [
    [180, 128, 128],
    [168, 44, 136],
    [145, 147, 44],
    [133, 63, 52],
    [63, 193, 204],
    [51, 109, 212],
    [28, 212, 120],
    [96, 128, 128],
];

/// Everything that is drawn, in one size.
#[derive(Clone, Debug)]
pub(super) struct Scene {
    width: usize,
    height: usize,
    grains: Vec<Picture>,
    heads: Vec<Head>,
    /// Two rows of bars, one after the other, so that any place in the first can begin a row: Y, U and V.
    bars: [Vec<u8>; 3],
    /// Where the strip begins, in rows of brightness.
    strip: usize,
}

impl Scene {
    /// Prepares; both sides are even.
    pub(super) fn new(width: usize, height: usize) -> Self {
        let grains = (0..GRAINS).map(|grain| wall(width, height, grain)).collect();
        let head = (height / 2).min(width) / 2 * 2;
        let heads = (0..HEADS).map(|mouth| Head::new(head, mouth)).collect();
        let bar = |x: usize, wide: usize, plane: usize| BARS[x % wide * BARS.len() / wide][plane];
        let row = |wide: usize, plane: usize| (0..2 * wide).map(|x| bar(x, wide, plane)).collect();
        let bars = [row(width, 0), row(width / 2, 1), row(width / 2, 2)];
        Self { width, height, grains, heads, bars, strip: (height - height / 10) / 2 * 2 }
    }

    /// The scene of a number.
    pub(super) fn draw(&self, number: u32, taken: Duration) -> Picture {
        let mut picture = self.grains[(number % GRAINS) as usize].clone();
        picture.taken = taken;
        let head = &self.heads[MOUTH[(number / MOUTH_PICTURES) as usize % MOUTH.len()]];
        let (x, y) = self.place_of_head(head, number);
        head.draw(&mut picture, x, y);
        self.draw_bars(&mut picture, number);
        picture
    }

    /// The upper left corner of the head, on even samples.
    fn place_of_head(&self, head: &Head, number: u32) -> (usize, usize) {
        let turn = (number % NOD_PICTURES) as f32 / NOD_PICTURES as f32 * TAU;
        let free_x = self.width.saturating_sub(head.width) as f32 / 2.0;
        let free_y = self.strip.saturating_sub(self.height / 6 + head.height) as f32 / 2.0;
        let x = free_x + free_x.min(self.width as f32 / 10.0) * turn.sin();
        let y = (self.height / 6) as f32 + free_y + free_y.min(self.height as f32 / 30.0) * (2.0 * turn).sin();
        (x as usize / 2 * 2, y as usize / 2 * 2)
    }

    fn draw_bars(&self, picture: &mut Picture, number: u32) {
        let shift = number as usize % (self.width / 2);
        let shares = [(self.width, self.strip, 2 * shift), (self.width / 2, self.strip / 2, shift)];
        for (plane, (pixels, bars)) in picture.planes_mut().into_iter().zip(&self.bars).enumerate() {
            let (width, from, shift) = shares[plane.min(1)];
            for row in pixels[from * width..].chunks_exact_mut(width) {
                row.copy_from_slice(&bars[shift..shift + width]);
            }
        }
    }
}

/// The background: a lit wall with shelves, and grain.
fn wall(width: usize, height: usize, grain: u32) -> Picture {
    let mut picture = Picture::black(width, height, Duration::ZERO);
    let [luma, u, v] = picture.planes_mut();
    for (y, row) in luma.chunks_exact_mut(width).enumerate() {
        for (x, pixel) in row.iter_mut().enumerate() {
            let light = 70 + 60 * x / width + 30 * (height - y) / height;
            let noise = hash(x as u32, y as u32, grain) % 3;
            *pixel = (light + shelf(x * 64 / width, y * 36 / height, x as u32, y as u32) + noise as usize) as u8;
        }
    }
    for (y, (u, v)) in u.chunks_exact_mut(width / 2).zip(v.chunks_exact_mut(width / 2)).enumerate() {
        for x in 0..width / 2 {
            u[x] = (120 + 8 * x * 2 / width) as u8;
            v[x] = (132 - 6 * y * 2 / height) as u8;
        }
    }
    picture
}

/// Backs of books on shelves, and the wall's fine structure: brightness to be added. The first two are in 64ths and
/// 36ths of the picture.
fn shelf(column: usize, line: usize, x: u32, y: u32) -> usize {
    let is_shelf = !(16..48).contains(&column) && line % 9 > 1;
    if is_shelf { (hash(column as u32, (line / 9) as u32, 99) % 50) as usize } else { (hash(x, y, 7) % 4) as usize }
}

/// A head that is copied over the background.
#[derive(Clone, Debug)]
struct Head {
    width: usize,
    height: usize,
    picture: Picture,
    /// What of each second row is covered, on even samples.
    spans: Vec<Range<usize>>,
}

impl Head {
    /// A head of a height; `mouth` from 0 (shut) to 3.
    fn new(height: usize, mouth: usize) -> Self {
        let width = height * 3 / 4 / 2 * 2;
        let mut picture = Picture::black(width, height, Duration::ZERO);
        let spans = (0..height / 2)
            .map(|row| {
                let y = (row as f32 * 2.0 + 1.0) / height as f32 * 2.0 - 1.0;
                let half = (1.0 - y * y).max(0.0).sqrt() * width as f32 / 2.0;
                let left = ((width as f32 / 2.0 - half) / 2.0).ceil() as usize * 2;
                left..width - left
            })
            .collect();
        let [luma, u, v] = picture.planes_mut();
        for y in 0..height {
            for x in 0..width {
                let [bright, blue, red] = skin(x as f32 / width as f32, y as f32 / height as f32, mouth);
                luma[y * width + x] = bright + (hash(x as u32, y as u32, 3) % 3) as u8;
                let colour = y / 2 * (width / 2) + x / 2;
                (u[colour], v[colour]) = (blue, red);
            }
        }
        Self { width, height, picture, spans }
    }

    fn draw(&self, onto: &mut Picture, left: usize, top: usize) {
        let width = onto.width();
        let [y, u, v] = onto.planes_mut();
        for (row, span) in self.spans.iter().enumerate() {
            for line in [2 * row, 2 * row + 1] {
                let to = (top + line) * width + left;
                let from = line * self.width;
                y[to + span.start..to + span.end]
                    .copy_from_slice(&self.picture.y()[from + span.start..from + span.end]);
            }
            let (to, from) = ((top / 2 + row) * (width / 2) + left / 2, row * (self.width / 2));
            let half = span.start / 2..span.end / 2;
            let (to, from) = (to + half.start..to + half.end, from + half.start..from + half.end);
            u[to.clone()].copy_from_slice(&self.picture.u()[from.clone()]);
            v[to].copy_from_slice(&self.picture.v()[from]);
        }
    }
}

/// The colour of a place in the head, both coordinates from 0 to 1.
fn skin(x: f32, y: f32, mouth: usize) -> [u8; 3] {
    let within = |centre_x: f32, centre_y: f32, half_wide: f32, half_high: f32| {
        ((x - centre_x) / half_wide).powi(2) + ((y - centre_y) / half_high).powi(2) < 1.0
    };
    let is_eye = within(0.32, 0.42, 0.07, 0.03) || within(0.68, 0.42, 0.07, 0.03);
    if is_eye {
        [40, 128, 128]
    } else if within(0.5, 0.74, 0.14, 0.012 + 0.022 * mouth as f32) {
        [60, 120, 160]
    } else if y < 0.22 + 0.1 * (x - 0.5).abs() {
        // Hair, with strands.
        [45 + ((x * 90.0) as u8 % 3) * 6, 124, 132]
    } else {
        // Lit from the right, and round.
        [(120.0 + 50.0 * x - 40.0 * (x - 0.5).abs() - 30.0 * (y - 0.5).abs()) as u8, 112, 150]
    }
}

/// A number that looks like chance, the same for the same place.
fn hash(x: u32, y: u32, salt: u32) -> u32 {
    let mut bits = x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA77) ^ salt.wrapping_mul(0xC2B2_AE3D);
    bits = (bits ^ bits >> 15).wrapping_mul(0x2C1B_3C6D);
    (bits ^ bits >> 12).wrapping_mul(0x297A_2D39) >> 16
}
