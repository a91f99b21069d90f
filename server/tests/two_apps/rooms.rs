//! Walking, rooms that people create, and who is told.

use crate::harness::{EAST, HALL, TestWorld, WEST, map, middle};
use hallway_protocol::{
    control::{ClientMessage, PersonChange, PutBackCause, Refusal, ServerMessage},
    floor::{FloorPolicy, QueueRule},
    ids::{RequestId, RoomId},
    map::Point,
    names::RoomName,
};
use std::time::Duration;

fn put_back(world: &mut TestWorld, client: usize) -> PutBackCause {
    let (at, epoch, cause) = world.wait_for(client, "to be put back", |message| match message {
        ServerMessage::PutBack { at, epoch, cause } => Some((Point::from(*at), *epoch, *cause)),
        _ => None,
    });
    world.put_back(client, at, epoch);
    cause
}

fn create(world: &mut TestWorld, client: usize, name: &str) -> RequestId {
    let request = world.next_request();
    let (name, policy, queue) = (RoomName::new(name).unwrap(), FloorPolicy::default(), QueueRule::default());
    world.tell(client, ClientMessage::CreateRoom { request, name, policy, queue, talk_log: false });
    request
}

fn created(world: &mut TestWorld, client: usize, asked: RequestId) -> RoomId {
    world.wait_for(client, "the new room", |message| match message {
        ServerMessage::RoomCreated { request, room } if *request == asked => Some(*room),
        _ => None,
    })
}

fn refused(world: &mut TestWorld, client: usize, asked: RequestId) -> Refusal {
    world.wait_for(client, "the refusal", |message| match message {
        ServerMessage::Refused { request, refusal } if *request == asked => Some(refusal.clone()),
        _ => None,
    })
}

fn delete(world: &mut TestWorld, client: usize, room: RoomId) -> RequestId {
    let request = world.next_request();
    world.tell(client, ClientMessage::DeleteRoom { request, room });
    request
}

#[test]
fn entering_and_leaving_is_told_to_those_inside() {
    let mut world = TestWorld::new();
    let (ann, bob, cleo) = (world.enter("Ann"), world.enter("Bob"), world.enter("Cleo"));
    world.walk_into(ann, WEST);
    [ann, bob, cleo].into_iter().for_each(|client| drop(world.take(client)));
    world.walk(bob, middle(WEST));
    let of_bob = world.people[bob];
    let people = world.wait_for(bob, "to be placed", |message| match message {
        ServerMessage::Placed { room: Some(WEST), people } => Some(people.clone()),
        _ => None,
    });
    assert_eq!(people, [world.people[ann]]);
    let change = |change: PersonChange| {
        move |message: &ServerMessage| match message {
            ServerMessage::PersonChanged { person, name, change: told }
                if (*person, name.as_str(), *told) == (of_bob, "Bob", change) =>
            {
                Some(())
            }
            _ => None,
        }
    };
    world.wait_for(ann, "Bob's entering", change(PersonChange::Entered(WEST)));
    world.walk(bob, HALL);
    world.wait_for(ann, "Bob's leaving", change(PersonChange::Left(WEST)));
    let told = |message: &ServerMessage| matches!(message, ServerMessage::PersonChanged { .. });
    assert!(!world.inbox(cleo).control.iter().any(told));
}

#[test]
fn poses_reach_everybody() {
    let mut world = TestWorld::new();
    let (ann, bob) = (world.enter("Ann"), world.enter("Bob"));
    world.walk(ann, HALL);
    world.pass(Duration::from_millis(200));
    let of_ann = world.people[ann];
    let seen = world.take(bob).poses.into_iter().flat_map(|batch| batch.poses).rfind(|pose| pose.person == of_ann);
    assert_eq!(Point::from(seen.unwrap().at), HALL);
    // Nobody moves: a refresh every two seconds and nothing else.
    world.pass(Duration::from_secs(6));
    let batches = world.take(bob).poses.len();
    assert!((2..=4).contains(&batches), "{batches}");
}

