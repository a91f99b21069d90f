//! Files: byte for byte from one client to another, whatever breaks on the way, and refused where they may not go.

use crate::support::{
    client::{HeadlessClient, Plan, client},
    events::{is, is_in},
    server::TestServer,
    tcp_proxy::{TcpProxy, Way},
};
use rand::{RngCore, SeedableRng, rngs::StdRng};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

const MIB: usize = 1024 * 1024;
/// Longer than what is under way at once by so much that it takes a while.
const LARGE: usize = 40 * MIB;

/// A folder with random files.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A file of random bytes, always the same for its length.
    fn file(&self, name: &str, bytes: usize) -> PathBuf {
        let mut content = vec![0; bytes];
        StdRng::seed_from_u64(bytes as u64).fill_bytes(&mut content);
        let path = self.0.path().join(name);
        fs::write(&path, content).unwrap();
        path
    }

    /// A folder for what is fetched.
    fn downloads(&self) -> PathBuf {
        self.0.path().join("downloads")
    }
}

/// A client that fetches into the desk's folder.
fn fetching(plan: Plan, desk: &Desk) -> Plan {
    plan.with(&["--downloads", desk.downloads().to_str().unwrap()])
}

/// A client whose way to the front desk is the proxy.
fn behind(proxy: &TcpProxy, name: &str) -> Plan {
    Plan::new(&proxy.address.to_string(), name).with(&["--trust", "new", "--reconnect", "60"])
}

fn file_is(event: &Value, state: &str) -> bool {
    is_in(event, "file", state)
}

/// Waits for a state of some file.
fn file(client: &mut HeadlessClient, state: &str) -> Value {
    client.expect(&format!("file {state}"), |event| file_is(event, state))
}

/// Fetches what was offered last, and gives where it lies.
fn fetched(client: &mut HeadlessClient) -> PathBuf {
    let offered = file(client, "offered");
    client.send(&format!("fetch {}", offered["file"].as_str().unwrap()));
    file(client, "received")["path"].as_str().unwrap().into()
}

fn same(one: &Path, other: &Path) {
    assert!(fs::read(one).unwrap() == fs::read(other).unwrap(), "{} and {} differ", one.display(), other.display());
}

fn parts(folder: &Path) -> usize {
    let names = fs::read_dir(folder).into_iter().flatten().map_while(Result::ok).map(|entry| entry.file_name());
    names.filter(|name| name.to_string_lossy().ends_with(".part")).count()
}

#[test]
fn files_of_every_size_arrive_as_they_are_in_a_room_in_private_and_for_everyone() {
    let (server, desk) = (TestServer::start(), Desk::new());
    let mut ann = client(&server, "Ann").sign_in();
    let mut bob = fetching(client(&server, "Bob"), &desk).sign_in();
    ann.enter("Library");
    bob.enter("Library");
    ann.know("people", "Bob");
    let sizes = [0, 1, 64 * 1024 - 1, 64 * 1024, 64 * 1024 + 1, 20 * MIB];
    for (size, to) in sizes.into_iter().zip(["room", "Bob", "world"].into_iter().cycle()) {
        let path = desk.file(&format!("of {size}.bin"), size);
        ann.send(&format!("send {to} {}", path.display()));
        let done = file(&mut ann, "done");
        assert_eq!(done["done_bytes"], size);
        let message = ann.expect("its message", |event| is(event, "message") && event["attachment"]["bytes"] == size);
        assert_eq!(message["attachment"]["hash"], done["hash"]);
        same(&path, &fetched(&mut bob));
    }
    assert_eq!(parts(&desk.downloads()), 0);
    // What has a name already keeps it.
    ann.send(&format!("send room {}", desk.file("of 1.bin", 1).display()));
    assert_eq!(fetched(&mut bob).file_name().unwrap(), "of 1 (2).bin");
    ann.quit();
    bob.quit();
}

