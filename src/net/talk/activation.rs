//! Voice activation: in open rooms the voice itself may hold talk on, where the preferences say so.
//!
//! Everywhere else the engine does not even listen: a room with one floor is for those who ask.

use crate::{
    media::{engine::VoiceCommand, voice::activation::Activation},
    net::{
        session::Mirror,
        snapshot::{ConnectionState, Snapshot},
        voice::VoiceLink,
    },
};
use bevy::prelude::*;
use hallway_protocol::floor::FloorPolicy;

/// What the engine was told last.
#[derive(Resource, Default)]
pub(super) struct Activated(Option<Activation>);

/// Whether the voice may hold talk on now, and from which loudness on.
#[must_use]
pub fn wanted(snapshot: &Snapshot) -> Option<Activation> {
    let me = snapshot.me.as_ref().filter(|_| snapshot.connection == ConnectionState::Connected)?;
    let room = snapshot.room(me.room?)?;
    let may_speak = room.policy == FloorPolicy::Open && !room.muted.contains(&me.id) && !snapshot.testing;
    let threshold_dbfs = snapshot.voice.activation_dbfs.filter(|_| may_speak)?;
    Some(Activation { threshold_dbfs })
}

/// Tells the engine when to listen.
pub(super) fn follow_room(mirror: Res<Mirror>, engine: Res<VoiceLink>, mut activated: ResMut<Activated>) {
    let wanted = wanted(&mirror);
    if activated.0 != wanted {
        activated.0 = wanted;
        engine.send(VoiceCommand::SetActivation(wanted));
    }
}
