//! The server's judge of one person's walking: no faster than people walk, and never through a wall.

use super::Ground;
use crate::{
    limits::{AVATAR_RADIUS_TILES, WALK_TILES_PER_SECOND},
    map::Point,
    path,
};
use std::time::Duration;

/// What the network's jitter may seem to add to a way: reports that are late by up to 350 ms arrive as a burst, after a
/// silence that this covers. Whoever uses it up must wait until it has grown again.
const SLACK_TILES: f32 = WALK_TILES_PER_SECOND * 0.35;
/// How much faster than the rule a clock may run, and reports be rounded, for ever.
const TOLERANCE: f32 = 1.05;
/// Longest silence that is walked off in one report.
const LONGEST_SILENCE: Duration = Duration::from_secs(2);
/// How much a report may reach into a wall by rounding to 1/256 tiles.
const ROUNDING_TILES: f32 = 0.01;
/// How much nearer than an avatar's radius the straight line between two reports may pass a corner. In the 0.25 tiles
/// between two reports a person can turn a corner: the line then cuts off at most 0.09 tiles of the way.
const CUT_TILES: f32 = 0.1;
/// How much longer the way found round walls may be than the one that was walked: it runs by the middles of tiles.
const DETOUR_TILES: f32 = 1.0;

/// Why a person is put back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Further than one can walk in the time.
    TooFast,
    /// Into or through a wall, or off the map.
    ThroughWall,
}

/// The judge refuses a report: the person stands where it stood before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PutBack {
    /// Where the person is.
    pub to: Point,
    /// Why.
    pub cause: Cause,
}

/// Judges the reports of one person.
#[derive(Clone, Debug)]
pub struct WalkJudge {
    at: Point,
    last: Duration,
    /// Tiles that may be walked beyond what time has allowed since the last report.
    slack: f32,
}

impl WalkJudge {
    /// Starts with a person at a point, on the server's clock.
    #[must_use]
    pub fn new(at: Point, now: Duration) -> Self {
        Self { at, last: now, slack: SLACK_TILES }
    }

    /// Where the person is.
    #[must_use]
    pub fn at(&self) -> Point {
        self.at
    }

    /// Puts the person somewhere without judging: out of a room that is gone, or back to where it was.
    pub fn place(&mut self, at: Point, now: Duration) {
        *self = Self::new(at, now);
    }

    /// Judges where a person says to be. The point that comes back is free and stands from now on.
    ///
    /// # Errors
    /// [`PutBack`] when nobody could have walked there; the person stays where it was.
    pub fn accept(&mut self, ground: &Ground, now: Duration, reported: Point) -> Result<Point, PutBack> {
        self.at = ground.nearest_free(self.at);
        let elapsed = now.saturating_sub(self.last).min(LONGEST_SILENCE);
        let budget = self.slack + WALK_TILES_PER_SECOND * TOLERANCE * elapsed.as_secs_f32();
        let outcome = self.judge(ground, reported, budget);
        self.last = self.last.max(now);
        match outcome {
            Ok((at, walked)) => {
                self.slack = (budget - walked).clamp(0.0, SLACK_TILES);
                self.at = at;
                Ok(at)
            }
            Err(cause) => {
                self.slack = budget.min(SLACK_TILES);
                Err(PutBack { to: self.at, cause })
            }
        }
    }

    /// Where the person ends and how far it walked.
    fn judge(&self, ground: &Ground, reported: Point, budget: f32) -> Result<(Point, f32), Cause> {
        if !ground.has_room(reported, AVATAR_RADIUS_TILES - ROUNDING_TILES) {
            return Err(Cause::ThroughWall);
        }
        let target = ground.nearest_free(reported);
        let straight = self.at.distance(reported);
        if straight > budget {
            return Err(Cause::TooFast);
        }
        if ground.sweep_is_clear(self.at, reported, AVATAR_RADIUS_TILES - CUT_TILES) {
            return Ok((target, straight));
        }
        // Reports were lost on the way round a corner, or somebody cheats.
        let most = budget + DETOUR_TILES;
        let way = path::length_within(ground, self.at, target, most).ok_or(Cause::ThroughWall)?;
        Ok((target, way.min(budget)))
    }
}
