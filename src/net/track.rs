//! Where another avatar is between two pose batches.
//!
//! Poses come 10 to 15 times a second, each with the server's clock on it. A track keeps the newest few and answers
//! for a moment a little in the past, so that there is nearly always a pose on both sides of it; lost and late ones
//! only make the line coarser.

use hallway_protocol::map::Point;
use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// How far behind the newest poses avatars are drawn: two batches.
const DELAY: Duration = Duration::from_millis(140);
/// A pause longer than this was no walk but standing still: the avatar does not crawl through it.
const STAND_STILL: Duration = Duration::from_millis(300);
/// Poses kept; at 15 a second this is half a second.
const KEPT: usize = 8;

/// One person's newest poses on this client's clock.
#[derive(Clone, Debug)]
pub struct PoseTrack {
    poses: VecDeque<TimedPose>,
}

#[derive(Clone, Copy, Debug)]
struct TimedPose {
    time: Instant,
    at: Point,
    facing: u8,
}

impl PoseTrack {
    /// A track of somebody who stands somewhere.
    #[must_use]
    pub fn standing(time: Instant, at: Point) -> Self {
        Self { poses: VecDeque::from([TimedPose { time, at, facing: 64 }]) }
    }

    /// Adds a pose that was true at `time` (the server's time on this client's clock). One older than the newest is
    /// dropped.
    pub fn push(&mut self, time: Instant, at: Point, facing: u8) {
        if let Some(newest) = self.poses.back_mut() {
            if time <= newest.time {
                return;
            }
            if time - newest.time > STAND_STILL {
                // It stood until just before it set off.
                let stood = TimedPose { time: time - STAND_STILL / 2, ..*newest };
                self.poses.push_back(stood);
            }
        }
        self.poses.push_back(TimedPose { time, at, facing });
        while self.poses.len() > KEPT {
            self.poses.pop_front();
        }
    }

    /// Where the avatar is drawn at `now`, and where it looks (1/256 turns).
    #[must_use]
    pub fn at(&self, now: Instant) -> (Point, u8) {
        let shown = now.checked_sub(DELAY).unwrap_or(now);
        let after = self.poses.iter().position(|pose| pose.time > shown);
        match after {
            Some(0) => self.poses.front().map_or((Point::default(), 64), |pose| (pose.at, pose.facing)),
            Some(next) => {
                let (a, b) = (self.poses[next - 1], self.poses[next]);
                let t = (shown - a.time).as_secs_f32() / (b.time - a.time).as_secs_f32();
                let at = Point { x: a.at.x + (b.at.x - a.at.x) * t, y: a.at.y + (b.at.y - a.at.y) * t };
                (at, b.facing)
            }
            None => self.newest(),
        }
    }

    /// The newest pose, which the avatar will reach shortly.
    #[must_use]
    pub fn newest(&self) -> (Point, u8) {
        self.poses.back().map_or((Point::default(), 64), |pose| (pose.at, pose.facing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn x(track: &PoseTrack, now: Instant) -> f32 {
        track.at(now).0.x
    }

    #[test]
    fn an_avatar_glides_between_poses_and_ends_on_the_newest() {
        let t0 = Instant::now() + ms(1000);
        let mut track = PoseTrack::standing(t0, Point { x: 0.0, y: 0.0 });
        track.push(t0 + ms(100), Point { x: 1.0, y: 0.0 }, 0);
        assert_eq!(x(&track, t0), 0.0);
        assert!((x(&track, t0 + DELAY + ms(50)) - 0.5).abs() < 1e-3);
        assert_eq!(x(&track, t0 + ms(1000)), 1.0);
    }

    #[test]
    fn an_older_pose_is_dropped() {
        let t0 = Instant::now() + ms(1000);
        let mut track = PoseTrack::standing(t0, Point { x: 5.0, y: 0.0 });
        track.push(t0 - ms(1), Point { x: 9.0, y: 0.0 }, 0);
        assert_eq!(track.newest().0.x, 5.0);
    }

    #[test]
    fn setting_off_after_a_rest_is_no_crawl() {
        let t0 = Instant::now() + ms(1000);
        let mut track = PoseTrack::standing(t0, Point { x: 0.0, y: 0.0 });
        track.push(t0 + ms(5000), Point { x: 1.0, y: 0.0 }, 0);
        assert_eq!(x(&track, t0 + ms(4800) + DELAY), 0.0);
        assert_eq!(x(&track, t0 + ms(5000) + DELAY), 1.0);
    }
}
