//! Calls with pictures: what one camera sees is shown at the other end, over good networks and bad ones.

use crate::support::{
    client::{HeadlessClient, client},
    events::is,
    pictures::Seen,
    server::TestServer,
    speech::{self, SENTENCE},
};
use hallway_bench::{
    picture::clip,
    relay::{Bandwidth, Conditions, Faults, Loss, Relay},
};
use serde_json::{Value, json};
use std::time::Duration;

/// Pictures that are looked at: five seconds of them, where the machine has the time.
const PICTURES: u64 = 150;
/// Pictures of a film that begins anew at its end: three seconds.
const FILM: u32 = 90;
/// Least likeness to what was taken, in decibels: blocks begin to be seen below 30.
const GOOD: f64 = 30.0;
/// A picture that is not broken, however little of the link is left for it.
const WHOLE: f64 = 18.0;
/// Each way, of a round trip of 40 ms.
pub(crate) const WAY: Duration = Duration::from_millis(20);

#[test]
fn both_ends_of_a_call_see_each_others_pictures() {
    let server = TestServer::start();
    let sign_in = |name| client(&server, name).filming("pattern").watching().counting().sign_in();
    let (mut ann, mut bob) = (sign_in("Ann"), sign_in("Bob"));
    ann.call(&mut bob, "video");
    for person in [&mut ann, &mut bob] {
        person.video("shown", PICTURES);
        // A machine that was busy at the start may have made them smaller for a while.
        person.expect("pictures in their usual size", |event| {
            let stream = &event["video"]["streams"][0];
            (&stream["source"], &stream["width"], &stream["height"]) == (&json!("camera"), &json!(640), &json!(360))
        });
    }
    for ended in [ann.quit(), bob.quit()] {
        let seen = Seen::of(&ended.seen());
        let (delivered, mean) = (seen.delivered(), seen.mean_likeness());
        println!("{} pictures, {:.0} % of those taken, {mean:.1} dB", seen.numbers.len(), 100.0 * delivered);
        assert_eq!(seen.size, (640, 360));
        assert!(seen.readable().len() * 100 >= seen.numbers.len() * 99, "numbers are read");
        assert!(seen.readable().is_sorted_by(|one, next| one < next), "each is shown once, in order: {seen:?}");
        // What a busy machine has no time for is left out.
        assert!(delivered > 0.5, "{delivered}");
        assert!(mean > GOOD && seen.least_likeness() > WHOLE, "{mean} dB, the worst {} dB", seen.least_likeness());
    }
}

#[test]
fn the_camera_is_changed_in_the_middle_of_a_call_and_can_be_switched_off() {
    let server = TestServer::start();
    let folder = tempfile::tempdir().unwrap();
    let film = folder.path().join("film.y4m");
    clip::write(&film, 640, 360, FILM).unwrap();
    let mut ann = client(&server, "Ann").filming("pattern").counting().sign_in();
    let mut bob = client(&server, "Bob").watching().counting().sign_in();
    ann.call(&mut bob, "video");
    bob.video("shown", 30);
    ann.send(&format!("camera y4m:{}", film.display()));
    let before = bob.next_stats(1)["video"]["shown"].as_u64().unwrap();
    bob.video("shown", before + 60);
    ann.send("mute camera on");
    ann.calls_until("the camera shut", |calls| calls["current"]["sending"]["camera"] == false);
    bob.expect("no picture", |event| {
        event["event"] == "stats" && event["video"]["streams"].as_array().is_some_and(Vec::is_empty)
    });
    ann.send("mute camera off");
    let before = bob.next_stats(1)["video"]["shown"].as_u64().unwrap();
    bob.video("shown", before + 10);
    ann.quit();
    let numbers = Seen::of(&bob.quit().seen()).readable();
    let (of_film, of_pattern): (Vec<u32>, Vec<u32>) = numbers.iter().partition(|number| **number < FILM);
    assert!(of_pattern.len() >= 20, "{numbers:?}");
    assert!(of_film.len() >= 40, "{numbers:?}");
}

