//! The names of the sound devices, asked for while somebody looks at them.

use crate::{
    media::devices::list::{DeviceNames, device_names},
    ui::lookup::Lookup,
};

/// The names as far as they are known.
pub struct DeviceList(Lookup<DeviceNames>);

impl Default for DeviceList {
    fn default() -> Self {
        Self(Lookup::new(DeviceNames::default(), device_names))
    }
}

impl DeviceList {
    /// Names that never change.
    #[must_use]
    pub fn fixed(names: DeviceNames) -> Self {
        Self(Lookup::fixed(names))
    }

    /// The names, at `now` (seconds of the window's clock).
    pub fn names(&mut self, now: f64) -> &DeviceNames {
        self.0.watched(now)
    }
}
