//! The memory wire's place in an app: where the sockets are in a real one.

use super::MemoryWire;
use crate::link::{
    counters::{FirewallCounters, LinkCounters},
    door::{Door, DoorLink, DoorPass, send_all},
    udp::{note_sent, take},
};
use bevy::prelude::*;
use lightyear::{
    link::{LinkReceiveSystems, LinkSystems},
    prelude::{Link, LinkStart, Linked, LocalAddr, Server, Unlink},
};
use std::net::SocketAddr;

/// The server's end of the wire.
#[derive(Resource)]
pub(super) struct MemoryEnd {
    pub(super) wire: MemoryWire,
    pub(super) address: SocketAddr,
}

/// A client's end of the wire.
#[derive(Component, Clone, Debug)]
#[require(Link, LinkCounters)]
pub struct MemoryClientLink {
    pub(super) wire: MemoryWire,
    /// The client's address on the wire.
    pub local: SocketAddr,
    /// The server's address on the wire.
    pub peer: SocketAddr,
}

pub(super) struct MemoryLinkPlugin;

impl Plugin for MemoryLinkPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<FirewallCounters>().init_resource::<Door>();
        app.add_observer(open_server).add_observer(close_server).add_observer(open_client);
        let served = resource_exists::<MemoryEnd>;
        app.add_systems(
            PreUpdate,
            (receive_server.run_if(served), receive_client).in_set(LinkReceiveSystems::BufferToLink),
        );
        app.add_systems(PostUpdate, (send_server.run_if(served), send_client).in_set(LinkSystems::Send));
    }
}

fn open_server(
    start: On<LinkStart>,
    servers: Query<(), (With<Server>, Without<Linked>)>,
    end: If<Res<MemoryEnd>>,
    mut door: ResMut<Door>,
    mut commands: Commands,
) {
    if servers.contains(start.entity) {
        door.server = Some(start.entity);
        commands.entity(start.entity).insert((LocalAddr(end.address), Linked));
    }
}

fn close_server(unlink: On<Unlink>, mut door: ResMut<Door>) {
    if door.server == Some(unlink.entity) {
        door.server = None;
    }
}

fn open_client(start: On<LinkStart>, links: Query<&MemoryClientLink, Without<Linked>>, mut commands: Commands) {
    if let Ok(link) = links.get(start.entity) {
        commands.entity(start.entity).insert((LocalAddr(link.local), Linked));
    }
}

fn receive_server(end: Res<MemoryEnd>, mut pass: DoorPass) {
    while let Some((from, datagram)) = end.wire.receive(end.address) {
        if pass.is_open() {
            pass.deliver(from, &datagram);
        }
    }
    pass.finish();
}

fn receive_client(
    mut links: Query<(&mut Link, &MemoryClientLink, &mut LinkCounters), With<Linked>>,
    mut totals: ResMut<FirewallCounters>,
) {
    for (mut link, end, mut counters) in &mut links {
        while let Some((from, datagram)) = end.wire.receive(end.local) {
            // A real client's socket is connected: the system drops what others send.
            if from == end.peer {
                take(&datagram, &mut link, &mut counters, &mut totals);
            }
        }
    }
}

fn send_server(
    end: Res<MemoryEnd>,
    mut totals: ResMut<FirewallCounters>,
    mut links: Query<(&mut Link, &DoorLink, &mut LinkCounters), With<Linked>>,
) {
    send_all(&mut links, &mut totals, |to, datagram| {
        end.wire.send(end.address, to, datagram);
        Ok(())
    });
}

fn send_client(
    mut links: Query<(&mut Link, &MemoryClientLink, &mut LinkCounters), With<Linked>>,
    mut totals: ResMut<FirewallCounters>,
) {
    for (mut link, end, mut counters) in &mut links {
        for datagram in link.send.drain() {
            end.wire.send(end.local, end.peer, &datagram);
            note_sent(Ok(()), &mut counters, &mut totals);
        }
    }
}
