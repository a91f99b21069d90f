//! Voice notes: sound that is recorded, kept as a file, and played again at any place and speed.
//!
//! Pure. [`recording`] makes an Ogg Opus file (RFC 7845) of samples, [`mod@file`] reads one, whoever made it, and [`player`]
//! gives its sound. The voice engine records and plays beside the voices.

pub mod file;
pub mod pauses;
pub mod player;
pub mod recording;
pub mod tempo;
pub mod waveform;
