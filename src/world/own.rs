//! Where the own avatar is drawn: moved at once by the keys, and drawn back gently to where the session has it.

use crate::{
    face::link::Link,
    net::snapshot::{Me, Snapshot},
};
use bevy::prelude::*;
use hallway_protocol::{limits, map::Point, replicated::RoomSite, walk::Ground};
use std::time::{Duration, Instant};

/// A snapshot older than this says nothing about where the avatar went since.
const FORESIGHT: Duration = Duration::from_millis(250);
/// How fast the drawn avatar comes back to the true one, per second.
const PULL: f32 = 8.0;
/// Farther apart than this (in tiles) they are not brought together gently: the server put the avatar back.
const JUMP: f32 = 2.0;

/// The own avatar as it is drawn.
#[derive(Resource, Default)]
pub struct OwnAvatar {
    /// Where it is; `None` while signed out.
    pub at: Option<Point>,
    /// Where it looks, in 1/256 turns.
    pub facing: u8,
    /// Whether it walks.
    pub walking: bool,
    /// Where the keys send it.
    pub(super) steer: Vec2,
    ground: Option<(GroundKey, Ground)>,
}

/// What the walkable ground depends on.
#[derive(PartialEq, Eq)]
struct GroundKey {
    digest: String,
    open: Vec<u16>,
}

/// Moves the avatar by the time that passed.
pub(super) fn predict(link: Res<Link>, time: Res<Time<Real>>, mut own: ResMut<OwnAvatar>) {
    let snapshot = link.snapshot();
    let Some(me) = &snapshot.me else {
        *own = OwnAvatar::default();
        return;
    };
    own.follow_map(snapshot);
    own.advance(me, Instant::now(), time.delta());
}

impl OwnAvatar {
    fn follow_map(&mut self, snapshot: &Snapshot) {
        let Some(loaded) = &snapshot.map else {
            self.ground = None;
            return;
        };
        let open = open_plots(snapshot);
        let is_same = self.ground.as_ref().is_some_and(|(key, _)| key.digest == loaded.digest && key.open == open);
        if is_same {
            return;
        }
        let mut ground = Ground::new(&loaded.map);
        for plot in &open {
            ground.set_plot_open(usize::from(*plot), true);
        }
        self.ground = Some((GroundKey { digest: loaded.digest.clone(), open }, ground));
    }

    fn advance(&mut self, me: &Me, now: Instant, passed: Duration) {
        let step = |from: Point, direction: Vec2, by: Duration| match &self.ground {
            Some((_, ground)) => ground.step(from, (direction.x, direction.y), by),
            None => from,
        };
        let told = Vec2::from(me.direction);
        let truth = step(me.at, told, now.saturating_duration_since(me.stamp).min(FORESIGHT));
        let drawn = self.at.unwrap_or(truth);
        let direction = if self.steer == Vec2::ZERO { told } else { self.steer };
        let moved = step(drawn, direction, passed.min(FORESIGHT));
        let at = drawn_back(moved, truth, passed);
        self.walking = direction != Vec2::ZERO && drawn.distance(at) > 1e-4;
        if direction == Vec2::ZERO {
            self.facing = me.facing;
        } else {
            self.facing = facing(direction);
        }
        self.at = Some(at);
    }
}

/// The plots on which rooms stand, in order.
pub(super) fn open_plots(snapshot: &Snapshot) -> Vec<u16> {
    let plot = |site: &RoomSite| match site {
        RoomSite::Map => None,
        RoomSite::Plot { plot, .. } => Some(*plot),
    };
    let mut open: Vec<_> = snapshot.rooms.iter().filter_map(|room| plot(&room.site)).collect();
    open.sort_unstable();
    open
}

/// Brings the drawn place nearer to the true one: gently, or at once where it is far.
fn drawn_back(drawn: Point, truth: Point, passed: Duration) -> Point {
    if drawn.distance(truth) > JUMP {
        return truth;
    }
    // A walk that the session has not heard of yet is no error: it may be this far ahead.
    let slack = limits::WALK_TILES_PER_SECOND * 0.03;
    let distance = drawn.distance(truth);
    if distance <= f32::EPSILON {
        return truth;
    }
    let pull = (1.0 - (-PULL * passed.as_secs_f32()).exp()) * ((distance - slack).max(0.0) / distance).max(0.25);
    Point { x: drawn.x + (truth.x - drawn.x) * pull, y: drawn.y + (truth.y - drawn.y) * pull }
}

/// A direction in 1/256 turns, clockwise on the screen, 0 to the right.
fn facing(direction: Vec2) -> u8 {
    let turns = direction.y.atan2(direction.x) / std::f32::consts::TAU;
    (turns * 256.0).round().rem_euclid(256.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facing_counts_clockwise_from_the_right() {
        let cases = [((1.0, 0.0), 0), ((0.0, 1.0), 64), ((-1.0, 0.0), 128), ((0.0, -1.0), 192)];
        for ((x, y), expected) in cases {
            assert_eq!(facing(Vec2::new(x, y)), expected);
        }
    }

    #[test]
    fn the_drawn_avatar_comes_back_gently_and_jumps_when_far() {
        let truth = Point { x: 1.0, y: 1.0 };
        let far = Point { x: 9.0, y: 1.0 };
        assert_eq!(drawn_back(far, truth, Duration::from_millis(16)), truth);
        let mut near = Point { x: 1.8, y: 1.0 };
        for _ in 0..600 {
            let next = drawn_back(near, truth, Duration::from_millis(16));
            assert!(next.distance(truth) <= near.distance(truth));
            near = next;
        }
        assert!(near.distance(truth) < 0.01, "{near:?}");
    }
}
