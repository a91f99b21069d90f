//! The Hallway client.

pub mod media;
