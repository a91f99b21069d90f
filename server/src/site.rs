//! What a server stands on: its data folder, its port, its public address, its map.

use crate::{
    config::{PublicAddress, Settings},
    desk::Exhibits,
};
use hallway_protocol::{
    link::udp::LiveSocket,
    map::{self, WorldMap, tmx},
};
use std::{
    fs::{self, File, TryLockError},
    io,
    net::{SocketAddr, TcpListener, ToSocketAddrs},
    path::{Path, PathBuf},
};
use thiserror::Error;

/// Tries to find one number that is free for both TCP and UDP.
const PORT_TRIES: usize = 32;

/// Why the server has nothing to stand on. Reads as one sentence.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SiteError {
    /// The data folder can't be made or written to.
    #[error("The data folder {} can't be written: {error}.", path.display())]
    DataDir {
        /// The folder.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Another server has the data folder.
    #[error("The data folder {} is in use by another server; stop that one or name another folder.", path.display())]
    DataDirInUse {
        /// The folder.
        path: PathBuf,
    },
    /// The port belongs to somebody else.
    #[error("The address {address} is in use; stop the other program or choose another port with --listen.")]
    PortInUse {
        /// The address.
        address: SocketAddr,
    },
    /// The address can't be listened on.
    #[error("The server can't listen on {address}: {error}.")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        error: io::Error,
    },
    /// The public host has no address.
    #[error("The public address {public} can't be found: {error}.")]
    Public {
        /// The address as it was set.
        public: String,
        /// Why.
        error: io::Error,
    },
    /// The map can't be used.
    #[error("The map is of no use: {0}.")]
    Map(#[from] tmx::MapError),
}

/// The data folder, which belongs to this server as long as this lives.
pub(crate) struct DataDir {
    _lock: File,
}

impl DataDir {
    /// Makes the folder if it is missing and takes it.
    pub(crate) fn take(path: &Path) -> Result<Self, SiteError> {
        let unwritable = |error| SiteError::DataDir { path: path.to_owned(), error };
        fs::create_dir_all(path).map_err(unwritable)?;
        let lock = File::create(path.join("lock")).map_err(unwritable)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(SiteError::DataDirInUse { path: path.to_owned() }),
            Err(TryLockError::Error(error)) => Err(unwritable(error)),
        }
    }
}

/// Binds one port number for the front desk and the live door.
pub(crate) fn bind(address: SocketAddr) -> Result<(TcpListener, LiveSocket), SiteError> {
    let mut last = io::Error::from(io::ErrorKind::AddrInUse);
    let tries = if address.port() == 0 { PORT_TRIES } else { 1 };
    for _ in 0..tries {
        match bind_both(address) {
            Ok(both) => return Ok(both),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => last = error,
            Err(error) => return Err(SiteError::Listen { address, error }),
        }
    }
    match address.port() {
        0 => Err(SiteError::Listen { address, error: last }),
        _ => Err(SiteError::PortInUse { address }),
    }
}

fn bind_both(address: SocketAddr) -> io::Result<(TcpListener, LiveSocket)> {
    let listener = TcpListener::bind(address)?;
    let port = listener.local_addr()?.port();
    let socket = LiveSocket::bind(SocketAddr::new(address.ip(), port))?;
    Ok((listener, socket))
}

/// Finds the address that tokens name, where the settings give one.
pub(crate) fn resolve_public(settings: &Settings, port: u16) -> Result<Option<SocketAddr>, SiteError> {
    let Some(public) = &settings.public else { return Ok(None) };
    let PublicAddress { host, port: own_port } = public;
    let failed = |error| SiteError::Public { public: public.to_string(), error };
    let found: Vec<SocketAddr> = (host.as_str(), own_port.unwrap_or(port)).to_socket_addrs().map_err(failed)?.collect();
    // Clients reach the live door at the address family that it listens on.
    let v4_only = settings.listen.is_ipv4();
    let address = found.iter().find(|address| address.is_ipv4() == v4_only).or(found.first());
    address.copied().map(Some).ok_or_else(|| failed(io::Error::other("the name has no address")))
}

/// Reads the map that the settings name, or takes the one that is built in.
pub(crate) fn read_map(settings: &Settings) -> Result<(WorldMap, Exhibits), SiteError> {
    let (map, tiles_png) = settings.map.as_ref().map_or_else(|| Ok(tmx::built_in()), |path| tmx::read(path))?;
    let map_json = map.to_json();
    let map_digest = map::digest(&map_json);
    let exhibits = Exhibits { map_json: map_json.into(), map_digest, tiles_png: tiles_png.into() };
    Ok((map, exhibits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_data_folder_has_one_server() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep").join("folder");
        let taken = DataDir::take(&path).unwrap();
        assert!(matches!(DataDir::take(&path), Err(SiteError::DataDirInUse { .. })));
        drop(taken);
        assert!(DataDir::take(&path).is_ok());
    }

    #[test]
    fn one_number_serves_tcp_and_udp() {
        let (listener, socket) = bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = listener.local_addr().unwrap();
        assert_eq!(socket.local_addr().unwrap(), address);
        assert!(matches!(bind(address), Err(SiteError::PortInUse { .. })));
        drop(listener);
        // UDP alone is in the way too.
        assert!(matches!(bind(address), Err(SiteError::PortInUse { .. })));
    }

    #[test]
    fn the_public_address_takes_the_server_s_port_where_it_has_none() {
        let settings = |public: &str| Settings { public: Some(public.parse().unwrap()), ..Settings::default() };
        let found = |public: &str| resolve_public(&settings(public), 7443).unwrap().unwrap().to_string();
        assert_eq!(found("192.0.2.1"), "192.0.2.1:7443");
        assert_eq!(found("192.0.2.1:99"), "192.0.2.1:99");
        assert_eq!(resolve_public(&Settings::default(), 7443).unwrap(), None);
    }
}
