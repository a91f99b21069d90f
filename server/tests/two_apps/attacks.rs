//! Attacks on the live door: connect tokens that were used, or are another server's. Each is refused, and nobody who is
//! here notices.

use crate::harness::{TestWorld, owner_of};
use hallway_protocol::{chat::Conversation, control::ServerMessage, names::DisplayName};
use hallway_server::desk::{Claim, Denied};
use std::time::Duration;

/// Lets a handshake try again for as long as it does, in long steps.
fn try_on(world: &mut TestWorld) {
    world.pass_in_steps(100, Duration::from_millis(100));
}

/// Whether what somebody writes still reaches them.
fn is_in(world: &mut TestWorld, client: usize) {
    world.say(client, Conversation::World, "still here");
    world.wait_for(client, "the own message", |message| match message {
        ServerMessage::Said { message, .. } if message.text == "still here" => Some(()),
        _ => None,
    });
}

#[test]
fn a_connect_token_that_was_used_opens_nothing_again() {
    let mut world = TestWorld::new();
    let grant = world.sign_in("Ann", false).unwrap();
    let ann = world.connect(&grant);
    world.prove(ann, &grant.secret);
    world.wait_for(ann, "the welcome", |message| matches!(message, ServerMessage::Welcome { .. }).then_some(()));
    // Whoever read along has the token and even the secret.
    let thief = world.dial(&grant);
    try_on(&mut world);
    assert!(!world.is_connected(thief) && world.is_connected(ann));
    is_in(&mut world, ann);
    // Nor once she has left.
    world.leave(ann);
    let thief = world.dial(&grant);
    try_on(&mut world);
    assert!(!world.is_connected(thief) && !world.server_knows(thief));
}

#[test]
fn a_connect_token_that_nobody_used_in_time_opens_nothing() {
    let mut world = TestWorld::new();
    let grant = world.sign_in("Ann", false).unwrap();
    world.pass_in_steps(32, Duration::from_secs(1));
    let late = world.dial(&grant);
    try_on(&mut world);
    assert!(!world.is_connected(late) && !world.server_knows(late));
}

#[test]
fn a_connect_token_of_another_server_opens_nothing() {
    let mut theirs = TestWorld::new();
    let grant = theirs.sign_in("Ann", false).unwrap();
    let mut world = TestWorld::new();
    let bob = world.enter("Bob");
    let stranger = world.dial(&grant);
    try_on(&mut world);
    assert!(!world.is_connected(stranger));
    is_in(&mut world, bob);
    // It is good where it was made.
    let ann = theirs.connect(&grant);
    theirs.prove(ann, &grant.secret);
    theirs.wait_for(ann, "the welcome", |message| matches!(message, ServerMessage::Welcome { .. }).then_some(()));
}

#[test]
fn an_account_is_here_once_and_who_is_here_stays() {
    let mut world = TestWorld::new();
    let owner = owner_of("Ann");
    let ann = world.enter("Ann");
    let taken =
        Denied::NameTaken { holder: DisplayName::new("Ann").unwrap(), variant: DisplayName::new("Ann 2").unwrap() };
    // The same account from another machine, and the same client as a guest once more.
    for claim in [Claim::Account, Claim::Guest] {
        let answer = world.ask_desk_with("Ann", claim, owner, false);
        assert_eq!(world.answer(answer), Err(taken.clone()));
    }
    is_in(&mut world, ann);
    // Both at once: one of them.
    world.leave(ann);
    let both = [(); 2].map(|()| world.ask_desk_with("Ann", Claim::Account, owner, false));
    let both = both.map(|answer| world.answer(answer).is_ok());
    assert_eq!(both, [true, false]);
}
