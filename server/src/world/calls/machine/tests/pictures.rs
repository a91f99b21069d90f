//! Who sees whose pictures, and what senders are told of it.

use super::*;

fn stream(source: Source, layer: Layer) -> StreamKey {
    StreamKey { source, layer }
}

fn watch(call: CallId, of: PersonId, source: Source, layer: Option<Layer>) -> CallRequest {
    CallRequest::Watch { call, of, source, layer }
}

fn seen(scene: &Scene, sender: PersonId, stream: StreamKey) -> Option<Vec<PersonId>> {
    scene.calls.video_to(sender, stream).map(Iterator::collect)
}

/// What somebody was told last of who wants its pictures.
fn wanted(out: &[CallDecision], person: PersonId, source: Source) -> Option<[u8; Layer::COUNT]> {
    told(out, person).into_iter().rev().find_map(|notice| match notice {
        CallNotice::Wanted { source: of, receivers } if *of == source => Some(*receivers),
        _ => None,
    })
}

fn keyframes(out: &[CallDecision], person: PersonId) -> Vec<(Source, Layer)> {
    let keyframe = |notice: &CallNotice| match notice {
        CallNotice::KeyframeWanted { source, layer } => Some((*source, *layer)),
        _ => None,
    };
    told(out, person).into_iter().filter_map(keyframe).collect()
}

#[test]
fn cameras_are_seen_medium_and_screens_large_unless_chosen_otherwise() {
    let (mut scene, call) = Scene::four();
    let others = vec![BOB, CLEO, DAN];
    assert_eq!(seen(&scene, ANN, stream(CAMERA, Layer::Medium)), Some(others.clone()));
    for layer in [Layer::Small, Layer::Large] {
        assert_eq!(seen(&scene, ANN, stream(CAMERA, layer)), Some(vec![]));
    }
    scene.asks(BOB, watch(call, ANN, CAMERA, Some(Layer::Large)));
    let out = scene.asks(CLEO, watch(call, ANN, CAMERA, None));
    assert_eq!(wanted(&out, ANN, CAMERA), Some([0, 1, 1]));
    assert_eq!(seen(&scene, ANN, stream(CAMERA, Layer::Large)), Some(vec![BOB]));
    assert_eq!(seen(&scene, ANN, stream(CAMERA, Layer::Medium)), Some(vec![DAN]));
    assert_eq!(seen(&scene, BOB, stream(CAMERA, Layer::Medium)), Some(vec![ANN, CLEO, DAN]), "of Ann alone");
    scene.asks(ANN, CallRequest::Send { call, sending: sharing() });
    assert_eq!(seen(&scene, ANN, stream(SCREEN, Layer::Large)), Some(others));
}

#[test]
fn senders_are_told_who_wants_what_when_it_changes() {
    let mut scene = Scene::new();
    let out = scene.ring(ANN, BOB);
    assert_eq!(wanted(&out, ANN, CAMERA), Some([0, 0, 0]));
    let call = scene.call();
    let out = scene.asks(BOB, CallRequest::Accept { call, auto: false });
    for person in [ANN, BOB] {
        assert_eq!((wanted(&out, person, CAMERA), wanted(&out, person, SCREEN)), (Some([0, 1, 0]), Some([0, 0, 1])));
    }
    let out = scene.asks(BOB, watch(call, ANN, CAMERA, Some(Layer::Small)));
    assert_eq!((wanted(&out, ANN, CAMERA), wanted(&out, BOB, CAMERA)), (Some([1, 0, 0]), None));
    assert_eq!(scene.asks(BOB, watch(call, ANN, CAMERA, Some(Layer::Small))), []);
    // A screen has no small encoding.
    let out = scene.asks(BOB, watch(call, ANN, SCREEN, Some(Layer::Small)));
    assert_eq!(wanted(&out, ANN, SCREEN), Some([0, 1, 0]));
    assert_eq!(scene.asks(BOB, watch(call, ANN, SCREEN, Some(Layer::Medium))), []);
    let out = scene.happens(CallInput::Departed { person: BOB, lost: true });
    assert_eq!(wanted(&out, ANN, CAMERA), Some([0, 0, 0]));
    let again = PersonId(12);
    let out = scene.happens(CallInput::Arrived { who: called(again, BOB.0), room: None });
    assert_eq!(wanted(&out, ANN, CAMERA), Some([1, 0, 0]), "the choice is kept");
    assert_eq!(wanted(&out, again, CAMERA), Some([0, 1, 0]));
}

