//! What moderators may order, and what others may not.

use super::*;
use crate::harness::{EAST, HALL, map, owner_of};
use hallway_protocol::{
    floor::{
        FloorPolicy, QueueRule,
        messages::{DenyCause, RevokeCause},
    },
    names::RoomName,
};

/// A world with a moderator and two others in one room.
fn moderated() -> (TestWorld, [usize; 3]) {
    let world = TestWorld::with(|settings| settings.moderators.add(owner_of("Mo")));
    in_west(world, ["Mo", "Ann", "Bob"])
}

/// Somebody presses and waits.
fn wait_for_floor(world: &mut TestWorld, client: usize, burst: u8) {
    press(world, client, burst);
    world.wait_notice(client, "a place", |notice| matches!(notice, FloorNotice::Queued { .. }));
}

/// Somebody talks for a while.
fn talk(world: &mut TestWorld, client: usize, packets: u16) {
    for seq in 0..packets {
        world.send_voice(client, voice(1, seq));
        world.pass(Duration::from_millis(20));
    }
}

#[test]
fn moderators_are_told_that_they_are() {
    let mut world = TestWorld::with(|settings| settings.moderators.add(owner_of("Mo")));
    for (name, expected) in [("Mo", true), ("Ann", false)] {
        let grant = world.sign_in(name, false).unwrap();
        let client = world.connect(&grant);
        world.prove(client, &grant.secret);
        let told = world.wait_for(client, "the welcome", |message| match message {
            ServerMessage::Welcome { moderator, .. } => Some(*moderator),
            _ => None,
        });
        assert_eq!(told, expected, "{name}");
    }
}

#[test]
fn who_may_not_order_is_refused_and_so_is_what_can_t_be() {
    let (mut world, [mo, ann, bob]) = moderated();
    let outsider = world.enter("Cleo");
    let [of_mo, of_ann, of_bob, of_outsider] = world.ids([mo, ann, bob, outsider]);
    let gone = PersonId(999);
    let every = [
        FloorOrder::Revoke(of_mo),
        FloorOrder::Mute(of_mo),
        FloorOrder::Unmute(of_mo),
        FloorOrder::Give(of_bob),
        FloorOrder::SetPolicy(FloorPolicy::Open),
        FloorOrder::SetQueue(QueueRule::Refuse),
        FloorOrder::SetTalkLog(true),
    ];
    for order in every {
        assert_eq!(world.ordered(ann, order), Err(Refusal::NotModerator), "{order:?}");
        assert_eq!(world.ordered(outsider, order), Err(Refusal::NotInRoom), "{order:?}");
        world.pass(Duration::from_millis(500));
    }
    let cases = [
        (FloorOrder::Give(of_bob), Err(Refusal::NotWaiting)),
        (FloorOrder::Give(gone), Err(Refusal::NoSuchPerson)),
        (FloorOrder::Give(of_outsider), Err(Refusal::NoSuchPerson)),
        (FloorOrder::Revoke(gone), Err(Refusal::NoSuchPerson)),
        (FloorOrder::Mute(of_outsider), Err(Refusal::NoSuchPerson)),
        (FloorOrder::Unmute(of_outsider), Err(Refusal::NoSuchPerson)),
        (FloorOrder::Revoke(of_ann), Ok(())),
        (FloorOrder::Unmute(of_ann), Ok(())),
    ];
    for (order, answer) in cases {
        assert_eq!(world.ordered(mo, order), answer, "{order:?}");
        world.pass(Duration::from_millis(300));
    }
    world.walk(mo, HALL);
    assert_eq!(world.ordered(mo, FloorOrder::Revoke(of_ann)), Err(Refusal::NotInRoom));
    assert_eq!(world.shown_room(WEST).0.policy, FloorPolicy::Exclusive);
}

#[test]
fn orders_without_end_are_refused() {
    let (mut world, [mo, ann, _]) = moderated();
    let order = FloorOrder::Revoke(world.people[ann]);
    let last = (0..60).map(|_| world.order(mo, order)).last().unwrap();
    world.wait_for(mo, "the refusal", |message| match message {
        ServerMessage::Refused { request, refusal: Refusal::TooFast } if *request == last => Some(()),
        _ => None,
    });
}

#[test]
fn a_mute_beats_a_held_key() {
    let (mut world, [mo, ann, bob]) = moderated();
    let ids = world.ids([mo, ann, bob]);
    take_floor(&mut world, ann, 1);
    wait_for_floor(&mut world, bob, 1);
    talk(&mut world, ann, 20);
    assert_eq!(world.ordered(mo, FloorOrder::Mute(ids[1])), Ok(()));
    let cut = world.wait_notice(ann, "to be muted", is_revoked);
    assert_eq!(cut, FloorNotice::Revoked { burst: 1, cause: RevokeCause::Muted, grace_ms: 0 });
    world.wait_notice(bob, "the grant", granted);
    world.take(mo);
    // The key is held: voice goes on, and is asked for again.
    talk(&mut world, ann, 20);
    press(&mut world, ann, 2);
    let denied = world.wait_notice(ann, "the answer", |notice| matches!(notice, FloorNotice::Denied { .. }));
    assert_eq!(denied, FloorNotice::Denied { burst: 2, cause: DenyCause::Muted });
    assert_eq!(world.take(mo).voice, []);
    assert_eq!(world.relay().refused_not_holder, 20);
    release(&mut world, bob, 1);
    assert_eq!(world.ordered(mo, FloorOrder::Unmute(ids[1])), Ok(()));
    take_floor(&mut world, ann, 3);
}

