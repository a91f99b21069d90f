//! One speaker at a time, whatever clients do.

use crate::harness::{EAST, HALL, TestWorld, WEST, voice};
use bytes::Bytes;
use hallway_protocol::{
    floor::messages::{DenyCause, FloorNotice, FloorRequest, RevokeCause},
    replicated::{FloorHolder, Room},
};
use std::time::Duration;

/// Two people in one room.
fn pair() -> (TestWorld, usize, usize) {
    let mut world = TestWorld::new();
    let (ann, bob) = (world.enter("Ann"), world.enter("Bob"));
    world.walk_into(ann, WEST);
    world.walk_into(bob, WEST);
    world.take(ann);
    world.take(bob);
    (world, ann, bob)
}

fn press(world: &mut TestWorld, client: usize, burst: u8) {
    world.ask_floor(client, FloorRequest::Request { burst });
}

fn release(world: &mut TestWorld, client: usize, burst: u8) {
    world.ask_floor(client, FloorRequest::Release { burst });
}

fn granted(notice: &FloorNotice) -> bool {
    matches!(notice, FloorNotice::Granted { .. })
}

fn idle(notice: &FloorNotice) -> bool {
    matches!(notice, FloorNotice::Idle { .. })
}

#[test]
fn of_two_who_press_at_once_exactly_one_is_granted_a_thousand_times() {
    let (mut world, ann, bob) = pair();
    let both = [ann, bob];
    let answered = |notice: &FloorNotice| granted(notice) || matches!(notice, FloorNotice::Busy { .. });
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
        assert!(answers[1 - winner].contains(&FloorNotice::Busy { burst, holder }), "round {round}: {answers:?}");
        wins[winner] += 1;
        release(&mut world, both[winner], burst);
        world.until("the floor to be free", |world| {
            both.iter().all(|client| world.inbox(*client).floor.iter().any(idle))
        });
        both.iter().for_each(|client| drop(world.take(*client)));
        // At most twenty presses at once and ten a second are taken.
        world.pass(Duration::from_millis(90));
    }
    assert!(wins[0] > 100 && wins[1] > 100, "{wins:?}");
}

#[test]
fn voice_of_the_holder_is_passed_to_the_others_in_the_room_and_to_nobody_else() {
    let (mut world, ann, bob) = pair();
    let (cleo, dan) = (world.enter("Cleo"), world.enter("Dan"));
    world.walk_into(cleo, EAST);
    press(&mut world, ann, 1);
    world.wait_notice(ann, "the grant", granted);
    for seq in 0..50 {
        world.send_voice(ann, voice(1, seq));
        world.pass(Duration::from_millis(20));
    }
    world.pass(Duration::from_millis(50));
    let heard: Vec<_> = world.take(bob).voice.into_iter().map(|(speaker, packet)| (speaker, packet.seq)).collect();
    assert_eq!(heard, (0..50).map(|seq| (world.people[ann], seq)).collect::<Vec<_>>());
    for deaf in [ann, cleo, dan] {
        assert_eq!(world.take(deaf).voice, []);
    }
    assert_eq!(world.relay().passed, 50);
}

#[test]
fn voice_without_the_floor_is_dropped_and_counted() {
    let (mut world, ann, bob) = pair();
    press(&mut world, ann, 1);
    world.wait_notice(ann, "the grant", granted);
    for seq in 0..30 {
        world.send_voice(bob, voice(1, seq));
        world.send_voice(ann, voice(1, seq));
        world.pass(Duration::from_millis(20));
    }
    world.pass(Duration::from_millis(50));
    assert_eq!(world.take(ann).voice, []);
    assert_eq!(world.take(bob).voice.len(), 30);
    let counters = world.relay();
    assert_eq!((counters.passed, counters.refused_not_holder), (30, 30));
    release(&mut world, ann, 1);
    world.wait_notice(bob, "the floor to be free", idle);
    world.send_voice(ann, voice(1, 99));
    world.pass(Duration::from_millis(50));
    assert_eq!(world.relay().refused_not_holder, 31);
}

#[test]
fn the_last_packets_of_a_turn_are_heard_although_its_release_comes_with_them() {
    let (mut world, ann, bob) = pair();
    for burst in 0..20 {
        press(&mut world, ann, burst);
        world.wait_notice(ann, "the grant", granted);
        for seq in 0..3 {
            world.send_voice(ann, voice(burst, seq));
        }
        release(&mut world, ann, burst);
        world.wait_notice(bob, "the floor to be free", idle);
        world.pass(Duration::from_millis(100));
        assert_eq!(world.take(bob).voice.len(), 3, "burst {burst}");
    }
}

