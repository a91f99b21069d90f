//! Links that are lost, regained, or given up.

use super::*;

const ANN_AGAIN: PersonId = PersonId(11);

fn lost(person: PersonId) -> CallInput {
    CallInput::Departed { person, lost: true }
}

/// Ann signs in once more.
fn back(room: Option<RoomId>) -> CallInput {
    CallInput::Arrived { who: called(ANN_AGAIN, ANN.0), room }
}

#[test]
fn a_lost_link_regained_in_time_keeps_the_call() {
    let (mut scene, call) = Scene::pair();
    let out = scene.happens(lost(ANN));
    assert_eq!(state(&out, BOB).unwrap().member(ANN).unwrap().presence, Presence::Lost);
    assert!(told(&out, ANN).is_empty());
    scene.passes(limits::CALL_LOST_HOLD - at(1));
    let out = scene.happens(back(None));
    let both = [(ANN_AGAIN, joined()), (BOB, joined())];
    assert_eq!(scene.presences(call), both);
    assert_eq!(state(&out, ANN_AGAIN), state(&out, BOB));
    let heard = scene.calls.voice_to(BOB).unwrap().1;
    assert!(heard.eq([ANN_AGAIN]));
    assert_eq!(scene.passes(at(60_000)), []);
}

#[test]
fn a_link_that_stays_lost_ends_the_call() {
    let (mut scene, _) = Scene::pair();
    scene.happens(lost(ANN));
    let out = scene.passes(limits::CALL_LOST_HOLD);
    assert_eq!(ends(&out, BOB), [CallEnd::Lost]);
    assert!(scene.calls.calls.is_empty() && scene.calls.places.is_empty());
    assert!(told(&scene.happens(back(None)), ANN_AGAIN).is_empty());
}

#[test]
fn of_a_group_only_the_lost_one_goes() {
    let (mut scene, call) = Scene::four();
    scene.happens(lost(DAN));
    let out = scene.passes(limits::CALL_LOST_HOLD);
    assert_eq!(left(&out, ANN), [("Person 4".to_owned(), CallEnd::Lost)]);
    assert_eq!(scene.presences(call).len(), 3);
}

#[test]
fn another_name_or_another_client_gets_no_place() {
    let (mut scene, call) = Scene::pair();
    scene.happens(lost(ANN));
    let mut namesake = called(ANN_AGAIN, 55);
    namesake.name = who(ANN).name;
    let mut housemate = called(PersonId(12), ANN.0);
    housemate.name = DisplayName::new("Other").unwrap();
    for who in [namesake, housemate] {
        let person = who.person;
        assert!(told(&scene.happens(CallInput::Arrived { who, room: None }), person).is_empty());
    }
    assert_eq!(scene.presences(call)[0], (ANN, Presence::Lost));
}

#[test]
fn who_signs_out_is_gone_at_once() {
    let (mut scene, _) = Scene::pair();
    let out = scene.happens(CallInput::Departed { person: ANN, lost: false });
    assert_eq!((ends(&out, BOB), told(&out, ANN).len()), (vec![CallEnd::Gone], 0));
    let (mut scene, _) = Scene::four();
    let out = scene.happens(CallInput::Departed { person: ANN, lost: false });
    assert_eq!(left(&out, BOB), [("Person 1".to_owned(), CallEnd::Gone)]);
}

#[test]
fn a_caller_who_signs_out_rings_no_more_and_who_is_rung_and_signs_out_is_told_to_the_caller() {
    let mut scene = Scene::new();
    scene.ring(ANN, BOB);
    let out = scene.happens(CallInput::Departed { person: ANN, lost: false });
    assert_eq!(ends(&out, BOB), [CallEnd::Cancelled]);
    scene.ring(CLEO, DAN);
    let out = scene.happens(CallInput::Departed { person: DAN, lost: false });
    assert_eq!(ends(&out, CLEO), [CallEnd::Gone]);
}

#[test]
fn who_is_lost_while_rung_is_rung_on_and_finds_the_ring_again() {
    let mut scene = Scene::new();
    scene.ring(BOB, ANN);
    let call = scene.call();
    scene.happens(lost(ANN));
    scene.passes(at(25_000));
    let out = scene.happens(back(None));
    assert_eq!(state(&out, ANN_AGAIN).unwrap().rung_by(ANN_AGAIN), Some(BOB));
    scene.asks(ANN_AGAIN, CallRequest::Accept { call, auto: false });
    assert_eq!(scene.presences(call), [(BOB, joined()), (ANN_AGAIN, joined())]);
}

#[test]
fn who_vanishes_while_rung_has_missed_the_call() {
    let mut scene = Scene::new();
    scene.ring(BOB, ANN);
    scene.happens(lost(ANN));
    let out = scene.passes(limits::CALL_RING);
    assert_eq!(ends(&out, BOB), [CallEnd::Missed]);
    assert!(out.contains(&CallDecision::Missed { from: who(BOB), to: who(ANN), kind: CallKind::Voice }));
}

#[test]
fn a_caller_who_is_lost_rings_on_under_the_new_number() {
    let mut scene = Scene::new();
    scene.ring(ANN, BOB);
    let call = scene.call();
    scene.happens(lost(ANN));
    let out = scene.happens(back(None));
    assert_eq!(state(&out, BOB).unwrap().rung_by(BOB), Some(ANN_AGAIN));
    scene.asks(BOB, CallRequest::Accept { call, auto: false });
    assert_eq!(scene.presences(call), [(ANN_AGAIN, joined()), (BOB, joined())]);
}

#[test]
fn who_comes_back_to_another_room_is_out_of_the_room_s_call() {
    for (room, stays) in [(Some(WEST), true), (None, false)] {
        let mut scene = Scene::new();
        scene.gather([ANN, BOB], WEST);
        scene.joins(ANN);
        scene.joins(BOB);
        // Leaving the world is no walk out of the room.
        scene.happens(lost(ANN));
        scene.moves(ANN, None);
        let out = scene.happens(back(room));
        assert_eq!(state(&out, ANN_AGAIN).is_some(), stays);
        assert_eq!(left(&out, BOB).is_empty(), stays);
    }
}

#[test]
fn who_says_nothing_is_shown_as_lost_and_back_when_heard_again() {
    let (mut scene, call) = Scene::pair();
    let silent = |silent| CallInput::Silent { person: ANN, silent };
    scene.happens(silent(true));
    assert!(scene.calls.is_silent(ANN));
    assert_eq!(scene.presences(call)[0], (ANN, Presence::Lost));
    assert_eq!(scene.happens(silent(true)), []);
    scene.passes(at(60_000));
    scene.happens(silent(false));
    assert_eq!(scene.presences(call)[0], (ANN, joined()));
}
