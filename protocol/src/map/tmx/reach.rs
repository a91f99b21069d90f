//! Which tiles one can walk to from the spawn.

use crate::map::{TileRect, WorldMap};

/// The tiles that were reached.
pub(super) struct Reached {
    width: u16,
    tiles: Vec<bool>,
}

impl Reached {
    pub(super) fn has(&self, x: u16, y: u16) -> bool {
        self.tiles[index(self.width, x, y)]
    }

    /// Whether any tile of an area was reached.
    pub(super) fn any(&self, area: TileRect) -> bool {
        area.tiles().any(|(x, y)| self.has(x, y))
    }
}

fn index(width: u16, x: u16, y: u16) -> usize {
    usize::from(y) * usize::from(width) + usize::from(x)
}

pub(super) fn is_solid(world: &WorldMap, x: u16, y: u16) -> bool {
    world.solid[index(world.width, x, y)]
}

/// Walks from the spawn wherever neither solid tiles nor shut doors are. An avatar fits through a gap of one tile, so
/// tiles are all there is to look at.
pub(super) fn from_spawn(world: &WorldMap, shut: &[TileRect]) -> Reached {
    let mut reached = Reached { width: world.width, tiles: vec![false; world.solid.len()] };
    let mut open = world.solid.iter().map(|solid| !solid).collect::<Vec<_>>();
    for (x, y) in shut.iter().flat_map(|door| door.tiles()) {
        open[index(world.width, x, y)] = false;
    }
    let mut ahead: Vec<(u16, u16)> = world.spawn.tiles().collect();
    while let Some((x, y)) = ahead.pop() {
        let at = index(world.width, x, y);
        if open[at] && !reached.tiles[at] {
            reached.tiles[at] = true;
            ahead.extend(neighbours(world, x, y));
        }
    }
    reached
}

/// The tiles beside an area, not those at its corners.
pub(super) fn around(world: &WorldMap, area: TileRect) -> impl Iterator<Item = (u16, u16)> {
    let beside = area.tiles().flat_map(|(x, y)| neighbours(world, x, y));
    beside.filter(move |&(x, y)| !area.has_tile(x, y))
}

fn neighbours(world: &WorldMap, x: u16, y: u16) -> impl Iterator<Item = (u16, u16)> + use<> {
    let (width, height) = (world.width, world.height);
    let steps = [
        (x.checked_sub(1), Some(y)),
        (x.checked_add(1), Some(y)),
        (Some(x), y.checked_sub(1)),
        (Some(x), y.checked_add(1)),
    ];
    steps.into_iter().filter_map(|(x, y)| Some((x?, y?))).filter(move |&(x, y)| x < width && y < height)
}
