use super::*;
use crate::{
    ids::RoomId,
    limits::POSE_UP_INTERVAL,
    map::{Place, ShutDoor, TileRect, TileSet, tmx::built_in},
    pose::WirePoint,
};
use proptest::prelude::*;

/// A map from text: `#` is solid; the middle of the fourth column is the door of the only plot, if there is a `D`.
fn ground(rows: &[&str]) -> Ground {
    let (width, height) = (rows[0].len() as u16, rows.len() as u16);
    let doors =
        rows.iter().zip(0..).flat_map(|(row, y)| row.bytes().zip(0..).filter(|c| c.0 == b'D').map(move |c| (c.1, y)));
    let rect = |(x, y)| TileRect { x, y, width: 1, height: 1 };
    let plots = doors.map(|at| Plot { inside: rect(at), door: rect(at), doorstep: Point::default() }).collect();
    Ground::new(&WorldMap {
        width,
        height,
        layers: Vec::new(),
        tile_set: TileSet { tile_px: 32, columns: 1 },
        shut_door: ShutDoor::default(),
        solid: rows.iter().flat_map(|row| row.bytes().map(|c| c == b'#')).collect(),
        rooms: Vec::new(),
        plots,
        spawn: rect((1, 1)),
    })
}

fn at(x: f32, y: f32) -> Point {
    Point { x, y }
}

const SECOND: Duration = Duration::from_secs(1);
const BOX: [&str; 6] = ["########", "#..#...#", "#..D...#", "#..#...#", "#......#", "########"];

#[test]
fn walking_keeps_its_speed_and_slows_with_the_stick() {
    let ground = ground(&["..........", "..........", ".........."]);
    let dt = Duration::from_millis(500);
    assert!((ground.step(at(1.0, 1.5), (1.0, 0.0), dt).x - 3.5).abs() < 1e-4);
    assert!((ground.step(at(1.0, 1.5), (8.0, 0.0), dt).x - 3.5).abs() < 1e-4);
    assert!((ground.step(at(1.0, 1.5), (0.5, 0.0), dt).x - 2.25).abs() < 1e-4);
    for direction in [(0.0, 0.0), (f32::NAN, 1.0), (f32::INFINITY, 0.0)] {
        assert_eq!(ground.step(at(1.0, 1.5), direction, dt), at(1.0, 1.5));
    }
}

#[test]
fn a_wall_stops_and_lets_slide() {
    let ground = ground(&BOX);
    let stopped = ground.step(at(1.5, 1.5), (1.0, 0.0), SECOND);
    assert!((stopped.x - (3.0 - AVATAR_RADIUS_TILES)).abs() < 0.05, "{stopped:?}");
    let slid = ground.step(at(2.5, 1.5), (0.7, 0.7), Duration::from_millis(300));
    assert!(slid.x < 3.0 && slid.y > 2.3, "{slid:?}");
}

#[test]
fn a_plots_door_stops_until_it_opens() {
    let mut ground = ground(&BOX);
    let start = at(2.5, 2.5);
    assert!(ground.step(start, (1.0, 0.0), SECOND).x < 3.0);
    assert!(!ground.clear_between(start, at(5.5, 2.5)));
    ground.set_plot_open(0, true);
    assert!(ground.step(start, (1.0, 0.0), SECOND).x > 5.0);
    assert!(ground.clear_between(start, at(5.5, 2.5)));
    ground.set_plot_open(0, false);
    ground.set_plot_open(7, true);
    assert!(ground.is_solid(3, 2));
}

#[test]
fn from_inside_a_wall_there_is_a_way_out() {
    let ground = ground(&BOX);
    for stuck in [at(3.5, 1.5), at(0.0, 0.0), at(-90.0, 4.0), at(f32::NAN, f32::INFINITY), at(2.9, 1.5)] {
        assert!(!ground.is_free(stuck));
        assert!(ground.is_free(ground.step(stuck, (1.0, 0.0), SECOND)), "{stuck:?}");
    }
}

#[test]
fn no_free_tile_is_no_reason_to_fail() {
    let ground = ground(&["##", "##"]);
    assert_eq!(ground.step(at(0.5, 0.5), (1.0, 0.0), SECOND), at(0.5, 0.5));
}

#[test]
fn places_are_told_by_their_inside() {
    let (map, _) = built_in();
    assert_eq!(map.place_at(map.spawn.center()), None);
    assert_eq!(map.place_at(map.rooms[2].inside.center()), Some(Place::Room(RoomId(3))));
    assert_eq!(map.place_at(map.plots[4].inside.center()), Some(Place::Plot(4)));
}

