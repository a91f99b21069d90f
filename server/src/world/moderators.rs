//! Who moderates every room of the server.

use bevy::prelude::Resource;
use hallway_protocol::owner::OwnerId;
use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

/// The owners whose people moderate every room. Clones are the same list, so that whoever hosts a server in its own
/// process can still be added once it runs; the list is looked at when somebody comes in.
#[derive(Clone, Debug, Default, Resource)]
pub struct Moderators(Arc<Mutex<HashSet<OwnerId>>>);

impl Moderators {
    /// A list of these owners.
    #[must_use]
    pub fn new(owners: impl IntoIterator<Item = OwnerId>) -> Self {
        Self(Arc::new(Mutex::new(owners.into_iter().collect())))
    }

    /// Adds an owner, for sign-ins from now on.
    pub fn add(&self, owner: OwnerId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(owner);
    }

    /// Takes an owner out of it, for sign-ins from now on.
    pub(crate) fn remove(&self, owner: OwnerId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&owner);
    }

    pub(crate) fn has(&self, owner: OwnerId) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(&owner)
    }
}
