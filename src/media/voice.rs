//! The pure part of the voice path: everything that can be tested without a device, a socket or a clock.
//!
//! Times come in as arguments: a [`Duration`](std::time::Duration) on the caller's own monotonic clock.

pub mod activation;
pub mod adapt;
pub mod codec;
pub mod cues;
pub mod delay;
pub mod encoding;
pub mod frames;
pub mod gate;
pub mod jitter;
pub mod level;
pub mod mixer;
pub mod pace;
pub mod space;
pub mod stretch;
pub mod talker;
