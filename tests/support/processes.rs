//! Finding the programs under test, signalling them, and never leaving one behind.

use std::{
    path::PathBuf,
    process::{Child, Command, ExitStatus},
    thread,
    time::{Duration, Instant},
};

/// How long a test waits for what must come, on a machine that may be busy with other tests.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// How often a process is looked at that is about to end.
const LOOK: Duration = Duration::from_millis(5);

/// The client.
pub(crate) fn client_program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_hallway"))
}

/// The server, which cargo builds beside the client, but not for the client's tests.
pub(crate) fn server_program() -> PathBuf {
    let program = client_program().with_file_name(format!("hallway-server{}", std::env::consts::EXE_SUFFIX));
    assert!(
        program.is_file(),
        "{} is missing; build it with: cargo build --workspace --bins (cargo xtask test does so)",
        program.display()
    );
    program
}

/// A process that dies with its owner.
pub(crate) struct Guarded(pub(crate) Child);

impl Guarded {
    /// Asks it to end (SIGTERM).
    pub(crate) fn terminate(&self) {
        let status = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status().unwrap();
        assert!(status.success(), "the process to be ended is gone already");
    }

    /// Ends it at once (SIGKILL).
    pub(crate) fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    /// Waits for its end; `None` when it is still there after `patience`.
    pub(crate) fn wait(&mut self, patience: Duration) -> Option<ExitStatus> {
        let start = Instant::now();
        loop {
            if let Some(status) = self.0.try_wait().unwrap() {
                return Some(status);
            }
            if start.elapsed() > patience {
                return None;
            }
            thread::sleep(LOOK);
        }
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
