//! The face's end of the session: one snapshot and one batch of events a frame, and commands out at once.

use crate::{
    media::video::engine::Gallery,
    net::{SessionHandle, commands::Command, events::Event, snapshot::Snapshot},
};
use bevy::prelude::*;
use std::sync::{Arc, Mutex, PoisonError};

/// The connection to the session.
#[derive(Resource)]
pub struct Link {
    handle: Mutex<SessionHandle>,
    snapshot: Arc<Snapshot>,
    events: Vec<Event>,
}

impl Link {
    /// Holds the handle of a session.
    #[must_use]
    pub fn new(handle: SessionHandle) -> Self {
        let snapshot = handle.snapshot();
        Self { handle: Mutex::new(handle), snapshot, events: Vec::new() }
    }

    /// The state as of this frame.
    #[must_use]
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The same, to keep while the link is used.
    #[must_use]
    pub fn shared_snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot)
    }

    /// What happened since the last frame.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// The newest pictures of calls.
    #[must_use]
    pub fn gallery(&mut self) -> Gallery {
        self.handle.get_mut().unwrap_or_else(PoisonError::into_inner).gallery()
    }

    /// Asks something of the session, at once.
    pub fn send(&mut self, command: Command) {
        self.handle.get_mut().unwrap_or_else(PoisonError::into_inner).send(command);
    }

    fn receive(&mut self) {
        let handle = self.handle.get_mut().unwrap_or_else(PoisonError::into_inner);
        self.events.clear();
        while let Some(event) = handle.try_event() {
            self.events.push(event);
        }
        // Taken after the events, so that it knows everything they tell of.
        self.snapshot = handle.snapshot();
    }
}

/// Takes the newest state and what happened, before anything else in a frame.
pub(super) fn receive(mut link: ResMut<Link>) {
    link.receive();
}

/// The session has ended by itself: so does the window.
pub(super) fn end_with_session(link: Res<Link>, mut exit: MessageWriter<AppExit>) {
    if link.events().contains(&Event::Ended) {
        exit.write(AppExit::Success);
    }
}
