//! The server's door: which datagram belongs to which link, and who may open a new one.
//!
//! UDP and the memory wire both hand their datagrams to a `DoorPass`, so that tests knock at the door that strangers
//! knock at. A link is spawned only for a connection request, and where the server issued the tokens itself, only for
//! one that carries a token it knows.

use super::{
    LastHeard,
    counters::{DropCause, FirewallCounters, LinkCounters},
    firewall::{self, TokenBucket, Verdict},
    now,
    setup::tokens::SessionGate,
    udp::note_sent,
};
use crate::limits;
use bevy::{
    ecs::{query::QueryFilter, system::SystemParam},
    platform::collections::HashMap,
    prelude::*,
};
use bytes::BytesMut;
use lightyear::{
    connection::client::{DisconnectedReason, Disconnecting},
    link::LinkReceiveSystems,
    prelude::{Connected, Disconnected, Link, LinkOf, Linked, PeerAddr},
};
use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};
use tracing::debug;

/// Datagrams a second that one link may bring in the long run. A member of a call sends up to
/// [`limits::VIDEO_SLICES_PER_SECOND`] = 1000 slices and 100 voice packets; what it hears and sees of eight others wakes
/// its loop up to a thousand times a second, and each time an acknowledgement leaves, unless something else does.
pub const LINK_RATE: f64 = 2500.0;
/// Datagrams that one link may bring at once, after a stall of half a second.
pub const LINK_BURST: f64 = 1250.0;
/// New links a second from one IP address (of IPv6, one /64) in the long run: a house full of people whose server was restarted.
pub const NEW_LINK_RATE: f64 = 32.0;
/// New links from one IP address at once.
pub const NEW_LINK_BURST: f64 = 128.0;
/// Links that may wait for their handshake at a time; each costs a few kilobytes for [`HANDSHAKE_TIME`].
pub const PENDING_LINKS: usize = 256;
/// A link that is not connected after so long is removed; a handshake takes two round trips.
pub const HANDSHAKE_TIME: Duration = Duration::from_secs(5);
/// Netcode ends silent links itself after [`limits::LINK_TIMEOUT`]; one that it has lost track of is removed so much later.
const SILENCE_GRACE: Duration = Duration::from_secs(2);
/// Datagrams taken in one update; the rest waits for the next, which follows at once.
pub const DATAGRAMS_PER_UPDATE: usize = 4096;

/// Address buckets kept before full ones are thrown away.
const IP_BUCKETS: usize = 4096;

/// Plugin of the door; the server's link plugins need it.
pub(crate) struct DoorPlugin;

impl Plugin for DoorPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Door>().init_resource::<FirewallCounters>();
        app.add_observer(forget_link);
        app.add_systems(PreUpdate, (remove_late_links, remove_silent_links).before(LinkReceiveSystems::BufferToLink));
    }
}

/// A link that came in through the door.
#[derive(Component, Clone, Copy, Debug)]
#[component(immutable)]
pub struct DoorLink {
    /// Where its datagrams come from.
    pub address: SocketAddr,
    /// When it knocked, in time since the app started.
    pub since: Duration,
}

/// Who is behind which address.
#[derive(Resource, Default)]
pub struct Door {
    pub(crate) server: Option<Entity>,
    pub(crate) gate: Option<SessionGate>,
    peers: HashMap<SocketAddr, Peer>,
    new_links: HashMap<IpAddr, TokenBucket>,
    /// When full buckets were last thrown away: looking for them takes time that strangers must not command.
    tidied_at: Duration,
}

struct Peer {
    entity: Entity,
    bucket: TokenBucket,
}

impl Door {
    /// Addresses that have a link.
    #[must_use]
    pub fn links(&self) -> usize {
        self.peers.len()
    }

    fn take_new_link(&mut self, ip: IpAddr, now: Duration) -> bool {
        let ip = household(ip);
        if self.new_links.len() >= IP_BUCKETS && now >= self.tidied_at + Duration::from_secs(1) {
            self.new_links.retain(|_, bucket| !bucket.is_full(NEW_LINK_RATE, NEW_LINK_BURST, now));
            self.tidied_at = now;
        }
        // So many addresses at once are no neighbours but one attacker: nobody new until buckets have filled again.
        if self.new_links.len() >= IP_BUCKETS && !self.new_links.contains_key(&ip) {
            return false;
        }
        let bucket = self.new_links.entry(ip).or_insert_with(|| TokenBucket::full(NEW_LINK_BURST, now));
        bucket.take(NEW_LINK_RATE, NEW_LINK_BURST, now)
    }
}

