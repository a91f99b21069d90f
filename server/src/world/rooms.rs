//! Rooms: those of the map, those that people create on its plots, and who is told when somebody walks in or out.

use super::{
    Map, Rules, WorldSystems,
    conduct::Allowance,
    house::{House, MadeRoom, Moved},
    pose::{Grounds, Standing},
    post::Post,
    sessions::FromClient,
};
use bevy::prelude::*;
use hallway_protocol::{
    control::{ClientMessage, PersonChange, PutBackCause, Refusal, ServerMessage},
    floor::FloorRules,
    ids::{PersonId, RequestId, RoomId},
    limits,
    names::RoomName,
    replicated::{InRoom, Room, RoomCall, RoomSite, Talkers},
};
use lightyear::prelude::{NetworkTarget, Replicate};
use tracing::info;

pub(super) fn plugin(app: &mut App) {
    app.add_systems(PreStartup, open_house);
    app.add_systems(Update, (change_rooms, remove_outlived, orphan_rooms).chain().in_set(WorldSystems::Rooms));
    app.add_systems(Update, tell_moves.in_set(WorldSystems::Tell));
}

/// The components of a room that clients see.
fn room_bundle(id: RoomId, name: &RoomName, site: RoomSite, rules: FloorRules) -> impl Bundle {
    (
        Name::new(format!("room {id}")),
        Room { id, name: name.clone(), site, policy: rules.policy, queue: rules.queue, talk_log: rules.talk_log },
        Talkers::default(),
        RoomCall::default(),
        Replicate::to_clients(NetworkTarget::All),
    )
}

fn open_house(map: Res<Map>, rules: Res<Rules>, mut commands: Commands) {
    let house = House::of_map(&map.0, rules.floor, |id, name, rules| {
        commands.spawn(room_bundle(id, name, RoomSite::Map, rules)).id()
    });
    commands.insert_resource(house);
}

/// Everything that creating and taking down rooms touches.
#[derive(bevy::ecs::system::SystemParam)]
struct Builder<'w, 's> {
    house: ResMut<'w, House>,
    grounds: ResMut<'w, Grounds>,
    map: Res<'w, Map>,
    rules: Res<'w, Rules>,
    time: Res<'w, Time<Real>>,
    standings: Query<'w, 's, &'static mut Standing>,
    moves: MessageWriter<'w, Moved>,
    post: Post<'w, 's>,
    commands: Commands<'w, 's>,
}

fn change_rooms(mut said: MessageReader<FromClient>, mut allowances: Query<&mut Allowance>, mut builder: Builder) {
    for FromClient { person, link, message } in said.read() {
        let request = match message {
            ClientMessage::CreateRoom { request, .. } | ClientMessage::DeleteRoom { request, .. } => *request,
            _ => continue,
        };
        let now = builder.time.elapsed();
        let allowed = allowances.get_mut(*link).is_ok_and(|mut allowance| {
            allowance.rooms.take(now) || {
                allowance.strike(now);
                false
            }
        });
        let answer = match message {
            _ if !allowed => Err(Refusal::TooFast),
            ClientMessage::CreateRoom { name, policy, queue, talk_log, .. } => {
                let rules = FloorRules { policy: *policy, queue: *queue, talk_log: *talk_log, ..builder.rules.floor };
                builder.create(*person, name, rules, request)
            }
            ClientMessage::DeleteRoom { room, .. } => builder.delete(*person, *room, request),
            _ => continue,
        };
        let answer = answer.unwrap_or_else(|refusal| ServerMessage::Refused { request, refusal });
        builder.post.tell(*link, answer);
    }
}

impl Builder<'_, '_> {
    fn create(
        &mut self,
        person: PersonId,
        name: &RoomName,
        rules: FloorRules,
        request: RequestId,
    ) -> Result<ServerMessage, Refusal> {
        let key = name.key();
        if let Some((_, other)) = self.house.rooms().find(|(_, room)| room.name.key() == key) {
            return Err(Refusal::RoomNameTaken { name: other.name.to_string() });
        }
        if self.house.rooms().count() >= limits::ROOMS {
            return Err(Refusal::NoFreePlot);
        }
        let plot = self.free_plot().ok_or(Refusal::NoFreePlot)?;
        let inside = self.map.0.plots[usize::from(plot)].inside;
        let id = self.house.next_room_id();
        let site = RoomSite::Plot { plot, owner: Some(person) };
        let entity = self.commands.spawn(room_bundle(id, name, site, rules)).id();
        let made = MadeRoom { name: name.clone(), entity, plot, inside, owner: person, rules, life: rand::random() };
        self.house.add_made_room(id, made, self.time.elapsed());
        self.grounds.open_door(plot);
        info!(room = %id, %person, "a room was created");
        Ok(ServerMessage::RoomCreated { request, room: id })
    }

