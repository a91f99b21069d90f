//! The map's picture: its layers drawn into large squares, those below the people and those above, and the doors of
//! free plots shut.

use super::{WorldSystems, depth, own::open_plots};
use crate::{face::link::Link, net::snapshot::LoadedMap};
use bevy::{
    asset::RenderAssetUsages,
    image::{CompressedImageFormats, ImageSampler, ImageType},
    prelude::*,
    render::render_resource::{Extent3d, TextureDimension, TextureFormat},
};
use hallway_protocol::map::{TileSet, WorldMap};
use std::collections::HashMap;

/// Side of a square, in tiles.
const CHUNK: u16 = 16;

/// One square of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Chunk {
    column: u16,
    row: u16,
    above: bool,
}

/// The picture as it is shown.
#[derive(Resource, Default)]
struct Picture {
    digest: String,
    open: Vec<u16>,
    sheet: Option<Sheet>,
    chunks: HashMap<Chunk, (Entity, Handle<Image>)>,
}

/// The tile set's picture, four bytes a pixel.
struct Sheet {
    pixels: Vec<u8>,
    width: usize,
    height: usize,
    set: TileSet,
}

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Picture>().add_systems(Update, follow_map.in_set(WorldSystems::Follow));
}

/// Draws the picture anew when the map is another, and the squares round a plot when its door opens or shuts.
fn follow_map(
    link: Res<Link>,
    mut picture: ResMut<Picture>,
    mut images: ResMut<Assets<Image>>,
    mut commands: Commands,
) {
    let snapshot = link.snapshot();
    let Some(loaded) = &snapshot.map else { return };
    let open = open_plots(snapshot);
    let is_new = picture.digest != loaded.digest;
    if !is_new && picture.open == open {
        return;
    }
    if is_new {
        for (entity, _) in std::mem::take(&mut picture.chunks).into_values() {
            commands.entity(entity).despawn();
        }
        picture.sheet = Sheet::read(loaded);
        picture.digest.clone_from(&loaded.digest);
    }
    let Some(sheet) = &picture.sheet else { return };
    let drawn = squares(&loaded.map)
        .filter(|chunk| is_new || touches_change(*chunk, &loaded.map, &picture.open, &open))
        .filter_map(|chunk| Some((chunk, draw(&loaded.map, sheet, &open, chunk)?)))
        .collect::<Vec<_>>();
    for (chunk, image) in drawn {
        if let Some((_, handle)) = picture.chunks.get(&chunk) {
            // The handle is held here, so its image is there.
            let _ = images.insert(handle, image);
            continue;
        }
        let handle = images.add(image);
        let entity = commands.spawn(sprite(chunk, handle.clone())).id();
        picture.chunks.insert(chunk, (entity, handle));
    }
    picture.open = open;
}

fn sprite(chunk: Chunk, image: Handle<Image>) -> impl Bundle {
    let side = f32::from(CHUNK);
    let (x, y) = (f32::from(chunk.column) * side, f32::from(chunk.row) * side);
    let z = if chunk.above { depth::ROOFS } else { depth::GROUND };
    (
        Name::new(format!("map square {},{}", chunk.column, chunk.row)),
        Sprite { image, custom_size: Some(Vec2::splat(side)), ..default() },
        Transform::from_xyz(x + side / 2.0, -(y + side / 2.0), z),
    )
}

fn squares(map: &WorldMap) -> impl Iterator<Item = Chunk> {
    let (columns, rows) = (map.width.div_ceil(CHUNK), map.height.div_ceil(CHUNK));
    (0..rows).flat_map(move |row| {
        (0..columns).flat_map(move |column| [false, true].map(|above| Chunk { column, row, above }))
    })
}

/// Whether a plot whose door opened or shut reaches into the square.
fn touches_change(chunk: Chunk, map: &WorldMap, before: &[u16], after: &[u16]) -> bool {
    let changed = |plot: &u16| before.contains(plot) != after.contains(plot);
    let plots = before.iter().chain(after).filter(|plot| changed(plot));
    plots.filter_map(|plot| map.plots.get(usize::from(*plot))).any(|plot| {
        let reach = |start: u16, length: u16, place: u16| start / CHUNK <= place && (start + length) / CHUNK >= place;
        reach(plot.door.x, plot.door.width, chunk.column) && reach(plot.door.y, plot.door.height, chunk.row)
    })
}

