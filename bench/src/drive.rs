//! The real programs as processes of their own, driven by what scripts have: lines in, events out.

pub(crate) mod client;
pub(crate) mod events;
pub(crate) mod process;
pub(crate) mod stage;
