//! The two firewalls: what may reach netcode ([`outer_for_server`], [`outer_for_client`]) and what may reach lightyear's
//! transport ([`inner`]) and its pings.
//!
//! lightyear 0.30.1 panics or aborts on several crafted datagrams; each check here names what it prevents. The checks
//! are pure functions over bytes; [`FirewallPlugin`] puts them at their places in the schedule.

mod payload;
mod plugin;
mod rate;
mod rules;
mod window;

pub(super) use payload::is_ack_only;
pub use payload::{Delivered, InnerDrop, PACKET_HEADER_BYTES, inner};
pub use plugin::{FirewallPlugin, FirewallSystems, Side};
pub use rate::TokenBucket;
pub use rules::{ChannelRule, Delivery, Rules};
pub use window::ReliableWindows;

use crate::limits;

/// Length of a netcode connection request: its first byte is 0, and it is not encrypted as a whole.
pub const REQUEST_BYTES: usize = 1078;
/// Where a connection request carries the nonce of its token.
pub const REQUEST_NONCE: std::ops::Range<usize> = 30..54;

/// Bytes of the authentication code behind each encrypted packet.
const MAC_BYTES: usize = 16;
/// Bytes of a challenge or response: a sequence and an encrypted token.
const CHALLENGE_BYTES: usize = 8 + 300;
/// Longest payload that netcode carries.
const PAYLOAD_BYTES: usize = 1200;
/// A denial: a reason, and a text of up to 255 bytes.
const DENIED_BYTES: usize = 2 + 255;
/// Netcode's own sequences start at `1 << 62`; replay protection adds 256 to one before it has proved itself.
const SEQUENCE_LIMIT: u64 = 1 << 63;

/// What the outer firewall makes of a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It has the form of a connection request: the only thing that may open a link.
    Request,
    /// It has the form of an encrypted packet that the other end may send.
    Packet,
    /// It has no form that netcode survives or the other end may send.
    Drop,
}

/// Judges a datagram that a client is said to have sent.
///
/// Stops sequence lengths over 8 (panic), kinds that netcode declares unreachable on a server (panic) and connection
/// requests in the guise of an encrypted packet (forged tokens, impersonation).
#[must_use]
pub fn outer_for_server(datagram: &[u8]) -> Verdict {
    match datagram.first() {
        Some(0) if datagram.len() == REQUEST_BYTES => Verdict::Request,
        _ => encrypted(datagram, |kind| match kind {
            kind::RESPONSE => Some(CHALLENGE_BYTES..=CHALLENGE_BYTES),
            kind::KEEP_ALIVE => Some(8..=8),
            kind::PAYLOAD => Some(1..=PAYLOAD_BYTES),
            kind::DISCONNECT => Some(0..=0),
            _ => None,
        }),
    }
}

/// Judges a datagram that the server is said to have sent.
#[must_use]
pub fn outer_for_client(datagram: &[u8]) -> Verdict {
    encrypted(datagram, |kind| match kind {
        kind::DENIED => Some(1..=DENIED_BYTES),
        kind::CHALLENGE => Some(CHALLENGE_BYTES..=CHALLENGE_BYTES),
        kind::KEEP_ALIVE => Some(8..=8),
        kind::PAYLOAD => Some(1..=PAYLOAD_BYTES),
        kind::DISCONNECT => Some(0..=0),
        _ => None,
    })
}

/// Netcode's packet kinds: the low nibble of the first byte.
mod kind {
    pub(super) const DENIED: u8 = 1;
    pub(super) const CHALLENGE: u8 = 2;
    pub(super) const RESPONSE: u8 = 3;
    pub(super) const KEEP_ALIVE: u8 = 4;
    pub(super) const PAYLOAD: u8 = 5;
    pub(super) const DISCONNECT: u8 = 6;
}

