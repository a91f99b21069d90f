//! Carries out what calls decide: tells those whom it concerns, shows it on rooms, and leaves messages.

use super::{CallDecision, Decided};
use crate::world::{chat::ServerLetter, house::House, post::Post};
use bevy::prelude::*;
use hallway_protocol::{
    call::{CallKind, CallNotice},
    replicated::RoomCall,
};
use tracing::info;

pub(super) fn plugin(app: &mut App) {
    app.add_message::<ServerLetter>();
}

pub(super) fn carry_out(
    mut decided: ResMut<Decided>,
    house: Res<House>,
    mut shown: Query<&mut RoomCall>,
    mut letters: MessageWriter<ServerLetter>,
    mut post: Post,
) {
    for decision in decided.0.drain(..) {
        match decision {
            CallDecision::Tell { to, notice } => {
                if let CallNotice::Ended { call, why } = &notice {
                    info!(%call, person = %to, why = why.code(), "a call ended");
                }
                if let Some(guest) = house.guest(to) {
                    post.call(guest.link, notice);
                }
            }
            CallDecision::Room { room, call } => {
                if let Some(mut shown) = house.room(room).and_then(|room| shown.get_mut(room.entity).ok()) {
                    shown.set_if_neq(RoomCall(call));
                }
            }
            CallDecision::Missed { from, to, kind } => {
                letters.write(ServerLetter { from, to, text: missed(kind) });
            }
        }
    }
}

/// What stands in the conversation of two after a call that nobody answered.
fn missed(kind: CallKind) -> &'static str {
    match kind {
        CallKind::Voice => "Missed voice call.",
        CallKind::Video => "Missed video call.",
    }
}
