//! What is stored is there after a restart, and goes to the right conversation.

mod changes;
mod keeping;

use super::*;
use hallway_protocol::{keeping::Keeping, owner::OwnerKey};
use std::{path::Path, time::Duration};

fn name(name: &str) -> DisplayName {
    DisplayName::new(name).unwrap()
}

fn message(thread: Thread, from: &str, to: Option<&str>, text: &str) -> NewMessage {
    let author = match &thread {
        Thread::Pair { from, .. } => *from,
        _ => owner(from.as_bytes()[0]),
    };
    NewMessage {
        thread,
        writer: PersonId(7),
        from: name(from),
        to: to.map(name),
        text: text.to_owned(),
        attachment: None,
        sent_ms: 5,
        author,
        reply_to: None,
        mentions: Vec::new(),
    }
}

fn owner(number: u8) -> OwnerId {
    OwnerKey::new([number; 32]).id()
}

fn pair(from: u8, to: u8) -> Thread {
    Thread::Pair { from: owner(from), to: owner(to) }
}

fn newest(thread: Thread) -> PageQuery {
    PageQuery { thread, part: PagePart::Newest, count: 50 }
}

async fn texts(database: &mut Database, thread: Thread) -> Vec<String> {
    database.page(&newest(thread)).await.unwrap().into_iter().map(|message| message.text).collect()
}

async fn append(database: &mut Database, said: &[NewMessage]) -> Vec<MessageId> {
    database.append(said).await.unwrap().into_iter().map(|(id, _)| id).collect()
}

async fn open(folder: &Path, run: i64) -> Database {
    Database::open(folder, run).await.unwrap()
}

#[tokio::test]
async fn messages_outlive_a_restart_and_their_writers_do_not() {
    let folder = tempfile::tempdir().unwrap();
    let mut database = open(folder.path(), 1).await;
    let said = [message(Thread::World, "Ann", None, "a"), message(Thread::World, "Bob", None, "b")];
    let ids = append(&mut database, &said).await;
    assert!(ids[0] < ids[1]);
    assert_eq!(database.page(&newest(Thread::World)).await.unwrap()[0].writer, Some(PersonId(7)));
    // Not closed: as after a kill.
    drop(database);
    let mut database = open(folder.path(), 2).await;
    let page = database.page(&newest(Thread::World)).await.unwrap();
    let read: Vec<_> = page.iter().map(|message| (message.id, message.writer, message.text.as_str())).collect();
    assert_eq!(read, [(ids[0], None, "a"), (ids[1], None, "b")]);
    let later = append(&mut database, &[message(Thread::World, "Ann", None, "c")]).await;
    assert!(later[0] > ids[1]);
}

#[tokio::test]
async fn each_conversation_has_its_own_history() {
    let folder = tempfile::tempdir().unwrap();
    let mut database = open(folder.path(), 1).await;
    let (library, first_life, second_life) =
        (Thread::map_room("Library"), Thread::made_room("Den", 1), Thread::made_room("Den", 2));
    let said = [
        message(Thread::World, "Ann", None, "world"),
        message(library.clone(), "Ann", None, "library"),
        message(first_life.clone(), "Ann", None, "first life"),
        message(second_life.clone(), "Ann", None, "second life"),
        message(pair(1, 2), "Ann", Some("Bob"), "to Bob"),
        message(pair(2, 1), "Bob", Some("Ann"), "to Ann"),
        message(pair(1, 3), "Ann", Some("Cleo"), "to Cleo"),
        message(pair(1, 4), "Ann", Some("Bob"), "to another Bob"),
    ];
    database.append(&said).await.unwrap();
    assert_eq!(texts(&mut database, Thread::World).await, ["world"]);
    assert_eq!(texts(&mut database, library).await, ["library"]);
    assert_eq!(texts(&mut database, Thread::map_room("LIBRARY")).await, ["library"]);
    assert_eq!(texts(&mut database, first_life).await, ["first life"]);
    assert_eq!(texts(&mut database, second_life).await, ["second life"]);
    assert_eq!(texts(&mut database, pair(2, 1)).await, ["to Bob", "to Ann"]);
    assert_eq!(texts(&mut database, pair(2, 3)).await, [""; 0]);
    assert_eq!(texts(&mut database, pair(4, 1)).await, ["to another Bob"]);
}

#[tokio::test]
async fn private_messages_keep_their_owners_through_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut database = open(folder.path(), 1).await;
    let said = [
        message(pair(1, 2), "Ann", Some("Bob"), "psst"),
        message(pair(2, 1), "Robert", Some("Ann"), "yes?"),
        message(Thread::World, "Ann", None, "all"),
    ];
    database.append(&said).await.unwrap();
    drop(database);
    let mut database = open(folder.path(), 2).await;
    assert_eq!(texts(&mut database, pair(1, 2)).await, ["psst", "yes?"]);
    let (ann, bob) = (owner(1).to_string(), owner(2).to_string());
    let kept = [(Some(ann.clone()), Some(bob.clone())), (Some(bob), Some(ann)), (Some(owner(b'A').to_string()), None)];
    assert_eq!(database.owners_for_test().await, kept);
}

