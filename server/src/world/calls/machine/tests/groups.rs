//! Calls of more than two.

use super::*;

fn ask(person: PersonId) -> CallRequest {
    CallRequest::Ask { request: REQUEST, person }
}

#[test]
fn a_third_is_asked_in_and_everybody_is_told() {
    let (mut scene, call) = Scene::pair();
    let out = scene.asks(BOB, ask(CLEO));
    assert_eq!(state(&out, ANN).unwrap().rung_by(CLEO), Some(BOB));
    assert!(state(&out, ANN) == state(&out, CLEO) && state(&out, BOB) == state(&out, CLEO));
    scene.asks(CLEO, CallRequest::Accept { call, auto: false });
    assert_eq!(scene.presences(call), [ANN, BOB, CLEO].map(|person| (person, joined())));
}

#[test]
fn everybody_hears_everybody_else() {
    let (scene, call) = Scene::four();
    let all = [ANN, BOB, CLEO, DAN];
    for speaker in all {
        let (of, heard) = scene.calls.voice_to(speaker).unwrap();
        assert_eq!(of, call);
        assert!(heard.eq(all.into_iter().filter(|person| *person != speaker)));
    }
    assert!(scene.calls.voice_to(PersonId(5)).is_none());
}

#[test]
fn a_third_that_declines_is_told_to_those_who_talk_on_and_the_word_only_to_who_asked() {
    let (mut scene, call) = Scene::pair();
    scene.asks(BOB, ask(CLEO));
    let text = DeclineText::new("later");
    let out = scene.asks(CLEO, CallRequest::Decline { call, text: text.clone() });
    let name = || "Person 3".to_owned();
    assert_eq!(left(&out, BOB), [(name(), CallEnd::Declined { text })]);
    assert_eq!(left(&out, ANN), [(name(), CallEnd::Declined { text: None })]);
    assert_eq!(scene.presences(call).len(), 2);
}

#[test]
fn a_third_that_does_not_answer_is_missed_by_who_asked() {
    let (mut scene, call) = Scene::pair();
    scene.asks(BOB, ask(CLEO));
    let out = scene.passes(limits::CALL_RING);
    assert!(out.contains(&CallDecision::Missed { from: who(BOB), to: who(CLEO), kind: CallKind::Voice }));
    assert_eq!((left(&out, ANN).len(), ends(&out, CLEO)), (1, vec![CallEnd::Missed]));
    assert_eq!(scene.presences(call).len(), 2);
}

#[test]
fn a_group_goes_on_until_one_is_left() {
    let (mut scene, call) = Scene::four();
    for (person, rest) in [(ANN, 3), (CLEO, 2)] {
        let out = scene.asks(person, CallRequest::HangUp { call });
        assert_eq!(ends(&out, person), [CallEnd::HungUp]);
        assert_eq!(left(&out, BOB).len(), 1);
        assert_eq!(scene.presences(call).len(), rest);
    }
    let out = scene.asks(DAN, CallRequest::HangUp { call });
    assert_eq!((ends(&out, BOB), ends(&out, DAN)), (vec![CallEnd::HungUp], vec![CallEnd::HungUp]));
    assert!(scene.calls.calls.is_empty());
}

#[test]
fn rings_end_with_who_rings() {
    let (mut scene, call) = Scene::pair();
    scene.asks(ANN, ask(CLEO));
    scene.asks(BOB, ask(DAN));
    let out = scene.asks(ANN, CallRequest::HangUp { call });
    assert_eq!((ends(&out, CLEO), ends(&out, DAN)), (vec![CallEnd::Cancelled], vec![]));
    assert_eq!(scene.presences(call), [(BOB, joined()), (DAN, Presence::Ringing { by: BOB })]);
    // Bob waits for Dan alone, and gives up.
    let out = scene.asks(BOB, CallRequest::HangUp { call });
    assert_eq!((ends(&out, BOB), ends(&out, DAN)), (vec![CallEnd::Cancelled], vec![CallEnd::Cancelled]));
}

#[test]
fn who_rings_two_waits_for_the_other_when_one_declines() {
    let mut scene = Scene::new();
    scene.ring(ANN, BOB);
    let call = scene.call();
    scene.asks(ANN, ask(CLEO));
    let out = scene.asks(BOB, CallRequest::Decline { call, text: None });
    assert_eq!((ends(&out, ANN), left(&out, ANN).len()), (vec![], 1));
    scene.asks(CLEO, CallRequest::Accept { call, auto: false });
    assert_eq!(scene.presences(call), [(ANN, joined()), (CLEO, joined())]);
}

#[test]
fn a_call_has_a_bound_that_rings_count_in() {
    let (mut scene, call) = Scene::pair();
    for number in 0..=limits::CALL_MEMBERS {
        let person = PersonId(100 + u32::try_from(number).unwrap());
        scene.happens(CallInput::Arrived { who: who(person), room: None });
        let out = scene.asks(ANN, ask(person));
        let full = number + 2 >= limits::CALL_MEMBERS;
        assert_eq!(refusal(&out, ANN), full.then_some(CallRefusal::Full));
    }
    assert_eq!(scene.presences(call).len(), limits::CALL_MEMBERS);
}
