//! Reads maps that were drawn in Tiled. What its layers, classes and properties mean is written in
//! `assets/maps/README.md`.

mod layers;
mod places;
mod reach;

use super::{ShutDoor, TileSet, WorldMap, WorldMapError};
use crate::limits;
use std::{
    fs,
    io::{self, Cursor},
    path::{Path, PathBuf},
};
use thiserror::Error;
use tiled::{Loader, Map, Orientation, Tileset};

/// Why a map can't be used. Each is one sentence for whoever drew it; places are columns and rows of tiles from 0, as
/// Tiled shows them.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum MapError {
    /// The file, or the tile set it names, can't be read.
    #[error("the map {path} can't be read: {cause}")]
    Unreadable {
        /// The map.
        path: PathBuf,
        /// What the reader says.
        cause: String,
    },
    /// Isometric, hexagonal …
    #[error("the map is not orthogonal: choose that orientation in the map's properties")]
    NotOrthogonal,
    /// Without a size.
    #[error("the map is infinite: untick that in the map's properties")]
    Infinite,
    /// More tiles than positions on the wire can tell apart.
    #[error("the map is {width} by {height} tiles: it must have 1 to 256 a side")]
    Size {
        /// Columns.
        width: u32,
        /// Rows.
        height: u32,
    },
    /// None, or several.
    #[error("the map uses {0} tile sets: it must use exactly one")]
    TileSets(usize),
    /// A collection of images, gaps between tiles, or tiles of another size than the map's.
    #[error("the tile set must be one image of square tiles without margin or spacing, as large as the map's tiles")]
    TileSet,
    /// The image of the tile set.
    #[error("the tile image {path} can't be used: {cause}")]
    Image {
        /// The image.
        path: PathBuf,
        /// Why.
        cause: String,
    },
    /// One of the layers that each map has.
    #[error("the map has no {kind} layer named \"{name}\"")]
    MissingLayer {
        /// Tile or object.
        kind: &'static str,
        /// Its name.
        name: &'static str,
    },
    /// A group or an image.
    #[error("layer \"{0}\" is a group or an image: only tile layers and object layers are read")]
    LayerKind(String),
    /// A tile that is turned or mirrored.
    #[error("the tile at {x}, {y} of layer \"{layer}\" is flipped or turned, which isn't supported")]
    FlippedTile {
        /// The layer's name.
        layer: String,
        /// Column.
        x: i32,
        /// Row.
        y: i32,
    },
    /// An object of another class than its layer is for.
    #[error("object \"{name}\" in layer \"{layer}\" has the class \"{class}\", which doesn't belong there")]
    Class {
        /// The object.
        name: String,
        /// The layer's name.
        layer: String,
        /// The object's class.
        class: String,
    },
    /// An object that is no rectangle of whole tiles on the map.
    #[error("object \"{0}\" must be an unrotated rectangle of whole tiles inside the map")]
    Rectangle(String),
    /// A custom property with a value that means nothing.
    #[error("the property {property} of room \"{room}\" can't be used: {cause}")]
    Rule {
        /// The room.
        room: String,
        /// The property.
        property: &'static str,
        /// Why.
        cause: String,
    },
    /// A name that no room may have.
    #[error("the room name \"{name}\" can't be used: {cause}")]
    RoomName {
        /// The name.
        name: String,
        /// Why.
        cause: String,
    },
    /// Two rooms of one name.
    #[error("two rooms are called \"{0}\"")]
    DuplicateRoom(String),
    /// Two rooms or plots with a common tile.
    #[error("\"{0}\" and \"{1}\" overlap")]
    Overlap(String, String),
    /// More than [`limits::ROOMS`].
    #[error("the map has {0} rooms and plots: at most 256 are allowed")]
    TooManyRooms(usize),
    /// A plot that has no door object of its name or that its property names.
    #[error("plot \"{0}\" has no door: add a rectangle of class door with the plot's name")]
    NoDoor(String),
    /// A door away from its plot, or in a wall.
    #[error("the door of plot \"{0}\" must lie right beside its inside, on tiles that aren't solid")]
    Door(String),
    /// A plot with a second way in.
    #[error("plot \"{0}\" can be entered while its door is shut")]
    LeakyPlot(String),
    /// No tile to draw over shut doors.
    #[error("the map has plots, but no tile of its tile set has the class shut-door")]
    NoShutDoorTile,
    /// None, or several.
    #[error("the map has {0} spawn rectangles: it must have exactly one")]
    Spawns(usize),
    /// People would appear in a wall.
    #[error("the spawn covers the solid tile at {x}, {y}")]
    SpawnInWall {
        /// Column.
        x: u16,
        /// Row.
        y: u16,
    },
    /// Walls or furniture are in the way.
    #[error("\"{0}\" can't be reached on foot from the spawn")]
    Unreachable(String),
    /// Something that clients would refuse.
    #[error(transparent)]
    Refused(#[from] WorldMapError),
}

/// Reads a map file. Returns the map and the bytes of its tile image, a PNG.
///
/// # Errors
/// When the map is broken in any way; see [`MapError`].
pub fn read(path: &Path) -> Result<(WorldMap, Vec<u8>), MapError> {
    read_with(path, &|path| fs::read(path))
}

