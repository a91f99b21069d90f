//! A room's rules in a few words, and the choice of them: for who creates a room, and for those who moderate one.

use super::super::{Action, bidi, theme};
use crate::net::{
    commands::Command,
    snapshot::{RoomView, Snapshot},
};
use bevy_egui::egui::Ui;
use hallway_protocol::{
    floor::{FloorPolicy, QueueRule, messages::FloorOrder},
    limits,
};

/// The policies in the order in which they are offered.
const POLICIES: [FloorPolicy; 3] = [FloorPolicy::Exclusive, FloorPolicy::Open, FloorPolicy::Chair];
/// The queue rules in the order in which they are offered.
const QUEUES: [QueueRule; 3] = [QueueRule::FirstCome, QueueRule::QuietestFirst, QueueRule::Refuse];

/// Both rules of a room in one line.
#[must_use]
pub fn line(policy: FloorPolicy, queue: QueueRule) -> &'static str {
    match (policy, queue) {
        (FloorPolicy::Exclusive, QueueRule::FirstCome) => "One at a time, others wait in line",
        (FloorPolicy::Exclusive, QueueRule::QuietestFirst) => "One at a time, the quietest is next",
        (FloorPolicy::Exclusive, QueueRule::Refuse) => "One at a time, nobody waits",
        (FloorPolicy::Open, _) => "Everybody may talk at once",
        (FloorPolicy::Chair, _) => "A moderator gives the floor",
    }
}

/// A word for a room that is not like most; `None` for one person at a time.
#[must_use]
pub fn tag(policy: FloorPolicy) -> Option<&'static str> {
    match policy {
        FloorPolicy::Exclusive => None,
        FloorPolicy::Open => Some("open"),
        FloorPolicy::Chair => Some("chair"),
    }
}

/// A policy's name, and what it means.
#[must_use]
pub fn of_policy(policy: FloorPolicy) -> (&'static str, String) {
    match policy {
        FloorPolicy::Exclusive => ("One at a time", "Whoever asks first talks; all others listen.".to_owned()),
        FloorPolicy::Open => ("Everybody", format!("Up to {} people talk at once.", limits::OPEN_TALKERS)),
        FloorPolicy::Chair => ("A moderator decides", "Who asks waits until a moderator gives the floor.".to_owned()),
    }
}

/// A queue rule's name, and what it means.
#[must_use]
pub fn of_queue(queue: QueueRule) -> (&'static str, &'static str) {
    match queue {
        QueueRule::FirstCome => ("Wait in line", "Who asked first is next."),
        QueueRule::QuietestFirst => ("Quietest first", "Who has talked least in this room is next."),
        QueueRule::Refuse => ("Nobody waits", "Who asks is told to try again."),
    }
}

/// Lets one choose a policy and, where it matters, a queue rule.
pub fn choose(ui: &mut Ui, policy: &mut FloorPolicy, queue: &mut QueueRule) {
    ui.label(theme::muted("Who may talk"));
    for each in POLICIES {
        let (name, meaning) = of_policy(each);
        choice(ui, policy, each, name, &meaning);
    }
    ui.add_space(6.0);
    ui.add_enabled_ui(*policy == FloorPolicy::Exclusive, |ui| {
        ui.label(theme::muted("While somebody talks, others"));
        for each in QUEUES {
            let (name, meaning) = of_queue(each);
            choice(ui, queue, each, name, meaning);
        }
    });
}

/// Lets one choose whether turns are kept, where there are turns.
pub fn choose_log(ui: &mut Ui, policy: FloorPolicy, talk_log: &mut bool) {
    ui.add_space(6.0);
    ui.add_enabled_ui(policy != FloorPolicy::Open, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        theme::checkbox(ui, talk_log, "Keep what is said");
        theme::meaning(ui, "Each turn can be heard again in the room's chat. Everybody inside sees that.");
    });
}

fn choice<T: PartialEq>(ui: &mut Ui, value: &mut T, each: T, name: &str, meaning: &str) {
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        theme::radio(ui, value, each, name);
        theme::meaning(ui, meaning);
    });
}

/// Shows the rules of the room one is in, for those who may change them: each choice is ordered at once.
pub fn show(ui: &mut Ui, room: &RoomView) -> Vec<Action> {
    let (mut policy, mut queue, mut talk_log) = (room.policy, room.queue, room.talk_log);
    ui.set_width(320.0);
    ui.label(theme::strong(format!("Rules of {}", bidi::line(&room.name))).heading());
    ui.add_space(6.0);
    choose(ui, &mut policy, &mut queue);
    choose_log(ui, policy, &mut talk_log);
    let order = |order| Action::Send(Command::OrderFloor(order));
    let mut actions = Vec::new();
    if policy != room.policy {
        actions.push(order(FloorOrder::SetPolicy(policy)));
    }
    if queue != room.queue {
        actions.push(order(FloorOrder::SetQueue(queue)));
    }
    if talk_log != room.talk_log {
        actions.push(order(FloorOrder::SetTalkLog(talk_log)));
    }
    actions
}

/// The room one is in, if one may order about its floor.
#[must_use]
pub fn moderated(snapshot: &Snapshot) -> Option<&RoomView> {
    let room = snapshot.me.as_ref()?.room?;
    snapshot.room(room).filter(|room| room.moderated)
}
