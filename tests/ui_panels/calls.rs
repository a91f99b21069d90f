//! Calls: the ring and every answer to it, the call one is in with its buttons, and what is told of it.

use crate::bench::{Bench, ROOM, bench, in_a_room};
use bevy_egui::egui::{self, Key, Ui, vec2};
use egui_kittest::{Harness, kittest::Queryable};
use hallway::{
    media::{
        cameras::CameraChoice,
        picture::Picture,
        screens::{ScreenChoice, ScreenError, Shareable},
        video::engine::Whose,
    },
    net::{
        commands::Command,
        snapshot::{CallView, CallsView, Snapshot, TalkState},
    },
    ui::{
        Action,
        call::{CallModel, card, page, ring, room},
        lookup::Lookup,
    },
};
use hallway_protocol::{
    call::{CallAudio, CallKind, CallMember, Presence, Reach, Sending},
    ids::{CallId, PersonId},
    replicated::RoomCallSummary,
    video::{Layer, Source},
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

const CALL: CallId = CallId(7);
const ME: PersonId = PersonId(1);
const ANN: PersonId = PersonId(2);
const BERT: PersonId = PersonId(4);
const JOINED: Presence = Presence::Joined { auto: false };
const VOICE: Sending = Sending { microphone: true, camera: false, screen: false };
const VIDEO: Sending = Sending { microphone: true, camera: true, screen: false };

fn member(person: PersonId, name: &str, presence: Presence, sending: Sending) -> CallMember {
    CallMember { person, name: name.to_owned(), presence, sending }
}

fn call(kind: CallKind, members: Vec<CallMember>) -> CallView {
    CallView {
        call: CALL,
        kind,
        room: None,
        audio: CallAudio::Open,
        members,
        microphone_wanted: true,
        camera_wanted: false,
        speaking: [].into(),
        sending: VOICE,
        camera_trouble: None,
        screen_trouble: None,
        link_trouble: None,
    }
}

/// A voice call with Ann.
fn with_ann() -> CallView {
    call(CallKind::Voice, vec![member(ME, "Mara", JOINED, VOICE), member(ANN, "Ann", JOINED, VOICE)])
}

fn in_call(call: CallView) -> Snapshot {
    let mut snapshot = in_a_room();
    snapshot.calls = Arc::new(CallsView { current: Some(call), ..CallsView::default() });
    snapshot
}

fn rung(kind: CallKind, also: Option<CallMember>) -> Snapshot {
    let mut members =
        vec![member(ANN, "Ann", JOINED, VOICE), member(ME, "Mara", Presence::Ringing { by: ANN }, Sending::default())];
    members.extend(also);
    let mut snapshot = in_a_room();
    snapshot.calls = Arc::new(CallsView { incoming: vec![call(kind, members)], ..CallsView::default() });
    snapshot
}

fn model() -> CallModel {
    let shareable = Shareable { choice: ScreenChoice::Screen(0), title: "Screen 1".into() };
    CallModel::asking(Lookup::fixed(vec!["Desk cam".into()]), Lookup::fixed(Ok(vec![shareable])))
}

fn card(ui: &mut Ui, model: &mut CallModel, snapshot: &Snapshot) -> Vec<Action> {
    model.follow(snapshot, ui.input(|input| input.time));
    let Some(call) = &snapshot.calls.current else { return Vec::new() };
    card::show(ui, call, model, snapshot, vec2(340.0, 560.0)).1
}

fn shown(snapshot: Snapshot) -> Harness<'static, Bench<CallModel>> {
    bench(model(), snapshot, card)
}

fn press(harness: &mut Harness<'static, Bench<CallModel>>, label: &str) {
    harness.get_by_label(label).click();
    harness.run_steps(3);
}

fn sent(harness: &mut Harness<'static, Bench<CallModel>>) -> Vec<Command> {
    let actions = std::mem::take(&mut harness.state_mut().actions);
    let commands = actions.into_iter().map(|action| match action {
        Action::Send(command) => command,
        other => panic!("{other:?} is no command"),
    });
    commands.collect()
}

#[test]
fn a_ring_says_who_what_about_and_who_else_and_opens_nothing_by_itself() {
    let bert = member(BERT, "Bert", JOINED, VOICE);
    let mut harness = bench(model(), rung(CallKind::Video, Some(bert)), ring::show);
    assert!(harness.query_by_label("Ann is calling").is_some());
    assert!(harness.query_by_label("Video call with Bert").is_some());
    harness.run_steps(20);
    assert!(harness.state().actions.is_empty());
}

