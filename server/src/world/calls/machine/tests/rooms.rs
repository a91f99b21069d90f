//! Calls of rooms.

use super::*;
use hallway_protocol::replicated::RoomCallSummary;

/// Three in a room whose call two have joined.
fn in_west() -> (Scene, CallId) {
    let mut scene = Scene::new();
    scene.gather([ANN, BOB, CLEO], WEST);
    scene.joins(ANN);
    scene.joins(BOB);
    let call = scene.call();
    (scene, call)
}

fn shown(out: &[CallDecision]) -> Option<Option<RoomCallSummary>> {
    out.iter().rev().find_map(|decision| match decision {
        CallDecision::Room { room: WEST, call } => Some(*call),
        _ => None,
    })
}

#[test]
fn a_room_s_call_is_started_and_joined_by_choice_and_shown_on_the_room() {
    let mut scene = Scene::new();
    scene.gather([ANN, BOB], WEST);
    let out = scene.joins(ANN);
    let call = scene.call();
    assert!(matches!(told(&out, ANN)[0], CallNotice::State { request: Some(REQUEST), .. }));
    assert_eq!(state(&out, ANN).unwrap().room, Some(WEST));
    assert_eq!(shown(&out), Some(Some(RoomCallSummary { call, members: 1, sharer: None })));
    assert!(told(&out, BOB).is_empty(), "nobody is rung");
    assert_eq!(scene.passes(at(600_000)), [], "one alone keeps it open");
    let out = scene.joins(BOB);
    assert_eq!(shown(&out), Some(Some(RoomCallSummary { call, members: 2, sharer: None })));
    assert_eq!(refusal(&scene.joins(BOB), BOB), Some(CallRefusal::AlreadyThere));
    assert_eq!(refusal(&scene.joins(DAN), DAN), Some(CallRefusal::NotInRoom));
}

#[test]
fn who_leaves_the_room_leaves_its_call_and_the_last_one_ends_it() {
    let (mut scene, call) = in_west();
    let out = scene.moves(BOB, Some(EAST));
    assert_eq!(ends(&out, BOB), [CallEnd::LeftRoom]);
    assert_eq!(left(&out, ANN), [("Person 2".to_owned(), CallEnd::LeftRoom)]);
    assert_eq!(scene.presences(call), [(ANN, joined())]);
    let out = scene.asks(ANN, CallRequest::HangUp { call });
    assert_eq!((ends(&out, ANN), shown(&out)), (vec![CallEnd::HungUp], Some(None)));
    scene.joins(CLEO);
    assert_ne!(scene.call(), call, "a number is used once");
}

#[test]
fn a_call_between_persons_is_not_bound_to_a_room() {
    let (mut scene, call) = Scene::pair();
    assert_eq!(scene.moves(ANN, Some(WEST)), []);
    assert_eq!(scene.moves(ANN, None), []);
    assert_eq!(refusal(&scene.joins(ANN), ANN), Some(CallRefusal::NotInRoom));
    scene.moves(ANN, Some(WEST));
    assert_eq!(refusal(&scene.joins(ANN), ANN), Some(CallRefusal::InCall));
    assert_eq!(scene.presences(call).len(), 2);
}

#[test]
fn only_those_inside_are_asked_into_a_room_s_call() {
    let (mut scene, call) = in_west();
    let ask = |person| CallRequest::Ask { request: REQUEST, person };
    assert_eq!(refusal(&scene.asks(ANN, ask(DAN)), ANN), Some(CallRefusal::NotInTheirRoom));
    scene.asks(ANN, ask(CLEO));
    let out = scene.moves(CLEO, None);
    assert_eq!(ends(&out, CLEO), [CallEnd::LeftRoom]);
    scene.moves(CLEO, Some(WEST));
    scene.asks(ANN, ask(CLEO));
    let out = scene.joins(CLEO);
    assert!(matches!(told(&out, CLEO)[0], CallNotice::State { request: Some(REQUEST), .. }));
    assert_eq!(scene.presences(call).len(), 3);
}

#[test]
fn the_floor_rules_where_one_talks_at_a_time_and_a_changed_policy_changes_it() {
    let mut scene = Scene::new();
    scene.gather([ANN, BOB], WEST);
    for person in [ANN, BOB] {
        let request = CallRequest::JoinRoomCall { request: REQUEST, kind: CallKind::Voice };
        let out = scene.happens(CallInput::Request { person, audio: CallAudio::Floor, request });
        assert_eq!(state(&out, person).unwrap().audio, CallAudio::Floor);
    }
    assert!(scene.calls.voice_to(ANN).is_none());
    assert!(scene.calls.video_to(ANN, StreamKey { source: CAMERA, layer: Layer::Medium }).is_some());
    assert_eq!(scene.calls.of_rooms().collect::<Vec<_>>(), [(WEST, CallAudio::Floor)]);
    assert_eq!(scene.happens(CallInput::RoomAudio { room: WEST, audio: CallAudio::Floor }), []);
    let out = scene.happens(CallInput::RoomAudio { room: WEST, audio: CallAudio::Open });
    assert!([ANN, BOB].iter().all(|person| state(&out, *person).unwrap().audio == CallAudio::Open));
    assert!(scene.calls.voice_to(ANN).is_some());
}

#[test]
fn who_is_rung_elsewhere_and_joins_the_room_s_call_does_not_answer() {
    let (mut scene, call) = in_west();
    scene.ring(DAN, CLEO);
    let out = scene.joins(CLEO);
    assert_eq!((ends(&out, DAN), ends(&out, CLEO)), (vec![CallEnd::Elsewhere], vec![CallEnd::Elsewhere]));
    assert_eq!(scene.presences(call).len(), 3);
}

#[test]
fn a_full_room_s_call_takes_nobody() {
    let (mut scene, _) = in_west();
    for number in 0..=limits::CALL_MEMBERS {
        let person = PersonId(100 + u32::try_from(number).unwrap());
        scene.happens(CallInput::Arrived { who: who(person), room: Some(WEST) });
        let full = number + 2 >= limits::CALL_MEMBERS;
        assert_eq!(refusal(&scene.joins(person), person), full.then_some(CallRefusal::Full));
    }
}
