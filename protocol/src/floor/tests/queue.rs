//! Those who wait: where they stand, and when their turn comes.

use super::*;

#[test]
fn who_asks_while_somebody_talks_waits_in_the_order_of_asking() {
    let mut bench = Bench::exclusive();
    bench.tell(0, request(ANN, 1));
    assert_eq!(bench.tell(1, request(BOB, 7)), [queued(BOB, 7, 1, Some(ANN)), changed(&[ANN], &[BOB])]);
    assert_eq!(bench.tell(2, request(CLEO, 9)), [queued(CLEO, 9, 2, Some(ANN)), changed(&[ANN], &[BOB, CLEO])]);
    let next = bench.tell(3, release(ANN, 1));
    assert_eq!(next, [granted(BOB, 7), queued(CLEO, 9, 1, Some(BOB)), changed(&[BOB], &[CLEO])]);
    assert_eq!(bench.tell(4, release(BOB, 7)), [granted(CLEO, 9), changed(&[CLEO], &[])]);
    assert_eq!(bench.tell(5, release(CLEO, 9)), [changed(&[], &[])]);
}

#[test]
fn the_same_press_again_is_answered_again_and_a_new_one_keeps_the_place() {
    let mut bench = Bench::exclusive();
    bench.tell_all(0, &[request(ANN, 1), request(BOB, 1), request(CLEO, 1)]);
    assert_eq!(bench.tell(1, request(BOB, 1)), [queued(BOB, 1, 1, Some(ANN))]);
    assert_eq!(bench.tell(2, request(BOB, 2)), [queued(BOB, 2, 1, Some(ANN))]);
    assert_eq!(bench.tell(3, release(BOB, 1)), []);
    assert_eq!(bench.tell(4, release(ANN, 1))[0], granted(BOB, 2));
}

#[test]
fn releasing_and_leaving_give_the_place_up() {
    for input in [release(BOB, 1), left(BOB), FloorInput::Gone { person: BOB }] {
        let mut bench = Bench::exclusive();
        bench.tell_all(0, &[request(ANN, 1), request(BOB, 1), request(CLEO, 1)]);
        assert_eq!(bench.tell(1, input), [queued(CLEO, 1, 1, Some(ANN)), changed(&[ANN], &[CLEO])]);
    }
}

#[test]
fn a_room_that_refuses_has_no_queue() {
    let mut bench = Bench::new(FloorPolicy::Exclusive, QueueRule::Refuse);
    bench.tell(0, request(ANN, 1));
    assert_eq!(bench.tell(1, request(BOB, 7)), [FloorDecision::Busy { to: BOB, burst: 7, holder: ANN }]);
    assert_eq!(bench.tell(2, release(ANN, 1)), [changed(&[], &[])]);
    assert_eq!(bench.tell(3, request(BOB, 7)), [granted(BOB, 7), changed(&[BOB], &[])]);
}

#[test]
fn a_full_queue_is_busy() {
    let mut bench = Bench::exclusive();
    let people: Vec<_> = (1..=limits::FLOOR_QUEUE as u32 + 1).map(PersonId).collect();
    people.iter().for_each(|person| drop(bench.tell(0, request(*person, 1))));
    assert_eq!(bench.floor.state().waiting, people[1..]);
    let late = PersonId(99);
    assert_eq!(bench.tell(1, request(late, 3)), [FloorDecision::Busy { to: late, burst: 3, holder: people[0] }]);
    // Those inside keep their places.
    assert_eq!(bench.tell(1, request(people[32], 1)), [queued(people[32], 1, 32, Some(people[0]))]);
}

#[test]
fn the_quietest_is_next_where_the_room_says_so() {
    let mut bench = Bench::new(FloorPolicy::Exclusive, QueueRule::QuietestFirst);
    for (person, from, to) in [(ANN, 0, 3000), (BOB, 10_000, 11_000), (CLEO, 20_000, 22_000)] {
        bench.tell(from, request(person, 1));
        bench.talk(person, from, to);
        bench.tell(to, release(person, 1));
    }
    bench.tell(30_000, request(DAN, 1));
    bench.tell_all(30_000, &[request(ANN, 2), request(CLEO, 2)]);
    let told = bench.tell(30_001, request(BOB, 2));
    assert_eq!(
        told,
        [
            queued(BOB, 2, 1, Some(DAN)),
            queued(CLEO, 2, 2, Some(DAN)),
            queued(ANN, 2, 3, Some(DAN)),
            changed(&[DAN], &[BOB, CLEO, ANN])
        ]
    );
    // Walking out and in makes nobody quieter.
    bench.tell_all(30_002, &[left(CLEO), request(CLEO, 3)]);
    assert_eq!(bench.floor.state().waiting, [BOB, CLEO, ANN]);
    // Among those who have talked for the same time, who asked first.
    let eve = PersonId(5);
    bench.tell_all(30_003, &[request(eve, 1), request(PersonId(6), 1)]);
    assert_eq!(bench.floor.state().waiting, [eve, PersonId(6), BOB, CLEO, ANN]);
}

#[test]
fn a_turn_that_came_after_a_wait_and_is_not_begun_goes_to_the_next() {
    let mut bench = Bench::exclusive();
    bench.tell_all(0, &[request(ANN, 1), request(BOB, 1), request(CLEO, 1), release(ANN, 1)]);
    for ms in (0..5000).step_by(100) {
        bench.tell(ms, FloorInput::Heard { person: BOB });
        assert_eq!(bench.poll(ms), []);
    }
    let next = bench.poll(5000);
    assert_eq!(next, [revoked(BOB, 1, RevokeCause::NotTaken, 0), granted(CLEO, 1), changed(&[CLEO], &[])]);
}

#[test]
fn a_turn_that_came_after_a_wait_and_was_begun_is_like_any_other() {
    let mut bench = Bench::exclusive();
    bench.tell_all(0, &[request(ANN, 1), request(BOB, 1), release(ANN, 1), voice(BOB)]);
    for ms in (0..2000).step_by(100) {
        bench.tell(ms, FloorInput::Heard { person: BOB });
        assert_eq!(bench.poll(ms), []);
    }
    assert_eq!(bench.poll(2000)[0], revoked(BOB, 1, RevokeCause::Silent, 0));
}

#[test]
fn whoever_waits_goes_before_who_asks_at_the_moment_at_which_a_turn_ends() {
    let mut bench = Bench::exclusive();
    bench.tell_all(0, &[request(ANN, 1), request(BOB, 1)]);
    let told = bench.tell(800, request(CLEO, 1));
    assert_eq!(told[..2], [revoked(ANN, 1, RevokeCause::Vanished, 0), granted(BOB, 1)]);
    assert_eq!(told[2..], [queued(CLEO, 1, 1, Some(BOB)), changed(&[BOB], &[CLEO])]);
}
