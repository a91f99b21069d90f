//! What end-to-end tests share.

pub(crate) mod client;
pub(crate) mod events;
pub(crate) mod processes;
pub(crate) mod server;
pub(crate) mod speech;
