//! What a map means: where one can stand, which rooms there are, where people appear.
//!
//! A map is drawn in Tiled (TMX) and read by the server alone ([`tmx`]); clients get a [`WorldMap`] from the front desk
//! and never see the file. Positions are in tiles, x to the right, y down, the corner of the map at (0, 0).

use crate::ids::RoomId;
use serde::{Deserialize, Serialize};

/// A point of the map, in tiles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Tiles from the left edge.
    pub x: f32,
    /// Tiles from the upper edge.
    pub y: f32,
}

/// A rectangle of whole tiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TileRect {
    /// Leftmost column.
    pub x: u16,
    /// Uppermost row.
    pub y: u16,
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

/// A layer of tiles to draw, row by row. 0 is nothing; n is the n-th tile of the tile set, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TileLayer {
    /// The layer's name in the map file.
    pub name: String,
    /// `width * height` tiles.
    pub tiles: Vec<u16>,
    /// Whether the layer is drawn over the avatars (roofs, lintels, tree tops).
    pub above_people: bool,
}

/// A room that is drawn on the map.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomArea {
    /// Its id; rooms of the map are numbered from 1 in the order of the file.
    pub id: RoomId,
    /// Its name.
    pub name: String,
    /// The tiles that count as inside, without walls and doorways.
    pub inside: TileRect,
}

/// A place for a room that people create. Its walls stand always; its door is shut (cannot be walked through) while
/// the plot is free.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plot {
    /// The tiles that count as inside once a room stands here.
    pub inside: TileRect,
    /// The doorway, which is shut while the plot is free.
    pub door: TileRect,
    /// Where people are put who must leave: a free spot outside the door.
    pub doorstep: Point,
}

/// The pictures of the tiles: one image (served by the front desk beside the map) cut into equal squares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TileSet {
    /// Side of a tile in the image, in pixels.
    pub tile_px: u32,
    /// Tiles in a row of the image.
    pub columns: u32,
}

/// A whole map, as server and clients use it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorldMap {
    /// Columns of tiles.
    pub width: u16,
    /// Rows of tiles.
    pub height: u16,
    /// What to draw, lowest first.
    pub layers: Vec<TileLayer>,
    /// How to cut the tile image.
    pub tile_set: TileSet,
    /// Whether a tile can't be walked on (walls, furniture), row by row, `width * height`.
    pub solid: Vec<bool>,
    /// The rooms of the map.
    pub rooms: Vec<RoomArea>,
    /// Places for rooms that people create; a plot's number is its place in this list.
    pub plots: Vec<Plot>,
    /// Where people appear: any of these tiles.
    pub spawn: TileRect,
}

impl TileRect {
    /// Whether the point lies inside.
    #[must_use]
    pub fn contains(&self, point: Point) -> bool {
        let (x, y) = (point.x - f32::from(self.x), point.y - f32::from(self.y));
        x >= 0.0 && y >= 0.0 && x < f32::from(self.width) && y < f32::from(self.height)
    }

    /// The middle of the rectangle.
    #[must_use]
    pub fn center(&self) -> Point {
        Point {
            x: f32::from(self.x) + f32::from(self.width) / 2.0,
            y: f32::from(self.y) + f32::from(self.height) / 2.0,
        }
    }
}

impl Point {
    /// Distance to another point, in tiles.
    #[must_use]
    pub fn distance(self, other: Self) -> f32 {
        (self.x - other.x).hypot(self.y - other.y)
    }
}
