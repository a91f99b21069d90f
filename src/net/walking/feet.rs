//! One avatar's feet: where they are, where they go, and when the server hears of it. Time comes in as an argument.

use hallway_protocol::{
    limits::{POSE_UP_INTERVAL, WALK_TILES_PER_SECOND},
    map::Point,
    path::Walker,
    pose::PoseReport,
    walk::Ground,
};
use std::{
    f32::consts::TAU,
    time::{Duration, Instant},
};

/// The length of a step: the rule gives the same way however often the session updates.
pub const STEP: Duration = Duration::from_nanos(16_666_667);
/// A session that was held up for longer does not run after the lost time: the server would take it for too fast.
const LONGEST_LAG: Duration = Duration::from_millis(250);
/// How often the server hears of an avatar that stands.
const STANDING_REPORT: Duration = Duration::from_secs(1);
/// A goal is reached when the walk ends this near to it, in tiles.
const ARRIVED_TILES: f32 = 0.2;

/// The feet of the own avatar.
#[derive(Clone, Debug)]
pub struct Feet {
    at: Point,
    direction: (f32, f32),
    facing: u8,
    drive: Drive,
    /// Steps are taken up to here.
    stepped: Instant,
    /// How often the server put the avatar back.
    epoch: u8,
    reported: Option<(Instant, Point)>,
}

#[derive(Clone, Debug)]
enum Drive {
    Stand,
    Steer { direction: (f32, f32), until: Instant },
    Follow { walker: Walker, goal: Point },
}

/// What [`Feet::walk`] came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Steps {
    /// Nothing moved.
    Stood,
    /// The avatar walks, or has just stopped.
    Walked,
    /// The walk to a chosen place is over, at that place.
    Arrived,
    /// The walk to a chosen place is over before it: something is in the way.
    Blocked,
}

impl Feet {
    /// Feet that stand somewhere.
    #[must_use]
    pub fn standing(at: Point, now: Instant) -> Self {
        let (direction, facing, drive) = ((0.0, 0.0), 64, Drive::Stand);
        Self { at, direction, facing, drive, stepped: now, epoch: 0, reported: None }
    }

    /// Where they are.
    #[must_use]
    pub fn at(&self) -> Point {
        self.at
    }

    /// Where they go: length at most 1.
    #[must_use]
    pub fn direction(&self) -> (f32, f32) {
        self.direction
    }

    /// Where the avatar looks: 1/256 turns, clockwise on the screen, 0 to the right.
    #[must_use]
    pub fn facing(&self) -> u8 {
        self.facing
    }

    /// What is left of the way to a chosen place.
    #[must_use]
    pub fn way(&self) -> Vec<Point> {
        match &self.drive {
            Drive::Follow { walker, .. } => walker.ahead().to_vec(),
            Drive::Stand | Drive::Steer { .. } => Vec::new(),
        }
    }

    /// Whether they are under way.
    #[must_use]
    pub fn is_moving(&self) -> bool {
        !matches!(self.drive, Drive::Stand)
    }

    /// Walks in a direction until that time, or stands where its length is 0. Leaves a way that was followed, but not
    /// for standing.
    pub fn steer(&mut self, (x, y): (f32, f32), until: Instant, now: Instant) {
        let length = x.hypot(y);
        if !length.is_finite() || length <= f32::EPSILON {
            if matches!(self.drive, Drive::Steer { .. }) {
                self.drive = Drive::Steer { direction: (0.0, 0.0), until: now };
            }
            return;
        }
        let scale = length.max(1.0).recip();
        self.set_out(Drive::Steer { direction: (x * scale, y * scale), until }, now);
    }

    /// Follows a way.
    pub fn follow(&mut self, way: Vec<Point>, now: Instant) {
        let goal = way.last().copied().unwrap_or(self.at);
        self.set_out(Drive::Follow { walker: Walker::new(way), goal }, now);
    }

    /// Stands where the server put the avatar, and tells so with the next report.
    pub fn put_back(&mut self, at: Point, epoch: u8, now: Instant) {
        *self = Self { facing: self.facing, epoch, ..Self::standing(at, now) };
    }

    /// Takes the steps that are due.
    pub fn walk(&mut self, ground: &Ground, now: Instant) -> Steps {
        if !self.is_moving() {
            return Steps::Stood;
        }
        if now.saturating_duration_since(self.stepped) > LONGEST_LAG {
            self.stepped = now.checked_sub(LONGEST_LAG).unwrap_or(now);
        }
        let mut outcome = Steps::Stood;
        while self.is_moving() && self.stepped + STEP <= now {
            self.stepped += STEP;
            outcome = self.step(ground);
        }
        outcome
    }

    /// The report that is due: every 50 ms while the avatar moves, once a second while it stands.
    pub fn report(&mut self, now: Instant) -> Option<PoseReport> {
        let is_due = self.reported.is_none_or(|(last, at)| {
            let pause = if at == self.at { STANDING_REPORT } else { POSE_UP_INTERVAL };
            now.saturating_duration_since(last) >= pause
        });
        if !is_due {
            return None;
        }
        self.reported = Some((now, self.at));
        Some(PoseReport { at: self.at.into(), facing: self.facing, epoch: self.epoch })
    }