/// The default map, which is part of the program, and its tile image.
///
/// # Panics
/// Never: that the built-in map can be read is tested.
#[must_use]
pub fn built_in() -> (WorldMap, Vec<u8>) {
    read_with(Path::new("hallway.tmx"), &built_in_file).expect("the built-in map is tested")
}

fn built_in_file(path: &Path) -> io::Result<Vec<u8>> {
    let bytes: &[u8] = match path.file_name().and_then(|name| name.to_str()) {
        Some("hallway.tmx") => include_bytes!("../../../assets/maps/hallway.tmx"),
        Some("hallway.tsx") => include_bytes!("../../../assets/maps/hallway.tsx"),
        Some("hallway.png") => include_bytes!("../../../assets/maps/hallway.png"),
        _ => return Err(io::ErrorKind::NotFound.into()),
    };
    Ok(bytes.to_vec())
}

type ReadFile<'a> = &'a dyn Fn(&Path) -> io::Result<Vec<u8>>;

/// Reads a map with all of its files through one function.
fn read_with(path: &Path, read_file: ReadFile<'_>) -> Result<(WorldMap, Vec<u8>), MapError> {
    let reader = |path: &Path| read_file(path).map(Cursor::new);
    let map = Loader::with_reader(reader).load_tmx_map(path).map_err(|error| unreadable(path, &error))?;
    check_form(&map)?;
    let tile_set = only_tile_set(&map)?;
    let cut = cut_of(&map, tile_set)?;
    let image = read_image(tile_set, cut, read_file)?;
    let drawn = layers::read(&map)?;
    let mut world = WorldMap {
        width: map.width as u16,
        height: map.height as u16,
        layers: drawn.layers,
        tile_set: cut,
        shut_door: shut_door(tile_set),
        solid: drawn.solid,
        rooms: Vec::new(),
        plots: Vec::new(),
        spawn: super::TileRect { x: 0, y: 0, width: 0, height: 0 },
    };
    places::read(&map, &mut world)?;
    world.validate()?;
    Ok((world, image))
}

fn unreadable(path: &Path, error: &tiled::Error) -> MapError {
    MapError::Unreadable { path: path.to_owned(), cause: error.to_string() }
}

fn check_form(map: &Map) -> Result<(), MapError> {
    let sides = 1..=limits::MAP_TILES;
    if map.orientation != Orientation::Orthogonal {
        Err(MapError::NotOrthogonal)
    } else if map.infinite() {
        Err(MapError::Infinite)
    } else if !sides.contains(&map.width) || !sides.contains(&map.height) {
        Err(MapError::Size { width: map.width, height: map.height })
    } else {
        Ok(())
    }
}

fn only_tile_set(map: &Map) -> Result<&Tileset, MapError> {
    match map.tilesets() {
        [one] => Ok(one),
        several => Err(MapError::TileSets(several.len())),
    }
}

fn cut_of(map: &Map, set: &Tileset) -> Result<TileSet, MapError> {
    let size = set.tile_width;
    let square = [set.tile_height, map.tile_width, map.tile_height].iter().all(|&side| side == size);
    let fits = square && set.spacing == 0 && set.margin == 0 && set.columns > 0 && set.tilecount < u32::from(u16::MAX);
    if fits { Ok(TileSet { tile_px: size, columns: set.columns }) } else { Err(MapError::TileSet) }
}

fn read_image(set: &Tileset, cut: TileSet, read_file: ReadFile<'_>) -> Result<Vec<u8>, MapError> {
    let source = &set.image.as_ref().ok_or(MapError::TileSet)?.source;
    let fault = |cause: String| MapError::Image { path: source.clone(), cause };
    let bytes = read_file(source).map_err(|error| fault(error.to_string()))?;
    let (width, height) = png_size(&bytes).ok_or_else(|| fault("it is no PNG".into()))?;
    let rows = set.tilecount.div_ceil(cut.columns);
    let needed = (u64::from(cut.columns) * u64::from(cut.tile_px), u64::from(rows) * u64::from(cut.tile_px));
    if u64::from(width) < needed.0 || u64::from(height) < needed.1 {
        return Err(fault(format!(
            "it has {width} by {height} pixels, the tile set needs {} by {}",
            needed.0, needed.1
        )));
    }
    Ok(bytes)
}

/// Width and height from a PNG's header.
fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let rest = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    let number = |at: usize| Some(u32::from_be_bytes(rest.get(at..at + 4)?.try_into().ok()?));
    Some((number(8)?, number(12)?))
}

/// The tiles for shut doors, found by class; 0 (nothing) where there is none. One leaf serves for all if it must.
fn shut_door(set: &Tileset) -> ShutDoor {
    let numbered = |class: &str| set.tiles().filter(|(_, tile)| tile.user_type == class).map(|(id, _)| id).min();
    let number = |class: &str| numbered(class).map(|id| id as u16 + 1);
    let left = number("shut-door").unwrap_or(0);
    ShutDoor { top: number("shut-door-top").unwrap_or(left), left, right: number("shut-door-right").unwrap_or(left) }
}

#[cfg(test)]
mod tests;
