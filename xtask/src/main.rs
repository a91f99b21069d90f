//! The project's chores in one program: install what is needed, start Hallway, run all checks. `cargo xtask --help`.
#![expect(clippy::print_stdout, reason = "a chore talks to the person who started it")]

mod art;
mod bench;
mod packages;
mod process;
mod run;
mod screenshot;
mod test;

use clap::{Args, Parser, Subcommand};
use packages::{Ask, Need};
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Hallway's chores.
#[derive(Parser)]
#[command(name = "cargo xtask", version, about)]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Installs the system packages that are missing, builds the client and starts it.
    Run(Start),
    /// Installs the system packages that are missing, builds the server and starts it.
    Server(Start),
    /// Runs every check: format, lints, documentation, all tests. Says how many tests passed in its last line.
    Test(TestArgs),
    /// Installs what measurements need, builds the programs with all optimisations, and measures them.
    /// docs/performance.md tells what the figures mean.
    Bench {
        #[command(flatten)]
        consent: Consent,
        /// What to measure, and how: `voice`, `video`, `video --quick`, `video --help`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
        args: Vec<String>,
    },
    /// Only installs system packages.
    Packages {
        /// For what.
        #[arg(value_enum, default_value_t = Need::Client)]
        need: Need,
        #[command(flatten)]
        consent: Consent,
    },
    /// Draws the map's tiles, the default map and the icon into assets/.
    Assets {
        /// Write a picture of the whole map to this file instead.
        #[arg(long)]
        preview: Option<PathBuf>,
    },
    /// Takes the picture for the README from the running client: docs/screenshot.png.
    Screenshot(Consent),
}

#[derive(Args)]
struct Consent {
    /// Install missing packages without asking. So does a CI variable in the environment.
    #[arg(long, short)]
    yes: bool,
}

#[derive(Args)]
struct Start {
    #[command(flatten)]
    consent: Consent,
    /// Build with all optimisations, which takes longer. Do so for a server that others use.
    #[arg(long)]
    release: bool,
    /// What comes after `--` goes to the program.
    #[arg(last = true)]
    args: Vec<String>,
}

#[derive(Args)]
struct TestArgs {
    #[command(flatten)]
    consent: Consent,
    /// Run only tests with this in their name, and none of the other checks.
    filter: Option<String>,
}

impl Consent {
    fn ask(&self) -> Ask {
        Ask::from_environment(self.yes)
    }
}

fn main() -> ExitCode {
    match carry_out(Cli::parse().chore) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn carry_out(chore: Chore) -> anyhow::Result<ExitCode> {
    std::env::set_current_dir(process::repository())?;
    match chore {
        Chore::Run(start) => run::client(start.consent.ask(), start.release, &start.args),
        Chore::Server(start) => run::server(start.consent.ask(), start.release, &start.args),
        Chore::Test(args) => test::run(args.consent.ask(), args.filter.as_deref()),
        Chore::Bench { consent, args } => bench::run(consent.ask(), &args),
        Chore::Packages { need, consent } => packages::provide(need, consent.ask()).map(|()| ExitCode::SUCCESS),
        Chore::Assets { preview } => draw(preview.as_deref()).map(|()| ExitCode::SUCCESS),
        Chore::Screenshot(consent) => screenshot::take(consent.ask()),
    }
}

fn draw(preview: Option<&Path>) -> anyhow::Result<()> {
    match preview {
        Some(file) => art::preview(file),
        None => art::write(Path::new("assets")),
    }
}