#[test]
fn who_has_no_camera_is_told_what_to_do_and_the_call_goes_on() {
    let server = TestServer::start();
    let folder = tempfile::tempdir().unwrap();
    let wav = folder.path().join("words.wav");
    speech::speak(SENTENCE, &wav);
    let missing = folder.path().join("nothing.y4m");
    let mut ann =
        client(&server, "Ann").chatting(&wav).filming(&format!("y4m:{}", missing.display())).counting().sign_in();
    let mut bob = client(&server, "Bob").chatting(&wav).counting().sign_in();
    ann.call(&mut bob, "video");
    for (person, code) in [(&mut ann, "camera_file"), (&mut bob, "camera_not_chosen")] {
        let trouble = person.in_call("trouble");
        assert_eq!(trouble["reason"], code, "{trouble}");
        let sentence = trouble["text"].as_str().unwrap();
        assert!(sentence.len() > 20 && sentence.ends_with('.'), "{sentence}");
        let current = person.calls()["current"].clone();
        assert_eq!((&current["trouble"]["camera"], &current["sending"]["camera"]), (&sentence.into(), &false.into()));
        person.voice("received", 100);
    }
    ann.send("camera pattern");
    bob.video("shown", 10);
    ann.quit();
    bob.quit();
}

#[test]
fn pictures_come_as_small_as_they_are_wanted() {
    let server = TestServer::start();
    let mut ann = client(&server, "Ann").filming("pattern").counting().sign_in();
    let mut bob = client(&server, "Bob").counting().sign_in();
    ann.call(&mut bob, "video");
    bob.video("shown", 10);
    for (size, width) in [("small", 320), ("large", 1280), ("medium", 640)] {
        bob.send(&format!("watch Ann camera {size}"));
        bob.expect(size, |event| event["event"] == "stats" && event["video"]["streams"][0]["width"] == width);
    }
    bob.send("watch Ann camera off");
    bob.expect("nothing", |event| {
        event["event"] == "stats" && event["video"]["streams"].as_array().is_some_and(Vec::is_empty)
    });
    // What nobody wants is not encoded: soon it is no more from one second to the next.
    let encoded = |stats: &Value| stats["video"]["encoded"].as_u64();
    let mut before = None;
    let stops = (0..30).any(|_| {
        let now = encoded(&ann.next_stats(1));
        std::mem::replace(&mut before, now) == now
    });
    assert!(stops, "it is encoded for nobody");
    ann.quit();
    bob.quit();
}

#[test]
fn pictures_are_whole_over_a_network_that_loses_five_of_a_hundred() {
    lossy(0.05, 60, 28.0);
}

#[test]
fn pictures_are_whole_over_a_network_that_loses_twenty_of_a_hundred() {
    lossy(0.20, 15, 24.0);
}

#[test]
fn over_300_kbit_s_pictures_go_on_and_leave_room_for_every_word() {
    let (relay, server) = behind(Conditions::both_ways(narrow(), 1));
    let folder = tempfile::tempdir().unwrap();
    let wav = folder.path().join("words.wav");
    speech::speak(SENTENCE, &wav);
    let sign_in = |name| client(&server, name).chatting(&wav).filming("pattern").watching().counting().sign_in();
    let (mut ann, mut bob) = (sign_in("Ann"), sign_in("Bob"));
    ann.call(&mut bob, "video");
    // The pictures find what the link bears, and stay with it.
    for person in [&mut ann, &mut bob] {
        person.next_stats(8);
    }
    let stats = [&mut ann, &mut bob].map(|person| {
        let before = person.next_stats(3);
        let shown = before["video"]["shown"].as_u64().unwrap();
        (before, person.video("shown", shown + 40))
    });
    println!("up {:?}, down {:?}", relay.up(), relay.down());
    assert_eq!((relay.up().queue_full, relay.down().queue_full), (0, 0), "the pictures fill no queue");
    for (person, (before, after)) in [ann, bob].into_iter().zip(stats) {
        println!("{} {}", after["voice"], after["video"]);
        let count = |stats: &Value, field: &str| stats["voice"][field].as_u64().unwrap();
        let more = |field: &str| count(&after, field) - count(&before, field);
        // A word may come late on a machine that is busy, hardly ever two.
        assert!(more("lost") * 100 <= more("received"), "{before} {after}");
        let seen = Seen::of(&person.quit().seen());
        println!("{} pictures, {:.1} dB", seen.numbers.len(), seen.mean_likeness());
        assert!(seen.mean_likeness() > WHOLE);
    }
}

