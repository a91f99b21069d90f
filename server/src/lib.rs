//! Hallway's server: the front desk, the live world and the store, in a process of its own or inside a client.
//!
//! [`start`] runs a server on its own threads and touches nothing global: no logger, no signal handler. Three things
//! work side by side and speak over bounded queues:
//!
//! - [`world`], a Bevy app on the thread `world`, decides everything;
//! - [`desk`], HTTPS on a small tokio runtime, asks the world;
//! - [`store`], one task over SQLite, is asked by the world.
//!
//! The bytes of [`files`] go between desk and disk; the world only says who may.
//!
//! What is said where a talk log is on, the world gives to [`talk_log`], which makes files of it.
//!
//! Whose a name is, the desk finds out by [`accounts`] before it asks the world.

pub mod accounts;
pub mod admin;
pub mod config;
pub mod desk;
pub mod files;
mod running;
mod site;
pub mod store;
pub mod talk_log;
pub mod world;

pub use config::Settings;
pub use running::{Running, StartError, Stopper, WorldFailed, start};
pub use site::SiteError;

use world::{CallRelayCounters, RelayCounters};

/// Something that whoever runs the server may want to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServerEvent {
    /// The relay's counters, when they changed: once a second at most.
    Relay(RelayCounters),
    /// The counters of the calls' relay, likewise.
    CallRelay(CallRelayCounters),
}
