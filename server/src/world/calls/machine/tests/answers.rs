//! Calls between two: rings and what becomes of them.

use super::*;

#[test]
fn a_ring_is_told_to_both_and_accepted() {
    let mut scene = Scene::new();
    let out = scene.ring(ANN, BOB);
    let call = scene.call();
    let rung = vec![(ANN, joined()), (BOB, Presence::Ringing { by: ANN })];
    assert_eq!(scene.presences(call), rung);
    assert!(matches!(told(&out, ANN)[0], CallNotice::State { request: Some(REQUEST), .. }));
    assert!(matches!(told(&out, BOB)[0], CallNotice::State { request: None, .. }));
    assert_eq!(state(&out, BOB).unwrap().rung_by(BOB), Some(ANN));
    assert!(told(&out, CLEO).is_empty());

    let out = scene.asks(BOB, CallRequest::Accept { call, auto: true });
    assert_eq!(scene.presences(call), [(ANN, joined()), (BOB, Presence::Joined { auto: true })]);
    assert_eq!(state(&out, ANN), state(&out, BOB));
    assert_eq!(scene.passes(at(3_600_000)), [], "a call that is answered goes on");
}

#[test]
fn nothing_is_passed_on_before_the_ring_is_accepted() {
    let mut scene = Scene::new();
    scene.ring(ANN, BOB);
    let heard = |scene: &Scene, from| scene.calls.voice_to(from).map(|(_, to)| to.collect::<Vec<_>>());
    assert_eq!((heard(&scene, ANN), heard(&scene, BOB)), (Some(vec![]), None));
    let camera = StreamKey { source: CAMERA, layer: Layer::Medium };
    assert!(scene.calls.video_to(BOB, camera).is_none());
    assert_eq!(scene.calls.video_to(ANN, camera).unwrap().count(), 0);
    let call = scene.call();
    scene.asks(BOB, CallRequest::Accept { call, auto: false });
    assert_eq!((heard(&scene, ANN), heard(&scene, BOB)), (Some(vec![BOB]), Some(vec![ANN])));
    assert!(scene.calls.share(ANN, BOB) && !scene.calls.share(ANN, ANN) && !scene.calls.share(ANN, CLEO));
}

#[test]
fn either_end_hangs_up_for_both() {
    for person in [ANN, BOB] {
        let (mut scene, call) = Scene::pair();
        let out = scene.asks(person, CallRequest::HangUp { call });
        assert_eq!(ends(&out, ANN), [CallEnd::HungUp]);
        assert_eq!(ends(&out, BOB), [CallEnd::HungUp]);
        assert!(scene.calls.calls.is_empty() && scene.calls.places.is_empty());
    }
}

#[test]
fn a_ring_is_declined_with_a_word_for_the_caller() {
    let mut scene = Scene::new();
    scene.ring(ANN, BOB);
    let (call, text) = (scene.call(), DeclineText::new("in a meeting"));
    let out = scene.asks(BOB, CallRequest::Decline { call, text: text.clone() });
    assert_eq!(ends(&out, ANN), [CallEnd::Declined { text }]);
    assert_eq!(ends(&out, BOB).len(), 1);
    assert!(scene.calls.calls.is_empty());
}

#[test]
fn who_is_rung_and_hangs_up_declines() {
    let mut scene = Scene::new();
    scene.ring(ANN, BOB);
    let call = scene.call();
    let out = scene.asks(BOB, CallRequest::HangUp { call });
    assert_eq!(ends(&out, ANN), [CallEnd::Declined { text: None }]);
}

#[test]
fn a_ring_that_nobody_answers_is_missed_after_half_a_minute_and_leaves_a_message() {
    let mut scene = Scene::new();
    scene.asks(ANN, CallRequest::Ring { request: REQUEST, to: BOB, kind: CallKind::Video });
    assert_eq!(scene.passes(limits::CALL_RING - at(1)), []);
    let out = scene.passes(at(1));
    assert_eq!((ends(&out, ANN), ends(&out, BOB)), (vec![CallEnd::Missed], vec![CallEnd::Missed]));
    let missed = CallDecision::Missed { from: who(ANN), to: who(BOB), kind: CallKind::Video };
    assert_eq!(out.iter().filter(|decision| **decision == missed).count(), 1);
    assert!(scene.calls.calls.is_empty());
}

#[test]
fn the_caller_gives_up() {
    let mut scene = Scene::new();
    scene.ring(ANN, BOB);
    let call = scene.call();
    let out = scene.asks(ANN, CallRequest::HangUp { call });
    assert_eq!((ends(&out, ANN), ends(&out, BOB)), (vec![CallEnd::Cancelled], vec![CallEnd::Cancelled]));
    assert_eq!(scene.asks(BOB, CallRequest::Accept { call, auto: false }), [], "too late");
    assert_eq!(scene.asks(BOB, CallRequest::Decline { call, text: None }), []);
    assert_eq!(scene.passes(at(60_000)), []);
}

#[test]
fn who_talks_or_is_rung_is_busy() {
    let (mut scene, _) = Scene::pair();
    for busy in [ANN, BOB] {
        assert_eq!(refusal(&scene.ring(CLEO, busy), CLEO), Some(CallRefusal::Busy));
    }
    scene.ring(CLEO, DAN);
    let eve = PersonId(5);
    scene.happens(CallInput::Arrived { who: who(eve), room: None });
    for busy in [CLEO, DAN] {
        assert_eq!(refusal(&scene.ring(eve, busy), eve), Some(CallRefusal::Busy));
    }
}

