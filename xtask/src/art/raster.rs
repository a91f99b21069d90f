//! A small canvas for flat, crisp shapes: every shape is a distance to its edge, so that edges are smooth without
//! drawing anything twice.
//!
//! Only `+ - * /` and `sqrt` are used: IEEE 754 fixes their results, so that every machine draws the same bytes.

use image::{Rgba, RgbaImage};

/// Units of a tile's side in all drawing code.
pub(crate) const TILE: f32 = 32.0;

/// A colour with opacity, channels from 0 to 1, opacity not multiplied in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Color {
    pub(crate) red: f32,
    pub(crate) green: f32,
    pub(crate) blue: f32,
    pub(crate) alpha: f32,
}

/// An opaque colour from `0xRRGGBB`.
pub(crate) const fn rgb(hex: u32) -> Color {
    Color {
        red: (hex >> 16 & 0xff) as f32 / 255.0,
        green: (hex >> 8 & 0xff) as f32 / 255.0,
        blue: (hex & 0xff) as f32 / 255.0,
        alpha: 1.0,
    }
}

impl Color {
    pub(crate) const fn alpha(self, alpha: f32) -> Self {
        Self { alpha, ..self }
    }

    /// This colour, moved by `share` (0 to 1) towards another.
    pub(crate) fn mix(self, other: Self, share: f32) -> Self {
        let between = |a: f32, b: f32| a + (b - a) * share;
        Self {
            red: between(self.red, other.red),
            green: between(self.green, other.green),
            blue: between(self.blue, other.blue),
            alpha: between(self.alpha, other.alpha),
        }
    }

    pub(crate) fn lighter(self, share: f32) -> Self {
        self.mix(rgb(0xfff6e6).alpha(self.alpha), share)
    }

    /// Darker and a little colder, as shade is indoors.
    pub(crate) fn darker(self, share: f32) -> Self {
        self.mix(rgb(0x2a1f33).alpha(self.alpha), share)
    }
}

/// A number from 0 up to 1 that depends on the place alone.
pub(crate) fn noise(x: u32, y: u32, salt: u32) -> f32 {
    let mut h = x.wrapping_mul(0x9e37_79b1) ^ y.wrapping_mul(0x85eb_ca77) ^ salt.wrapping_mul(0xc2b2_ae3d);
    h = (h ^ (h >> 15)).wrapping_mul(0x2c1b_3c6d);
    h = (h ^ (h >> 12)).wrapping_mul(0x297a_2d39);
    ((h ^ (h >> 15)) >> 8) as f32 / 16_777_216.0
}

/// A picture in the making. All coordinates are in units, `TILE` to a tile.
pub(crate) struct Canvas {
    width_px: usize,
    height_px: usize,
    px_per_unit: f32,
    /// Red, green, blue (opacity multiplied in) and opacity.
    pixels: Vec<[f32; 4]>,
}

impl Canvas {
    /// An empty canvas of whole tiles, `tile_px` pixels each.
    pub(crate) fn tiles(columns: u32, rows: u32, tile_px: u32) -> Self {
        let (width_px, height_px) = ((columns * tile_px) as usize, (rows * tile_px) as usize);
        Self { width_px, height_px, px_per_unit: tile_px as f32 / TILE, pixels: vec![[0.0; 4]; width_px * height_px] }
    }

    /// Paints where `distance` (units, negative inside) says, within a box that is sure to hold the shape.
    pub(crate) fn paint(
        &mut self,
        [left, top, right, bottom]: [f32; 4],
        distance: impl Fn(f32, f32) -> f32,
        color: impl Fn(f32, f32) -> Color,
    ) {
        let scale = self.px_per_unit;
        let first = |edge: f32| (edge * scale - 1.0).max(0.0) as usize;
        let last = |edge: f32, end: usize| ((edge * scale + 2.0).max(0.0) as usize).min(end);
        for row in first(top)..last(bottom, self.height_px) {
            for column in first(left)..last(right, self.width_px) {
                let (x, y) = ((column as f32 + 0.5) / scale, (row as f32 + 0.5) / scale);
                let cover = (0.5 - distance(x, y) * scale).clamp(0.0, 1.0);
                if cover > 0.0 {
                    self.blend(row * self.width_px + column, color(x, y), cover);
                }
            }
        }
    }

    fn blend(&mut self, index: usize, color: Color, cover: f32) {
        let alpha = color.alpha * cover;
        let over = [color.red * alpha, color.green * alpha, color.blue * alpha, alpha];
        for (under, over) in self.pixels[index].iter_mut().zip(over) {
            *under = over + *under * (1.0 - alpha);
        }
    }

    /// A rectangle with sharp corners.
    pub(crate) fn rect(&mut self, x: f32, y: f32, width: f32, height: f32, color: Color) {
        self.round(x, y, width, height, 0.0, color);
    }

    /// A rectangle with round corners.
    pub(crate) fn round(&mut self, x: f32, y: f32, width: f32, height: f32, radius: f32, color: Color) {
        self.paint([x, y, x + width, y + height], rounded(x, y, width, height, radius), |_, _| color);
    }

    /// A round-cornered rectangle that runs from one colour above to another below.
    pub(crate) fn fade(&mut self, [x, y, width, height]: [f32; 4], radius: f32, above: Color, below: Color) {
        self.paint([x, y, x + width, y + height], rounded(x, y, width, height, radius), |_, py| {
            above.mix(below, ((py - y) / height).clamp(0.0, 1.0))
        });
    }

