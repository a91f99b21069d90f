//! What happens to voice notes.

use super::super::snapshot::NoteKey;
use hallway_protocol::chat::Conversation;
use std::time::Duration;

/// What happened to a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoteChanged {
    /// The microphone is open for one.
    Recording,
    /// One was recorded: it waits to be sent.
    Recorded {
        /// How long it is.
        length: Duration,
    },
    /// It was thrown away.
    Discarded,
    /// One stands in a conversation, one's own too.
    Kept {
        /// Which.
        note: NoteKey,
        /// Who spoke it.
        from: String,
        /// Where it stands.
        to: Conversation,
        /// How long its sender says it is.
        length: Duration,
    },
    /// One is played.
    Playing {
        /// Which.
        note: NoteKey,
        /// From which place.
        from: Duration,
        /// How long it really is.
        length: Duration,
    },
    /// It was played to its end.
    Ended {
        /// Which.
        note: NoteKey,
    },
}