/// The address that new links are counted by: a household has one IPv4 address, or 2^64 of IPv6.
fn household(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) & !u128::from(u64::MAX)).into()),
    }
}

/// One update's worth of datagrams.
#[derive(SystemParam)]
pub(crate) struct DoorPass<'w, 's> {
    door: ResMut<'w, Door>,
    totals: ResMut<'w, FirewallCounters>,
    time: Res<'w, Time<Real>>,
    links: Query<'w, 's, (&'static mut Link, &'static mut LinkCounters, Has<Connected>)>,
    pending: Query<'w, 's, (), (With<DoorLink>, Without<Connected>)>,
    fresh: Local<'s, Vec<(Entity, SocketAddr, Link)>>,
    commands: Commands<'w, 's>,
}

impl DoorPass<'_, '_> {
    /// Whether a server listens behind the door.
    pub(crate) fn is_open(&self) -> bool {
        self.door.server.is_some()
    }

    /// Brings a datagram to its link, opens a link for it, or drops and counts it.
    pub(crate) fn deliver(&mut self, from: SocketAddr, datagram: &[u8]) {
        let dropped = match firewall::outer_for_server(datagram) {
            Verdict::Drop => Err((None, DropCause::Malformed)),
            verdict => match self.door.peers.get(&from).map(|peer| peer.entity) {
                Some(entity) => self.deliver_to(entity, from, verdict, datagram).map_err(|cause| (Some(entity), cause)),
                None => self.open(from, verdict, datagram).map_err(|cause| (None, cause)),
            },
        };
        match dropped {
            Ok(()) => self.totals.received += 1,
            Err((entity, cause)) => self.count_drop(entity, cause),
        }
    }

    fn count_drop(&mut self, entity: Option<Entity>, cause: DropCause) {
        self.totals.count_drop(cause);
        if let Some((_, mut counters, _)) = entity.and_then(|entity| self.links.get_mut(entity).ok()) {
            counters.count_drop(cause);
        }
    }

    fn deliver_to(
        &mut self,
        entity: Entity,
        from: SocketAddr,
        verdict: Verdict,
        bytes: &[u8],
    ) -> Result<(), DropCause> {
        let now = self.time.elapsed();
        let peer = self.door.peers.get_mut(&from).ok_or(DropCause::Stranger)?;
        if let Some((_, _, link)) = self.fresh.iter_mut().find(|(fresh, ..)| *fresh == entity) {
            return push_within(link, &mut peer.bucket, now, bytes);
        }
        let Ok((mut link, mut counters, connected)) = self.links.get_mut(entity) else {
            return Err(DropCause::Stranger);
        };
        if connected && verdict == Verdict::Request {
            return Err(DropCause::Repeated);
        }
        push_within(&mut link, &mut peer.bucket, now, bytes)?;
        counters.received += 1;
        Ok(())
    }

    fn open(&mut self, from: SocketAddr, verdict: Verdict, request: &[u8]) -> Result<(), DropCause> {
        if verdict != Verdict::Request {
            return Err(DropCause::Stranger);
        }
        let now = self.time.elapsed();
        self.may_open(from.ip(), request, now)?;
        let entity = self.commands.spawn_empty().id();
        let mut bucket = TokenBucket::full(LINK_BURST, now);
        let mut link = Link::default();
        push_within(&mut link, &mut bucket, now, request)?;
        self.door.peers.insert(from, Peer { entity, bucket });
        self.fresh.push((entity, from, link));
        Ok(())
    }

    /// Known tokens come first: strangers without one use up nobody's rate, whatever address they write.
    fn may_open(&mut self, ip: IpAddr, request: &[u8], now: Duration) -> Result<(), DropCause> {
        let gate = self.door.gate.clone();
        if gate.as_ref().is_some_and(|gate| !gate.knows(request)) {
            return Err(DropCause::Token);
        }
        if self.pending.iter().count() + self.fresh.len() >= PENDING_LINKS {
            return Err(DropCause::LinkCap);
        }
        if !self.door.take_new_link(ip, now) {
            return Err(DropCause::NewLinkRate);
        }
        if gate.is_some_and(|gate| !gate.admits(request)) {
            return Err(DropCause::Token);
        }
        Ok(())
    }

