//! The object layers: rooms, plots with their doors, and the spawn.

use super::{MapError, reach};
use crate::{
    floor::UnknownRule,
    ids::RoomId,
    limits,
    map::{Plot, Point, RoomArea, ShutDoor, TileRect, WorldMap},
    names::{NameKey, RoomName},
};
use std::{collections::HashSet, str::FromStr};
use tiled::{LayerType, Map, Object, ObjectShape, PropertyValue};

pub(super) fn read(map: &Map, world: &mut WorldMap) -> Result<(), MapError> {
    let rooms = objects(map, "rooms", &["room"])?.ok_or(missing("rooms"))?;
    let plots = objects(map, "plots", &["plot", "door"])?.unwrap_or_default();
    let spawns = objects(map, "spawn", &["spawn"])?.ok_or(missing("spawn"))?;
    world.rooms = read_rooms(map, &rooms)?;
    let doors = read_doors(map, &plots)?;
    check_overlaps(world, &doors)?;
    world.spawn = match spawns[..] {
        [ref spawn] => rectangle(map, spawn)?,
        _ => return Err(MapError::Spawns(spawns.len())),
    };
    check_ways(world, doors)
}

fn missing(name: &'static str) -> MapError {
    MapError::MissingLayer { kind: "object", name }
}

/// The objects of a layer, if the map has it; each must be of one of the classes.
fn objects<'a>(map: &'a Map, name: &str, classes: &[&str]) -> Result<Option<Vec<Object<'a>>>, MapError> {
    for layer in map.layers().filter(|layer| layer.name == name) {
        let LayerType::Objects(objects) = layer.layer_type() else { continue };
        let found: Vec<_> = objects.objects().collect();
        if let Some(stray) = found.iter().find(|object| !classes.contains(&object.user_type.as_str())) {
            let (layer, class) = (name.to_owned(), stray.user_type.clone());
            return Err(MapError::Class { name: stray.name.clone(), layer, class });
        }
        return Ok(Some(found));
    }
    Ok(None)
}

/// The tiles that an object covers. Tiled lets one draw a little off the grid; up to a tenth of a tile is forgiven.
fn rectangle(map: &Map, object: &Object<'_>) -> Result<TileRect, MapError> {
    let fault = || MapError::Rectangle(object.name.clone());
    let ObjectShape::Rect { width, height } = object.shape else { return Err(fault()) };
    let tiles = |pixels: f32, side: u32| {
        let tiles = pixels / side as f32;
        let whole = tiles.round();
        let near = (tiles - whole).abs() <= 0.1 && (0.0..=limits::MAP_TILES as f32).contains(&whole);
        near.then_some(whole as u16)
    };
    let rect = (|| {
        Some(TileRect {
            x: tiles(object.x, map.tile_width)?,
            y: tiles(object.y, map.tile_height)?,
            width: tiles(width, map.tile_width)?,
            height: tiles(height, map.tile_height)?,
        })
    })();
    let fits = |rect: &TileRect| object.rotation == 0.0 && rect.fits(map.width as u16, map.height as u16);
    rect.filter(fits).ok_or_else(fault)
}

