//! One speaker at a time, and the ways in which a turn ends.

use super::*;
use crate::harness::HALL;
use hallway_protocol::floor::messages::{DenyCause, RevokeCause};

#[test]
fn of_two_who_press_at_once_exactly_one_is_granted_a_thousand_times() {
    let (mut world, ann, bob) = pair();
    let both = [ann, bob];
    let answered = |notice: &FloorNotice| granted(notice) || matches!(notice, FloorNotice::Queued { .. });
    let mut wins = [0; 2];
    for round in 0..1000_u32 {
        let burst = round as u8;
        // Who is first on the wire changes; so does who is a step ahead.
        let first = (round % 2) as usize;
        press(&mut world, both[first], burst);
        if round % 3 == 0 {
            world.step();
        }
        press(&mut world, both[1 - first], burst);
        world.until("both answers", |world| both.iter().all(|client| world.inbox(*client).floor.iter().any(answered)));
        let answers = both.map(|client| world.take(client).floor);
        let grants = answers.each_ref().map(|notices| notices.iter().filter(|notice| granted(notice)).count());
        assert_eq!(grants.iter().sum::<usize>(), 1, "round {round}: {answers:?}");
        let winner = grants.iter().position(|grants| *grants == 1).unwrap();
        let holder = world.people[both[winner]];
        let waits = FloorNotice::Queued { burst, position: 1, holder: Some(holder) };
        assert!(answers[1 - winner].contains(&waits), "round {round}: {answers:?}");
        assert_eq!(answers[1 - winner].iter().filter(|notice| answered(notice)).count(), 1, "round {round}");
        wins[winner] += 1;
        both.iter().for_each(|client| release(&mut world, *client, burst));
        world.until("the floor to be free", |world| {
            both.iter().all(|client| world.inbox(*client).floor.iter().any(idle))
        });
        both.iter().for_each(|client| drop(world.take(*client)));
        // At most twenty presses at once and ten a second are taken.
        world.pass_in_steps(2, Duration::from_millis(45));
    }
    assert!(wins[0] > 100 && wins[1] > 100, "{wins:?}");
}

#[test]
fn a_holder_who_vanishes_loses_the_floor_within_a_second() {
    let (mut world, ann, bob) = pair();
    press(&mut world, ann, 1);
    world.wait_notice(ann, "the grant", granted);
    for seq in 0..10 {
        world.send_voice(ann, voice(1, seq));
        world.pass(Duration::from_millis(20));
    }
    world.kill(ann);
    let vanished = world.wire.now();
    world.wait_notice(bob, "the floor to be free", idle);
    let waited = world.wire.now() - vanished;
    assert!(waited <= Duration::from_millis(900), "{waited:?}");
    press(&mut world, bob, 1);
    world.wait_notice(bob, "the grant", granted);
}

#[test]
fn a_holder_who_sends_no_voice_loses_the_floor() {
    let (mut world, ann, bob) = pair();
    press(&mut world, ann, 7);
    world.wait_notice(ann, "the grant", granted);
    let since = world.wire.now();
    let revoked = world.wait_notice(ann, "to lose it", is_revoked);
    assert_eq!(revoked, FloorNotice::Revoked { burst: 7, cause: RevokeCause::Silent, grace_ms: 0 });
    let waited = world.wire.now() - since;
    assert!((Duration::from_millis(1900)..Duration::from_millis(2200)).contains(&waited), "{waited:?}");
    world.wait_notice(bob, "the floor to be free", idle);
}

