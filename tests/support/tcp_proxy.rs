//! A bad way for TCP: it passes on what comes and counts it. It is either slow, so that there is a middle to interrupt, or
//! it cuts each connection after a number of bytes that a seed decides: what TCP can't mend of loss breaks a connection.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

/// Bytes that a connection may carry, at least and at most, where connections are cut.
const LIFE: std::ops::Range<u64> = 300_000..3_000_000;

/// How long a slow way takes for each KiB: about 8 MB a second.
const PACE_PER_KIB: Duration = Duration::from_micros(128);

/// What is bad about a way.
#[derive(Clone, Copy)]
pub(crate) enum Way {
    /// 8 MB a second in either direction of each connection.
    Slow,
    /// Each connection is cut after some bytes, drawn from this seed.
    Cut(u64),
}

/// A proxy in front of a server. It lives as long as the test.
pub(crate) struct TcpProxy {
    pub(crate) address: SocketAddr,
    carried: Arc<AtomicU64>,
}

impl TcpProxy {
    /// In front of this address.
    pub(crate) fn start(server: &str, way: Way) -> Self {
        let (listener, server) = (TcpListener::bind("127.0.0.1:0").unwrap(), server.to_owned());
        let (address, carried) = (listener.local_addr().unwrap(), Arc::new(AtomicU64::new(0)));
        let counted = Arc::clone(&carried);
        thread::spawn(move || {
            let mut way = way;
            for client in listener.incoming().map_while(Result::ok) {
                let (life, pace_per_kib) = match &mut way {
                    Way::Slow => (u64::MAX, PACE_PER_KIB),
                    Way::Cut(dice) => (roll(dice), Duration::ZERO),
                };
                if let Ok(server) = TcpStream::connect(&server) {
                    join(client, server, life, pace_per_kib, &counted);
                }
            }
        });
        Self { address, carried }
    }

    /// Bytes that were passed on so far, both ways.
    pub(crate) fn carried(&self) -> u64 {
        self.carried.load(Relaxed)
    }
}

fn roll(dice: &mut u64) -> u64 {
    *dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    LIFE.start + (*dice >> 33) % (LIFE.end - LIFE.start)
}

fn join(client: TcpStream, server: TcpStream, life: u64, pace_per_kib: Duration, carried: &Arc<AtomicU64>) {
    let left = Arc::new(AtomicU64::new(life));
    let ends = [(client.try_clone(), server.try_clone()), (Ok(server), Ok(client))];
    for (from, to) in ends {
        let (Ok(from), Ok(to)) = (from, to) else { return };
        let (left, carried) = (Arc::clone(&left), Arc::clone(carried));
        thread::spawn(move || pass(from, to, &left, pace_per_kib, &carried));
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, left: &AtomicU64, pace_per_kib: Duration, carried: &AtomicU64) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        let had = left.fetch_update(Relaxed, Relaxed, |left| Some(left.saturating_sub(read as u64))).unwrap();
        if had < read as u64 || to.write_all(&buffer[..read]).is_err() {
            break;
        }
        carried.fetch_add(read as u64, Relaxed);
        thread::sleep(pace_per_kib * (read / 1024) as u32);
    }
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}