#[test]
fn a_ring_is_accepted_with_or_without_video_and_declined() {
    let mut harness = bench(model(), rung(CallKind::Voice, None), ring::show);
    for label in ["Accept Ann's call with voice", "Accept with video", "Decline"] {
        press(&mut harness, label);
    }
    let expected = [
        Command::AcceptCall { call: CALL, camera: false },
        Command::AcceptCall { call: CALL, camera: true },
        Command::DeclineCall { call: CALL, text: String::new() },
    ];
    assert_eq!(sent(&mut harness), expected);
}

#[test]
fn a_ring_is_declined_with_a_ready_text_or_with_own_words() {
    let mut harness = bench(model(), rung(CallKind::Voice, None), ring::show);
    assert!(harness.query_by_label(ring::READY[0]).is_none());
    press(&mut harness, "Decline with a word…");
    press(&mut harness, ring::READY[0]);
    harness.get_by_label("Your own words to the caller").focus();
    harness.run_steps(2);
    harness.event(egui::Event::Text("after lunch".into()));
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    let declined = |text: &str| Command::DeclineCall { call: CALL, text: text.to_owned() };
    assert_eq!(sent(&mut harness), [declined(ring::READY[0]), declined("after lunch")]);
}

#[test]
fn tab_reaches_accept_first_and_enter_presses_it() {
    let mut harness = bench(model(), rung(CallKind::Voice, None), ring::show);
    harness.key_press(Key::Enter);
    harness.run_steps(2);
    assert!(sent(&mut harness).is_empty(), "a ring takes no keys before it was reached");
    harness.key_press(Key::Tab);
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(2);
    assert_eq!(sent(&mut harness), [Command::AcceptCall { call: CALL, camera: false }]);
}

#[test]
fn several_rings_stand_below_each_other() {
    let mut snapshot = rung(CallKind::Voice, None);
    let mut second = snapshot.calls.incoming[0].clone();
    second.call = CallId(8);
    second.members[0] = member(BERT, "Bert", JOINED, VOICE);
    second.members[1].presence = Presence::Ringing { by: BERT };
    Arc::make_mut(&mut snapshot.calls).incoming.push(second);
    let harness = bench(model(), snapshot, ring::show);
    let y = |label: &str| harness.get_by_label(label).rect().center().y;
    assert!(y("Ann is calling") < y("Bert is calling"));
}

#[test]
fn a_call_that_rings_out_says_so_and_is_cancelled() {
    let rung = member(ANN, "Ann", Presence::Ringing { by: ME }, Sending::default());
    let mut call = call(CallKind::Voice, vec![member(ME, "Mara", JOINED, Sending::default()), rung]);
    call.sending = Sending::default();
    let mut harness = shown(in_call(call));
    assert!(harness.query_by_label("Ringing Ann…").is_some());
    assert!(harness.query_by_label("Nobody hears or sees you before the call is accepted.").is_some());
    press(&mut harness, "Cancel");
    assert_eq!(sent(&mut harness), [Command::HangUp]);
}

#[test]
fn the_call_hears_one_or_not_and_is_never_confused_with_the_room() {
    let mut harness = shown(in_call(with_ann()));
    assert!(harness.query_by_label("The call hears you").is_some());
    harness.state_mut().snapshot.talk = TalkState::Asking;
    harness.run_steps(2);
    assert!(harness.query_by_label("The call hears you").is_none());
    assert!(harness.query_by_label("Paused while V talks to the room").is_some());
    harness.state_mut().snapshot.talk = TalkState::Quiet;
    harness.run_steps(2);
    press(&mut harness, "Close your microphone to the call");
    assert_eq!(sent(&mut harness), [Command::SetCallMicrophone(false)]);
    let mut closed = with_ann();
    (closed.microphone_wanted, closed.sending) = (false, Sending::default());
    harness.state_mut().snapshot = in_call(closed);
    harness.run_steps(2);
    assert!(harness.query_by_label("The call doesn't hear you").is_some());
    press(&mut harness, "Open your microphone to the call");
    assert_eq!(sent(&mut harness), [Command::SetCallMicrophone(true)]);
}

#[test]
fn in_a_room_whose_floor_rules_the_call_the_microphone_follows_v() {
    let mut call = with_ann();
    (call.room, call.audio) = (Some(ROOM), CallAudio::Floor);
    let mut harness = shown(in_call(call));
    assert!(harness.query_by_label("Call of Studio").is_some());
    press(&mut harness, "Your microphone follows V here: the room's floor rules this call");
    assert!(sent(&mut harness).is_empty());
}

