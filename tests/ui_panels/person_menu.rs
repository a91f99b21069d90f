//! What a click on a person offers.

use crate::bench::{Bench, bench, in_a_room};
use bevy_egui::egui::{Key, Pos2, Ui, accesskit::Role};
use egui_kittest::{Harness, kittest::Queryable};
use hallway::{
    net::{
        commands::Command,
        snapshot::{CallView, CallsView, Snapshot},
    },
    ui::{
        Action,
        menu::{self, OpenMenu},
    },
};
use hallway_protocol::{
    call::{CallAudio, CallKind, Sending},
    chat::Conversation,
    floor::messages::FloorOrder,
    ids::{CallId, PersonId},
};
use std::sync::Arc;

const ANN: PersonId = PersonId(2);

fn opened(person: PersonId, snapshot: Snapshot) -> Harness<'static, Bench<OpenMenu>> {
    bench(OpenMenu::new(person, Pos2::ZERO), snapshot, menu::show)
}

fn volume(volume: f32) -> Action {
    Action::Send(Command::SetVolume { person: ANN, volume })
}

#[test]
fn a_person_is_made_louder_by_steps_up_to_twice_as_loud() {
    let mut harness = opened(ANN, in_a_room());
    harness.get_by_role(Role::Slider).focus();
    harness.run_steps(2);
    harness.key_press(Key::ArrowRight);
    harness.run_steps(2);
    assert_eq!(harness.state().actions, [volume(1.05)]);
    harness.state_mut().snapshot.people[0].volume = 2.0;
    harness.run_steps(2);
    harness.key_press(Key::ArrowRight);
    harness.run_steps(2);
    assert_eq!(harness.state().actions.len(), 1, "no more than twice as loud");
}

#[test]
fn a_muted_person_comes_back_as_loud_as_before() {
    let mut snapshot = in_a_room();
    snapshot.people[0].volume = 1.5;
    let mut harness = opened(ANN, snapshot);
    harness.get_by_label("Mute for me").click();
    harness.run_steps(2);
    harness.state_mut().snapshot.people[0].volume = 0.0;
    harness.run_steps(2);
    harness.get_by_label("Mute for me").click();
    harness.run_steps(2);
    assert_eq!(harness.state().actions, [volume(0.0), volume(1.5)]);
}

#[test]
fn nobody_sets_the_own_volume_or_writes_to_oneself() {
    let harness = opened(PersonId(1), in_a_room());
    assert!(harness.query_by_label("Mute for me").is_none());
    assert!(harness.query_by_label("Private message").is_none());
    assert!(harness.query_by_label("Profile").is_some());
}

#[test]
fn moderators_find_their_orders_in_the_menu_of_people_in_their_room() {
    let mut snapshot = in_a_room();
    snapshot.rooms[0].waiting = vec![ANN];
    assert!(opened(ANN, snapshot.clone()).query_by_label("Mute Ann here").is_none());
    snapshot.rooms[0].moderated = true;
    assert!(opened(PersonId(4), snapshot.clone()).query_by_label("Mute Bert here").is_none(), "Bert is in the hall");
    let mut harness = opened(ANN, snapshot);
    assert!(harness.query_by_label("Mute Ann here").is_some());
    harness.get_by_label("Give Ann the floor").click();
    harness.run_steps(2);
    let expected = [Action::Send(Command::OrderFloor(FloorOrder::Give(ANN))), Action::CloseMenu];
    assert_eq!(harness.state().actions, expected);
}

#[test]
fn a_person_is_called_and_sent_files() {
    let mut harness = opened(ANN, in_a_room());
    for label in ["Voice call", "Video call", "Send a file…"] {
        harness.get_by_label(label).click();
        harness.run_steps(2);
    }
    let call = |kind| Action::Send(Command::Call { to: ANN, kind });
    let files = Action::ChooseFiles(Conversation::Person(ANN));
    let asked = [call(CallKind::Voice), call(CallKind::Video), files];
    let expected: Vec<_> = asked.into_iter().flat_map(|action| [action, Action::CloseMenu]).collect();
    assert_eq!(harness.state().actions, expected);
}

#[test]
fn in_a_call_others_are_asked_in_instead() {
    let mut snapshot = in_a_room();
    snapshot.calls = Arc::new(CallsView { current: Some(empty_call()), ..CallsView::default() });
    let mut harness = opened(ANN, snapshot);
    assert!(harness.query_by_label("Voice call").is_none());
    harness.get_by_label("Ask into the call").click();
    harness.run_steps(2);
    assert_eq!(harness.state().actions, [Action::Send(Command::AskIntoCall(ANN)), Action::CloseMenu]);
}

#[test]
fn calls_are_answered_without_asking_only_where_that_was_allowed() {
    let mut harness = opened(ANN, in_a_room());
    harness.get_by_label("Answer their calls by itself").click();
    harness.run_steps(2);
    Arc::make_mut(&mut harness.state_mut().snapshot.calls).auto_answer = [("Ann", ())].into_iter().collect();
    harness.run_steps(2);
    harness.get_by_label("Answer their calls by itself").click();
    harness.run_steps(2);
    let set = |on| Action::Send(Command::SetAutoAnswer { person: ANN, on });
    assert_eq!(harness.state().actions, [set(true), set(false)]);
}

#[test]
fn somebodys_pictures_are_shown_or_wait_whatever_holds_for_all() {
    let mut harness = opened(ANN, in_a_room());
    let expected = [("Show", Some(true)), ("Ask", Some(false))].map(|(label, comes)| {
        harness.get_by_label(label).click();
        harness.run_steps(2);
        Action::Send(Command::ShowPicturesOf { name: "Ann".to_owned(), comes })
    });
    assert_eq!(harness.state().actions, expected);
}

#[test]
fn a_profile_tells_what_is_known() {
    let mut snapshot = in_a_room();
    snapshot.people[0].volume = 1.5;
    let show = |ui: &mut Ui, (): &mut (), snapshot: &Snapshot| menu::card(ui, ANN, snapshot);
    let harness = bench((), snapshot, show);
    for label in ["Ann", "In Studio", "Not heard lately", "150 %, for you alone", "Voice call"] {
        assert!(harness.query_by_label(label).is_some(), "{label}");
    }
}

fn empty_call() -> CallView {
    CallView {
        call: CallId(1),
        kind: CallKind::Voice,
        room: None,
        audio: CallAudio::Open,
        members: Vec::new(),
        microphone_wanted: true,
        camera_wanted: false,
        speaking: [].into(),
        sending: Sending::default(),
        camera_trouble: None,
        screen_trouble: None,
        link_trouble: None,
    }
}
