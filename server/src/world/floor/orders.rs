//! Moderators' orders about the floor of the room that they are in.

use super::Decided;
use crate::world::{conduct::Allowance, house::House, post::Post, sessions::FromClient};
use bevy::prelude::*;
use hallway_protocol::{
    control::{ClientMessage, Refusal, ServerMessage},
    floor::{FloorInput, messages::FloorOrder},
    ids::{PersonId, RoomId},
    replicated::Room,
};
use tracing::info;

pub(super) fn take_orders(
    mut said: MessageReader<FromClient>,
    mut allowances: Query<&mut Allowance>,
    mut house: ResMut<House>,
    mut decided: ResMut<Decided>,
    mut shown: Query<&mut Room>,
    time: Res<Time<Real>>,
    mut post: Post,
) {
    let now = time.elapsed();
    for FromClient { person, link, message } in said.read() {
        let ClientMessage::OrderFloor { request, order } = message else { continue };
        let allowed = allowances.get_mut(*link).is_ok_and(|mut allowance| {
            allowance.orders.take(now) || {
                allowance.strike(now);
                false
            }
        });
        let room = if allowed { check(&house, *person, *order) } else { Err(Refusal::TooFast) };
        let answer = match room {
            Ok(room) => {
                info!(%room, %person, ?order, "a moderator ordered about the floor");
                house.note_mute(room, *order);
                decided.handle(&mut house, room, now, FloorInput::Order(*order));
                show_rules(&house, room, &mut shown);
                ServerMessage::FloorOrdered { request: *request }
            }
            Err(refusal) => ServerMessage::Refused { request: *request, refusal },
        };
        post.tell(*link, answer);
    }
}

/// The room whose floor the order is about, if this person may give it and it can be carried out.
fn check(house: &House, person: PersonId, order: FloorOrder) -> Result<RoomId, Refusal> {
    let id = house.guest(person).and_then(|guest| guest.room).ok_or(Refusal::NotInRoom)?;
    let room = house.room(id).ok_or(Refusal::NotInRoom)?;
    if !house.moderates(person, id) {
        return Err(Refusal::NotModerator);
    }
    let is_inside = |target| room.members.contains(&target);
    match order {
        FloorOrder::Revoke(target) | FloorOrder::Mute(target) | FloorOrder::Give(target) if !is_inside(target) => {
            Err(Refusal::NoSuchPerson)
        }
        FloorOrder::Unmute(target) if !is_inside(target) && !room.floor.is_muted(target) => Err(Refusal::NoSuchPerson),
        FloorOrder::Give(target) if !room.floor.is_waiting(target) => Err(Refusal::NotWaiting),
        FloorOrder::Mute(target) if !room.floor.can_mute(target) => Err(Refusal::TooManyMuted),
        _ => Ok(id),
    }
}

/// Shows a room's rules on what is replicated.
fn show_rules(house: &House, id: RoomId, shown: &mut Query<&mut Room>) {
    let Some(room) = house.room(id) else { return };
    let rules = room.floor.rules();
    if let Ok(mut shown) = shown.get_mut(room.entity)
        && (shown.policy, shown.queue, shown.talk_log) != (rules.policy, rules.queue, rules.talk_log)
    {
        (shown.policy, shown.queue, shown.talk_log) = (rules.policy, rules.queue, rules.talk_log);
    }
}
