//! The tile layers: what is drawn, and which tiles are solid.

use super::MapError;
use crate::map::TileLayer;
use tiled::{FiniteTileLayer, LayerType, Map, Properties, PropertyValue, TileLayer as TiledLayer};

/// Tile layers that each map must have.
const REQUIRED: [&str; 2] = ["floor", "walls"];

/// What the tile layers say.
pub(super) struct Drawn {
    /// All visible tile layers, lowest first.
    pub(super) layers: Vec<TileLayer>,
    /// The solid tiles, row by row.
    pub(super) solid: Vec<bool>,
}

pub(super) fn read(map: &Map) -> Result<Drawn, MapError> {
    let mut drawn = Drawn { layers: Vec::new(), solid: vec![false; (map.width * map.height) as usize] };
    for layer in map.layers() {
        match layer.layer_type() {
            LayerType::Tiles(TiledLayer::Finite(tiles)) => {
                let solid_layer = flag(&layer.properties, "solid");
                let tiles = read_tiles(map, &layer.name, tiles, solid_layer, &mut drawn.solid)?;
                if layer.visible {
                    let above_people = flag(&layer.properties, "above_people");
                    drawn.layers.push(TileLayer { name: layer.name.clone(), tiles, above_people });
                }
            }
            LayerType::Tiles(TiledLayer::Infinite(_)) => return Err(MapError::Infinite),
            LayerType::Objects(_) => {}
            LayerType::Image(_) | LayerType::Group(_) => return Err(MapError::LayerKind(layer.name.clone())),
        }
    }
    for name in REQUIRED {
        if !drawn.layers.iter().any(|layer| layer.name == name) {
            return Err(MapError::MissingLayer { kind: "tile", name });
        }
    }
    Ok(drawn)
}

fn read_tiles(
    map: &Map,
    name: &str,
    layer: FiniteTileLayer<'_>,
    solid_layer: bool,
    solid: &mut [bool],
) -> Result<Vec<u16>, MapError> {
    let mut tiles = vec![0; solid.len()];
    for (index, tile) in tiles.iter_mut().enumerate() {
        let (x, y) = ((index % map.width as usize) as i32, (index / map.width as usize) as i32);
        let Some(placed) = layer.get_tile(x, y) else { continue };
        if placed.flip_h || placed.flip_v || placed.flip_d {
            return Err(MapError::FlippedTile { layer: name.to_owned(), x, y });
        }
        *tile = u16::try_from(placed.id() + 1).map_err(|_| MapError::TileSet)?;
        solid[index] |= solid_layer || placed.get_tile().is_some_and(|tile| flag(&tile.properties, "solid"));
    }
    Ok(tiles)
}

fn flag(properties: &Properties, name: &str) -> bool {
    matches!(properties.get(name), Some(PropertyValue::BoolValue(true)))
}
