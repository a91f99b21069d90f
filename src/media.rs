//! Sound: the voice path from microphone to packets and from packets to speaker.
//!
//! [`voice`] is pure (no Bevy, no device, no clock), [`devices`] reaches microphones, speakers and WAV files, and
//! [`engine`] joins the two on a thread of its own.

pub mod devices;
pub mod engine;
pub mod processing;
pub mod voice;