#[tokio::test]
async fn pages_go_back_without_gaps() {
    let folder = tempfile::tempdir().unwrap();
    let mut database = open(folder.path(), 1).await;
    let said: Vec<_> = (0..25).map(|n| message(Thread::World, "Ann", None, &n.to_string())).collect();
    database.append(&said).await.unwrap();
    let (mut part, mut read) = (PagePart::Newest, Vec::new());
    loop {
        let page = database.page(&PageQuery { thread: Thread::World, part, count: 10 }).await.unwrap();
        let Some(oldest) = page.first() else { break };
        part = PagePart::Before(oldest.id);
        read.splice(0..0, page.into_iter().map(|message| message.text));
    }
    assert_eq!(read, (0..25).map(|n| n.to_string()).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_worker_answers_every_ticket_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let (client, end) = wire();
    let worker = StoreWorker::new(open(folder.path(), 1).await, end, || {});
    for ticket in 0..20 {
        let text = ticket.to_string();
        assert!(client.ask(StoreAsk::Append { ticket, message: message(Thread::World, "Ann", None, &text) }));
        if ticket % 5 == 4 {
            assert!(client.ask(StoreAsk::Page { ticket: 100 + ticket, query: newest(Thread::World) }));
        }
    }
    let StoreClient { asks, mut answers } = client;
    drop(asks);
    worker.run().await;
    let (mut stored, mut read) = (Vec::new(), Vec::new());
    while let Ok(answer) = answers.try_recv() {
        match answer {
            StoreAnswer::Stored { ticket, .. } => stored.push(ticket),
            StoreAnswer::Page { ticket, messages } => read.push((ticket, messages.len())),
            StoreAnswer::Found { .. } | StoreAnswer::Changed { .. } => panic!("nothing else was asked"),
            StoreAnswer::Failed { ticket } => panic!("ticket {ticket} failed"),
        }
    }
    assert_eq!(stored, (0..20).collect::<Vec<_>>());
    assert_eq!(read, [(104, 5), (109, 10), (114, 15), (119, 20)]);
}

#[tokio::test]
async fn a_store_that_fails_says_so_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut database = open(folder.path(), 1).await;
    let (mut client, end) = wire();
    database.break_for_test().await;
    let worker = tokio::spawn(StoreWorker::new(database, end, || {}).run());
    assert!(client.ask(StoreAsk::Append { ticket: 1, message: message(Thread::World, "Ann", None, "a") }));
    let answer = tokio::time::timeout(Duration::from_secs(10), client.answers.recv()).await;
    assert_eq!(answer.unwrap(), Some(StoreAnswer::Failed { ticket: 1 }));
    drop(client);
    worker.await.unwrap();
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("hallway.db"), "this is a letter to the editor, not a database").unwrap();
    assert!(Database::open(folder.path(), 1).await.is_err());
}

async fn found(database: &mut Database, text: &str, owner: OwnerId, room: Option<Thread>) -> Vec<(String, FoundWhere)> {
    let query =
        SearchQuery { text: text.to_owned(), owner, room, narrowed: Narrowed::default(), before: None, count: 50 };
    let found = database.search(&query).await.unwrap();
    found.into_iter().map(|found| (found.message.text, found.place)).collect()
}

