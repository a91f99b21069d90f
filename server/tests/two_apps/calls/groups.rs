//! Calls of several, and of rooms.

use super::*;
use hallway_protocol::{
    call::CallAudio,
    floor::{FloorPolicy, FloorRules},
    ids::RoomId,
    replicated::{Room, RoomCall, RoomCallSummary},
};

#[test]
fn a_third_is_asked_in_and_hears_both() {
    let (mut world, [ann, bob, cleo], call) = in_call(["Ann", "Bob", "Cleo"]);
    world.send_call_voice(cleo, voice(1, 5));
    world.pass(Duration::from_millis(50));
    let of_cleo = world.people[cleo];
    for client in [ann, bob] {
        assert_eq!(world.heard_in_call(client), [(of_cleo, 5)]);
    }
    world.ask_call(ann, CallRequest::HangUp { call });
    assert_eq!(world.wait_end(ann), CallEnd::HungUp);
    world.wait_members(bob, 2);
    let left =
        |notice: &CallNotice| matches!(notice, CallNotice::MemberLeft { why: CallEnd::HungUp, .. }).then_some(());
    world.wait_call(cleo, "to hear that Ann left", left);
}

fn open_world() -> TestWorld {
    TestWorld::with(|settings| settings.floor = FloorRules { policy: FloorPolicy::Open, ..settings.floor })
}

/// Four in a room's call, and one in the room without it.
fn room_call(mut world: TestWorld) -> (TestWorld, [usize; 4], usize) {
    let clients = ["Ann", "Bob", "Cleo", "Dan"].map(|name| world.enter(name));
    let outsider = world.enter("Eve");
    let [ann, bob, cleo, dan] = clients;
    world.gather([ann, bob, cleo, dan, outsider]);
    for client in clients {
        let request = world.next_request();
        world.ask_call(client, CallRequest::JoinRoomCall { request, kind: CallKind::Video });
    }
    for client in clients {
        world.wait_members(client, 4);
    }
    clients.into_iter().chain([outsider]).for_each(|client| world.inbox_mut(client).call_voice.clear());
    (world, clients, outsider)
}

#[test]
fn in_a_room_s_call_of_four_every_pair_hears_and_sees_each_other_and_nobody_else_does() {
    let (mut world, clients, outsider) = room_call(open_world());
    assert_eq!(world.call_of(clients[0]).unwrap().audio, CallAudio::Open);
    for seq in 0..20 {
        for client in clients {
            world.send_call_voice(client, voice(1, seq));
            world.send_video(client, slice(Source::Camera, Layer::Medium, seq));
        }
        world.pass(Duration::from_millis(20));
    }
    world.pass(Duration::from_millis(50));
    for client in clients {
        let inbox = world.take(client);
        for other in clients.into_iter().filter(|other| *other != client) {
            let of = world.people[other];
            assert_eq!(inbox.call_voice.iter().filter(|(speaker, _)| *speaker == of).count(), 20);
            assert_eq!(inbox.video.iter().filter(|(sender, _)| *sender == of).count(), 20);
        }
        assert_eq!((inbox.call_voice.len(), inbox.video.len()), (60, 60), "the own ones do not come back");
    }
    let inbox = world.take(outsider);
    assert!(inbox.call_voice.is_empty() && inbox.video.is_empty() && inbox.calls.is_empty());
    let counters = world.call_relay();
    assert_eq!((counters.voice_passed, counters.video_passed, counters.voice_refused), (80, 80, 0));
}

#[test]
fn a_room_s_call_is_shown_on_the_room_and_left_with_it() {
    let (mut world, [ann, bob, cleo, dan], _) = room_call(open_world());
    let call = world.call_of(ann).unwrap().call;
    assert_eq!(world.shown_call(WEST), Some(RoomCallSummary { call, members: 4, sharer: None }));
    let hall = crate::harness::HALL;
    world.walk(dan, hall);
    assert_eq!(world.wait_end(dan), CallEnd::LeftRoom);
    world.wait_members(ann, 3);
    for client in [bob, cleo] {
        world.ask_call(client, CallRequest::HangUp { call });
        world.wait_end(client);
    }
    world.wait_members(ann, 1);
    world.ask_call(ann, CallRequest::HangUp { call });
    world.wait_end(ann);
    assert_eq!(world.shown_call(WEST), None);
}

#[test]
fn where_one_talks_at_a_time_the_floor_rules_the_room_s_call() {
    let (mut world, [ann, bob, ..], _) = room_call(TestWorld::new());
    assert_eq!(world.call_of(ann).unwrap().audio, CallAudio::Floor);
    world.send_call_voice(ann, voice(1, 1));
    world.send_video(ann, slice(Source::Camera, Layer::Medium, 1));
    world.pass(Duration::from_millis(50));
    let inbox = world.take(bob);
    assert_eq!((inbox.call_voice.len(), inbox.video.len()), (0, 1));
    assert_eq!((world.call_relay().voice_passed, world.call_relay().voice_refused), (0, 1));
}

impl TestWorld {
    fn inbox_mut(&mut self, client: usize) -> bevy::prelude::Mut<'_, crate::harness::Inbox> {
        self.clients[client].world_mut().resource_mut::<crate::harness::Inbox>()
    }

    /// The call of a room, as it is replicated.
    pub(super) fn shown_call(&mut self, id: RoomId) -> Option<RoomCallSummary> {
        let world = self.server.world_mut();
        let mut rooms = world.query::<(&Room, &RoomCall)>();
        rooms.iter(world).find(|(room, _)| room.id == id).and_then(|(_, call)| call.0)
    }
}
