//! The session: everything live, on a thread of its own, away from whatever draws it.

pub mod commands;
pub mod events;
pub mod handle;
pub mod snapshot;
pub mod track;

pub use handle::{SessionHandle, SessionPort};
