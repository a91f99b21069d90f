//! The README's picture, taken from the real client in a real scene: the end-to-end test that looks at the window
//! makes it.

use crate::{
    packages::{self, Ask, Need},
    process,
    test::build_programs,
};
use anyhow::{Context, Result};
use std::{fs, path::Path, process::ExitCode};

/// Where the test leaves what it saw.
const TAKEN: &str = "tests/output/window.png";
const SHOWN: &str = "docs/screenshot.png";
/// The test that takes it.
const TEST: &str = "window::a_window_is_walked_by_real_keys";

/// Runs the test and keeps its picture.
pub(crate) fn take(ask: Ask) -> Result<ExitCode> {
    packages::provide(Need::Tests, ask)?;
    if Path::new(TAKEN).exists() {
        fs::remove_file(TAKEN).with_context(|| format!("{TAKEN} of an earlier run can't be removed"))?;
    }
    process::must(&mut build_programs())?;
    process::must(&mut process::cargo(&["test", "--locked", "--package", "hallway", "--test", "end_to_end", TEST]))?;
    fs::copy(TAKEN, SHOWN).with_context(|| format!("the test left no {TAKEN}"))?;
    println!("{SHOWN} is new.");
    Ok(ExitCode::SUCCESS)
}
