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
        use std::sync::{Mutex, PoisonError};
        /// Kept from call to call, for cpal never quite lets go of a connection to a sound server.
        static HOST: Mutex<Option<Host>> = Mutex::new(None);
        let mut kept = HOST.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.as_ref().is_none_or(Host::is_empty) {
            *kept = Some(Host::open());
        }
        let names = |direction| kept.as_ref().map_or_else(Vec::new, |host| host.names(direction));
        DeviceNames { microphones: names(Direction::Input), speakers: names(Direction::Output) }
    }
    #[cfg(not(feature = "devices"))]
    DeviceNames::default()
}
