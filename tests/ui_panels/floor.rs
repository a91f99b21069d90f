//! The panel of the room one is in: who talks, who waits, and what moderators may do.

use crate::bench::{Bench, ROOM, bench, in_a_room, person};
use bevy_egui::egui::Ui;
use egui_kittest::{Harness, kittest::Queryable};
use hallway::{
    net::{commands::Command, snapshot::Snapshot},
    ui::{
        Action,
        floor::{self, rules},
    },
};
use hallway_protocol::{
    floor::{FloorPolicy, QueueRule, messages::FloorOrder},
    ids::PersonId,
};

fn panel(snapshot: Snapshot) -> Harness<'static, Bench<()>> {
    bench((), snapshot, |ui: &mut Ui, (): &mut (), snapshot: &Snapshot| floor::show(ui, snapshot))
}

/// A room where Ann talks, Cem, Mara and Bert wait, and Dora is muted.
fn busy() -> Snapshot {
    let mut snapshot = in_a_room();
    snapshot.people.retain(|view| view.id != PersonId(4));
    snapshot.people.extend([
        person(4, "Bert", Some(ROOM)),
        person(5, "Cem", Some(ROOM)),
        person(6, "Dora", Some(ROOM)),
    ]);
    let room = &mut snapshot.rooms[0];
    room.talkers = vec![PersonId(2)];
    room.waiting = vec![PersonId(5), PersonId(1), PersonId(4)];
    room.muted = vec![PersonId(6)];
    snapshot
}

fn moderating() -> Snapshot {
    let mut snapshot = busy();
    snapshot.rooms[0].moderated = true;
    snapshot
}

fn ordered(order: FloorOrder) -> Action {
    Action::Send(Command::OrderFloor(order))
}

#[test]
fn talkers_and_waiting_people_stand_in_the_servers_order() {
    let harness = panel(busy());
    let rows =
        ["Ann talks", "Cem is next", "Mara (you) is number 2 in line", "Bert is number 3 in line", "Dora is muted"];
    let places: Vec<f32> = rows.iter().map(|row| harness.get_by_label(row).rect().top()).collect();
    assert!(places.is_sorted(), "{places:?}");
    assert!(harness.query_by_label("One at a time, others wait in line").is_some());
}

#[test]
fn the_hall_has_no_floor_to_show() {
    let mut snapshot = busy();
    if let Some(me) = &mut snapshot.me {
        me.room = None;
    }
    assert!(panel(snapshot).query_by_label("Ann talks").is_none());
}

#[test]
fn who_is_no_moderator_can_order_nothing() {
    let harness = panel(busy());
    for word in ["Rules…", "Give Cem the floor", "End the turn of Ann", "Mute Ann here", "Unmute Dora here"] {
        assert!(harness.query_by_label(word).is_none(), "{word}");
    }
}

#[test]
fn a_moderators_buttons_order_what_they_say_about_whom_they_stand_beside() {
    let orders = [
        ("End the turn of Ann", FloorOrder::Revoke(PersonId(2))),
        ("Mute Ann here", FloorOrder::Mute(PersonId(2))),
        ("Give Bert the floor", FloorOrder::Give(PersonId(4))),
        ("Give Mara the floor", FloorOrder::Give(PersonId(1))),
        ("Unmute Dora here", FloorOrder::Unmute(PersonId(6))),
    ];
    for (label, order) in orders {
        let mut harness = panel(moderating());
        harness.get_by_label(label).click();
        harness.run_steps(2);
        assert_eq!(harness.state().actions, [ordered(order)], "{label}");
    }
    assert!(panel(moderating()).query_by_label("Mute Mara here").is_none(), "nobody mutes oneself");
}

#[test]
fn a_click_beside_the_buttons_opens_the_persons_menu() {
    let mut harness = panel(busy());
    harness.get_by_label("Cem is next").click();
    harness.run_steps(2);
    assert_eq!(harness.state().actions, [Action::Menu { person: PersonId(5), at: None }]);
}

#[test]
fn everybody_inside_sees_that_what_is_said_is_kept() {
    let sign = "What is said here is kept";
    assert!(panel(busy()).query_by_label(sign).is_none());
    let mut snapshot = busy();
    snapshot.rooms[0].talk_log = true;
    assert!(panel(snapshot.clone()).query_by_label(sign).is_some());
    snapshot.rooms[0].policy = FloorPolicy::Open;
    assert!(panel(snapshot).query_by_label(sign).is_none(), "an open room has no turns");
}

#[test]
fn who_moderates_switches_the_talk_log() {
    let show = |ui: &mut Ui, (): &mut (), snapshot: &Snapshot| rules::show(ui, &snapshot.rooms[0]);
    let mut harness = bench((), moderating(), show);
    harness.get_by_label("Keep what is said").click();
    harness.run_steps(2);
    assert_eq!(harness.state().actions, [ordered(FloorOrder::SetTalkLog(true))]);
}

#[test]
fn rules_are_ordered_one_by_one() {
    let show = |ui: &mut Ui, (): &mut (), snapshot: &Snapshot| rules::show(ui, &snapshot.rooms[0]);
    let mut harness = panel(moderating());
    harness.get_by_label("Rules…").click();
    harness.run_steps(2);
    assert_eq!(harness.state().actions, [Action::ToggleRules]);

    let mut harness = bench((), moderating(), show);
    harness.get_by_label("One at a time").click();
    harness.run_steps(2);
    assert!(harness.state().actions.is_empty(), "that is the rule already");
    harness.get_by_label("Everybody").click();
    harness.run_steps(2);
    harness.get_by_label("Nobody waits").click();
    harness.run_steps(2);
    let expected =
        [ordered(FloorOrder::SetPolicy(FloorPolicy::Open)), ordered(FloorOrder::SetQueue(QueueRule::Refuse))];
    assert_eq!(harness.state().actions, expected);
}
