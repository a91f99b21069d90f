//! Click-to-walk: the way from one point to another, and who walks it.

use crate::{
    limits::WALK_TILES_PER_SECOND,
    map::Point,
    walk::{Ground, middle},
};
use pathfinding::directed::astar::astar;
use std::time::Duration;

/// How far from a click on a wall the walk may end instead, in tiles.
const SNAP_TILES: f32 = 4.0;
/// Cost of a step to a neighbour by side and by corner: about 1 and the square root of 2.
const SIDE_COST: u32 = 10;
const CORNER_COST: u32 = 14;
/// A point of the way counts as reached from this near, in tiles.
const REACHED_TILES: f32 = 0.02;
/// Whoever has got nowhere for so long (a door was shut on the way) gives up.
const PATIENCE: Duration = Duration::from_millis(500);

/// The way from a free point to another, without the start: straight lines that an avatar can walk. A target inside a
/// wall or furniture becomes the nearest free point. `None` when there is no way.
#[must_use]
pub fn find(ground: &Ground, from: Point, to: Point) -> Option<Vec<Point>> {
    let from = ground.nearest_free(from);
    let goal = ground.nearest_free(to);
    if !(goal.distance(to) <= SNAP_TILES && ground.is_free(from) && ground.is_free(goal)) {
        return None;
    }
    if ground.clear_between(from, goal) {
        return Some(vec![goal]);
    }
    route(ground, from, goal, f32::INFINITY)
}

/// The length of the way between two free points, if it is no longer than `most` tiles. Looks no further than that, so
/// that its cost is bounded whatever is asked.
pub(crate) fn length_within(ground: &Ground, from: Point, to: Point, most: f32) -> Option<f32> {
    let way = route(ground, from, to, most)?;
    let starts = std::iter::once(&from).chain(&way);
    let length = starts.zip(&way).map(|(a, b)| a.distance(*b)).sum::<f32>();
    (length <= most).then_some(length)
}

/// The shortest way by tiles that stays within `reach` of the start, pulled straight.
fn route(ground: &Ground, from: Point, goal: Point, reach: f32) -> Option<Vec<Point>> {
    let end = tile_of(goal);
    let near = |tile: (i32, i32)| middle(tile).distance(from) <= reach + 1.0;
    let guess = |&(x, y): &(i32, i32)| {
        let (dx, dy) = ((x - end.0).unsigned_abs(), (y - end.1).unsigned_abs());
        SIDE_COST * dx.max(dy) + (CORNER_COST - SIDE_COST) * dx.min(dy)
    };
    let (tiles, _) = astar(
        &tile_of(from),
        |&tile| neighbours(ground, tile).filter(|&(next, _)| near(next)),
        guess,
        |&tile| tile == end,
    )?;
    let points = tiles.into_iter().map(middle).chain([goal]).collect::<Vec<_>>();
    Some(pull_straight(ground, from, &points))
}

fn tile_of(point: Point) -> (i32, i32) {
    (point.x.floor() as i32, point.y.floor() as i32)
}

/// The free tiles around one; by a corner only where both tiles beside the corner are free.
fn neighbours(ground: &Ground, (x, y): (i32, i32)) -> impl Iterator<Item = ((i32, i32), u32)> {
    const AROUND: [(i32, i32); 8] = [(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1)];
    AROUND.into_iter().filter_map(move |(dx, dy)| {
        let free = |dx: i32, dy: i32| !ground.is_solid(x + dx, y + dy);
        let corner = dx != 0 && dy != 0;
        let open = free(dx, dy) && (!corner || (free(dx, 0) && free(0, dy)));
        open.then_some(((x + dx, y + dy), if corner { CORNER_COST } else { SIDE_COST }))
    })
}

/// Keeps only the points at which one must turn.
fn pull_straight(ground: &Ground, from: Point, points: &[Point]) -> Vec<Point> {
    let mut way = Vec::new();
    let mut anchor = from;
    for (&point, &next) in points.iter().zip(&points[1..]) {
        if !ground.clear_between(anchor, next) {
            way.push(point);
            anchor = point;
        }
    }
    way.extend(points.last());
    way
}

/// Follows a way, step by step.
#[derive(Clone, Debug)]
pub struct Walker {
    way: Vec<Point>,
    /// The point it walks to now.
    next: usize,
    /// How long it has got nowhere.
    stuck: Duration,
}

impl Walker {
    /// Sets out on a way that [`find`] found.
    #[must_use]
    pub fn new(way: Vec<Point>) -> Self {
        Self { way, next: 0, stuck: Duration::ZERO }
    }

    /// The points that are still ahead.
    #[must_use]
    pub fn ahead(&self) -> &[Point] {
        &self.way[self.next.min(self.way.len())..]
    }

    /// Walks on for a time. The second value is true when the walk is over: arrived, or given up because something
    /// has been in the way for half a second.
    pub fn advance(&mut self, ground: &Ground, from: Point, dt: Duration) -> (Point, bool) {
        let mut at = from;
        let mut left = dt;
        while let Some(&target) = self.way.get(self.next) {
            let distance = at.distance(target);
            if distance <= REACHED_TILES {
                self.next += 1;
                continue;
            }
            if left.is_zero() {
                break;
            }
            let needed = Duration::from_secs_f32(distance / WALK_TILES_PER_SECOND);
            let part = needed.min(left);
            let direction = ((target.x - at.x) / distance, (target.y - at.y) / distance);
            let reached = ground.step(at, direction, part);
            left = left.saturating_sub(part.max(Duration::from_micros(1)));
            self.notice_progress(reached.distance(at), part);
            at = reached;
            if self.stuck >= PATIENCE {
                self.next = self.way.len();
            }
        }
        (at, self.next >= self.way.len())
    }

    fn notice_progress(&mut self, moved: f32, time: Duration) {
        let expected = WALK_TILES_PER_SECOND * time.as_secs_f32();
        self.stuck = if moved < expected * 0.1 { self.stuck + time } else { Duration::ZERO };
    }
}

#[cfg(test)]
mod tests;
