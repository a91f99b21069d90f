//! A server as the client hosts it, in this process: over its real ports, with real clients.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod doors;
mod keeping;
mod kills;
mod live_client;

use hallway_protocol::{
    chat::Conversation,
    control::{CloseCause, ServerMessage},
    ids::RequestId,
};
use hallway_server::{Settings, StartError, start};
use live_client::{LiveClient, owner_key, sign_in};
use std::{path::Path, time::Duration};

fn settings(data_dir: &Path) -> Settings {
    Settings { listen: "127.0.0.1:0".parse().unwrap(), data_dir: data_dir.to_owned(), ..Settings::default() }
}

fn acknowledged(asked: RequestId) -> impl Fn(&ServerMessage) -> bool {
    move |message| matches!(message, ServerMessage::Said { request: Some(request), .. } if *request == asked)
}

#[test]
fn people_come_in_write_and_are_told_when_the_server_stops() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(settings(folder.path())).unwrap();
    let mut ann = LiveClient::enter(&server, "Ann");
    let mut bob = LiveClient::enter(&server, "Bob");
    let request = ann.say(Conversation::World, "hello");
    ann.wait_for("the acknowledgement", acknowledged(request));
    bob.wait_for(
        "the message",
        |message| matches!(message, ServerMessage::Said { message, .. } if message.text == "hello"),
    );
    let stopping = std::thread::spawn(move || server.stop());
    ann.wait_for("the farewell", |message| {
        matches!(message, ServerMessage::Closing { cause: CloseCause::ServerStops { .. } })
    });
    stopping.join().unwrap().unwrap();

    // What was acknowledged is there in the next life, and its writer is known by name alone.
    let server = start(settings(folder.path())).unwrap();
    let mut cleo = LiveClient::enter(&server, "Cleo");
    let page = cleo.history(Conversation::World);
    assert_eq!(page.len(), 1);
    assert_eq!((page[0].text.as_str(), page[0].from_name.as_str(), page[0].from), ("hello", "Ann", None));
    server.stop().unwrap();
}

#[test]
fn three_servers_live_in_one_process() {
    let folders = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let servers: Vec<_> = folders.iter().map(|folder| start(settings(folder.path())).unwrap()).collect();
    let mut anns: Vec<_> = servers.iter().map(|server| LiveClient::enter(server, "Ann")).collect();
    for (n, ann) in anns.iter_mut().enumerate() {
        let request = ann.say(Conversation::World, &format!("server {n}"));
        ann.wait_for("the acknowledgement", acknowledged(request));
    }
    for (server, mut ann) in servers.into_iter().zip(anns) {
        assert_eq!(ann.history(Conversation::World).len(), 1);
        server.stop().unwrap();
    }
}

#[test]
fn a_data_folder_is_free_again_after_the_stop() {
    let folder = tempfile::tempdir().unwrap();
    let first = start(settings(folder.path())).unwrap();
    assert!(matches!(start(settings(folder.path())), Err(StartError::Site(_))));
    first.stop().unwrap();
    start(settings(folder.path())).unwrap().stop().unwrap();
}

#[test]
fn an_empty_server_stops_quickly() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(settings(folder.path())).unwrap();
    let since = std::time::Instant::now();
    server.stop().unwrap();
    assert!(since.elapsed() < Duration::from_secs(3), "{:?}", since.elapsed());
}

/// The program, killed without warning while somebody writes.
#[test]
fn every_acknowledged_message_is_there_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = live_client::Program::start(folder.path());
    let mut ann = LiveClient::enter_program(&program, "Ann");
    let mut acknowledged_texts = Vec::new();
    for n in 0..12 {
        let text = format!("message {n}");
        let request = ann.say(Conversation::World, &text);
        ann.wait_for("the acknowledgement", acknowledged(request));
        acknowledged_texts.push(text);
        // Within the rate of texts.
        ann.pass(Duration::from_millis(210));
    }
    ann.say(Conversation::World, "in the air");
    program.kill();
    drop(program);
    let program = live_client::Program::start(folder.path());
    let mut bob = LiveClient::enter_program(&program, "Bob");
    let texts: Vec<_> = bob.history(Conversation::World).into_iter().map(|message| message.text).collect();
    assert_eq!(texts[..acknowledged_texts.len()], acknowledged_texts);
    assert!(texts.len() <= acknowledged_texts.len() + 1);
}

#[test]
fn whoever_hosts_the_server_moderates_it_from_the_next_sign_in() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(settings(folder.path())).unwrap();
    assert!(!LiveClient::enter(&server, "Ann").moderator);
    server.moderators.add(owner_key().id());
    assert!(LiveClient::enter(&server, "Bob").moderator);
    server.stop().unwrap();
}

#[test]
fn a_taken_name_is_refused_by_the_desk() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(settings(folder.path())).unwrap();
    let _ann = LiveClient::enter(&server, "Ann");
    let refused = sign_in(server.listen, &folder.path().join("certificate.pem"), "ann").unwrap_err();
    assert_eq!((refused.code.as_str(), refused.holder.as_deref()), ("name_taken", Some("Ann")));
    server.stop().unwrap();
}
