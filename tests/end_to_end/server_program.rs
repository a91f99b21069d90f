//! The server as a program: its settings, and how it says that it can't start.

use crate::support::{
    processes::{Guarded, PATIENCE},
    server::{TestServer, server_command},
};
use std::{
    fs,
    io::Read,
    process::{Command, Stdio},
};

/// Runs a server that must end of itself; its exit status and what it said to people.
fn refused(command: &mut Command) -> (Option<i32>, String) {
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut process = Guarded(child);
    let status = process.wait(PATIENCE).expect("it ends");
    let mut said = String::new();
    process.0.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    (status.code(), said)
}

#[test]
fn what_keeps_it_from_starting_is_said_in_one_sentence() {
    let running = TestServer::start();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "no folder").unwrap();
    let map = folder.path().join("broken.tmx");
    fs::write(&map, "<map>").unwrap();
    let typo = folder.path().join("typo.toml");
    fs::write(&typo, "max_peple = 3").unwrap();
    let data = folder.path().join("data");
    let free = "127.0.0.1:0";

    let mut with_map = server_command(&data, free);
    with_map.arg("--map").arg(&map);
    let mut with_typo = server_command(&data, free);
    with_typo.arg("--config").arg(&typo);
    let cases = [
        (server_command(&data, &running.address), running.address.rsplit_once(':').unwrap().1),
        (server_command(&file.join("data"), free), "file"),
        (with_map, "broken.tmx"),
        (with_typo, "max_people"),
    ];
    for (mut command, word) in cases {
        let (code, said) = refused(&mut command);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains(word), "{word} is not in: {said}");
        assert!(!said.contains("panicked"), "{said}");
    }
}

#[test]
fn the_settings_it_prints_are_settings_it_takes() {
    let folder = tempfile::tempdir().unwrap();
    let printed = server_command(folder.path(), "127.0.0.1:0")
        .args(["--talk-limit", "33", "--print-config"])
        .env("HALLWAY_MAX_PEOPLE", "12")
        .output()
        .unwrap();
    assert!(printed.status.success());
    let file = folder.path().join("own.toml");
    fs::write(&file, &printed.stdout).unwrap();
    let again =
        server_command(folder.path(), "127.0.0.1:0").arg("--config").arg(&file).arg("--print-config").output().unwrap();
    assert_eq!(String::from_utf8_lossy(&again.stdout), String::from_utf8_lossy(&printed.stdout));
    let text = String::from_utf8_lossy(&printed.stdout).into_owned();
    assert!(text.contains("talk_limit = 33") && text.contains("max_people = 12"), "{text}");
}
