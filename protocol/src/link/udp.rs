//! The live door over UDP: one socket for all links of a server, one connected socket for a client's link.

mod client;
mod server;

pub use client::{UdpClientLink, UdpClientLinkPlugin};
pub(crate) use client::{note_sent, take};
pub use server::{ServerSocket, UdpServerLinkPlugin};

use super::{
    counters::DropCause,
    event_loop::{LiveLoop, LoopWaker},
};
use socket2::{Domain, Protocol, Socket, Type};
use std::{
    io::{self, ErrorKind},
    net::{IpAddr, Ipv6Addr, SocketAddr},
};
use tracing::debug;

/// Kernel buffers of a socket, each way: a second of two thousand voice links. The system may give less.
pub const SOCKET_BUFFER_BYTES: usize = 4 << 20;

/// Room for a datagram; longer ones than netcode sends must be seen to be longer.
const RECEIVE_BYTES: usize = 2048;

/// A bound UDP socket that never blocks.
#[derive(Debug)]
pub struct LiveSocket {
    socket: mio::net::UdpSocket,
    /// Whether IPv4 addresses must be written as IPv6 ones.
    is_v6: bool,
    waker: Option<LoopWaker>,
}

/// What a socket gave.
pub(crate) enum Received {
    /// A datagram of so many bytes from this address; one that was longer than the buffer fills it.
    Datagram(usize, SocketAddr),
    /// A complaint about something that was sent earlier; more may wait.
    PeerGone,
    /// Nothing more.
    Empty,
}

impl LiveSocket {
    /// Binds a socket. Port 0 takes a free one; `[::]` takes IPv4 as well where the system can.
    ///
    /// # Errors
    /// When the address is in use, not ours or not allowed: the system's own error, to be told to a person.
    pub fn bind(address: SocketAddr) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
        if address.ip() == Ipv6Addr::UNSPECIFIED {
            socket.set_only_v6(false).or_else(|error| tolerate(&error, "dual stack"))?;
        }
        socket.set_recv_buffer_size(SOCKET_BUFFER_BYTES).or_else(|error| tolerate(&error, "receive buffer"))?;
        socket.set_send_buffer_size(SOCKET_BUFFER_BYTES).or_else(|error| tolerate(&error, "send buffer"))?;
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        Ok(Self { socket: mio::net::UdpSocket::from_std(socket.into()), is_v6: address.is_ipv6(), waker: None })
    }

    /// Binds a free port and takes datagrams from nobody but `peer`.
    ///
    /// # Errors
    /// When the system has no way to that address.
    pub fn connect(peer: SocketAddr) -> io::Result<Self> {
        let any = if peer.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
        let socket = Self::bind(any.parse().map_err(io::Error::other)?)?;
        socket.socket.connect(peer)?;
        Ok(socket)
    }

    /// Makes datagrams on this socket wake the loop, from now on.
    ///
    /// # Errors
    /// When the system refuses to watch the socket.
    pub fn wake(&mut self, live: &LiveLoop) -> io::Result<()> {
        if self.waker.is_none() {
            live.register(&mut self.socket)?;
            self.waker = Some(live.waker());
        }
        Ok(())
    }

    /// Where the socket is bound.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Takes the next datagram, or says that there is none.
    pub(crate) fn receive(&self, buffer: &mut [u8]) -> Received {
        match self.socket.recv_from(buffer) {
            Ok((len, from)) => Received::Datagram(len, unmapped(from)),
            Err(error) => match error.kind() {
                ErrorKind::WouldBlock => Received::Empty,
                // ICMP errors about one peer's closed port surface on the next call, and concern nobody else.
                ErrorKind::ConnectionReset | ErrorKind::ConnectionRefused | ErrorKind::Interrupted => {
                    Received::PeerGone
                }
                _ => {
                    debug!(%error, "could not receive");
                    Received::Empty
                }
            },
        }
    }

    /// The loop comes back at once: not all datagrams were taken, and the system told of them only once.
    pub(crate) fn come_back(&self) {
        if let Some(waker) = &self.waker {
            waker.wake();
        }
    }

    pub(crate) fn send_to(&self, to: SocketAddr, datagram: &[u8]) -> Result<(), DropCause> {
        sent(self.socket.send_to(datagram, if self.is_v6 { v6(to) } else { to }))
    }

    pub(crate) fn send(&self, datagram: &[u8]) -> Result<(), DropCause> {
        sent(self.socket.send(datagram))
    }
}

fn sent(result: io::Result<usize>) -> Result<(), DropCause> {
    match result {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Err(DropCause::SendBufferFull),
        Err(_) => Err(DropCause::SendError),
    }
}

/// Some settings make the door better where they can be had.
fn tolerate(error: &io::Error, what: &str) -> io::Result<()> {
    debug!(%error, what, "socket setting refused");
    Ok(())
}

/// A dual-stack socket tells IPv4 peers in IPv6 form; rates and logs want the real address.
fn unmapped(address: SocketAddr) -> SocketAddr {
    match address.ip().to_canonical() {
        ip @ IpAddr::V4(_) => SocketAddr::new(ip, address.port()),
        // Kept whole: a link-local address is nothing without its interface.
        IpAddr::V6(_) => address,
    }
}

fn v6(address: SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V4(v4) => SocketAddr::new(v4.ip().to_ipv6_mapped().into(), v4.port()),
        SocketAddr::V6(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_in_use_is_told() {
        let first = LiveSocket::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let error = LiveSocket::bind(first.local_addr().unwrap()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AddrInUse);
    }

    #[test]
    fn a_dual_stack_socket_names_ipv4_peers_by_their_ipv4_address() {
        // Some machines have no IPv6; there is nothing to see there.
        let Ok(socket) = LiveSocket::bind("[::]:0".parse().unwrap()) else { return };
        let port = socket.local_addr().unwrap().port();
        let peer = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        peer.send_to(b"hello", ("127.0.0.1", port)).unwrap();
        let mut buffer = [0; 16];
        let from = loop {
            if let Received::Datagram(5, from) = socket.receive(&mut buffer) {
                break from;
            }
            std::thread::yield_now();
        };
        assert_eq!(from, peer.local_addr().unwrap());
        socket.send_to(from, b"back").unwrap();
        assert_eq!(peer.recv(&mut buffer).unwrap(), 4);
    }
}
