//! `cargo xtask test`: every check of the project, the cheap ones first, and a summary that people and machines can
//! read.

mod count;

use crate::{
    packages::{self, Ask, Need},
    process::{self, cargo, shown},
};
use anyhow::{Context, Result, bail};
use count::Count;
use std::{
    io::{BufRead, BufReader, Read, Write},
    process::{Command, ExitCode, Stdio},
    thread,
    time::{Duration, Instant},
};

/// One check.
struct Step {
    name: &'static str,
    command: Command,
}

/// What became of it.
struct Outcome {
    name: &'static str,
    passed: bool,
    count: Count,
    took: Duration,
}

/// Runs all checks, or only the tests with `filter` in their name.
pub(crate) fn run(ask: Ask, filter: Option<&str>) -> Result<ExitCode> {
    packages::provide(Need::Tests, ask)?;
    if let Some(lack) = packages::slow_video() {
        bail!("{lack}");
    }
    let mut steps = match filter {
        Some(_) => vec![],
        None => {
            provide_components()?;
            checks()
        }
    };
    steps.extend(tests(filter));
    let mut outcomes = vec![];
    for step in steps {
        outcomes.push(carry_out(step)?);
    }
    let total = outcomes.iter().map(|outcome| outcome.count).sum::<Count>();
    print!("{}", table(&outcomes));
    let passed = outcomes.iter().all(|outcome| outcome.passed);
    println!("{} passed, {} failed", total.passed, total.failed);
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Builds the programs that the end-to-end tests start.
pub(crate) fn build_programs() -> Command {
    cargo(&["build", "--locked", "--workspace", "--bins"])
}

/// A minimal toolchain lacks what checks the format and the code; rustup brings it.
fn provide_components() -> Result<()> {
    for (component, subcommand) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        if process::answer(&mut cargo(&[subcommand, "--version"])).is_none() {
            process::must(Command::new("rustup").args(["component", "add", component]))?;
        }
    }
    Ok(())
}

fn checks() -> Vec<Step> {
    let mut docs = cargo(&["doc", "--locked", "--workspace", "--no-deps"]);
    docs.env("RUSTDOCFLAGS", "-D warnings");
    vec![
        Step { name: "format", command: cargo(&["fmt", "--all", "--", "--check"]) },
        Step {
            name: "lints",
            command: cargo(&["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"]),
        },
        Step { name: "documentation", command: docs },
        Step {
            name: "client without window and devices",
            command: cargo(&[
                "clippy",
                "--locked",
                "--package",
                "hallway",
                "--no-default-features",
                "--",
                "-D",
                "warnings",
            ]),
        },
    ]
}

fn tests(filter: Option<&str>) -> Vec<Step> {
    let nextest = process::answer(&mut cargo(&["nextest", "--version"])).is_some();
    let mut command = if nextest {
        cargo(&["nextest", "run", "--locked", "--workspace", "--no-fail-fast"])
    } else {
        cargo(&["test", "--locked", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast"])
    };
    command.args(filter);
    let mut steps = vec![Step { name: "programs", command: build_programs() }, Step { name: "tests", command }];
    if filter.is_none() {
        let command = cargo(&["test", "--locked", "--workspace", "--doc", "--no-fail-fast"]);
        steps.push(Step { name: "documentation tests", command });
    }
    steps
}

fn carry_out(mut step: Step) -> Result<Outcome> {
    println!("\n== {}: {}", step.name, shown(&step.command));
    let start = Instant::now();
    let (passed, mut count) = run_counted(&mut step.command)?;
    if !passed && count.failed == 0 {
        // It failed before it came to a test of its own.
        count.failed = 1;
    }
    Ok(Outcome { name: step.name, passed, count, took: start.elapsed() })
}

/// Runs a command, passes on all it says and counts the tests it tells of.
fn run_counted(command: &mut Command) -> Result<(bool, Count)> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("“{}” could not be started", shown(command)))?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let out = thread::spawn(move || stdout.map(|pipe| pass_on(pipe, std::io::stdout())).unwrap_or_default());
    let err = stderr.map(|pipe| pass_on(pipe, std::io::stderr())).unwrap_or_default();
    let out = out.join().expect("counting lines does not panic");
    let status = child.wait()?;
    Ok((status.success(), out + err))
}

fn pass_on(from: impl Read, mut to: impl Write) -> Count {
    let mut count = Count::default();
    let mut lines = BufReader::new(from);
    let mut line = vec![];
    while matches!(lines.read_until(b'\n', &mut line), Ok(bytes) if bytes > 0) {
        // Somebody who closed our output still gets the exit code.
        let _ = to.write_all(&line);
        count = count + Count::in_line(&String::from_utf8_lossy(&line));
        line.clear();
    }
    count
}

fn table(outcomes: &[Outcome]) -> String {
    let width = outcomes.iter().map(|outcome| outcome.name.len()).max().unwrap_or(0);
    let mut table = String::from("\n== summary\n");
    for Outcome { name, passed, count, took } in outcomes {
        let verdict = if *passed { "ok" } else { "FAILED" };
        let tests = if count.passed > 0 { format!("  {} tests", count.passed + count.failed) } else { String::new() };
        let (minutes, seconds) = (took.as_secs() / 60, took.as_secs() % 60);
        table += format!("{name:width$}  {verdict:6}  {minutes:3} min {seconds:02} s{tests}").trim_end();
        table.push('\n');
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_fails_counts_as_a_failure_even_without_a_test() {
        let step = Step { name: "x", command: cargo(&["no-such-subcommand-here"]) };
        let outcome = carry_out(step).unwrap();
        assert!(!outcome.passed);
        assert_eq!(outcome.count, Count { passed: 0, failed: 1 });
    }

    #[test]
    fn the_table_has_a_line_for_each_step() {
        let step = |name, passed, tests, seconds| Outcome {
            name,
            passed,
            count: Count { passed: tests, failed: 0 },
            took: Duration::from_secs(seconds),
        };
        let table = table(&[step("format", true, 0, 2), step("tests", false, 31, 125)]);
        assert_eq!(table, "\n== summary\nformat  ok        0 min 02 s\ntests   FAILED    2 min 05 s  31 tests\n");
    }
}
