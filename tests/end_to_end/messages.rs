//! Messages are changed, answered and reacted to, and a restart shows them as they were left.

use crate::support::{
    client::{HeadlessClient, client},
    events::is,
    server::TestServer,
};
use serde_json::Value;

fn history(who: &mut HeadlessClient) -> Vec<Value> {
    who.forget();
    who.send("history world");
    who.expect("history", |event| is(event, "history"))["messages"].as_array().unwrap().clone()
}

fn finds(who: &mut HeadlessClient, words: &str) -> usize {
    who.forget();
    who.send(&format!("search {words}"));
    who.expect("search", |event| is(event, "search"))["messages"].as_array().unwrap().len()
}

#[test]
fn messages_are_edited_deleted_answered_and_reacted_to_and_a_restart_shows_the_same() {
    let server = TestServer::start();
    let mut ann = client(&server, "Ann").sign_in();
    let mut bob = client(&server, "Bob").sign_in();
    ann.know("people", "Bob");
    let first = ann.write("shout", "a quick fox")["id"].as_i64().unwrap();
    let second = ann.write("shout", "a slow badger")["id"].as_i64().unwrap();
    bob.reads("a slow badger");

    bob.send(&format!("edit {first} mine now"));
    assert_eq!(bob.refused("edit")["code"], "not_your_message");
    bob.send(&format!("delete {first}"));
    assert_eq!(bob.refused("delete")["code"], "not_your_message");
    ann.send(&format!("edit {first} a quick wolf"));
    let edited = bob.expect("edited", |event| is(event, "edited"));
    assert_eq!((edited["id"].as_i64(), edited["text"].as_str()), (Some(first), Some("a quick wolf")));

    bob.send(&format!("reply {first} where, @Ann?"));
    let reply = ann.expect("the reply", |event| is(event, "message") && event["text"] == "where, @Ann?");
    assert_eq!((&reply["reply_to"]["id"], &reply["reply_to"]["line"]), (&first.into(), &"a quick wolf".into()));
    assert_eq!((&reply["mentions"][0], &reply["mentioned"]), (&"Ann".into(), &true.into()));

    bob.send(&format!("react {first} 👍"));
    let reacted = ann.expect("reacted", |event| is(event, "reacted"));
    assert_eq!((reacted["by"].as_str(), reacted["reactions"][0]["count"].as_i64()), (Some("Bob"), Some(1)));
    bob.send(&format!("react {first} no emoji"));
    assert_eq!(bob.refused("react")["code"], "bad_emoji");

    ann.send(&format!("delete {second}"));
    assert_eq!(bob.expect("deleted", |event| is(event, "deleted"))["id"], second);

    let folder = ann.quit();
    bob.quit();
    let server = server.kill_and_restart();
    let mut ann = client(&server, "Ann").in_folder_of(folder).sign_in();
    let messages = history(&mut ann);
    assert_eq!(messages.len(), 3, "{messages:?}");
    assert_eq!((&messages[0]["text"], &messages[0]["mine"]), (&"a quick wolf".into(), &true.into()));
    assert!(messages[0]["edited"].is_i64() && messages[0]["reactions"][0]["names"][0] == "Bob");
    assert_eq!((&messages[1]["deleted"], &messages[1]["text"]), (&true.into(), &"".into()));
    assert_eq!(messages[2]["reply_to"]["id"], first);
    assert_eq!(messages[2].get("mine"), None);
    for (words, count) in [("fox", 0), ("badger", 0), ("wolf", 1), ("from:Bob", 1), ("a from:Bob in:everyone", 1)] {
        assert_eq!(finds(&mut ann, words), count, "{words}");
    }
    // Another client under the same name does not own what was said under it.
    ann.quit();
    let mut other = client(&server, "Ann").sign_in();
    other.send(&format!("edit {first} stolen"));
    assert_eq!(other.refused("edit")["code"], "not_your_message");
    other.quit();
}
