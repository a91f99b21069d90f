//! What client and front desk say over HTTPS.
//!
//! `POST /session` signs in, `GET /map` gives the [`crate::map::WorldMap`] as JSON, `GET /map/tiles.png` its picture,
//! `GET /health` answers `ok`.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The version of everything that crosses the wire. Client and server must have the same one; netcode's protocol id
/// is made of it.
pub const PROTOCOL_VERSION: u32 = 1;

/// Netcode's protocol id for [`PROTOCOL_VERSION`]: links of other versions fail before anything is read.
#[must_use]
pub fn protocol_id() -> u64 {
    let hash = blake3::hash(format!("hallway protocol {PROTOCOL_VERSION}").as_bytes());
    let (first, _) = hash.as_bytes().split_first_chunk::<8>().expect("a hash has 32 bytes");
    u64::from_le_bytes(*first)
}

/// Body of `POST /session`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInRequest {
    /// [`PROTOCOL_VERSION`] of the client.
    pub protocol: u32,
    /// The name as the person typed it.
    pub name: String,
    /// Whether a free variant will do when the name is taken.
    pub or_variant: bool,
    /// The client's [`crate::owner::OwnerKey`] for this server, in hex: whose private history this is, whatever the
    /// name. The server keeps only its hash.
    pub owner_key: String,
}

/// Without the key, which no log may have.
impl fmt::Debug for SignInRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { protocol, name, or_variant, owner_key: _ } = self;
        let mut debug = f.debug_struct("SignInRequest");
        debug.field("protocol", protocol).field("name", name).field("or_variant", or_variant).finish_non_exhaustive()
    }
}

/// What `POST /session` gives to those who may come in (status 200).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInGrant {
    /// The person's id.
    pub person: u32,
    /// The name as granted.
    pub name: String,
    /// The connect token for the live door, in hex: usable once, within 30 s.
    pub token: String,
    /// What the first message on the link must show, in hex.
    pub secret: String,
    /// Digest of the map in use.
    pub map: String,
    /// The server's version.
    pub version: String,
}

/// What `POST /session` says to those who may not (status 409 for a taken name, 400 for a bad one or a bad key, 426
/// for another protocol, 429 for too many tries, 503 when the server is full or stops).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInRefusal {
    /// A word for programs: `name_taken`, `bad_name`, `bad_request`, `version`, `too_many_tries`, `full`, `stopping`.
    pub code: String,
    /// A sentence for people.
    pub text: String,
    /// For a taken name: the holder's name as it is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
    /// For a taken name: a variant that is free.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
}
