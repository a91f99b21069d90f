//! What was said is found again by its words, by those who may read it.

use crate::support::{
    client::{HeadlessClient, client},
    events::is,
    server::TestServer,
};
use serde_json::Value;

#[test]
fn words_are_found_in_what_one_may_read_and_nowhere_else() {
    let server = TestServer::start();
    let mut ann = client(&server, "Ann").sign_in();
    let mut bob = client(&server, "Bob").sign_in();
    ann.know("people", "Bob");
    ann.enter("Library");
    for (how, text) in [("shout", "a fox for all"), ("say", "a fox in the library"), ("msg Bob", "a fox in private")] {
        ann.write(how, text);
    }
    bob.reads("a fox in private");
    let found = |who: &mut HeadlessClient| {
        who.forget();
        who.send("search FOX a");
        let found = who.expect("search", |event| is(event, "search"));
        let list = found["messages"].as_array().unwrap().iter();
        list.map(|message| (message["text"].as_str().unwrap().to_owned(), message["to"].clone()))
            .collect::<Vec<(String, Value)>>()
    };
    let texts = |found: &[(String, Value)]| found.iter().map(|(text, _)| text.clone()).collect::<Vec<_>>();
    let of_ann = found(&mut ann);
    assert_eq!(texts(&of_ann), ["a fox in private", "a fox in the library", "a fox for all"]);
    assert_eq!((&of_ann[0].1["person"], &of_ann[1].1["room"]), (&"Bob".into(), &"Library".into()));
    let of_bob = found(&mut bob);
    assert_eq!(texts(&of_bob), ["a fox in private", "a fox for all"]);
    assert_eq!(of_bob[0].1["person"], "Bob");
    ann.quit();
    bob.quit();
}
