//! A display of its own for a test, gone with the test.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

/// A running Xvfb.
pub(crate) struct Xvfb {
    child: Child,
    display: String,
}

impl Xvfb {
    /// Starts one on a free display number.
    ///
    /// # Panics
    /// When Xvfb is not installed or does not start: the test can't be made without.
    pub(crate) fn start(width: u32, height: u32) -> Self {
        Self::start_without(width, height, &[])
    }

    /// The same without some of the X server's extensions.
    pub(crate) fn start_without(width: u32, height: u32, extensions: &[&str]) -> Self {
        let mut child = Command::new("Xvfb")
            .args(["-displayfd", "1", "-nolisten", "tcp", "-screen", "0", &format!("{width}x{height}x24")])
            .args(extensions.iter().flat_map(|extension| ["-extension", extension]))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb starts; install the package xvfb");
        let mut number = String::new();
        let stdout = child.stdout.take().expect("the output is piped");
        BufReader::new(stdout).read_line(&mut number).expect("Xvfb tells its display");
        assert!(!number.trim().is_empty(), "Xvfb tells its display");
        Self { child, display: format!(":{}", number.trim()) }
    }

    /// Its name, for `DISPLAY`.
    pub(crate) fn display(&self) -> &str {
        &self.display
    }

    /// A command that uses this display and draws without a graphics card.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env("DISPLAY", self.display()).env_remove("WAYLAND_DISPLAY").env("WGPU_BACKEND", "vulkan");
        let lavapipe = "/usr/share/vulkan/icd.d/lvp_icd.x86_64.json";
        if std::path::Path::new(lavapipe).exists() {
            command.env("VK_ICD_FILENAMES", lavapipe);
        }
        command
    }
}

impl Drop for Xvfb {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
