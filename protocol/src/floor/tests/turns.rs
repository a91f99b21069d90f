//! One turn: how it begins, and the ways in which it ends.

use super::*;

#[test]
fn a_free_floor_is_granted_and_everybody_is_told() {
    let mut bench = Bench::exclusive();
    assert_eq!(bench.tell(0, request(ANN, 1)), [granted(ANN, 1), changed(&[ANN], &[])]);
    assert!(bench.floor.may_speak(ANN) && !bench.floor.may_speak(BOB));
    assert_eq!(bench.tell(500, release(ANN, 1)), [changed(&[], &[])]);
    assert_eq!(bench.tell(500, request(BOB, 7)), [granted(BOB, 7), changed(&[BOB], &[])]);
}

#[test]
fn a_release_of_another_press_or_person_changes_nothing() {
    let mut bench = Bench::exclusive();
    bench.tell(0, request(ANN, 2));
    assert_eq!(bench.tell_all(10, &[release(ANN, 1), release(BOB, 2), left(BOB)]), []);
    assert_eq!(bench.talkers(), [ANN]);
}

#[test]
fn a_holder_who_walks_out_or_is_gone_frees_it() {
    for input in [left(ANN), FloorInput::Gone { person: ANN }] {
        let mut bench = Bench::exclusive();
        bench.tell(0, request(ANN, 1));
        assert_eq!(bench.tell(10, input), [changed(&[], &[])]);
    }
}

#[test]
fn asking_again_repeats_the_answer_and_does_not_lengthen_the_turn() {
    let mut bench = Bench::exclusive();
    bench.tell(0, request(ANN, 0));
    for ms in (500..60_000).step_by(500) {
        let decided = bench.tell(ms, request(ANN, 0));
        assert!(decided.contains(&FloorDecision::Grant { to: ANN, burst: 0, remaining: at(60_000 - ms) }), "{ms}");
        bench.tell(ms, voice(ANN));
    }
    // A new press while the old one was never released goes on as well.
    let remaining = at(1);
    assert_eq!(bench.tell(59_999, request(ANN, 9)), [FloorDecision::Grant { to: ANN, burst: 9, remaining }]);
    assert_eq!(bench.tell(59_999, release(ANN, 0)), []);
}

#[test]
fn a_press_that_is_repeated_without_voice_does_not_keep_the_floor() {
    let mut bench = Bench::exclusive();
    let mut ended = Vec::new();
    for ms in (0..3000).step_by(100) {
        ended.extend(bench.tell_all(ms, &[request(ANN, (ms >= 2500).into()), FloorInput::Heard { person: ANN }]));
    }
    assert!(ended.contains(&revoked(ANN, 0, RevokeCause::Silent, 0)));
    // A new press has its own two seconds.
    let mut bench = Bench::exclusive();
    bench.tell(0, request(ANN, 0));
    bench.tell_all(1900, &[FloorInput::Heard { person: ANN }, request(ANN, 1)]);
    bench.tell_all(2500, &[FloorInput::Heard { person: ANN }]);
    assert_eq!(bench.poll(2500), []);
}

#[test]
fn a_talker_is_warned_revoked_at_the_limit_and_heard_until_the_grace_is_over() {
    let mut bench = Bench::exclusive();
    bench.tell(0, request(ANN, 1));
    let told = bench.talk(ANN, 20, 61_000);
    let warned = FloorDecision::Warn { to: ANN, remaining: at(10_000) };
    let limit = revoked(ANN, 1, RevokeCause::TalkLimit, 500);
    assert_eq!(told, [(50_000, warned), (60_000, limit), (60_500, changed(&[], &[]))]);
}

#[test]
fn a_release_ends_the_grace() {
    let mut bench = Bench::exclusive();
    bench.tell(0, request(ANN, 1));
    bench.talk(ANN, 20, 60_020);
    assert!(bench.floor.may_speak(ANN));
    assert_eq!(bench.tell(60_100, release(ANN, 1)), [changed(&[], &[])]);
    assert!(!bench.floor.may_speak(ANN));
}

