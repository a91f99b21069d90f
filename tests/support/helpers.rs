//! What end-to-end tests share.

pub(crate) mod cheat;
pub(crate) mod client;
#[cfg(feature = "window")]
pub(crate) mod display;
pub(crate) mod events;
pub(crate) mod intelligibility;
pub(crate) mod pictures;
#[cfg(feature = "window")]
pub(crate) mod pixels;
pub(crate) mod processes;
#[cfg(feature = "devices")]
pub(crate) mod pulse;
pub(crate) mod recording;
pub(crate) mod server;
pub(crate) mod speech;
pub(crate) mod tcp_proxy;
#[cfg(feature = "window")]
pub(crate) mod xvfb;
