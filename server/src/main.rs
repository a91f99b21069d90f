//! The program `hallway-server`: settings, log, signals, and what it says about itself.

use clap::Parser;
use hallway_protocol::link::quiet_filter;
use hallway_server::{
    Running, ServerEvent, Settings, admin,
    config::{self, Arguments, Work},
};
use serde_json::json;
use std::{
    io::{self, Write},
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering},
};
use tracing_subscriber::EnvFilter;

/// Exit status of a program that was interrupted and did not clean up.
const INTERRUPTED: i32 = 130;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let settings = config::load(arguments)?;
    if let Some(Work::Admin(order)) = &arguments.work {
        return Ok(admin::run(&settings.data_dir, settings.public.as_ref(), order)?);
    }
    if arguments.print_config {
        io::stdout().write_all(config::print(&settings).as_bytes())?;
        return Ok(());
    }
    start_log(&settings)?;
    let json = settings.json;
    tracing::info!(?settings, "settings in effect");
    let name = settings.name.clone();
    let running = hallway_server::start(settings)?;
    stop_on_signals(&running)?;
    tell_ready(&running, &name, json);
    while let Some(event) = running.next_event() {
        if json {
            tell_event(event);
        }
    }
    running.wait()?;
    Ok(())
}

fn start_log(settings: &Settings) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(format!("{},{}", quiet_filter(), settings.log))?;
    tracing_subscriber::fmt().with_writer(io::stderr).with_env_filter(filter).init();
    Ok(())
}

/// The first signal stops the server in order, the second one at once.
fn stop_on_signals(running: &Running) -> anyhow::Result<()> {
    let stopper = running.stopper();
    let again = AtomicBool::new(false);
    ctrlc::set_handler(move || {
        if again.swap(true, Ordering::AcqRel) {
            std::process::exit(INTERRUPTED);
        }
        stopper.stop();
    })?;
    Ok(())
}

fn tell_ready(running: &Running, name: &str, json: bool) {
    let (listen, fingerprint) = (running.listen, &running.fingerprint);
    let version = env!("CARGO_PKG_VERSION");
    let line = if json {
        json!({ "event": "ready", "listen": listen, "fingerprint": fingerprint, "version": version, "name": name })
            .to_string()
    } else {
        format!("{name} {version} is ready on {listen}. Fingerprint of its certificate: {fingerprint}")
    };
    tell(&line);
}

fn tell_event(event: ServerEvent) {
    let line = match event {
        ServerEvent::Relay(counters) => json!({
            "event": "relay",
            "passed": counters.passed,
            "refused_not_holder": counters.refused_not_holder,
            "malformed": counters.malformed,
            "too_many": counters.too_many,
        }),
        ServerEvent::CallRelay(counters) => json!({
            "event": "call_relay",
            "voice_passed": counters.voice_passed,
            "video_passed": counters.video_passed,
            "voice_refused": counters.voice_refused,
            "video_refused": counters.video_refused,
            "video_stalled": counters.video_stalled,
            "malformed": counters.malformed,
            "too_many": counters.too_many,
        }),
        _ => return,
    };
    tell(&line.to_string());
}

/// Writes a line to standard output; when nobody reads it any more, the server goes on.
fn tell(line: &str) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
