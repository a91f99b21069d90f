//! Who is here and which rooms there are: the server's own state, from which everything is decided.
//!
//! Plain data without Bevy's queries, so that every rule about membership has one place. A room owns its members and
//! its floor: it could be moved to another process as a whole.

use super::floor::Muted;
use crate::store::Thread;
use bevy::prelude::*;
use hallway_protocol::{
    floor::{Floor, FloorRules, messages::FloorOrder},
    ids::{PersonId, RoomId},
    map::{Point, TileRect, WorldMap},
    names::{DisplayName, NameKey, RoomName},
    owner::OwnerId,
    replicated::RoomSite,
};
use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};
use tracing::warn;

/// Somebody who is in the world.
#[derive(Clone, Debug)]
pub(crate) struct Guest {
    pub(crate) name: DisplayName,
    /// Whose client it is: what private history goes by.
    pub(crate) owner: OwnerId,
    /// The link to the client.
    pub(crate) link: Entity,
    /// The entity that is replicated.
    pub(crate) entity: Entity,
    /// The room; `None` is the hall.
    pub(crate) room: Option<RoomId>,
    /// Whether this person moderates every room.
    pub(crate) moderator: bool,
    /// Whether the name is the person's own.
    pub(crate) account: bool,
}

/// A room with what belongs to it.
#[derive(Debug)]
pub(crate) struct RoomState {
    pub(crate) name: RoomName,
    /// The entity that is replicated.
    pub(crate) entity: Entity,
    pub(crate) site: RoomSite,
    /// Who created it, by name: kept when that person is gone.
    pub(crate) owner_name: Option<DisplayName>,
    /// Where one is inside.
    inside: TileRect,
    pub(crate) members: Vec<PersonId>,
    pub(crate) floor: Floor,
    muted: Muted,
    /// Where its messages are stored.
    pub(crate) thread: Thread,
    /// Since when nobody is inside.
    empty_since: Option<Duration>,
}

/// Somebody changed rooms; also the first step in and the last step out.
#[derive(Message, Clone, Debug)]
pub(crate) struct Moved {
    pub(crate) person: PersonId,
    pub(crate) name: DisplayName,
    pub(crate) from: Option<RoomId>,
    pub(crate) to: Option<RoomId>,
}

/// Somebody is in the world.
#[derive(Message, Clone, Copy, Debug)]
pub(crate) struct Arrived {
    pub(crate) person: PersonId,
}

/// Somebody's sign-in ended.
#[derive(Message, Clone, Debug)]
pub(crate) struct Departed {
    pub(crate) person: PersonId,
    pub(crate) name: DisplayName,
    /// Whether the link was lost, and not signed out.
    pub(crate) lost: bool,
}

/// The people and the rooms.
#[derive(Resource, Default)]
pub(crate) struct House {
    people: HashMap<PersonId, Guest>,
    by_name: HashMap<NameKey, PersonId>,
    rooms: BTreeMap<RoomId, RoomState>,
    last_room: u32,
}

impl House {
    /// A house with the rooms of the map, whose entities `spawn` makes. `rules` are those of the floors of which the
    /// map does not say more.
    pub(crate) fn of_map(
        map: &WorldMap,
        rules: FloorRules,
        mut spawn: impl FnMut(RoomId, &RoomName, FloorRules) -> Entity,
    ) -> Self {
        let mut house = Self::default();
        for area in &map.rooms {
            let Ok(name) = RoomName::new(&area.name) else {
                warn!(room = %area.id, "a room of the map has no usable name and is left out");
                continue;
            };
            let rules = FloorRules {
                policy: area.policy.unwrap_or(rules.policy),
                queue: area.queue.unwrap_or(rules.queue),
                talk_log: area.talk_log,
                ..rules
            };
            let room = RoomState {
                entity: spawn(area.id, &name, rules),
                thread: Thread::map_room(name.as_str()),
                name,
                site: RoomSite::Map,
                owner_name: None,
                inside: area.inside,
                members: Vec::new(),
                floor: Floor::new(rules),
                muted: Muted::default(),
                empty_since: Some(Duration::ZERO),
            };
            house.last_room = house.last_room.max(area.id.0);
            house.rooms.insert(area.id, room);
        }
        house
    }

    /// A number for a room that never had one.
    pub(crate) fn next_room_id(&mut self) -> RoomId {
        self.last_room += 1;
        RoomId(self.last_room)
    }

    /// Adds a room that people create.
    pub(crate) fn add_made_room(&mut self, id: RoomId, made: MadeRoom, now: Duration) {
        let room = RoomState {
            entity: made.entity,
            thread: Thread::made_room(made.name.as_str(), made.life),
            name: made.name,
            site: RoomSite::Plot { plot: made.plot, owner: Some(made.owner) },
            owner_name: self.people.get(&made.owner).map(|owner| owner.name.clone()),
            inside: made.inside,
            members: Vec::new(),
            floor: Floor::new(made.rules),
            muted: Muted::default(),
            empty_since: Some(now),
        };
        self.rooms.insert(id, room);
    }

    /// Takes a room away. Whoever is inside must have been moved out.
    pub(crate) fn remove_room(&mut self, id: RoomId) -> Option<RoomState> {
        self.rooms.remove(&id)
    }

    pub(crate) fn room(&self, id: RoomId) -> Option<&RoomState> {
        self.rooms.get(&id)
    }

    pub(crate) fn room_mut(&mut self, id: RoomId) -> Option<&mut RoomState> {
        self.rooms.get_mut(&id)
    }