#[test]
fn the_camera_is_switched_and_chosen_during_the_call() {
    let mut harness = shown(in_call(with_ann()));
    press(&mut harness, "Switch your camera on");
    press(&mut harness, "Choose a camera");
    press(&mut harness, "Desk cam");
    let chosen = Command::ChooseCamera(CameraChoice::Device("Desk cam".into()));
    assert_eq!(sent(&mut harness), [Command::SetCamera(true), chosen]);
    assert!(harness.query_by_label("Desk cam").is_none(), "what was chosen closes the list");
    let mut call = with_ann();
    (call.camera_wanted, call.sending) = (true, VIDEO);
    harness.state_mut().snapshot = in_call(call);
    harness.run_steps(2);
    press(&mut harness, "Switch your camera off");
    assert_eq!(sent(&mut harness), [Command::SetCamera(false)]);
}

#[test]
fn a_screen_is_shared_and_no_longer() {
    let mut harness = shown(in_call(with_ann()));
    press(&mut harness, "Share a screen or a window…");
    press(&mut harness, "Screen 1");
    assert_eq!(sent(&mut harness), [Command::ShareScreen(ScreenChoice::Screen(0))]);
    let mut call = with_ann();
    call.sending.screen = true;
    harness.state_mut().snapshot = in_call(call.clone());
    harness.run_steps(2);
    press(&mut harness, "Stop sharing your screen");
    assert_eq!(sent(&mut harness), [Command::StopScreen]);
    let banner = |ui: &mut Ui, _: &mut CallModel, snapshot: &Snapshot| {
        card::banner(ui, snapshot.calls.current.as_ref().expect("there is a call"))
    };
    let mut harness = bench(model(), in_call(call), banner);
    assert!(harness.query_by_label("1 person sees your screen").is_some());
    press(&mut harness, "Stop sharing");
    assert_eq!(sent(&mut harness), [Command::StopScreen]);
}

#[test]
fn where_no_screen_can_be_shared_the_button_says_why() {
    let why = ScreenError::Impossible { why: "This system has no way to share." };
    let model = CallModel::asking(Lookup::fixed(Vec::new()), Lookup::fixed(Err(why)));
    let mut harness = bench(model, in_call(with_ann()), card);
    press(&mut harness, "Sharing a screen is not possible. This system has no way to share.");
    assert!(harness.query_by_label("This system has no way to share.").is_some());
    assert!(sent(&mut harness).is_empty());
}

#[test]
fn people_outside_of_the_call_are_asked_in() {
    let mut harness = shown(in_call(with_ann()));
    press(&mut harness, "Ask somebody into the call…");
    assert_eq!(harness.query_all_by_label("Ann").count(), 1, "Ann is in it: only the heading names her");
    press(&mut harness, "Bert");
    assert_eq!(sent(&mut harness), [Command::AskIntoCall(BERT)]);
}

#[test]
fn troubles_and_what_answered_by_itself_are_told_and_the_call_is_left() {
    let mut call = with_ann();
    call.members[1].presence = Presence::Joined { auto: true };
    call.camera_trouble = Some("There is no camera.".into());
    call.screen_trouble = Some("No screen.".into());
    call.link_trouble = Some("Your link is too poor for pictures.".into());
    let mut harness = shown(in_call(call));
    for label in [
        "Ann answers you by itself; nobody may be looking.",
        "There is no camera.",
        "No screen.",
        "Your link is too poor for pictures.",
    ] {
        assert!(harness.query_by_label(label).is_some(), "{label}");
    }
    press(&mut harness, "Hang up");
    assert_eq!(sent(&mut harness), [Command::HangUp]);
}

#[test]
fn members_are_told_by_what_they_do() {
    let mut call = with_ann();
    call.speaking = [ANN].into();
    call.members.push(member(BERT, "Bert", Presence::Ringing { by: ME }, Sending::default()));
    call.members.push(member(PersonId(3), "Anna Lee", Presence::Lost, VOICE));
    let harness = shown(in_call(call));
    for label in ["Ann, speaking, camera off", "Bert, ringing", "Anna Lee, connection lost", "You, camera off"] {
        assert!(harness.query_by_label(label).is_some(), "{label}");
    }
}

