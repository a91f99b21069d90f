//! A film of our own for a camera: somebody who nods before a wall of books, in pictures that are numbered, so that what
//! comes out at the other end can be held against what went in.

use super::{
    number,
    y4m::{Frame, Header},
};
use std::{
    f32::consts::TAU,
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

/// Pictures in a second.
pub const RATE: u32 = 30;

/// Pictures until the head is where it was.
const NOD: u32 = 90;

/// The film's picture of that number; it goes on as long as there are numbers. Sides are even.
#[must_use]
pub fn picture(width: usize, height: usize, number: u32) -> Frame {
    let mut frame = Frame::grey(width, height, 0);
    let turn = (number % NOD) as f32 / NOD as f32 * TAU;
    let head = (0.5 + 0.1 * turn.sin(), 0.56 + 0.03 * (2.0 * turn).sin());
    let mouth = 0.012 + 0.03 * ((number as f32 * 0.7).sin().abs());
    let luma = width * height;
    for y in 0..height {
        for x in 0..width {
            let place = (x as f32 / width as f32, y as f32 / height as f32);
            let grain = (hash(x as u32, y as u32, number % 4) % 3) as u8;
            frame.planes[y * width + x] = brightness(place, (x, y), head, mouth) + grain;
        }
    }
    for y in 0..height / 2 {
        for x in 0..width / 2 {
            let place = (2.0 * x as f32 / width as f32, 2.0 * y as f32 / height as f32);
            let (blue, red) = if within(place, head, (0.15, 0.32)) { (112, 150) } else { (124, 130) };
            frame.planes[luma + y * (width / 2) + x] = blue;
            frame.planes[luma + luma / 4 + y * (width / 2) + x] = red;
        }
    }
    number::write(&mut frame, number);
    frame
}

/// Writes the film's first pictures into a file.
///
/// # Errors
/// When the file can't be written, or no such picture can be (a side is 0 or odd).
pub fn write(path: &Path, width: usize, height: usize, pictures: u32) -> io::Result<()> {
    let header = Header::new(width, height, RATE).ok_or(io::ErrorKind::InvalidInput)?;
    let mut file = BufWriter::new(File::create(path)?);
    header.write(&mut file)?;
    (0..pictures).try_for_each(|number| picture(width, height, number).write(&mut file))?;
    file.flush()
}

fn brightness(place: (f32, f32), pixel: (usize, usize), head: (f32, f32), mouth: f32) -> u8 {
    let (x, y) = place;
    let at = |dx: f32, dy: f32| (head.0 + dx, head.1 + dy);
    if !within(place, head, (0.15, 0.32)) {
        let book = hash((x * 64.0) as u32, (y * 4.0) as u32, 99) % 50;
        let shelf = if (y * 36.0) as u32 % 9 > 1 { book } else { 0 };
        return (70.0 + 60.0 * x + 30.0 * (1.0 - y)) as u8 + shelf as u8;
    }
    let is_eye = within(place, at(-0.05, -0.06), (0.02, 0.02)) || within(place, at(0.05, -0.06), (0.02, 0.02));
    if is_eye {
        40
    } else if within(place, at(0.0, 0.16), (0.04, mouth)) {
        60
    } else if y < head.1 - 0.18 {
        45 + (pixel.0 % 3 * 6) as u8
    } else {
        (120.0 + 120.0 * (x - head.0 + 0.15)) as u8
    }
}

/// Whether a place is within an ellipse.
fn within(place: (f32, f32), centre: (f32, f32), half: (f32, f32)) -> bool {
    ((place.0 - centre.0) / half.0).powi(2) + ((place.1 - centre.1) / half.1).powi(2) < 1.0
}

/// A number that looks like chance, the same for the same place.
fn hash(x: u32, y: u32, salt: u32) -> u32 {
    let mut bits = x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA77) ^ salt.wrapping_mul(0xC2B2_AE3D);
    bits = (bits ^ bits >> 15).wrapping_mul(0x2C1B_3C6D);
    (bits ^ bits >> 12).wrapping_mul(0x297A_2D39) >> 16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::{quality::psnr, y4m::Reader};
    use std::io::BufReader;

    #[test]
    fn pictures_are_numbered_move_and_can_be_drawn_again() {
        let [first, later, again] = [7, 30, 7].map(|number| picture(320, 180, number));
        assert_eq!((number::read(&first), number::read(&later)), (Some(7), Some(30)));
        assert_eq!(first, again);
        let below = 320 * 30;
        assert!(psnr(&first.y()[below..], &later.y()[below..]) < 35.0);
    }

    #[test]
    fn a_film_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("film.y4m");
        write(&path, 64, 36, 3).unwrap();
        let mut reader = Reader::new(BufReader::new(File::open(&path).unwrap())).unwrap();
        for number in 0..3 {
            assert_eq!(reader.next_frame().unwrap(), Some(picture(64, 36, number)));
        }
        assert_eq!(reader.next_frame().unwrap(), None);
        assert!(write(&path, 3, 36, 1).is_err());
    }
}