#[test]
fn who_asks_again_during_the_grace_gets_no_new_turn_before_its_end() {
    let mut bench = Bench::exclusive();
    bench.tell(0, request(ANN, 1));
    bench.talk(ANN, 20, 60_020);
    // The same press once more: the same answer.
    assert_eq!(bench.tell(60_100, request(ANN, 1)), [revoked(ANN, 1, RevokeCause::TalkLimit, 400)]);
    let waits = queued(ANN, 2, 1, Some(ANN));
    assert_eq!(bench.tell(60_100, request(ANN, 2)), [waits, changed(&[ANN], &[ANN])]);
    assert_eq!(bench.tell(60_200, request(BOB, 1)), [queued(BOB, 1, 2, Some(ANN)), changed(&[ANN], &[ANN, BOB])]);
    let next = bench.poll(60_500);
    assert_eq!(next, [granted(ANN, 2), queued(BOB, 1, 1, Some(ANN)), changed(&[ANN], &[BOB])]);
    // Where nobody may wait, the floor is busy with that very person.
    let mut bench = Bench::new(FloorPolicy::Exclusive, QueueRule::Refuse);
    bench.tell(0, request(ANN, 1));
    bench.talk(ANN, 20, 60_020);
    assert_eq!(bench.tell(60_100, request(ANN, 2)), [FloorDecision::Busy { to: ANN, burst: 2, holder: ANN }]);
}

#[test]
fn a_silent_holder_and_a_vanished_one_lose_it_at_once() {
    let FloorTimes { silence, vanished, .. } = FloorTimes::default();
    for (alive, time, cause) in [(true, silence, RevokeCause::Silent), (false, vanished, RevokeCause::Vanished)] {
        let mut bench = Bench::exclusive();
        let ends = time.as_millis() as u64;
        bench.tell(0, request(ANN, 1));
        for ms in (0..ends).step_by(100).filter(|_| alive) {
            bench.tell(ms, FloorInput::Heard { person: ANN });
        }
        assert_eq!(bench.poll(ends - 1), []);
        assert_eq!(bench.poll(ends), [revoked(ANN, 1, cause, 0), changed(&[], &[])]);
    }
}

#[test]
fn a_server_that_was_held_up_takes_nobody_for_gone_who_has_spoken() {
    let mut bench = Bench::exclusive();
    bench.tell(0, request(ANN, 1));
    assert_eq!(bench.tell_all(5000, &[voice(ANN), request(BOB, 1)])[..1], [queued(BOB, 1, 1, Some(ANN))]);
}

#[test]
fn a_turn_shorter_than_the_warning_is_not_warned_of() {
    let times = FloorTimes { talk_limit: at(5000), ..FloorTimes::default() };
    let mut bench = Bench { floor: Floor::new(FloorRules { times, ..FloorRules::default() }), told: Vec::new() };
    bench.tell(0, request(ANN, 1));
    let told = bench.talk(ANN, 20, 5200);
    assert_eq!(told, [(5000, revoked(ANN, 1, RevokeCause::TalkLimit, 500))]);
}

#[test]
fn the_next_deadline_is_when_a_timer_fires() {
    let mut bench = Bench::exclusive();
    let deadline = |bench: &Bench| bench.floor.next_deadline().map(|deadline| deadline.as_millis());
    assert_eq!(deadline(&bench), None);
    bench.tell(0, request(ANN, 1));
    assert_eq!(deadline(&bench), Some(800));
    bench.tell(500, FloorInput::Heard { person: ANN });
    assert_eq!(deadline(&bench), Some(1300));
    bench.tell(1250, voice(ANN));
    bench.tell(1950, FloorInput::Heard { person: ANN });
    assert_eq!(deadline(&bench), Some(2750));
    bench.talk(ANN, 1960, 49_980);
    assert_eq!(deadline(&bench), Some(50_000));
    bench.talk(ANN, 49_980, 59_960);
    assert_eq!(deadline(&bench), Some(60_000));
    bench.poll(60_000);
    assert_eq!(deadline(&bench), Some(60_500));
}
