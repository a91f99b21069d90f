//! What client and front desk say over HTTPS.
//!
//! `POST /session` signs in, `POST /account` changes an account, `GET /map` gives the [`crate::map::WorldMap`] as JSON, `GET /map/tiles.png` its picture,
//! `GET /health` answers `ok`. What is said about files stands in [`crate::file`].

use serde::{Deserialize, Serialize};
use std::fmt;

/// The version of everything that crosses the wire. Client and server must have the same one; netcode's protocol id
/// is made of it.
pub const PROTOCOL_VERSION: u32 = 5;

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
    /// What shows that the name is the person's own.
    #[serde(default)]
    pub proof: Proof,
    /// Whether to get a token with which to stay signed in, once the proof is a good one.
    #[serde(default)]
    pub stay: bool,
    /// The [`crate::invite::InviteCode`] to register with, where guests may not come in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invite: Option<String>,
}

impl SignInRequest {
    /// The request of a guest whose client shows this [`crate::owner::OwnerKey`], in hex.
    #[must_use]
    pub fn guest(name: impl Into<String>, owner_key: impl Into<String>) -> Self {
        Self {
            protocol: PROTOCOL_VERSION,
            name: name.into(),
            or_variant: false,
            owner_key: owner_key.into(),
            proof: Proof::None,
            stay: false,
            invite: None,
        }
    }
}

/// Without the key and the invitation, which no log may have.
impl fmt::Debug for SignInRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { protocol, name, or_variant, owner_key: _, proof, stay, invite: _ } = self;
        let mut debug = f.debug_struct("SignInRequest");
        debug.field("protocol", protocol).field("name", name).field("or_variant", or_variant).field("proof", proof);
        debug.field("stay", stay).finish_non_exhaustive()
    }
}

/// What shows that a name is one's own. Its `Debug` form shows no secret.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// Nothing: a guest.
    #[default]
    None,
    /// The account's password, as it was typed.
    Password(String),
    /// What an earlier sign-in gave to stay signed in ([`SignInGrant::stay`]).
    Staying(String),
    /// The name is to be one's own from now on, with this password.
    Register(String),
}

impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Password(_) => "Password(…)",
            Self::Staying(_) => "Staying(…)",
            Self::Register(_) => "Register(…)",
        })
    }
}

/// What `POST /session` gives to those who may come in (status 200).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Whether the name is the person's own here.
    pub account: bool,
    /// What to show next time instead of the password, in hex; where it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stay: Option<String>,
    /// What requests about files show while one is signed in, in hex.
    #[serde(default)]
    pub files_key: String,
}

/// Without what opens doors, which no log may have.
impl fmt::Debug for SignInGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("SignInGrant");
        debug.field("person", &self.person).field("name", &self.name).field("version", &self.version);
        debug.field("account", &self.account).finish_non_exhaustive()
    }
}

/// Body of `POST /account`: a change of one's account. Status 204 when it is done, else a [`SignInRefusal`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRequest {
    /// [`PROTOCOL_VERSION`] of the client.
    pub protocol: u32,
    /// The account's name.
    pub name: String,
    /// Its password: nobody changes an account at a client that was left alone.
    pub password: String,
    /// What to change.
    pub change: AccountChange,
}

impl fmt::Debug for AccountRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { protocol, name, password: _, change } = self;
        let mut debug = f.debug_struct("AccountRequest");
        debug.field("protocol", protocol).field("name", name).field("change", change).finish_non_exhaustive()
    }
}

/// A change of an account. Its `Debug` form shows no secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountChange {
    /// Another password; all clients that stayed signed in have to give it.
    Password(String),
    /// Ends all sessions, and lets no client stay signed in.
    SignOutEverywhere,
    /// Takes the account away. What was said stays, as by a former member.
    Delete,
}

impl fmt::Debug for AccountChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Password(_) => "Password(…)",
            Self::SignOutEverywhere => "SignOutEverywhere",
            Self::Delete => "Delete",
        })
    }
}

/// What the front desk says to those who may not (status 401 for a wrong or missing password, 403 where
/// an invitation is needed or for a ban, 409 for a taken name, 400
/// for a bad one, a bad key or a bad password, 426 for another protocol, 429 for too many tries, 503 when the server is
/// full, busy or stops).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInRefusal {
    /// A word for programs: `name_taken`, `password_needed`, `wrong_password`, `signed_out`, `bad_name`, `bad_password`,
    /// `bad_request`, `version`, `too_many_tries`, `invite_needed`, `bad_invite`, `banned`, `full`, `busy`, `stopping`, `failed`.
    pub code: String,
    /// A sentence for people.
    pub text: String,
    /// For a taken name: the holder's name as it is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
    /// For a taken name, or one that needs a password: a variant that is free.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
}