fn read_rooms(map: &Map, objects: &[Object<'_>]) -> Result<Vec<RoomArea>, MapError> {
    let mut names = HashSet::new();
    let mut rooms = Vec::new();
    for (number, object) in (1..).zip(objects) {
        let fault =
            |error: crate::names::NameError| MapError::RoomName { name: object.name.clone(), cause: error.to_string() };
        let name = RoomName::new(&object.name).map_err(fault)?;
        if !names.insert(NameKey::of(name.as_str())) {
            return Err(MapError::DuplicateRoom(object.name.clone()));
        }
        let (policy, queue) = (rule(object, "floor")?, rule(object, "queue")?);
        let talk_log = switch(object, "talk-log")?;
        let inside = rectangle(map, object)?;
        rooms.push(RoomArea { id: RoomId(number), name: name.as_str().to_owned(), inside, policy, queue, talk_log });
    }
    Ok(rooms)
}

/// A rule of a room's floor, if the map sets it.
fn rule<T: FromStr<Err = UnknownRule>>(object: &Object<'_>, property: &'static str) -> Result<Option<T>, MapError> {
    let fault = |cause: String| MapError::Rule { room: object.name.clone(), property, cause };
    match object.properties.get(property) {
        None => Ok(None),
        Some(PropertyValue::StringValue(word)) => {
            word.parse().map(Some).map_err(|error: UnknownRule| fault(error.to_string()))
        }
        Some(_) => Err(fault("it must be a string".to_owned())),
    }
}

/// Something about a room that the map switches on; off where it says nothing.
fn switch(object: &Object<'_>, property: &'static str) -> Result<bool, MapError> {
    match object.properties.get(property) {
        None => Ok(false),
        Some(PropertyValue::BoolValue(on)) => Ok(*on),
        Some(_) => {
            let cause = "it must be a bool".to_owned();
            Err(MapError::Rule { room: object.name.clone(), property, cause })
        }
    }
}

/// A plot before its doorstep is known.
struct Booth {
    name: String,
    inside: TileRect,
    door: TileRect,
}

fn read_doors(map: &Map, objects: &[Object<'_>]) -> Result<Vec<Booth>, MapError> {
    let booths = objects.iter().filter(|object| object.user_type == "plot").map(|plot| {
        let named = |door: &&Object<'_>| match plot.properties.get("door") {
            Some(PropertyValue::ObjectValue(id)) => door.id() == *id,
            _ => door.name == plot.name,
        };
        let mut doors = objects.iter().filter(|object| object.user_type == "door");
        let door = doors.find(named).ok_or_else(|| MapError::NoDoor(plot.name.clone()))?;
        Ok(Booth { name: plot.name.clone(), inside: rectangle(map, plot)?, door: rectangle(map, door)? })
    });
    booths.collect()
}

fn check_overlaps(world: &WorldMap, booths: &[Booth]) -> Result<(), MapError> {
    let rooms = world.rooms.iter().map(|room| (&room.name, room.inside));
    let insides = booths.iter().map(|booth| (&booth.name, booth.inside));
    let doors = booths.iter().map(|booth| (&booth.name, booth.door));
    let areas: Vec<_> = rooms.chain(insides).chain(doors).collect();
    for (number, (name, area)) in areas.iter().enumerate() {
        if let Some((other, _)) = areas[..number].iter().find(|(_, other)| other.overlaps(area)) {
            return Err(MapError::Overlap((*other).clone(), (*name).clone()));
        }
    }
    let count = world.rooms.len() + booths.len();
    if count > limits::ROOMS { Err(MapError::TooManyRooms(count)) } else { Ok(()) }
}

/// Checks who can walk where, and finds the doorsteps.
fn check_ways(world: &mut WorldMap, booths: Vec<Booth>) -> Result<(), MapError> {
    if !booths.is_empty() && world.shut_door == ShutDoor::default() {
        return Err(MapError::NoShutDoorTile);
    }
    if let Some((x, y)) = world.spawn.tiles().find(|&(x, y)| reach::is_solid(world, x, y)) {
        return Err(MapError::SpawnInWall { x, y });
    }
    let open = reach::from_spawn(world, &[]);
    let doors: Vec<TileRect> = booths.iter().map(|booth| booth.door).collect();
    let shut = reach::from_spawn(world, &doors);
    for room in &world.rooms {
        if !shut.any(room.inside) {
            return Err(MapError::Unreachable(room.name.clone()));
        }
    }
    for Booth { name, inside, door } in booths {
        let beside = reach::around(world, door).any(|(x, y)| inside.has_tile(x, y));
        if !beside || door.tiles().any(|(x, y)| reach::is_solid(world, x, y)) {
            return Err(MapError::Door(name));
        }
        if shut.any(inside) {
            return Err(MapError::LeakyPlot(name));
        }
        let doorstep = doorstep(world, door, &shut).filter(|_| open.any(inside));
        let doorstep = doorstep.ok_or(MapError::Unreachable(name))?;
        world.plots.push(Plot { inside, door, doorstep });
    }
    Ok(())
}

/// The middle of the tile before the door that is nearest to it.
fn doorstep(world: &WorldMap, door: TileRect, shut: &reach::Reached) -> Option<Point> {
    let tiles = reach::around(world, door).filter(|&(x, y)| shut.has(x, y));
    let points = tiles.map(|(x, y)| Point { x: f32::from(x) + 0.5, y: f32::from(y) + 0.5 });
    points.min_by(|a, b| a.distance(door.center()).total_cmp(&b.distance(door.center())))
}
