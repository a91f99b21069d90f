//! Those who wait are seen by everybody in the same order, and get the floor in it.

use super::*;
use crate::harness::HALL;
use hallway_protocol::floor::{QueueRule, messages::RevokeCause};

fn queued(burst: u8, position: u16, holder: PersonId) -> FloorNotice {
    FloorNotice::Queued { burst, position, holder: Some(holder) }
}

#[test]
fn all_see_the_same_queue_and_each_is_promoted_in_turn() {
    let (mut world, clients) = in_west(TestWorld::new(), ["Ann", "Bob", "Cleo", "Dan"]);
    let [ann, bob, cleo, dan] = clients;
    let ids = world.ids(clients);
    take_floor(&mut world, ann, 1);
    for (client, position) in [(cleo, 1), (bob, 2)] {
        press(&mut world, client, 7);
        world.wait_notice(client, "a place in the queue", |notice| *notice == queued(7, position, ids[0]));
    }
    for client in clients {
        world.wait_floor(client, &[ids[0]], &[ids[2], ids[1]]);
    }
    // Who comes in later sees it, too.
    let eve = world.enter("Eve");
    walk_as_talks(&mut world, eve, middle(WEST), ann);
    world.wait_floor(eve, &[ids[0]], &[ids[2], ids[1]]);

    release(&mut world, ann, 1);
    world.wait_notice(cleo, "the grant", granted);
    world.wait_notice(bob, "to be next", |notice| *notice == queued(7, 1, ids[2]));
    for client in clients {
        world.wait_floor(client, &[ids[2]], &[ids[1]]);
    }
    release(&mut world, cleo, 7);
    world.wait_notice(bob, "the grant", granted);
    world.wait_floor(dan, &[ids[1]], &[]);
}

#[test]
fn letting_go_and_walking_out_withdraw() {
    let (mut world, clients) = in_west(TestWorld::new(), ["Ann", "Bob", "Cleo", "Dan"]);
    let [ann, bob, cleo, dan] = clients;
    let ids = world.ids(clients);
    take_floor(&mut world, ann, 1);
    for client in [bob, cleo, dan] {
        press(&mut world, client, 1);
        world.wait_notice(client, "a place", |notice| matches!(notice, FloorNotice::Queued { .. }));
    }
    release(&mut world, bob, 1);
    world.wait_floor(ann, &[ids[0]], &[ids[2], ids[3]]);
    walk_as_talks(&mut world, cleo, HALL, ann);
    world.wait_floor(dan, &[ids[0]], &[ids[3]]);
    world.wait_notice(dan, "to be next", |notice| *notice == queued(1, 1, ids[0]));
    release(&mut world, ann, 1);
    world.wait_notice(dan, "the grant", granted);
    assert!(![bob, cleo].iter().any(|client| world.inbox(*client).floor.iter().any(granted)));
}

#[test]
fn a_turn_that_nobody_takes_goes_to_the_next() {
    let (mut world, clients) = in_west(TestWorld::new(), ["Ann", "Bob", "Cleo"]);
    let [ann, bob, cleo] = clients;
    take_floor(&mut world, ann, 1);
    press(&mut world, bob, 1);
    world.wait_notice(bob, "a place", |notice| matches!(notice, FloorNotice::Queued { .. }));
    press(&mut world, cleo, 1);
    world.wait_notice(cleo, "a place", |notice| matches!(notice, FloorNotice::Queued { .. }));
    release(&mut world, ann, 1);
    world.wait_notice(bob, "the grant", granted);
    let since = world.wire.now();
    let lost = world.wait_notice(bob, "to lose it", is_revoked);
    assert_eq!(lost, FloorNotice::Revoked { burst: 1, cause: RevokeCause::NotTaken, grace_ms: 0 });
    let waited = world.wire.now() - since;
    assert!((Duration::from_millis(4900)..Duration::from_millis(5200)).contains(&waited), "{waited:?}");
    world.wait_notice(cleo, "the grant", granted);
}

#[test]
fn where_nobody_may_wait_the_floor_is_busy() {
    let world = TestWorld::with(|settings| settings.floor.queue = QueueRule::Refuse);
    let (mut world, [ann, bob]) = in_west(world, ["Ann", "Bob"]);
    take_floor(&mut world, ann, 1);
    press(&mut world, bob, 3);
    let answer = world.wait_notice(bob, "the answer", |notice| matches!(notice, FloorNotice::Busy { .. }));
    assert_eq!(answer, FloorNotice::Busy { burst: 3, holder: world.people[ann] });
}
