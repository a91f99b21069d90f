//! Who moderates every room of the server.

use bevy::prelude::Resource;
use hallway_protocol::owner::OwnerId;
use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The owners whose people moderate every room. Clones are the same list, so that whoever hosts a server in its own
/// process can still be added once it runs; the list is looked at when somebody comes in.
#[derive(Clone, Debug, Default, Resource)]
pub struct Moderators(Arc<Mutex<Owners>>);

/// Who moderates for which reason: one does not end with the other.
#[derive(Debug, Default)]
struct Owners {
    /// Named by the settings, or by whoever hosts the server.
    named: HashSet<OwnerId>,
    /// By the role of their account.
    by_role: HashSet<OwnerId>,
}

impl Moderators {
    /// A list of these owners.
    #[must_use]
    pub fn new(owners: impl IntoIterator<Item = OwnerId>) -> Self {
        let named = owners.into_iter().collect();
        Self(Arc::new(Mutex::new(Owners { named, ..Owners::default() })))
    }

    /// Names an owner, for sign-ins from now on.
    pub fn add(&self, owner: OwnerId) {
        self.owners().named.insert(owner);
    }

    /// Whether an account's role makes its owner one of them, for sign-ins from now on.
    pub(crate) fn set_by_role(&self, owner: OwnerId, moderates: bool) {
        let by_role = &mut self.owners().by_role;
        if moderates {
            by_role.insert(owner);
        } else {
            by_role.remove(&owner);
        }
    }

    pub(crate) fn has(&self, owner: OwnerId) -> bool {
        let owners = self.owners();
        owners.named.contains(&owner) || owners.by_role.contains(&owner)
    }

    fn owners(&self) -> MutexGuard<'_, Owners> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
