//! What happened to calls, in a sentence each: for notices that come and go.

use super::words::{kind, listed};
use crate::{
    net::{
        events::{CallChanged, CallNamed, Event},
        snapshot::Snapshot,
    },
    ui::{Action, bidi},
};
use hallway_protocol::{call::CallEnd, chat::Conversation, ids::CallId};
use std::collections::BTreeMap;

/// Calls that are remembered at most, though their end was never told.
const REMEMBERED: usize = 32;

/// Something to be told.
#[derive(Clone, Debug, PartialEq)]
pub struct News {
    /// A sentence.
    pub text: String,
    /// Whether it is trouble.
    pub trouble: bool,
    /// What a click on it does.
    pub click: Option<Action>,
}

/// What is known of calls whose end is still to come: the end means another thing to the one who was called.
#[derive(Debug, Default)]
pub struct CallNews {
    stages: BTreeMap<CallId, Stage>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Rings here.
    Incoming,
    /// Rung from here.
    Outgoing,
    /// On.
    Talking,
}

impl CallNews {
    /// Takes in an event; answers what there is to tell.
    pub fn hear(&mut self, event: &Event, snapshot: &Snapshot) -> Option<News> {
        let Event::Call { call, change } = event else { return None };
        let stage = self.stages.get(&call.call).copied();
        match change {
            CallChanged::Incoming => self.enter(call.call, Stage::Incoming),
            // One more who is asked into a call makes nothing else of it.
            CallChanged::Ringing if stage == Some(Stage::Talking) => {}
            CallChanged::Ringing => self.enter(call.call, Stage::Outgoing),
            CallChanged::Accepted { .. } | CallChanged::Joined { .. } => self.enter(call.call, Stage::Talking),
            CallChanged::Ended(_) => {
                self.stages.remove(&call.call);
            }
            CallChanged::Left { .. } | CallChanged::Trouble { .. } => {}
        }
        tell(call, change, stage, snapshot)
    }

    fn enter(&mut self, call: CallId, stage: Stage) {
        self.stages.insert(call, stage);
        while self.stages.len() > REMEMBERED {
            self.stages.pop_first();
        }
    }
}

fn tell(call: &CallNamed, change: &CallChanged, stage: Option<Stage>, snapshot: &Snapshot) -> Option<News> {
    let names: Vec<String> = call.with.iter().map(|name| bidi::line(name)).collect();
    let with = listed(&names);
    let plain = |text: String| Some(News { text, trouble: false, click: None });
    match change {
        // The card and the ring show these for as long as they last.
        CallChanged::Ringing | CallChanged::Incoming | CallChanged::Accepted { auto: false } => None,
        CallChanged::Accepted { auto: true } if stage == Some(Stage::Outgoing) => {
            plain(format!("{with} answers your calls by itself; nobody may be looking"))
        }
        CallChanged::Accepted { auto: true } => {
            plain(format!("{with} called and was answered by itself, as you allowed: your microphone is open"))
        }
        CallChanged::Joined { name } => plain(format!("{} came into the call", bidi::line(name))),
        CallChanged::Left { name, why } => plain(left(&bidi::line(name), why)),
        CallChanged::Ended(why) => ended(call, why, stage, &with, snapshot),
        CallChanged::Trouble { text, .. } if stands_in_the_card(text, snapshot) => None,
        CallChanged::Trouble { text, .. } => Some(News { text: text.clone(), trouble: true, click: None }),
    }
}

/// Whether the call's card says it for as long as it lasts.
fn stands_in_the_card(text: &str, snapshot: &Snapshot) -> bool {
    snapshot.calls.current.as_ref().is_some_and(|call| {
        [&call.camera_trouble, &call.screen_trouble, &call.link_trouble].into_iter().flatten().any(|said| said == text)
    })
}

/// Why somebody is no longer in a call that goes on.
fn left(name: &str, why: &CallEnd) -> String {
    match why {
        CallEnd::HungUp => format!("{name} left the call"),
        CallEnd::Declined { text: Some(text) } => format!("{name} declined: “{}”", bidi::line(text.as_str())),
        CallEnd::Declined { text: None } => format!("{name} declined"),
        CallEnd::Missed => format!("{name} did not answer"),
        CallEnd::Cancelled => format!("{name} is no longer being rung"),
        CallEnd::Gone => format!("{name} signed out"),
        CallEnd::Lost => format!("{name}'s connection was lost"),
        CallEnd::LeftRoom => format!("{name} left the room and its call"),
        CallEnd::Elsewhere => format!("{name} answered another call"),
    }
}

fn ended(call: &CallNamed, why: &CallEnd, stage: Option<Stage>, with: &str, snapshot: &Snapshot) -> Option<News> {
    let plain = |text: String| Some(News { text, trouble: false, click: None });
    let missed = |text: String| Some(News { text, trouble: true, click: message_to(call, snapshot) });
    match (stage, why) {
        // Whoever declined or cancelled knows.
        (Some(Stage::Incoming), CallEnd::Declined { .. }) | (Some(Stage::Outgoing), CallEnd::Cancelled) => None,
        (Some(Stage::Incoming), CallEnd::Missed | CallEnd::Cancelled | CallEnd::Gone | CallEnd::HungUp) => {
            missed(format!("Missed {} from {with}", kind(call.kind).to_lowercase()))
        }
        (Some(Stage::Incoming), CallEnd::Elsewhere) => plain("The call was answered elsewhere".to_owned()),
        (_, CallEnd::Declined { text: Some(text) }) => {
            missed(format!("{with} declined: “{}”", bidi::line(text.as_str())))
        }
        (_, CallEnd::Declined { text: None }) => missed(format!("{with} declined the call")),
        (_, CallEnd::Missed) => missed(format!("{with} did not answer; a message tells of your call")),
        (_, CallEnd::HungUp | CallEnd::Cancelled) => plain(format!("The call with {with} is over")),
        (_, CallEnd::Gone) => plain(format!("The call is over: {with} signed out")),
        (_, CallEnd::Lost) => missed("The call is over: the connection was lost for too long".to_owned()),
        (_, CallEnd::LeftRoom) => plain("You left the room, and with it its call".to_owned()),
        (_, CallEnd::Elsewhere) => plain(format!("{with} answered another call")),
    }
}

/// A click writes to the one it was with.
fn message_to(call: &CallNamed, snapshot: &Snapshot) -> Option<Action> {
    let [name] = call.with.as_slice() else { return None };
    let person = snapshot.people.iter().find(|person| person.name == *name)?;
    Some(Action::Open(Conversation::Person(person.id)))
}
