//! What end-to-end tests share.

pub(crate) mod cheat;
pub(crate) mod client;
pub(crate) mod events;
pub(crate) mod intelligibility;
pub(crate) mod processes;
pub(crate) mod recording;
pub(crate) mod server;
pub(crate) mod speech;
