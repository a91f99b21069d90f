//! Connect tokens: made by the front desk, good for one session, and known to the door before netcode sees them.

use crate::{limits, link::firewall::REQUEST_NONCE};
use lightyear::{
    connection::shared::{ConnectionRequestHandler, DeniedReason},
    netcode::{CONNECT_TOKEN_BYTES, ConnectToken, Key},
    prelude::PeerId,
};
use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use thiserror::Error;

/// How long a connect token is good for a connection: a sign-in on a bad link takes a few seconds.
pub const TOKEN_LIFETIME: Duration = Duration::from_secs(30);
/// Links that one token may open: one, and one more each time its handshake was too slow for the door.
const LINKS_PER_TOKEN: u8 = 8;
/// Where a token carries the time of its end and its nonce.
const TOKEN_EXPIRY: std::ops::Range<usize> = 29..37;
const TOKEN_NONCE: std::ops::Range<usize> = 37..61;

/// Why there is no connect token.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TokenError {
    /// Netcode names 1 to 32 addresses in a token.
    #[error("a connect token names 1 to 32 server addresses, not {0}")]
    Addresses(usize),
    /// Netcode could not make or read the token.
    #[error("netcode refuses the connect token")]
    Netcode(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Makes a connect token for one connection of one session: `client_id` is the session's random, secret number.
///
/// # Errors
/// When netcode can't name the addresses or has no clock or randomness; see [`TokenError`].
pub fn make_token(
    server_addresses: &[SocketAddr],
    client_id: u64,
    key: Key,
    protocol_id: u64,
) -> Result<Vec<u8>, TokenError> {
    if !(1..=32).contains(&server_addresses.len()) {
        return Err(TokenError::Addresses(server_addresses.len()));
    }
    let seconds = |time: Duration| i32::try_from(time.as_secs()).unwrap_or(i32::MAX);
    let token = ConnectToken::build(server_addresses, protocol_id, client_id, key)
        .timeout_seconds(seconds(limits::LINK_TIMEOUT))
        .expire_seconds(seconds(TOKEN_LIFETIME))
        .generate()
        .map_err(|error| TokenError::Netcode(error.into()))?;
    Ok(token.try_into_bytes().map_err(|error| TokenError::Netcode(error.to_string().into()))?.to_vec())
}

/// Reads the bytes that [`make_token`] made.
///
/// # Errors
/// When they are no connect token.
pub fn read_token(bytes: &[u8]) -> Result<ConnectToken, TokenError> {
    if bytes.len() != CONNECT_TOKEN_BYTES {
        return Err(TokenError::Netcode(format!("{} bytes instead of {CONNECT_TOKEN_BYTES}", bytes.len()).into()));
    }
    ConnectToken::try_from_bytes(bytes).map_err(|error| TokenError::Netcode(error.into()))
}

/// The sessions that may still connect: issued here, unused, unexpired. Shared by the front desk, which issues, the
/// door, which asks before it opens a link, and netcode, which asks before it answers a request.
#[derive(Clone, Debug, Default)]
pub struct SessionGate(Arc<Mutex<Issued>>);

#[derive(Default)]
struct Issued {
    by_nonce: HashMap<Nonce, Session>,
    nonces: HashMap<u64, Nonce>,
}

impl std::fmt::Debug for Issued {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Issued").field("sessions", &self.nonces.len()).finish_non_exhaustive()
    }
}

type Nonce = [u8; 24];

#[derive(Clone, Copy)]
struct Session {
    expires_unix_seconds: u64,
    links: u8,
}

impl SessionGate {
    /// Makes a token with [`make_token`] and lets its session in, once.
    ///
    /// # Errors
    /// As [`make_token`].
    pub fn issue(
        &self,
        server_addresses: &[SocketAddr],
        session: u64,
        key: Key,
        protocol_id: u64,
    ) -> Result<Vec<u8>, TokenError> {
        let token = make_token(server_addresses, session, key, protocol_id)?;
        self.admit_token(session, &token);
        Ok(token)
    }

    fn admit_token(&self, session: u64, token: &[u8]) {
        let (Some(nonce), Some(expiry)) = (part(token, TOKEN_NONCE), part(token, TOKEN_EXPIRY)) else { return };
        let mut issued = self.issued();
        issued.forget_expired();
        issued.forget(session);
        issued.nonces.insert(session, nonce);
        let expires_unix_seconds = u64::from_be_bytes(expiry);
        issued.by_nonce.insert(nonce, Session { expires_unix_seconds, links: 0 });
    }

