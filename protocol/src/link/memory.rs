//! A wire in memory for tests: datagrams between the apps of one process, on a clock that the test steps, past the same
//! door and firewalls as real ones.
//!
//! ```no_run
//! # use hallway_protocol::link::{memory::MemoryWire, setup};
//! # use bevy::prelude::*;
//! # use std::time::Duration;
//! let wire = MemoryWire::perfect();
//! let mut server = App::new();
//! setup::server_plugins(&mut server);
//! // … the protocol's plugin …
//! wire.serve(&mut server, [7; 32], 1);
//! let mut client = App::new();
//! setup::client_plugins(&mut client);
//! // … the protocol's plugin …
//! let link = wire.connect(&mut client, [7; 32], 1, 42);
//! let mut clients = [client];
//! let connected = wire.step_until(&mut server, &mut clients, Duration::from_secs(5), |_, clients| {
//!     clients[0].world().get::<lightyear::prelude::Connected>(link).is_some()
//! });
//! assert!(connected);
//! ```

mod faults;
mod plugin;

pub use faults::NetworkFaults;
pub use plugin::MemoryClientLink;

use super::{
    event_loop::finish_plugins,
    setup::{self, ServerSettings, tokens},
};
use bevy::{prelude::*, time::TimeUpdateStrategy};
use faults::Dice;
use lightyear::netcode::Key;
use plugin::{MemoryEnd, MemoryLinkPlugin};
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// One step of [`MemoryWire::step_until`] and of a test without special wishes: finer than a tick, as a server's loop.
pub const STEP: Duration = Duration::from_millis(5);

/// A network in memory. Clones are the same network.
#[derive(Clone, Debug)]
pub struct MemoryWire(Arc<Mutex<Network>>);

#[derive(Debug)]
struct Network {
    now: Duration,
    faults: NetworkFaults,
    dice: Dice,
    /// Datagrams on their way, by arrival and number.
    in_flight: BTreeMap<(Duration, u64), Datagram>,
    inboxes: HashMap<SocketAddr, VecDeque<(SocketAddr, Vec<u8>)>>,
    sent: u64,
    clients: u16,
}

#[derive(Debug)]
struct Datagram {
    from: SocketAddr,
    to: SocketAddr,
    bytes: Vec<u8>,
}

impl MemoryWire {
    /// A network with these faults, the same each time.
    #[must_use]
    pub fn new(faults: NetworkFaults) -> Self {
        Self(Arc::new(Mutex::new(Network {
            now: Duration::ZERO,
            dice: Dice::new(faults.seed),
            faults,
            in_flight: BTreeMap::new(),
            inboxes: HashMap::new(),
            sent: 0,
            clients: 0,
        })))
    }

    /// A network that delivers everything at once.
    #[must_use]
    pub fn perfect() -> Self {
        Self::new(NetworkFaults::default())
    }

    /// Changes the faults from now on; what is on its way arrives as it would have.
    pub fn set_faults(&self, faults: NetworkFaults) {
        self.network().faults = faults;
    }

    /// The server's address on this network.
    #[must_use]
    pub fn server_address(&self) -> SocketAddr {
        (Ipv4Addr::new(10, 0, 0, 1), 7443).into()
    }

    /// A new client's address: each has an IP address of its own.
    #[must_use]
    pub fn new_client_address(&self) -> SocketAddr {
        let mut network = self.network();
        network.clients += 1;
        let [high, low] = network.clients.to_be_bytes();
        (Ipv4Addr::new(10, 1, high, low), 40_000).into()
    }

    /// Makes the app, which has [`setup::server_plugins`] and the protocol, the network's server. It finishes the
    /// app's plugins. The server entity is returned.
    pub fn serve(&self, app: &mut App, key: Key, protocol_id: u64) -> Entity {
        self.attach_server(app);
        finish_plugins(app);
        setup::spawn_server(app.world_mut(), ServerSettings { key, protocol_id, gate: None, max_clients: 1024 })
    }

    /// Only puts the network under the app, for a server that is set up by its own code; call it before plugins finish.
    pub fn attach_server(&self, app: &mut App) {
        add_plugin(app);
        app.insert_resource(MemoryEnd { wire: self.clone(), address: self.server_address() });
    }