#[test]
fn an_upload_goes_on_after_the_death_of_its_client_and_a_download_after_that_of_the_server() {
    let (server, desk) = (TestServer::start(), Desk::new());
    let proxy = TcpProxy::start(&server.address, Way::Slow);
    let path = desk.file("large.bin", LARGE);
    let mut ann = behind(&proxy, "Ann").sign_in();
    let mut bob = fetching(behind(&proxy, "Bob"), &desk).sign_in();
    ann.send(&format!("send world {}", path.display()));
    ann.expect("some of it sent", |event| file_is(event, "sending") && event["done_bytes"].as_u64() > Some(0));
    ann.kill();
    // Until the server has noticed, the name is taken.
    bob.expect("Ann gone", |event| is(event, "person") && event["change"] == "gone");
    let mut ann = behind(&proxy, "Ann").in_folder_of(ann.ended()).sign_in();
    file(&mut ann, "done");
    let sent = proxy.carried();
    assert!(sent < (LARGE + LARGE / 2) as u64, "{sent} bytes for {LARGE}: begun anew");

    let offered = file(&mut bob, "offered");
    bob.send(&format!("fetch {}", offered["file"].as_str().unwrap()));
    bob.expect("some of it fetched", |event| file_is(event, "receiving") && event["done_bytes"].as_u64() > Some(0));
    let server = server.kill_and_restart();
    let received = file(&mut bob, "received");
    same(&path, Path::new(received["path"].as_str().unwrap()));
    let fetched = proxy.carried() - sent;
    assert!(fetched < (LARGE + LARGE / 2) as u64, "{fetched} bytes for {LARGE}: begun anew");
    drop(server);
}

#[test]
fn an_upload_goes_on_after_the_death_of_the_server_and_nothing_is_there_twice() {
    let (server, desk) = (TestServer::start(), Desk::new());
    let proxy = TcpProxy::start(&server.address, Way::Slow);
    let path = desk.file("large.bin", LARGE);
    let mut ann = fetching(behind(&proxy, "Ann"), &desk).sign_in();
    ann.send(&format!("send world {}", path.display()));
    ann.expect("some of it sent", |event| file_is(event, "sending") && event["done_bytes"].as_u64() > Some(0));
    let server = server.kill_and_restart();
    let done = file(&mut ann, "done");
    let sent = proxy.carried();
    assert!(sent < (LARGE + LARGE / 2) as u64, "{sent} bytes for {LARGE}: begun anew");
    ann.send("history world");
    let history = ann.expect("history", |event| is(event, "history"));
    assert_eq!(history["messages"].as_array().unwrap().len(), 1);
    ann.send(&format!("fetch {}", done["file"].as_str().unwrap()));
    same(&path, Path::new(file(&mut ann, "received")["path"].as_str().unwrap()));
    drop(server);
}

#[test]
fn a_client_that_ends_sends_what_takes_a_moment_and_goes_on_with_the_rest_later() {
    let (server, desk) = (TestServer::start(), Desk::new());
    let mut bob = fetching(client(&server, "Bob"), &desk).sign_in();
    let mut ann = client(&server, "Ann").sign_in();
    let (small, large) = (desk.file("small.bin", MIB), desk.file("large.bin", LARGE));
    ann.send(&format!("send world {}", small.display()));
    ann.send(&format!("send world {}", large.display()));
    let ended = ann.quit();
    let told = |name: &str| {
        let of = |event: &&Value| is(event, "file") && event["name"] == name;
        ended.events.iter().rfind(of).map(|event| event["state"].clone())
    };
    assert_eq!(told("small.bin").unwrap(), "done");
    same(&small, &fetched(&mut bob));
    // On a quick machine it came through as well.
    let told = told("large.bin").unwrap();
    if told != "done" {
        assert_eq!(told, "paused");
        bob.expect("Ann gone", |event| is(event, "person") && event["change"] == "gone");
        let mut ann = client(&server, "Ann").in_folder_of(ended).sign_in();
        file(&mut ann, "done");
        ann.quit();
    }
    same(&large, &fetched(&mut bob));
    bob.quit();
}

