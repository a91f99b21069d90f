//! What a moderator may order about a person in the same room: the same in the room's panel and in the person's menu.

use super::{super::bidi, rules};
use crate::net::snapshot::Snapshot;
use hallway_protocol::{floor::messages::FloorOrder, ids::PersonId};

/// Something that can be ordered.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// What it is called where there is little room.
    pub word: &'static str,
    /// What it is called in full, with the person's name.
    pub label: String,
    /// What it does.
    pub tip: &'static str,
    /// The order.
    pub order: FloorOrder,
}

/// What one may order about a person now; nothing where one is no moderator or the person is elsewhere.
#[must_use]
pub fn about(person: PersonId, snapshot: &Snapshot) -> Vec<Choice> {
    let Some(room) = rules::moderated(snapshot) else { return Vec::new() };
    let Some(view) = snapshot.person(person).filter(|view| view.room == Some(room.id)) else { return Vec::new() };
    let is_me = snapshot.me.as_ref().is_some_and(|me| me.id == person);
    let name = bidi::line(&view.name);
    let mut choices = Vec::new();
    if room.waiting.contains(&person) {
        choices.push(Choice {
            word: "Give",
            label: format!("Give {name} the floor"),
            tip: "Gives this person the floor now; whoever talks has to stop.",
            order: FloorOrder::Give(person),
        });
    }
    if is_me {
        return choices;
    }
    if room.talkers.contains(&person) {
        choices.push(Choice {
            word: "End",
            label: format!("End the turn of {name}"),
            tip: "Ends this turn, after the last word.",
            order: FloorOrder::Revoke(person),
        });
    }
    choices.push(if room.muted.contains(&person) {
        Choice {
            word: "Unmute",
            label: format!("Unmute {name} here"),
            tip: "Lets this person talk in this room again.",
            order: FloorOrder::Unmute(person),
        }
    } else {
        Choice {
            word: "Mute",
            label: format!("Mute {name} here"),
            tip: "Keeps this person from talking in this room, for everybody, until unmuted.",
            order: FloorOrder::Mute(person),
        }
    });
    choices
}
