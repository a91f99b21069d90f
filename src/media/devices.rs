//! Where sound comes from and goes to: sound devices, WAV files, or nothing.

#[cfg(feature = "devices")]
pub mod cpal_input;
#[cfg(feature = "devices")]
pub mod cpal_output;
#[cfg(feature = "devices")]
mod fill;
#[cfg(feature = "devices")]
mod host;
pub mod list;
#[cfg(feature = "devices")]
mod opener;
pub mod sink;
pub mod source;
#[cfg(feature = "devices")]
mod stream;
pub mod wav;

#[cfg(feature = "devices")]
pub(crate) use host::Direction;
#[cfg(feature = "devices")]
pub(crate) use opener::{Opened, Opener, Ticket};
#[cfg(feature = "devices")]
pub(crate) use stream::OpenStream;

use thiserror::Error;

/// Why a device could not be used, as a sentence for the person.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DeviceError {
    /// This build was made without sound devices.
    #[error(
        "This build of Hallway has no sound devices: use `wav:FILE` or `none`, or build with the `devices` feature."
    )]
    NotBuilt,
    /// There is no microphone or speaker at all.
    #[error("No {0} was found: connect one, and Hallway picks it up.")]
    None(&'static str),
    /// No device has that name.
    #[error("No {kind} is called “{name}”: choose another, or connect it.")]
    NotFound {
        /// What was looked for.
        kind: &'static str,
        /// The name that was asked for.
        name: String,
    },
    /// The device is there but refuses.
    #[error("The {kind} “{name}” could not be opened: {reason}")]
    Refused {
        /// What it is.
        kind: &'static str,
        /// Its name.
        name: String,
        /// What the system said.
        reason: String,
    },
}
