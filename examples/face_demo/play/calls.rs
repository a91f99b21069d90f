//! Scripted calls: who rings, who is in one, and what they show.

use super::{Scene, floor::ME, pictures, world::NAMES};
use hallway::{
    media::video::engine::{Gallery, Whose},
    net::{
        commands::Command,
        snapshot::{CallView, CallsView, Snapshot},
    },
};
use hallway_protocol::{
    call::{CallAudio, CallKind, CallMember, Presence, Sending},
    ids::{CallId, PersonId, RoomId},
    replicated::RoomCallSummary,
    video::Source,
};
use std::{sync::Arc, time::Instant};

/// The scripted call.
const CALL: CallId = CallId(1);
/// Somebody answers after so many ticks of a thirtieth of a second.
const ANSWERS_AFTER: u32 = 90;

/// The calls of a scene at its start.
pub(crate) fn arrange(snapshot: &mut Snapshot, scene: Scene) {
    let voice = Sending { microphone: true, ..Sending::default() };
    let video = Sending { camera: true, ..voice };
    let joined = Presence::Joined { auto: false };
    let rung = Presence::Ringing { by: PersonId(1) };
    let calls = match scene {
        Scene::Ring => CallsView {
            incoming: vec![call(
                CallKind::Video,
                None,
                vec![member(1, joined, video), member(4, joined, voice), member(0, rung, Sending::default())],
            )],
            ..CallsView::default()
        },
        Scene::Ringing => {
            let rung = member(1, Presence::Ringing { by: ME }, Sending::default());
            current(call(CallKind::Voice, None, vec![member(0, joined, Sending::default()), rung]))
        }
        Scene::Call | Scene::Picture => {
            current(call(CallKind::Video, None, vec![member(0, joined, video), member(1, joined, video)]))
        }
        Scene::VoiceCall => {
            current(call(CallKind::Voice, None, vec![member(0, joined, voice), member(1, joined, voice)]))
        }
        Scene::Group => {
            let screen = Sending { screen: true, ..video };
            let mut members = vec![member(0, joined, video), member(1, joined, screen), member(2, joined, video)];
            members.extend([member(3, joined, voice), member(4, Presence::Lost, video)]);
            members.push(member(5, rung, Sending::default()));
            current(call(CallKind::Video, None, members))
        }
        Scene::RoomCall => {
            announce(snapshot);
            CallsView::default()
        }
        _ => CallsView::default(),
    };
    snapshot.calls = Arc::new(calls);
}

/// The own room has a call that one may join.
fn announce(snapshot: &mut Snapshot) {
    let room = snapshot.me.as_ref().and_then(|me| me.room);
    for view in snapshot.rooms.iter_mut().filter(|view| Some(view.id) == room) {
        view.call = Some(RoomCallSummary { call: CALL, members: 2, sharer: Some(PersonId(1)) });
    }
}

fn current(call: CallView) -> CallsView {
    CallsView { current: Some(call), auto_answer: [(NAMES[4], ())].into_iter().collect(), ..CallsView::default() }
}

fn member(number: u32, presence: Presence, sending: Sending) -> CallMember {
    CallMember { person: PersonId(number), name: NAMES[number as usize].to_owned(), presence, sending }
}

fn call(kind: CallKind, room: Option<RoomId>, members: Vec<CallMember>) -> CallView {
    let own = members.iter().find(|member| member.person == ME).map_or_else(Sending::default, |own| own.sending);
    CallView {
        call: CALL,
        kind,
        room,
        audio: CallAudio::Open,
        members,
        microphone_wanted: true,
        camera_wanted: own.camera,
        speaking: [PersonId(1)].into(),
        sending: own,
        camera_trouble: None,
        screen_trouble: None,
        link_trouble: None,
    }
}