    /// Whether this connection request carries a token that was issued here and may still be used.
    pub(crate) fn knows(&self, request: &[u8]) -> bool {
        part::<24>(request, REQUEST_NONCE).is_some_and(|nonce| self.issued().by_nonce.contains_key(&nonce))
    }

    /// Whether the door may open a link for this connection request; it counts those that it did.
    pub(crate) fn admits(&self, request: &[u8]) -> bool {
        let Some(nonce) = part::<24>(request, REQUEST_NONCE) else { return false };
        let mut issued = self.issued();
        let Some(session) = issued.by_nonce.get_mut(&nonce) else { return false };
        let admitted = session.links < LINKS_PER_TOKEN && session.expires_unix_seconds > unix_seconds();
        session.links += u8::from(admitted);
        admitted
    }

    /// Ends a session's right to connect: it has connected, or was taken back. Whether it had one.
    pub fn revoke(&self, session: u64) -> bool {
        self.issued().forget(session)
    }

    /// Sessions that may still connect.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.issued().nonces.len()
    }

    fn issued(&self) -> MutexGuard<'_, Issued> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Issued {
    fn forget(&mut self, session: u64) -> bool {
        let nonce = self.nonces.remove(&session);
        nonce.is_some_and(|nonce| self.by_nonce.remove(&nonce).is_some())
    }

    fn forget_expired(&mut self) {
        let now = unix_seconds();
        self.by_nonce.retain(|_, session| session.expires_unix_seconds > now);
        let by_nonce = &self.by_nonce;
        self.nonces.retain(|_, nonce| by_nonce.contains_key(nonce));
    }
}

impl ConnectionRequestHandler for SessionGate {
    fn handle_request(&self, client_id: PeerId) -> Option<DeniedReason> {
        let PeerId::Netcode(session) = client_id else { return Some(DeniedReason::InvalidToken) };
        let waits = self.issued().nonces.contains_key(&session);
        (!waits).then_some(DeniedReason::TokenAlreadyUsed)
    }
}

fn part<const N: usize>(bytes: &[u8], range: std::ops::Range<usize>) -> Option<[u8; N]> {
    bytes.get(range)?.try_into().ok()
}

fn unix_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: Key = [7; 32];

    fn address() -> SocketAddr {
        "127.0.0.1:7443".parse().unwrap()
    }

    /// A connection request's clear part, as a client would send it with this token.
    fn request(token: &[u8]) -> Vec<u8> {
        let mut request = vec![0; crate::link::firewall::REQUEST_BYTES];
        request[REQUEST_NONCE].copy_from_slice(&token[TOKEN_NONCE]);
        request
    }

    #[test]
    fn only_issued_tokens_open_links_and_only_a_few() {
        let gate = SessionGate::default();
        let token = gate.issue(&[address()], 1, KEY, 9).unwrap();
        let foreign = make_token(&[address()], 1, KEY, 9).unwrap();
        assert!(!gate.admits(&request(&foreign)));
        for _ in 0..LINKS_PER_TOKEN {
            assert!(gate.admits(&request(&token)));
        }
        assert!(!gate.admits(&request(&token)));
    }

    #[test]
    fn a_session_connects_once() {
        let gate = SessionGate::default();
        let token = gate.issue(&[address()], 1, KEY, 9).unwrap();
        assert_eq!(gate.handle_request(PeerId::Netcode(1)), None);
        assert_eq!(gate.handle_request(PeerId::Netcode(2)), Some(DeniedReason::TokenAlreadyUsed));
        assert!(gate.revoke(1));
        assert!(!gate.revoke(1));
        assert_eq!(gate.handle_request(PeerId::Netcode(1)), Some(DeniedReason::TokenAlreadyUsed));
        assert!(!gate.admits(&request(&token)));
    }

    #[test]
    fn an_expired_token_is_forgotten() {
        let gate = SessionGate::default();
        let mut token = make_token(&[address()], 1, KEY, 9).unwrap();
        token[TOKEN_EXPIRY].copy_from_slice(&1_u64.to_be_bytes());
        gate.admit_token(1, &token);
        assert!(!gate.admits(&request(&token)));
        gate.issue(&[address()], 2, KEY, 9).unwrap();
        assert_eq!(gate.waiting(), 1);
    }

    #[test]
    fn a_token_survives_the_way_to_the_client() {
        let token = make_token(&[address()], 1, KEY, 9).unwrap();
        let read = read_token(&token).unwrap();
        assert!(read.expire_timestamp() > unix_seconds());
        assert!(read_token(&token[1..]).is_err());
        assert!(make_token(&[], 1, KEY, 9).is_err());
    }
}