    fn free_plot(&self) -> Option<u16> {
        let taken: Vec<u16> = self.house.rooms().filter_map(|(_, room)| plot_of(&room.site)).collect();
        (0..).take(self.map.0.plots.len()).find(|plot| !taken.contains(plot))
    }

    fn delete(&mut self, person: PersonId, id: RoomId, request: RequestId) -> Result<ServerMessage, Refusal> {
        let room = self.house.room(id).ok_or(Refusal::NoSuchRoom)?;
        match &room.site {
            RoomSite::Map => return Err(Refusal::RoomOfMap),
            RoomSite::Plot { owner, .. } if *owner != Some(person) => {
                let owner = room.owner_name.as_ref().map(ToString::to_string).unwrap_or_default();
                return Err(Refusal::NotOwner { owner });
            }
            RoomSite::Plot { .. } => {}
        }
        self.take_down(id);
        Ok(ServerMessage::RoomDeleted { request })
    }

    /// Puts the people inside on the doorstep, shuts the door and removes the room.
    fn take_down(&mut self, id: RoomId) {
        let Some(plot) = self.house.room(id).and_then(|room| plot_of(&room.site)) else { return };
        let doorstep = self.map.0.plots[usize::from(plot)].doorstep;
        let now = self.time.elapsed();
        for person in self.house.members(id).to_vec() {
            self.moves.write_batch(self.house.relocate(person, None, now));
        }
        // People may stand in the doorway, which counts as neither inside nor wall; a shut door would hold them fast.
        let door = self.map.0.plots[usize::from(plot)].door;
        let inside = self.map.0.plots[usize::from(plot)].inside;
        for (_, guest) in self.house.guests() {
            let Ok(mut standing) = self.standings.get_mut(guest.link) else { continue };
            if door.contains(standing.at()) || inside.contains(standing.at()) {
                let put_back = standing.put_at(doorstep, PutBackCause::RoomGone, now);
                self.post.tell(guest.link, put_back);
            }
        }
        self.grounds.shut_door(plot);
        if let Some(room) = self.house.remove_room(id) {
            self.commands.entity(room.entity).try_despawn();
            info!(room = %id, "a room was taken down");
        }
    }
}

/// The plot that a room stands on.
fn plot_of(site: &RoomSite) -> Option<u16> {
    match site {
        RoomSite::Plot { plot, .. } => Some(*plot),
        RoomSite::Map => None,
    }
}

fn remove_outlived(mut builder: Builder) {
    let outlived = builder.house.outlived(builder.time.elapsed(), builder.rules.empty_room_lifetime);
    for room in outlived {
        builder.take_down(room);
    }
}

/// A room whose creator left belongs to nobody; it goes when it was empty for long enough.
fn orphan_rooms(
    mut departures: MessageReader<super::house::Departed>,
    mut house: ResMut<House>,
    mut rooms: Query<&mut Room>,
) {
    for departed in departures.read() {
        for (_, room) in house.rooms_mut() {
            let RoomSite::Plot { owner, .. } = &mut room.site else { continue };
            if *owner == Some(departed.person) {
                *owner = None;
                if let Ok(mut replicated) = rooms.get_mut(room.entity) {
                    replicated.site = room.site.clone();
                }
            }
        }
    }
}

/// Tells those who move where they are, and those inside who comes and goes.
fn tell_moves(mut moves: MessageReader<Moved>, house: Res<House>, mut in_rooms: Query<&mut InRoom>, mut post: Post) {
    for Moved { person, name, from, to } in moves.read() {
        let change = |change| ServerMessage::PersonChanged { person: *person, name: name.to_string(), change };
        let guest = house.guest(*person);
        let own_link = guest.map(|guest| guest.link);
        let others = |room: RoomId| house.links_in(room).filter(move |link| Some(*link) != own_link);
        if let Some(from) = from {
            post.tell_each(others(*from), &change(PersonChange::Left(*from)));
        }
        if let Some(to) = to {
            post.tell_each(others(*to), &change(PersonChange::Entered(*to)));
        }
        let Some(guest) = guest else { continue };
        if let Ok(mut in_room) = in_rooms.get_mut(guest.entity) {
            in_room.set_if_neq(InRoom(guest.room));
        }
        let people = to.map_or(&[][..], |room| house.members(room)).iter().filter(|id| *id != person).copied();
        post.tell(guest.link, ServerMessage::Placed { room: *to, people: people.collect() });
    }
}
