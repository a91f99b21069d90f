//! The live door: Hallway's own UDP input and output for lightyear on both ends, and the firewalls around netcode.
//!
//! A datagram's way in, in the order of the schedule `PreUpdate`:
//!
//! 1. `LinkReceiveSystems::BufferToLink`: socket or [`memory`] wire → outer firewall ([`firewall::outer_for_server`],
//!    [`firewall::outer_for_client`]) and, on the server, the [`door`] → `Link::recv`;
//! 2. `ConnectionSystems::Receive`: netcode decrypts;
//! 3. [`firewall::FirewallSystems::Payloads`]: inner firewall ([`firewall::inner`]) over what was decrypted;
//! 4. `TransportSystems::Receive`: lightyear takes packets apart; raw channels are read after this;
//! 5. `MessageSystems::Receive`: typed messages;
//!    [`firewall::FirewallSystems::Messages`] is its last part: pings and pongs that would hurt are taken out.
//! 6. lightyear answers pings; the app reads messages.
//!
//! On the way out, acknowledgements that nobody waits for are held back between lightyear's transport and netcode, until
//! another packet carries them (`acks`).
//!
//! Nothing that a stranger sends reaches lightyear, costs an entity, or is logged by the packet.

mod acks;
pub mod counters;
pub mod door;
pub mod event_loop;
pub mod firewall;
pub mod memory;
pub mod setup;
pub mod threads;
pub mod udp;

use bevy::{
    platform::time::Instant,
    prelude::{Component, Real, Time},
};
use std::time::Duration;

/// When the last datagram came that netcode could decrypt: proof that the other end lives, which no stranger can forge.
///
/// On [`Time<Real>`], so that tests can step it. It advances with payloads; those flow at least at the rate of
/// lightyear's pings ([`crate::limits::PING_INTERVAL`]), however quiet the people are.
#[derive(Component, Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastHeard(pub Instant);

impl LastHeard {
    /// How long the other end has been silent.
    #[must_use]
    pub fn silence(self, time: &Time<Real>) -> Duration {
        now(time).saturating_duration_since(self.0)
    }
}

/// The instant of this update on the real clock, which tests may step by hand.
#[must_use]
pub fn now(time: &Time<Real>) -> Instant {
    time.last_update().unwrap_or_else(|| time.startup())
}

/// The tracing directives that silence lightyear's line per bad packet: a stranger must not be able to fill a disk.
///
/// Put them in front of the program's own filter; what is dropped is counted in [`counters::FirewallCounters`] and
/// logged in sum, once a second.
#[must_use]
pub fn quiet_filter() -> &'static str {
    "lightyear_netcode=off,lightyear_transport=off,lightyear_messages=off,lightyear_sync=off,\
     lightyear_link=warn,lightyear_connection=warn,lightyear_replication=warn,bevy_replicon=warn"
}