/// Checks the clear part of an encrypted packet: `[sequence length and kind][sequence, little-endian][…][code]`.
fn encrypted(datagram: &[u8], body_bytes: impl Fn(u8) -> Option<std::ops::RangeInclusive<usize>>) -> Verdict {
    let Some((&prefix, rest)) = datagram.split_first() else { return Verdict::Drop };
    let sequence_bytes = usize::from(prefix >> 4);
    if datagram.len() > limits::DATAGRAM_BYTES || !(1..=8).contains(&sequence_bytes) {
        return Verdict::Drop;
    }
    let Some((sequence, sealed)) = rest.split_at_checked(sequence_bytes) else { return Verdict::Drop };
    let Some(body) = sealed.len().checked_sub(MAC_BYTES) else { return Verdict::Drop };
    let mut wide = [0; 8];
    wide[..sequence_bytes].copy_from_slice(sequence);
    let fits = body_bytes(prefix & 0xF).is_some_and(|allowed| allowed.contains(&body));
    if fits && u64::from_le_bytes(wide) < SEQUENCE_LIMIT { Verdict::Packet } else { Verdict::Drop }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// An encrypted packet's form with `body` bytes between sequence and code.
    fn packet(sequence_bytes: usize, kind: u8, body: usize) -> Vec<u8> {
        let mut bytes = vec![u8::try_from(sequence_bytes).unwrap() << 4 | kind];
        bytes.extend(vec![1; sequence_bytes + body + MAC_BYTES]);
        bytes
    }

    #[test]
    fn only_a_request_of_the_right_length_opens_a_link() {
        let mut request = vec![0; REQUEST_BYTES];
        assert_eq!(outer_for_server(&request), Verdict::Request);
        assert_eq!(outer_for_client(&request), Verdict::Drop);
        request.push(0);
        assert_eq!(outer_for_server(&request), Verdict::Drop);
        assert_eq!(outer_for_server(&[0]), Verdict::Drop);
        assert_eq!(outer_for_server(&[]), Verdict::Drop);
    }

    #[test]
    fn a_sequence_longer_than_eight_bytes_is_dropped() {
        for sequence_bytes in 9..=15 {
            for outer in [outer_for_server, outer_for_client] {
                assert_eq!(outer(&packet(sequence_bytes, kind::PAYLOAD, 40)), Verdict::Drop);
            }
        }
    }

    #[test]
    fn each_side_takes_only_the_kinds_that_the_other_sends() {
        let body = [0, 20, CHALLENGE_BYTES, CHALLENGE_BYTES, 8, 100, 0];
        for kind in 0..16_u8 {
            let datagram = packet(4, kind, *body.get(usize::from(kind)).unwrap_or(&20));
            let server = if (3..=6).contains(&kind) { Verdict::Packet } else { Verdict::Drop };
            let client = if [1, 2, 4, 5, 6].contains(&kind) { Verdict::Packet } else { Verdict::Drop };
            assert_eq!(outer_for_server(&datagram), server, "kind {kind}");
            assert_eq!(outer_for_client(&datagram), client, "kind {kind}");
        }
    }

    #[test]
    fn a_sequence_near_the_end_of_its_range_is_dropped() {
        let mut datagram = packet(8, kind::PAYLOAD, 40);
        assert_eq!(outer_for_server(&datagram), Verdict::Packet);
        datagram[1..9].copy_from_slice(&(u64::MAX - 3).to_le_bytes());
        assert_eq!(outer_for_server(&datagram), Verdict::Drop);
    }

    #[test]
    fn a_body_of_the_wrong_length_is_dropped() {
        for (kind, body) in [
            (kind::RESPONSE, 300),
            (kind::KEEP_ALIVE, 9),
            (kind::PAYLOAD, 0),
            (kind::PAYLOAD, 1201),
            (kind::DISCONNECT, 1),
        ] {
            assert_eq!(outer_for_server(&packet(3, kind, body)), Verdict::Drop, "kind {kind} with {body} bytes");
        }
    }

    proptest! {
        #[test]
        fn no_datagram_panics(datagram in proptest::collection::vec(any::<u8>(), 0..1500)) {
            let _ = outer_for_server(&datagram);
            let _ = outer_for_client(&datagram);
        }

        #[test]
        fn what_passes_is_safe_for_netcode(datagram in proptest::collection::vec(any::<u8>(), 0..1500)) {
            if outer_for_server(&datagram) == Verdict::Packet {
                prop_assert!((1..=8).contains(&(datagram[0] >> 4)));
                prop_assert!((3..=6).contains(&(datagram[0] & 15)));
                prop_assert!(datagram.len() <= limits::DATAGRAM_BYTES);
            }
        }
    }
}
