//! Crafted datagrams and packets that panic, abort or bloat a bare lightyear 0.30.1, against ours.

use crate::common::{
    Asides, KEY, PROTOCOL, Pair, VoiceUpChannel, Words, channel_id, client, heard, links, say, server,
};
use bevy::prelude::*;
use bytes::Bytes;
use hallway_protocol::link::{
    counters::{DropCause, FirewallCounters, LinkCounters},
    door::{Door, HANDSHAKE_TIME, LINK_BURST, PENDING_LINKS},
    firewall::REQUEST_BYTES,
    memory::{MemoryClientLink, MemoryWire, STEP},
};
use lightyear::prelude::*;
use std::{net::SocketAddr, time::Duration};

impl Pair {
    /// What anybody can do who knows (or spoofs) the client's address.
    fn send_datagram(&mut self, bytes: &[u8]) {
        let from = self.clients[0].world().get::<MemoryClientLink>(self.client).unwrap().local;
        self.wire.send(from, self.wire.server_address(), bytes);
        self.step_for(STEP * 2);
    }

    /// What a signed-in client can do: a packet of its own making, properly encrypted.
    fn send_payload(&mut self, payload: Vec<u8>) {
        self.clients[0].world_mut().get_mut::<Link>(self.client).unwrap().send.push(Bytes::from(payload));
        self.step_for(STEP * 2);
    }

    fn dropped(&self, cause: DropCause) -> u64 {
        self.server.world().resource::<FirewallCounters>().dropped(cause)
    }

    /// The attack was counted once, and everybody still talks.
    fn assert_stopped(&mut self, cause: DropCause) {
        assert_eq!(self.dropped(cause), 1, "{cause:?} not counted");
        assert_eq!(
            self.server.world().get::<LinkCounters>(self.link).unwrap().dropped(cause),
            u64::from(cause != DropCause::Malformed)
        );
        self.assert_alive();
    }

    fn assert_alive(&mut self) {
        say(&mut self.clients[0], self.client, "alive");
        self.until("a sign of life", |server, _| heard(server).words.last().is_some_and(|word| word == "alive"));
    }
}

/// A lightyear packet with this type and body.
fn packet(packet_type: u8, body: &[u8]) -> Vec<u8> {
    // Its id lies far behind the client's own, so that it does not disturb acknowledgements.
    let mut bytes = vec![packet_type, 0x90, 0, 0x90, 0];
    bytes.extend([0; 8]);
    bytes.extend(body);
    bytes
}

fn channel<C: Send + Sync + 'static>(app: &App) -> u8 {
    u8::try_from(channel_id::<C>(app.world().resource::<ChannelRegistry>())).unwrap()
}

fn channel_named(app: &App, name: &str) -> u8 {
    let registry = app.world().resource::<ChannelRegistry>();
    (0..64).find(|id| registry.get_name_from_net_id(*id).ends_with(name)).unwrap().try_into().unwrap()
}

fn message_named(app: &App, name: &str) -> u8 {
    let map = &app.world().resource::<MessageRegistry>().kind_map;
    let is_named = |id: &u16| map.kind(*id).and_then(|kind| map.name(kind)).is_some_and(|found| found.ends_with(name));
    (0..64).find(is_named).unwrap().try_into().unwrap()
}

#[test]
fn a_sequence_of_fifteen_bytes_is_dropped() {
    let mut pair = Pair::connected();
    pair.send_datagram(&[[0xF5].as_slice(), &[1; 60]].concat());
    pair.assert_stopped(DropCause::Malformed);
}

#[test]
fn a_client_survives_a_sequence_of_fifteen_bytes() {
    let mut pair = Pair::connected();
    let to = pair.clients[0].world().get::<MemoryClientLink>(pair.client).unwrap().local;
    pair.wire.send(pair.wire.server_address(), to, &[[0xF5].as_slice(), &[1; 60]].concat());
    pair.step_for(STEP * 2);
    assert_eq!(pair.clients[0].world().resource::<FirewallCounters>().dropped(DropCause::Malformed), 1);
    pair.assert_alive();
}

#[test]
fn kinds_that_no_client_sends_are_dropped() {
    // Denied, challenge, a request in disguise, and kinds whose bit netcode shifts out of its byte.
    for kind in [0, 1, 2, 7, 8, 15] {
        let mut pair = Pair::connected();
        pair.send_datagram(&[[0x10 | kind].as_slice(), &[1; 400]].concat());
        pair.assert_stopped(DropCause::Malformed);
    }
}

