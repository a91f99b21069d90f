//! Calls whose links are lost.

use super::*;

/// Waits until somebody who says nothing any more is shown as lost.
fn wait_lost(world: &mut TestWorld, client: usize, person: PersonId) {
    let is_lost = |state: &CallState| state.member(person).is_some_and(|member| member.presence == Presence::Lost);
    world.wait_state(client, "the other one to be lost", is_lost);
}

#[test]
fn a_lost_connection_that_is_regained_keeps_the_call() {
    let (mut world, [ann, bob], call) = in_call(["Ann", "Bob"]);
    let of_bob = world.people[bob];
    world.kill(bob);
    wait_lost(&mut world, ann, of_bob);
    world.pass_in_steps(150, Duration::from_millis(100));
    let bob = world.enter("Bob");
    let again = world.people[bob];
    assert_ne!(again, of_bob);
    for client in [ann, bob] {
        let state = world.wait_state(client, "both in the call", |state| is_joined(state, again));
        assert_eq!((state.call, state.members.len()), (call, 2));
    }
    world.send_call_voice(ann, voice(1, 7));
    world.send_call_voice(bob, voice(1, 8));
    world.pass(Duration::from_millis(50));
    assert_eq!(world.heard_in_call(ann), [(again, 8)]);
    assert_eq!(world.heard_in_call(bob), [(world.people[ann], 7)]);
}

#[test]
fn a_connection_that_stays_lost_ends_the_call() {
    let (mut world, [ann, bob], _) = in_call(["Ann", "Bob"]);
    world.kill(bob);
    world.pass_in_steps(200, Duration::from_millis(100));
    assert!(world.inbox(ann).calls.iter().all(|notice| ended(notice).is_none()), "given up too early");
    world.pass_in_steps(80, Duration::from_millis(100));
    assert_eq!(world.wait_end(ann), CallEnd::Lost);
}

#[test]
fn who_signs_out_leaves_the_call_at_once() {
    let (mut world, [ann, bob], _) = in_call(["Ann", "Bob"]);
    world.leave(bob);
    assert_eq!(world.wait_end(ann), CallEnd::Gone);
}
