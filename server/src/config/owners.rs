//! Lists of owners in settings.

use super::values::SettingValue;
use hallway_protocol::owner::{OwnerId, OwnerKeyError};
use serde::Deserialize;
use std::str::FromStr;
use thiserror::Error;

/// Owners, as the log names them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Vec<String>")]
pub struct Owners(pub Vec<OwnerId>);

/// Why a text is no list of owners.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the owner “{text}” {error}; copy it from the log line of somebody who came in")]
pub struct OwnersError {
    text: String,
    error: OwnerKeyError,
}

impl Owners {
    fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, OwnersError> {
        let owner = |text: &str| OwnerId::parse(text).map_err(|error| OwnersError { text: text.to_owned(), error });
        texts.into_iter().map(owner).collect::<Result<_, _>>().map(Self)
    }
}

impl TryFrom<Vec<String>> for Owners {
    type Error = OwnersError;

    fn try_from(texts: Vec<String>) -> Result<Self, OwnersError> {
        Self::of(texts.iter().map(String::as_str))
    }
}

impl FromStr for Owners {
    type Err = OwnersError;

    fn from_str(text: &str) -> Result<Self, OwnersError> {
        Self::of(text.split(',').map(str::trim).filter(|text| !text.is_empty()))
    }
}

impl SettingValue for Owners {
    fn to_toml(&self) -> Option<toml::Value> {
        Some(self.0.iter().map(ToString::to_string).collect::<Vec<_>>().into())
    }
}
