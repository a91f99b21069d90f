//! Screens that are shared: one at a time in a room, for all who join, and stopped from anywhere.

use crate::{
    support::{
        client::client,
        events::is,
        pictures::Seen,
        server::TestServer,
        speech::{self, SENTENCE},
    },
    video::{WAY, behind, called_over_a_good_and_a_narrow_link, narrow},
};
use hallway_bench::relay::{Conditions, Faults, Loss};
use serde_json::Value;

#[test]
fn a_screen_is_shared_to_a_room_and_everybody_sees_whose_it_is() {
    let server = TestServer::start();
    let mut ann = client(&server, "Ann").counting().sign_in();
    let mut bob = client(&server, "Bob").watching().counting().sign_in();
    ann.enter("Library");
    bob.enter("Library");
    ann.send("share pattern");
    ann.in_call("accepted");
    ann.video("captured", 3);
    assert_eq!(ann.calls()["current"]["sending"]["mic"], false, "whoever only shows something is not heard");
    let sharer = |event: &Value| {
        let rooms = event["rooms"].as_array()?;
        rooms.iter().find(|room| room["name"] == "Library")?["call"]["shares"].as_str().map(str::to_owned)
    };
    let shown = bob.expect_asking("rooms", |event| is(event, "rooms") && sharer(event).as_deref() == Some("Ann"));
    assert!(shown.is_some(), "nobody sees who shares");
    bob.send("callroom voice");
    bob.in_call("accepted");
    let stats = bob.video("shown", 15);
    assert_eq!(stats["video"]["streams"][0]["source"], "screen", "{stats}");
    bob.send("share pattern");
    let taken = bob.refused("share");
    assert_eq!(taken["code"], "screen_taken", "{taken}");
    ann.send("unshare");
    bob.expect("no picture", |event| {
        is(event, "stats") && event["video"]["streams"].as_array().is_some_and(Vec::is_empty)
    });
    bob.send("share pattern");
    ann.video("shown", 5);
    ann.quit();
    let seen = Seen::of(&bob.quit().seen());
    assert!(seen.numbers.len() >= 15 && seen.size.0 >= 640, "{:?}", seen.size);
}

#[test]
fn a_screen_comes_over_a_narrow_link_that_loses_packets_and_leaves_room_for_every_word() {
    let lossy = Faults { loss: Loss::independent(0.03), ..narrow() };
    let (relay, server) = behind(Conditions { up: narrow(), down: lossy, seed: 1 });
    let folder = tempfile::tempdir().unwrap();
    let wav = folder.path().join("words.wav");
    speech::speak(SENTENCE, &wav);
    let sign_in = |name| client(&server, name).chatting(&wav).watching().counting().sign_in();
    let (mut ann, mut bob) = (sign_in("Ann"), sign_in("Bob"));
    ann.call(&mut bob, "voice");
    ann.send("share pattern");
    let stats = bob.video("shown", 8);
    println!("up {:?}, down {:?}, {} {}", relay.up(), relay.down(), stats["voice"], stats["video"]);
    assert_eq!(stats["video"]["streams"][0]["height"], 720, "{stats}");
    // Its first frame has more than a hundred slices: without a second try for those that are lost none would be whole.
    assert!(stats["video"]["keyframes_wanted"].as_u64().is_some_and(|wanted| wanted <= 1), "{stats}");
    let count = |field: &str| stats["voice"][field].as_u64().unwrap();
    assert!(count("lost") * 10 <= count("received"), "more words are lost than the network takes: {stats}");
    ann.quit();
    let seen = Seen::of(&bob.quit().seen());
    assert!(seen.numbers.len() >= 8 && seen.size == (1280, 720), "{:?}", seen.size);
}

#[test]
fn one_on_a_narrow_link_does_not_make_a_screen_slow_for_the_others() {
    let (relay, server) = behind(Conditions::both_ways(Faults::delay(WAY), 1));
    let mut ann = client(&server, "Ann").counting().sign_in();
    let [mut bob, mut cleo] = called_over_a_good_and_a_narrow_link(&mut ann, "voice", &relay, &server);
    ann.send("share pattern");
    cleo.video("shown", 5);
    let fast = |event: &Value| event["video"]["streams"][0]["rate"].as_f64() >= Some(7.0);
    let stats = bob.expect("a page that scrolls smoothly", |event| is(event, "stats") && fast(event));
    let slow = cleo.next_stats(1);
    println!("{}, {}, down {:?}", stats["video"], slow["video"], relay.down());
    assert_eq!(slow["video"]["streams"][0]["height"], 720, "{slow}");
    ann.quit();
    bob.quit();
    cleo.quit();
}

#[test]
fn a_window_that_is_not_there_cannot_be_shared_and_the_call_goes_on() {
    let server = TestServer::start();
    let (mut ann, mut bob) = (client(&server, "Ann").sign_in(), client(&server, "Bob").sign_in());
    ann.call(&mut bob, "voice");
    ann.send("share window:1");
    let trouble = ann.in_call("trouble");
    assert!(trouble["reason"].as_str().is_some_and(|code| code.starts_with("screen_")), "{trouble}");
    assert!(trouble["text"].as_str().is_some_and(|text| text.ends_with('.')), "{trouble}");
    ann.send("screens");
    ann.expect("what can be shared", |event| is(event, "screens") || event["command"] == "screens");
    ann.calls_until("the screen hidden", |calls| calls["current"]["sending"]["screen"] == false);
    ann.send("hangup");
    bob.in_call("ended");
    ann.quit();
    bob.quit();
}