/// Someone who walks for a while in each of the directions and reports as a client does.
fn honest_walk(ground: &Ground, start: Point, turns: &[f32]) -> Vec<Point> {
    let mut here = start;
    let mut reports = Vec::new();
    for turn in turns {
        for _ in 0..12 {
            here = ground.step(here, (turn.cos(), turn.sin()), POSE_UP_INTERVAL);
            reports.push(Point::from(WirePoint::from(here)));
        }
    }
    reports
}

fn cheat(speed: f32) -> Option<Cause> {
    let ground = ground(&[&".".repeat(200)]);
    let mut judge = WalkJudge::new(at(1.0, 0.5), Duration::ZERO);
    let way = speed * WALK_TILES_PER_SECOND * POSE_UP_INTERVAL.as_secs_f32();
    (1..500).find_map(|n| {
        let reported = at((1.0 + way * n as f32).min(199.0), 0.5);
        judge.accept(&ground, POSE_UP_INTERVAL * n, reported).err().map(|back| back.cause)
    })
}

#[test]
fn sustained_speeding_is_put_back_and_honest_speed_is_not() {
    assert_eq!(cheat(1.0), None);
    assert_eq!(cheat(1.5), Some(Cause::TooFast));
    assert_eq!(cheat(1.12), Some(Cause::TooFast));
}

#[test]
fn a_wall_is_not_jumped_and_the_person_stays() {
    let ground = ground(&BOX);
    let mut judge = WalkJudge::new(at(2.5, 1.5), Duration::ZERO);
    let over = [at(4.5, 1.5), at(3.5, 1.5), at(f32::NAN, 1.0), at(-1.0, 1.0), at(f32::INFINITY, 1.0)];
    for reported in over {
        let back = judge.accept(&ground, Duration::from_millis(100), reported).unwrap_err();
        assert_eq!(back, PutBack { to: at(2.5, 1.5), cause: Cause::ThroughWall });
    }
}

#[test]
fn a_corner_turned_between_two_reports_is_walked_round() {
    let ground = ground(&BOX);
    let mut judge = WalkJudge::new(at(2.5, 3.9), Duration::ZERO);
    assert!(judge.accept(&ground, Duration::from_millis(500), at(4.5, 3.6)).is_ok());
}

#[test]
fn someone_in_a_doorway_that_shuts_is_moved_out() {
    let ground = ground(&BOX);
    let mut judge = WalkJudge::new(at(3.5, 2.5), Duration::ZERO);
    let out = ground.nearest_free(at(3.5, 2.5));
    assert_eq!(judge.accept(&ground, SECOND, out), Ok(out));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn steps_never_end_in_a_wall_nor_cross_one(turns in prop::collection::vec((0.0..6.3_f32, 0..1000_u64), 1..60)) {
        let (map, _) = built_in();
        let ground = Ground::new(&map);
        let mut here = map.spawn.center();
        for (turn, ms) in turns {
            let next = ground.step(here, (turn.cos(), turn.sin()), Duration::from_millis(ms));
            prop_assert!(ground.is_free(next), "{here:?} to {next:?}");
            prop_assert!(next.distance(here) <= WALK_TILES_PER_SECOND * ms as f32 / 1000.0 + 0.05);
            // Nobody gets into a plot whose door is shut, however they slide.
            prop_assert!(!matches!(map.place_at(next), Some(Place::Plot(_))));
            here = next;
        }
    }

    #[test]
    fn an_honest_walk_passes_with_jitter(
        turns in prop::collection::vec(0.0..6.3_f32, 1..20),
        delays in prop::collection::vec(0..300_u64, 240),
    ) {
        let (map, _) = built_in();
        let ground = Ground::new(&map);
        let reports = honest_walk(&ground, map.spawn.center(), &turns);
        let mut judge = WalkJudge::new(map.spawn.center(), Duration::ZERO);
        let mut arrival = Duration::ZERO;
        for ((number, report), delay) in (1..).zip(&reports).zip(&delays) {
            // The channel is sequenced: what is late arrives no sooner than what was sent before it.
            arrival = arrival.max(POSE_UP_INTERVAL * number + Duration::from_millis(*delay));
            let judged = judge.accept(&ground, arrival, *report);
            prop_assert!(judged.is_ok(), "report {number} at {arrival:?}: {judged:?}");
            prop_assert!(ground.is_free(judged.unwrap()));
        }
    }
}
