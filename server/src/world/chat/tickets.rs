//! What was asked of the store and is not answered yet.

use crate::store::{StoreAsk, StoreClient};
use bevy::prelude::Resource;
use hallway_protocol::{
    chat::Conversation,
    control::Refusal,
    ids::{MessageId, PersonId, RequestId, RoomId},
    names::DisplayName,
};
use std::collections::HashMap;

/// The way to the store.
#[derive(Resource)]
pub(crate) struct Store(pub(crate) StoreClient);

/// What waits for the store's answer.
#[derive(Resource, Default)]
pub(crate) struct Tickets {
    last: u64,
    open: HashMap<u64, Waiting>,
}

impl Tickets {
    /// Whether everything that was asked is answered.
    pub(crate) fn all_answered(&self) -> bool {
        self.open.is_empty()
    }

    /// Asks the store; a refusal when it takes no more.
    pub(super) fn ask(
        &mut self,
        store: &Store,
        waiting: Waiting,
        ask: impl FnOnce(u64) -> StoreAsk,
    ) -> Result<(), Refusal> {
        self.last += 1;
        if !store.0.ask(ask(self.last)) {
            return Err(Refusal::StoreFailed);
        }
        self.open.insert(self.last, waiting);
        Ok(())
    }

    /// Whoever waits for this answer.
    pub(super) fn close(&mut self, ticket: u64) -> Option<Waiting> {
        self.open.remove(&ticket)
    }
}

/// Somebody who waits for an answer.
pub(super) struct Waiting {
    pub(super) person: PersonId,
    /// What the answer goes by; nobody waits for a letter of the server's.
    pub(super) request: Option<RequestId>,
    pub(super) what: What,
}

pub(super) enum What {
    /// For a message to be stored.
    Message(Box<Unstored>),
    /// For a page of this conversation.
    Page(Conversation),
    /// For messages that were looked for while the person was in this room.
    Search(Option<RoomId>),
    /// For a message to somebody who is away.
    Letter,
    /// For what the person has missed.
    Missed,
    /// For a message with a file to be stored.
    File(Box<super::files::UnstoredFile>),
    /// For a message to be changed.
    Change(Box<Wish>),
}

/// A message that is not told yet.
pub(super) struct Unstored {
    pub(super) to: Conversation,
    pub(super) to_name: Option<DisplayName>,
    pub(super) message: crate::store::NewMessage,
}

/// A change that is not told yet.
pub(super) struct Wish {
    pub(super) message: MessageId,
    pub(super) by: String,
    pub(super) change: crate::store::Change,
    pub(super) now_ms: i64,
}
