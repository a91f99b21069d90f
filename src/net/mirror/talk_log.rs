//! Tells whether what is said in the own room is kept: on entering one that keeps it, and at each change.

use crate::net::{
    events::{Event, FloorChanged},
    session::{Mirror, ToFace},
};
use bevy::prelude::*;
use hallway_protocol::ids::RoomId;

pub(super) fn tell(mirror: Res<Mirror>, mut told: Local<Option<(RoomId, bool)>>, mut to_face: MessageWriter<ToFace>) {
    let room = mirror.me.as_ref().and_then(|me| me.room).and_then(|room| mirror.room(room));
    let now = room.map(|room| (room.id, room.keeps_turns()));
    if *told == now {
        return;
    }
    let before = std::mem::replace(&mut *told, now);
    let Some((room, keeps)) = now else { return };
    // Nobody needs to be told of a room that is like most.
    let is_news = keeps || before.is_some_and(|(before, _)| before == room);
    if is_news {
        to_face.write(ToFace(Event::Floor { room: Some(room), change: FloorChanged::TalkLog(keeps) }));
    }
}
