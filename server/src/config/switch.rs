//! Settings that are on or off.

use super::values::SettingValue;
use serde::Deserialize;
use std::str::FromStr;
use thiserror::Error;

/// Something that is on or off, and written so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Switch {
    /// On.
    On,
    /// Off.
    Off,
}

/// A text that is neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("write on or off")]
pub struct NoSwitch;

impl Switch {
    /// Whether it is on.
    #[must_use]
    pub fn is_on(self) -> bool {
        self == Self::On
    }
}

impl FromStr for Switch {
    type Err = NoSwitch;

    fn from_str(text: &str) -> Result<Self, NoSwitch> {
        match text {
            "on" => Ok(Self::On),
            "off" => Ok(Self::Off),
            _ => Err(NoSwitch),
        }
    }
}

impl SettingValue for Switch {
    fn to_toml(&self) -> Option<toml::Value> {
        Some(if self.is_on() { "on" } else { "off" }.into())
    }
}
