//! Starting Hallway from its sources.

use crate::{
    packages::{self, Ask, Need},
    process::{become_command, cargo},
};
use anyhow::{Result, bail};
use std::{env, process::ExitCode};

/// Which build of the client does what is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Build {
    /// With its window.
    Windowed,
    /// Without the window and all that draws: far less to build, and no display libraries.
    Headless,
}

/// Builds and starts the client.
pub(crate) fn client(ask: Ask, release: bool, args: &[String]) -> Result<ExitCode> {
    let display = !cfg!(target_os = "linux") || has_display(|name| env::var(name).ok());
    let Some(build) = build_for(display, args) else {
        bail!(
            "there is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set); use the client without a window: \
             cargo xtask run -- --headless --server HOST:PORT --name NAME (docs/headless.md tells more)"
        );
    };
    let (need, features): (_, &[&str]) = match build {
        Build::Windowed => (Need::Client, &[]),
        Build::Headless => (Need::Headless, &["--no-default-features", "--features", "devices"]),
    };
    packages::provide(need, ask)?;
    if let Some(warning) = packages::slow_video() {
        println!("warning: {warning}");
    }
    start("hallway", features, release, args)
}

/// Builds and starts the server.
pub(crate) fn server(ask: Ask, release: bool, args: &[String]) -> Result<ExitCode> {
    packages::provide(Need::Server, ask)?;
    start("hallway-server", &[], release, args)
}

fn start(package: &str, features: &[&str], release: bool, args: &[String]) -> Result<ExitCode> {
    let mut command = cargo(&["run", "--locked", "--package", package, "--bin", package]);
    command.args(features);
    if release {
        command.arg("--release");
    }
    command.arg("--").args(args);
    become_command(command)
}

fn has_display(variable: impl Fn(&str) -> Option<String>) -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"].into_iter().any(|name| variable(name).is_some_and(|value| !value.is_empty()))
}

/// `None` when a window is asked for and there is nowhere to open it. With a display the one full build serves for
/// everything.
fn build_for(display: bool, args: &[String]) -> Option<Build> {
    let no_window = args.iter().any(|arg| matches!(arg.as_str(), "--headless" | "--help" | "-h" | "--version" | "-V"));
    match (display, no_window) {
        (true, _) => Some(Build::Windowed),
        (false, true) => Some(Build::Headless),
        (false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_needs_a_display() {
        let headless = ["--headless".to_owned(), "--name".to_owned()];
        assert_eq!(build_for(false, &[]), None);
        assert_eq!(build_for(false, &headless), Some(Build::Headless));
        assert_eq!(build_for(true, &[]), Some(Build::Windowed));
        assert_eq!(build_for(true, &headless), Some(Build::Windowed));
    }

    #[test]
    fn an_empty_variable_is_no_display() {
        let only = |set: &'static str, value: &'static str| move |name: &str| (name == set).then(|| value.to_owned());
        assert!(has_display(only("DISPLAY", ":0")));
        assert!(has_display(only("WAYLAND_DISPLAY", "wayland-0")));
        assert!(!has_display(only("DISPLAY", "")));
        assert!(!has_display(|_| None));
    }
}
