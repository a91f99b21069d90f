//! Sudden ends, and orderly ones: nobody is left waiting and nothing that was acknowledged is lost.

use crate::support::{
    client::client,
    events::{is, is_in},
    server::TestServer,
    speech::{self, SENTENCE},
};
use std::{
    collections::BTreeSet,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// How long after the holder's death the floor must be free.
const FREE_WITHIN: Duration = Duration::from_millis(1500);
/// How long an orderly end may take.
const ENDS_WITHIN: Duration = Duration::from_secs(5);
/// Messages that one person may write at once before the server asks for a pause.
const BURST: usize = 10;

#[test]
fn the_floor_is_free_within_a_second_and_a_half_of_the_holders_death() {
    let server = TestServer::start();
    let folder = tempfile::tempdir().unwrap();
    let words = folder.path().join("words.wav");
    speech::speak(SENTENCE, &words);
    let mut ann = client(&server, "Ann").speaking(&words).sign_in();
    let mut bob = client(&server, "Bob").speaking(&words).listening().sign_in();
    ann.enter("Library");
    bob.enter("Library");
    ann.talk();
    bob.floor("taken");
    bob.voice("received", 25);

    bob.forget();
    ann.kill();
    let died = now_ms();
    let idle = bob.floor("idle");
    let after = Duration::from_millis(idle["at"].as_u64().unwrap().saturating_sub(died));
    bob.talk();
    println!("the floor was free after {after:?}");
    assert!(after <= FREE_WITHIN, "the floor was free after {after:?}");
    bob.quit();
}

#[test]
fn every_acknowledged_message_outlives_the_servers_death() {
    let server = TestServer::start();
    let mut ann = client(&server, "Ann").with(&["--reconnect", "60"]).sign_in();
    for number in 0..BURST - 3 {
        ann.write("shout", &format!("acknowledged {number}"));
    }
    for number in 0..3 {
        ann.send(&format!("shout on its way {number}"));
    }
    let server = server.kill_and_restart();
    ann.expect("regained", |event| is_in(event, "connection", "regained"));
    let acknowledged = ann.texts();
    assert!(acknowledged.len() >= BURST - 3);

    let mut bob = client(&server, "Bob").sign_in();
    bob.send("history world 50");
    let page = bob.expect("the page", |event| {
        is(event, "history") && event["messages"].as_array().is_some_and(|messages| messages.len() >= BURST - 3)
    });
    let messages = page["messages"].as_array().unwrap();
    let kept: BTreeSet<&str> = messages.iter().filter_map(|message| message["text"].as_str()).collect();
    for text in &acknowledged {
        assert!(kept.contains(text.as_str()), "“{text}” was acknowledged and is lost");
    }
    ann.write("shout", "and we go on");
    bob.reads("and we go on");
    bob.quit();
    ann.quit();
}

#[test]
fn a_server_that_is_told_to_end_tells_people_and_ends_in_order() {
    let mut server = TestServer::start();
    let mut ann = client(&server, "Ann").with(&["--reconnect", "0"]).sign_in();
    ann.write("shout", "the last word");
    let start = Instant::now();
    server.terminate();
    let status = server.wait();
    let took = start.elapsed();
    assert_eq!(status.code(), Some(0));
    assert!(took < ENDS_WITHIN, "it took {took:?}");
    let lost = ann.expect("lost", |event| is_in(event, "connection", "lost"));
    assert!(lost["reason"].is_string(), "{lost}");
    assert_eq!(ann.ended().code, Some(4), "nobody is to be waited for");
}

fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64
}
