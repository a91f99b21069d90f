//! The real program: what it says when it can't start, how it stops, and what is left after it was killed.

use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Read},
    net::{TcpListener, UdpSocket},
    path::Path,
    process::{Child, Command, ExitStatus, Output, Stdio},
    time::{Duration, Instant},
};

/// How long the program may take to stop, as its guide promises.
const STOP_TIME: Duration = Duration::from_secs(5);

/// The program with a data folder and no settings from outside.
fn program(data_dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hallway-server"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("HALLWAY_")) {
        command.env_remove(name);
    }
    command.arg("--data-dir").arg(data_dir).arg("--listen=127.0.0.1:0");
    command
}

fn output(command: &mut Command) -> Output {
    command.output().unwrap()
}

/// Checks that the program failed with one sentence that has these words in it.
fn one_sentence(output: &Output, words: &str) {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert_eq!(text.trim_end().lines().count(), 1, "{text}");
    assert!(text.contains(words), "{text}");
    assert!(text.trim_end().ends_with('.'), "{text}");
    assert!(output.stdout.is_empty());
}

/// A server that runs, with its standard output.
struct Server {
    child: Child,
    out: BufReader<std::process::ChildStdout>,
    ready: Value,
}

impl Server {
    fn start(data_dir: &Path) -> Self {
        let mut child = program(data_dir).arg("--json").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let ready = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{line:?}: {error}"));
        Self { child, out, ready }
    }

    fn text(&self, field: &str) -> &str {
        self.ready[field].as_str().unwrap()
    }

    fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }

    fn wait(mut self) -> (ExitStatus, Duration) {
        let since = Instant::now();
        let mut rest = String::new();
        // Ends with the process.
        self.out.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap(), since.elapsed())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_port_in_use_is_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    for address in [tcp.local_addr().unwrap(), udp.local_addr().unwrap()] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hallway-server"));
        command.arg("--data-dir").arg(folder.path()).arg(format!("--listen={address}")).arg("--log=error");
        one_sentence(&output(&mut command), &format!("The address {address} is in use"));
    }
}

#[test]
fn a_data_folder_that_can_t_be_written_is_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    // A file stands where the folder should be, which stops even root.
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    one_sentence(&output(program(&file.join("data")).arg("--log=error")), "can't be written");
}

#[test]
fn a_data_folder_in_use_is_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let _server = Server::start(folder.path());
    one_sentence(&output(program(folder.path()).arg("--log=error")), "in use by another server");
}

#[test]
fn a_broken_map_is_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let map = folder.path().join("broken.tmx");
    std::fs::write(&map, "<map>").unwrap();
    one_sentence(&output(program(folder.path()).arg("--log=error").arg("--map").arg(&map)), "The map is of no use");
    let missing = folder.path().join("missing.tmx");
    one_sentence(&output(program(folder.path()).arg("--log=error").arg("--map").arg(&missing)), "missing.tmx");
}

#[test]
fn a_broken_database_is_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("hallway.db"), "this is a letter to the editor, not a database").unwrap();
    one_sentence(&output(program(folder.path()).arg("--log=off")), "The message store is of no use");
}

#[test]
fn an_unknown_setting_is_one_sentence_with_the_nearest_known_one() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("hallway-server.toml"), "talk_limt = 3\n").unwrap();
    one_sentence(&output(&mut program(folder.path())), "the nearest known one is “talk_limit”");
    one_sentence(&output(program(folder.path()).args(["--config", "/nowhere/at/all.toml"])), "can't be read");
}

#[test]
fn wrong_usage_is_status_two() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(output(program(folder.path()).arg("--lissen=x")).status.code(), Some(2));
    assert_eq!(output(program(folder.path()).arg("--max-people=many")).status.code(), Some(2));
}

#[test]
fn the_printed_settings_read_back_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = program(folder.path());
    first.env("HALLWAY_TALK_LIMIT", "33").env("HALLWAY_NAME", "Over here").arg("--print-config");
    let first = output(&mut first);
    let text = String::from_utf8(first.stdout).unwrap();
    assert!(text.contains("talk_limit = 33") && text.contains("name = \"Over here\""), "{text}");
    let file = folder.path().join("own.toml");
    std::fs::write(&file, &text).unwrap();
    let mut second = Command::new(env!("CARGO_BIN_EXE_hallway-server"));
    let second = output(second.arg("--config").arg(&file).arg("--print-config"));
    assert_eq!(String::from_utf8(second.stdout).unwrap(), text);
}

#[test]
fn it_says_when_it_is_ready_and_keeps_its_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    assert_eq!(server.text("event"), "ready");
    assert_eq!(server.text("version"), env!("CARGO_PKG_VERSION"));
    assert!(server.text("listen").starts_with("127.0.0.1:") && !server.text("listen").ends_with(":0"));
    let fingerprint = server.text("fingerprint").to_owned();
    assert_eq!(fingerprint.split(':').count(), 32);
    server.signal("-TERM");
    server.wait();
    assert_eq!(Server::start(folder.path()).text("fingerprint"), fingerprint);
}

#[cfg(unix)]
#[test]
fn sigterm_and_ctrl_c_end_it_in_order() {
    for signal in ["-TERM", "-INT"] {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(folder.path());
        server.signal(signal);
        let (status, took) = server.wait();
        assert!(status.success(), "{signal}: {status}");
        assert!(took < STOP_TIME, "{signal}: {took:?}");
    }
}
