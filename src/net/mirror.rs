//! Who and what is there: what lightyear replicated and what the server tells between, as the snapshot shows it.

mod talk_log;

use super::{
    events::{Event, PersonChanged},
    poses::NewestPoses,
    preferences::Volumes,
    session::{Clock, FromFloor, FromServer, LeftWorld, Mirror, SessionSystems, ToFace},
    snapshot::{Me, PersonView, RoomView},
    track::PoseTrack,
};
use bevy::prelude::*;
use hallway_protocol::{
    control::{PersonChange, ServerMessage},
    floor::messages::{FloorNotice, FloorState},
    ids::{PersonId, RoomId},
    names::NameKey,
    replicated::{InRoom, Person, Room, RoomCall, RoomSite, Talkers, Talking},
};
use std::collections::HashMap;

/// Keeps people and rooms in the mirror.
pub struct MirrorPlugin;

impl Plugin for MirrorPlugin {
    fn build(&self, app: &mut App) {
        app.add_systems(
            Update,
            (
                hear_floor,
                mirror_people.run_if(people_changed),
                mirror_rooms.run_if(rooms_changed.or_else(people_changed)),
                hear_server,
                forget_place.run_if(on_message::<LeftWorld>),
                talk_log::tell,
            )
                .chain()
                .in_set(SessionSystems::Mirror),
        );
        app.init_resource::<HeardFloor>();
    }
}

/// What the Floor channel said last about the room one is in: it is ahead of what is replicated, and says more.
#[derive(Resource, Default)]
struct HeardFloor(Option<(RoomId, FloorState)>);

type PersonChangedFilter = (With<Person>, Or<(Changed<Person>, Changed<InRoom>, Changed<Talking>)>);
type RoomChangedFilter = (With<Room>, Or<(Changed<Room>, Changed<Talkers>, Changed<RoomCall>)>);

fn people_changed(changed: Query<(), PersonChangedFilter>, mut gone: RemovedComponents<Person>) -> bool {
    gone.read().count() > 0 || !changed.is_empty()
}

fn rooms_changed(
    changed: Query<(), RoomChangedFilter>,
    mut gone: RemovedComponents<Room>,
    heard: Res<HeardFloor>,
) -> bool {
    gone.read().count() > 0 || !changed.is_empty() || heard.is_changed()
}

fn mirror_people(
    people: Query<(&Person, Option<&InRoom>, Option<&Talking>)>,
    poses: Res<NewestPoses>,
    volumes: Res<Volumes>,
    clock: Clock,
    mut mirror: ResMut<Mirror>,
) {
    let start = mirror.map.as_ref().map(|map| map.map.spawn.center()).unwrap_or_default();
    let mut known: HashMap<_, _> = std::mem::take(&mut mirror.people).into_iter().map(|view| (view.id, view)).collect();
    let mut views: Vec<(NameKey, PersonView)> = people
        .iter()
        .map(|(person, room, talking)| {
            let known = known.remove(&person.id);
            let (typing, track) = known.map_or_else(
                || (None, poses.track_of(person.id).unwrap_or_else(|| PoseTrack::standing(clock.now(), start))),
                |known| (known.typing, known.track),
            );
            let volume = volumes.of(&person.name.key());
            let room = room.and_then(|room| room.0);
            let talking = talking.is_some_and(|talking| talking.0);
            let name = person.name.as_str().to_owned();
            (person.name.key(), PersonView { id: person.id, name, room, talking, volume, typing, track })
        })
        .collect();
    views.sort_by(|(a, _), (b, _)| a.cmp(b));
    mirror.people = views.into_iter().map(|(_, view)| view).collect();
}

fn mirror_rooms(
    rooms: Query<(&Room, Option<&Talkers>, Option<&RoomCall>)>,
    heard: Res<HeardFloor>,
    mut mirror: ResMut<Mirror>,
) {
    let mut views: Vec<(bool, NameKey, RoomView)> = rooms
        .iter()
        .map(|(room, talkers, call)| {
            let heard = heard.0.as_ref().filter(|(heard, _)| *heard == room.id).map(|(_, floor)| floor.clone());
            let FloorState { talkers, waiting, muted } = heard.unwrap_or_else(|| FloorState {
                talkers: talkers.map(|talkers| talkers.0.clone()).unwrap_or_default(),
                ..FloorState::default()
            });
            let people = mirror.people.iter().filter(|person| person.room == Some(room.id)).map(|person| person.id);
            let view = RoomView {
                id: room.id,
                name: room.name.as_str().to_owned(),
                moderated: mirror.me.as_ref().is_some_and(|me| moderates(me, &room.site)),
                site: room.site.clone(),
                policy: room.policy,
                queue: room.queue,
                talk_log: room.talk_log,
                talkers,
                waiting,
                muted,
                call: call.and_then(|call| call.0),
                people: people.collect(),
            };
            (room.site != RoomSite::Map, room.name.key(), view)
        })
        .collect();
    views.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    mirror.rooms = views.into_iter().map(|(_, _, view)| view).collect();
}