#[test]
fn the_talk_limit_warns_and_then_revokes() {
    let world = TestWorld::with(|settings| settings.floor.times.talk_limit = Duration::from_secs(15));
    let (mut world, [ann, bob]) = in_west(world, ["Ann", "Bob"]);
    press(&mut world, ann, 1);
    world.wait_notice(ann, "the grant", granted);
    let since = world.wire.now();
    let (mut warned, mut revoked, mut seq) = (None, None, 0);
    while revoked.is_none() && world.wire.now() - since < Duration::from_secs(20) {
        world.send_voice(ann, voice(1, seq));
        seq += 1;
        world.pass(Duration::from_millis(20));
        for notice in world.take(ann).floor {
            match notice {
                FloorNotice::Warning { .. } => warned = Some(world.wire.now() - since),
                FloorNotice::Revoked { cause, grace_ms, .. } => {
                    revoked = Some(((cause, grace_ms), world.wire.now() - since));
                }
                _ => {}
            }
        }
    }
    let (warned, (told, revoked)) = (warned.unwrap(), revoked.unwrap());
    let near = |time: Duration, seconds| time.abs_diff(Duration::from_secs(seconds)) < Duration::from_millis(200);
    assert!(near(warned, 5) && near(revoked, 15), "{warned:?} {revoked:?}");
    assert_eq!(told, (RevokeCause::TalkLimit, 500));
    // The last word is heard, and not a packet after the grace.
    world.take(bob);
    for seq in 0..50 {
        world.send_voice(ann, voice(1, 2000 + seq));
        world.pass(Duration::from_millis(20));
    }
    let heard = world.inbox(bob).voice.len();
    assert!((23..=26).contains(&heard), "{heard}");
    world.wait_notice(bob, "the floor to be free", idle);
}

#[test]
fn whoever_walks_out_gives_the_floor_back_and_newcomers_learn_who_holds_it() {
    let (mut world, ann, bob) = pair();
    press(&mut world, ann, 1);
    world.wait_notice(ann, "the grant", granted);
    let cleo = world.enter("Cleo");
    let talkers = vec![world.people[ann]];
    let taken = FloorNotice::State { room: WEST, state: FloorState { talkers, ..FloorState::default() } };
    for step in 0..40 {
        world.send_voice(ann, voice(1, step));
        world.pass(Duration::from_millis(20));
    }
    assert!(world.inbox(bob).floor.contains(&taken));
    walk_as_talks(&mut world, cleo, middle(WEST), ann);
    world.wait_notice(cleo, "who holds it", |notice| *notice == taken);
    assert_eq!(world.shown_room(WEST).1, [world.people[ann]]);
    world.take(bob);
    world.walk(ann, HALL);
    world.wait_notice(bob, "the floor to be free", idle);
    press(&mut world, ann, 2);
    let denied =
        world.wait_notice(ann, "the answer in the hall", |notice| matches!(notice, FloorNotice::Denied { .. }));
    assert_eq!(denied, FloorNotice::Denied { burst: 2, cause: DenyCause::NotInRoom });
}

#[test]
fn presses_without_end_are_denied() {
    let (mut world, ann, _) = pair();
    for burst in 0..60 {
        press(&mut world, ann, burst);
    }
    world.pass(Duration::from_millis(300));
    let denied =
        |notice: &&FloorNotice| matches!(notice, FloorNotice::Denied { cause: DenyCause::TooManyRequests, .. });
    let count = world.take(ann).floor.iter().filter(denied).count();
    assert!((30..=40).contains(&count), "{count}");
}

#[test]
fn the_answer_leaves_in_the_update_in_which_the_request_came() {
    let (mut world, ann, bob) = pair();
    let answered =
        |world: &TestWorld, client: usize, is: fn(&FloorNotice) -> bool| world.inbox(client).floor.iter().any(is);
    press(&mut world, ann, 1);
    press(&mut world, bob, 1);
    // In the first step the clients send; in the second one the server takes it in, and the clients have the answers.
    world.step();
    assert!(!answered(&world, ann, granted));
    world.step();
    assert!(answered(&world, ann, granted) != answered(&world, bob, granted));
    assert!([ann, bob].iter().all(|client| answered(&world, *client, |notice| {
        granted(notice) || matches!(notice, FloorNotice::Queued { .. })
    })));
}
