//! Events as the JSON objects of the public interface.

mod calls;
mod files;
mod floor;
mod messages;
mod notes;
mod stats;

pub use calls::{calls, cameras, screens};
pub use stats::stats;

use super::line::Complaint;
use crate::net::{
    events::{ConnectionChanged, Event, PersonChanged, SignInFailure},
    preferences::{VoicePreferences, words},
    snapshot::Snapshot,
};
use hallway_protocol::{
    chat::{ChatMessage, Conversation, FoundMessage, FoundPlace},
    ids::{PersonId, RoomId},
    keeping::{Keep, Keeping},
};
use serde_json::{Value, json};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// An event as an object, with names as the snapshot knows them; `None` for what scripts are not told.
#[must_use]
pub fn event(event: &Event, snapshot: &Snapshot) -> Option<Value> {
    Some(match event {
        Event::Welcome { person, name, server, version, fingerprint } => json!({
            "event": "welcome", "id": person.0, "name": name, "server": server, "version": version,
            "fingerprint": fingerprint, "account": snapshot.me.as_ref().is_some_and(|me| me.account),
            "keeping": keeping(snapshot.keeping),
        }),
        Event::SignInFailed(failure) => sign_in_failure(failure),
        Event::Entered { name, people, .. } => json!({"event": "entered", "room": name, "people": people}),
        Event::Left { name, .. } => json!({"event": "left", "room": name}),
        Event::PersonChanged { name, change, .. } => person_changed(name, *change, snapshot),
        Event::Arrived { at, room } => {
            let mut object = json!({"event": "arrived", "x": tiles(at.x), "y": tiles(at.y)});
            if let Some(room) = room {
                object["room"] = room_name(*room, snapshot).into();
            }
            object
        }
        Event::Message(said) => {
            let mut object = message(said, snapshot);
            object["event"] = "message".into();
            object
        }
        Event::RoomCreated { name, .. } => json!({"event": "room", "room": name, "change": "created"}),
        Event::RoomDeleted { name, .. } => json!({"event": "room", "room": name, "change": "deleted"}),
        Event::History { messages, .. } => {
            let messages: Vec<_> = messages.iter().map(|said| message(said, snapshot)).collect();
            json!({"event": "history", "messages": messages})
        }
        Event::Missed { messages } => {
            let messages: Vec<Value> = messages.iter().map(|message| found(message, snapshot)).collect();
            json!({"event": "missed", "messages": messages})
        }
        Event::Found { words, messages, .. } => {
            let messages: Vec<Value> = messages.iter().map(|message| found(message, snapshot)).collect();
            json!({"event": "search", "words": words, "messages": messages})
        }
        Event::Floor { room, change } => floor::floor(*room, change, snapshot),
        Event::Connection(change) => connection(change),
        Event::Refused { command, code, text } => {
            json!({"event": "error", "command": command, "code": code, "text": text})
        }
        Event::Notice { code, text } => json!({"event": "notice", "code": code, "text": text}),
        Event::Call { call, change } => calls::call(call, change),
        Event::MessageChanged { message, change } => messages::changed(*message, change),
        Event::File(event) => files::file(event),
        Event::FileRefused { command, code, text } => {
            json!({"event": "error", "command": command, "code": code, "text": text})
        }
        Event::Note(change) => notes::note(change, snapshot),
        Event::Ended => return None,
    })
}

/// A refused line as an `error` event.
#[must_use]
pub fn complaint(complaint: &Complaint) -> Value {
    let Complaint { command, code, text } = complaint;
    let mut object = json!({"event": "error", "code": code, "text": text});
    if let Some(command) = command {
        object["command"] = (*command).into();
    }
    object
}

/// The answer to `rooms`.
#[must_use]
pub fn rooms(snapshot: &Snapshot) -> Value {
    let rooms: Vec<Value> = snapshot
        .rooms
        .iter()
        .map(|room| {
            let mut object = json!({
                "name": room.name, "people": room.people.len(), "floor": room.policy.word(),
                "queue": room.queue.word(), "log": room.keeps_turns(), "locked": false,
            });
            if let Some(holder) = room.holder() {
                object["holder"] = person_name(holder, snapshot).into();
            }
            if let Some(call) = room.call {
                object["call"] = json!({"people": call.members});
                if let Some(sharer) = call.sharer {
                    object["call"]["shares"] = person_name(sharer, snapshot).into();
                }
            }
            object
        })
        .collect();
    json!({"event": "rooms", "rooms": rooms})
}

/// The answer to `people`.
#[must_use]
pub fn people(snapshot: &Snapshot) -> Value {
    let people: Vec<Value> = snapshot
        .people
        .iter()
        .map(|person| {
            let mut object = json!({
                "id": person.id.0, "name": person.name, "talking": person.talking, "volume": percent(person.volume),
            });
            if let Some(room) = person.room {
                object["room"] = room_name(room, snapshot).into();
            }
            object
        })
        .collect();
    json!({"event": "people", "people": people})
}

/// The answer to `voice`.
#[must_use]
pub fn voice(preferences: &VoicePreferences) -> Value {
    let values = words::WORDS.iter().filter_map(|(word, _)| Some(((*word).to_owned(), preferences.get(word)?.into())));
    let mut object = Value::Object(values.collect());
    object["event"] = "voice".into();
    object
}

