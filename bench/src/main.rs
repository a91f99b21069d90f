//! The program `hallway-bench`: measures Hallway with its real programs. `cargo xtask bench` builds all of them and
//! starts it; docs/performance.md tells what the figures mean.
#![expect(clippy::print_stdout, reason = "figures are for the person who asked for them")]

mod drive;
mod files;
mod history;
mod report;
mod sound;
mod statistics;
mod video;
mod voice;

use clap::{Args, Parser, Subcommand, builder::PossibleValuesParser};
use report::Report;
use std::{path::PathBuf, process::ExitCode};
use voice::{Effort, Measurement};

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
    Voice {
        /// Measure only this; may be given more than once. Default: everything, which takes about half an hour.
        #[arg(long, value_name = "NAME", value_parser = names(&voice::MEASUREMENTS))]
        only: Vec<String>,
        #[command(flatten)]
        how: How,
    },
    /// How quick pictures are, how good, and what they cost.
    Video {
        /// Measure only this; may be given more than once. Default: everything, which takes about 12 minutes.
        #[arg(long, value_name = "NAME", value_parser = names(&video::MEASUREMENTS))]
        only: Vec<String>,
        #[command(flatten)]
        how: How,
    },
    /// How quick pages, searches and the server's start are once much was said.
    History {
        /// Measure only this; may be given more than once. Default: everything, which takes about a minute.
        #[arg(long, value_name = "NAME", value_parser = names(&history::MEASUREMENTS))]
        only: Vec<String>,
        #[command(flatten)]
        how: How,
    },
    /// How quickly large files go and come, and what they do to a voice meanwhile.
    Files {
        /// Measure only this; may be given more than once. Default: everything, which takes about 6 minutes.
        #[arg(long, value_name = "NAME", value_parser = names(&files::MEASUREMENTS))]
        only: Vec<String>,
        #[command(flatten)]
        how: How,
    },
}

#[derive(Args)]
struct How {
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

fn names(measurements: &'static [Measurement]) -> PossibleValuesParser {
    measurements.iter().map(|measurement| measurement.name).into()
}

fn main() -> ExitCode {
    let (measurements, only, how): (&[Measurement], _, _) = match Cli::parse().what {
        What::Voice { only, how } => (&voice::MEASUREMENTS, only, how),
        What::Video { only, how } => (&video::MEASUREMENTS, only, how),
        What::History { only, how } => (&history::MEASUREMENTS, only, how),
        What::Files { only, how } => (&files::MEASUREMENTS, only, how),
    };
    let report = measure(measurements, &only, &how);
    print!("{}", report.table());
    if let Some(path) = &how.json
        && let Err(error) = report.write_json(path)
    {
        eprintln!("error: {error:#}");
        return ExitCode::FAILURE;
    }
    if report.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn measure(measurements: &[Measurement], only: &[String], how: &How) -> Report {
    let effort = Effort { quick: how.quick, seed: how.seed };
    let mut report = Report { how: format!("; {effort}"), ..Report::default() };
    let wanted = |name: &str| only.is_empty() || only.iter().any(|only| only == name);
    for measurement in measurements.iter().filter(|measurement| wanted(measurement.name)) {
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
        for (what, measurements) in [
            ("voice", &voice::MEASUREMENTS[..]),
            ("video", &video::MEASUREMENTS),
            ("history", &history::MEASUREMENTS),
            ("files", &files::MEASUREMENTS),
        ] {
            for measurement in measurements {
                assert!(Cli::try_parse_from(["hallway-bench", what, "--only", measurement.name]).is_ok());
            }
        }
        assert!(Cli::try_parse_from(["hallway-bench", "voice", "--only", "nothing"]).is_err());
    }
}
