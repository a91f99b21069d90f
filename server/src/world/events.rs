//! What the world tells to whoever runs the server.

use crate::ServerEvent;
use bevy::prelude::Resource;
use std::sync::mpsc;

/// The way out for events; nobody has to listen.
#[derive(Resource, Default)]
pub(crate) struct Events(pub(crate) Option<std::sync::Mutex<mpsc::Sender<ServerEvent>>>);

impl Events {
    pub(crate) fn tell(&self, event: ServerEvent) {
        if let Some(Ok(sender)) = self.0.as_ref().map(|sender| sender.lock()) {
            // Whoever listened may have stopped.
            let _ = sender.send(event);
        }
    }
}
