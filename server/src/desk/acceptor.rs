//! Lets connections in: so many per address and in all, a TLS handshake within its time, and a note of both addresses.

use super::limits::network;
use axum::{Extension, middleware::AddExtension};
use axum_server::accept::Accept;
use hallway_protocol::limits;
use rustls::ServerConfig;
use std::{
    collections::HashMap,
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::Sleep,
};
use tokio_rustls::server::TlsStream;
use tower_layer::Layer;

/// How long a client may take for the TLS handshake.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(5);
/// Most open connections. Each costs a task and about 40 KiB of buffers: 20 MiB in all.
const CONNECTIONS: usize = 512;
/// Most open connections from one network: a household or an office behind one address.
const CONNECTIONS_PER_NETWORK: usize = 64;

/// The two ends of a connection, for the routes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ends {
    /// The client.
    pub(super) peer: SocketAddr,
    /// This server, as the client reached it.
    pub(super) here: SocketAddr,
}

/// Counts the open connections.
#[derive(Clone, Default)]
pub(super) struct Door(Arc<Mutex<HashMap<IpAddr, usize>>>);

impl Door {
    /// A place for a connection from `ip`, if one is left.
    fn enter(&self, ip: IpAddr) -> Option<Seat> {
        let network = network(ip);
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_all: usize = open.values().sum();
        let of_network = open.entry(network).or_default();
        let free = of_all < CONNECTIONS && *of_network < CONNECTIONS_PER_NETWORK;
        if free {
            *of_network += 1;
        } else if *of_network == 0 {
            open.remove(&network);
        }
        drop(open);
        free.then(|| Seat { door: self.clone(), network })
    }
}

/// A counted place; given back when dropped.
struct Seat {
    door: Door,
    network: IpAddr,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = self.door.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.network) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.network);
            }
        }
    }
}

/// The acceptor of the desk's listener.
#[derive(Clone)]
pub(super) struct TlsAcceptor {
    tls: tokio_rustls::TlsAcceptor,
    door: Door,
}

impl TlsAcceptor {
    /// An acceptor that serves with `tls` those who find a place at `door`.
    pub(super) fn new(tls: Arc<ServerConfig>, door: Door) -> Self {
        Self { tls: tls.into(), door }
    }

    async fn handshake(self, stream: TcpStream) -> io::Result<(SeatedStream, Ends)> {
        let ends = Ends { peer: canonical(stream.peer_addr()?), here: canonical(stream.local_addr()?) };
        let seat = self.door.enter(ends.peer.ip()).ok_or_else(|| io::Error::other("too many connections"))?;
        stream.set_nodelay(true)?;
        let stream = tokio::time::timeout(HANDSHAKE_TIMEOUT, self.tls.accept(stream)).await??;
        Ok((SeatedStream { stream, stalled: None, _seat: seat }, ends))
    }
}

/// An IPv4 address that came through an IPv6 socket, as itself.
fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

impl<S: Send + 'static> Accept<TcpStream, S> for TlsAcceptor {
    type Stream = SeatedStream;
    type Service = AddExtension<S, Ends>;
    type Future = Pin<Box<dyn Future<Output = io::Result<(Self::Stream, Self::Service)>> + Send>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let handshake = self.clone().handshake(stream);
        Box::pin(async move {
            let (stream, ends) = handshake.await.inspect_err(|error| tracing::debug!(%error, "handshake failed"))?;
            Ok((stream, Extension(ends).layer(service)))
        })
    }
}

/// A TLS connection that holds its place at the door, and ends when the client takes nothing for long.
pub(super) struct SeatedStream {
    stream: TlsStream<TcpStream>,
    /// When it ends, while it waits for the client to take something.
    stalled: Option<Pin<Box<Sleep>>>,
    _seat: Seat,
}

impl SeatedStream {
    /// What became of a write; an error where nothing has been written for too long.
    fn unless_stalled<T>(&mut self, written: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let end = self.stalled.get_or_insert_with(|| Box::pin(tokio::time::sleep(limits::TRANSFER_STALL)));
        end.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for SeatedStream {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buf)
    }
}

impl AsyncWrite for SeatedStream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.unless_stalled(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.unless_stalled(written, context)
    }

    /// So that what leaves is not copied together first.
    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        self.unless_stalled(flushed, context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
