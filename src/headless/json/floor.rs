//! Events about the floor.

use super::{exact_ms, ms, person_name, room_name};
use crate::net::{events::FloorChanged, snapshot::Snapshot};
use hallway_protocol::{floor::messages::FloorOrder, ids::RoomId};
use serde_json::{Value, json};

pub(super) fn floor(room: Option<RoomId>, change: &FloorChanged, snapshot: &Snapshot) -> Value {
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
        FloorChanged::TalkLog(on) => json!({"state": "log", "on": on}),
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
        FloorOrder::SetTalkLog(on) => json!({"state": "ordered", "order": "log", "on": on}),
    }
}
