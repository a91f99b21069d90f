//! What moderators order, in rooms of every policy.

use super::*;

fn muted(talkers: &[PersonId], waiting: &[PersonId], muted: &[PersonId]) -> FloorDecision {
    FloorDecision::Changed(FloorState { talkers: talkers.to_vec(), waiting: waiting.to_vec(), muted: muted.to_vec() })
}

#[test]
fn revoking_ends_a_turn_with_grace_or_a_wait_at_once() {
    let mut bench = Bench::exclusive();
    bench.tell_all(0, &[request(ANN, 1), request(BOB, 1), request(CLEO, 1)]);
    let told = bench.tell(1, order(FloorOrder::Revoke(BOB)));
    let wait_over = revoked(BOB, 1, RevokeCause::Moderator, 0);
    assert_eq!(told, [wait_over, queued(CLEO, 1, 1, Some(ANN)), changed(&[ANN], &[CLEO])]);
    assert_eq!(bench.tell(2, order(FloorOrder::Revoke(ANN))), [revoked(ANN, 1, RevokeCause::Moderator, 500)]);
    assert_eq!(bench.tell_all(3, &[order(FloorOrder::Revoke(ANN)), order(FloorOrder::Revoke(DAN))]), []);
    assert!(bench.floor.may_speak(ANN));
    assert_eq!(bench.poll(501), []);
    assert_eq!(bench.poll(502), [granted(CLEO, 1), changed(&[CLEO], &[])]);
}

#[test]
fn a_mute_beats_a_held_key_and_holds_until_it_is_lifted() {
    let mut bench = Bench::exclusive();
    bench.tell_all(0, &[request(ANN, 1), request(BOB, 1), request(CLEO, 1)]);
    let told = bench.tell(1, order(FloorOrder::Mute(ANN)));
    let next = [granted(BOB, 1), queued(CLEO, 1, 1, Some(BOB)), muted(&[BOB], &[CLEO], &[ANN])];
    assert_eq!(told, [&[revoked(ANN, 1, RevokeCause::Muted, 0)][..], &next].concat());
    assert!(!bench.floor.may_speak(ANN));
    let told = bench.tell(2, order(FloorOrder::Mute(CLEO)));
    assert_eq!(told, [revoked(CLEO, 1, RevokeCause::Muted, 0), muted(&[BOB], &[], &[ANN, CLEO])]);
    let asks = [request(ANN, 1), left(ANN), request(ANN, 2)];
    let no = |burst| denied(ANN, burst, DenyCause::Muted);
    assert_eq!(bench.tell_all(3, &asks), [no(1), no(2)]);
    assert_eq!(bench.tell(4, order(FloorOrder::Mute(ANN))), []);
    assert_eq!(bench.tell(5, order(FloorOrder::Unmute(ANN))), [muted(&[BOB], &[], &[CLEO])]);
    assert_eq!(bench.tell(6, request(ANN, 3))[0], queued(ANN, 3, 1, Some(BOB)));
    // Who is gone for good is not listed any longer.
    assert_eq!(bench.tell(7, FloorInput::Gone { person: CLEO }), [changed(&[BOB], &[ANN])]);
}

#[test]
fn a_mute_ends_the_grace_too() {
    let mut bench = Bench::exclusive();
    bench.tell_all(0, &[request(ANN, 1), order(FloorOrder::Revoke(ANN))]);
    let told = bench.tell(1, order(FloorOrder::Mute(ANN)));
    assert_eq!(told, [revoked(ANN, 1, RevokeCause::Muted, 0), muted(&[], &[], &[ANN])]);
}

#[test]
fn nobody_is_let_talk_again_for_one_mute_too_many() {
    let mut bench = Bench::exclusive();
    let people: Vec<_> = (1..=limits::FLOOR_MUTED as u32 + 1).map(PersonId).collect();
    people.iter().for_each(|person| drop(bench.tell(0, order(FloorOrder::Mute(*person)))));
    let (last, muted) = people.split_last().unwrap();
    assert_eq!(bench.floor.state().muted, muted);
    assert!(!bench.floor.can_mute(*last) && bench.floor.can_mute(muted[0]));
    bench.tell(1, order(FloorOrder::Unmute(muted[0])));
    assert!(bench.floor.can_mute(*last));
}

#[test]
fn giving_pre_empts_in_two_steps() {
    let mut bench = Bench::exclusive();
    bench.tell_all(0, &[request(ANN, 1), request(BOB, 1), request(CLEO, 1)]);
    let told = bench.tell(100, order(FloorOrder::Give(CLEO)));
    let positions = [queued(CLEO, 1, 1, Some(ANN)), queued(BOB, 1, 2, Some(ANN))];
    let pre_empted = revoked(ANN, 1, RevokeCause::PreEmpted, 500);
    assert_eq!(told, [&[pre_empted][..], &positions, &[changed(&[ANN], &[CLEO, BOB])]].concat());
    bench.tell(550, voice(ANN));
    assert!(bench.floor.may_speak(ANN));
    let told = bench.poll(600);
    assert_eq!(told, [granted(CLEO, 1), queued(BOB, 1, 1, Some(CLEO)), changed(&[CLEO], &[BOB])]);
    // The holder who lets go makes it quicker.
    bench.tell(700, order(FloorOrder::Give(BOB)));
    assert_eq!(bench.tell(750, release(CLEO, 1)), [granted(BOB, 1), changed(&[BOB], &[])]);
}