    /// An ellipse around a middle.
    pub(crate) fn ellipse(&mut self, x: f32, y: f32, radius_x: f32, radius_y: f32, color: Color) {
        let distance = move |px: f32, py: f32| {
            let (dx, dy) = ((px - x) / radius_x, (py - y) / radius_y);
            let near = (dx * dx + dy * dy).sqrt();
            let (gx, gy) = (dx / radius_x, dy / radius_y);
            let slope = (gx * gx + gy * gy).sqrt();
            if slope > 1e-6 { near * (near - 1.0) / slope } else { -radius_x.min(radius_y) }
        };
        self.paint([x - radius_x, y - radius_y, x + radius_x, y + radius_y], distance, |_, _| color);
    }

    pub(crate) fn circle(&mut self, x: f32, y: f32, radius: f32, color: Color) {
        self.ellipse(x, y, radius, radius, color);
    }

    /// A straight line with round ends.
    pub(crate) fn line(&mut self, from: (f32, f32), to: (f32, f32), width: f32, color: Color) {
        let half = width / 2.0;
        let bounds =
            [from.0.min(to.0) - half, from.1.min(to.1) - half, from.0.max(to.0) + half, from.1.max(to.1) + half];
        self.paint(bounds, move |x, y| segment_distance((x, y), from, to) - half, |_, _| color);
    }

    /// A filled polygon.
    pub(crate) fn polygon(&mut self, corners: &[(f32, f32)], color: Color) {
        let mut bounds = [f32::MAX, f32::MAX, f32::MIN, f32::MIN];
        for &(x, y) in corners {
            bounds = [bounds[0].min(x), bounds[1].min(y), bounds[2].max(x), bounds[3].max(y)];
        }
        self.paint(bounds, |x, y| polygon_distance((x, y), corners), |_, _| color);
    }

    /// A soft shadow of a round-cornered rectangle; it reaches `blur` beyond the edge and as far inside.
    pub(crate) fn shadow(&mut self, [x, y, width, height]: [f32; 4], radius: f32, blur: f32, strength: f32) {
        let edge = rounded(x, y, width, height, radius);
        let bounds = [x - blur, y - blur, x + width + blur, y + height + blur];
        self.paint(
            bounds,
            |_, _| -1.0,
            |px, py| {
                let depth = ((blur - edge(px, py)) / (2.0 * blur)).clamp(0.0, 1.0);
                rgb(0x2a1a30).alpha(strength * depth * depth * (3.0 - 2.0 * depth))
            },
        );
    }

    /// A soft round light.
    pub(crate) fn glow(&mut self, x: f32, y: f32, radius: f32, color: Color) {
        self.paint(
            [x - radius, y - radius, x + radius, y + radius],
            |_, _| -1.0,
            |px, py| {
                let (dx, dy) = ((px - x) / radius, (py - y) / radius);
                let depth = (1.0 - (dx * dx + dy * dy).sqrt()).clamp(0.0, 1.0);
                color.alpha(color.alpha * depth * depth)
            },
        );
    }

    /// Swaps left and right.
    pub(crate) fn mirror(&mut self) {
        for row in self.pixels.chunks_exact_mut(self.width_px) {
            row.reverse();
        }
    }

    /// The picture with eight bits a channel.
    pub(crate) fn to_image(&self) -> RgbaImage {
        let byte = |value: f32| (value.clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
        RgbaImage::from_fn(self.width_px as u32, self.height_px as u32, |x, y| {
            let [red, green, blue, alpha] = self.pixels[y as usize * self.width_px + x as usize];
            let share = if alpha > 0.0 { 1.0 / alpha } else { 0.0 };
            Rgba([byte(red * share), byte(green * share), byte(blue * share), byte(alpha)])
        })
    }
}

/// Distance to the edge of a round-cornered rectangle.
pub(crate) fn rounded(x: f32, y: f32, width: f32, height: f32, radius: f32) -> impl Fn(f32, f32) -> f32 + Copy {
    let (half_w, half_h) = (width / 2.0, height / 2.0);
    let radius = radius.min(half_w).min(half_h);
    move |px, py| {
        let qx = (px - x - half_w).abs() - half_w + radius;
        let qy = (py - y - half_h).abs() - half_h + radius;
        let (ox, oy) = (qx.max(0.0), qy.max(0.0));
        (ox * ox + oy * oy).sqrt() + qx.max(qy).min(0.0) - radius
    }
}

fn segment_distance(point: (f32, f32), from: (f32, f32), to: (f32, f32)) -> f32 {
    let (px, py) = (point.0 - from.0, point.1 - from.1);
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length_squared = dx * dx + dy * dy;
    let share = if length_squared > 0.0 { ((px * dx + py * dy) / length_squared).clamp(0.0, 1.0) } else { 0.0 };
    let (ox, oy) = (px - dx * share, py - dy * share);
    (ox * ox + oy * oy).sqrt()
}

fn polygon_distance(point: (f32, f32), corners: &[(f32, f32)]) -> f32 {
    let mut nearest = f32::MAX;
    let mut inside = false;
    let mut from = corners[corners.len() - 1];
    for &to in corners {
        nearest = nearest.min(segment_distance(point, from, to));
        let crosses = (from.1 > point.1) != (to.1 > point.1)
            && point.0 < (to.0 - from.0) * (point.1 - from.1) / (to.1 - from.1) + from.0;
        inside ^= crosses;
        from = to;
    }
    if inside { -nearest } else { nearest }
}