    fn set_out(&mut self, drive: Drive, now: Instant) {
        if !self.is_moving() {
            self.stepped = now;
        }
        self.drive = drive;
    }

    fn step(&mut self, ground: &Ground) -> Steps {
        let from = self.at;
        match &mut self.drive {
            Drive::Stand => Steps::Stood,
            Drive::Steer { until, .. } if self.stepped >= *until => {
                self.stand();
                Steps::Walked
            }
            Drive::Steer { direction, .. } => {
                let direction = *direction;
                self.at = ground.step(from, direction, STEP);
                self.look(direction);
                Steps::Walked
            }
            Drive::Follow { walker, goal } => {
                let (at, is_over) = walker.advance(ground, from, STEP);
                let reached = at.distance(*goal) <= ARRIVED_TILES;
                self.at = at;
                let way = WALK_TILES_PER_SECOND * STEP.as_secs_f32();
                self.look(((at.x - from.x) / way, (at.y - from.y) / way));
                if !is_over {
                    return Steps::Walked;
                }
                self.stand();
                if reached { Steps::Arrived } else { Steps::Blocked }
            }
        }
    }

    fn stand(&mut self) {
        self.drive = Drive::Stand;
        self.direction = (0.0, 0.0);
    }

    fn look(&mut self, (x, y): (f32, f32)) {
        let length = x.hypot(y);
        self.direction = if length > 1.0 { (x / length, y / length) } else { (x, y) };
        if length > 0.1 {
            self.facing = (y.atan2(x) / TAU * 256.0).round().rem_euclid(256.0) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hallway_protocol::{map::tmx::built_in, path};

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn hall() -> (Ground, Feet, Instant) {
        let (map, _) = built_in();
        let now = Instant::now();
        (Ground::new(&map), Feet::standing(map.spawn.center(), now), now)
    }

    /// Walks in updates of 20 ms until `end`.
    fn walk_until(feet: &mut Feet, ground: &Ground, start: Instant, end: Duration) -> Vec<Steps> {
        (1..=end.as_millis() / 20).map(|n| feet.walk(ground, start + ms(n as u64 * 20))).collect()
    }

    #[test]
    fn a_face_that_falls_silent_stops_its_avatar_within_a_quarter_second() {
        let (ground, mut feet, now) = hall();
        let start = feet.at();
        feet.steer((-3.0, 0.0), now + ms(250), now);
        walk_until(&mut feet, &ground, now, ms(2000));
        assert!(!feet.is_moving());
        let walked = start.x - feet.at().x;
        assert!((1.0..=1.3).contains(&walked), "{walked}");
        assert_eq!((feet.direction(), feet.facing()), ((0.0, 0.0), 128));
    }

    #[test]
    fn a_followed_way_ends_at_its_goal() {
        let (map, _) = built_in();
        let (ground, mut feet, now) = hall();
        let goal = map.rooms[0].inside.center();
        feet.follow(path::find(&ground, feet.at(), goal).unwrap(), now);
        assert!(!feet.way().is_empty());
        let steps = walk_until(&mut feet, &ground, now, ms(30_000));
        assert_eq!(steps.iter().filter(|steps| **steps == Steps::Arrived).count(), 1);
        assert!(feet.way().is_empty() && !feet.is_moving());
    }

    #[test]
    fn a_session_that_was_held_up_does_not_run() {
        let (ground, mut feet, now) = hall();
        let start = feet.at();
        feet.steer((0.0, 1.0), now + ms(60_000), now);
        feet.walk(&ground, now + ms(10_000));
        assert!(feet.at().distance(start) <= 1.3);
    }

    #[test]
    fn reports_come_often_from_a_walker_and_seldom_from_a_stander() {
        let (ground, mut feet, now) = hall();
        assert!(feet.report(now).is_some());
        assert!(feet.report(now + ms(999)).is_none());
        assert!(feet.report(now + ms(1000)).is_some());
        let mut reports = 0;
        for n in 1..=50 {
            let now = now + ms(1000 + n * 20);
            let side = if n % 20 < 10 { 1.0 } else { -1.0 };
            feet.steer((side, 0.0), now + ms(60_000), now);
            feet.walk(&ground, now);
            reports += usize::from(feet.report(now).is_some());
        }
        assert!((15..=20).contains(&reports), "{reports}");
    }

    #[test]
    fn whoever_is_put_back_stands_there_and_says_so_at_once() {
        let (_, mut feet, now) = hall();
        feet.steer((1.0, 0.0), now + ms(250), now);
        assert!(feet.report(now).is_some());
        let back = Point { x: 3.5, y: 4.5 };
        feet.put_back(back, 7, now);
        assert!(!feet.is_moving());
        let report = feet.report(now).unwrap();
        assert_eq!((Point::from(report.at), report.epoch), (back, 7));
    }
}
