//! Open rooms: several at once.

use super::*;

fn open() -> Bench {
    Bench::new(FloorPolicy::Open, QueueRule::FirstCome)
}

#[test]
fn everybody_talks_at_once_up_to_the_limit() {
    let mut bench = open();
    let people: Vec<_> = (1..=limits::OPEN_TALKERS as u32).map(PersonId).collect();
    for (count, person) in (1..).zip(&people) {
        assert_eq!(bench.tell(0, request(*person, 1)), [granted(*person, 1), changed(&people[..count], &[])]);
    }
    let late = PersonId(99);
    assert_eq!(bench.tell(1, request(late, 3)), [denied(late, 3, DenyCause::TooManyTalkers)]);
    bench.tell(2, release(people[3], 1));
    assert_eq!(bench.tell(3, request(late, 4))[0], granted(late, 4));
    assert!(bench.floor.may_speak(late) && !bench.floor.may_speak(people[3]));
}

#[test]
fn each_turn_has_its_own_timers() {
    let mut bench = open();
    bench.tell_all(0, &[request(ANN, 1), request(BOB, 1)]);
    let told = bench.talk(BOB, 20, 1000);
    assert_eq!(told, [(800, revoked(ANN, 1, RevokeCause::Vanished, 0)), (800, changed(&[BOB], &[]))]);
    assert_eq!(bench.floor.next_deadline(), Some(at(980 + 800)));
}

#[test]
fn a_stuck_key_ends_at_the_limit_and_asking_again_goes_on_at_once() {
    let mut bench = open();
    bench.tell(0, request(ANN, 1));
    let told = bench.talk(ANN, 20, 60_020);
    assert_eq!(told.last(), Some(&(60_000, revoked(ANN, 1, RevokeCause::TalkLimit, 500))));
    assert_eq!(bench.tell(60_100, request(ANN, 1)), [revoked(ANN, 1, RevokeCause::TalkLimit, 400)]);
    assert_eq!(bench.tell(60_100, request(ANN, 2)), [granted(ANN, 2)]);
    assert_eq!(bench.talkers(), [ANN]);
}
