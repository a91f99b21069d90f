//! The program `hallway`: arguments, log, and then the window or the script.

use clap::Parser;
#[cfg(feature = "window")]
use hallway::{
    face::{self, FaceSettings},
    host::Host,
    net,
};
use hallway::{
    headless,
    settings::{Arguments, Mode, WindowSettings},
};
use hallway_protocol::link;
use std::{io, process::ExitCode};
use tracing_subscriber::EnvFilter;

/// What goes to the log where `HALLWAY_LOG` says nothing.
const LOG: &str = "warn,hallway=info,hallway_server=info,hallway_protocol=info";

fn main() -> ExitCode {
    let mode = Arguments::parse().mode();
    start_log();
    let outcome = match mode {
        Mode::Headless(settings) => headless::run(*settings).map_err(|error| error.to_string()),
        Mode::Window(settings) => run_window(*settings),
    };
    outcome.unwrap_or_else(|sentence| {
        eprintln!("{sentence}");
        ExitCode::FAILURE
    })
}

fn start_log() {
    let wish = std::env::var("HALLWAY_LOG").unwrap_or_else(|_| LOG.to_owned());
    let filter = EnvFilter::try_new(format!("{},{wish}", link::quiet_filter())).unwrap_or_else(|error| {
        eprintln!("HALLWAY_LOG can't be read ({error}); logging as usual.");
        EnvFilter::new(format!("{},{LOG}", link::quiet_filter()))
    });
    tracing_subscriber::fmt().with_writer(io::stderr).with_env_filter(filter).init();
    std::panic::set_hook(Box::new(|panic| {
        let thread = std::thread::current();
        tracing::error!(thread = thread.name().unwrap_or("unnamed"), "{panic}");
    }));
}

#[cfg(feature = "window")]
fn run_window(settings: WindowSettings) -> Result<ExitCode, String> {
    if !has_display() {
        return Err(NO_WINDOW.to_owned());
    }
    let host = if settings.server.is_none() { Some(Host::start(&settings.session.config_dir)?) } else { None };
    let (server, trust) = match (&host, settings.server) {
        (Some(host), _) => (host.address().to_string(), host.trust()),
        (None, server) => {
            (server.map(|server| server.to_string()).unwrap_or_default(), settings.trust.unwrap_or_default())
        }
    };
    let handle = net::start(settings.session).map_err(|error| error.to_string())?;
    let exit = face::run(FaceSettings {
        server,
        name: settings.name,
        hosted: host.is_some(),
        trust,
        sign_in_now: settings.sign_in_now,
        handle,
    });
    if let Some(host) = host {
        host.stop()?;
    }
    Ok(if exit.is_success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[cfg(not(feature = "window"))]
fn run_window(_: WindowSettings) -> Result<ExitCode, String> {
    Err("This build of Hallway has no window; use it with --headless --server HOST --name NAME.".to_owned())
}

/// Whether there is anything to open a window on.
#[cfg(feature = "window")]
fn has_display() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY") || is_set("WAYLAND_SOCKET")
}

#[cfg(feature = "window")]
const NO_WINDOW: &str = "There is no display to open a window on; use the client without one: hallway --headless --server HOST --name NAME.";