#[test]
fn the_last_one_given_the_floor_is_next() {
    let mut bench = Bench::exclusive();
    bench.tell_all(0, &[request(ANN, 1), request(BOB, 1), request(CLEO, 1), request(DAN, 1)]);
    bench.tell_all(1, &[order(FloorOrder::Give(DAN)), order(FloorOrder::Give(CLEO))]);
    assert_eq!(bench.floor.state().waiting, [CLEO, BOB, DAN]);
    // Giving it to somebody who doesn't wait takes it from nobody.
    bench.tell_all(2, &[release(ANN, 1), voice(CLEO)]);
    assert_eq!(bench.tell(3, order(FloorOrder::Give(PersonId(99)))), []);
    assert_eq!(bench.talkers(), [CLEO]);
}

#[test]
fn a_room_that_opens_lets_all_talk_who_wait() {
    let mut bench = Bench::exclusive();
    let people: Vec<_> = (1..=limits::OPEN_TALKERS as u32 + 2).map(PersonId).collect();
    people.iter().for_each(|person| drop(bench.tell(0, request(*person, 1))));
    let told = bench.tell(1, order(FloorOrder::SetPolicy(FloorPolicy::Open)));
    let (talkers, denied_ones) = people.split_at(limits::OPEN_TALKERS);
    let mut expected: Vec<_> = talkers[1..].iter().map(|person| granted(*person, 1)).collect();
    expected.extend(denied_ones.iter().map(|person| denied(*person, 1, DenyCause::TooManyTalkers)));
    expected.push(changed(talkers, &[]));
    assert_eq!(told, expected);
}

#[test]
fn a_room_that_is_open_no_more_keeps_its_first_talker() {
    for policy in [FloorPolicy::Exclusive, FloorPolicy::Chair] {
        let mut bench = Bench::new(FloorPolicy::Open, QueueRule::FirstCome);
        bench.tell_all(0, &[request(ANN, 1), request(BOB, 1), request(CLEO, 1)]);
        let told = bench.tell(1, order(FloorOrder::SetPolicy(policy)));
        let cut = |person| revoked(person, 1, RevokeCause::PolicyChanged, 500);
        assert_eq!(told, [cut(BOB), cut(CLEO)]);
        assert_eq!(bench.tell(2, request(DAN, 1)), [queued(DAN, 1, 1, Some(ANN)), changed(&[ANN, BOB, CLEO], &[DAN])]);
        assert_eq!(bench.poll(501), [changed(&[ANN], &[DAN])]);
    }
}

#[test]
fn a_chair_that_comes_keeps_the_queue_and_one_that_goes_starts_it() {
    let mut bench = Bench::exclusive();
    bench.tell_all(0, &[request(ANN, 1), request(BOB, 1)]);
    assert_eq!(bench.tell(1, order(FloorOrder::SetPolicy(FloorPolicy::Chair))), []);
    assert_eq!(bench.tell(2, release(ANN, 1)), [changed(&[], &[BOB])]);
    let told = bench.tell(3, order(FloorOrder::SetPolicy(FloorPolicy::Exclusive)));
    assert_eq!(told, [granted(BOB, 1), changed(&[BOB], &[])]);
}

#[test]
fn another_queue_rule_orders_anew_and_refuses_only_who_asks_later() {
    let mut bench = Bench::exclusive();
    bench.tell(0, request(BOB, 1));
    bench.talk(BOB, 0, 1000);
    bench.tell_all(1000, &[release(BOB, 1), request(ANN, 1), request(BOB, 2), request(CLEO, 1)]);
    let told = bench.tell(1001, order(FloorOrder::SetQueue(QueueRule::QuietestFirst)));
    let positions = [queued(CLEO, 1, 1, Some(ANN)), queued(BOB, 2, 2, Some(ANN))];
    assert_eq!(told, [&positions[..], &[changed(&[ANN], &[CLEO, BOB])]].concat());
    bench.tell(1002, order(FloorOrder::SetQueue(QueueRule::Refuse)));
    assert_eq!(bench.floor.state().waiting, [BOB, CLEO]);
    assert_eq!(bench.tell(1003, request(DAN, 1)), [FloorDecision::Busy { to: DAN, burst: 1, holder: ANN }]);
    assert_eq!(bench.tell(1004, release(ANN, 1))[0], granted(BOB, 2));
}
