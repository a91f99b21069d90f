//! Coming in: names, certificates, and what the exit status says.

use crate::support::{
    client::{HeadlessClient, Plan, client},
    events::is,
    processes::client_program,
    server::TestServer,
};
use std::process::{Command, Stdio};

/// Exit status of a sign-in that was refused.
const REFUSED: Option<i32> = Some(3);

/// Waits for a refused sign-in and gives what was said about it.
fn refusal(client: HeadlessClient) -> String {
    let ended = client.ended();
    assert_eq!(ended.code, REFUSED, "{:?}", ended.events);
    assert!(ended.of("welcome").is_empty());
    let errors = ended.of("error");
    assert_eq!(errors.len(), 1, "{:?}", ended.events);
    errors[0]["text"].as_str().unwrap().to_owned()
}

#[test]
fn a_taken_name_is_refused_with_its_holder_and_a_free_variant() {
    let server = TestServer::start();
    let first = client(&server, "Maja").sign_in();
    let text = refusal(client(&server, "MAJA").start());
    assert!(text.contains("Maja"), "the holder is shown: {text}");

    let mut second = client(&server, "maja").with(&["--name-or-variant"]).start();
    let welcome = second.expect("welcome", |event| is(event, "welcome"));
    let variant = welcome["name"].as_str().unwrap();
    assert!(variant.to_lowercase().starts_with("maja") && variant.to_lowercase() != "maja", "{variant}");
    assert!(text.to_lowercase().contains(&variant.to_lowercase()), "“{variant}” was offered: {text}");
    second.quit();
    first.quit();

    client(&server, "Maja").sign_in().quit();
}

#[test]
fn names_that_can_deceive_are_refused_with_a_sentence() {
    let server = TestServer::start();
    let long = "x".repeat(33);
    for name in ["", "   ", "a\tb", "a\u{202e}b", "a\u{200b}b", "\u{3164}", &long] {
        let text = refusal(client(&server, name).start());
        assert!(text.len() > 10 && !text.chars().any(char::is_control), "{name:?}: {text:?}");
    }
    for name in ["Zoë", "李小龍", "x", &"y".repeat(32)] {
        client(&server, name).sign_in().quit();
    }
}

#[test]
fn an_unknown_certificate_is_refused_until_it_is_trusted() {
    let server = TestServer::start();
    let text = refusal(Plan::new(&server.address, "Ann").start());
    assert!(text.contains(&server.fingerprint), "{text}");

    let wrong = server.fingerprint.replace(|c: char| c.is_ascii_hexdigit(), "0");
    refusal(Plan::new(&server.address, "Ann").with(&["--trust", &wrong]).start());

    let welcomed = Plan::new(&server.address, "Ann").with(&["--trust", &server.fingerprint]).sign_in().quit();
    assert_eq!(welcomed.of("welcome")[0]["fingerprint"], server.fingerprint.as_str());
    // From now on it is known.
    Plan::new(&server.address, "Ann").in_folder_of(welcomed).sign_in().quit();
}

#[test]
fn a_changed_certificate_is_refused_with_both_fingerprints() {
    let server = TestServer::start();
    let pinned = server.fingerprint.clone();
    let ended = client(&server, "Ann").sign_in().quit();

    let server = server.replace();
    assert_ne!(server.fingerprint, pinned);
    // Trusting what is new is not trusting what has changed.
    let text = refusal(client(&server, "Ann").in_folder_of(ended).start());
    assert!(text.contains(&pinned) && text.contains(&server.fingerprint), "{text}");
}

#[test]
fn wrong_usage_ends_with_status_2_and_nothing_on_standard_output() {
    let folder = tempfile::tempdir().unwrap();
    let cases: [&[&str]; 4] = [
        &["--headless", "--name", "Ann"],
        &["--headless", "--server", "127.0.0.1:1", "--name", "Ann", "--no-such-option"],
        &["--headless", "--server", "127.0.0.1:1", "--name", "Ann", "--mic", "kazoo"],
        &["--headless", "--server", "https://example", "--name", "Ann"],
    ];
    for arguments in cases {
        let output = Command::new(client_program())
            .args(arguments)
            .arg("--config-dir")
            .arg(folder.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(output.stdout.is_empty(), "{arguments:?}");
        assert!(!output.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_server_that_is_not_there_is_said_in_one_sentence() {
    // A port that was free a moment ago, and that nobody listens on.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let ended = Plan::new(&format!("127.0.0.1:{port}"), "Ann").with(&["--trust", "new"]).start().ended();
    assert!(matches!(ended.code, Some(3 | 4)), "{:?}", ended.code);
    let errors = [ended.of("error"), ended.of("connection")].concat();
    assert!(!errors.is_empty(), "{:?}", ended.events);
}

#[test]
fn the_end_of_input_is_a_quit() {
    let server = TestServer::start();
    let mut ann = client(&server, "Ann").sign_in();
    ann.close_input();
    assert_eq!(ann.ended().code, Some(0));
}