#[test]
fn one_on_a_narrow_link_does_not_blur_the_pictures_for_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let film = folder.path().join("film.y4m");
    clip::write(&film, 640, 360, FILM).unwrap();
    let (relay, server) = behind(Conditions::both_ways(Faults::delay(WAY), 1));
    let mut ann = client(&server, "Ann").filming(&format!("y4m:{}", film.display())).counting().sign_in();
    let [mut bob, mut cleo] = called_over_a_good_and_a_narrow_link(&mut ann, "video", &relay, &server);
    let sees = |person: &mut HeadlessClient, width: u64, least: u64| {
        person.expect("such pictures", |event| {
            let stream = &event["video"]["streams"][0];
            is(event, "stats") && stream["width"] == width && stream["bitrate_bps"].as_u64() >= Some(least)
        })
    };
    sees(&mut cleo, 320, 1);
    // Far more than the narrow link bears.
    let stats = sees(&mut bob, 640, 450_000);
    println!("{}, {}, down {:?}", stats["video"], cleo.next_stats(1)["video"], relay.down());
    ann.quit();
    bob.quit();
    cleo.quit();
}

/// A call with pictures over a network that loses so many on the way from one end to the other: so many pictures come at
/// least, and nothing broken is shown.
fn lossy(share: f64, pictures: u64, good: f64) {
    let loss = Loss::independent(share);
    let (relay, server) =
        behind(Conditions { up: Faults::delay(WAY), down: Faults { loss, ..Faults::delay(WAY) }, seed: 1 });
    let sign_in = |name| client(&server, name).filming("pattern").watching().counting().sign_in();
    let (mut ann, mut bob) = (sign_in("Ann"), sign_in("Bob"));
    ann.call(&mut bob, "video");
    for person in [&mut ann, &mut bob] {
        person.video("shown", pictures);
    }
    let stats = ann.next_stats(1);
    assert!(stats["video"]["lost"].as_u64().is_some_and(|lost| lost > 0), "{stats}");
    println!("up {:?}, down {:?}, {}", relay.up(), relay.down(), stats["video"]);
    for person in [ann, bob] {
        let seen = Seen::of(&person.quit().seen());
        let (mean, least) = (seen.mean_likeness(), seen.least_likeness());
        println!("{} pictures, {:.0} % of those taken, {mean:.1} dB", seen.numbers.len(), 100.0 * seen.delivered());
        assert!(mean > good && least > WHOLE, "{mean} dB, the worst {least} dB");
        assert!(seen.readable().is_sorted_by(|one, next| one < next), "{seen:?}");
    }
}

/// Two people in a call with this one; the second one's link is [narrow].
pub(crate) fn called_over_a_good_and_a_narrow_link(
    caller: &mut HeadlessClient,
    kind: &str,
    relay: &Relay,
    server: &TestServer,
) -> [HeadlessClient; 2] {
    let mut bob = client(server, "Bob").counting().sign_in();
    relay.set_faults_of_newcomers(narrow(), narrow());
    let mut cleo = client(server, "Cleo").counting().sign_in();
    caller.call(&mut bob, kind);
    caller.send("ask Cleo");
    cleo.in_call("incoming");
    cleo.send("accept");
    [bob, cleo]
}

/// A link of 300 kbit/s, with a queue of 400 ms.
pub(crate) fn narrow() -> Faults {
    Faults { bandwidth: Some(Bandwidth { bits_per_second: 300_000, queue_bytes: 15_000 }), ..Faults::delay(WAY) }
}

/// A server behind a network.
pub(crate) fn behind(conditions: Conditions) -> (Relay, TestServer) {
    let relay = Relay::start(conditions).unwrap();
    let server = TestServer::start_with(&["--public", &relay.address().to_string()]);
    relay.lead_to(server.address.parse().unwrap());
    (relay, server)
}