#[test]
fn malformed_voice_is_counted_and_a_flood_is_sent_away() {
    let (mut world, ann, bob) = pair();
    press(&mut world, ann, 1);
    world.wait_notice(ann, "the grant", granted);
    for bytes in [&b""[..], b"short", &[0; 8], &[0; 500]] {
        world.send_voice(ann, Bytes::copy_from_slice(bytes));
    }
    world.pass(Duration::from_millis(50));
    assert_eq!(world.relay().malformed, 4);
    for seq in 0..2000 {
        world.send_voice(ann, voice(1, seq));
        if seq % 10 == 0 {
            world.step();
        }
    }
    world.until("the flood to be cut", |world| !world.server_knows(ann));
    assert!(world.relay().too_many > 0);
    assert!(world.take(bob).voice.len() < 600);
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
    assert!(waited <= Duration::from_millis(1100), "{waited:?}");
    press(&mut world, bob, 1);
    world.wait_notice(bob, "the grant", granted);
}

#[test]
fn a_holder_who_sends_no_voice_loses_the_floor() {
    let (mut world, ann, bob) = pair();
    press(&mut world, ann, 7);
    world.wait_notice(ann, "the grant", granted);
    let since = world.wire.now();
    let revoked = world.wait_notice(ann, "to lose it", |notice| matches!(notice, FloorNotice::Revoked { .. }));
    assert_eq!(revoked, FloorNotice::Revoked { burst: 7, cause: RevokeCause::Silent });
    let waited = world.wire.now() - since;
    assert!((Duration::from_millis(1900)..Duration::from_millis(2200)).contains(&waited), "{waited:?}");
    world.wait_notice(bob, "the floor to be free", idle);
}

#[test]
fn the_talk_limit_warns_and_then_revokes() {
    let mut world = TestWorld::with(|settings| settings.floor.talk_limit = Duration::from_secs(15));
    let (ann, bob) = (world.enter("Ann"), world.enter("Bob"));
    world.walk_into(ann, WEST);
    world.walk_into(bob, WEST);
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
                FloorNotice::Revoked { cause, .. } => revoked = Some((cause, world.wire.now() - since)),
                _ => {}
            }
        }
    }
    let (warned, (cause, revoked)) = (warned.unwrap(), revoked.unwrap());
    let near = |time: Duration, seconds| time.abs_diff(Duration::from_secs(seconds)) < Duration::from_millis(200);
    assert!(
        near(warned, 5) && near(revoked, 15) && cause == RevokeCause::TalkLimit,
        "{warned:?} {revoked:?} {cause:?}"
    );
}

#[test]
fn whoever_walks_out_gives_the_floor_back_and_newcomers_learn_who_holds_it() {
    let (mut world, ann, bob) = pair();
    press(&mut world, ann, 1);
    world.wait_notice(ann, "the grant", granted);
    let cleo = world.enter("Cleo");
    let taken = FloorNotice::Taken { room: WEST, holder: world.people[ann] };
    for step in 0..40 {
        world.send_voice(ann, voice(1, step));
        world.pass(Duration::from_millis(20));
    }
    assert!(world.inbox(bob).floor.contains(&taken));
    // Ann talks on while Cleo walks in.
    let mut at = 12.0;
    while at > 3.0 {
        at -= 0.2;
        world.report(cleo, hallway_protocol::map::Point { x: at, y: 2.5 });
        world.send_voice(ann, voice(1, 0));
        world.pass(Duration::from_millis(50));
    }
    world.wait_notice(cleo, "who holds it", |notice| *notice == taken);
    assert_eq!(world.shown_holder(), Some(world.people[ann]));
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

impl TestWorld {
    /// Whether the server has this client's person.
    pub(crate) fn server_knows(&self, client: usize) -> bool {
        let id = self.people[client];
        let world = self.server.world();
        let people = world.try_query::<&hallway_protocol::replicated::Person>();
        people.is_some_and(|mut people| people.iter(world).any(|person| person.id == id))
    }

    /// Who holds the first room's floor, by what is replicated.
    fn shown_holder(&mut self) -> Option<hallway_protocol::ids::PersonId> {
        let world = self.server.world_mut();
        let mut rooms = world.query::<(&Room, &FloorHolder)>();
        rooms.iter(world).find(|(room, _)| room.id == WEST).and_then(|(_, holder)| holder.0)
    }
}
