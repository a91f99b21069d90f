//! A name of one's own: registered in one client, proved in others, and given back.

use crate::support::{
    client::{HeadlessClient, Plan, client},
    events::is,
    server::TestServer,
};
use serde_json::Value;
use std::path::PathBuf;

const PASSWORD: &str = "correct horse";

/// A password in a file.
fn file(folder: &tempfile::TempDir, password: &str) -> PathBuf {
    let file = folder.path().join(password);
    std::fs::write(&file, format!("{password}\n")).unwrap();
    file
}

/// A client of another machine that has a password.
fn with_password(server: &TestServer, name: &str, folder: &tempfile::TempDir, password: &str) -> Plan {
    client(server, name).with(&["--password-file", file(folder, password).to_str().unwrap()])
}

/// A client that came in as a guest and has made the name its own.
fn registered(server: &TestServer, name: &str) -> HeadlessClient {
    let mut person = client(server, name).sign_in();
    person.send(&format!("register {PASSWORD}"));
    person.expect("registered", |event| is(event, "welcome") && event["account"] == true);
    person
}

/// The code with which a sign-in is refused.
fn refusal(plan: Plan) -> String {
    let ended = plan.start().ended();
    assert_eq!(ended.code, Some(3), "{:?}", ended.events);
    ended.of("error")[0]["code"].as_str().unwrap().to_owned()
}

#[test]
fn a_registered_name_is_nobody_elses_and_takes_its_private_messages_along() {
    let (server, folder) = (TestServer::start(), tempfile::tempdir().unwrap());
    let mut ann = client(&server, "Ann").sign_in();
    let mut bob = client(&server, "Bob").sign_in();
    ann.know("people", "Bob");
    ann.write("msg Bob", "before");
    bob.reads("before");
    ann.send("register short");
    assert_eq!(ann.refused("account")["code"], "bad_password");
    ann.forget();
    ann.send(&format!("register {PASSWORD}"));
    assert_eq!(ann.expect("welcome", |event| is(event, "welcome"))["account"], true);
    ann.know("people", "Bob");
    ann.write("msg Bob", "after");
    bob.reads("after");
    ann.quit();
    // Elsewhere, whoever has the password is Ann, with all that Ann wrote and got; nobody else is.
    assert_eq!(refusal(client(&server, "ann")), "password_needed");
    assert_eq!(refusal(with_password(&server, "Ann", &folder, "wrong horse")), "wrong_password");
    let variant = client(&server, "Ann").with(&["--name-or-variant"]).sign_in();
    let mut ann = with_password(&server, "ann", &folder, PASSWORD).sign_in();
    ann.know("people", "Bob");
    ann.send("history Bob");
    let history = ann.expect("history", |event| is(event, "history"));
    let texts: Vec<&str> =
        history["messages"].as_array().unwrap().iter().filter_map(|it| it["text"].as_str()).collect();
    assert_eq!(texts, ["before", "after"]);
    assert_eq!(refusal(with_password(&server, "Ann", &folder, PASSWORD)), "name_taken", "two sessions at once");
    ann.quit();
    variant.quit();
    bob.quit();
}

#[test]
fn a_client_stays_signed_in_until_the_person_signs_out_everywhere() {
    let (server, folder) = (TestServer::start(), tempfile::tempdir().unwrap());
    registered(&server, "Ann").quit();
    let stays = with_password(&server, "Ann", &folder, PASSWORD).with(&["--stay"]).sign_in().quit();
    let again = client(&server, "Ann").in_folder_of(stays).sign_in();
    let server = server.kill_and_restart();
    let again = again.quit();
    let mut ann = client(&server, "Ann").in_folder_of(again).sign_in();
    ann.send("account everywhere wrong horse");
    assert_eq!(ann.refused("account")["code"], "wrong_password");
    ann.send(&format!("account everywhere {PASSWORD}"));
    ann.expect("told", |event| is(event, "notice") && event["code"] == "account");
    let out = ann.quit();
    assert_eq!(refusal(client(&server, "Ann").in_folder_of(out)), "password_needed");
}

#[test]
fn another_client_that_is_in_is_sent_away_and_does_not_come_back_by_itself() {
    let (server, folder) = (TestServer::start(), tempfile::tempdir().unwrap());
    let mut ann = registered(&server, "Ann");
    ann.send(&format!("account password \"{PASSWORD}\" \"battery staple\""));
    ann.expect("told", |event| is(event, "notice") && event["code"] == "account");
    ann.quit();
    assert_eq!(refusal(with_password(&server, "Ann", &folder, PASSWORD)), "wrong_password");
    let mut ann = with_password(&server, "Ann", &folder, "battery staple").sign_in();
    ann.send("account delete battery staple");
    ann.expect("told", |event| is(event, "notice") && event["code"] == "account");
    ann.quit();
    // The name is free again.
    let welcome = client(&server, "Ann").sign_in().quit();
    assert_eq!(welcome.of("welcome")[0]["account"], false);
}

#[test]
fn the_operator_lists_promotes_and_deletes_beside_the_running_server() {
    let server = TestServer::start();
    for name in ["Ann", "Bob"] {
        registered(&server, name).quit();
    }
    assert_eq!(server.admin(&["list"], ""), "Ann\towner\nBob\tmember\n");
    server.admin(&["role", "bob", "moderator"], "");
    server.admin(&["delete", "Ann"], "");
    assert_eq!(server.admin(&["list"], ""), "Bob\tmoderator\n");
    client(&server, "Ann").sign_in().quit();
    server.admin(&["password", "Bob"], "battery staple\n");
    let folder = tempfile::tempdir().unwrap();
    let mut bob = with_password(&server, "Bob", &folder, "battery staple").sign_in();
    bob.enter("Library");
    bob.send("floor policy open");
    let is_open = |room: &Value| room["name"] == "Library" && room["floor"] == "open";
    let opened = |event: &Value| event["rooms"].as_array().is_some_and(|rooms| rooms.iter().any(is_open));
    assert!(bob.expect_asking("rooms", opened).is_some(), "a moderator changes the rules of any room");
    bob.quit();
}

#[test]
fn what_is_written_to_somebody_away_waits_for_the_account() {
    let (server, folder) = (TestServer::start(), tempfile::tempdir().unwrap());
    let mut ann = registered(&server, "Ann");
    let mut bob = client(&server, "Bob").sign_in();
    bob.know("people", "Ann");
    bob.write("msg Ann", "seen");
    ann.reads("seen");
    ann.quit();
    bob.expect("gone", |event| is(event, "person") && event["name"] == "Ann" && event["change"] == "gone");
    bob.send("@ann one for later");
    bob.expect("kept", |event| is(event, "notice") && event["code"] == "letter_kept");
    bob.send("msg Carol hello");
    assert_eq!(bob.refused("msg")["code"], "no_such_person");
    let server = server.kill_and_restart();
    let mut ann = with_password(&server, "Ann", &folder, PASSWORD).sign_in();
    let missed = ann.expect("missed", |event| is(event, "missed"));
    let texts: Vec<_> = missed["messages"].as_array().unwrap().iter().map(|it| (&it["from"], &it["text"])).collect();
    assert_eq!(texts, [(&"Bob".into(), &"one for later".into())]);
    ann.quit();
    let again = with_password(&server, "Ann", &folder, PASSWORD).sign_in().quit();
    assert!(again.of("missed").is_empty(), "it is told once");
    bob.kill();
}
