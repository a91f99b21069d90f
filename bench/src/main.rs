//! The program `hallway-bench`: measures Hallway with its real programs. `cargo xtask bench` builds all of them and
//! starts it; docs/performance.md tells what the figures mean.
#![expect(clippy::print_stdout, reason = "figures are for the person who asked for them")]

mod drive;
mod report;
mod sound;
mod statistics;
mod voice;

use clap::{Args, Parser, Subcommand};
use report::Report;
use std::{path::PathBuf, process::ExitCode};
use voice::{Effort, MEASUREMENTS};

/// Measures Hallway with its real programs.
#[derive(Parser)]
#[command(name = "hallway-bench", version, about)]
struct Cli {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// How quick voice is, how good, and what it costs.
    Voice(VoiceArgs),
}

#[derive(Args)]
struct VoiceArgs {
    /// Measure only this; may be given more than once. Default: everything, which takes about half an hour.
    #[arg(long, value_name = "NAME", value_parser = MEASUREMENTS.map(|measurement| measurement.name))]
    only: Vec<String>,
    /// Few samples: to see that everything works, not to compare.
    #[arg(long)]
    quick: bool,
    /// What chance is drawn from: the network's faults, the moments of presses.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Write the figures to this file too, as JSON with every value.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

fn main() -> ExitCode {
    let What::Voice(args) = Cli::parse().what;
    let report = measure(&args);
    print!("{}", report.table());
    if let Some(path) = &args.json
        && let Err(error) = report.write_json(path)
    {
        eprintln!("error: {error:#}");
        return ExitCode::FAILURE;
    }
    if report.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn measure(args: &VoiceArgs) -> Report {
    let effort = Effort { quick: args.quick, seed: args.seed };
    let mut report = Report { how: format!("; {effort}"), ..Report::default() };
    let wanted = |name: &str| args.only.is_empty() || args.only.iter().any(|only| only == name);
    for measurement in MEASUREMENTS.iter().filter(|measurement| wanted(measurement.name)) {
        eprintln!("{}: {} …", measurement.name, measurement.what);
        match (measurement.measure)(&effort) {
            Ok(figures) => report.figures.extend(figures),
            Err(error) => report.failures.push((measurement.name, format!("{error:#}"))),
        }
    }
    report
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_well_formed_and_name_every_measurement() {
        Cli::command().debug_assert();
        for measurement in &MEASUREMENTS {
            assert!(Cli::try_parse_from(["hallway-bench", "voice", "--only", measurement.name]).is_ok());
        }
        assert!(Cli::try_parse_from(["hallway-bench", "voice", "--only", "nothing"]).is_err());
    }
}
