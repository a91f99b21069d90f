//! Hallway's client: the session that talks to a server, the face that shows it, and the same without a face.

#[cfg(feature = "window")]
pub mod face;
pub mod headless;
pub mod host;
pub mod media;
pub mod net;
pub mod settings;
#[cfg(feature = "window")]
pub mod ui;
#[cfg(feature = "window")]
pub mod world;