#[test]
fn keyframes_are_asked_for_at_most_once_an_interval_of_each_stream() {
    let (mut scene, call) = Scene::four();
    scene.asks(ANN, CallRequest::Send { call, sending: camera_on() });
    let want = |scene: &mut Scene, viewer, layer| {
        let out = scene.asks(viewer, CallRequest::WantKeyframe { of: ANN, source: CAMERA, layer });
        keyframes(&out, ANN)
    };
    let medium = vec![(CAMERA, Layer::Medium)];
    assert_eq!(want(&mut scene, BOB, Layer::Medium), medium);
    assert_eq!(want(&mut scene, CLEO, Layer::Medium), []);
    assert_eq!(want(&mut scene, DAN, Layer::Large), [], "Dan is not sent that one");
    assert_eq!(keyframes(&scene.passes(limits::KEYFRAME_INTERVAL - at(1)), ANN), []);
    assert_eq!(keyframes(&scene.passes(at(1)), ANN), medium, "Cleo's wish is not forgotten");
    assert_eq!(scene.passes(at(10_000)), []);
    let out = scene.asks(DAN, watch(call, ANN, CAMERA, Some(Layer::Large)));
    assert_eq!(keyframes(&out, ANN), [(CAMERA, Layer::Large)], "what is newly seen begins with one");
}

#[test]
fn who_comes_in_gets_keyframes_of_what_is_sent() {
    let (mut scene, call) = Scene::pair();
    scene.asks(ANN, CallRequest::Send { call, sending: camera_on() });
    scene.asks(ANN, CallRequest::Ask { request: REQUEST, person: CLEO });
    let out = scene.asks(CLEO, CallRequest::Accept { call, auto: false });
    assert_eq!(keyframes(&out, ANN), [(CAMERA, Layer::Medium)]);
    assert_eq!(keyframes(&out, BOB), [], "Bob sends nothing");
}

#[test]
fn one_shares_a_screen_at_a_time() {
    let (mut scene, call) = Scene::four();
    let send = |sending| CallRequest::Send { call, sending };
    let screen = stream(SCREEN, Layer::Large);
    assert_eq!(seen(&scene, ANN, screen), None, "not granted");
    let out = scene.asks(ANN, send(sharing()));
    assert!(state(&out, BOB).unwrap().member(ANN).unwrap().sending.screen);
    assert!(seen(&scene, ANN, screen).is_some() && seen(&scene, ANN, stream(SCREEN, Layer::Small)).is_none());
    assert_eq!(seen(&scene, ANN, stream(SCREEN, Layer::Medium)), Some(vec![]), "for who asks for it");
    let out = scene.asks(BOB, send(sharing()));
    assert!(!state(&out, BOB).unwrap().member(BOB).unwrap().sending.screen, "the state is the answer");
    assert!(told(&out, ANN).is_empty() && seen(&scene, BOB, screen).is_none());
    scene.asks(ANN, send(Sending::default()));
    let out = scene.asks(BOB, send(sharing()));
    assert!(state(&out, ANN).unwrap().member(BOB).unwrap().sending.screen);
    scene.asks(BOB, CallRequest::HangUp { call });
    assert!(state(&scene.asks(CLEO, send(sharing())), ANN).unwrap().member(CLEO).unwrap().sending.screen);
}

#[test]
fn who_comes_back_shares_on_unless_another_one_shares_by_now() {
    for taken in [false, true] {
        let (mut scene, call) = Scene::four();
        scene.asks(ANN, CallRequest::Send { call, sending: sharing() });
        let out = scene.happens(CallInput::Departed { person: ANN, lost: true });
        assert_eq!(state(&out, BOB).unwrap().member(ANN).unwrap().sending, Sending::default());
        if taken {
            scene.asks(BOB, CallRequest::Send { call, sending: sharing() });
        }
        let again = PersonId(11);
        let out = scene.happens(CallInput::Arrived { who: called(again, ANN.0), room: None });
        assert_eq!(state(&out, BOB).unwrap().member(again).unwrap().sending.screen, !taken);
    }
}

#[test]
fn choices_do_not_pile_up() {
    let (mut scene, call) = Scene::four();
    for _ in 0..100 {
        for of in [ANN, BOB, CLEO, DAN, PersonId(77)] {
            for layer in [None, Some(Layer::Small)] {
                scene.asks(ANN, watch(call, of, CAMERA, layer));
                scene.asks(ANN, watch(call, of, SCREEN, layer));
            }
        }
    }
    let watches = |scene: &Scene| scene.calls.calls[&call].seat(ANN).unwrap().watches.len();
    assert_eq!(watches(&scene), 6);
    scene.asks(BOB, CallRequest::HangUp { call });
    assert_eq!(watches(&scene), 4);
}
