//! The pictures of README and user guide, taken from the real client in real scenes: the end-to-end tests that look at
//! the window make them.

use crate::{
    packages::{self, Ask, Need},
    process,
    test::build_programs,
};
use anyhow::{Context, Result};
use std::{fs, path::Path, process::ExitCode};

/// A picture.
struct Picture {
    /// Where the test leaves what it saw.
    taken: &'static str,
    shown: &'static str,
    /// The test that takes it.
    test: &'static str,
}

const PICTURES: [Picture; 2] = [
    Picture {
        taken: "tests/output/window.png",
        shown: "docs/screenshot.png",
        test: "window::a_window_is_walked_by_real_keys",
    },
    Picture {
        taken: "tests/output/call.png",
        shown: "docs/call.png",
        test: "calls_window::a_video_call_is_placed_in_one_window",
    },
];

/// Runs the tests and keeps their pictures.
pub(crate) fn take(ask: Ask) -> Result<ExitCode> {
    packages::provide(Need::Tests, ask)?;
    process::must(&mut build_programs())?;
    for Picture { taken, shown, test } in PICTURES {
        if Path::new(taken).exists() {
            fs::remove_file(taken).with_context(|| format!("{taken} of an earlier run can't be removed"))?;
        }
        let run = ["test", "--locked", "--package", "hallway", "--test", "end_to_end", test];
        process::must(&mut process::cargo(&run))?;
        fs::copy(taken, shown).with_context(|| format!("the test left no {taken}"))?;
        println!("{shown} is new.");
    }
    Ok(ExitCode::SUCCESS)
}
