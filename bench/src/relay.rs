//! A UDP relay that stands between clients and a server and treats their datagrams as a bad network would.
//!
//! Each client gets a link of its own, with faults for either direction. What the faults do is decided by [`link`], a
//! pure machine on a seed; this file is its sockets and its clock. The network's part is that of the one who is
//! behind it: up is from a client to the server, down from the server to a client.
//!
//! A server behind a relay must tell clients so (`--public`):
//!
//! ```no_run
//! # use hallway_bench::relay::{Conditions, Faults, Relay};
//! # use std::time::Duration;
//! # fn start_server(public: std::net::SocketAddr) -> std::net::SocketAddr { public }
//! let relay = Relay::start(Conditions::both_ways(Faults::delay(Duration::from_millis(20)), 1))?;
//! let server = start_server(relay.address());
//! relay.lead_to(server);
//! # Ok::<(), std::io::Error>(())
//! ```

mod faults;
mod flights;
pub mod link;
mod wires;

pub use faults::{Bandwidth, Faults, Loss, Reorder};

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, UdpSocket},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
        mpsc::{self, Sender},
    },
    thread::{self, JoinHandle},
};
use wires::{Message, Way, Wires};

/// What the network is like.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Conditions {
    /// From each client to the server.
    pub up: Faults,
    /// From the server to each client.
    pub down: Faults,
    /// The same seed makes the same decisions for the same datagrams.
    pub seed: u64,
}

/// What became of the datagrams of one direction, of all clients together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Datagrams that came.
    pub received: u64,
    /// Those that were lost on the way.
    pub lost: u64,
    /// Those that found a full queue.
    pub queue_full: u64,
    /// Those that were delivered twice.
    pub duplicated: u64,
}

/// A relay that runs; dropping it ends it, and what is on its way with it.
#[derive(Debug)]
pub struct Relay {
    address: SocketAddr,
    to_wires: Sender<Message>,
    counts: Arc<Mutex<[Counts; 2]>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Conditions {
    /// The same both ways.
    #[must_use]
    pub fn both_ways(faults: Faults, seed: u64) -> Self {
        Self { up: faults, down: faults, seed }
    }
}

impl Relay {
    /// A relay on a free port of this machine. It leads nowhere yet.
    ///
    /// # Errors
    /// When the system gives no socket or no thread.
    pub fn start(conditions: Conditions) -> io::Result<Self> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = socket.local_addr()?;
        let (to_wires, messages) = mpsc::channel();
        let counts = Arc::<Mutex<[Counts; 2]>>::default();
        let stop = Arc::<AtomicBool>::default();
        wires::listen(&socket, to_wires.clone(), stop.clone(), Way::Up)?;
        let wires = Wires::new(socket, conditions, to_wires.clone(), counts.clone(), stop.clone());
        let thread = thread::Builder::new().name("relay".to_owned()).spawn(move || wires.run(&messages))?;
        Ok(Self { address, to_wires, counts, stop, thread: Some(thread) })
    }

    /// Where clients reach the relay.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Passes datagrams on to this server from now on. What comes before is lost.
    pub fn lead_to(&self, server: SocketAddr) {
        // The relay's thread is there as long as the relay is.
        let _ = self.to_wires.send(Message::LeadTo(server));
    }

    /// Changes the faults of all links from now on; each goes on with the luck that its seed gave it.
    pub fn set_faults(&self, up: Faults, down: Faults) {
        let _ = self.to_wires.send(Message::SetFaults { up, down });
    }

    /// Changes the faults of the links of clients that come from now on.
    pub fn set_faults_of_newcomers(&self, up: Faults, down: Faults) {
        let _ = self.to_wires.send(Message::SetFaultsOfNewcomers { up, down });
    }

    /// What became of the datagrams from clients to the server.
    #[must_use]
    pub fn up(&self) -> Counts {
        self.counts(Way::Up)
    }

    /// What became of the datagrams from the server to clients.
    #[must_use]
    pub fn down(&self) -> Counts {
        self.counts(Way::Down(0))
    }

    fn counts(&self, way: Way) -> Counts {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)[way.index()]
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.stop.store(true, Relaxed);
        let _ = self.to_wires.send(Message::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests;
