//! Video: from pictures to slices of H.264 and back.
//!
//! [`engine`] joins it on threads of its own; everything else here is pure: bytes, pictures and moments are arguments.
//! Moments are times on [the clock of
//! pictures](super::picture::clock).

pub mod adapt;
pub mod assembly;
pub mod decoder;
pub mod encoder;
pub mod engine;
pub mod inspect;
pub mod layers;
pub mod media_clock;
pub mod receiver;
pub mod slicer;

#[cfg(test)]
mod test_pictures;
