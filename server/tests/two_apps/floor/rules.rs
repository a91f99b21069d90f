//! Which rules a room has, and what they do to those who talk.

use super::*;
use crate::harness::{EAST, owner_of};
use hallway_protocol::floor::{
    FloorPolicy, QueueRule,
    messages::{DenyCause, RevokeCause},
};

#[test]
fn the_map_says_the_rules_and_the_settings_say_the_rest() {
    let mut world = TestWorld::with(|settings| {
        (settings.floor.policy, settings.floor.queue) = (FloorPolicy::Chair, QueueRule::Refuse);
        settings.map.rooms[0].policy = Some(FloorPolicy::Open);
        settings.map.rooms[1].queue = Some(QueueRule::QuietestFirst);
    });
    world.pass(Duration::from_millis(50));
    let rules = [WEST, EAST].map(|room| {
        let (shown, _) = world.shown_room(room);
        (shown.policy, shown.queue)
    });
    assert_eq!(rules, [(FloorPolicy::Open, QueueRule::Refuse), (FloorPolicy::Chair, QueueRule::QuietestFirst)]);
}

#[test]
fn in_an_open_room_several_are_heard_at_once_and_each_hears_the_others() {
    let world = TestWorld::with(|settings| settings.map.rooms[0].policy = Some(FloorPolicy::Open));
    let (mut world, clients) = in_west(world, ["Ann", "Bob", "Cleo"]);
    let ids = world.ids(clients);
    clients.iter().for_each(|client| take_floor(&mut world, *client, 1));
    world.wait_floor(clients[0], &ids, &[]);
    for seq in 0..10 {
        clients.iter().for_each(|client| world.send_voice(*client, voice(1, seq)));
        world.pass(Duration::from_millis(20));
    }
    world.pass(Duration::from_millis(50));
    for (listener, own) in clients.into_iter().zip(ids) {
        let heard = world.take(listener).voice;
        for speaker in ids {
            let packets = heard.iter().filter(|(from, _)| *from == speaker).count();
            assert_eq!(packets, if speaker == own { 0 } else { 10 });
        }
    }
    assert_eq!(world.shown_room(WEST).1, ids);
}

#[test]
fn an_open_room_has_a_limit_of_talkers() {
    let world = TestWorld::with(|settings| {
        settings.map.rooms[0].policy = Some(FloorPolicy::Open);
        settings.max_people = 20;
    });
    let names = ["A", "B", "C", "D", "E", "F", "G", "H", "I"].map(|letter| letter.repeat(3));
    let (mut world, clients) = in_west(world, names.each_ref().map(String::as_str));
    clients.iter().for_each(|client| press(&mut world, *client, 1));
    let is_denied = |notice: &FloorNotice| matches!(notice, FloorNotice::Denied { .. });
    world.until("an answer for all", |world| {
        clients
            .iter()
            .all(|client| world.inbox(*client).floor.iter().any(|notice| granted(notice) || is_denied(notice)))
    });
    let denied: Vec<_> = clients.iter().flat_map(|client| world.take(*client).floor).filter(is_denied).collect();
    assert_eq!(denied, [FloorNotice::Denied { burst: 1, cause: DenyCause::TooManyTalkers }]);
}

#[test]
fn a_change_of_policy_ends_what_it_does_not_allow_and_all_see_it() {
    let world = TestWorld::with(|settings| {
        settings.moderators.add(owner_of("Mo"));
        settings.map.rooms[0].policy = Some(FloorPolicy::Open);
    });
    let (mut world, [mo, ann, bob]) = in_west(world, ["Mo", "Ann", "Bob"]);
    let [_, of_ann, of_bob] = world.ids([mo, ann, bob]);
    take_floor(&mut world, ann, 1);
    take_floor(&mut world, bob, 1);
    world.wait_floor(mo, &[of_ann, of_bob], &[]);
    assert_eq!(world.ordered(mo, FloorOrder::SetPolicy(FloorPolicy::Exclusive)), Ok(()));
    let cut = world.wait_notice(bob, "to be cut", is_revoked);
    assert_eq!(cut, FloorNotice::Revoked { burst: 1, cause: RevokeCause::PolicyChanged, grace_ms: 500 });
    world.wait_floor(mo, &[of_ann], &[]);
    assert_eq!(world.ordered(mo, FloorOrder::SetQueue(QueueRule::Refuse)), Ok(()));
    let (shown, talkers) = world.shown_room(WEST);
    assert_eq!((shown.policy, shown.queue, talkers), (FloorPolicy::Exclusive, QueueRule::Refuse, vec![of_ann]));
}
