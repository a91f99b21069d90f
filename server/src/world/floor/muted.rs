//! Who was muted in a room, by owner: they stay so when they come back under another number.

use hallway_protocol::{limits::FLOOR_MUTED, owner::OwnerId};

/// See the [module's description](self). The newest ones last, and at most [`FLOOR_MUTED`].
#[derive(Debug, Default)]
pub(crate) struct Muted(Vec<OwnerId>);

impl Muted {
    pub(crate) fn contains(&self, owner: OwnerId) -> bool {
        self.0.contains(&owner)
    }

    /// Adds somebody. When the list is full, the one is forgotten who has been on it for longest of those who are not
    /// `here`.
    pub(crate) fn add(&mut self, owner: OwnerId, here: &[OwnerId]) {
        self.remove(owner);
        if self.0.len() >= FLOOR_MUTED {
            let gone = self.0.iter().position(|muted| !here.contains(muted));
            self.0.remove(gone.unwrap_or(0));
        }
        self.0.push(owner);
    }

    pub(crate) fn remove(&mut self, owner: OwnerId) {
        self.0.retain(|muted| *muted != owner);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hallway_protocol::owner::OwnerKey;

    #[test]
    fn a_full_list_forgets_the_first_of_those_who_are_gone() {
        let owners: Vec<OwnerId> = (0..=FLOOR_MUTED as u8).map(|n| OwnerKey::new([n; 32]).id()).collect();
        let (last, first) = owners.split_last().unwrap();
        let mut muted = Muted::default();
        first.iter().for_each(|owner| muted.add(*owner, &[]));
        muted.add(first[0], &[]);
        assert!(first.iter().all(|owner| muted.contains(*owner)), "nobody is on it twice");
        // The first one was muted again since, and the next two are still here.
        muted.add(*last, &first[1..3]);
        assert!(!muted.contains(first[3]) && [last, &first[0], &first[1]].iter().all(|owner| muted.contains(**owner)));
        muted.remove(*last);
        assert!(!muted.contains(*last));
    }
}