    /// Makes the app, which has [`setup::client_plugins`] and the protocol, connect to the network's server with a
    /// token made from the server's key. It finishes the app's plugins. The client entity is returned.
    ///
    /// # Panics
    /// When no token can be made: the system has no clock or no randomness.
    pub fn connect(&self, app: &mut App, key: Key, protocol_id: u64, session: u64) -> Entity {
        let token = tokens::make_token(&[self.server_address()], session, key, protocol_id)
            .expect("a token for one address can always be made");
        self.connect_with(app, &token)
    }

    /// [`Self::connect`] with a token that the server's own code issued.
    ///
    /// # Panics
    /// When the bytes are no token.
    pub fn connect_with(&self, app: &mut App, token: &[u8]) -> Entity {
        self.attach_client(app);
        finish_plugins(app);
        let token = tokens::read_token(token).expect("the test hands in a connect token");
        let link = self.new_client_link();
        setup::spawn_client(app.world_mut(), token, link).expect("netcode takes its own token")
    }

    /// Only puts the network under a client's app; call it before plugins finish.
    pub fn attach_client(&self, app: &mut App) {
        add_plugin(app);
    }

    /// A link component for a client that is spawned by other code, instead of a `UdpClientLink`.
    #[must_use]
    pub fn new_client_link(&self) -> MemoryClientLink {
        MemoryClientLink { wire: self.clone(), local: self.new_client_address(), peer: self.server_address() }
    }

    /// Lets `dt` pass on the network and in all apps, and updates each once, the server first.
    pub fn step(&self, server: &mut App, clients: &mut [App], dt: Duration) {
        self.advance(dt);
        for app in std::iter::once(server).chain(clients) {
            update_after(app, dt);
        }
    }

    /// Steps by [`STEP`] until the condition holds, for at most `limit` of the network's time. Whether it came to hold.
    pub fn step_until(
        &self,
        server: &mut App,
        clients: &mut [App],
        limit: Duration,
        condition: impl Fn(&App, &[App]) -> bool,
    ) -> bool {
        let end = self.now() + limit;
        while !condition(server, clients) {
            if self.now() >= end {
                return false;
            }
            self.step(server, clients, STEP);
        }
        true
    }

    /// Lets time pass by many steps of [`STEP`].
    pub fn step_for(&self, server: &mut App, clients: &mut [App], time: Duration) {
        let _ = self.step_until(server, clients, time, |_, _| false);
    }

    /// The network's clock.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.network().now
    }

    /// Lets `dt` pass on the network alone: what is due by then lies in the inboxes.
    pub fn advance(&self, dt: Duration) {
        let mut network = self.network();
        network.now += dt;
        network.deliver_due();
    }

    /// Sends a datagram of any bytes, as anybody can on a real network.
    pub fn send(&self, from: SocketAddr, to: SocketAddr, bytes: &[u8]) {
        self.network().send(from, to, bytes);
    }

    /// Takes the next datagram that arrived at this address.
    #[must_use]
    pub fn receive(&self, at: SocketAddr) -> Option<(SocketAddr, Vec<u8>)> {
        self.network().inboxes.get_mut(&at)?.pop_front()
    }

    fn network(&self) -> MutexGuard<'_, Network> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Network {
    fn send(&mut self, from: SocketAddr, to: SocketAddr, bytes: &[u8]) {
        let Some(delay) = self.faults.roll(&mut self.dice) else { return };
        self.sent += 1;
        let datagram = Datagram { from, to, bytes: bytes.to_vec() };
        self.in_flight.insert((self.now + delay, self.sent), datagram);
        self.deliver_due();
    }

    fn deliver_due(&mut self) {
        while let Some(next) = self.in_flight.first_entry().filter(|next| next.key().0 <= self.now) {
            let Datagram { from, to, bytes } = next.remove();
            self.inboxes.entry(to).or_default().push_back((from, bytes));
        }
    }
}

fn add_plugin(app: &mut App) {
    if !app.is_plugin_added::<MemoryLinkPlugin>() {
        app.add_plugins(MemoryLinkPlugin);
    }
}

/// Updates an app as if `dt` had passed since its last update.
pub fn update_after(app: &mut App, dt: Duration) {
    app.insert_resource(TimeUpdateStrategy::ManualDuration(dt));
    app.update();
}
