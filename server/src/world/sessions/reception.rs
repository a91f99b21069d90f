//! The sign-ins that were issued and whose people are not in the world yet.

use bevy::prelude::Resource;
use hallway_protocol::{
    ids::PersonId,
    names::{DisplayName, NameKey},
    owner::OwnerId,
};
use std::{collections::HashMap, time::Duration};

/// A sign-in that nobody connects with is forgotten after so long, and its name is free.
const UNUSED_TIME: Duration = Duration::from_secs(30);
/// A link that connected at the last moment has this long for its proof; then its name is free in any case.
const PROOF_MARGIN: Duration = Duration::from_secs(6);

/// One issued sign-in.
#[derive(Clone, Debug)]
pub(super) struct SignIn {
    pub(super) person: PersonId,
    pub(super) name: DisplayName,
    /// Whose client it is.
    pub(super) owner: OwnerId,
    /// What the link must show first.
    pub(super) secret: [u8; 16],
    /// What its requests about files show, in hex.
    pub(super) files_key: String,
}

/// The sign-ins that wait for their link or for their proof.
#[derive(Resource, Default)]
pub(super) struct Reception {
    unused: HashMap<u64, (SignIn, Duration)>,
    /// Every name that is waited for, with the time when it is free again.
    names: HashMap<NameKey, (DisplayName, Duration)>,
    last_person: u32,
}

impl Reception {
    /// Issues a sign-in under a netcode id that is used once.
    pub(super) fn issue(&mut self, session: u64, name: DisplayName, owner: OwnerId, now: Duration) -> SignIn {
        self.last_person += 1;
        let sign_in = SignIn {
            person: PersonId(self.last_person),
            name,
            owner,
            secret: rand::random(),
            files_key: super::hex(&rand::random::<[u8; 32]>()),
        };
        self.names.insert(sign_in.name.key(), (sign_in.name.clone(), now + UNUSED_TIME + PROOF_MARGIN));
        self.unused.insert(session, (sign_in.clone(), now + UNUSED_TIME));
        sign_in
    }

    /// The sign-in of a link that connected; it can't be used again.
    pub(super) fn connected(&mut self, session: u64) -> Option<SignIn> {
        self.unused.remove(&session).map(|(sign_in, _)| sign_in)
    }

    /// Nobody waits under this name any more: the person is in the world, whose house knows it from now on, or the
    /// link is gone.
    pub(super) fn release(&mut self, name: &NameKey) {
        self.names.remove(name);
    }

    /// Who waits under this name.
    pub(super) fn holder(&self, name: &NameKey) -> Option<&DisplayName> {
        self.names.get(name).map(|(name, _)| name)
    }

    /// People that may still come.
    pub(super) fn waiting(&self) -> usize {
        self.names.len()
    }

    /// Forgets what was not used in time; the netcode ids that may not connect any more.
    pub(super) fn forget_unused(&mut self, now: Duration) -> Vec<u64> {
        if self.names.is_empty() {
            return Vec::new();
        }
        let late: Vec<(u64, NameKey)> = self
            .unused
            .iter()
            .filter(|(_, (_, ends))| now >= *ends)
            .map(|(session, (sign_in, _))| (*session, sign_in.name.key()))
            .collect();
        for (session, name) in &late {
            self.unused.remove(session);
            self.names.remove(name);
        }
        self.names.retain(|_, (_, ends)| now < *ends);
        late.into_iter().map(|(session, _)| session).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hallway_protocol::owner::OwnerKey;

    fn name() -> DisplayName {
        DisplayName::new("Ann").unwrap()
    }

    fn owner() -> OwnerId {
        OwnerKey::new([1; 32]).id()
    }

    #[test]
    fn an_unused_sign_in_frees_its_name() {
        let mut reception = Reception::default();
        reception.issue(5, name(), owner(), Duration::ZERO);
        assert_eq!(reception.holder(&NameKey::of("ANN")), Some(&name()));
        assert!(reception.forget_unused(UNUSED_TIME - Duration::from_millis(1)).is_empty());
        assert_eq!(reception.forget_unused(UNUSED_TIME), [5]);
        assert_eq!((reception.holder(&NameKey::of("ann")), reception.waiting()), (None, 0));
        assert!(reception.connected(5).is_none());
    }

    #[test]
    fn a_sign_in_connects_once() {
        let mut reception = Reception::default();
        let issued = reception.issue(5, name(), owner(), Duration::ZERO);
        assert_eq!(reception.connected(5).unwrap().secret, issued.secret);
        assert!(reception.connected(5).is_none());
        assert!(reception.holder(&name().key()).is_some());
        reception.release(&name().key());
        assert!(reception.holder(&name().key()).is_none());
    }

    #[test]
    fn a_name_is_free_after_its_time_whatever_became_of_the_link() {
        let mut reception = Reception::default();
        reception.issue(5, name(), owner(), Duration::ZERO);
        reception.connected(5);
        reception.forget_unused(UNUSED_TIME + PROOF_MARGIN);
        assert!(reception.holder(&name().key()).is_none());
    }
}
