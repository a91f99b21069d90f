//! Runs the floor of every room and carries out what it decides.

use super::{
    WorldSystems,
    conduct::{Allowance, Closing},
    house::{House, Moved},
    post::Post,
    sessions::Session,
};
use bevy::prelude::*;
use hallway_protocol::{
    floor::{
        FloorDecision, FloorInput,
        messages::{DenyCause, FloorNotice, FloorRequest, FloorState},
    },
    ids::{PersonId, RoomId},
    link::{LastHeard, now},
    replicated::{Talkers, Talking},
};
use lightyear::prelude::MessageReceiver;
use std::time::Duration;
use tracing::debug;

/// Decisions that were made and wait to be carried out, in order.
#[derive(Resource, Default)]
pub(crate) struct Decided {
    queue: Vec<(RoomId, FloorDecision)>,
    scratch: Vec<FloorDecision>,
}

impl Decided {
    /// Tells a room's floor what happened and keeps what it decides.
    pub(crate) fn handle(&mut self, house: &mut House, room: RoomId, now: Duration, input: FloorInput) {
        if let Some(state) = house.room_mut(room) {
            state.floor.handle(now, input, &mut self.scratch);
        }
        self.queue.extend(self.scratch.drain(..).map(|decision| (room, decision)));
    }

    fn poll(&mut self, house: &mut House, now: Duration) {
        for (id, room) in house.rooms_mut() {
            room.floor.poll(now, &mut self.scratch);
            self.queue.extend(self.scratch.drain(..).map(|decision| (id, decision)));
        }
    }
}

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Decided>();
    app.add_systems(
        Update,
        (leave_floors, hear_holders, take_requests, poll_floors, carry_out, greet_newcomers)
            .chain()
            .in_set(WorldSystems::Floor),
    );
}

/// When a floor has something to do next, in time since the app started.
pub(crate) fn next_deadline(world: &World) -> Option<Duration> {
    let house = world.get_resource::<House>()?;
    house.rooms().filter_map(|(_, room)| room.floor.next_deadline()).min()
}

/// Whoever left a room gives its floor back.
fn leave_floors(
    mut moves: MessageReader<Moved>,
    mut house: ResMut<House>,
    mut decided: ResMut<Decided>,
    time: Res<Time<Real>>,
) {
    for Moved { person, from, .. } in moves.read() {
        if let Some(room) = from {
            decided.handle(&mut house, *room, time.elapsed(), FloorInput::Left { person: *person });
        }
    }
}

/// A holder lives while datagrams come, even when none is voice.
fn hear_holders(
    mut house: ResMut<House>,
    mut decided: ResMut<Decided>,
    heard: Query<&LastHeard>,
    time: Res<Time<Real>>,
) {
    let heard_now = |link: Entity| heard.get(link).is_ok_and(|heard| heard.0 == now(&time));
    let alive: Vec<(RoomId, PersonId)> = house
        .rooms()
        .filter_map(|(id, room)| room.floor.holder().map(|holder| (id, holder)))
        .filter(|(_, holder)| house.guest(*holder).is_some_and(|guest| heard_now(guest.link)))
        .collect();
    for (room, person) in alive {
        decided.handle(&mut house, room, time.elapsed(), FloorInput::Heard { person });
    }
}

fn take_requests(
    mut links: Query<(Entity, &Session, &mut MessageReceiver<FloorRequest>, &mut Allowance), Without<Closing>>,
    mut house: ResMut<House>,
    mut decided: ResMut<Decided>,
    time: Res<Time<Real>>,
    mut post: Post,
) {
    let now = time.elapsed();
    for (link, Session { person }, mut receiver, mut allowance) in &mut links {
        if !receiver.has_messages() {
            continue;
        }
        let room = house.guest(*person).and_then(|guest| guest.room);
        for request in receiver.receive() {
            match (request, room) {
                (FloorRequest::Request { burst }, _) if !allowance.presses.take(now) => {
                    allowance.strike(now);
                    post.notice(link, FloorNotice::Denied { burst, cause: DenyCause::TooManyRequests });
                }
                (FloorRequest::Request { burst }, None) => {
                    post.notice(link, FloorNotice::Denied { burst, cause: DenyCause::NotInRoom });
                }
                (FloorRequest::Request { burst }, Some(room)) => {
                    decided.handle(&mut house, room, now, FloorInput::Request { person: *person, burst });
                }
                (FloorRequest::Release { burst }, Some(room)) => {
                    decided.handle(&mut house, room, now, FloorInput::Release { person: *person, burst });
                }
                // The room was left in between, which gave the floor back.
                (FloorRequest::Release { .. }, None) => {}
            }
        }
    }
}

