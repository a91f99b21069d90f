use super::*;
use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
use proptest::prelude::*;

/// A red picture of 16×16, as ImageMagick wrote it.
const RED_JPEG: &[u8] = include_bytes!("../picture/jpeg/red.jpg");
/// Red above blue, 32×16, with the note that the camera was turned: upright it is 16×32, with blue at the left.
const TURNED_JPEG: &[u8] = include_bytes!("turned.jpg");
/// Two pictures of 6×4, a green one and a blue one.
const MOVING_GIF: &[u8] = include_bytes!("moving.gif");
const LOSSY_WEBP: &[u8] = include_bytes!("lossy.webp");
const LOSSLESS_WEBP: &[u8] = include_bytes!("lossless.webp");

const MOST: (u32, u32) = (640, 480);

fn png(width: u32, height: u32, colour: [u8; 4]) -> Vec<u8> {
    let mut file = Vec::new();
    let pixels: Vec<u8> = colour.into_iter().cycle().take((width * height * 4) as usize).collect();
    PngEncoder::new(&mut file).write_image(&pixels, width, height, ExtendedColorType::Rgba8).unwrap();
    file
}

/// The header of a PNG that claims a size, with next to nothing behind it.
fn claim(width: u32, height: u32) -> Vec<u8> {
    let mut file = png(1, 1, [0; 4]);
    file[16..20].copy_from_slice(&width.to_be_bytes());
    file[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc32(&file[12..29]);
    file[29..33].copy_from_slice(&sum.to_be_bytes());
    file
}

/// The check sum of a PNG's chunks.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xEDB8_8320 } else { sum >> 1 })
    })
}

fn pixel(still: &Still, x: u32, y: u32) -> [u8; 4] {
    let at = ((y * still.width + x) * 4) as usize;
    still.rgba[at..at + 4].try_into().unwrap()
}

fn is_near(colour: [u8; 4], expected: [u8; 4]) -> bool {
    colour.into_iter().zip(expected).all(|(value, expected)| value.abs_diff(expected) < 24)
}

#[test]
fn all_four_formats_are_read() {
    let red = [255, 0, 0, 255];
    for (file, size) in
        [(&png(7, 5, red)[..], (7, 5)), (RED_JPEG, (16, 16)), (LOSSY_WEBP, (8, 6)), (LOSSLESS_WEBP, (8, 6))]
    {
        let still = read(file, MOST).unwrap();
        assert_eq!((still.width, still.height), size);
        assert_eq!(still.original, size);
        assert!(is_near(pixel(&still, 3, 3), red), "{:?}", pixel(&still, 3, 3));
    }
}

#[test]
fn a_moving_picture_stands_still_at_its_first_one() {
    let still = read(MOVING_GIF, MOST).unwrap();
    assert_eq!((still.width, still.height), (6, 4));
    assert!(is_near(pixel(&still, 4, 2), [0, 255, 0, 255]), "{:?}", pixel(&still, 4, 2));
}

#[test]
fn large_ones_are_made_small_and_small_ones_stay() {
    let still = read(&png(1000, 500, [9, 90, 200, 255]), MOST).unwrap();
    assert_eq!((still.width, still.height, still.original), (640, 320, (1000, 500)));
    assert!(is_near(pixel(&still, 320, 160), [9, 90, 200, 255]));
    let still = read(&png(2, 3000, [1; 4]), MOST).unwrap();
    assert_eq!((still.width, still.height), (1, 480));
}

#[test]
fn a_turned_camera_makes_no_turned_picture() {
    let still = read(TURNED_JPEG, MOST).unwrap();
    assert_eq!((still.width, still.height, still.original), (16, 32, (16, 32)));
    assert!(is_near(pixel(&still, 2, 16), [0, 0, 255, 255]), "{:?}", pixel(&still, 2, 16));
    assert!(is_near(pixel(&still, 13, 16), [255, 0, 0, 255]), "{:?}", pixel(&still, 13, 16));
}

#[test]
fn bombs_are_refused_before_they_are_decoded() {
    for (width, height) in [(8193, 1), (1, 60_000), (8000, 8000), (60_000, 60_000)] {
        assert_eq!(read(&claim(width, height), MOST).err(), Some(StillError::TooLarge { width, height }));
    }
    assert!(read(&claim(2_000_000_000, 2_000_000_000), MOST).is_err());
    let mut gif = MOVING_GIF.to_vec();
    gif[6..10].fill(0xFF);
    assert_eq!(read(&gif, MOST).err(), Some(StillError::TooLarge { width: 65_535, height: 65_535 }));
}

#[test]
fn what_is_no_picture_is_none_whatever_it_is_called() {
    let script =
        "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script><rect width=\"9\" height=\"9\"/></svg>";
    for file in [script, "only words in a file called picture.png", "", "BM6", "%PDF-1.7"] {
        assert_eq!(read(file.as_bytes(), MOST).err(), Some(StillError::Unknown), "{file}");
    }
}

#[test]
fn what_is_cut_off_is_damaged_or_shown_in_part() {
    for file in [RED_JPEG, TURNED_JPEG, LOSSY_WEBP, LOSSLESS_WEBP, MOVING_GIF, &png(9, 9, [5; 4])] {
        for length in 0..file.len() {
            if let Ok(still) = read(&file[..length], MOST) {
                assert_eq!(still.rgba.len(), (still.width * still.height * 4) as usize);
            }
        }
    }
    assert_eq!(read(&RED_JPEG[..40], MOST).err(), Some(StillError::Damaged));
    assert_eq!(read(&png(9, 9, [5; 4])[..45], MOST).err(), Some(StillError::Damaged));
}

proptest! {
    #[test]
    fn no_damage_panics_or_grows(
        which in 0usize..5, at in 0usize..400, with in prop::collection::vec(any::<u8>(), 1..40),
    ) {
        let mut file = [RED_JPEG, TURNED_JPEG, LOSSY_WEBP, LOSSLESS_WEBP, MOVING_GIF][which].to_vec();
        let at = at.min(file.len() - 1);
        file.splice(at..(at + with.len()).min(file.len()), with);
        if let Ok(still) = read(&file, MOST) {
            prop_assert!(still.width <= MOST.0 && still.height <= MOST.1);
        }
    }

    #[test]
    fn what_is_fitted_fits(size in (1u32..9000, 1u32..9000), most in (1u32..3000, 1u32..3000)) {
        let (width, height) = fitted(size, most);
        prop_assert!(width <= most.0.min(size.0) && height <= most.1.min(size.1) && width > 0 && height > 0);
    }
}