#[test]
fn a_message_of_a_billion_fragments_is_dropped() {
    let mut pair = Pair::connected();
    let mut body = vec![channel::<Words>(&pair.server), 0, 200, 0, 0xBF, 255, 255, 255, 0, 0x44, 0x8A];
    body.extend([0; 1162]);
    pair.send_payload(packet(1, &body));
    pair.assert_stopped(DropCause::Payload);
}

#[test]
fn replication_from_a_client_is_dropped() {
    for name in ["RepliconUpdatesChannel", "RepliconMutationsChannel", "MetadataChannel"] {
        let mut pair = Pair::connected();
        let channel = channel_named(&pair.server, name);
        pair.send_payload(packet(0, &[channel, 1, 1, 0, 0, 2, 1, 1]));
        pair.assert_stopped(DropCause::Payload);
    }
}

#[test]
fn lightyears_own_events_from_a_client_are_dropped_on_any_typed_channel() {
    for name in ["SenderMetadata", "ProtocolCheck"] {
        for channel in [channel::<Words>, channel::<Asides>] {
            let mut pair = Pair::connected();
            let (channel, message) = (channel(&pair.server), message_named(&pair.server, name));
            let mut body = vec![channel, 1, 1, 0, 0, 20, message];
            body.extend([1; 19]);
            pair.send_payload(packet(0, &body));
            pair.assert_stopped(DropCause::Payload);
        }
    }
}

#[test]
fn metadata_on_a_raw_channel_leaves_no_entity_behind() {
    let mut pair = Pair::connected();
    // An app that forgets to read its raw channel leaves the bytes to lightyear's message plugin; here it is read.
    let (channel, message) = (channel::<VoiceUpChannel>(&pair.server), message_named(&pair.server, "SenderMetadata"));
    pair.send_payload(packet(0, &[channel, 1, 0, 4, message, 1, 1, 1]));
    assert_eq!(heard(&pair.server).noise.len(), 1);
    pair.assert_alive();
}

