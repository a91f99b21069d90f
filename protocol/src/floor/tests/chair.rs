//! Rooms with a chair: moderators choose who talks.

use super::*;

const MODERATOR: PersonId = PersonId(9);

fn chair() -> Bench {
    Bench::new(FloorPolicy::Chair, QueueRule::Refuse)
}

fn asks(moderator: PersonId, burst: u8) -> FloorInput {
    FloorInput::Request { person: moderator, burst, moderator: true }
}

#[test]
fn all_wait_until_a_moderator_gives() {
    let mut bench = chair();
    assert_eq!(bench.tell(0, request(ANN, 1)), [queued(ANN, 1, 1, None), changed(&[], &[ANN])]);
    assert_eq!(bench.tell(1, request(BOB, 1)), [queued(BOB, 1, 2, None), changed(&[], &[ANN, BOB])]);
    assert_eq!(bench.tell(2, order(FloorOrder::Give(BOB))), [granted(BOB, 1), changed(&[BOB], &[ANN])]);
    // When the turn is over the chair chooses again.
    assert_eq!(bench.tell(3, release(BOB, 1)), [changed(&[], &[ANN])]);
    assert_eq!(bench.floor.next_deadline(), None);
}

#[test]
fn a_moderator_who_asks_has_a_free_floor_and_is_before_all_others() {
    let mut bench = chair();
    bench.tell_all(0, &[request(ANN, 1), request(BOB, 1)]);
    assert_eq!(bench.tell(1, asks(MODERATOR, 1)), [granted(MODERATOR, 1), changed(&[MODERATOR], &[ANN, BOB])]);
    bench.tell_all(2, &[order(FloorOrder::Give(ANN)), release(MODERATOR, 1)]);
    assert_eq!(bench.talkers(), [ANN]);
    let told = bench.tell(3, asks(MODERATOR, 2));
    let positions = [queued(MODERATOR, 2, 1, Some(ANN)), queued(BOB, 1, 2, Some(ANN))];
    assert_eq!(told, [&positions[..], &[changed(&[ANN], &[MODERATOR, BOB])]].concat());
    assert_eq!(bench.tell(4, release(ANN, 1))[0], granted(MODERATOR, 2));
}

#[test]
fn with_nobody_talking_a_full_queue_denies() {
    let mut bench = chair();
    (1..=limits::FLOOR_QUEUE as u32).for_each(|person| drop(bench.tell(0, request(PersonId(person), 1))));
    assert_eq!(bench.tell(1, request(PersonId(99), 1)), [denied(PersonId(99), 1, DenyCause::QueueFull)]);
}
