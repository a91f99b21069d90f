//! Whom private messages belong to: a client's secret, and what the server keeps of it.

use std::fmt;
use thiserror::Error;

/// A client's owner key: 32 random bytes that it makes once, written in hex. A server is shown a key made of it for
/// that server alone ([`Self::for_server`]), and keeps only that one's hash ([`Self::id`]).
///
/// Names are free for all once their holders are gone; private history goes by this key instead. It is never logged:
/// its `Debug` form does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnerKey([u8; 32]);

/// What the server knows an owner by: the BLAKE3 hash of the [`OwnerKey`], or of an account random bytes. Whoever reads a
/// server's database can't sign in with it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OwnerId([u8; 32]);

/// A text that is no owner key and no owner id. Reads as the end of "this key …".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("is not 64 hex digits")]
pub struct OwnerKeyError;

impl OwnerKey {
    /// The key of these bytes, which must be random.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads a key as it is written: exactly 64 hex digits.
    ///
    /// # Errors
    /// When the text is anything else.
    pub fn parse(text: &str) -> Result<Self, OwnerKeyError> {
        let hash = blake3::Hash::from_hex(text).map_err(|_| OwnerKeyError)?;
        Ok(Self(hash.into()))
    }

    /// The key in hex, as it crosses the wire and stands in the client's file.
    #[must_use]
    pub fn to_hex(&self) -> String {
        hex(&self.0)
    }

    /// The key that is shown to the server of this certificate (its SHA-256). A server that is up to no good can't sign
    /// in elsewhere with what it was shown.
    #[must_use]
    pub fn for_server(&self, certificate: &[u8; 32]) -> Self {
        Self(blake3::keyed_hash(&self.0, certificate).into())
    }

    /// What the server keeps of it.
    #[must_use]
    pub fn id(&self) -> OwnerId {
        OwnerId(blake3::hash(&self.0).into())
    }
}

impl OwnerId {
    /// An id that no client has the key of, made of random bytes: an account's.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads an id as it is written in logs and settings: exactly 64 hex digits.
    ///
    /// # Errors
    /// When the text is anything else.
    pub fn parse(text: &str) -> Result<Self, OwnerKeyError> {
        blake3::Hash::from_hex(text).map(|hash| Self(hash.into())).map_err(|_| OwnerKeyError)
    }
}

impl fmt::Debug for OwnerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OwnerKey(…)")
    }
}

impl fmt::Display for OwnerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for OwnerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OwnerId({self})")
    }
}

fn hex(bytes: &[u8; 32]) -> String {
    blake3::Hash::from(*bytes).to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_is_written_and_never_shown() {
        let key = OwnerKey::new([0xa5; 32]);
        assert_eq!(key.to_hex(), "a5".repeat(32));
        assert_eq!(OwnerKey::parse(&key.to_hex()), Ok(key.clone()));
        assert!(!format!("{key:?}").contains("a5"));
        for text in ["", "a5", &"a5".repeat(33), &"g5".repeat(32), &format!(" {}", "a5".repeat(32)), &"é".repeat(32)] {
            assert_eq!(OwnerKey::parse(text), Err(OwnerKeyError), "{text}");
        }
    }

    #[test]
    fn owners_are_told_apart_by_a_hash_that_is_not_the_key() {
        let (ann, bob) = (OwnerKey::new([1; 32]), OwnerKey::new([2; 32]));
        assert_eq!(ann.id(), ann.clone().id());
        assert_ne!(ann.id(), bob.id());
        assert_ne!(ann.id().to_string(), ann.to_hex());
        assert_eq!(OwnerId::parse(&ann.id().to_string()), Ok(ann.id()));
        assert_eq!(OwnerId::parse("Ann"), Err(OwnerKeyError));
    }

    #[test]
    fn each_server_is_shown_a_key_of_its_own() {
        let key = OwnerKey::new([1; 32]);
        let (here, there) = (key.for_server(&[3; 32]), key.for_server(&[4; 32]));
        assert_eq!(here, key.for_server(&[3; 32]));
        assert!(here != there && here != key);
    }
}
