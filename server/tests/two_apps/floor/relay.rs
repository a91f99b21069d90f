//! Voice goes to those who are in the room, from those who have its floor.

use super::*;
use crate::harness::EAST;
use bytes::Bytes;

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
fn who_comes_in_hears_from_the_very_moment_of_entering() {
    let (mut world, [ann, bob]) = in_west(TestWorld::new(), ["Ann", "Bob"]);
    let cleo = world.enter("Cleo");
    world.walk(cleo, map_point(6.5));
    take_floor(&mut world, ann, 1);
    let inside = |world: &TestWorld| {
        world.inbox(cleo).control.iter().any(|message| matches!(message, ServerMessage::Placed { room: Some(_), .. }))
    };
    world.take(cleo);
    let mut seq = 0;
    while !inside(&world) {
        world.report(cleo, map_point(5.5 + f32::from(u8::from(seq < 60))));
        world.send_voice(ann, voice(1, seq));
        seq += 1;
        world.pass_in_steps(1, Duration::from_millis(15));
        assert!(seq < 200, "Cleo does not get in");
    }
    let last = |world: &TestWorld, client: usize| world.inbox(client).voice.last().map(|(_, packet)| packet.seq);
    assert!(last(&world, cleo).is_some() && last(&world, cleo) == last(&world, bob));
}

fn map_point(x: f32) -> Point {
    Point { x, y: 2.5 }
}

#[test]
fn who_is_heard_is_shown_as_talking_and_who_only_holds_the_floor_is_not() {
    let (mut world, ann, bob) = pair();
    take_floor(&mut world, ann, 1);
    world.pass(Duration::from_millis(300));
    assert!(!world.shown_talking(ann));
    for seq in 0..10 {
        world.send_voice(ann, voice(1, seq));
        world.send_voice(bob, voice(1, seq));
        world.pass(Duration::from_millis(20));
    }
    assert!(world.shown_talking(ann) && !world.shown_talking(bob));
    world.pass(Duration::from_millis(600));
    assert!(!world.shown_talking(ann));
    world.send_voice(ann, voice(1, 10));
    world.pass(Duration::from_millis(20));
    assert!(world.shown_talking(ann));
    release(&mut world, ann, 1);
    world.pass(Duration::from_millis(20));
    assert!(!world.shown_talking(ann));
}
