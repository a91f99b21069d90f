//! What a client checks about a map before it uses it: a server may be hostile.

use super::WorldMap;
use crate::{limits, names::RoomName};
use thiserror::Error;

/// Most layers of a map.
const LAYERS: usize = 16;
/// Longest name of a layer, in bytes.
const LAYER_NAME_BYTES: usize = 64;
/// Sides of tiles that can be drawn, in pixels.
const TILE_PX: std::ops::RangeInclusive<u32> = 8..=128;
/// Most tiles in a row of the tile image.
const COLUMNS: std::ops::RangeInclusive<u32> = 1..=256;

/// Why a map that came over the wire can't be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum WorldMapError {
    /// No tiles, or more than [`limits::MAP_TILES`] a side.
    #[error("a map of {width} by {height} tiles can't be used")]
    Size {
        /// Columns.
        width: u16,
        /// Rows.
        height: u16,
    },
    /// Too many layers, or one of the wrong length.
    #[error("the map's layers don't fit its size")]
    Layers,
    /// The tile set can't be cut.
    #[error("the map's tile set can't be used")]
    TileSet,
    /// A room that can't be.
    #[error("room {0} of the map can't be used")]
    Room(usize),
    /// More rooms and plots than [`limits::ROOMS`].
    #[error("the map has {0} rooms and plots, too many")]
    TooManyRooms(usize),
    /// A plot that can't be.
    #[error("plot {0} of the map can't be used")]
    Plot(usize),
    /// The spawn lies outside.
    #[error("the map's spawn lies outside of it")]
    Spawn,
}

impl WorldMap {
    /// Checks that sizes agree and all things lie on the map, so that drawing it and walking on it can't fail.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn validate(&self) -> Result<(), WorldMapError> {
        let (width, height) = (self.width, self.height);
        let sides = 1..=limits::MAP_TILES;
        if !sides.contains(&u32::from(width)) || !sides.contains(&u32::from(height)) {
            return Err(WorldMapError::Size { width, height });
        }
        let tiles = usize::from(width) * usize::from(height);
        let layer_fits = |layer: &super::TileLayer| layer.tiles.len() == tiles && layer.name.len() <= LAYER_NAME_BYTES;
        if self.layers.len() > LAYERS || !self.layers.iter().all(layer_fits) || self.solid.len() != tiles {
            return Err(WorldMapError::Layers);
        }
        if !TILE_PX.contains(&self.tile_set.tile_px) || !COLUMNS.contains(&self.tile_set.columns) {
            return Err(WorldMapError::TileSet);
        }
        let places = self.rooms.len() + self.plots.len();
        if places > limits::ROOMS {
            return Err(WorldMapError::TooManyRooms(places));
        }
        self.check_places()
    }

    fn check_places(&self) -> Result<(), WorldMapError> {
        let fits = |rect: &super::TileRect| rect.fits(self.width, self.height);
        let bad_room = |room: &super::RoomArea| !fits(&room.inside) || RoomName::new(&room.name).is_err();
        if let Some(number) = self.rooms.iter().position(bad_room) {
            return Err(WorldMapError::Room(number));
        }
        let on_map = |at: super::Point| {
            (0.0..=f32::from(self.width)).contains(&at.x) && (0.0..=f32::from(self.height)).contains(&at.y)
        };
        let bad_plot = |plot: &super::Plot| !fits(&plot.inside) || !fits(&plot.door) || !on_map(plot.doorstep);
        if let Some(number) = self.plots.iter().position(bad_plot) {
            return Err(WorldMapError::Plot(number));
        }
        if fits(&self.spawn) { Ok(()) } else { Err(WorldMapError::Spawn) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::tmx::built_in;

    #[test]
    fn the_built_in_map_is_valid_and_survives_json() {
        let (map, _) = built_in();
        assert_eq!(map.validate(), Ok(()));
        let back: WorldMap = serde_json::from_slice(&serde_json::to_vec(&map).unwrap()).unwrap();
        assert_eq!(back, map);
        assert_eq!(back.digest(), map.digest());
    }

    #[test]
    fn a_hostile_map_is_refused() {
        let cases: [(fn(&mut WorldMap), WorldMapError); 9] = [
            (|map| map.width = 0, WorldMapError::Size { width: 0, height: 44 }),
            (|map| map.height = 257, WorldMapError::Size { width: 64, height: 257 }),
            (|map| map.solid.truncate(9), WorldMapError::Layers),
            (|map| map.layers[0].tiles.clear(), WorldMapError::Layers),
            (|map| map.tile_set.columns = 0, WorldMapError::TileSet),
            (|map| map.rooms[1].inside.x = u16::MAX, WorldMapError::Room(1)),
            (|map| map.rooms[0].name = "\u{202e}".into(), WorldMapError::Room(0)),
            (|map| map.plots[2].doorstep.x = f32::NAN, WorldMapError::Plot(2)),
            (|map| map.spawn.height = 0, WorldMapError::Spawn),
        ];
        for (spoil, error) in cases {
            let (mut map, _) = built_in();
            spoil(&mut map);
            assert_eq!(map.validate(), Err(error));
        }
    }
}