    pub(crate) fn rooms(&self) -> impl Iterator<Item = (RoomId, &RoomState)> {
        self.rooms.iter().map(|(id, room)| (*id, room))
    }

    pub(crate) fn rooms_mut(&mut self) -> impl Iterator<Item = (RoomId, &mut RoomState)> {
        self.rooms.iter_mut().map(|(id, room)| (*id, room))
    }

    /// The room that the point lies in; `None` is the hall.
    pub(crate) fn room_at(&self, point: Point) -> Option<RoomId> {
        self.rooms.iter().find(|(_, room)| room.inside.contains(point)).map(|(id, _)| *id)
    }

    /// The made rooms that nobody was in for `lifetime`.
    pub(crate) fn outlived(&self, now: Duration, lifetime: Duration) -> Vec<RoomId> {
        let outlived = |room: &RoomState| {
            matches!(room.site, RoomSite::Plot { .. }) && room.empty_since.is_some_and(|since| now >= since + lifetime)
        };
        self.rooms.iter().filter(|(_, room)| outlived(room)).map(|(id, _)| *id).collect()
    }

    /// Lets somebody in, who is in no room yet; see [`Self::relocate`].
    pub(crate) fn arrive(&mut self, id: PersonId, guest: Guest) {
        self.by_name.insert(guest.name.key(), id);
        self.people.insert(id, guest);
    }

    /// Forgets somebody who is in no room any more; see [`Self::relocate`].
    pub(crate) fn depart(&mut self, id: PersonId) -> Option<Guest> {
        let guest = self.people.remove(&id)?;
        // Whoever came in anew in place of a lost link has the name by now.
        if self.by_name.get(&guest.name.key()) == Some(&id) {
            self.by_name.remove(&guest.name.key());
        }
        Some(guest)
    }

    /// Puts somebody into another room, and says so if it is another one.
    pub(crate) fn relocate(&mut self, id: PersonId, to: Option<RoomId>, now: Duration) -> Option<Moved> {
        let guest = self.people.get_mut(&id)?;
        if guest.room == to {
            return None;
        }
        let moved = Moved { person: id, name: guest.name.clone(), from: guest.room, to };
        guest.room = to;
        if let Some(left) = moved.from.and_then(|room| self.rooms.get_mut(&room)) {
            left.members.retain(|member| *member != id);
            left.empty_since = left.members.is_empty().then_some(now);
        }
        if let Some(entered) = to.and_then(|room| self.rooms.get_mut(&room)) {
            entered.members.push(id);
            entered.empty_since = None;
        }
        Some(moved)
    }

    pub(crate) fn guest(&self, id: PersonId) -> Option<&Guest> {
        self.people.get(&id)
    }

    pub(crate) fn guests(&self) -> impl Iterator<Item = (PersonId, &Guest)> {
        self.people.iter().map(|(id, guest)| (*id, guest))
    }

    pub(crate) fn count(&self) -> usize {
        self.people.len()
    }

    pub(crate) fn by_name(&self, key: &NameKey) -> Option<PersonId> {
        self.by_name.get(key).copied()
    }

    /// Whether somebody may order about a room's floor: moderators of the server, and who created the room.
    pub(crate) fn moderates(&self, id: PersonId, room: RoomId) -> bool {
        let created = |room: &RoomState| matches!(room.site, RoomSite::Plot { owner: Some(owner), .. } if owner == id);
        self.people.get(&id).is_some_and(|guest| guest.moderator) || self.rooms.get(&room).is_some_and(created)
    }

    /// Remembers whose people an order mutes, or lets talk again.
    pub(crate) fn note_mute(&mut self, room: RoomId, order: FloorOrder) {
        let (FloorOrder::Mute(person) | FloorOrder::Unmute(person)) = order else { return };
        let (Some(guest), Some(room)) = (self.people.get(&person), self.rooms.get_mut(&room)) else { return };
        if order == FloorOrder::Mute(person) {
            let here = room.floor.muted().filter_map(|id| self.people.get(&id)).map(|guest| guest.owner);
            room.muted.add(guest.owner, &here.collect::<Vec<_>>());
        } else {
            room.muted.remove(guest.owner);
        }
    }

    /// Whether somebody was muted in a room before and is not on its floor's list, having come back in between.
    pub(crate) fn must_be_muted(&self, id: PersonId, room: RoomId) -> bool {
        let (Some(guest), Some(room)) = (self.people.get(&id), self.rooms.get(&room)) else { return false };
        room.muted.contains(guest.owner) && !room.floor.is_muted(id)
    }

    /// The people in a room.
    pub(crate) fn members(&self, room: RoomId) -> &[PersonId] {
        self.rooms.get(&room).map_or(&[], |room| room.members.as_slice())
    }

    /// The links of the people in a room.
    pub(crate) fn links_in(&self, room: RoomId) -> impl Iterator<Item = Entity> {
        self.members(room).iter().filter_map(|id| self.people.get(id)).map(|guest| guest.link)
    }

    /// The links of everyone.
    pub(crate) fn links(&self) -> impl Iterator<Item = Entity> {
        self.people.values().map(|guest| guest.link)
    }
}

/// What a room that people create is made of.
pub(crate) struct MadeRoom {
    pub(crate) name: RoomName,
    pub(crate) entity: Entity,
    pub(crate) plot: u16,
    pub(crate) inside: TileRect,
    pub(crate) owner: PersonId,
    pub(crate) rules: FloorRules,
    /// Tells this room's history from those of all other rooms, before and after.
    pub(crate) life: u64,
}
