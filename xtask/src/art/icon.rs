//! The app's icon: an open door with a speech bubble.

use super::raster::{Canvas, rgb};
use image::RgbaImage;

/// Side of the icon, in tiles of the canvas.
const TILES: u32 = 8;

/// Draws the icon, 256 by 256 pixels.
pub(crate) fn draw() -> RgbaImage {
    let mut canvas = Canvas::tiles(TILES, TILES, 32);
    let wall = rgb(0xe08a63);
    canvas.fade([8.0, 8.0, 240.0, 240.0], 56.0, wall.lighter(0.22), wall.darker(0.12));
    canvas.paint(
        [8.0, 200.0, 248.0, 248.0],
        |x, y| super::raster::rounded(8.0, 8.0, 240.0, 240.0, 56.0)(x, y).max(204.0 - y),
        |_, _| rgb(0xc98f58),
    );
    canvas.rect(8.0, 198.0, 240.0, 7.0, rgb(0xfbf3e3));
    // The doorway, light behind it, and the light on the floor.
    canvas.round(52.0, 52.0, 98.0, 153.0, 10.0, rgb(0x7d4f37));
    canvas.fade([62.0, 62.0, 78.0, 143.0], 3.0, rgb(0xffe9ae), rgb(0xfff8df));
    canvas.polygon(&[(62.0, 205.0), (140.0, 205.0), (168.0, 244.0), (74.0, 244.0)], rgb(0xffe9ae).alpha(0.75));
    // The leaf, swung open to the left.
    canvas.polygon(&[(62.0, 62.0), (96.0, 78.0), (96.0, 226.0), (62.0, 205.0)], rgb(0x8a573a));
    canvas.polygon(&[(62.0, 62.0), (93.0, 77.0), (93.0, 223.0), (62.0, 204.0)], rgb(0xb5764a));
    canvas.polygon(&[(69.0, 82.0), (87.0, 91.0), (87.0, 140.0), (69.0, 133.0)], rgb(0x96603d));
    canvas.polygon(&[(69.0, 147.0), (87.0, 154.0), (87.0, 206.0), (69.0, 195.0)], rgb(0x96603d));
    canvas.circle(88.0, 148.0, 4.5, rgb(0xf3cf6b));
    // The speech bubble.
    canvas.shadow([122.0, 52.0, 104.0, 76.0], 34.0, 10.0, 0.4);
    canvas.polygon(&[(142.0, 112.0), (126.0, 154.0), (176.0, 122.0)], rgb(0xfffdf6));
    canvas.round(120.0, 44.0, 108.0, 82.0, 36.0, rgb(0xfffdf6));
    for (x, height) in [(150.0, 18.0), (166.0, 38.0), (182.0, 26.0), (198.0, 14.0)] {
        canvas.round(x - 4.5, 85.0 - height / 2.0, 9.0, height, 4.5, rgb(0x4f8d8c));
    }
    canvas.to_image()
}