#[test]
fn a_cheating_walker_is_put_back_and_stays_where_it_was() {
    let mut world = TestWorld::new();
    let ann = world.enter("Ann");
    world.walk(ann, HALL);
    world.pass(Duration::from_millis(100));
    world.report(ann, middle(EAST));
    assert_eq!(put_back(&mut world, ann), PutBackCause::TooFast);
    // Reports from before the client knew are void, and do not count as more cheating.
    world.walk(ann, Point { x: 12.0, y: 5.5 });
    world.report(ann, Point { x: 12.0, y: 6.5 });
    assert_eq!(put_back(&mut world, ann), PutBackCause::ThroughWall);
    world.report(ann, Point { x: 12.0, y: 7.6 });
    assert!(matches!(put_back(&mut world, ann), PutBackCause::TooFast | PutBackCause::ThroughWall));
    // Leaping on after each put-back brings nobody further than walking.
    let start = world.wire.now();
    for _ in 0..20 {
        world.report(ann, middle(WEST));
        put_back(&mut world, ann);
    }
    assert!(world.wire.now() - start < Duration::from_secs(2));
    let placed = |message: &ServerMessage| matches!(message, ServerMessage::Placed { room: Some(_), .. });
    assert!(!world.inbox(ann).control.iter().any(placed));
    world.walk_into(ann, WEST);
}

#[test]
fn a_room_is_created_entered_and_taken_down_by_its_owner() {
    let mut world = TestWorld::new();
    let (ann, bob) = (world.enter("Ann"), world.enter("Bob"));
    let plot = &map().plots[0];
    // The door is shut while the plot is free.
    world.walk(ann, plot.doorstep);
    world.walk(bob, HALL);
    world.report(ann, plot.door.center());
    put_back(&mut world, ann);
    let request = create(&mut world, ann, "Den");
    let den = created(&mut world, ann, request);
    assert!(den.0 > EAST.0);
    world.walk(ann, plot.door.center());
    world.walk(ann, plot.inside.center());
    world.wait_for(ann, "to be inside", |message| match message {
        ServerMessage::Placed { room: Some(room), .. } if *room == den => Some(()),
        _ => None,
    });
    let taken = create(&mut world, bob, "DEN");
    assert_eq!(refused(&mut world, bob, taken), Refusal::RoomNameTaken { name: "Den".into() });
    let not_owner = delete(&mut world, bob, den);
    assert_eq!(refused(&mut world, bob, not_owner), Refusal::NotOwner { owner: "Ann".into() });
    let of_map = delete(&mut world, bob, WEST);
    assert_eq!(refused(&mut world, bob, of_map), Refusal::RoomOfMap);
    let second = create(&mut world, bob, "Attic");
    created(&mut world, bob, second);
    let third = create(&mut world, bob, "Cellar");
    assert_eq!(refused(&mut world, bob, third), Refusal::NoFreePlot);
    delete(&mut world, ann, den);
    assert_eq!(put_back(&mut world, ann), PutBackCause::RoomGone);
    world.wait_for(ann, "to be in the hall", |message| match message {
        ServerMessage::Placed { room: None, .. } => Some(()),
        _ => None,
    });
    let gone = delete(&mut world, ann, den);
    assert_eq!(refused(&mut world, ann, gone), Refusal::NoSuchRoom);
    world.report(ann, plot.door.center());
    put_back(&mut world, ann);
}

#[test]
fn an_empty_room_disappears_and_an_orphan_belongs_to_nobody() {
    let mut world = TestWorld::new();
    let (ann, bob) = (world.enter("Ann"), world.enter("Bob"));
    let request = create(&mut world, ann, "Den");
    let den = created(&mut world, ann, request);
    world.leave(ann);
    let ann_is_gone = |message: &ServerMessage| match message {
        ServerMessage::PersonChanged { change: PersonChange::Gone, .. } => Some(()),
        _ => None,
    };
    world.wait_for(bob, "Ann to be gone", ann_is_gone);
    let orphan = delete(&mut world, bob, den);
    assert_eq!(refused(&mut world, bob, orphan), Refusal::NotOwner { owner: "Ann".into() });
    world.pass(Duration::from_secs(20));
    let gone = delete(&mut world, bob, den);
    assert_eq!(refused(&mut world, bob, gone), Refusal::NoSuchRoom);
}