/// Draws a square; `None` when nothing is in it.
fn draw(map: &WorldMap, sheet: &Sheet, open: &[u16], chunk: Chunk) -> Option<Image> {
    let tile_px = sheet.set.tile_px as usize;
    let side_px = usize::from(CHUNK) * tile_px;
    let mut pixels = vec![0_u8; side_px * side_px * 4];
    let mut is_empty = true;
    let mut put = |x: u16, y: u16, tile: u16| {
        let inside = x / CHUNK == chunk.column && y / CHUNK == chunk.row;
        if tile != 0 && inside {
            let at = (usize::from(x % CHUNK) * tile_px, usize::from(y % CHUNK) * tile_px);
            sheet.blit(tile, &mut pixels, side_px, at);
            is_empty = false;
        }
    };
    for layer in map.layers.iter().filter(|layer| layer.above_people == chunk.above) {
        let last = ((chunk.column + 1) * CHUNK, (chunk.row + 1) * CHUNK);
        for y in chunk.row * CHUNK..last.1.min(map.height) {
            for x in chunk.column * CHUNK..last.0.min(map.width) {
                let place = usize::from(y) * usize::from(map.width) + usize::from(x);
                put(x, y, layer.tiles.get(place).copied().unwrap_or(0));
            }
        }
    }
    if !chunk.above {
        shut_doors(map, open, put);
    }
    (!is_empty).then(|| image(pixels, side_px))
}

/// Puts shut doors where no room stands behind them.
fn shut_doors(map: &WorldMap, open: &[u16], mut put: impl FnMut(u16, u16, u16)) {
    let is_free = |(number, _): &(usize, _)| !open.iter().any(|plot| usize::from(*plot) == *number);
    for (_, plot) in map.plots.iter().enumerate().filter(is_free) {
        for (x, y) in plot.door.tiles() {
            put(x, y, map.shut_door.tile(plot.door, x, y));
        }
    }
}

fn image(pixels: Vec<u8>, side_px: usize) -> Image {
    let size = Extent3d { width: side_px as u32, height: side_px as u32, depth_or_array_layers: 1 };
    let format = TextureFormat::Rgba8UnormSrgb;
    let mut image = Image::new(size, TextureDimension::D2, pixels, format, RenderAssetUsages::RENDER_WORLD);
    image.sampler = ImageSampler::linear();
    image
}

impl Sheet {
    /// Reads the picture; one that can't be read is told once, and the world stays dark.
    fn read(loaded: &LoadedMap) -> Option<Self> {
        let image = Image::from_buffer(
            &loaded.tiles_png,
            ImageType::Extension("png"),
            CompressedImageFormats::NONE,
            true,
            ImageSampler::linear(),
            RenderAssetUsages::MAIN_WORLD,
        );
        let image = match image.map(|image| image.convert(TextureFormat::Rgba8UnormSrgb)) {
            Ok(Some(image)) => image,
            Ok(None) => return None,
            Err(error) => {
                tracing::error!(%error, "the map's tiles can't be read");
                return None;
            }
        };
        let (width, height) = (image.width() as usize, image.height() as usize);
        let set = loaded.map.tile_set;
        let fits = set.columns > 0 && set.tile_px > 0 && (set.columns * set.tile_px) as usize <= width;
        fits.then_some(Self { pixels: image.data?, width, height, set })
    }

    /// Draws a tile (counted from 1) over what is there.
    fn blit(&self, tile: u16, onto: &mut [u8], onto_width: usize, (x, y): (usize, usize)) {
        let index = u32::from(tile) - 1;
        let side = self.set.tile_px as usize;
        let from_x = (index % self.set.columns) as usize * side;
        let from_y = (index / self.set.columns) as usize * side;
        if from_y + side > self.height {
            return;
        }
        for row in 0..side {
            let from = ((from_y + row) * self.width + from_x) * 4;
            let to = ((y + row) * onto_width + x) * 4;
            over(&self.pixels[from..from + side * 4], &mut onto[to..to + side * 4]);
        }
    }
}

/// Lays one row of pixels over another.
fn over(from: &[u8], onto: &mut [u8]) {
    for (from, onto) in from.chunks_exact(4).zip(onto.chunks_exact_mut(4)) {
        let (front, back) = (u32::from(from[3]), u32::from(onto[3]));
        let rest = back * (255 - front) / 255;
        let alpha = front + rest;
        if front == 0 || alpha == 0 {
            continue;
        }
        for channel in 0..3 {
            let mixed = (u32::from(from[channel]) * front + u32::from(onto[channel]) * rest) / alpha;
            onto[channel] = mixed as u8;
        }
        onto[3] = alpha as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clear_pixel_leaves_what_is_there_and_an_opaque_one_covers_it() {
        let mut onto = [10, 20, 30, 255, 0, 0, 0, 0, 100, 100, 100, 255];
        over(&[9, 9, 9, 0, 1, 2, 3, 255, 200, 200, 200, 128], &mut onto);
        assert_eq!(onto, [10, 20, 30, 255, 1, 2, 3, 255, 150, 150, 150, 255]);
    }
}
