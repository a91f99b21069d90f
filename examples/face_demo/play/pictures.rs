//! Drawn pictures in place of cameras and screens.

use hallway::media::picture::Picture;
use std::time::Duration;

/// Brightness, blueness and redness.
type Yuv = [u8; 3];

/// A picture whose every pixel is told by its place, each 0 to 1.
fn drawn(width: usize, height: usize, color: impl Fn(f32, f32) -> Yuv) -> Picture {
    let mut picture = Picture::black(width, height, Duration::ZERO);
    let at = |place: usize, size: usize| (place as f32 + 0.5) / size as f32;
    let [y, u, v] = picture.planes_mut();
    for (n, luma) in y.iter_mut().enumerate() {
        *luma = color(at(n % width, width), at(n / width, height))[0];
    }
    for (n, (blue, red)) in u.iter_mut().zip(v).enumerate() {
        let [_, u, v] = color(at(n % (width / 2), width / 2), at(n / (width / 2), height / 2));
        (*blue, *red) = (u, v);
    }
    picture
}

/// Four quarters: red and green above, blue and white below, in the video range of BT.709.
pub(crate) fn quarters() -> Picture {
    drawn(320, 180, |x, y| match (x < 0.5, y < 0.5) {
        (true, true) => [63, 102, 240],
        (false, true) => [173, 42, 26],
        (true, false) => [32, 240, 118],
        (false, false) => [235, 128, 128],
    })
}

/// Somebody before a wall, nodding a little.
pub(crate) fn person(number: u32, ticks: u32) -> Picture {
    const WALLS: [Yuv; 6] =
        [[92, 140, 112], [120, 118, 138], [86, 132, 134], [112, 138, 118], [100, 116, 132], [128, 126, 124]];
    const CLOTHES: [Yuv; 6] =
        [[70, 160, 104], [96, 104, 168], [120, 112, 110], [60, 140, 140], [140, 100, 140], [84, 128, 128]];
    const SKINS: [Yuv; 3] = [[168, 112, 148], [110, 114, 148], [142, 110, 150]];
    let pick = number as usize;
    let (wall, cloth, skin) = (WALLS[pick % 6], CLOTHES[pick % 6], SKINS[pick % 3]);
    let time = ticks as f32 / 30.0 + number as f32;
    let (head_x, head_y) = (0.5 + 0.015 * (time * 0.9).sin(), 0.42 + 0.012 * (time * 1.7).sin());
    drawn(320, 180, |x, y| {
        let aspect = 16.0 / 9.0;
        let round =
            |cx: f32, cy: f32, rx: f32, ry: f32| (((x - cx) * aspect / rx).powi(2) + ((y - cy) / ry).powi(2)).sqrt();
        let is_mouth = round(head_x, head_y + 0.13, 0.08, 0.02 + 0.02 * (time * 9.0).sin().abs()) < 1.0;
        let is_eye =
            round(head_x - 0.045, head_y - 0.02, 0.022, 0.03).min(round(head_x + 0.045, head_y - 0.02, 0.022, 0.03))
                < 1.0;
        if round(head_x, head_y, 0.19, 0.26) < 1.0 {
            let is_hair = y < head_y - 0.11;
            return match (is_eye || is_mouth, is_hair) {
                (true, _) => [48, 124, 138],
                (false, true) => [44 + 6 * (number % 4) as u8, 120, 136],
                (false, false) => skin,
            };
        }
        if round(head_x, 1.06, 0.48, 0.4) < 1.0 {
            return cloth;
        }
        let light = (24.0 * (1.0 - y) - 30.0 * (x - 0.5).abs()) as i16;
        [(i16::from(wall[0]) + light).clamp(16, 235) as u8, wall[1], wall[2]]
    })
}

/// A page of text with a chart.
pub(crate) fn screen(ticks: u32) -> Picture {
    drawn(1280, 720, |x, y| {
        let (column, row) = ((x * 160.0) as u32, (y * 60.0) as u32);
        if row < 4 {
            return [52, 140, 120];
        }
        let is_chart = x > 0.55 && (0.2..0.9).contains(&y);
        if is_chart {
            let bar = ((x - 0.55) * 20.0) as u32;
            let height = 0.2 + 0.5 * (bar as f32 * 1.3 + ticks as f32 / 60.0).sin().abs();
            let inside = ((x - 0.55) * 20.0).fract() > 0.25 && y > 0.9 - height;
            return if inside { [120, 160, 90] } else { [228, 128, 128] };
        }
        let word = column.wrapping_mul(2_654_435_761).wrapping_add(row / 3 * 97) >> 7 & 7;
        let is_ink = row % 3 == 0 && row > 8 && (8..80).contains(&column) && word > 1 && column < 50 + (row * 7) % 30;
        if is_ink { [60, 128, 128] } else { [235, 128, 128] }
    })
}
