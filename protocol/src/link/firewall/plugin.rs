//! The inner firewall and the ping guard at their places in the schedule.

use super::{
    payload::{Delivered, InnerDrop, is_ack_only, walk},
    rules::Rules,
    window::ReliableWindows,
};
use crate::link::{
    LastHeard,
    acks::AckHold,
    counters::{DropCause, FirewallCounters, LinkCounters, log_drops},
    now,
};
use bevy::prelude::*;
use lightyear::{
    connection::ConnectionSystems,
    core::time::PositiveTickDelta,
    prelude::{
        ChannelRegistry, Connected, Disconnected, Link, MessageManager, MessageReceiver, MessageRegistry,
        MessageSystems, Ping, Pong, Transport,
        client::Client,
        server::{ClientOf, LinkOf},
    },
    transport::plugin::TransportSystems,
};
use tracing::trace;

/// Which end this app is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The server: nothing that arrives is trusted.
    Server,
    /// A client: its server may send more, but not panic it.
    Client,
}

/// Guards lightyear's transport and pings on one side.
#[derive(Clone, Copy, Debug)]
pub struct FirewallPlugin {
    /// The side that this app is.
    pub side: Side,
}

/// Where the firewall works; both in `PreUpdate`.
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FirewallSystems {
    /// Decrypted packets are checked: after `ConnectionSystems::Receive`, before `TransportSystems::Receive`.
    Payloads,
    /// Typed messages are checked, as the last part of `MessageSystems::Receive`; pings are answered after that.
    Messages,
}

impl Plugin for FirewallPlugin {
    fn build(&self, app: &mut App) {
        app.insert_resource(Guarded { side: self.side, rules: None }).init_resource::<FirewallCounters>();
        app.register_required_components::<LinkOf, LinkGuard>();
        app.register_required_components::<Client, LinkGuard>();
        app.configure_sets(
            PreUpdate,
            (
                FirewallSystems::Payloads.after(ConnectionSystems::Receive).before(TransportSystems::Receive),
                FirewallSystems::Messages.in_set(MessageSystems::Receive).after(MessageSystems::ReleaseTimeline),
            ),
        );
        app.add_observer(start_afresh);
        app.add_systems(
            PreUpdate,
            (
                check_payloads.in_set(FirewallSystems::Payloads),
                (check_pings, forget_client_entities).in_set(FirewallSystems::Messages),
            ),
        );
        app.add_systems(Last, log_drops);
    }
}

/// The side, and its rules as soon as there is a link to learn the channels' directions from.
#[derive(Resource)]
struct Guarded {
    side: Side,
    rules: Option<Rules>,
}

/// What the firewall remembers of a link.
#[derive(Component, Default)]
#[require(LinkCounters)]
struct LinkGuard {
    windows: ReliableWindows,
    /// Messages of the packet under the loupe.
    scratch: Vec<Delivered>,
}

impl LinkGuard {
    /// Lets the packet in, and tells whether anything in it is sent again until it is acknowledged.
    fn admit(&mut self, payload: &[u8], rules: &Rules) -> Result<bool, InnerDrop> {
        self.scratch.clear();
        walk(payload, rules, |delivered| self.scratch.push(delivered))?;
        self.windows.admit(&self.scratch, rules.incomplete_messages)?;
        Ok(!self.scratch.is_empty())
    }
}

/// Lightyear resets its channels when a link disconnects and starts to count anew; so does the mirror.
fn start_afresh(
    connected: On<Add, Connected>,
    mut guards: Query<&mut LinkGuard>,
    time: Res<Time<Real>>,
    mut commands: Commands,
) {
    if let Ok(mut guard) = guards.get_mut(connected.entity) {
        *guard = LinkGuard::default();
        commands.entity(connected.entity).insert(LastHeard(now(&time)));
    }
}

/// Drops what the other end may not send, before lightyear takes packets apart.
///
/// A link that is not connected keeps nothing: netcode decrypts payloads for half-open links, too, nobody would take
/// them from there, and in the next update netcode would read the sender's plain bytes as a datagram, past the outer
/// firewall.
fn check_payloads(
    mut guarded: ResMut<Guarded>,
    channels: Res<ChannelRegistry>,
    messages: Res<MessageRegistry>,
    time: Res<Time<Real>>,
    mut totals: ResMut<FirewallCounters>,
    mut links: Query<(
        &mut Link,
        &mut LinkGuard,
        &mut LinkCounters,
        &mut AckHold,
        Option<&mut LastHeard>,
        Option<&Transport>,
        Has<Connected>,
    )>,
) {
    for (mut link, mut guard, mut counters, mut acks, heard, transport, connected) in &mut links {
        let waiting = link.recv.len();
        if waiting == 0 {
            continue;
        }
        let Some(transport) = transport.filter(|_| connected) else {
            link.recv.drain().for_each(|_| count(&mut counters, &mut totals, DropCause::Early));
            continue;
        };
        if let Some(mut heard) = heard {
            heard.0 = now(&time);
        }
        let side = guarded.side;
        let rules = guarded.rules.get_or_insert_with(|| Rules::new(side, &channels, &messages, transport));
        for _ in 0..waiting {
            let Some(payload) = link.recv.pop() else { break };
            match guard.admit(&payload, rules) {
                Ok(is_reliable) => {
                    if !is_ack_only(&payload) {
                        acks.note(is_reliable);
                    }
                    link.recv.push_raw(payload);
                }
                Err(error) => {
                    trace!(%error, "packet dropped");
                    count(&mut counters, &mut totals, DropCause::Payload);
                }
            }
        }
    }
}

fn count(link: &mut LinkCounters, totals: &mut FirewallCounters, cause: DropCause) {
    link.count_drop(cause);
    totals.count_drop(cause);
}

/// Pings and pongs that one link may bring in one update. An honest end sends two pings a second.
const PINGS_PER_UPDATE: usize = 8;
/// The longest honest time between a ping and its pong, in ticks: half a minute of a suspended laptop. From 2^31 on,
/// lightyear's arithmetic turns negative and panics.
const PONG_TICKS: u32 = 1000;

fn check_pings(
    mut totals: ResMut<FirewallCounters>,
    mut links: Query<(&mut MessageReceiver<Ping>, &mut MessageReceiver<Pong>, &mut LinkCounters)>,
) {
    for (mut pings, mut pongs, mut counters) in &mut links {
        if !pings.has_messages() && !pongs.has_messages() {
            continue;
        }
        let mut room = PINGS_PER_UPDATE;
        let mut keep = |honest: bool| {
            let kept = honest && room > 0;
            room -= usize::from(kept);
            if !kept {
                count(&mut counters, &mut totals, DropCause::Ping);
            }
            kept
        };
        pongs.retain_messages(|pong| keep(is_plausible(pong.frame_time)));
        pings.retain_messages(|_| keep(true));
    }
}

fn is_plausible(frame_time: PositiveTickDelta) -> bool {
    frame_time.tick_diff() < PONG_TICKS
}

/// Our messages never name entities, so whatever a client managed to map on the server is garbage.
fn forget_client_entities(mut links: Query<&mut MessageManager, (With<ClientOf>, Without<Disconnected>)>) {
    for mut manager in &mut links {
        let map = &mut manager.bypass_change_detection().entity_mapper;
        map.clear();
    }
}
