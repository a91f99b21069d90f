//! Where the pictures of a call stand: one fills the space with the own one in its corner, several make a grid, and a
//! chosen or shared one is large with the others beside it.

use super::{
    CallModel,
    tile::{self, Tile},
};
use crate::net::snapshot::{CallView, Snapshot};
use bevy_egui::egui::{Rect, Ui, Vec2, pos2, vec2};
use hallway_protocol::{ids::PersonId, video::Source};

/// Shape of a tile: most cameras', width by height.
const SHAPE: f32 = 16.0 / 9.0;
/// Distance between tiles, in points.
const GAP: f32 = 6.0;
/// The own picture in the corner of another one is this part of its width.
const INSET: f32 = 0.28;
/// Pictures beside a large one in a small call at most.
const BESIDE: usize = 3;
/// A strip of small pictures beside a large one takes this part of the space.
const STRIP: f32 = 0.2;

/// How large the stage of a small call is, at `width` points.
#[must_use]
pub fn small_size(call: &CallView, me: Option<PersonId>, width: f32) -> Vec2 {
    let chosen = shared(call, me);
    let tiles = shown(call, me, chosen, false);
    match tiles.len() {
        0 | 1 => vec2(width, width / SHAPE),
        _ if chosen.is_some() => vec2(width, (width / SHAPE + GAP) / (1.0 - STRIP)),
        count => {
            let columns = columns(count);
            let rows = count.div_ceil(columns) as f32;
            let tile = (width - GAP * (columns as f32 - 1.0)) / columns as f32;
            vec2(width, rows * tile / SHAPE + (rows - 1.0) * GAP)
        }
    }
}

/// Shows the tiles in a rectangle, and enlarges one that is clicked, or the grid again.
pub fn show(ui: &mut Ui, rect: Rect, call: &CallView, model: &mut CallModel, snapshot: &Snapshot) {
    let me = snapshot.me.as_ref().map(|me| me.id);
    let chosen = if model.large { model.chosen.or_else(|| shared(call, me)) } else { shared(call, me) };
    let tiles = shown(call, me, chosen, model.large);
    let placed = place(rect, &tiles, chosen);
    let mut clicked = None;
    for (tile, rect) in tiles.iter().zip(placed) {
        if tile::show(ui, rect, *tile, call, model, snapshot).clicked() {
            clicked = Some(*tile);
        }
    }
    // The own picture lies in the corner of the only other one.
    if let Some(own) = inset(call, me, &tiles) {
        let width = (rect.width() * INSET).clamp(72.0, 220.0);
        let size = vec2(width, width / SHAPE);
        let at = Rect::from_min_size(rect.right_bottom() - size - Vec2::splat(8.0), size);
        if tile::show(ui, at, own, call, model, snapshot).clicked() {
            clicked = Some(own);
        }
    }
    if let Some(tile) = clicked {
        let this = (tile.person, tile.source);
        let again = model.large && model.chosen == Some(this);
        model.chosen = (!again).then_some(this);
        model.large = true;
    }
}

/// Who shares a screen: that is what everybody looks at unless they choose otherwise.
fn shared(call: &CallView, me: Option<PersonId>) -> Option<(PersonId, Source)> {
    let tiles = tile::all(call, me);
    tiles.iter().find(|tile| tile.source == Source::Screen).map(|tile| (tile.person, tile.source))
}

/// The tiles that have places of their own, the large one first.
fn shown(call: &CallView, me: Option<PersonId>, chosen: Option<(PersonId, Source)>, large: bool) -> Vec<Tile> {
    let mut tiles = tile::all(call, me);
    if let Some(place) = tiles.iter().position(|tile| Some((tile.person, tile.source)) == chosen) {
        tiles[..=place].rotate_right(1);
        if !large {
            // There is room for a few beside it: whoever speaks is among them.
            tiles[1..].sort_by_key(|tile| !call.speaking.contains(&tile.person));
            tiles.truncate(1 + BESIDE);
        }
    } else if tiles.len() == 2 {
        // Of two, the own one lies in the other's corner, or is not shown as long as it is only a portrait.
        tiles.retain(|tile| Some(tile.person) != me);
    }
    tiles
}

fn inset(call: &CallView, me: Option<PersonId>, tiles: &[Tile]) -> Option<Tile> {
    let person = me.filter(|_| tiles.len() == 1 && call.camera_wanted)?;
    tiles.iter().all(|tile| tile.person != person).then_some(Tile { person, source: Source::Camera })
}