/// Puts this client's clock on an event and makes a line of it.
#[must_use]
pub fn line(mut object: Value) -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    object["at"] = u64::try_from(since.as_millis()).unwrap_or(u64::MAX).into();
    let mut line = object.to_string();
    line.push('\n');
    line
}

fn message(said: &ChatMessage, snapshot: &Snapshot) -> Value {
    let to = match said.conversation {
        Conversation::World => json!({"world": true}),
        Conversation::Room(room) => json!({"room": room_name(room, snapshot)}),
        Conversation::Person(other) => {
            json!({"person": said.to_name.clone().unwrap_or_else(|| person_name(other, snapshot))})
        }
    };
    let mut object =
        json!({"id": said.id.0, "from": said.from_name, "to": to, "text": said.text, "sent": said.sent_ms});
    files::attach(&mut object, said.attachment.as_ref());
    messages::mark(&mut object, &said.marks);
    object
}

fn found(message: &FoundMessage, snapshot: &Snapshot) -> Value {
    let to = match (&message.place, &snapshot.me) {
        (FoundPlace::World, _) => json!({"world": true}),
        (FoundPlace::Room { name }, _) => json!({"room": name}),
        // What the other one wrote was written to oneself.
        (FoundPlace::Person { name, .. }, Some(me)) if *name == message.from_name => json!({"person": me.name}),
        (FoundPlace::Person { name, .. }, _) => json!({"person": name}),
    };
    let mut object =
        json!({"id": message.id.0, "from": message.from_name, "to": to, "text": message.text, "sent": message.sent_ms});
    files::attach(&mut object, message.attachment.as_ref());
    object
}

fn person_changed(name: &str, change: PersonChanged, snapshot: &Snapshot) -> Value {
    let (change, room) = match change {
        PersonChanged::Arrived => ("arrived", None),
        PersonChanged::Gone => ("gone", None),
        PersonChanged::Entered(room) => ("entered", Some(room)),
        PersonChanged::Left(room) => ("left", Some(room)),
    };
    let mut object = json!({"event": "person", "name": name, "change": change});
    if let Some(room) = room {
        object["room"] = room_name(room, snapshot).into();
    }
    object
}

fn connection(change: &ConnectionChanged) -> Value {
    let (state, reason) = match change {
        ConnectionChanged::Lost(reason) => ("lost", Some(reason)),
        ConnectionChanged::Retrying => ("retrying", None),
        ConnectionChanged::Regained => ("regained", None),
        ConnectionChanged::GivenUp(reason) => ("given_up", Some(reason)),
    };
    let mut object = json!({"event": "connection", "state": state});
    if let Some(reason) = reason {
        object["reason"] = reason.as_str().into();
    }
    object
}

/// How long what is said is kept; what is said in private may be kept not at all.
fn keeping(Keeping { world, rooms, private }: Keeping) -> Value {
    let private = private.map_or_else(|| "off".to_owned(), |keep: Keep| keep.to_string());
    json!({"world": world.to_string(), "rooms": rooms.to_string(), "private": private})
}

fn sign_in_failure(failure: &SignInFailure) -> Value {
    let mut object = json!({"event": "error", "command": "sign_in", "text": failure.to_string()});
    object["code"] = failure.code().into();
    match failure {
        SignInFailure::NameTaken { holder, variant } => {
            object["holder"] = holder.as_str().into();
            object["variant"] = variant.as_str().into();
        }
        SignInFailure::PasswordNeeded { variant } => object["variant"] = variant.as_str().into(),
        SignInFailure::UnknownCertificate { fingerprint } => object["fingerprint"] = fingerprint.as_str().into(),
        SignInFailure::ChangedCertificate { pinned, shown } => {
            object["pinned"] = pinned.as_str().into();
            object["fingerprint"] = shown.as_str().into();
        }
        SignInFailure::Refused { .. } | SignInFailure::Unreachable(_) => {}
    }
    object
}

fn room_name(id: RoomId, snapshot: &Snapshot) -> String {
    let drawn = || snapshot.map.as_ref()?.map.rooms.iter().find(|room| room.id == id).map(|room| room.name.clone());
    snapshot.room(id).map(|room| room.name.clone()).or_else(drawn).unwrap_or_else(|| format!("room {id}"))
}

fn person_name(id: PersonId, snapshot: &Snapshot) -> String {
    snapshot.person(id).map_or_else(|| format!("person {id}"), |person| person.name.clone())
}

/// Whole milliseconds.
fn ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Rounded to thousandths.
fn thousandths(value: f32) -> f64 {
    (f64::from(value) * 1000.0).round() / 1000.0
}

fn percent(volume: f32) -> i64 {
    (volume * 100.0).round() as i64
}

/// Milliseconds with three places: access times are a matter of few.
fn exact_ms(time: Duration) -> f64 {
    (time.as_secs_f64() * 1_000_000.0).round() / 1000.0
}

/// Rounded to hundredths, so that lines can be read.
fn tiles(value: f32) -> f64 {
    (f64::from(value) * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests;
