//! Signing in and out, with and without manners.

use crate::harness::{TestWorld, WEST, map, middle, owner_of};
use hallway_protocol::{
    control::{ClientMessage, CloseCause, PersonChange, ServerMessage},
    map::Point,
    names::DisplayName,
};
use hallway_server::desk::Denied;
use std::time::Duration;

#[test]
fn arrivals_and_departures_are_told_to_everybody() {
    let mut world = TestWorld::new();
    let (ann, bob) = (world.enter("Ann"), world.enter("Bob"));
    let of_bob = world.people[bob];
    let change = |wanted: PersonChange| {
        move |message: &ServerMessage| match message {
            ServerMessage::PersonChanged { person, change, .. } if (*person, *change) == (of_bob, wanted) => Some(()),
            _ => None,
        }
    };
    world.wait_for(ann, "Bob's arrival", change(PersonChange::Arrived));
    world.leave(bob);
    world.wait_for(ann, "Bob's departure", change(PersonChange::Gone));
    assert!(!world.server_knows(bob));
    // The name is free at once.
    world.enter("bob");
}

#[test]
fn a_taken_name_is_refused_with_a_free_variant() {
    let mut world = TestWorld::new();
    world.enter("Ann");
    let name = |name| DisplayName::new(name).unwrap();
    let taken = Err(Denied::NameTaken { holder: name("Ann"), variant: name("aNN 2") });
    assert_eq!(world.sign_in("aNN", false), taken);
    assert_eq!(world.sign_in("aNN", true).unwrap().name, "aNN 2");
    // Issued names are taken too, until they expire unused.
    assert!(world.sign_in("Ann 2", false).is_err());
    world.pass(Duration::from_secs(31));
    assert!(world.sign_in("Ann 2", false).is_ok());
}

#[test]
fn a_name_is_free_as_soon_as_its_unproven_link_is_gone() {
    let mut world = TestWorld::new();
    let grant = world.sign_in("Ann", false).unwrap();
    let wrong = world.connect(&grant);
    world.prove(wrong, &"00".repeat(16));
    world.pass(Duration::from_millis(200));
    world.enter("Ann");
}

#[test]
fn two_who_take_over_one_name_at_once_do_not_share_it() {
    let mut world = TestWorld::new();
    let ann = world.enter("Ann");
    world.kill(ann);
    world.pass(Duration::from_secs(3));
    let (first, second) =
        (world.ask_desk("Ann", owner_of("Ann"), false), world.ask_desk("ANN", owner_of("Bob"), false));
    world.step();
    let (first, second) = (world.answer(first), world.answer(second));
    assert!(first.is_ok());
    assert!(matches!(second, Err(Denied::NameTaken { .. })), "{second:?}");
}

#[test]
fn a_full_server_lets_nobody_in() {
    let mut world = TestWorld::with(|settings| settings.max_people = 2);
    world.enter("Ann");
    world.sign_in("Bob", false).unwrap();
    assert_eq!(world.sign_in("Cleo", false), Err(Denied::Full));
}

#[test]
fn a_link_without_its_secret_is_cut() {
    let mut world = TestWorld::new();
    let ann = world.enter("Ann");
    let grant = world.sign_in("Bob", false).unwrap();
    let wrong = world.connect(&grant);
    world.prove(wrong, &"00".repeat(16));
    world.until("the cut", |world| !world.is_connected(wrong));
    let grant = world.sign_in("Cleo", false).unwrap();
    let talker = world.connect(&grant);
    world.tell(talker, ClientMessage::Typing { to: hallway_protocol::chat::Conversation::World });
    world.prove(talker, &grant.secret);
    world.until("the cut", |world| !world.is_connected(talker));
    let grant = world.sign_in("Dan", false).unwrap();
    let silent = world.connect(&grant);
    world.pass(Duration::from_secs(6));
    world.prove(silent, &grant.secret);
    world.pass(Duration::from_secs(1));
    for client in [wrong, talker, silent] {
        assert!(!world.server_knows(client));
    }
    let told = |message: &ServerMessage| matches!(message, ServerMessage::PersonChanged { .. });
    assert!(!world.inbox(ann).control.iter().any(told));
}

