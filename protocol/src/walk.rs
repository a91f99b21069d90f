//! The walking rule that server and client share: a round avatar among solid tiles, which slides along walls; and the
//! server's judge, who puts back those who don't keep to it.

mod judge;

pub use judge::{Cause, PutBack, WalkJudge};

use crate::{
    limits::{AVATAR_RADIUS_TILES, WALK_TILES_PER_SECOND},
    map::{Plot, Point, WorldMap},
};
use std::time::Duration;

/// Longest way walked before walls are looked at again: well under the radius, so that no wall is ever jumped.
const SUBSTEP_TILES: f32 = 0.1;
/// Longest time of one step; the rest is lost. A client that was stopped for longer goes on from where it was.
const LONGEST_STEP: Duration = Duration::from_secs(1);
/// How far from a wall sliding keeps, so that rounding never ends inside it.
const SKIN_TILES: f32 = 1e-3;

/// Where one can stand: the map's solid tiles and the doors of its plots.
#[derive(Clone, Debug)]
pub struct Ground {
    width: i32,
    height: i32,
    /// Solid tiles, shut doors included.
    solid: Vec<bool>,
    /// Solid tiles when all doors are open.
    walls: Vec<bool>,
    plots: Vec<Plot>,
}

impl Ground {
    /// The ground of a map with the doors of all plots shut.
    #[must_use]
    pub fn new(map: &WorldMap) -> Self {
        let (width, height) = (i32::from(map.width), i32::from(map.height));
        let mut walls = map.solid.clone();
        walls.resize(width as usize * height as usize, true);
        let plots = map.plots.clone();
        let mut ground = Self { width, height, solid: walls.clone(), walls, plots };
        for plot in 0..ground.plots.len() {
            ground.set_plot_open(plot, false);
        }
        ground
    }

    /// Opens the door of a plot (a room stands there now) or shuts it. A number without a plot does nothing.
    pub fn set_plot_open(&mut self, plot: usize, open: bool) {
        let Some(&Plot { door, .. }) = self.plots.get(plot) else { return };
        let (width, height) = self.size();
        for (x, y) in door.tiles().take(usize::from(width) * usize::from(height)) {
            if let Some(index) = self.index(i32::from(x), i32::from(y)) {
                self.solid[index] = !open || self.walls[index];
            }
        }
    }

    /// Columns and rows of the map.
    #[must_use]
    pub fn size(&self) -> (u16, u16) {
        (self.width as u16, self.height as u16)
    }

    /// Whether a tile can't be walked on now; all tiles outside the map can't.
    #[must_use]
    pub fn is_solid(&self, x: i32, y: i32) -> bool {
        self.index(x, y).is_none_or(|index| self.solid[index])
    }

    /// Whether an avatar can stand with its middle here.
    #[must_use]
    pub fn is_free(&self, point: Point) -> bool {
        self.has_room(point, AVATAR_RADIUS_TILES)
    }

    /// Walks for a time in a direction (x to the right, y down; a length under 1 walks slower), sliding along walls.
    /// The result is always free; from inside a wall it is the nearest free point.
    #[must_use]
    pub fn step(&self, from: Point, direction: (f32, f32), dt: Duration) -> Point {
        if !self.is_free(from) {
            return self.nearest_free(from);
        }
        let length = direction.0.hypot(direction.1);
        if !length.is_finite() || length <= f32::EPSILON {
            return from;
        }
        let way = WALK_TILES_PER_SECOND * dt.min(LONGEST_STEP).as_secs_f32() * length.min(1.0);
        self.slide(from, (direction.0 / length, direction.1 / length), way)
    }

    /// Whether an avatar can walk straight from one free point to another.
    #[must_use]
    pub fn clear_between(&self, from: Point, to: Point) -> bool {
        self.sweep_is_clear(from, to, AVATAR_RADIUS_TILES)
    }

    /// The free point nearest to this one: itself, a small push away from the wall, or the middle of a free tile.
    /// On a map without any free tile it is the point itself.
    #[must_use]
    pub fn nearest_free(&self, point: Point) -> Point {
        let finite =
            |value: f32, end: i32| if value.is_finite() { value.clamp(0.0, end as f32) } else { end as f32 / 2.0 };
        let point = Point { x: finite(point.x, self.width), y: finite(point.y, self.height) };
        if self.is_free(point) {
            return point;
        }
        let pushed = self.push_out(point);
        if self.is_free(pushed) {
            return pushed;
        }
        let free =
            (0..self.height).flat_map(|y| (0..self.width).map(move |x| (x, y))).filter(|&(x, y)| !self.is_solid(x, y));
        free.map(middle).min_by(|a, b| a.distance(point).total_cmp(&b.distance(point))).unwrap_or(point)
    }

    /// Slides `way` tiles in a direction of length 1.
    fn slide(&self, from: Point, (dx, dy): (f32, f32), way: f32) -> Point {
        let mut at = from;
        let mut left = way;
        while left > 0.0 {
            let part = left.min(SUBSTEP_TILES);
            left -= part;
            let next = self.push_out(Point { x: at.x + dx * part, y: at.y + dy * part });
            // Being pushed about may not carry further than walking would.
            if !self.is_free(next) || next.distance(at) > part + SKIN_TILES {
                break;
            }
            at = next;
        }
        at
    }

