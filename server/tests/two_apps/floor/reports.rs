//! How well somebody is heard comes back to that person, and to nobody else.

use super::*;
use crate::harness::EAST;
use hallway_protocol::{
    channels::ReportChannel,
    listening::{ListenerReport, Reception, TalkerReport},
};

fn reception(lost: u16) -> Reception {
    Reception { expected: 50, lost, late: 1, jitter_ms: 7, buffer_ms: 40 }
}

/// Somebody reports how another was heard.
fn report(world: &mut TestWorld, listener: usize, talker: PersonId, lost: u16) {
    let report = ListenerReport { talker, reception: reception(lost) };
    world.sender::<ListenerReport>(listener).send::<ReportChannel>(report);
}

#[test]
fn a_talker_is_told_once_a_second_how_the_worst_listener_hears() {
    let (mut world, [ann, bob, cleo]) = in_west(TestWorld::new(), ["Ann", "Bob", "Cleo"]);
    let of_ann = world.people[ann];
    take_floor(&mut world, ann, 1);
    for seq in 0..200 {
        world.send_voice(ann, voice(1, seq));
        if seq % 50 == 20 {
            report(&mut world, bob, of_ann, 2);
            report(&mut world, cleo, of_ann, 9);
        }
        world.pass(Duration::from_millis(20));
    }
    let told = world.take(ann).reports;
    assert!((3..=5).contains(&told.len()), "{told:?}");
    assert_eq!(told.last(), Some(&TalkerReport { listeners: 2, worst: reception(9) }));
    assert!([bob, cleo].iter().all(|client| world.inbox(*client).reports.is_empty()));
}

#[test]
fn reports_from_elsewhere_about_the_silent_and_without_end_are_left_out() {
    let (mut world, [ann, bob]) = in_west(TestWorld::new(), ["Ann", "Bob"]);
    let far = world.enter("Cleo");
    world.walk_into(far, EAST);
    let [of_ann, of_bob] = world.ids([ann, bob]);
    take_floor(&mut world, ann, 1);
    for seq in 0..50 {
        world.send_voice(ann, voice(1, seq));
        report(&mut world, far, of_ann, 40);
        report(&mut world, ann, of_bob, 40);
        world.pass(Duration::from_millis(20));
    }
    assert!([ann, bob].iter().all(|client| world.inbox(*client).reports.is_empty()));
    // A flood of reports is what nobody honest sends.
    for _ in 0..600 {
        report(&mut world, bob, of_ann, 1);
    }
    world.until("the flood to be cut", |world| !world.server_knows(bob));
}
