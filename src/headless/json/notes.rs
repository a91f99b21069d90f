//! Events about voice notes.

use super::{ms, person_name, room_name};
use crate::net::{
    events::NoteChanged,
    snapshot::{NoteKey, Snapshot},
};
use hallway_protocol::chat::Conversation;
use serde_json::{Value, json};

/// What happened to a note.
pub(super) fn note(change: &NoteChanged, snapshot: &Snapshot) -> Value {
    match change {
        NoteChanged::Recording => json!({"event": "note", "state": "recording"}),
        NoteChanged::Recorded { length } => json!({"event": "note", "state": "recorded", "ms": ms(*length)}),
        NoteChanged::Discarded => json!({"event": "note", "state": "cancelled"}),
        NoteChanged::Kept { note, from, to, length } => json!({
            "event": "note", "state": "kept", "note": key(*note), "from": from, "to": conversation(*to, from, snapshot),
            "ms": ms(*length),
        }),
        NoteChanged::Playing { note, from, length } => json!({
            "event": "note", "state": "playing", "note": key(*note), "from_ms": ms(*from), "ms": ms(*length),
        }),
        NoteChanged::Ended { note } => json!({"event": "note", "state": "played", "note": key(*note)}),
    }
}

fn key(note: NoteKey) -> Value {
    match note {
        NoteKey::Draft => Value::Null,
        NoteKey::File(file) => file.to_string().into(),
    }
}

/// To whom a note was spoken.
fn conversation(to: Conversation, from: &str, snapshot: &Snapshot) -> Value {
    match to {
        Conversation::World => json!({"world": true}),
        Conversation::Room(room) => json!({"room": room_name(room, snapshot)}),
        Conversation::Person(other) => {
            let (other, own) = (person_name(other, snapshot), snapshot.me.as_ref().map(|me| &me.name));
            // What the other one spoke was spoken to oneself.
            json!({"person": own.filter(|_| other == from).unwrap_or(&other)})
        }
    }
}
