//! The world with its clients, in one process, on a wire in memory and a clock that the tests step.

mod chat;
mod floor;
mod harness;
mod rooms;
mod sessions;
