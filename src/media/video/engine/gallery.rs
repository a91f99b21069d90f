//! The newest picture of everybody, for whoever draws.

use crate::media::picture::Picture;
use hallway_protocol::{ids::PersonId, video::Source};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

/// Whose pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Whose {
    /// The own ones, as they are sent.
    Own,
    /// Somebody else's.
    Of(PersonId),
}

/// The newest picture of everybody, for whoever draws. Cloning shares it; nobody waits long for it.
#[derive(Clone, Debug, Default)]
pub struct Gallery {
    shown: Arc<Mutex<HashMap<(Whose, Source), Shown>>>,
}

/// A picture to be drawn.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The picture.
    pub picture: Arc<Picture>,
    /// Counts the pictures of this stream, so that the same one is not uploaded twice.
    pub number: u64,
    /// When it came out of the camera or the decoder.
    pub at: Instant,
}

impl Gallery {
    /// The newest picture; `None` when there is none or the stream is over.
    #[must_use]
    pub fn newest(&self, whose: Whose, source: Source) -> Option<Shown> {
        self.lock().get(&(whose, source)).cloned()
    }

    /// Everything there is a picture of.
    #[must_use]
    pub fn all(&self) -> Vec<(Whose, Source)> {
        self.lock().keys().copied().collect()
    }

    /// Shows the next picture of a stream.
    pub fn show(&self, whose: Whose, source: Source, picture: Arc<Picture>, at: Instant) {
        let mut shown = self.lock();
        let number = shown.get(&(whose, source)).map_or(0, |shown| shown.number + 1);
        shown.insert((whose, source), Shown { picture, number, at });
    }

    /// Takes a stream's picture away.
    pub fn clear(&self, whose: Whose, source: Source) {
        self.lock().remove(&(whose, source));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(Whose, Source), Shown>> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
