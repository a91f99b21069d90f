//! The live door's tests with whole apps: what must work, and what must not.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod attacks;
mod common;
mod connects;
mod priority;
