//! A server inside the client: what starts where nobody named another one.

use crate::net::{
    commands::{ServerAddress, Trust},
    sign_in::{certificate::Fingerprint, owner::OwnerKeys},
};
use hallway_protocol::owner::OwnerId;
use hallway_server::{Running, Settings, SiteError, StartError};
use std::{net::SocketAddr, path::Path};

/// The server that this program hosts. It stops, and its people are told, when this is stopped.
pub struct Host {
    running: Running,
}

impl Host {
    /// Starts it, on the usual port where that is free, for the whole network. Whose client has this configuration
    /// folder moderates it.
    ///
    /// # Errors
    /// A sentence for the person when it can't be started.
    pub fn start(config_dir: &Path) -> Result<Self, String> {
        let running = match hallway_server::start(Settings::default()) {
            Err(StartError::Site(SiteError::PortInUse { address })) => {
                let listen = SocketAddr::new(address.ip(), 0);
                hallway_server::start(Settings { listen, ..Settings::default() })
            }
            other => other,
        };
        let running = running.map_err(|error| match error {
            StartError::Site(SiteError::DataDirInUse { .. }) => {
                "Hallway hosts a server on this machine already; join that one with --server localhost.".to_owned()
            }
            error => error.to_string(),
        })?;
        running.moderators.add(owner_at(&running.fingerprint, config_dir)?);
        Ok(Self { running })
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

/// What a server with this certificate knows the client of this configuration folder by.
fn owner_at(fingerprint: &str, config_dir: &Path) -> Result<OwnerId, String> {
    let certificate: Fingerprint = fingerprint.parse()?;
    // That the key can't be kept is said when signing in.
    let (key, _) = OwnerKeys::new(config_dir).key();
    Ok(key.for_server(&certificate.0).id())
}