#[tokio::test]
async fn words_are_found_in_any_script_newest_first_and_only_where_one_may_read() {
    let folder = tempfile::tempdir().unwrap();
    let mut database = open(folder.path(), 1).await;
    let (library, kitchen) = (Thread::map_room("Library"), Thread::map_room("Kitchen"));
    let said = [
        message(Thread::World, "Ann", None, "The quick brown fox"),
        message(Thread::World, "Bob", None, "a QUICK answer, 100% sure"),
        message(library.clone(), "Ann", None, "quick in the library"),
        message(kitchen, "Ann", None, "quick in the kitchen"),
        message(pair(1, 2), "Ann", Some("Bob"), "quick and private"),
        message(pair(3, 4), "Cem", Some("Dora"), "quick and not ours"),
        message(Thread::World, "Mei", None, "今天天气很好"),
        message(Thread::World, "Mei", None, "say \"AND\" or NOT*"),
    ];
    database.append(&said).await.unwrap();
    let texts = |found: Vec<(String, FoundWhere)>| found.into_iter().map(|(text, _)| text).collect::<Vec<_>>();
    let quick = found(&mut database, "quick", owner(1), Some(library)).await;
    let with_bob = FoundWhere::Pair { other: Some(owner(2)), name: "Bob".into() };
    let expected = [
        ("quick and private", with_bob),
        ("quick in the library", FoundWhere::Room("Library".into())),
        ("a QUICK answer, 100% sure", FoundWhere::World),
        ("The quick brown fox", FoundWhere::World),
    ];
    assert_eq!(quick, expected.map(|(text, place)| (text.to_owned(), place)));
    let of_bob = found(&mut database, "private", owner(2), None).await;
    assert_eq!(of_bob[0].1, FoundWhere::Pair { other: Some(owner(1)), name: "Ann".into() });
    for (text, expected) in [
        ("quick FOX", vec!["The quick brown fox"]),
        ("quick wolf", vec![]),
        ("天气", vec!["今天天气很好"]),
        ("天天气很", vec!["今天天气很好"]),
        ("100%", vec!["a QUICK answer, 100% sure"]),
        ("0%", vec!["a QUICK answer, 100% sure"]),
        ("_%", vec![]),
        ("\"AND\" NOT*", vec!["say \"AND\" or NOT*"]),
        ("a of", vec![]),
    ] {
        assert_eq!(texts(found(&mut database, text, owner(9), None).await), expected, "{text}");
    }
}

#[tokio::test]
async fn a_search_goes_on_where_the_last_page_ended() {
    let folder = tempfile::tempdir().unwrap();
    let mut database = open(folder.path(), 1).await;
    let said: Vec<_> = (0..5).map(|n| message(Thread::World, "Ann", None, &format!("word {n}"))).collect();
    let ids = append(&mut database, &said).await;
    let narrowed = Narrowed::default();
    let query = SearchQuery { text: "word".into(), owner: owner(1), room: None, narrowed, before: None, count: 2 };
    let first = database.search(&query).await.unwrap();
    assert_eq!(first.iter().map(|found| found.message.id).collect::<Vec<_>>(), [ids[4], ids[3]]);
    let next = database.search(&SearchQuery { before: Some(ids[3]), ..query }).await.unwrap();
    assert_eq!(next.iter().map(|found| found.message.id).collect::<Vec<_>>(), [ids[2], ids[1]]);
}

#[tokio::test]
async fn a_search_goes_from_the_newest_message_on() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path(), 1).await.close().await;
    let mut connection = connect(folder.path()).await.unwrap();
    let anything = Narrowed::default();
    let of_ann = Narrowed { from: Some(name("Ann").key()), ..Narrowed::default() };
    let to_all = Narrowed { place: Some(NarrowedPlace::World), ..Narrowed::default() };
    let in_room = Narrowed { place: Some(NarrowedPlace::Room), ..Narrowed::default() };
    let with_ann = Narrowed { place: Some(NarrowedPlace::With(name("Ann").key())), ..Narrowed::default() };
    let lately = Narrowed { since_ms: Some(5), ..Narrowed::default() };
    let in_index = "SCAN found VIRTUAL TABLE";
    let in_all = "SEARCH m USING INTEGER PRIMARY KEY (rowid<?)";
    let cases = [
        ("some of it", &anything, in_index),
        ("some of it", &of_ann, in_index),
        ("some of it", &to_all, in_index),
        ("of", &anything, in_all),
        ("of", &with_ann, in_all),
        ("of", &lately, in_all),
        ("of", &of_ann, "SEARCH m USING INDEX messages_by_from_key (from_key=? AND rowid<?)"),
        ("of", &to_all, "SEARCH m USING INDEX messages_by_thread (thread=? AND id<?)"),
        ("of", &in_room, "SEARCH m USING INDEX messages_by_thread (thread=? AND id<?)"),
    ];
    for (text, narrowed, first) in cases {
        let steps = steps_of_a_search(&mut connection, text, narrowed).await;
        assert!(steps[0].starts_with(first), "{text}, {narrowed:?}: {steps:?}");
        assert!(!steps.iter().any(|step| step.contains("TEMP B-TREE")), "{text}, {narrowed:?}: {steps:?}");
    }
}

/// How SQLite goes about it.
async fn steps_of_a_search(connection: &mut sqlx::SqliteConnection, text: &str, narrowed: &Narrowed) -> Vec<String> {
    let (room, narrowed) = (Some(Thread::map_room("Library")), narrowed.clone());
    let query = SearchQuery { text: text.into(), owner: owner(1), room, narrowed, before: None, count: 2 };
    let statement = search::statement(Keeping::default(), &query);
    let plan = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", statement.sql().as_str()));
    let steps = sqlx::query_as::<_, (i64, i64, i64, String)>(plan).fetch_all(connection).await.unwrap();
    steps.into_iter().map(|(_, _, _, step)| step).collect()
}
