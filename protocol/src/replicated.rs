//! What lightyear replicates: the slow state of people and rooms that every client sees.
//!
//! The server owns these components; clients get copies every [`crate::limits::REPLICATION_INTERVAL`]. What must be
//! known at once (the floor, messages) comes on its own channel.

use crate::{
    floor::{FloorPolicy, QueueRule},
    ids::{CallId, PersonId, RoomId},
    names::{DisplayName, RoomName},
};
use bevy::prelude::*;
use serde::{Deserialize, Serialize};

/// A person who is signed in.
#[derive(Component, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The person's id.
    pub id: PersonId,
    /// The person's name.
    pub name: DisplayName,
}

/// The room a person is in; `None` is the hall.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InRoom(pub Option<RoomId>);

/// Whether a person's voice is being passed on right now.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Talking(pub bool);

/// A room that people can walk into.
#[derive(Component, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Room {
    /// The room's id.
    pub id: RoomId,
    /// The room's name.
    pub name: RoomName,
    /// Where it stands.
    pub site: RoomSite,
    /// Who may talk in it.
    pub policy: FloorPolicy,
    /// What becomes of requests while somebody talks.
    pub queue: QueueRule,
    /// Whether turns are kept in its history, where one talks at a time.
    pub talk_log: bool,
}

/// Where a room stands on the map.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RoomSite {
    /// It is drawn on the map.
    Map,
    /// People created it on a plot.
    Plot {
        /// The plot's place in the map's list.
        plot: u16,
        /// Who created it: the only one who may delete it. `None` once that person is gone.
        owner: Option<PersonId>,
    },
}

/// Who talks in a room, in the order of their grants: at most one but in an open room.
#[derive(Component, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Talkers(pub Vec<PersonId>);

/// The call of a room, which those inside may join; `None` while there is none.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomCall(pub Option<RoomCallSummary>);

/// What is seen of a room's call from outside of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomCallSummary {
    /// Which.
    pub call: CallId,
    /// How many are in it.
    pub members: u8,
    /// Who shares a screen in it.
    pub sharer: Option<PersonId>,
}
