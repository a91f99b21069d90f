//! The relay's sockets: one that clients know, and for each of them one that the server knows it by.

use super::{
    Conditions, Counts,
    faults::Faults,
    flights::Flights,
    link::{Fate, Link},
};
use crate::dice::Dice;
use std::{
    io::{self, ErrorKind},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
        mpsc::{Receiver, RecvTimeoutError, Sender},
    },
    thread,
    time::{Duration, Instant},
};

/// Most clients; a stray datagram must not make a socket and a thread each time.
const MOST_CLIENTS: usize = 256;
/// How often a reader looks whether it is to end.
const LOOK: Duration = Duration::from_millis(100);
/// How long the relay waits where nothing is on its way.
const IDLE: Duration = Duration::from_secs(3600);
/// Longest UDP datagram.
const LONGEST: usize = 65_535;

/// Which way a datagram goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// To the server, from whoever sent it.
    Up,
    /// To the client of this number.
    Down(usize),
}

/// What the relay's thread is told.
#[derive(Debug)]
pub(super) enum Message {
    Came { at: Instant, way: Way, from: SocketAddr, bytes: Vec<u8> },
    LeadTo(SocketAddr),
    SetFaults { up: Faults, down: Faults },
    SetFaultsOfNewcomers { up: Faults, down: Faults },
    Stop,
}

/// A client, its links, and the socket that stands for it at the server.
struct Client {
    address: SocketAddr,
    at_server: UdpSocket,
    up: Link,
    down: Link,
}

/// A datagram that was let through, and to whom.
struct Datagram {
    client: usize,
    way: Way,
    bytes: Vec<u8>,
}

/// See the [module's description](self).
pub(super) struct Wires {
    started: Instant,
    at_clients: UdpSocket,
    server: Option<SocketAddr>,
    clients: Vec<Client>,
    conditions: Conditions,
    dice: Dice,
    flights: Flights<Datagram>,
    messages: Sender<Message>,
    counts: Arc<Mutex<[Counts; 2]>>,
    stop: Arc<AtomicBool>,
}

impl Way {
    pub(super) const fn index(self) -> usize {
        match self {
            Self::Up => 0,
            Self::Down(_) => 1,
        }
    }
}

impl Wires {
    pub(super) fn new(
        at_clients: UdpSocket,
        conditions: Conditions,
        messages: Sender<Message>,
        counts: Arc<Mutex<[Counts; 2]>>,
        stop: Arc<AtomicBool>,
    ) -> Self {
        Self {
            started: Instant::now(),
            at_clients,
            server: None,
            clients: vec![],
            conditions,
            dice: Dice::new(conditions.seed),
            flights: Flights::default(),
            messages,
            counts,
            stop,
        }
    }

