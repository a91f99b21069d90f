//! A client's connected socket.

use super::{LiveSocket, RECEIVE_BYTES, Received};
use crate::link::{
    counters::{DropCause, FirewallCounters, LinkCounters},
    event_loop::LiveLoop,
    firewall::{self, Verdict},
};
use bevy::prelude::*;
use bytes::BytesMut;
use lightyear::{
    link::{LinkReceiveSystems, LinkSystems},
    prelude::{Link, LinkStart, Linked, LocalAddr, Unlink, UnlinkReason, Unlinked},
};
use std::{io, net::SocketAddr};

/// Datagrams taken in one update: a second of a busy link. The rest waits for the next, which follows at once.
const DATAGRAMS_PER_UPDATE: usize = 2048;

/// A client's link over UDP. Each connection opens a socket, and with it a port, of its own; it is connected to the
/// server's address, so that nobody else gets through to it.
#[derive(Component, Debug)]
#[require(Link, LinkCounters)]
pub struct UdpClientLink {
    peer: SocketAddr,
    socket: Option<LiveSocket>,
}

impl UdpClientLink {
    /// A link to the server at this address; it opens with lightyear's `LinkStart`.
    #[must_use]
    pub fn new(peer: SocketAddr) -> Self {
        Self { peer, socket: None }
    }

    /// The server's address.
    #[must_use]
    pub fn peer(&self) -> SocketAddr {
        self.peer
    }

    fn open(&mut self, live: Option<&LiveLoop>) -> io::Result<SocketAddr> {
        let mut socket = LiveSocket::connect(self.peer)?;
        if let Some(live) = live {
            socket.wake(live)?;
        }
        let local = socket.local_addr();
        self.socket = Some(socket);
        local
    }
}

/// Moves datagrams between [`UdpClientLink`]s and their `Link`s.
pub struct UdpClientLinkPlugin;

impl Plugin for UdpClientLinkPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<FirewallCounters>();
        app.add_observer(open).add_observer(close);
        app.add_systems(PreUpdate, receive.in_set(LinkReceiveSystems::BufferToLink));
        app.add_systems(PostUpdate, send.in_set(LinkSystems::Send));
    }
}

fn open(
    start: On<LinkStart>,
    mut links: Query<&mut UdpClientLink, Without<Linked>>,
    live: Option<Res<LiveLoop>>,
    mut commands: Commands,
) {
    let Ok(mut link) = links.get_mut(start.entity) else { return };
    match link.open(live.as_deref()) {
        Ok(local) => drop(commands.entity(start.entity).insert((LocalAddr(local), Linked))),
        Err(error) => {
            let reason = UnlinkReason::TransportError(format!("no way to {}: {error}", link.peer));
            commands.trigger(Unlink { entity: start.entity, reason });
        }
    }
}

fn close(unlink: On<Unlink>, mut links: Query<&mut UdpClientLink, Without<Unlinked>>) {
    if let Ok(mut link) = links.get_mut(unlink.entity) {
        link.socket = None;
    }
}

fn receive(
    mut links: Query<(&mut Link, &UdpClientLink, &mut LinkCounters), With<Linked>>,
    mut totals: ResMut<FirewallCounters>,
) {
    let mut buffer = [0; RECEIVE_BYTES];
    for (mut link, udp, mut counters) in &mut links {
        let Some(socket) = &udp.socket else { continue };
        let mut room = DATAGRAMS_PER_UPDATE;
        while room > 0 {
            match socket.receive(&mut buffer) {
                Received::Datagram(len, _) => take(&buffer[..len], &mut link, &mut counters, &mut totals),
                Received::PeerGone => {}
                Received::Empty => break,
            }
            room -= 1;
        }
        if room == 0 {
            socket.come_back();
        }
    }
}

/// Puts a datagram from the server into its link, if it has the form of one.
pub(crate) fn take(datagram: &[u8], link: &mut Link, counters: &mut LinkCounters, totals: &mut FirewallCounters) {
    if firewall::outer_for_client(datagram) == Verdict::Packet {
        link.recv.push_raw(BytesMut::from(datagram));
        counters.received += 1;
        totals.received += 1;
    } else {
        counters.count_drop(DropCause::Malformed);
        totals.count_drop(DropCause::Malformed);
    }
}

fn send(
    mut links: Query<(&mut Link, &UdpClientLink, &mut LinkCounters), With<Linked>>,
    mut totals: ResMut<FirewallCounters>,
) {
    for (mut link, udp, mut counters) in &mut links {
        let Some(socket) = &udp.socket else { continue };
        for datagram in link.send.drain() {
            note_sent(socket.send(&datagram), &mut counters, &mut totals);
        }
    }
}

/// Counts a datagram as sent, or as lost to its cause.
pub(crate) fn note_sent(result: Result<(), DropCause>, counters: &mut LinkCounters, totals: &mut FirewallCounters) {
    match result {
        Ok(()) => {
            counters.sent += 1;
            totals.sent += 1;
        }
        Err(cause) => {
            counters.count_drop(cause);
            totals.count_drop(cause);
        }
    }
}
