//! Carries out what floors decide: tells those whom it concerns, and shows it on what is replicated.

use super::Decided;
use crate::world::{
    house::{House, Moved},
    post::Post,
};
use bevy::prelude::*;
use hallway_protocol::{
    floor::{
        FloorDecision,
        messages::{FloorNotice, FloorState},
    },
    ids::PersonId,
    replicated::Talkers,
};
use std::{collections::BTreeMap, time::Duration};
use tracing::debug;

/// Tells everyone what concerns them, and then the rooms how their floors stand. A room is told once in an update,
/// whatever went on in it: many who press at once must not make many notices for each of many listeners.
pub(super) fn carry_out(
    mut decided: ResMut<Decided>,
    house: Res<House>,
    mut shown: Query<&mut Talkers>,
    mut post: Post,
) {
    let mut changed = BTreeMap::new();
    for (room, decision) in decided.queue.drain(..) {
        if let FloorDecision::Revoke { to, cause, .. } = &decision {
            debug!(%room, person = %to, cause = cause.code(), "floor taken back");
        }
        match notice_of(decision) {
            Told::One(to, notice) => tell(&house, &mut post, to, notice),
            Told::Room(state) => drop(changed.insert(room, state)),
        }
    }
    for (room, state) in changed {
        if let Some(mut talkers) = house.room(room).and_then(|room| shown.get_mut(room.entity).ok()) {
            talkers.set_if_neq(Talkers(state.talkers.clone()));
        }
        for link in house.links_in(room) {
            post.notice(link, FloorNotice::State { room, state: state.clone() });
        }
    }
}

/// Who is told of a decision, and what.
enum Told {
    One(PersonId, FloorNotice),
    Room(FloorState),
}

fn notice_of(decision: FloorDecision) -> Told {
    match decision {
        FloorDecision::Grant { to, burst, remaining } => {
            Told::One(to, FloorNotice::Granted { burst, remaining_ms: millis(remaining) })
        }
        FloorDecision::Queue { to, burst, position, holder } => {
            Told::One(to, FloorNotice::Queued { burst, position, holder })
        }
        FloorDecision::Busy { to, burst, holder } => Told::One(to, FloorNotice::Busy { burst, holder }),
        FloorDecision::Deny { to, burst, cause } => Told::One(to, FloorNotice::Denied { burst, cause }),
        FloorDecision::Warn { to, remaining } => {
            Told::One(to, FloorNotice::Warning { remaining_ms: millis(remaining) })
        }
        FloorDecision::Revoke { to, burst, cause, grace } => {
            let grace_ms = u16::try_from(grace.as_millis()).unwrap_or(u16::MAX);
            Told::One(to, FloorNotice::Revoked { burst, cause, grace_ms })
        }
        FloorDecision::Changed(state) => Told::Room(state),
    }
}

/// Tells those who came in how the floor stands.
pub(super) fn greet_newcomers(mut moves: MessageReader<Moved>, house: Res<House>, mut post: Post) {
    for Moved { person, to, .. } in moves.read() {
        let Some(id) = *to else { continue };
        let Some(guest) = house.guest(*person).filter(|guest| guest.room == Some(id)) else { continue };
        if let Some(room) = house.room(id) {
            post.notice(guest.link, FloorNotice::State { room: id, state: room.floor.state() });
        }
    }
}

fn tell(house: &House, post: &mut Post, to: PersonId, notice: FloorNotice) {
    if let Some(guest) = house.guest(to) {
        post.notice(guest.link, notice);
    }
}

fn millis(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}
