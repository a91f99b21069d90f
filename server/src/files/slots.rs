//! How many files are carried at once, by each person and in all.

use super::FileError;
use hallway_protocol::owner::OwnerId;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Counts what is under way.
pub(super) struct Slots {
    per_person: usize,
    all: usize,
    taken: Arc<Mutex<HashMap<OwnerId, usize>>>,
}

/// A place among the transfers; given back when dropped.
pub(crate) struct Slot {
    owner: OwnerId,
    taken: Arc<Mutex<HashMap<OwnerId, usize>>>,
}

impl Slots {
    pub(super) fn new(per_person: usize, all: usize) -> Self {
        Self { per_person, all, taken: Arc::default() }
    }

    pub(super) fn take(&self, owner: OwnerId) -> Result<Slot, FileError> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let of_person = taken.get(&owner).copied().unwrap_or_default();
        if of_person >= self.per_person || taken.values().sum::<usize>() >= self.all {
            return Err(FileError::TooMany);
        }
        taken.insert(owner, of_person + 1);
        Ok(Slot { owner, taken: Arc::clone(&self.taken) })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.owner) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.owner);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_person_and_all_together_have_so_many() {
        let slots = Slots::new(2, 3);
        let (ann, bob) = (OwnerId::new([1; 32]), OwnerId::new([2; 32]));
        let first = slots.take(ann).unwrap();
        let _second = slots.take(ann).unwrap();
        assert!(matches!(slots.take(ann), Err(FileError::TooMany)));
        let _of_bob = slots.take(bob).unwrap();
        assert!(matches!(slots.take(bob), Err(FileError::TooMany)));
        drop(first);
        assert!(slots.take(bob).is_ok());
        drop((_second, _of_bob));
        assert!(slots.taken.lock().unwrap().is_empty());
    }
}
