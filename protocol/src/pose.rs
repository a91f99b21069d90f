//! Where avatars are, on the wire: small, frequent, and allowed to get lost.

use crate::{ids::PersonId, map::Point};
use serde::{Deserialize, Serialize};

/// A point of the map in 1/256 tiles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WirePoint {
    /// 1/256 tiles from the left edge.
    pub x: u16,
    /// 1/256 tiles from the upper edge.
    pub y: u16,
}

/// From a client: where its avatar is. At most one in [`crate::limits::POSE_UP_INTERVAL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoseReport {
    /// Where.
    pub at: WirePoint,
    /// Where it looks: 1/256 of a turn, clockwise on the screen, 0 to the right.
    pub facing: u8,
    /// How often the server had put this client back; a report with an older number was on its way and is void.
    pub epoch: u8,
}

/// One avatar's place in a [`PoseBatch`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pose {
    /// Whose.
    pub person: PersonId,
    /// Where.
    pub at: WirePoint,
    /// Where it looks; see [`PoseReport::facing`].
    pub facing: u8,
}

/// From the server: where avatars were at one moment. Those that stand still are left out but for a refresh every two
/// seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoseBatch {
    /// The moment, in milliseconds of the server's own clock; wraps.
    pub server_ms: u32,
    /// The avatars; at most [`PoseBatch::MOST`].
    pub poses: Vec<Pose>,
}

impl PoseBatch {
    /// Most poses in a batch: each takes up to 12 bytes, and a batch must fit one packet of 1200.
    pub const MOST: usize = 90;
}

impl WirePoint {
    /// Steps per tile.
    const SCALE: f32 = 256.0;
}

impl From<Point> for WirePoint {
    /// Rounds to the nearest step; what lies outside the map ends at its edge.
    fn from(point: Point) -> Self {
        let step = |tiles: f32| (tiles * Self::SCALE).round() as u16;
        Self { x: step(point.x), y: step(point.y) }
    }
}

impl From<WirePoint> for Point {
    fn from(point: WirePoint) -> Self {
        Self { x: f32::from(point.x) / WirePoint::SCALE, y: f32::from(point.y) / WirePoint::SCALE }
    }
}