#[test]
fn what_can_not_be_called_is_refused() {
    let (mut scene, call) = Scene::pair();
    assert_eq!(refusal(&scene.ring(ANN, CLEO), ANN), Some(CallRefusal::InCall));
    assert_eq!(refusal(&scene.ring(CLEO, CLEO), CLEO), Some(CallRefusal::Yourself));
    assert_eq!(refusal(&scene.ring(CLEO, PersonId(99)), CLEO), Some(CallRefusal::NoSuchPerson));
    assert_eq!(refusal(&scene.joins(ANN), ANN), Some(CallRefusal::NotInRoom));
    let ask = |person| CallRequest::Ask { request: REQUEST, person };
    assert_eq!(refusal(&scene.asks(CLEO, ask(DAN)), CLEO), Some(CallRefusal::NotInCall));
    assert_eq!(refusal(&scene.asks(ANN, ask(BOB)), ANN), Some(CallRefusal::AlreadyThere));
    assert_eq!(refusal(&scene.asks(ANN, ask(ANN)), ANN), Some(CallRefusal::Yourself));
    // A stranger's word about a call changes nothing.
    let words = [
        CallRequest::HangUp { call },
        CallRequest::Accept { call, auto: true },
        CallRequest::Decline { call, text: None },
        CallRequest::Send { call, sending: sharing() },
        CallRequest::Watch { call, of: ANN, source: CAMERA, layer: None },
        CallRequest::WantKeyframe { of: ANN, source: CAMERA, layer: Layer::Medium },
    ];
    assert!(words.into_iter().all(|word| scene.asks(CLEO, word).is_empty()));
}

#[test]
fn reach_decides_who_may_ring() {
    let mut scene = Scene::new();
    scene.asks(BOB, CallRequest::SetReach(Reach::Nobody));
    assert_eq!(refusal(&scene.ring(ANN, BOB), ANN), Some(CallRefusal::DoNotDisturb));
    scene.asks(BOB, CallRequest::SetReach(Reach::SameRoom));
    assert_eq!(refusal(&scene.ring(ANN, BOB), ANN), Some(CallRefusal::NotInTheirRoom), "the hall is no room");
    scene.moves(BOB, Some(WEST));
    scene.moves(ANN, Some(EAST));
    assert_eq!(refusal(&scene.ring(ANN, BOB), ANN), Some(CallRefusal::NotInTheirRoom));
    scene.moves(ANN, Some(WEST));
    assert_eq!(refusal(&scene.ring(ANN, BOB), ANN), None);
    // Whoever is not to be disturbed may still call.
    scene.asks(CLEO, CallRequest::SetReach(Reach::Nobody));
    assert_eq!(refusal(&scene.ring(CLEO, DAN), CLEO), None);
}

#[test]
fn a_fourth_ring_within_ten_minutes_is_refused_and_refused_ones_do_not_count() {
    let mut scene = Scene::new();
    scene.asks(BOB, CallRequest::SetReach(Reach::Nobody));
    for _ in 0..5 {
        scene.ring(ANN, BOB);
    }
    scene.asks(BOB, CallRequest::SetReach(Reach::Everyone));
    for _ in 0..limits::CALL_RINGS {
        assert_eq!(refusal(&scene.ring(ANN, BOB), ANN), None);
        let call = scene.call();
        scene.asks(ANN, CallRequest::HangUp { call });
    }
    assert_eq!(refusal(&scene.ring(ANN, BOB), ANN), Some(CallRefusal::TooManyRings));
    // Signing in anew doesn't help.
    scene.happens(CallInput::Departed { person: ANN, lost: false });
    scene.happens(CallInput::Arrived { who: called(PersonId(10), ANN.0), room: None });
    assert_eq!(refusal(&scene.ring(PersonId(10), BOB), PersonId(10)), Some(CallRefusal::TooManyRings));
    assert_eq!(refusal(&scene.ring(BOB, PersonId(10)), BOB), None, "the other way round");
    let call = scene.call();
    scene.asks(BOB, CallRequest::HangUp { call });
    scene.passes(limits::CALL_RINGS_WITHIN);
    assert_eq!(refusal(&scene.ring(PersonId(10), BOB), PersonId(10)), None);
}

#[test]
fn two_who_ring_each_other_at_the_same_time_talk() {
    let mut scene = Scene::new();
    scene.ring(ANN, BOB);
    let out = scene.ring(BOB, ANN);
    assert!(matches!(told(&out, BOB)[0], CallNotice::State { request: Some(REQUEST), .. }));
    assert_eq!(scene.presences(scene.call()), [(ANN, joined()), (BOB, joined())]);
}

#[test]
fn who_is_rung_and_calls_somebody_else_does_not_answer() {
    let mut scene = Scene::new();
    scene.ring(ANN, BOB);
    let out = scene.ring(BOB, CLEO);
    assert_eq!((ends(&out, ANN), ends(&out, BOB)), (vec![CallEnd::Elsewhere], vec![CallEnd::Elsewhere]));
    assert_eq!(scene.presences(scene.call()), [(BOB, joined()), (CLEO, Presence::Ringing { by: BOB })]);
    // A call that can't be leaves the ring alone.
    scene.asks(DAN, CallRequest::SetReach(Reach::Nobody));
    assert_eq!(ends(&scene.ring(CLEO, DAN), CLEO), []);
    assert_eq!(scene.calls.calls.len(), 1);
}
