//! The way back after a lost connection: into the room that one was in, where the server did not keep the place.
//!
//! A server that goes on puts people back by itself. One that was started anew knows nobody, and lets everyone begin at
//! the start of the map; then the avatar walks to its room, unless the person has chosen another way meanwhile.

use super::{Walk, places};
use crate::net::{
    commands::Command,
    session::{EnteredWorld, FromFace},
    snapshot::{ConnectionState, Snapshot},
};
use bevy::prelude::*;
use hallway_protocol::{ids::RoomId, names::NameKey};
use std::time::{Duration, Instant};

/// How long what is there may take to be replicated; a room that has not appeared by then is gone.
const ROOM_APPEARS: Duration = Duration::from_secs(5);

/// The room to be in, and how far one is on the way there.
#[derive(Resource, Default)]
pub(super) struct WayBack {
    /// The room one is in, or was in when the link was lost. By name: numbers belong to one life of a server.
    room: Option<NameKey>,
    stage: Stage,
}

#[derive(Clone, Copy, Default)]
enum Stage {
    /// Not on the way: one is where one wants to be.
    #[default]
    There,
    /// The room has until then to appear.
    Due(Instant),
    /// The avatar walks.
    UnderWay,
}

/// Notes the room one is in, and goes back to it after the link was regained.
pub(super) fn walk_back(
    mut entered: MessageReader<EnteredWorld>,
    mut asked: MessageReader<FromFace>,
    mut way_back: ResMut<WayBack>,
    mut walk: Walk,
) {
    let came_in = entered.read().count() > 0;
    let goes_elsewhere = asked.read().filter(|FromFace(command, _)| leads_elsewhere(command)).count() > 0;
    let now = walk.clock.now();
    match walk.mirror.connection {
        ConnectionState::Connected if came_in && way_back.room.is_some() => {
            way_back.stage = Stage::Due(now + ROOM_APPEARS);
        }
        ConnectionState::Connected => {}
        // The room is kept until the link is there again.
        ConnectionState::Retrying => return,
        ConnectionState::SignedOut | ConnectionState::SigningIn => return *way_back = WayBack::default(),
    }
    way_back.stage = if goes_elsewhere { Stage::There } else { way_back.next(&mut walk, now) };
    if matches!(way_back.stage, Stage::There) {
        way_back.note_room(&walk.mirror);
    }
}

impl WayBack {
    /// Goes on towards the room.
    fn next(&self, walk: &mut Walk, now: Instant) -> Stage {
        match self.stage {
            Stage::Due(until) if now < until => match self.destination(&walk.mirror) {
                Some((room, false)) => {
                    walk.go_back(room);
                    Stage::UnderWay
                }
                Some((_, true)) => Stage::There,
                None => Stage::Due(until),
            },
            Stage::UnderWay if walk.is_going_back() => Stage::UnderWay,
            Stage::There | Stage::Due(_) | Stage::UnderWay => Stage::There,
        }
    }

    /// The room, and whether one stands in it; `None` while it can't be seen what is there.
    fn destination(&self, seen: &Snapshot) -> Option<(RoomId, bool)> {
        let (me, map, wanted) = (seen.me.as_ref()?, seen.map.as_ref()?, self.room.as_ref()?);
        seen.person(me.id)?;
        let room = seen.rooms.iter().find(|room| NameKey::of(&room.name) == *wanted)?;
        let inside = places::inside(&map.map, room)?;
        Some((room.id, inside.contains(me.at)))
    }

    fn note_room(&mut self, seen: &Snapshot) {
        match seen.me.as_ref().and_then(|me| me.room) {
            None => self.room = None,
            // One that is not replicated yet has no name so far.
            Some(room) => self.room = seen.room(room).map(|room| NameKey::of(&room.name)).or(self.room.take()),
        }
    }
}

/// Whether somebody who says this does not want to be taken to the room of before.
fn leads_elsewhere(command: &Command) -> bool {
    match command {
        Command::Steer { x, y } => *x != 0.0 || *y != 0.0,
        Command::WalkTo(_) | Command::Enter(_) | Command::Leave => true,
        _ => false,
    }
}
