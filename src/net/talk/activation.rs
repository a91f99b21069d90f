//! Voice activation: in calls and in open rooms the voice itself may open the microphone, where the preferences say so.
//!
//! Everywhere else the engine does not even listen: a room with one floor is for those who ask. Whoever is in a call
//! speaks to the call by voice, and to the room by the key alone, so that nobody has to guess who hears.

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

/// What a voice opens the microphone to. In a call the engine does it by itself; in a room the session asks for the
/// floor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opens {
    /// The room one is in.
    Room,
    /// The call one is in.
    Call,
}

/// Whether the voice may open the microphone now, to whom, and from which loudness on.
#[must_use]
pub fn wanted(snapshot: &Snapshot) -> Option<(Activation, Opens)> {
    let me = snapshot.me.as_ref().filter(|_| snapshot.connection == ConnectionState::Connected)?;
    let threshold_dbfs = snapshot.voice.activation_dbfs.filter(|_| !snapshot.testing)?;
    let opens = match snapshot.calls.current.as_ref().filter(|call| call.talks_openly(me.id)) {
        Some(call) => call.microphone_wanted.then_some(Opens::Call),
        None => {
            let room = snapshot.room(me.room?)?;
            (room.policy == FloorPolicy::Open && !room.muted.contains(&me.id)).then_some(Opens::Room)
        }
    };
    Some((Activation { threshold_dbfs }, opens?))
}

/// Tells the engine when to listen.
pub(super) fn follow_room(mirror: Res<Mirror>, engine: Res<VoiceLink>, mut activated: ResMut<Activated>) {
    let wanted = wanted(&mirror).map(|(activation, _)| activation);
    if activated.0 == wanted {
        return;
    }
    activated.0 = wanted;
    engine.send(VoiceCommand::SetActivation(wanted));
}
