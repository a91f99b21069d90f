//! Runs the floor of every room: what happens is told to it, and what it decides is carried out.

mod muted;
mod orders;
mod telling;

use super::{
    WorldSystems,
    conduct::{Allowance, Closing},
    house::{Departed, House, Moved},
    post::Post,
    sessions::Session,
};
use bevy::prelude::*;
use hallway_protocol::{
    floor::{
        FloorDecision, FloorInput,
        messages::{DenyCause, FloorNotice, FloorOrder, FloorRequest},
    },
    ids::{PersonId, RoomId},
    link::{LastHeard, now},
};
use lightyear::prelude::MessageReceiver;
pub(crate) use muted::Muted;
use std::time::Duration;

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
        (
            hear_talkers,
            follow_moves,
            take_requests,
            orders::take_orders,
            poll_floors,
            telling::carry_out,
            telling::greet_newcomers,
        )
            .chain()
            .in_set(WorldSystems::Floor),
    );
}

/// When a floor has something to do next, in time since the app started.
pub(crate) fn next_deadline(world: &World) -> Option<Duration> {
    let house = world.get_resource::<House>()?;
    house.rooms().filter_map(|(_, room)| room.floor.next_deadline()).min()
}

/// A talker lives while datagrams come, even when none is voice. All are heard before any floor looks at its timers:
/// after an update that took long, everybody's datagrams lie waiting.
fn hear_talkers(
    mut house: ResMut<House>,
    mut decided: ResMut<Decided>,
    heard: Query<&LastHeard>,
    time: Res<Time<Real>>,
) {
    let heard_now = |link: Entity| heard.get(link).is_ok_and(|heard| heard.0 == now(&time));
    let talkers = house.rooms().flat_map(|(id, room)| room.floor.talkers().map(move |talker| (id, talker)));
    let alive: Vec<(RoomId, PersonId)> =
        talkers.filter(|(_, talker)| house.guest(*talker).is_some_and(|guest| heard_now(guest.link))).collect();
    for (room, person) in alive {
        decided.handle(&mut house, room, time.elapsed(), FloorInput::Heard { person });
    }
}

/// Whoever leaves a room gives its floor back, and whoever was muted there stays so.
fn follow_moves(
    mut moves: MessageReader<Moved>,
    mut departures: MessageReader<Departed>,
    mut house: ResMut<House>,
    mut decided: ResMut<Decided>,
    time: Res<Time<Real>>,
) {
    let now = time.elapsed();
    for Moved { person, from, to, .. } in moves.read() {
        let person = *person;
        if let Some(room) = from {
            decided.handle(&mut house, *room, now, FloorInput::Left { person });
        }
        if let Some(room) = to.filter(|room| house.must_be_muted(person, *room)) {
            decided.handle(&mut house, room, now, FloorInput::Order(FloorOrder::Mute(person)));
        }
    }
    for Departed { person, .. } in departures.read() {
        let muted = house.rooms().filter(|(_, room)| room.floor.is_muted(*person)).map(|(id, _)| id);
        for room in muted.collect::<Vec<_>>() {
            decided.handle(&mut house, room, now, FloorInput::Gone { person: *person });
        }
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
        let person = *person;
        let room = house.guest(person).and_then(|guest| guest.room);
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
                    let moderator = house.moderates(person, room);
                    decided.handle(&mut house, room, now, FloorInput::Request { person, burst, moderator });
                }
                (FloorRequest::Release { burst }, Some(room)) => {
                    decided.handle(&mut house, room, now, FloorInput::Release { person, burst });
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
