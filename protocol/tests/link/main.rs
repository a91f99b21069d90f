//! The live door's tests with whole apps: what must work, and what must not.

mod attacks;
mod common;
mod connects;
