//! A display without a screen, real keys for the window on it, and what it shows.

use super::{pixels::Pixels, xvfb::Xvfb};
use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

/// A display with hands on its keyboard.
pub(crate) struct Display(Xvfb);

impl Display {
    /// Starts one with a number of its own, as large as the client's window.
    pub(crate) fn start() -> Self {
        Self(Xvfb::start(1280, 800))
    }

    /// A program whose windows open here, with nothing of the developer's own session.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = self.0.command(program);
        command.stdin(Stdio::null());
        command
    }

    /// Gives the window the keyboard, which no window manager does here; whether there is such a window.
    pub(crate) fn focus(&self, title: &str) -> bool {
        self.hands(&["search", "--onlyvisible", "--name", title, "windowfocus", "--sync"])
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

    /// Clicks somewhere, as slowly as a hand does: the pointer is there before the button goes down.
    pub(crate) fn click(&self, x: u32, y: u32) {
        assert!(self.hands(&["mousemove", &x.to_string(), &y.to_string(), "sleep", "0.3", "click", "1"]));
    }

    /// What is shown.
    pub(crate) fn pixels(&self) -> Pixels {
        let taken = self.command("import").args(["-window", "root", "-depth", "8", "ppm:-"]).output().unwrap();
        Pixels::read(&taken.stdout)
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