/// Whether somebody may order about the floor of a room that stands there.
fn moderates(me: &Me, site: &RoomSite) -> bool {
    me.moderator || matches!(site, RoomSite::Plot { owner: Some(owner), .. } if *owner == me.id)
}

fn hear_floor(mut notices: MessageReader<FromFloor>, mut heard: ResMut<HeardFloor>) {
    for FromFloor(notice) in notices.read() {
        if let FloorNotice::State { room, state } = notice {
            heard.0 = Some((*room, state.clone()));
        }
    }
}

fn hear_server(
    mut heard: MessageReader<FromServer>,
    mut mirror: ResMut<Mirror>,
    mut floor: ResMut<HeardFloor>,
    mut to_face: MessageWriter<ToFace>,
    // The room one is in, and what it is called: one that is taken down may be gone before one is out of it.
    mut inside: Local<Option<(RoomId, String)>>,
) {
    for FromServer(message) in heard.read() {
        match message {
            ServerMessage::Placed { room, people } => {
                let left = mirror.me.as_ref().and_then(|me| me.room);
                if left == *room {
                    continue;
                }
                if let Some(me) = &mut mirror.me {
                    me.room = *room;
                }
                if floor.0.as_ref().is_some_and(|(heard, _)| Some(*heard) != *room) {
                    floor.0 = None;
                }
                if let Some(room) = left {
                    let known = inside.take().filter(|(known, _)| *known == room);
                    let name = known.map_or_else(|| mirror.room_name(room), |(_, name)| name);
                    to_face.write(ToFace(Event::Left { room, name }));
                }
                if let Some(room) = *room {
                    *inside = Some((room, mirror.room_name(room)));
                    to_face.write(ToFace(entered(&mirror, room, people)));
                }
            }
            ServerMessage::PersonChanged { person, name, change } => {
                let change = match *change {
                    PersonChange::Arrived => PersonChanged::Arrived,
                    PersonChange::Gone => PersonChanged::Gone,
                    PersonChange::Entered(room) => PersonChanged::Entered(room),
                    PersonChange::Left(room) => PersonChanged::Left(room),
                };
                to_face.write(ToFace(Event::PersonChanged { person: *person, name: name.clone(), change }));
            }
            _ => {}
        }
    }
}

fn entered(mirror: &Mirror, room: RoomId, others: &[PersonId]) -> Event {
    let own = mirror.me.as_ref().map(|me| me.name.clone());
    let mut people: Vec<String> = others.iter().map(|id| mirror.person_name(*id)).chain(own).collect();
    people.sort_by_key(|name| NameKey::of(name));
    Event::Entered { room, name: mirror.room_name(room), people }
}

/// Out of the world one is in no room.
fn forget_place(mut mirror: ResMut<Mirror>, mut floor: ResMut<HeardFloor>) {
    floor.0 = None;
    if let Some(me) = &mut mirror.me {
        me.room = None;
        me.direction = (0.0, 0.0);
        me.path.clear();
    }
}

impl Mirror {
    /// A room's name; one that is not mirrored yet goes by its number.
    #[must_use]
    pub fn room_name(&self, id: RoomId) -> String {
        let drawn = || self.map.as_ref()?.map.rooms.iter().find(|room| room.id == id).map(|room| room.name.clone());
        self.room(id).map(|room| room.name.clone()).or_else(drawn).unwrap_or_else(|| format!("room {id}"))
    }

    /// A person's name; one who is not mirrored yet goes by number.
    #[must_use]
    pub fn person_name(&self, id: PersonId) -> String {
        self.person(id).map_or_else(|| format!("person {id}"), |person| person.name.clone())
    }
}
