//! Where somebody who walks into a room comes to stand: near its middle, and not on one another's feet.

use crate::net::snapshot::{RoomView, Snapshot};
use hallway_protocol::{
    ids::PersonId,
    map::{Point, TileRect, WorldMap},
    replicated::RoomSite,
    walk::Ground,
};

/// How near to another avatar one does not stop, in tiles: two radii and a little.
const ELBOW_TILES: f32 = 0.9;
/// Places in the middle of a room among which people are spread.
const MIDDLE_PLACES: usize = 12;

/// The inside of a room; `None` when the map and the room do not agree.
#[must_use]
pub fn inside(map: &WorldMap, room: &RoomView) -> Option<TileRect> {
    match room.site {
        RoomSite::Map => map.rooms.iter().find(|area| area.id == room.id).map(|area| area.inside),
        RoomSite::Plot { plot, .. } => map.plots.get(usize::from(plot)).map(|plot| plot.inside),
    }
}

/// Where the others stand or will stand shortly.
pub fn others(snapshot: &Snapshot, own: PersonId) -> impl Iterator<Item = Point> {
    snapshot.people.iter().filter(move |person| person.id != own).map(|person| person.track.newest().0)
}

/// A free place inside; each person prefers another one of those in the middle. Where the middle is full it is the
/// free place nearest to it, and where all is full any.
#[must_use]
pub fn free_place(ground: &Ground, inside: TileRect, taken: &[Point], person: PersonId) -> Option<Point> {
    let center = inside.center();
    let middle_of = |(x, y): (u16, u16)| Point { x: f32::from(x) + 0.5, y: f32::from(y) + 0.5 };
    let mut places: Vec<Point> = inside.tiles().map(middle_of).filter(|place| ground.is_free(*place)).collect();
    places.sort_by(|a, b| a.distance(center).total_cmp(&b.distance(center)));
    let is_taken = |place: &&Point| taken.iter().any(|other| other.distance(**place) < ELBOW_TILES);
    let in_middle = places.len().min(MIDDLE_PLACES);
    if in_middle == 0 {
        return None;
    }
    let first = person.0 as usize % in_middle;
    let preferred = places[..in_middle].iter().cycle().skip(first).take(in_middle).chain(&places[in_middle..]);
    preferred.clone().find(|place| !is_taken(place)).or_else(|| preferred.clone().next()).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hallway_protocol::map::tmx::built_in;

    #[test]
    fn people_who_come_one_after_the_other_stand_apart_near_the_middle() {
        let (map, _) = built_in();
        let ground = Ground::new(&map);
        for room in &map.rooms {
            let mut taken = Vec::new();
            for person in (0..8).map(|n| PersonId(n * 12)) {
                let place = free_place(&ground, room.inside, &taken, person).unwrap();
                assert!(room.inside.contains(place) && ground.is_free(place), "{}", room.name);
                assert!(taken.iter().all(|other: &Point| other.distance(place) >= ELBOW_TILES));
                taken.push(place);
            }
        }
    }

    #[test]
    fn a_full_room_still_lets_one_in() {
        let (map, _) = built_in();
        let ground = Ground::new(&map);
        let inside = map.rooms[0].inside;
        let taken: Vec<_> =
            inside.tiles().map(|(x, y)| Point { x: f32::from(x) + 0.5, y: f32::from(y) + 0.5 }).collect();
        assert!(free_place(&ground, inside, &taken, PersonId(5)).is_some());
    }
}
