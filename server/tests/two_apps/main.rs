//! The world with its clients, in one process, on a wire in memory and a clock that the tests step.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod attacks;
mod calls;
mod chat;
mod floor;
mod harness;
mod messages;
mod rooms;
mod sessions;