#[test]
fn a_pong_from_the_far_future_is_dropped() {
    let mut pair = Pair::connected();
    // Some pings are under way by then; all their numbers are tried.
    let (channel, message) = (channel::<PingChannel>(&pair.server), message_named(&pair.server, "Pong"));
    for _ in 0..20 {
        let mut body = vec![channel, 40];
        for ping in 0..40 {
            body.extend([0, 16, message, 0, ping, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        }
        pair.send_payload(packet(0, &body));
        pair.step_for(Duration::from_millis(100));
    }
    assert!(pair.dropped(DropCause::Ping) > 100, "{} pongs dropped", pair.dropped(DropCause::Ping));
    pair.assert_alive();
}

#[test]
fn messages_behind_a_gap_that_never_closes_are_bounded() {
    let mut pair = Pair::connected();
    let (channel, message) = (channel::<Words>(&pair.server), message_named(&pair.server, "Word"));
    for id in 1..2000_u16 {
        let [high, low] = id.to_be_bytes();
        pair.clients[0]
            .world_mut()
            .get_mut::<Link>(pair.client)
            .unwrap()
            .send
            .push(Bytes::from(packet(0, &[channel, 1, 1, high, low, 2, message, 0])));
        if id % 100 == 0 {
            pair.step_for(Duration::from_millis(200));
        }
    }
    pair.step_for(STEP * 2);
    assert!(pair.dropped(DropCause::Payload) > 1400, "{} dropped", pair.dropped(DropCause::Payload));
}

#[test]
fn random_payloads_of_a_signed_in_client_do_no_harm() {
    let mut pair = Pair::connected();
    let mut seed = 1_u32;
    let mut random = move || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        u8::try_from(seed >> 24).unwrap()
    };
    for round in 0..2000 {
        let body: Vec<u8> = (0..random() / 2).map(|_| random() % if round % 2 == 0 { 16 } else { 255 }).collect();
        pair.clients[0].world_mut().get_mut::<Link>(pair.client).unwrap().send.push(packet(random() % 5, &body).into());
        if round % 100 == 0 {
            pair.step_for(Duration::from_millis(200));
        }
    }
    pair.step_for(Duration::from_secs(1));
    assert_eq!(links(&pair.server).len(), 1);
    assert!(pair.dropped(DropCause::Payload) > 0);
}

#[test]
fn a_flood_from_one_address_is_cut_and_leaves_the_link_alive() {
    let mut pair = Pair::connected();
    let from = pair.clients[0].world().get::<MemoryClientLink>(pair.client).unwrap().local;
    let flood = 3 * LINK_BURST as u64;
    for _ in 0..flood {
        pair.wire.send(from, pair.wire.server_address(), &[[0x15].as_slice(), &[1; 60]].concat());
    }
    pair.step_for(STEP);
    assert!(pair.dropped(DropCause::Rate) >= flood / 2, "{} dropped", pair.dropped(DropCause::Rate));
    pair.step_for(Duration::from_secs(2));
    pair.assert_alive();
}

#[test]
fn a_stranger_gets_no_entity_for_noise_and_few_for_requests() {
    let wire = MemoryWire::perfect();
    let mut server = server();
    wire.serve(&mut server, KEY, PROTOCOL);
    let address = |n: u16| SocketAddr::from(([10, 9, n.to_be_bytes()[0], n.to_be_bytes()[1]], 5000));
    for n in 0..1000 {
        wire.send(address(n), wire.server_address(), &[[0x15].as_slice(), &[1; 60]].concat());
        wire.send(address(n), wire.server_address(), b"GET / HTTP/1.1");
    }
    wire.step(&mut server, &mut [], STEP);
    assert_eq!(server.world().resource::<Door>().links(), 0);
    for n in 0..1000 {
        wire.send(address(n), wire.server_address(), &[0; REQUEST_BYTES]);
    }
    wire.step(&mut server, &mut [], STEP);
    assert_eq!(server.world().resource::<Door>().links(), PENDING_LINKS);
    wire.step_for(&mut server, &mut [], HANDSHAKE_TIME + STEP * 2);
    assert_eq!(server.world().resource::<Door>().links(), 0);
    assert_eq!(server.world().resource::<FirewallCounters>().dropped(DropCause::Malformed), 1000);
    assert_eq!(server.world().resource::<FirewallCounters>().dropped(DropCause::Stranger), 1000);
}

/// Netcode decrypts payloads of half-open links, too. Left in the link, the next update would read them as datagrams,
/// past the outer firewall: here, one with a sequence of fifteen bytes.
#[test]
fn a_payload_on_a_half_open_link_is_not_read_as_a_datagram() {
    let (home, victim) = (MemoryWire::perfect(), MemoryWire::perfect());
    let (mut friend, mut target) = (server(), server());
    home.serve(&mut friend, KEY, PROTOCOL);
    victim.serve(&mut target, KEY, PROTOCOL);
    let mut clients = [client()];
    let entity = home.connect(&mut clients[0], KEY, PROTOCOL, 42);
    let from = clients[0].world().get::<MemoryClientLink>(entity).unwrap().local;
    // The target sees the client's request and its payloads, but never its response to the challenge.
    let mut tapped = 0;
    for step in 0..200 {
        home.advance(STEP);
        while let Some((_, datagram)) = home.receive(home.server_address()) {
            let for_target = datagram.len() == REQUEST_BYTES || datagram[0] & 0xF == 5;
            if for_target {
                victim.send(from, victim.server_address(), &datagram);
                tapped += 1;
            }
            home.send(from, SocketAddr::from(([10, 0, 0, 2], 1)), &datagram);
        }
        while let Some((_, datagram)) = home.receive(SocketAddr::from(([10, 0, 0, 2], 1))) {
            home.send(from, home.server_address(), &datagram);
        }
        hallway_protocol::link::memory::update_after(&mut friend, STEP);
        if step > 20 {
            let crafted = [[0xF5].as_slice(), &[1; 60]].concat();
            clients[0].world_mut().get_mut::<Link>(entity).unwrap().send.push(crafted.into());
        }
        hallway_protocol::link::memory::update_after(&mut clients[0], STEP);
        victim.step(&mut target, &mut [], STEP);
    }
    assert!(clients[0].world().get::<Connected>(entity).is_some() && tapped > 100);
    assert!(links(&target).is_empty());
    assert!(target.world().resource::<FirewallCounters>().dropped(DropCause::Early) > 50);
}