/// Where each tile goes: in a grid, or the first one large and the others in a strip.
fn place(rect: Rect, tiles: &[Tile], chosen: Option<(PersonId, Source)>) -> Vec<Rect> {
    let first = tiles.first().map(|tile| (tile.person, tile.source));
    let is_chosen = chosen.is_some() && first == chosen;
    match tiles.len() {
        0 => Vec::new(),
        1 => vec![rect],
        count if is_chosen => beside(rect, count),
        count => grid(rect, count),
    }
}

/// One large, the others in a strip: below it, or at the right where the space is wide.
fn beside(rect: Rect, count: usize) -> Vec<Rect> {
    let others = (count - 1) as f32;
    let is_wide = rect.width() > rect.height() * 1.9;
    let mut places = Vec::with_capacity(count);
    if is_wide {
        let height = ((rect.height() - GAP * (others - 1.0)) / others).min(rect.width() * STRIP / SHAPE);
        let width = height * SHAPE;
        places.push(rect.with_max_x(rect.right() - width - GAP));
        places.extend((0..count - 1).map(|n| {
            let top = rect.top() + n as f32 * (height + GAP);
            Rect::from_min_size(pos2(rect.right() - width, top), vec2(width, height))
        }));
    } else {
        let width = ((rect.width() - GAP * (others - 1.0)) / others).min(rect.height() * STRIP * SHAPE);
        let height = width / SHAPE;
        places.push(rect.with_max_y(rect.bottom() - height - GAP));
        places.extend((0..count - 1).map(|n| {
            let left = rect.left() + n as f32 * (width + GAP);
            Rect::from_min_size(pos2(left, rect.bottom() - height), vec2(width, height))
        }));
    }
    places
}

/// As near to a square as the count allows.
fn columns(count: usize) -> usize {
    (1..=count).find(|columns| columns * columns >= count).unwrap_or(1)
}

/// Rows of tiles as large as fit, the last row in the middle.
fn grid(rect: Rect, count: usize) -> Vec<Rect> {
    let size = |columns: usize| {
        let rows = count.div_ceil(columns) as f32;
        let width = (rect.width() - GAP * (columns as f32 - 1.0)) / columns as f32;
        let height = (rect.height() - GAP * (rows - 1.0)) / rows;
        let width = width.min(height * SHAPE);
        vec2(width, width / SHAPE)
    };
    let best = (1..=count).max_by(|a, b| size(*a).x.total_cmp(&size(*b).x)).unwrap_or(1);
    let tile = size(best);
    let rows = count.div_ceil(best);
    let height = rows as f32 * (tile.y + GAP) - GAP;
    (0..count)
        .map(|n| {
            let (row, column) = (n / best, n % best);
            let in_row = if row + 1 == rows { count - row * best } else { best };
            let width = in_row as f32 * (tile.x + GAP) - GAP;
            let left = rect.center().x - width / 2.0 + column as f32 * (tile.x + GAP);
            let top = rect.center().y - height / 2.0 + row as f32 * (tile.y + GAP);
            Rect::from_min_size(pos2(left, top), tile)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apart(places: &[Rect], within: Rect) {
        for (n, a) in places.iter().enumerate() {
            assert!(within.expand(0.1).contains_rect(*a), "{a:?} in {within:?}");
            assert!(places[n + 1..].iter().all(|b| !a.shrink(0.1).intersects(*b)), "{places:?}");
        }
    }

    #[test]
    fn up_to_nine_tiles_fit_any_space_without_covering_each_other() {
        for size in [vec2(300.0, 170.0), vec2(640.0, 700.0), vec2(1600.0, 500.0)] {
            let rect = Rect::from_min_size(pos2(5.0, 7.0), size);
            for count in 1..=9 {
                let places = grid(rect, count);
                assert_eq!(places.len(), count);
                apart(&places, rect);
                if count > 1 {
                    let places = beside(rect, count);
                    apart(&places, rect);
                    let large = places[0].area();
                    assert!(places[1..].iter().all(|place| place.area() < large), "{count} in {size:?}");
                }
            }
        }
    }

    #[test]
    fn nine_are_three_by_three_in_a_wide_space() {
        let places = grid(Rect::from_min_size(pos2(0.0, 0.0), vec2(1600.0, 900.0)), 9);
        assert!((places[0].top() - places[2].top()).abs() < 0.1 && places[3].top() > places[2].bottom());
    }
}
