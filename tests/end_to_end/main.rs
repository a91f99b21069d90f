//! End to end: the real client and the real server as processes of their own, driven by what people and scripts have.
//!
//! The clients run without a window and are driven over standard input and output, as docs/headless.md has it; one test
//! opens the window and presses real keys.
#![expect(clippy::unwrap_used, reason = "what is missing in a test ends it")]
#![expect(clippy::print_stdout, reason = "what a test measured is worth reading")]

mod accounts;
mod calls;
#[cfg(all(feature = "window", target_os = "linux"))]
mod calls_window;
mod camera;
mod crashes;
#[cfg(feature = "devices")]
mod devices;
mod files;
mod floor;
mod lossy;
mod messages;
mod notes;
mod rooms;
mod screen;
mod search;
mod server_program;
mod sign_in;
#[path = "../support/helpers.rs"]
mod support;
mod talk_log;
mod video;
mod voice;
mod walking;
#[cfg(all(feature = "window", target_os = "linux"))]
mod window;
