//! A private PulseAudio for a test: its own server, its own devices, nothing of the machine's.

#![allow(dead_code, reason = "each test uses its own part")]

use std::{
    env,
    fs::File,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

/// Set in the process that runs inside a private session: the session's folder.
const SESSION: &str = "HALLWAY_TEST_PULSE_SESSION";

/// Runs `body` in a process of its own whose environment points at a private PulseAudio in a fresh folder, which `body`
/// gets and starts with [`PrivatePulse::start`]. `test` is the calling test's full name: the test's program calls
/// itself, because a running process must not change its own environment.
pub(crate) fn in_private_session(test: &str, body: impl FnOnce(&Path)) {
    if let Some(folder) = env::var_os(SESSION) {
        return body(Path::new(&folder));
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
    let status = Command::new(env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(SESSION, folder.path())
        .envs(environment(folder.path()))
        .status()
        .unwrap();
    assert!(status.success(), "the test failed in its private session");
}

/// What points a program at the PulseAudio in `folder`, whether it runs already or not.
pub(crate) fn environment(folder: &Path) -> Vec<(&'static str, String)> {
    let folder_text = folder.display().to_string();
    vec![
        ("PULSE_SERVER", format!("unix:{}", socket(folder).display())),
        ("PULSE_COOKIE", format!("{folder_text}/cookie")),
        ("XDG_RUNTIME_DIR", folder_text.clone()),
        ("XDG_CONFIG_HOME", folder_text.clone()),
        ("HOME", folder_text),
    ]
}

fn socket(folder: &Path) -> PathBuf {
    folder.join("native")
}

/// A running server; dropping it ends it.
pub(crate) struct PrivatePulse {
    server: Child,
    folder: PathBuf,
}

impl PrivatePulse {
    /// Starts a server in `folder` with these modules, each as its name and arguments, and waits until it answers.
    pub(crate) fn start(folder: &Path, modules: &[&str]) -> Self {
        let protocol = format!("module-native-protocol-unix socket={} auth-anonymous=1", socket(folder).display());
        let mut command = Command::new("pulseaudio");
        command.args(["-n", "--daemonize=no", "--system=false", "--use-pid-file=no", "--exit-idle-time=-1"]);
        for module in std::iter::once(protocol.as_str()).chain(modules.iter().copied()) {
            command.args(["-L", module]);
        }
        let log = File::create(folder.join("pulseaudio.log")).unwrap();
        let server = command
            .envs(environment(folder))
            // The server itself must not look for another one.
            .env_remove("PULSE_SERVER")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("pulseaudio is not installed: install the packages `pulseaudio` and `pulseaudio-utils`");
        let pulse = Self { server, folder: folder.to_owned() };
        pulse.wait_for_answer();
        pulse
    }

    fn wait_for_answer(&self) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !self.command("pactl").arg("info").stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success()
        {
            let log = || std::fs::read_to_string(self.folder.join("pulseaudio.log")).unwrap_or_default();
            assert!(Instant::now() < deadline, "pulseaudio does not answer: {}", log());
            sleep(Duration::from_millis(20));
        }
    }

    /// A program that talks to this server.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.envs(environment(&self.folder));
        command
    }
}

impl Drop for PrivatePulse {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
