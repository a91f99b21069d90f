use super::*;
use crate::map::{Place, WorldMap, tmx::built_in};

const FRAME: Duration = Duration::from_millis(16);

fn open_map() -> (WorldMap, Ground) {
    let (map, _) = built_in();
    let mut ground = Ground::new(&map);
    (0..map.plots.len()).for_each(|plot| ground.set_plot_open(plot, true));
    (map, ground)
}

/// Walks the whole way; where it ended.
fn walk(ground: &Ground, from: Point, way: Vec<Point>) -> Point {
    let mut walker = Walker::new(way);
    let mut here = from;
    for _ in 0..10_000 {
        let (next, over) = walker.advance(ground, here, FRAME);
        assert!(ground.is_free(next));
        here = next;
        if over {
            return here;
        }
    }
    panic!("still walking at {here:?}");
}

#[test]
fn every_room_and_plot_of_the_built_in_map_is_reached_on_foot() {
    let (map, ground) = open_map();
    let rooms = map.rooms.iter().map(|room| (Place::Room(room.id), room.inside));
    let plots = map.plots.iter().enumerate().map(|(number, plot)| (Place::Plot(number), plot.inside));
    let places: Vec<_> = rooms.chain(plots).collect();
    let mut here = map.spawn.center();
    for round in 0..2 {
        for &(place, inside) in places.iter().skip(round).step_by(round + 1) {
            let target = ground.nearest_free(inside.center());
            let way = find(&ground, here, inside.center()).unwrap();
            here = walk(&ground, here, way);
            assert!(here.distance(target) < 0.1, "{place:?}: {here:?} is not {target:?}");
            assert_eq!(map.place_at(here), Some(place));
        }
    }
}

#[test]
fn a_clear_way_is_one_line() {
    let (map, ground) = open_map();
    let from = map.spawn.center();
    let to = Point { x: from.x + 2.2, y: from.y + 0.7 };
    assert_eq!(find(&ground, from, to), Some(vec![to]));
}

#[test]
fn a_shut_plot_is_not_reached() {
    let (map, _) = built_in();
    assert_eq!(find(&Ground::new(&map), map.spawn.center(), map.plots[0].inside.center()), None);
}

#[test]
fn a_click_far_from_anything_leads_nowhere() {
    let (map, ground) = open_map();
    for nowhere in [Point { x: 900.0, y: 3.0 }, Point { x: f32::NAN, y: 3.0 }] {
        assert_eq!(find(&ground, map.spawn.center(), nowhere), None);
    }
}

#[test]
fn a_door_shut_on_the_way_ends_the_walk() {
    let (map, mut ground) = open_map();
    let way = find(&ground, map.spawn.center(), map.plots[3].inside.center()).unwrap();
    ground.set_plot_open(3, false);
    let end = walk(&ground, map.spawn.center(), way);
    assert_eq!(map.place_at(end), None);
}