/// Does what the person wants of calls.
pub(crate) fn obey(snapshot: &mut Snapshot, command: Command) {
    let room = snapshot.me.as_ref().and_then(|me| me.room);
    let calls = Arc::make_mut(&mut snapshot.calls);
    let joined = Presence::Joined { auto: false };
    let voice = Sending { microphone: true, ..Sending::default() };
    match command {
        Command::Call { to, kind } => {
            let rung = member(to.0, Presence::Ringing { by: ME }, Sending::default());
            calls.current = Some(call(kind, None, vec![member(0, joined, Sending::default()), rung]));
        }
        Command::JoinRoomCall { kind } => {
            calls.current = Some(call(kind, room, vec![member(1, joined, voice), member(0, joined, voice)]));
        }
        Command::AskIntoCall(person) => {
            if let Some(call) = &mut calls.current {
                call.members.push(member(person.0, Presence::Ringing { by: ME }, Sending::default()));
            }
        }
        Command::AcceptCall { camera, .. } => {
            if let Some(mut call) = calls.incoming.pop() {
                call.sending = Sending { camera, ..voice };
                call.camera_wanted = camera;
                calls.current = Some(call);
            }
        }
        Command::DeclineCall { .. } => calls.incoming.clear(),
        Command::HangUp => calls.current = None,
        Command::SetReach(reach) => calls.reach = reach,
        Command::SetAutoAnswer { person, on } => {
            calls.auto_answer.choose(NAMES[person.0 as usize], on.then_some(()));
        }
        Command::ForgetAutoAnswer { name } => calls.auto_answer.choose(&name, None),
        Command::ChooseCamera(choice) => calls.camera = choice,
        other => send(calls, &other),
    }
}

/// What is sent into the call.
fn send(calls: &mut CallsView, command: &Command) {
    let Some(call) = &mut calls.current else { return };
    match command {
        Command::SetCallMicrophone(on) => (call.microphone_wanted, call.sending.microphone) = (*on, *on),
        Command::SetCamera(on) => (call.camera_wanted, call.sending.camera) = (*on, *on),
        Command::ShareScreen(_) => call.sending.screen = true,
        Command::StopScreen => call.sending.screen = false,
        _ => {}
    }
}

/// Lets time pass: who is rung answers, and one after the other speaks.
pub(crate) fn tick(snapshot: &mut Snapshot, ticks: u32, scene: Scene) {
    let talks = snapshot.talk != hallway::net::snapshot::TalkState::Quiet;
    let Some(call) = &mut Arc::make_mut(&mut snapshot.calls).current else { return };
    let stays = matches!(scene, Scene::Ringing | Scene::Group);
    if !stays && ticks.is_multiple_of(ANSWERS_AFTER) {
        for member in call.members.iter_mut().filter(|member| matches!(member.presence, Presence::Ringing { .. })) {
            member.presence = Presence::Joined { auto: false };
            member.sending = Sending { microphone: true, camera: call.kind == CallKind::Video, screen: false };
            call.sending = Sending { microphone: true, camera: call.camera_wanted, screen: false };
        }
    }
    let speaker = if ticks / 120 % 3 == 2 { 2 } else { 1 };
    call.speaking = [PersonId(speaker)].into();
    if talks {
        call.speaking.remove(&ME);
    }
}

/// Shows the newest pictures of everybody who sends some.
pub(crate) fn film(snapshot: &Snapshot, gallery: &Gallery, ticks: u32, scene: Scene) {
    let Some(call) = &snapshot.calls.current else { return };
    let now = Instant::now();
    for member in &call.members {
        let is_me = member.person == ME;
        let whose = if is_me { Whose::Own } else { Whose::Of(member.person) };
        let sending = if is_me { call.sending } else { member.sending };
        let number = member.person.0;
        if sending.camera && (member.presence != Presence::Lost || ticks < 2) {
            let picture = match scene {
                Scene::Picture if !is_me => pictures::quarters(),
                _ => pictures::person(number, ticks),
            };
            gallery.show(whose, Source::Camera, Arc::new(picture), now);
        }
        if sending.screen && !is_me {
            gallery.show(whose, Source::Screen, Arc::new(pictures::screen(ticks)), now);
        }
    }
}
