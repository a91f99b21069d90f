//! The names of the sound devices that are there.

/// Names of the sound devices, as `device:NAME` takes them. Empty where there are none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceNames {
    /// Microphones.
    pub microphones: Vec<String>,
    /// Speakers.
    pub speakers: Vec<String>,
}

/// Asks the system for its sound devices. May take some hundred milliseconds: not for a thread that draws or streams.
#[must_use]
pub fn device_names() -> DeviceNames {
    #[cfg(feature = "devices")]
    {
        use super::host::{Direction, Host};
        let host = Host::open();
        DeviceNames { microphones: host.names(Direction::Input), speakers: host.names(Direction::Output) }
    }
    #[cfg(not(feature = "devices"))]
    DeviceNames::default()
}
