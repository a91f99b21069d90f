//! A server inside the client: what starts where nobody named another one.

use crate::net::commands::{ServerAddress, Trust};
use hallway_server::{Running, Settings, SiteError, StartError};
use std::net::SocketAddr;

/// The server that this program hosts. It stops, and its people are told, when this is stopped.
pub struct Host {
    running: Running,
}

impl Host {
    /// Starts it, on the usual port where that is free, for the whole network.
    ///
    /// # Errors
    /// A sentence for the person when it can't be started.
    pub fn start() -> Result<Self, String> {
        let running = match hallway_server::start(Settings::default()) {
            Err(StartError::Site(SiteError::PortInUse { address })) => {
                let listen = SocketAddr::new(address.ip(), 0);
                hallway_server::start(Settings { listen, ..Settings::default() })
            }
            other => other,
        };
        running.map(|running| Self { running }).map_err(|error| match error {
            StartError::Site(SiteError::DataDirInUse { .. }) => {
                "Hallway hosts a server on this machine already; join that one with --server localhost.".to_owned()
            }
            error => error.to_string(),
        })
    }

    /// Where this machine reaches it.
    #[must_use]
    pub fn address(&self) -> ServerAddress {
        ServerAddress { host: "127.0.0.1".to_owned(), port: self.running.listen.port() }
    }

    /// Its certificate is known without asking anybody.
    #[must_use]
    pub fn trust(&self) -> Trust {
        Trust::Fingerprint(self.running.fingerprint.clone())
    }

    /// Tells its people and ends it.
    ///
    /// # Errors
    /// A sentence when it did not end well.
    pub fn stop(self) -> Result<(), String> {
        self.running.stop().map_err(|error| error.to_string())
    }
}
