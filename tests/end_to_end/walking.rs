//! Walking is joining: rooms are places, and people can build some.

use crate::support::{
    client::{HeadlessClient, client},
    events::is,
    server::TestServer,
};
use serde_json::Value;

#[test]
fn entering_and_leaving_is_told_to_those_inside_and_nobody_else() {
    let server = TestServer::start();
    let mut ann = client(&server, "Ann").sign_in();
    let mut cem = client(&server, "Cem").sign_in();
    ann.enter("Library");
    cem.enter("Kitchen");
    let mut bob = client(&server, "Bob").sign_in();
    bob.send("enter Library");
    let entered = bob.expect("entered", |event| is(event, "entered"));
    let mut inside: Vec<&str> = entered["people"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    inside.sort_unstable();
    assert_eq!(inside, ["Ann", "Bob"]);
    changed(&mut ann, "Bob", "entered");

    bob.send("leave");
    let left = bob.expect("left", |event| is(event, "left"));
    assert_eq!(left["room"], "Library");
    changed(&mut ann, "Bob", "left");
    bob.quit();
    changed(&mut ann, "Bob", "gone");
    changed(&mut cem, "Bob", "gone");
    let told = cem.all().iter().filter(|event| is(event, "person") && event["name"] == "Bob");
    let told: Vec<_> = told.map(|event| event["change"].as_str().unwrap()).collect();
    assert_eq!(told, ["arrived", "gone"]);
    ann.quit();
    cem.quit();
}

#[test]
fn a_walk_goes_round_the_walls_and_through_the_doors() {
    let server = TestServer::start();
    let mut ann = client(&server, "Ann").sign_in();
    let rooms = rooms(&mut ann);
    assert!(rooms.len() >= 6, "{rooms:?}");
    for room in &rooms {
        ann.enter(room);
    }
    // To a point that is in the room she is in now: there and back by its place alone.
    ann.forget();
    ann.send("leave");
    ann.expect("left", |event| is(event, "left"));
    let away = ann.expect("arrived", |event| is(event, "arrived"));
    assert!(away.get("room").is_none_or(Value::is_null), "{away}");
    ann.send(&format!("walk {} {}", away["x"], away["y"].as_f64().unwrap() + 1.0));
    let there = ann.expect("arrived", |event| is(event, "arrived"));
    assert!((there["y"].as_f64().unwrap() - away["y"].as_f64().unwrap() - 1.0).abs() < 0.1, "{away} {there}");
    ann.send("walk -5 0");
    ann.expect("error", |event| is(event, "error"));
    ann.quit();
}

#[test]
fn a_room_that_people_make_goes_when_it_was_empty_long_enough() {
    // Long enough to walk in, short enough to wait for.
    let server = TestServer::start_with(&["--empty-room-lifetime", "30"]);
    let mut ann = client(&server, "Ann").sign_in();
    let mut bob = client(&server, "Bob").sign_in();
    ann.send("create Den");
    wait_for_room(&mut bob, "Den", true);
    ann.enter("Den");
    bob.enter("Den");
    ann.write("say", "cosy");
    bob.reads("cosy");
    bob.send("leave");
    bob.expect("left", |event| is(event, "left"));
    assert!(rooms(&mut bob).contains(&"Den".to_owned()), "somebody is in it");
    ann.send("leave");
    wait_for_room(&mut bob, "Den", false);
    ann.quit();
    bob.quit();
}

#[test]
fn a_room_can_be_deleted_by_who_made_it_alone() {
    let server = TestServer::start();
    let mut ann = client(&server, "Ann").sign_in();
    let mut bob = client(&server, "Bob").sign_in();
    ann.send("create Den");
    wait_for_room(&mut bob, "Den", true);
    for (line, code) in
        [("create den", "room_name_taken"), ("delete Den", "not_owner"), ("delete Library", "room_of_map")]
    {
        bob.send(line);
        let error = bob.expect(&format!("error for {line}"), |event| is(event, "error"));
        assert_eq!(error["code"], code, "{line}: {error}");
    }
    ann.enter("Den");
    bob.enter("Den");
    ann.send("delete Den");
    // Those inside find themselves outside its door.
    bob.expect("left", |event| is(event, "left") && event["room"] == "Den");
    ann.expect("left", |event| is(event, "left") && event["room"] == "Den");
    wait_for_room(&mut bob, "Den", false);
    ann.quit();
    bob.quit();
}

fn changed(who: &mut HeadlessClient, name: &str, change: &str) {
    who.expect(&format!("{name} {change}"), |event| {
        is(event, "person") && event["name"] == name && event["change"] == change
    });
}

fn rooms(who: &mut HeadlessClient) -> Vec<String> {
    who.send("rooms");
    let rooms = who.expect("rooms", |event| is(event, "rooms"));
    let rooms = rooms["rooms"].as_array().unwrap().iter();
    rooms.map(|room| room["name"].as_str().unwrap().to_owned()).collect()
}

/// Asks for the list until the room is on it, or gone from it.
fn wait_for_room(who: &mut HeadlessClient, room: &str, there: bool) {
    let start = std::time::Instant::now();
    while rooms(who).iter().any(|name| name == room) != there {
        if start.elapsed() > crate::support::processes::PATIENCE {
            who.fail(&format!("{} the room {room}", if there { "never saw" } else { "still sees" }));
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}
