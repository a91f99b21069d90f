//! What a map means: where one can stand, which rooms there are, where people appear.
//!
//! A map is drawn in Tiled (TMX) and read by the server alone ([`tmx`]); clients get a [`WorldMap`] from the front desk
//! and never see the file. Positions are in tiles, x to the right, y down, the corner of the map at (0, 0).

mod check;
pub mod tmx;

pub use check::WorldMapError;

use crate::{
    floor::{FloorPolicy, QueueRule},
    ids::RoomId,
};
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
    /// Who may talk in it; `None` leaves that to the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<FloorPolicy>,
    /// What becomes of requests while somebody talks; `None` leaves that to the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueRule>,
    /// Whether turns are kept in its history, where one talks at a time.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub talk_log: bool,
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

/// What is drawn over a plot's door while it is shut, as tile numbers of the tile set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShutDoor {
    /// Fills all rows of the door but the lowest.
    pub top: u16,
    /// The lowest row's first, third … column.
    pub left: u16,
    /// The lowest row's second, fourth … column.
    pub right: u16,
}

/// Where a person is, if not in the hall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a room of the map.
    Room(RoomId),
    /// On a plot, by its number: in the room that stands there, if any.
    Plot(usize),
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
    /// What to draw over the doors of free plots.
    pub shut_door: ShutDoor,
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
    /// All tiles, row by row, as columns and rows of the map.
    pub fn tiles(self) -> impl Iterator<Item = (u16, u16)> {
        let (right, lower) = (self.x.saturating_add(self.width), self.y.saturating_add(self.height));
        (self.y..lower).flat_map(move |y| (self.x..right).map(move |x| (x, y)))
    }

    /// Whether a tile belongs to it.
    #[must_use]
    pub fn has_tile(&self, x: u16, y: u16) -> bool {
        x >= self.x && y >= self.y && x - self.x < self.width && y - self.y < self.height
    }

    /// Whether both share a tile.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let apart = |a: u16, a_len: u16, b: u16, b_len: u16| {
            u32::from(a) + u32::from(a_len) <= u32::from(b) || u32::from(b) + u32::from(b_len) <= u32::from(a)
        };
        !apart(self.x, self.width, other.x, other.width) && !apart(self.y, self.height, other.y, other.height)
    }

    /// Whether it has tiles and all of them lie on a map of that size.
    #[must_use]
    pub fn fits(&self, width: u16, height: u16) -> bool {
        let within =
            |from: u16, count: u16, end: u16| count > 0 && u32::from(from) + u32::from(count) <= u32::from(end);
        within(self.x, self.width, width) && within(self.y, self.height, height)
    }

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

impl ShutDoor {
    /// The tile that covers a tile of the door, given in columns and rows of the map.
    #[must_use]
    pub fn tile(&self, door: TileRect, x: u16, y: u16) -> u16 {
        let lowest = y + 1 >= door.y.saturating_add(door.height);
        match (lowest, x.saturating_sub(door.x) % 2) {
            (false, _) => self.top,
            (true, 0) => self.left,
            (true, _) => self.right,
        }
    }
}

impl WorldMap {
    /// The room or plot whose inside holds the point; `None` is the hall (or a wall).
    #[must_use]
    pub fn place_at(&self, point: Point) -> Option<Place> {
        let room = self.rooms.iter().find(|room| room.inside.contains(point)).map(|room| Place::Room(room.id));
        room.or_else(|| self.plots.iter().position(|plot| plot.inside.contains(point)).map(Place::Plot))
    }

    /// The map as the front desk hands it out.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a map has text keys only")
    }

    /// The hash of the map; see [`digest`].
    #[must_use]
    pub fn digest(&self) -> String {
        digest(&self.to_json())
    }
}

/// The hash of a map's JSON: blake3, in hexadecimal. Tells a client whether it has this map already.
#[must_use]
pub fn digest(json: &[u8]) -> String {
    blake3::hash(json).to_hex().to_string()
}

impl Point {
    /// Distance to another point, in tiles.
    #[must_use]
    pub fn distance(self, other: Self) -> f32 {
        (self.x - other.x).hypot(self.y - other.y)
    }
}
