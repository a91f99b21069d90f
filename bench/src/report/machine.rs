//! Where and of what the figures were taken.

use std::{fs, process::Command};

/// A machine and the build that ran on it, in words; empty where the system does not tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Machine {
    pub(super) date: String,
    pub(super) commit: String,
    pub(super) build: &'static str,
    pub(super) processor: String,
    pub(super) cores: usize,
    pub(super) system: String,
    /// Processes that wanted to run, on the average of the last 15 minutes.
    pub(super) load: String,
}

impl Machine {
    /// This one, now.
    pub(super) fn this() -> Self {
        let first_word = |text: &str| text.split_whitespace().nth(2).unwrap_or_default().to_owned();
        Self {
            date: answer("date", &["+%Y-%m-%d"]),
            commit: answer("git", &["describe", "--always", "--dirty"]),
            build: if cfg!(debug_assertions) { "development build" } else { "release build" },
            processor: processor(&fs::read_to_string("/proc/cpuinfo").unwrap_or_default()),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            system: answer("uname", &["-sr"]),
            load: fs::read_to_string("/proc/loadavg").map_or_else(|_| String::new(), |text| first_word(&text)),
        }
    }

    /// In one line.
    pub(super) fn line(&self) -> String {
        let Self { date, commit, build, processor, cores, system, load } = self;
        format!("{date}, commit {commit}, {build}; {processor}, {cores} cores, {system}, load {load}")
    }
}

fn answer(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map_or_else(|_| String::new(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn processor(cpuinfo: &str) -> String {
    let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    model.map_or_else(String::new, |(_, name)| name.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_read() {
        assert_eq!(processor("processor\t: 0\nmodel name\t: Some CPU @ 3 GHz\nflags\t: x\n"), "Some CPU @ 3 GHz");
        assert_eq!(processor(""), "");
    }
}