#[test]
fn a_mute_outlives_walking_out_and_signing_in_anew() {
    let (mut world, [mo, ann, _]) = moderated();
    let of_ann = world.people[ann];
    assert_eq!(world.ordered(mo, FloorOrder::Mute(of_ann)), Ok(()));
    world.walk(ann, HALL);
    world.walk_into(ann, WEST);
    let muted = |expected: &[PersonId]| {
        let expected = expected.to_vec();
        move |world: &TestWorld| world.floor_of(mo).is_some_and(|state| state.muted == expected)
    };
    press(&mut world, ann, 1);
    world.wait_notice(ann, "the answer", |notice| matches!(notice, FloorNotice::Denied { .. }));
    world.until("Ann to be listed as muted", muted(&[of_ann]));
    world.leave(ann);
    world.until("nobody to be listed", muted(&[]));
    let again = world.enter_with("Anna", owner_of("Ann"));
    world.walk_into(again, WEST);
    let of_again = world.people[again];
    world.until("Ann to be listed again", muted(&[of_again]));
    press(&mut world, again, 1);
    let denied = world.wait_notice(again, "the answer", |notice| matches!(notice, FloorNotice::Denied { .. }));
    assert_eq!(denied, FloorNotice::Denied { burst: 1, cause: DenyCause::Muted });
    // Who walked out is let talk again from where the moderator is.
    world.walk(again, HALL);
    assert_eq!(world.ordered(mo, FloorOrder::Unmute(of_again)), Ok(()));
    world.walk_into(again, WEST);
    take_floor(&mut world, again, 2);
}

#[test]
fn giving_the_floor_pre_empts_with_grace() {
    let (mut world, [mo, ann, bob]) = moderated();
    let ids = world.ids([mo, ann, bob]);
    take_floor(&mut world, ann, 1);
    wait_for_floor(&mut world, mo, 1);
    wait_for_floor(&mut world, bob, 1);
    talk(&mut world, ann, 10);
    world.take(bob);
    assert_eq!(world.ordered(mo, FloorOrder::Give(ids[2])), Ok(()));
    let cut = world.wait_notice(ann, "to be pre-empted", is_revoked);
    assert_eq!(cut, FloorNotice::Revoked { burst: 1, cause: RevokeCause::PreEmpted, grace_ms: 500 });
    let since = world.wire.now();
    world.wait_floor(mo, &[ids[1]], &[ids[2], ids[0]]);
    talk(&mut world, ann, 10);
    assert!(world.inbox(bob).voice.len() >= 10, "the last word is not heard");
    assert!(!world.inbox(bob).floor.iter().any(granted));
    world.wait_notice(bob, "the grant", granted);
    let waited = world.wire.now() - since;
    assert!(waited.abs_diff(Duration::from_millis(500)) < Duration::from_millis(60), "{waited:?}");
    world.wait_floor(ann, &[ids[2]], &[ids[0]]);
}

#[test]
fn revoking_ends_turns_and_waits() {
    let (mut world, [mo, ann, bob]) = moderated();
    let ids = world.ids([mo, ann, bob]);
    take_floor(&mut world, ann, 1);
    wait_for_floor(&mut world, bob, 1);
    assert_eq!(world.ordered(mo, FloorOrder::Revoke(ids[2])), Ok(()));
    let cut = world.wait_notice(bob, "the wait to end", is_revoked);
    assert_eq!(cut, FloorNotice::Revoked { burst: 1, cause: RevokeCause::Moderator, grace_ms: 0 });
    assert_eq!(world.ordered(mo, FloorOrder::Revoke(ids[1])), Ok(()));
    let cut = world.wait_notice(ann, "the turn to end", is_revoked);
    assert_eq!(cut, FloorNotice::Revoked { burst: 1, cause: RevokeCause::Moderator, grace_ms: 500 });
    world.wait_notice(mo, "the floor to be free", idle);
}

#[test]
fn who_created_a_room_moderates_it_and_no_other() {
    let mut world = TestWorld::new();
    let (ann, bob) = (world.enter("Ann"), world.enter("Bob"));
    let request = world.next_request();
    let (name, policy, queue) = (RoomName::new("Den").unwrap(), FloorPolicy::Chair, QueueRule::QuietestFirst);
    world.tell(ann, ClientMessage::CreateRoom { request, name, policy, queue, talk_log: false });
    let den = world.wait_for(ann, "the room", |message| match message {
        ServerMessage::RoomCreated { room, .. } => Some(*room),
        _ => None,
    });
    let (shown, _) = world.shown_room(den);
    assert_eq!((shown.policy, shown.queue), (FloorPolicy::Chair, QueueRule::QuietestFirst));
    let plot = map().plots[0].clone();
    for client in [ann, bob] {
        for to in [HALL, plot.doorstep, plot.inside.center()] {
            world.walk(client, to);
        }
    }
    // With a chair one waits until the chair gives.
    press(&mut world, bob, 1);
    let waits = FloorNotice::Queued { burst: 1, position: 1, holder: None };
    world.wait_notice(bob, "a place", |notice| *notice == waits);
    let of_bob = world.people[bob];
    assert_eq!(world.ordered(bob, FloorOrder::Give(of_bob)), Err(Refusal::NotModerator));
    assert_eq!(world.ordered(ann, FloorOrder::Give(of_bob)), Ok(()));
    world.wait_notice(bob, "the grant", granted);
    // The chair's own request has the floor when it is free.
    release(&mut world, bob, 1);
    take_floor(&mut world, ann, 1);
    for to in [plot.doorstep, HALL] {
        world.walk(ann, to);
    }
    world.walk_into(ann, EAST);
    let order = FloorOrder::SetPolicy(FloorPolicy::Open);
    assert_eq!(world.ordered(ann, order), Err(Refusal::NotModerator));
}
