//! A display without a screen, real keys for the window on it, and what it shows.

use super::processes::{Guarded, PATIENCE};
use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How often something is looked for that takes a while to appear.
const LOOK: Duration = Duration::from_millis(100);

/// An X server in memory.
pub(crate) struct Display {
    name: String,
    _server: Guarded,
}

impl Display {
    /// Starts one with a number of its own, as large as the client's window.
    pub(crate) fn start() -> Self {
        let mut child = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb is needed; cargo xtask test installs it");
        let mut number = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut number).unwrap();
        assert!(!number.trim().is_empty(), "Xvfb does not start");
        Self { name: format!(":{}", number.trim()), _server: Guarded(child) }
    }

    /// A program whose windows open here, with nothing of the developer's own session.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env("DISPLAY", &self.name).env_remove("WAYLAND_DISPLAY").stdin(Stdio::null());
        command
    }

    /// Waits for the window and gives it the keyboard: there is no window manager to do so.
    pub(crate) fn focus(&self, title: &str) {
        let start = Instant::now();
        while !self.hands(&["search", "--onlyvisible", "--name", title, "windowfocus"]) {
            assert!(start.elapsed() < PATIENCE, "there is no window “{title}”");
            thread::sleep(LOOK);
        }
    }

    /// Presses keys and holds them.
    pub(crate) fn hold(&self, keys: &[&str]) {
        assert!(self.hands(&[&["keydown"], keys].concat()));
    }

    /// Lets keys go.
    pub(crate) fn let_go(&self, keys: &[&str]) {
        assert!(self.hands(&[&["keyup"], keys].concat()));
    }

    /// Presses and lets go one key.
    pub(crate) fn press(&self, key: &str) {
        assert!(self.hands(&["key", key]));
    }

    /// Types a text.
    pub(crate) fn write(&self, text: &str) {
        assert!(self.hands(&["type", "--delay", "60", text]));
    }

    /// Takes a picture of everything that is shown, and gives its number of colours.
    pub(crate) fn picture(&self, into: &Path) -> u32 {
        fs::create_dir_all(into.parent().unwrap()).unwrap();
        assert!(self.command("import").args(["-window", "root"]).arg(into).status().unwrap().success());
        let colours = self.command("identify").args(["-format", "%k"]).arg(into).output().unwrap();
        String::from_utf8_lossy(&colours.stdout).trim().parse().unwrap()
    }

    fn hands(&self, arguments: &[&str]) -> bool {
        self.command("xdotool").args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success()
    }
}
