use super::*;
use std::time::{Duration, Instant};

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(20);

/// Sends every datagram back to where it came from.
fn echo() -> SocketAddr {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = socket.local_addr().unwrap();
    thread::spawn(move || {
        let mut buffer = [0; 2000];
        while let Ok((len, from)) = socket.recv_from(&mut buffer) {
            if socket.send_to(&buffer[..len], from).is_err() {
                return;
            }
        }
    });
    address
}

fn client(relay: &Relay) -> UdpSocket {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    socket.connect(relay.address()).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket
}

fn receive(socket: &UdpSocket) -> Vec<u8> {
    let mut buffer = [0; 2000];
    let len = socket.recv(&mut buffer).unwrap();
    buffer[..len].to_vec()
}

fn relay(up: Faults, down: Faults) -> Relay {
    let relay = Relay::start(Conditions { up, down, seed: 1 }).unwrap();
    relay.lead_to(echo());
    relay
}

#[test]
fn datagrams_go_there_and_back_and_to_their_own_client_only() {
    let relay = relay(Faults::default(), Faults::default());
    let (ann, bob) = (client(&relay), client(&relay));
    for n in 0..100u8 {
        ann.send(&[n, 1]).unwrap();
        bob.send(&vec![n; 1300]).unwrap();
        assert_eq!(receive(&ann), [n, 1]);
        assert_eq!(receive(&bob), vec![n; 1300]);
    }
    let all = Counts { received: 200, ..Counts::default() };
    assert_eq!((relay.up(), relay.down()), (all, all));
}

#[test]
fn each_direction_has_faults_of_its_own() {
    const DELAY: Duration = Duration::from_millis(30);
    let relay = relay(Faults { duplicate: 1.0, ..Faults::default() }, Faults::delay(DELAY));
    let ann = client(&relay);
    let start = Instant::now();
    ann.send(b"hello").unwrap();
    assert_eq!((receive(&ann), receive(&ann)), (b"hello".to_vec(), b"hello".to_vec()));
    assert!(start.elapsed() >= DELAY);
    assert_eq!(relay.up(), Counts { received: 1, duplicated: 1, ..Counts::default() });
    assert_eq!(relay.down(), Counts { received: 2, ..Counts::default() });
}

#[test]
fn faults_change_while_it_runs() {
    let lost = Faults { loss: Loss::independent(1.0), ..Faults::default() };
    let relay = relay(lost, Faults::default());
    let ann = client(&relay);
    ann.send(b"into the void").unwrap();
    while relay.up().lost == 0 {
        thread::yield_now();
    }
    relay.set_faults(Faults::default(), Faults::default());
    ann.send(b"hello").unwrap();
    assert_eq!(receive(&ann), b"hello");
    assert_eq!(relay.up(), Counts { received: 2, lost: 1, ..Counts::default() });
}

#[test]
fn a_server_that_comes_late_is_reached() {
    let relay = Relay::start(Conditions::default()).unwrap();
    let ann = client(&relay);
    ann.send(b"nobody there").unwrap();
    relay.lead_to(echo());
    ann.send(b"hello").unwrap();
    // What was sent before may still have lain in the relay's socket.
    while receive(&ann) != b"hello" {}
}

#[test]
fn who_comes_later_may_have_other_faults() {
    let relay = relay(Faults::default(), Faults::default());
    let ann = client(&relay);
    ann.send(&[1]).unwrap();
    assert_eq!(receive(&ann), [1]);
    relay.set_faults_of_newcomers(Faults { loss: Loss::independent(1.0), ..Faults::default() }, Faults::default());
    let bob = client(&relay);
    bob.send(&[2]).unwrap();
    ann.send(&[3]).unwrap();
    assert_eq!((receive(&ann), relay.up().lost), (vec![3], 1));
}
