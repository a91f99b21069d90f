//! How many tests passed and failed, read from what the test runners say.

use std::{iter::Sum, ops::Add};

/// Tests of one run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) passed: u32,
    pub(super) failed: u32,
}

impl Count {
    /// What a line tells: nothing, but for the summary lines of `cargo test` and nextest.
    pub(super) fn in_line(line: &str) -> Self {
        let line = line.trim();
        if let Some(rest) = line.strip_prefix("test result: ") {
            return Self { passed: number_before(rest, "passed"), failed: number_before(rest, "failed") };
        }
        match line.strip_prefix("Summary [").and_then(|rest| rest.split_once("tests run:")) {
            Some((_, rest)) => Self {
                passed: number_before(rest, "passed"),
                failed: ["failed", "timed out", "exec failed"].map(|word| number_before(rest, word)).iter().sum(),
            },
            None => Self::default(),
        }
    }
}

/// The number in front of the word, as in `3 passed`. 0 where there is none.
fn number_before(text: &str, word: &str) -> u32 {
    let parts = text.split([',', ';', '.', '(', ')']).map(str::trim);
    parts.filter_map(|part| part.strip_suffix(word)?.trim().parse::<u32>().ok()).sum()
}

impl Add for Count {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { passed: self.passed + other.passed, failed: self.failed + other.failed }
    }
}

impl Sum for Count {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_runners_are_understood() {
        let cases = [
            ("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s\n", 12, 0),
            ("test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1s", 3, 2),
            ("     Summary [   3.213s] 45 tests run: 45 passed (2 slow), 3 skipped\n", 45, 0),
            ("     Summary [   3.213s] 45/60 tests run: 40 passed, 4 failed, 1 timed out, 3 skipped", 40, 5),
            ("     Summary [   0.1s] 2 tests run: 1 passed, 1 exec failed, 0 skipped", 1, 1),
            ("test floor::three_passed ... ok", 0, 0),
            ("running 12 tests", 0, 0),
            ("", 0, 0),
        ];
        for (line, passed, failed) in cases {
            assert_eq!(Count::in_line(line), Count { passed, failed }, "{line}");
        }
    }

    #[test]
    fn counts_add_up() {
        let counts = [Count { passed: 1, failed: 2 }, Count { passed: 3, failed: 0 }];
        assert_eq!(counts.into_iter().sum::<Count>(), Count { passed: 4, failed: 2 });
    }
}
