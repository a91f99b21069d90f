//! The few pictures that avatars are made of, computed once at the start: bodies, shadow, ring, eyes.

use super::palette::Shape;
use bevy::{
    asset::RenderAssetUsages,
    image::ImageSampler,
    platform::collections::HashMap,
    prelude::*,
    render::render_resource::{Extent3d, TextureDimension, TextureFormat},
};

/// Side of a picture, in pixels: more than an avatar ever has on the screen at the nearest.
const SIDE_PX: usize = 160;
/// The body's radius in a picture, where the picture's half is 1: room is left for the soft edge.
pub const BODY: f32 = 0.92;

/// The pictures.
#[derive(Resource)]
pub struct Shapes {
    /// Bodies in shades of grey, to be tinted.
    pub bodies: HashMap<Shape, Handle<Image>>,
    /// A soft round shadow.
    pub shadow: Handle<Image>,
    /// A ring, white.
    pub ring: Handle<Image>,
    /// A soft light, white.
    pub glow: Handle<Image>,
    /// An eye with its pupil in the middle.
    pub eye: Handle<Image>,
}

impl FromWorld for Shapes {
    fn from_world(world: &mut World) -> Self {
        let mut images = world.resource_mut::<Assets<Image>>();
        let mut add = |pixel: &dyn Fn(f32, f32) -> [f32; 4]| images.add(picture(pixel));
        Self {
            bodies: Shape::ALL.into_iter().map(|shape| (shape, add(&|x, y| body(shape, x, y)))).collect(),
            shadow: add(&|x, y| [0.05, 0.03, 0.1, 0.5 * fall(x.hypot(y), 0.25, 0.98)]),
            ring: add(&|x, y| [1.0, 1.0, 1.0, cover(0.94 - x.hypot(y)) * cover(x.hypot(y) - 0.82)]),
            glow: add(&|x, y| [1.0, 1.0, 1.0, fall(x.hypot(y), 0.55, 1.0)]),
            eye: add(&|x, y| eye(x, y)),
        }
    }
}

/// A picture from a function of place (-1 to 1 both ways, y down) to colour and cover.
fn picture(pixel: &dyn Fn(f32, f32) -> [f32; 4]) -> Image {
    let place = |at: usize| (at as f32 + 0.5) / SIDE_PX as f32 * 2.0 - 1.0;
    let pixels = (0..SIDE_PX)
        .flat_map(|y| (0..SIDE_PX).map(move |x| (x, y)))
        .flat_map(|(x, y)| pixel(place(x), place(y)).map(|c| (c.clamp(0.0, 1.0) * 255.0).round() as u8))
        .collect();
    let size = Extent3d { width: SIDE_PX as u32, height: SIDE_PX as u32, depth_or_array_layers: 1 };
    let format = TextureFormat::Rgba8UnormSrgb;
    let mut image = Image::new(size, TextureDimension::D2, pixels, format, RenderAssetUsages::RENDER_WORLD);
    image.sampler = ImageSampler::linear();
    image
}

/// A body: light from above, a darker rim that stands out from any floor.
fn body(shape: Shape, x: f32, y: f32) -> [f32; 4] {
    let distance = x.hypot(y);
    let radius = shape.radius(y.atan2(x)) * BODY;
    let inside = radius - distance;
    let light = 0.97 - 0.16 * fall(1.0 - (y * 0.5 + 0.5), 0.0, 0.62) + 0.05 * fall((x + 0.3).hypot(y + 0.45), 0.0, 0.5);
    let rim = 1.0 - cover((inside - 0.075) * 0.8);
    let grey = light * (1.0 - 0.62 * rim);
    [grey, grey * (1.0 - 0.02 * rim), grey, cover(inside)]
}

fn eye(x: f32, y: f32) -> [f32; 4] {
    let pupil = cover(0.78 - x.hypot(y));
    let shine = cover(0.24 - (x + 0.25).hypot(y + 0.3));
    let ink = [0.16, 0.12, 0.16];
    [0, 1, 2].map(|channel| ink[channel] + (1.0 - ink[channel]) * shine).into_iter().chain([pupil]).collect::<Vec<_>>()
        [..4]
        .try_into()
        .unwrap_or_default()
}

/// How much of a pixel is covered that lies this far inside an edge.
fn cover(inside: f32) -> f32 {
    (inside * SIDE_PX as f32 / 2.0 + 0.5).clamp(0.0, 1.0)
}

/// 1 up to `from`, 0 beyond `to`, smooth between.
fn fall(distance: f32, from: f32, to: f32) -> f32 {
    let t = ((to - distance) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}
