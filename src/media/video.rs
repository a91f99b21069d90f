//! Video: from pictures to slices of H.264 and back.
//!
//! [`engine`] joins it on threads of its own; everything else here is pure: bytes, pictures and moments are arguments.

pub mod engine;
