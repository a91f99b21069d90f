//! One socket for all links of a server.

use super::{LiveSocket, RECEIVE_BYTES, Received};
use crate::link::{
    counters::{FirewallCounters, LinkCounters},
    door::{DATAGRAMS_PER_UPDATE, Door, DoorLink, DoorPass, send_all},
    event_loop::LiveLoop,
};
use bevy::prelude::*;
use lightyear::{
    link::{LinkReceiveSystems, LinkSystems},
    prelude::{Link, LinkStart, Linked, LocalAddr, Server, Unlink},
};

/// The server's socket, bound before the app starts, so that a port in use is told to a person.
#[derive(Resource, Debug)]
pub struct ServerSocket(pub LiveSocket);

/// Moves datagrams between [`ServerSocket`] and the links of the server entity.
pub struct UdpServerLinkPlugin;

impl Plugin for UdpServerLinkPlugin {
    fn build(&self, app: &mut App) {
        app.add_observer(open).add_observer(close);
        app.add_systems(
            PreUpdate,
            receive.in_set(LinkReceiveSystems::BufferToLink).run_if(resource_exists::<ServerSocket>),
        );
        app.add_systems(PostUpdate, send.in_set(LinkSystems::Send).run_if(resource_exists::<ServerSocket>));
    }
}

fn open(
    start: On<LinkStart>,
    servers: Query<(), (With<Server>, Without<Linked>)>,
    mut socket: If<ResMut<ServerSocket>>,
    live: Option<Res<LiveLoop>>,
    mut door: ResMut<Door>,
    mut commands: Commands,
) -> Result {
    if !servers.contains(start.entity) {
        return Ok(());
    }
    let socket = &mut socket.0.0;
    if let Some(live) = live {
        socket.wake(&live)?;
    }
    door.server = Some(start.entity);
    commands.entity(start.entity).insert((LocalAddr(socket.local_addr()?), Linked));
    Ok(())
}

fn close(unlink: On<Unlink>, mut door: ResMut<Door>) {
    if door.server == Some(unlink.entity) {
        door.server = None;
    }
}

fn receive(socket: Res<ServerSocket>, mut pass: DoorPass) {
    let mut buffer = [0; RECEIVE_BYTES];
    let mut taken = 0;
    while taken < DATAGRAMS_PER_UPDATE {
        match socket.0.receive(&mut buffer) {
            Received::Datagram(len, from) if pass.is_open() => pass.deliver(from, &buffer[..len]),
            Received::Datagram(..) | Received::PeerGone => {}
            Received::Empty => return pass.finish(),
        }
        taken += 1;
    }
    pass.finish();
    socket.0.come_back();
}

fn send(
    socket: Res<ServerSocket>,
    mut totals: ResMut<FirewallCounters>,
    mut links: Query<(&mut Link, &DoorLink, &mut LinkCounters), With<Linked>>,
) {
    send_all(&mut links, &mut totals, |to, datagram| socket.0.send_to(to, datagram));
}