    /// Pushes a circle that touches solid tiles straight away from them.
    fn push_out(&self, point: Point) -> Point {
        let mut at = point;
        for _ in 0..4 {
            let Some((gap, x, y)) = self.nearest_solid(at) else { return at };
            if gap >= AVATAR_RADIUS_TILES {
                return at;
            }
            let near = closest_of_tile(at, x, y);
            if gap <= f32::EPSILON {
                return at;
            }
            let share = (AVATAR_RADIUS_TILES + SKIN_TILES / 4.0) / gap;
            at = Point { x: near.x + (at.x - near.x) * share, y: near.y + (at.y - near.y) * share };
        }
        at
    }

    /// The solid tile nearest to a point, among those that a circle there could touch, and how far it is.
    fn nearest_solid(&self, at: Point) -> Option<(f32, i32, i32)> {
        let touched = solid_candidates(at, at, AVATAR_RADIUS_TILES).filter(|&(x, y)| self.is_solid(x, y));
        touched.map(|(x, y)| (at.distance(closest_of_tile(at, x, y)), x, y)).min_by(|a, b| a.0.total_cmp(&b.0))
    }

    fn has_room(&self, point: Point, radius: f32) -> bool {
        self.holds(point)
            && !solid_candidates(point, point, radius)
                .any(|(x, y)| self.is_solid(x, y) && point.distance(closest_of_tile(point, x, y)) < radius)
    }

    fn sweep_is_clear(&self, from: Point, to: Point, radius: f32) -> bool {
        self.holds(from)
            && self.holds(to)
            && !solid_candidates(from, to, radius)
                .any(|(x, y)| self.is_solid(x, y) && distance_to_tile(from, to, x, y) < radius)
    }

    /// Whether the point is a number and on the map.
    fn holds(&self, point: Point) -> bool {
        (0.0..=self.width as f32).contains(&point.x) && (0.0..=self.height as f32).contains(&point.y)
    }

    fn index(&self, x: i32, y: i32) -> Option<usize> {
        let inside = x >= 0 && y >= 0 && x < self.width && y < self.height;
        inside.then(|| (y * self.width + x) as usize)
    }
}

/// The middle of a tile.
pub(crate) fn middle((x, y): (i32, i32)) -> Point {
    Point { x: x as f32 + 0.5, y: y as f32 + 0.5 }
}

/// The tiles that a circle swept along a segment may touch: row by row, only those near the segment. Both ends lie on
/// the map, or near it.
fn solid_candidates(from: Point, to: Point, radius: f32) -> impl Iterator<Item = (i32, i32)> {
    let (top, low) = (from.y.min(to.y) - radius, from.y.max(to.y) + radius);
    (top.floor() as i32..=low.floor() as i32).flat_map(move |row| {
        let (a, b) = x_range(from, to, row as f32 - radius, row as f32 + 1.0 + radius);
        let (left, right) = ((a - radius).floor() as i32, (b + radius).floor() as i32);
        (left..=right).map(move |column| (column, row))
    })
}

/// From where to where the part of a segment between two heights reaches sideways.
fn x_range(from: Point, to: Point, upper: f32, lower: f32) -> (f32, f32) {
    let rise = to.y - from.y;
    let x_at = |y: f32| {
        let share = if rise.abs() < 1e-6 { 0.0 } else { ((y - from.y) / rise).clamp(0.0, 1.0) };
        from.x + (to.x - from.x) * share
    };
    if rise.abs() < 1e-6 {
        return (from.x.min(to.x), from.x.max(to.x));
    }
    let (a, b) = (x_at(upper), x_at(lower));
    (a.min(b), a.max(b))
}

/// The point of a tile closest to another point.
fn closest_of_tile(point: Point, x: i32, y: i32) -> Point {
    let (left, top) = (x as f32, y as f32);
    Point { x: point.x.clamp(left, left + 1.0), y: point.y.clamp(top, top + 1.0) }
}

/// Distance between a segment and a tile.
fn distance_to_tile(from: Point, to: Point, x: i32, y: i32) -> f32 {
    if segment_meets_tile(from, to, x, y) {
        return 0.0;
    }
    let ends = [from, to].map(|end| end.distance(closest_of_tile(end, x, y)));
    let (left, top) = (x as f32, y as f32);
    let corners = [(left, top), (left + 1.0, top), (left, top + 1.0), (left + 1.0, top + 1.0)];
    let near_corners = corners.map(|(x, y)| distance_to_segment(Point { x, y }, from, to));
    ends.into_iter().chain(near_corners).fold(f32::MAX, f32::min)
}

fn distance_to_segment(point: Point, from: Point, to: Point) -> f32 {
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    let squared = dx * dx + dy * dy;
    let along = (point.x - from.x) * dx + (point.y - from.y) * dy;
    let share = if squared > 0.0 { (along / squared).clamp(0.0, 1.0) } else { 0.0 };
    point.distance(Point { x: from.x + dx * share, y: from.y + dy * share })
}

/// Whether a segment touches a tile (the slab test: the parts within its columns and within its rows overlap).
fn segment_meets_tile(from: Point, to: Point, x: i32, y: i32) -> bool {
    let slab = |start: f32, end: f32, low: f32| {
        let way = end - start;
        if way.abs() < 1e-9 {
            let within = start >= low && start <= low + 1.0;
            return if within { (0.0, 1.0) } else { (1.0, 0.0) };
        }
        let (a, b) = ((low - start) / way, (low + 1.0 - start) / way);
        (a.min(b), a.max(b))
    };
    let (across, down) = (slab(from.x, to.x, x as f32), slab(from.y, to.y, y as f32));
    across.0.max(down.0).max(0.0) <= across.1.min(down.1).min(1.0)
}

#[cfg(test)]
mod tests;
