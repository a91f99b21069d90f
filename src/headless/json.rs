//! Events as the JSON objects of the public interface.

use super::line::Complaint;
use crate::net::{
    events::{ConnectionChanged, Event, FloorChanged, PersonChanged, SignInFailure},
    preferences::{VoicePreferences, words},
    snapshot::{Grade, Snapshot, TalkerQuality},
};
use hallway_protocol::{
    chat::{ChatMessage, Conversation},
    floor::messages::FloorOrder,
    ids::{PersonId, RoomId},
};
use serde_json::{Value, json};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// An event as an object, with names as the snapshot knows them; `None` for what scripts are not told.
#[must_use]
pub fn event(event: &Event, snapshot: &Snapshot) -> Option<Value> {
    Some(match event {
        Event::Welcome { person, name, server, version, fingerprint } => json!({
            "event": "welcome", "id": person.0, "name": name, "server": server, "version": version,
            "fingerprint": fingerprint,
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
        Event::Floor { room, change } => floor(*room, change, snapshot),
        Event::Connection(change) => connection(change),
        Event::Refused { command, code, text } => {
            json!({"event": "error", "command": command, "code": code, "text": text})
        }
        Event::Notice { code, text } => json!({"event": "notice", "code": code, "text": text}),
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
                "queue": room.queue.word(), "locked": false,
            });
            if let Some(holder) = room.holder() {
                object["holder"] = person_name(holder, snapshot).into();
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

/// The event of `--stats`.
#[must_use]
pub fn stats(snapshot: &Snapshot) -> Value {
    let stats = &snapshot.stats;
    let expected = stats.voice_received + stats.voice_lost;
    let loss = if expected == 0 { 0.0 } else { stats.voice_lost as f64 / expected as f64 };
    let mut object = json!({
        "event": "stats", "rtt_ms": tiles(stats.rtt_ms), "jitter_ms": tiles(stats.jitter_ms), "loss": loss,
        "voice": {
            "sent": stats.voice_sent, "received": stats.voice_received, "lost": stats.voice_lost,
            "concealed": stats.voice_concealed, "late": stats.voice_late, "buffer_ms": stats.buffer_ms,
            "underruns": stats.underruns, "overruns": stats.overruns,
        },
        "encoding": {
            "bitrate_bps": stats.encoding.bitrate_bps, "packet_ms": stats.encoding.packet_ms,
            "expected_loss_percent": stats.encoding.expected_loss_percent, "copies": stats.encoding.copies,
        },
        "talkers": stats.talkers.iter().map(|talker| quality(talker, snapshot)).collect::<Vec<_>>(),
    });
    if let Some(grant_ms) = stats.grant_ms {
        object["grant_ms"] = thousandths(grant_ms).into();
    }
    if let Some(mouth_to_ear_ms) = stats.history.back().and_then(|sample| sample.mouth_to_ear_ms) {
        object["mouth_to_ear_ms"] = tiles(mouth_to_ear_ms).into();
    }
    object
}

fn quality(talker: &TalkerQuality, snapshot: &Snapshot) -> Value {
    let grade = match talker.grade {
        Grade::Good => "good",
        Grade::Fair => "fair",
        Grade::Poor => "poor",
    };
    json!({
        "name": person_name(talker.person, snapshot), "quality": grade, "reason": talker.reason,
        "loss": thousandths(talker.loss), "jitter_ms": tiles(talker.jitter_ms), "buffer_ms": tiles(talker.buffer_ms),
    })
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
    json!({"id": said.id.0, "from": said.from_name, "to": to, "text": said.text, "sent": said.sent_ms})
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

fn floor(room: Option<RoomId>, change: &FloorChanged, snapshot: &Snapshot) -> Value {
    let mut object = match change {
        FloorChanged::Granted { after, remaining } => {
            json!({"state": "granted", "ms": exact_ms(*after), "remaining_ms": ms(*remaining)})
        }
        FloorChanged::Busy { after, holder } => json!({"state": "busy", "ms": exact_ms(*after), "holder": holder}),
        FloorChanged::Denied { after, cause } => {
            json!({"state": "denied", "ms": exact_ms(*after), "reason": cause.code()})
        }
        FloorChanged::Warning { remaining } => json!({"state": "warning", "remaining_ms": ms(*remaining)}),
        FloorChanged::Released => json!({"state": "released"}),
        FloorChanged::Queued { after, position, holder } => {
            with_holder(json!({"state": "queued", "ms": exact_ms(*after), "position": position}), holder.as_deref())
        }
        FloorChanged::Position { position, holder } => {
            with_holder(json!({"state": "position", "position": position}), holder.as_deref())
        }
        FloorChanged::Queue { waiting } => json!({"state": "queue", "waiting": waiting}),
        FloorChanged::Offered { recorded, remaining } => {
            json!({"state": "offered", "recorded_ms": ms(*recorded), "remaining_ms": ms(*remaining)})
        }
        FloorChanged::Playing { recorded } => json!({"state": "playing", "recorded_ms": ms(*recorded)}),
        FloorChanged::Locked => json!({"state": "locked"}),
        FloorChanged::Muted => json!({"state": "muted"}),
        FloorChanged::Unmuted => json!({"state": "unmuted"}),
        FloorChanged::Ordered(order) => ordered(*order, snapshot),
        FloorChanged::Revoked { cause, grace } => {
            json!({"state": "revoked", "reason": cause.code(), "grace_ms": ms(*grace)})
        }
        FloorChanged::Taken { holder } => json!({"state": "taken", "holder": holder}),
        FloorChanged::Idle => json!({"state": "idle"}),
    };
    object["event"] = "floor".into();
    object["room"] = room.map_or(Value::Null, |room| room_name(room, snapshot).into());
    object
}

fn with_holder(mut object: Value, holder: Option<&str>) -> Value {
    if let Some(holder) = holder {
        object["holder"] = holder.into();
    }
    object
}

fn ordered(order: FloorOrder, snapshot: &Snapshot) -> Value {
    let about = |word, person| json!({"state": "ordered", "order": word, "person": person_name(person, snapshot)});
    match order {
        FloorOrder::Revoke(person) => about("revoke", person),
        FloorOrder::Mute(person) => about("mute", person),
        FloorOrder::Unmute(person) => about("unmute", person),
        FloorOrder::Give(person) => about("give", person),
        FloorOrder::SetPolicy(policy) => json!({"state": "ordered", "order": "policy", "rule": policy.word()}),
        FloorOrder::SetQueue(queue) => json!({"state": "ordered", "order": "queue", "rule": queue.word()}),
    }
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

fn sign_in_failure(failure: &SignInFailure) -> Value {
    let mut object = json!({"event": "error", "command": "sign_in", "text": failure.to_string()});
    object["code"] = failure.code().into();
    match failure {
        SignInFailure::NameTaken { holder, variant } => {
            object["holder"] = holder.as_str().into();
            object["variant"] = variant.as_str().into();
        }
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
mod tests {
    use super::*;
    use hallway_protocol::{
        floor::messages::{DenyCause, RevokeCause},
        ids::MessageId,
        map::Point,
    };

    fn said(conversation: Conversation, to_name: Option<&str>) -> Event {
        Event::Message(ChatMessage {
            id: MessageId(7),
            from: Some(PersonId(2)),
            from_name: "Bob".to_owned(),
            conversation,
            to_name: to_name.map(str::to_owned),
            text: "hi \"all\"".to_owned(),
            sent_ms: 12,
        })
    }

    #[test]
    fn events_have_the_form_that_is_documented() {
        let floor = |change| Event::Floor { room: Some(RoomId(4)), change };
        let seconds = Duration::from_secs;
        let cases = [
            (
                Event::Welcome {
                    person: PersonId(1),
                    name: "Ann".into(),
                    server: "a:1".into(),
                    version: "0.1.0".into(),
                    fingerprint: "ff".into(),
                },
                r#"{"event":"welcome","fingerprint":"ff","id":1,"name":"Ann","server":"a:1","version":"0.1.0"}"#,
            ),
            (
                Event::Entered { room: RoomId(4), name: "Café".into(), people: vec!["Ann".into()] },
                r#"{"event":"entered","people":["Ann"],"room":"Café"}"#,
            ),
            (
                Event::PersonChanged {
                    person: PersonId(2),
                    name: "Bob".into(),
                    change: PersonChanged::Entered(RoomId(4)),
                },
                r#"{"change":"entered","event":"person","name":"Bob","room":"room 4"}"#,
            ),
            (Event::Arrived { at: Point { x: 1.5, y: 2.25 }, room: None }, r#"{"event":"arrived","x":1.5,"y":2.25}"#),
            (
                said(Conversation::World, None),
                r#"{"event":"message","from":"Bob","id":7,"sent":12,"text":"hi \"all\"","to":{"world":true}}"#,
            ),
            (
                said(Conversation::Room(RoomId(4)), None),
                r#"{"event":"message","from":"Bob","id":7,"sent":12,"text":"hi \"all\"","to":{"room":"room 4"}}"#,
            ),
            (
                said(Conversation::Person(PersonId(2)), Some("Ann")),
                r#"{"event":"message","from":"Bob","id":7,"sent":12,"text":"hi \"all\"","to":{"person":"Ann"}}"#,
            ),
            (
                floor(FloorChanged::Granted { after: Duration::from_micros(31_700), remaining: seconds(60) }),
                r#"{"event":"floor","ms":31.7,"remaining_ms":60000,"room":"room 4","state":"granted"}"#,
            ),
            (
                floor(FloorChanged::Busy { after: seconds(1), holder: "Bob".into() }),
                r#"{"event":"floor","holder":"Bob","ms":1000.0,"room":"room 4","state":"busy"}"#,
            ),
            (
                Event::Floor {
                    room: None,
                    change: FloorChanged::Denied { after: Duration::ZERO, cause: DenyCause::NotInRoom },
                },
                r#"{"event":"floor","ms":0.0,"reason":"not_in_room","room":null,"state":"denied"}"#,
            ),
            (
                floor(FloorChanged::Revoked { cause: RevokeCause::TalkLimit, grace: Duration::from_millis(500) }),
                r#"{"event":"floor","grace_ms":500,"reason":"talk_limit","room":"room 4","state":"revoked"}"#,
            ),
            (
                Event::Connection(ConnectionChanged::Lost("Gone.".into())),
                r#"{"event":"connection","reason":"Gone.","state":"lost"}"#,
            ),
            (
                Event::Refused { command: "say", code: "too_fast", text: "Wait.".into() },
                r#"{"code":"too_fast","command":"say","event":"error","text":"Wait."}"#,
            ),
        ];
        for (event, line) in cases {
            assert_eq!(super::event(&event, &Snapshot::signed_out()).unwrap().to_string(), line);
        }
    }

    #[test]
    fn a_line_is_one_line_with_the_time_on_it() {
        let line = line(json!({"event": "message", "text": "two\nlines"}));
        assert_eq!(line.matches('\n').count(), 1);
        let back: Value = serde_json::from_str(&line).unwrap();
        assert!(back["at"].as_u64().unwrap() > 1_700_000_000_000);
    }

    #[test]
    fn a_refused_sign_in_names_what_a_script_needs() {
        let failure = SignInFailure::NameTaken { holder: "ann".into(), variant: "Ann 2".into() };
        let object = event(&Event::SignInFailed(failure), &Snapshot::signed_out()).unwrap();
        assert_eq!((&object["code"], &object["variant"]), (&json!("name_taken"), &json!("Ann 2")));
    }
}