    /// Spawns the links that were opened; they take part in this same update.
    pub(crate) fn finish(&mut self) {
        let (Some(server), since) = (self.door.server, self.time.elapsed()) else { return };
        for (entity, address, link) in self.fresh.drain(..) {
            let mut counters = LinkCounters::default();
            counters.received += link.recv.len() as u64;
            let heard = LastHeard(now(&self.time));
            self.commands.entity(entity).insert((
                LinkOf { server },
                link,
                Linked,
                PeerAddr(address),
                DoorLink { address, since },
                counters,
                heard,
            ));
        }
    }
}

fn push_within(link: &mut Link, bucket: &mut TokenBucket, now: Duration, bytes: &[u8]) -> Result<(), DropCause> {
    if !bucket.take(LINK_RATE, LINK_BURST, now) {
        return Err(DropCause::Rate);
    }
    link.recv.push_raw(BytesMut::from(bytes));
    Ok(())
}

/// Hands everything that the door's links have to send to `send`, which answers why it could not.
pub(crate) fn send_all<F: QueryFilter>(
    links: &mut Query<(&mut Link, &DoorLink, &mut LinkCounters), F>,
    totals: &mut FirewallCounters,
    mut send: impl FnMut(SocketAddr, &[u8]) -> Result<(), DropCause>,
) {
    for (mut link, door, mut counters) in links {
        // Looked at first, so that an idle link is not marked as changed.
        if link.send.len() == 0 {
            continue;
        }
        for datagram in link.send.drain() {
            note_sent(send(door.address, &datagram), &mut counters, totals);
        }
    }
}

/// An address is free again as soon as its link is gone, for whatever reason.
fn forget_link(removed: On<Remove, DoorLink>, links: Query<&DoorLink>, mut door: ResMut<Door>) {
    let Ok(link) = links.get(removed.entity) else { return };
    if door.peers.get(&link.address).is_some_and(|peer| peer.entity == removed.entity) {
        door.peers.remove(&link.address);
    }
}

fn remove_late_links(
    links: Query<(Entity, &DoorLink), (Without<Connected>, Without<Disconnecting>)>,
    time: Res<Time<Real>>,
    mut commands: Commands,
) {
    for (entity, link) in &links {
        if time.elapsed().saturating_sub(link.since) > HANDSHAKE_TIME {
            debug!(peer = %link.address, "link without a handshake removed");
            commands.entity(entity).try_despawn();
        }
    }
}

/// Netcode forgets a link's record in some orders of handshakes (two tokens, one answer), and would keep the link for
/// ever.
fn remove_silent_links(
    links: Query<(Entity, &LastHeard, &DoorLink), (With<Connected>, Without<Disconnecting>)>,
    time: Res<Time<Real>>,
    mut commands: Commands,
) {
    for (entity, heard, link) in &links {
        if heard.silence(&time) > limits::LINK_TIMEOUT + SILENCE_GRACE {
            debug!(peer = %link.address, "silent link removed");
            // First disconnected, for those who watch for it.
            let reason = DisconnectedReason::TransportError("silent".into());
            commands.entity(entity).try_insert(Disconnected { reason }).try_despawn();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_household_is_one_address_of_ipv4_and_a_network_of_ipv6() {
        let same = |a: &str, b: &str| household(a.parse().unwrap()) == household(b.parse().unwrap());
        assert!(!same("192.0.2.1", "192.0.2.2"));
        assert!(same("2001:db8:0:1::1", "2001:db8:0:1:ffff::2"));
        assert!(!same("2001:db8:0:1::1", "2001:db8:0:2::1"));
    }

    #[test]
    fn new_links_are_limited_by_household_and_many_households_do_not_fill_the_memory() {
        let mut door = Door::default();
        let neighbour = "192.0.2.1".parse().unwrap();
        let taken = (0..1000).filter(|_| door.take_new_link(neighbour, Duration::ZERO)).count();
        assert_eq!(taken, NEW_LINK_BURST as usize);
        assert!(door.take_new_link(neighbour, Duration::from_secs(1)));
        for n in 0..100_000_u32 {
            door.take_new_link(IpAddr::V4(n.into()), Duration::from_secs(1));
        }
        assert!(door.new_links.len() <= IP_BUCKETS);
        assert!(door.take_new_link("192.0.2.9".parse().unwrap(), Duration::from_secs(10)), "shut for good");
    }
}