#[test]
fn a_crashed_person_comes_back_under_the_same_name() {
    let mut world = TestWorld::new();
    let ann = world.enter("Ann");
    let bob = world.enter("Bob");
    world.kill(ann);
    world.pass(Duration::from_millis(500));
    assert!(world.sign_in("Ann", false).is_err(), "a short silence is no crash");
    world.pass(Duration::from_secs(2));
    let again = world.enter("Ann");
    assert!(!world.server_knows(ann) && world.server_knows(again));
    assert!(world.server_knows(bob));
}

/// A world in which Ann was lost in the west room.
fn ann_is_lost_in_the_west() -> TestWorld {
    let mut world = TestWorld::new();
    let ann = world.enter("Ann");
    world.walk_into(ann, WEST);
    world.kill(ann);
    world.pass(Duration::from_secs(3));
    world
}

#[test]
fn whoever_was_lost_is_where_it_was_when_it_comes_back() {
    let mut world = ann_is_lost_in_the_west();
    let ann = world.enter("Ann");
    assert_eq!(world.stands_at(ann), middle(WEST));
    world.wait_for(ann, "to be placed in the room", |message| match message {
        ServerMessage::Placed { room: Some(WEST), .. } => Some(()),
        _ => None,
    });
    // Also when the link had timed out long before.
    world.kill(ann);
    world.pass(Duration::from_secs(30));
    assert!(!world.server_knows(ann));
    let ann = world.enter("ANN");
    assert_eq!(world.stands_at(ann), middle(WEST));
    // Whoever signs out begins anew.
    world.leave(ann);
    let ann = world.enter("Ann");
    assert!(map().spawn.contains(world.stands_at(ann)));
}

#[test]
fn a_lost_place_is_for_the_same_client_and_for_a_few_minutes() {
    let mut world = ann_is_lost_in_the_west();
    let impostor = world.enter_with("Ann", owner_of("Eve"));
    assert!(map().spawn.contains(world.stands_at(impostor)));
    world.leave(impostor);
    world.pass_in_steps(6 * 60, Duration::from_secs(1));
    let ann = world.enter("Ann");
    assert!(map().spawn.contains(world.stands_at(ann)));
}

#[test]
fn nobody_comes_back_into_a_room_that_is_gone() {
    let mut world = TestWorld::new();
    let ann = world.enter("Ann");
    let request = world.next_request();
    let name = hallway_protocol::names::RoomName::new("Den").unwrap();
    let (policy, queue) = Default::default();
    world.tell(ann, ClientMessage::CreateRoom { request, name, policy, queue, talk_log: false });
    world.wait_for(ann, "the room", |message| matches!(message, ServerMessage::RoomCreated { .. }).then_some(()));
    let plot = map().plots[0].clone();
    world.walk(ann, Point { x: plot.doorstep.x, y: 3.5 });
    world.walk(ann, plot.doorstep);
    world.walk(ann, plot.inside.center());
    world.wait_for(ann, "to be inside", |message| {
        matches!(message, ServerMessage::Placed { room: Some(_), .. }).then_some(())
    });
    world.kill(ann);
    // The empty room disappears within twenty seconds after she is gone.
    world.pass(Duration::from_secs(40));
    let ann = world.enter("Ann");
    assert!(map().spawn.contains(world.stands_at(ann)));
}

#[test]
fn a_silent_link_times_out() {
    let mut world = TestWorld::new();
    let (ann, bob) = (world.enter("Ann"), world.enter("Bob"));
    world.kill(ann);
    let of_ann = world.people[ann];
    world.wait_for(bob, "Ann to be gone", |message| match message {
        ServerMessage::PersonChanged { person, change: PersonChange::Gone, .. } if *person == of_ann => Some(()),
        _ => None,
    });
}

#[test]
fn people_are_told_that_the_server_stops() {
    let mut world = TestWorld::new();
    let ann = world.enter("Ann");
    let since = world.wire.now();
    world.stop.set();
    world.wait_for(ann, "the farewell", |message| match message {
        ServerMessage::Closing { cause: CloseCause::ServerStops { .. } } => Some(()),
        _ => None,
    });
    assert_eq!(world.sign_in("Bob", false), Err(Denied::Stopping));
    world.until("the end", |world| world.server.should_exit().is_some());
    assert!(world.wire.now() - since < Duration::from_secs(1));
}
