//! Sound and pictures: the paths from microphone and camera to packets, and from packets to speaker and screen.
//!
//! [`voice`] is pure (no Bevy, no device, no clock), [`devices`] reaches microphones, speakers and WAV files, and
//! [`engine`] joins the two on a thread of its own; [`notes`] are what is recorded and played beside it. The same for pictures: [`video`] with its engine, [`cameras`] and
//! [`screens`]. Pictures that people send stand still: `stills`, pure.

pub mod cameras;
pub mod devices;
pub mod engine;
pub mod notes;
pub mod picture;
pub mod processing;
pub mod screens;
#[cfg(feature = "window")]
pub mod stills;
pub mod video;
pub mod voice;
