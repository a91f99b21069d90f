//! Events about calls, and the answers to `calls`, `cameras` and `screens`.

use super::room_name;
use crate::{
    media::screens::{ScreenError, Shareable},
    net::{
        events::{CallChanged, CallNamed},
        snapshot::{CallView, Snapshot},
    },
    settings::choices,
};
use hallway_protocol::{
    call::{CallAudio, CallEnd, CallMember, Presence, Reach, Sending},
    ids::PersonId,
};
use serde_json::{Value, json};

/// What happened to a call.
pub(super) fn call(call: &CallNamed, change: &CallChanged) -> Value {
    let mut object = match change {
        CallChanged::Ringing => json!({"state": "ringing"}),
        CallChanged::Incoming => json!({"state": "incoming"}),
        CallChanged::Accepted { auto } => json!({"state": "accepted", "auto": auto}),
        CallChanged::Joined { name } => json!({"state": "joined", "name": name}),
        CallChanged::Left { name, why } => {
            let mut object = because(json!({"state": "left"}), why);
            object["name"] = name.as_str().into();
            object
        }
        CallChanged::Ended(why) => because(json!({"state": end(why)}), why),
        CallChanged::Trouble { code, text } => json!({"state": "trouble", "reason": code, "text": text}),
    };
    object["event"] = "call".into();
    object["call"] = call.call.0.into();
    object["kind"] = call.kind.word().into();
    object["with"] = call.with.clone().into();
    object
}

/// The state of a call that is over for this client.
fn end(why: &CallEnd) -> &'static str {
    match why {
        CallEnd::Declined { .. } => "declined",
        CallEnd::Missed => "missed",
        CallEnd::Lost => "failed",
        CallEnd::HungUp | CallEnd::Cancelled | CallEnd::Gone | CallEnd::LeftRoom | CallEnd::Elsewhere => "ended",
    }
}

fn because(mut object: Value, why: &CallEnd) -> Value {
    object["reason"] = why.code().into();
    if let CallEnd::Declined { text: Some(text) } = why {
        object["text"] = text.as_str().into();
    }
    object
}

/// The answer to `calls`.
#[must_use]
pub fn calls(snapshot: &Snapshot) -> Value {
    let calls = &snapshot.calls;
    let reach = match calls.reach {
        Reach::Everyone => "everyone",
        Reach::SameRoom => "room",
        Reach::Nobody => "nobody",
    };
    let mut object = json!({
        "event": "calls", "incoming": calls.incoming.iter().map(|call| ringing(call, snapshot)).collect::<Vec<_>>(),
        "reach": reach, "auto_answer": calls.auto_answer.iter().map(|(name, ())| name).collect::<Vec<_>>(), "camera": choices::camera_words(&calls.camera),
    });
    if let Some(call) = &calls.current {
        object["current"] = current(call, snapshot);
    }
    object
}

/// The answer to `cameras`.
#[must_use]
pub fn cameras(names: &[String]) -> Value {
    json!({"event": "cameras", "cameras": names})
}

/// The answer to `screens`.
#[must_use]
pub fn screens(list: &Result<Vec<Shareable>, ScreenError>) -> Value {
    match list {
        Ok(list) => {
            let one = |it: &Shareable| json!({"share": choices::screen_words(&it.choice), "title": it.title});
            json!({"event": "screens", "screens": list.iter().map(one).collect::<Vec<_>>()})
        }
        Err(error) => {
            json!({"event": "error", "command": "screens", "code": error.code(), "text": error.to_string()})
        }
    }
}

/// A call that rings here.
fn ringing(call: &CallView, snapshot: &Snapshot) -> Value {
    let members = call.members.iter().map(|one| member(one, &call.members));
    let mut object = json!({
        "call": call.call.0, "kind": call.kind.word(), "members": members.collect::<Vec<_>>(),
        "audio": match call.audio {
            CallAudio::Open => "open",
            CallAudio::Floor => "floor",
        },
    });
    if let Some(room) = call.room {
        object["room"] = room_name(room, snapshot).into();
    }
    object
}

/// The call that one is in, or rings.
fn current(call: &CallView, snapshot: &Snapshot) -> Value {
    let mut object = ringing(call, snapshot);
    object["wanted"] = json!({"mic": call.microphone_wanted, "camera": call.camera_wanted});
    object["speaking"] = call.speaking.iter().map(|person| name(*person, &call.members)).collect();
    object["sending"] = sending(call.sending);
    let troubles = [("camera", &call.camera_trouble), ("screen", &call.screen_trouble), ("link", &call.link_trouble)];
    for (what, trouble) in troubles {
        if let Some(sentence) = trouble {
            object["trouble"][what] = sentence.as_str().into();
        }
    }
    object
}

fn member(member: &CallMember, all: &[CallMember]) -> Value {
    let mut object = json!({"name": member.name, "sending": sending(member.sending)});
    match member.presence {
        Presence::Ringing { by } => {
            object["presence"] = "ringing".into();
            object["by"] = name(by, all).into();
        }
        Presence::Joined { auto } => {
            object["presence"] = "joined".into();
            object["auto"] = auto.into();
        }
        Presence::Lost => object["presence"] = "lost".into(),
    }
    object
}

fn name(person: PersonId, all: &[CallMember]) -> String {
    let known = all.iter().find(|member| member.person == person);
    known.map_or_else(|| format!("person {person}"), |member| member.name.clone())
}

fn sending(sending: Sending) -> Value {
    json!({"mic": sending.microphone, "camera": sending.camera, "screen": sending.screen})
}