    /// Passes datagrams on until told to stop.
    pub(super) fn run(mut self, messages: &Receiver<Message>) {
        loop {
            let now = self.started.elapsed();
            while let Some(datagram) = self.flights.arrived(now) {
                self.deliver(&datagram);
            }
            let wait = self.flights.next().map_or(IDLE, |due| due.saturating_sub(self.started.elapsed()));
            match messages.recv_timeout(wait) {
                Ok(Message::Came { at, way, from, bytes }) => self.take(at, way, from, bytes),
                Ok(Message::LeadTo(server)) => self.server = Some(server),
                Ok(Message::SetFaults { up, down }) => self.set_faults(up, down),
                Ok(Message::SetFaultsOfNewcomers { up, down }) => self.set_faults_of_newcomers(up, down),
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    fn take(&mut self, at: Instant, way: Way, from: SocketAddr, bytes: Vec<u8>) {
        let client = match way {
            Way::Up => self.client_at(from),
            Way::Down(client) => Some(client),
        };
        let Some(client) = client else { return };
        let Client { up, down, .. } = &mut self.clients[client];
        let link = if way == Way::Up { up } else { down };
        let fate = link.decide(at.saturating_duration_since(self.started), bytes.len());
        let counts = &mut self.counts.lock().unwrap_or_else(PoisonError::into_inner)[way.index()];
        counts.received += 1;
        match fate {
            Fate::Lost => counts.lost += 1,
            Fate::QueueFull => counts.queue_full += 1,
            Fate::Arrives { at, twice } => {
                if twice {
                    counts.duplicated += 1;
                    self.flights.send(at, Datagram { client, way, bytes: bytes.clone() });
                }
                self.flights.send(at, Datagram { client, way, bytes });
            }
        }
    }

    /// The number of the client with this address, who may be new.
    fn client_at(&mut self, address: SocketAddr) -> Option<usize> {
        let known = self.clients.iter().position(|client| client.address == address);
        if known.is_some() {
            return known;
        }
        let server = self.server?;
        let number = self.clients.len();
        if number >= MOST_CLIENTS {
            return None;
        }
        let at_server = socket_towards(server, self.messages.clone(), self.stop.clone(), number).ok()?;
        // Split off in a fixed order, so that the first client has the same luck whoever comes later.
        let (up, down) = (self.dice.split(), self.dice.split());
        let (up, down) = (Link::with_dice(self.conditions.up, up), Link::with_dice(self.conditions.down, down));
        self.clients.push(Client { address, at_server, up, down });
        Some(number)
    }

    fn set_faults(&mut self, up: Faults, down: Faults) {
        self.set_faults_of_newcomers(up, down);
        for client in &mut self.clients {
            client.up.set_faults(up);
            client.down.set_faults(down);
        }
    }

    fn set_faults_of_newcomers(&mut self, up: Faults, down: Faults) {
        self.conditions = Conditions { up, down, ..self.conditions };
    }

    /// What can't be sent is lost, as on any network.
    fn deliver(&self, datagram: &Datagram) {
        let client = &self.clients[datagram.client];
        let _ = match datagram.way {
            Way::Up => client.at_server.send(&datagram.bytes),
            Way::Down(_) => self.at_clients.send_to(&datagram.bytes, client.address),
        };
    }
}

/// A socket that the server answers to, with a thread that reads it for the client of that number.
fn socket_towards(
    server: SocketAddr,
    messages: Sender<Message>,
    stop: Arc<AtomicBool>,
    client: usize,
) -> io::Result<UdpSocket> {
    let any = if server.is_ipv4() { IpAddr::V4(Ipv4Addr::UNSPECIFIED) } else { IpAddr::V6(Ipv6Addr::UNSPECIFIED) };
    let socket = UdpSocket::bind((any, 0))?;
    socket.connect(server)?;
    listen(&socket, messages, stop, Way::Down(client))?;
    Ok(socket)
}

/// Reads a socket on a thread of its own, which notes the moment that each datagram came.
pub(super) fn listen(socket: &UdpSocket, messages: Sender<Message>, stop: Arc<AtomicBool>, way: Way) -> io::Result<()> {
    let socket = socket.try_clone()?;
    socket.set_read_timeout(Some(LOOK))?;
    let read = move || {
        let mut buffer = vec![0; LONGEST];
        while !stop.load(Relaxed) {
            match socket.recv_from(&mut buffer) {
                Ok((len, from)) => {
                    let came = Message::Came { at: Instant::now(), way, from, bytes: buffer[..len].to_vec() };
                    if messages.send(came).is_err() {
                        return;
                    }
                }
                Err(error) if is_passing(error.kind()) => {}
                Err(_) => return,
            }
        }
    };
    thread::Builder::new().name("relay-socket".to_owned()).spawn(read).map(drop)
}

/// Whether a socket can be read on after such an error: the other end is gone for now, or nothing came.
fn is_passing(kind: ErrorKind) -> bool {
    use ErrorKind::{ConnectionRefused, ConnectionReset, Interrupted, TimedOut, WouldBlock};
    matches!(kind, ConnectionRefused | ConnectionReset | Interrupted | TimedOut | WouldBlock)
}