fn poll_floors(mut house: ResMut<House>, mut decided: ResMut<Decided>, time: Res<Time<Real>>) {
    decided.poll(house.bypass_change_detection(), time.elapsed());
}

fn carry_out(
    mut decided: ResMut<Decided>,
    house: Res<House>,
    mut holders: Query<&mut Talkers>,
    mut talking: Query<&mut Talking>,
    mut post: Post,
) {
    for (room, decision) in decided.queue.drain(..) {
        match decision {
            FloorDecision::Taken { .. } | FloorDecision::Idle => {
                show(room, decision, &house, &mut holders, &mut talking);
                tell_room(room, decision, &house, &mut post);
            }
            FloorDecision::Grant { to, burst, remaining } => {
                notice(&house, &mut post, to, FloorNotice::Granted { burst, remaining_ms: millis(remaining) });
            }
            FloorDecision::Busy { to, burst, holder } => {
                notice(&house, &mut post, to, FloorNotice::Busy { burst, holder });
            }
            FloorDecision::Warn { to, remaining } => {
                notice(&house, &mut post, to, FloorNotice::Warning { remaining_ms: millis(remaining) });
            }
            FloorDecision::Revoke { to, burst, cause } => {
                debug!(%room, person = %to, cause = cause.code(), "floor taken back");
                notice(&house, &mut post, to, FloorNotice::Revoked { burst, cause, grace_ms: 0 });
            }
        }
    }
}

/// Shows who holds a room's floor on what is replicated.
fn show(
    room: RoomId,
    decision: FloorDecision,
    house: &House,
    holders: &mut Query<&mut Talkers>,
    talking: &mut Query<&mut Talking>,
) {
    let holder = match decision {
        FloorDecision::Taken { holder } => Some(holder),
        _ => None,
    };
    let Some(mut shown) = house.room(room).and_then(|room| holders.get_mut(room.entity).ok()) else { return };
    let before = shown.0.first().copied();
    shown.set_if_neq(Talkers(Vec::from_iter(holder)));
    for (person, talks) in [(before, false), (holder, true)] {
        let entity = person.and_then(|person| house.guest(person)).map(|guest| guest.entity);
        if let Some(mut talking) = entity.and_then(|entity| talking.get_mut(entity).ok()) {
            talking.set_if_neq(Talking(talks));
        }
    }
}

/// Tells those inside.
fn tell_room(room: RoomId, decision: FloorDecision, house: &House, post: &mut Post) {
    let holder = match decision {
        FloorDecision::Taken { holder } => Some(holder),
        _ => None,
    };
    for link in house.links_in(room) {
        post.notice(link, state_notice(room, holder));
    }
}

/// Tells those who came in how the floor stands.
fn greet_newcomers(mut moves: MessageReader<Moved>, house: Res<House>, mut post: Post) {
    for Moved { person, to, .. } in moves.read() {
        let Some(room) = *to else { continue };
        let Some(guest) = house.guest(*person).filter(|guest| guest.room == Some(room)) else { continue };
        let holder = house.room(room).and_then(|room| room.floor.holder());
        post.notice(guest.link, state_notice(room, holder));
    }
}

fn state_notice(room: RoomId, holder: Option<PersonId>) -> FloorNotice {
    FloorNotice::State { room, state: FloorState { talkers: Vec::from_iter(holder), ..FloorState::default() } }
}

fn notice(house: &House, post: &mut Post, to: PersonId, notice: FloorNotice) {
    if let Some(guest) = house.guest(to) {
        post.notice(guest.link, notice);
    }
}

fn millis(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}