#[test]
fn a_picture_is_asked_for_as_large_as_it_is_drawn_and_not_at_all_when_nobody_sees_it() {
    let mut call = with_ann();
    call.members[1].sending = VIDEO;
    let snapshot = in_call(call);
    let model = model();
    let picture = Arc::new(Picture::black(640, 360, Duration::ZERO));
    model.gallery.show(Whose::Of(ANN), Source::Camera, picture, Instant::now());
    let mut harness = bench(model, snapshot.clone(), card);
    let wanted = |layer| Action::Send(Command::WatchVideo { of: ANN, source: Source::Camera, layer });
    let told = |harness: &mut Harness<'static, Bench<CallModel>>, hidden| {
        harness.run_steps(1);
        harness.state_mut().model.watch.told(&snapshot, hidden)
    };
    assert_eq!(told(&mut harness, false), [wanted(Some(Layer::Small))]);
    assert_eq!(told(&mut harness, false), [], "nothing has changed");
    press(&mut harness, "Make the call large");
    assert_eq!(told(&mut harness, false), [wanted(Some(Layer::Medium))]);
    assert_eq!(told(&mut harness, true), [wanted(None)]);
    assert_eq!(told(&mut harness, false), [wanted(Some(Layer::Medium))]);
}

#[test]
fn a_click_on_a_picture_makes_it_large_and_another_one_shows_all_again() {
    let mut call = with_ann();
    call.members[1].sending = VIDEO;
    call.members.push(member(BERT, "Bert", JOINED, VOICE));
    let mut harness = shown(in_call(call));
    press(&mut harness, "Bert, camera off");
    let model = &harness.state().model;
    assert_eq!((model.large, model.chosen), (true, Some((BERT, Source::Camera))));
    let area = |harness: &Harness<'static, Bench<CallModel>>, label| harness.get_by_label(label).rect().area();
    assert!(area(&harness, "Bert, camera off") > 2.0 * area(&harness, "Ann, camera on"));
    press(&mut harness, "Bert, camera off");
    assert_eq!(harness.state().model.chosen, None);
    press(&mut harness, "Make the call small");
    assert!(!harness.state().model.large);
}

#[test]
fn the_room_is_called_and_its_call_is_joined_by_choice() {
    let mut snapshot = in_a_room();
    let show = |ui: &mut Ui, model: &mut CallModel, snapshot: &Snapshot| room::show(ui, model, snapshot);
    let mut harness = bench(model(), snapshot.clone(), show);
    harness.get_by_label("Call the room").click();
    harness.run_steps(2);
    let join = Action::Send(Command::JoinRoomCall { kind: CallKind::Voice });
    assert_eq!(harness.state().actions, std::slice::from_ref(&join));
    snapshot.rooms[0].call = Some(RoomCallSummary { call: CALL, members: 3, sharer: Some(ANN) });
    let mut harness = bench(model(), snapshot.clone(), show);
    assert!(harness.query_by_label("Ann shares a screen in it").is_some());
    harness.get_by_label("Join the call (3)").click();
    harness.run_steps(2);
    assert_eq!(harness.state().actions, [join]);
    let mut call = with_ann();
    call.room = Some(ROOM);
    snapshot.calls = in_call(call).calls;
    assert!(bench(model(), snapshot, show).query_by_label("You are in this room's call").is_some());
}

#[test]
fn a_screen_is_shared_with_the_room_without_a_call_before() {
    let show = |ui: &mut Ui, model: &mut CallModel, snapshot: &Snapshot| {
        model.follow(snapshot, ui.input(|input| input.time));
        room::show(ui, model, snapshot)
    };
    let mut harness = bench(model(), in_a_room(), show);
    press(&mut harness, "Share a screen…");
    press(&mut harness, "Screen 1");
    assert_eq!(sent(&mut harness), [Command::ShareScreen(ScreenChoice::Screen(0))]);
    assert!(harness.query_by_label("Screen 1").is_none(), "the list closes");
    press(&mut harness, "Share a screen…");
    harness.state_mut().snapshot = in_call(with_ann());
    harness.run_steps(2);
    assert!(harness.query_by_label("Screen 1").is_none(), "it would be shared with another call");
    press(&mut harness, "Share a screen…");
    assert!(harness.query_by_label("Screen 1").is_none() && sent(&mut harness).is_empty());
}

#[test]
fn the_settings_say_who_may_ring_and_whose_calls_are_answered() {
    let mut snapshot = in_a_room();
    let calls = CallsView { auto_answer: [("Ann", ())].into_iter().collect(), ..CallsView::default() };
    snapshot.calls = Arc::new(calls);
    let mut harness = bench(model(), snapshot, page::show);
    press(&mut harness, "People in my room");
    press(&mut harness, "Nobody: do not disturb");
    press(&mut harness, "Ask before answering Ann");
    let expected = [
        Command::SetReach(Reach::SameRoom),
        Command::SetReach(Reach::Nobody),
        Command::ForgetAutoAnswer { name: "Ann".into() },
    ];
    assert_eq!(sent(&mut harness), expected);
    assert!(!harness.state().model.trial.is_on(), "no camera is opened before it is asked for");
    assert!(harness.query_by_label("Try the camera").is_some());
}
