//! The lists of rooms and people.

use crate::bench::{bench, in_a_room};
use bevy_egui::egui::{self, Ui};
use egui_kittest::kittest::Queryable;
use hallway::{
    net::{commands::Command, snapshot::Snapshot},
    ui::{
        Action,
        people::{self, PeopleModel},
        rooms::{
            self, RoomsModel,
            new_room::{self, NewRoom},
        },
    },
};
use hallway_protocol::{
    floor::{FloorPolicy, QueueRule},
    ids::{PersonId, RoomId},
};

fn new_room(ui: &mut Ui, model: &mut RoomsModel, _: &Snapshot) -> Vec<Action> {
    new_room::show(ui, &mut model.new)
}

#[test]
fn the_filter_finds_by_the_beginning_of_any_word() {
    let snapshot = in_a_room();
    let cases = [("", 4), ("an", 2), ("LEE", 1), ("ert", 1), ("zz", 0)];
    for (filter, found) in cases {
        assert_eq!(people::matching(filter, &snapshot).len(), found, "{filter:?}");
    }
    let model = PeopleModel { filter: "be".into() };
    let mut harness = bench(model, snapshot, people::show);
    assert!(harness.query_by_label("Ann").is_none());
    harness.get_by_label("Bert").click();
    harness.run_steps(2);
    assert!(matches!(harness.state().actions.as_slice(), [Action::Menu { person: PersonId(4), .. }]));
}

#[test]
fn a_click_on_a_room_walks_there_and_the_own_room_is_where_one_is() {
    let mut harness = bench(RoomsModel::default(), in_a_room(), rooms::show);
    harness.get_by_label("Library").click();
    harness.run_steps(2);
    harness.get_by_label("Studio").click();
    harness.run_steps(2);
    harness.get_by_label("Hall").click();
    harness.run_steps(2);
    let expected = [Action::Send(Command::Enter(RoomId(2))), Action::Send(Command::Leave)];
    assert_eq!(harness.state().actions, expected);
}

#[test]
fn a_room_is_made_by_name_and_a_bad_name_is_told() {
    let mut harness = bench(RoomsModel::default(), in_a_room(), rooms::show);
    harness.get_by_label("+  New room…").click();
    harness.run_steps(2);
    let model = std::mem::take(&mut harness.state_mut().model);
    let mut harness = bench(model, in_a_room(), new_room);
    harness.get_by_label("Create").click();
    harness.run_steps(2);
    assert!(harness.query_by_label_contains("This name is empty").is_some());
    harness.event(egui::Event::Text("Reading".into()));
    harness.run_steps(2);
    assert!(harness.query_by_label_contains("This name is empty").is_none());
    harness.get_by_label("Create").click();
    harness.run_steps(2);
    let (policy, queue) = (FloorPolicy::Exclusive, QueueRule::FirstCome);
    let create = Command::CreateRoom { name: "Reading".into(), policy, queue, talk_log: false };
    assert_eq!(harness.state().actions, [Action::Send(create)]);
    assert!(harness.state().model.new.is_none());
}

#[test]
fn a_new_room_gets_the_rules_that_were_chosen() {
    let mut form = NewRoom::default();
    form.name = "Debate".into();
    let mut harness = bench(RoomsModel { new: Some(form) }, in_a_room(), new_room);
    harness.get_by_label("Quietest first").click();
    harness.run_steps(2);
    harness.get_by_label("A moderator decides").click();
    harness.run_steps(2);
    // With a moderator everybody waits: the queue's rule is not to be chosen.
    harness.get_by_label("Nobody waits").click();
    harness.run_steps(2);
    harness.get_by_label("Create").click();
    harness.run_steps(2);
    let (policy, queue) = (FloorPolicy::Chair, QueueRule::QuietestFirst);
    let create = Command::CreateRoom { name: "Debate".into(), policy, queue, talk_log: false };
    assert_eq!(harness.state().actions, [Action::Send(create)]);
}

#[test]
fn a_room_tells_who_talks_in_it_and_how_it_is_ruled() {
    let mut snapshot = in_a_room();
    snapshot.rooms[1].policy = FloorPolicy::Open;
    snapshot.rooms[1].people = vec![PersonId(3), PersonId(4)];
    snapshot.rooms[1].talkers = vec![PersonId(4), PersonId(3)];
    let harness = bench(RoomsModel::default(), snapshot, rooms::show);
    let told = |room: &str| harness.get_by_label(room).value();
    assert_eq!(told("Library").as_deref(), Some("2 people, talking: Bert, Anna Lee. Everybody may talk at once"));
    assert_eq!(told("Studio").as_deref(), Some("empty. One at a time, others wait in line"));
}

#[test]
fn people_who_are_not_heard_are_marked_with_who_did_it() {
    let mut snapshot = in_a_room();
    snapshot.rooms[0].muted = vec![PersonId(2)];
    snapshot.people[2].volume = 0.0;
    snapshot.people[1].talking = true;
    let harness = bench(PeopleModel::default(), snapshot, people::show);
    let at = |label: &str| harness.get_by_label(label).rect().center().y;
    assert_eq!(at("Muted in this room by a moderator"), at("Ann"));
    assert_eq!(at("Muted by you, for you alone"), at("Bert"));
    assert_eq!(harness.get_by_label("Anna Lee").value().as_deref(), Some("Hall, talking"));
}

#[test]
fn only_own_rooms_can_be_deleted() {
    let mut harness = bench(RoomsModel::default(), in_a_room(), rooms::show);
    let buttons: Vec<_> = harness.get_all_by_label("×").collect();
    assert_eq!(buttons.len(), 1);
    buttons[0].click();
    drop(buttons);
    harness.run_steps(2);
    assert_eq!(harness.state().actions, [Action::Send(Command::DeleteRoom(RoomId(3)))]);
}