#[test]
fn files_come_through_a_line_that_breaks_all_the_time() {
    let (server, desk) = (TestServer::start(), Desk::new());
    let proxy = TcpProxy::start(&server.address, Way::Cut(7));
    let path = desk.file("tough.bin", 8 * MIB);
    let mut ann = behind(&proxy, "Ann").sign_in();
    let mut bob = fetching(behind(&proxy, "Bob"), &desk).sign_in();
    ann.send(&format!("send world {}", path.display()));
    file(&mut ann, "done");
    same(&path, &fetched(&mut bob));
    println!("{} bytes were carried for twice {}", proxy.carried(), 8 * MIB);
    ann.quit();
    bob.quit();
}

#[test]
fn what_is_too_much_is_refused_before_its_first_byte_and_what_is_damaged_is_never_received() {
    let (server, desk) = (TestServer::start_with(&["--max-file-mib", "1"]), Desk::new());
    let mut ann = fetching(client(&server, "Ann"), &desk).sign_in();
    let large = desk.file("large.bin", MIB + 1);
    ann.send(&format!("send world {}", large.display()));
    let failed = file(&mut ann, "failed");
    assert_eq!(failed["done_bytes"], 0);
    assert!(failed["reason"].as_str().unwrap().contains("1 MiB"), "{failed}");
    ann.send(&format!("send world {}", desk.0.path().join("nothing").display()));
    ann.refused("send");
    ann.send(&format!("send world {}", desk.file("good.bin", 1000).display()));
    let done = file(&mut ann, "done");
    let id = done["file"].as_str().unwrap().to_owned();
    fs::write(server.data().join("files").join(&id), [0; 1000]).unwrap();
    ann.send(&format!("fetch {id}"));
    let failed = file(&mut ann, "failed");
    assert!(failed["reason"].as_str().unwrap().contains("damaged"), "{failed}");
    let left: Vec<_> = fs::read_dir(desk.downloads()).into_iter().flatten().collect();
    assert!(left.is_empty(), "{left:?}");
    ann.quit();
}

#[test]
fn names_that_would_do_harm_do_none() {
    let (server, desk) = (TestServer::start(), Desk::new());
    let mut ann = client(&server, "Ann").sign_in();
    let mut bob = fetching(client(&server, "Bob"), &desk).sign_in();
    for name in ["a\u{202E}gnp.exe", "CON", " .hidden", "two.png.exe", "two.png      .exe"] {
        ann.send(&format!("send world {}", desk.file(name, 3).display()));
        let path = fetched(&mut bob);
        let safe = path.file_name().unwrap().to_str().unwrap().to_owned();
        println!("{name:?} is {safe:?}");
        assert_eq!(path.parent().unwrap(), desk.downloads());
        assert!(
            !safe.contains('\u{202E}')
                && !safe.contains("  ")
                && !safe.starts_with(['.', ' '])
                && !safe.eq_ignore_ascii_case("con")
        );
    }
    ann.quit();
    bob.quit();
}

#[test]
fn a_file_is_for_those_who_may_read_its_message_until_its_sender_takes_it_away() {
    let (server, desk) = (TestServer::start(), Desk::new());
    let mut ann = client(&server, "Ann").sign_in();
    let mut bob = fetching(client(&server, "Bob"), &desk).sign_in();
    let mut eve = fetching(client(&server, "Eve"), &desk).sign_in();
    ann.enter("Library");
    bob.enter("Library");
    ann.send(&format!("send room {}", desk.file("ours.bin", 100).display()));
    let id = file(&mut bob, "offered")["file"].as_str().unwrap().to_owned();
    file(&mut ann, "done");
    eve.send(&format!("fetch {id}"));
    assert_eq!(eve.refused("fetch")["code"], "no_such_file");
    bob.send(&format!("unsend {id}"));
    assert_eq!(bob.refused("unsend")["code"], "not_allowed");
    ann.send(&format!("unsend {id}"));
    bob.expect_asking("history room", |event| {
        is(event, "history")
            && event["messages"].as_array().is_some_and(|all| all.iter().all(|it| it["attachment"].is_null()))
    })
    .expect("the message without the file");
    bob.send(&format!("fetch {id}"));
    assert_eq!(bob.refused("fetch")["code"], "no_such_file");
    assert!(!server.data().join("files").join(&id).exists());
    ann.quit();
    bob.quit();
    eve.quit();
}
