//! The kinds of values that settings have, beyond the standard library's.

use directories::ProjectDirs;
use hallway_protocol::{
    floor::{FloorPolicy, QueueRule},
    keeping::Keep,
};
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    num::ParseIntError,
    path::PathBuf,
    str::FromStr,
    time::Duration,
};
use thiserror::Error;

/// A whole number of seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Seconds(pub u32);

impl FromStr for Seconds {
    type Err = ParseIntError;
    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        text.parse().map(Self)
    }
}

impl From<Seconds> for Duration {
    fn from(seconds: Seconds) -> Self {
        Self::from_secs(seconds.0.into())
    }
}

/// A host, and a port where it is another one than the server listens on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicAddress {
    /// A name or an address, without brackets.
    pub host: String,
    /// The port, if it differs.
    pub port: Option<u16>,
}

/// Why a text is no public address. Reads as the end of "this address …".
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PublicAddressError {
    /// No host.
    #[error("names no host; write HOST or HOST:PORT")]
    NoHost,
    /// Something else than a port after the last colon.
    #[error("has no number from 1 to 65535 after its colon; write HOST or HOST:PORT")]
    BadPort,
}

impl FromStr for PublicAddress {
    type Err = PublicAddressError;

    fn from_str(text: &str) -> Result<Self, PublicAddressError> {
        let text = text.trim();
        if let Ok(address) = text.parse::<SocketAddr>() {
            return Self::new(&address.ip().to_string(), Some(address.port()));
        }
        let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
        if let Ok(ip) = bare.parse::<IpAddr>() {
            return Self::new(&ip.to_string(), None);
        }
        match text.rsplit_once(':') {
            None => Self::new(text, None),
            Some((host, port)) => Self::new(host, Some(port.parse().map_err(|_| PublicAddressError::BadPort)?)),
        }
    }
}

impl PublicAddress {
    fn new(host: &str, port: Option<u16>) -> Result<Self, PublicAddressError> {
        match (host, port) {
            (host, _) if host.is_empty() || host.contains(char::is_whitespace) => Err(PublicAddressError::NoHost),
            (_, Some(0)) => Err(PublicAddressError::BadPort),
            (host, port) => Ok(Self { host: host.to_owned(), port }),
        }
    }
}

impl fmt::Display for PublicAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.port, self.host.contains(':')) {
            (None, _) => f.write_str(&self.host),
            (Some(port), true) => write!(f, "[{}]:{port}", self.host),
            (Some(port), false) => write!(f, "{}:{port}", self.host),
        }
    }
}

impl TryFrom<String> for PublicAddress {
    type Error = PublicAddressError;
    fn try_from(text: String) -> Result<Self, PublicAddressError> {
        text.parse()
    }
}

impl From<PublicAddress> for String {
    fn from(address: PublicAddress) -> Self {
        address.to_string()
    }
}

/// The platform's folder for application data, or a folder beside the program where there is none.
#[must_use]
pub fn default_data_dir() -> PathBuf {
    ProjectDirs::from("", "", "hallway")
        .map_or_else(|| PathBuf::from("hallway-data"), |dirs| dirs.data_dir().join("server"))
}

/// How a setting's value is written in TOML.
pub(super) trait SettingValue {
    /// The value; `None` when it is unset.
    fn to_toml(&self) -> Option<toml::Value>;
}

impl SettingValue for SocketAddr {
    fn to_toml(&self) -> Option<toml::Value> {
        Some(self.to_string().into())
    }
}

impl SettingValue for PathBuf {
    fn to_toml(&self) -> Option<toml::Value> {
        Some(self.display().to_string().into())
    }
}

impl SettingValue for String {
    fn to_toml(&self) -> Option<toml::Value> {
        Some(self.as_str().into())
    }
}

impl SettingValue for PublicAddress {
    fn to_toml(&self) -> Option<toml::Value> {
        Some(self.to_string().into())
    }
}

impl SettingValue for u32 {
    fn to_toml(&self) -> Option<toml::Value> {
        Some(i64::from(*self).into())
    }
}

impl SettingValue for bool {
    fn to_toml(&self) -> Option<toml::Value> {
        Some((*self).into())
    }
}

impl SettingValue for Duration {
    fn to_toml(&self) -> Option<toml::Value> {
        i64::try_from(self.as_secs()).ok().map(Into::into)
    }
}

impl SettingValue for FloorPolicy {
    fn to_toml(&self) -> Option<toml::Value> {
        Some(self.word().into())
    }
}

impl SettingValue for QueueRule {
    fn to_toml(&self) -> Option<toml::Value> {
        Some(self.word().into())
    }
}

impl SettingValue for Keep {
    fn to_toml(&self) -> Option<toml::Value> {
        Some(self.to_string().into())
    }
}

impl<T: SettingValue> SettingValue for Option<T> {
    fn to_toml(&self) -> Option<toml::Value> {
        self.as_ref().and_then(SettingValue::to_toml)
    }
}
