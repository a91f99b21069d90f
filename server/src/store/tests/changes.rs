//! What is changed stays changed, what is deleted is nowhere any more, and only those who may do it.

use super::*;
use hallway_protocol::{
    chat::Emoji,
    control::HistoryAt,
    file::{Attachment, AttachmentKind, FileHash, FileId, FileName},
    limits,
};

fn actor(number: u8, room: Option<Thread>) -> Actor {
    let name = char::from(number).to_string();
    Actor { owner: owner(number), name, room, moderates_room: false, moderates_world: false }
}

fn edit(text: &str) -> Change {
    Change::Edit(text.to_owned(), Vec::new())
}

fn react(emoji: &str) -> Change {
    Change::React(Emoji::new(emoji).unwrap())
}

async fn change(database: &mut Database, id: MessageId, actor: &Actor, change: &Change) -> Result<Done, Denied> {
    database.change(id, actor, change, 10).await.unwrap().map(|changed| changed.done)
}

#[tokio::test]
async fn an_edited_message_is_found_by_its_new_words_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mut database = open(folder.path(), 1).await;
    let id = append(&mut database, &[message(Thread::World, "Ann", None, "a fox")]).await[0];
    let ann = actor(b'A', None);
    assert_eq!(change(&mut database, id, &actor(b'B', None), &edit("a wolf")).await, Err(Denied::NotYours));
    assert_eq!(change(&mut database, id, &ann, &edit("a badger")).await, Ok(Done::Edited));
    drop(database);
    let mut database = open(folder.path(), 2).await;
    let page = database.page(&newest(Thread::World)).await.unwrap();
    assert_eq!((page[0].text.as_str(), page[0].marks.edited_ms), ("a badger", Some(10)));
    assert_eq!(page[0].marks.author, Some(owner(b'A')));
    assert!(found(&mut database, "fox", owner(1), None).await.is_empty());
    assert_eq!(found(&mut database, "badger", owner(1), None).await.len(), 1);
    let later = 6 + i64::try_from(limits::EDIT_WITHIN.as_millis()).unwrap();
    let late = database.change(id, &ann, &edit("x"), later).await.unwrap();
    assert_eq!(late.map(|changed| changed.done), Err(Denied::TooOld));
    let gone = database.change(id, &ann, &Change::Delete, later).await.unwrap();
    assert_eq!(gone.map(|changed| changed.done), Ok(Done::Deleted));
}

#[tokio::test]
async fn nothing_is_left_of_a_deleted_message_in_any_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut database = open(folder.path(), 1).await;
    let said = [message(Thread::World, "Ann", None, "quetzalcoatl"), message(Thread::World, "Bob", None, "hello")];
    let ids = append(&mut database, &said).await;
    let reply = NewMessage { reply_to: Some(ids[0]), ..message(Thread::World, "Bob", None, "oh") };
    let quote = database.append(&[reply]).await.unwrap()[0].1.clone().unwrap();
    assert_eq!((quote.from_name.as_str(), quote.line.as_deref()), ("Ann", Some("quetzalcoatl")));
    change(&mut database, ids[0], &actor(b'B', None), &react("👍")).await.unwrap();
    assert_eq!(change(&mut database, ids[0], &actor(b'A', None), &Change::Delete).await, Ok(Done::Deleted));
    assert!(found(&mut database, "quetzal", owner(1), None).await.is_empty());
    let page = database.page(&newest(Thread::World)).await.unwrap();
    assert!(page[0].marks.deleted && page[0].text.is_empty() && page[0].marks.reactions.is_empty());
    assert_eq!(page[2].marks.reply_to.as_ref().unwrap().line, None);
    for (what, denied) in [(edit("x"), Denied::NoSuchMessage), (Change::Delete, Denied::NoSuchMessage)] {
        assert_eq!(change(&mut database, ids[0], &actor(b'A', None), &what).await, Err(denied));
    }
    database.close().await;
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for part in ["quetzal", "etz", "tza"] {
            assert!(!bytes.windows(part.len()).any(|piece| piece == part.as_bytes()), "{part} is still there");
        }
    }
}

#[tokio::test]
async fn the_file_of_a_deleted_message_is_named_once_and_shown_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(folder.path(), 1).await;
    let (mut world, end) = wire();
    let (named, mut names) = mpsc::unbounded_channel();
    let worker = tokio::spawn(StoreWorker::new(database, end, || {}).naming_dropped_files(named).run());
    let file = FileId::new([7; 16]);
    let attachment = Attachment {
        file,
        name: FileName::made_of("a.txt"),
        bytes: 1,
        hash: FileHash([0; 32]),
        kind: AttachmentKind::File,
    };
    let message = NewMessage { attachment: Some(attachment), ..message(Thread::World, "Ann", None, "look") };
    assert!(world.ask(StoreAsk::Append { ticket: 1, message }));
    let Some(StoreAnswer::Stored { id, .. }) = world.answers.recv().await else { panic!("not stored") };
    for (ticket, who) in [(2, b'B'), (3, b'A'), (4, b'A')] {
        let (actor, change) = (actor(who, None), Change::Delete);
        assert!(world.ask(StoreAsk::Change { ticket, message: id, actor, change, now_ms: 10 }));
    }
    drop(world);
    worker.await.unwrap();
    assert_eq!((names.recv().await, names.recv().await), (Some(file), None));
}

#[tokio::test]
async fn moderators_delete_where_they_are_and_nothing_private() {
    let folder = tempfile::tempdir().unwrap();
    let mut database = open(folder.path(), 1).await;
    let room = Thread::map_room("Library");
    let said = [
        message(room.clone(), "Ann", None, "in the room"),
        message(Thread::World, "Ann", None, "to all"),
        message(pair(1, 2), "Ann", Some("Bob"), "private"),
    ];
    let ids = append(&mut database, &said).await;
    let mut moderator = Actor { moderates_room: true, ..actor(b'M', None) };
    assert_eq!(change(&mut database, ids[0], &moderator, &Change::Delete).await, Err(Denied::NoSuchMessage));
    assert_eq!(change(&mut database, ids[1], &moderator, &Change::Delete).await, Err(Denied::NotYours));
    moderator = Actor { room: Some(room), moderates_world: true, ..moderator };
    assert_eq!(change(&mut database, ids[0], &moderator, &edit("x")).await, Err(Denied::NotYours));
    assert_eq!(change(&mut database, ids[0], &moderator, &Change::Delete).await, Ok(Done::Deleted));
    assert_eq!(change(&mut database, ids[1], &moderator, &Change::Delete).await, Ok(Done::Deleted));
    assert_eq!(change(&mut database, ids[2], &moderator, &Change::Delete).await, Err(Denied::NoSuchMessage));
}

#[tokio::test]
async fn emoji_are_put_and_taken_away_and_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let mut database = open(folder.path(), 1).await;
    let ids = append(&mut database, &[message(pair(1, 2), "Ann", Some("Bob"), "hi")]).await;
    let (ann, bob) = (actor(1, None), actor(2, None));
    assert_eq!(change(&mut database, ids[0], &actor(3, None), &react("👍")).await, Err(Denied::NoSuchMessage));
    for who in [&ann, &bob] {
        assert!(matches!(change(&mut database, ids[0], who, &react("👍")).await, Ok(Done::Reacted(true, _))));
    }
    let Ok(Done::Reacted(on, left)) = change(&mut database, ids[0], &ann, &react("👍")).await else { panic!() };
    assert_eq!((on, left.len(), left[0].owner), (false, 1, owner(2)));
    for n in 1..limits::REACTION_KINDS as u32 {
        let emoji = char::from_u32(0x1f400 + n).unwrap().to_string();
        assert!(change(&mut database, ids[0], &ann, &react(&emoji)).await.is_ok());
    }
    assert_eq!(change(&mut database, ids[0], &ann, &react("🎉")).await, Err(Denied::TooMany));
    assert!(change(&mut database, ids[0], &ann, &react("👍")).await.is_ok());
    let page = database.page(&newest(pair(2, 1))).await.unwrap();
    assert_eq!(page[0].marks.reactions.len(), limits::REACTION_KINDS + 1);
}

#[tokio::test]
async fn a_reply_into_another_conversation_quotes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut database = open(folder.path(), 1).await;
    let ids = append(&mut database, &[message(pair(1, 2), "Ann", Some("Bob"), "secret")]).await;
    let reply = NewMessage { reply_to: Some(ids[0]), ..message(Thread::World, "Eve", None, "what was it?") };
    assert_eq!(database.append(&[reply]).await.unwrap()[0].1, None);
    assert_eq!(database.page(&newest(Thread::World)).await.unwrap()[0].marks.reply_to, None);
}

#[tokio::test]
async fn pages_lie_around_a_message_and_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut database = open(folder.path(), 1).await;
    let said: Vec<_> = (0..30).map(|n| message(Thread::World, "Ann", None, &n.to_string())).collect();
    let ids = append(&mut database, &said).await;
    for (at, count, expected) in [
        (HistoryAt::Around(ids[15]), 10, 10..20),
        (HistoryAt::Around(ids[2]), 10, 0..7),
        (HistoryAt::Around(ids[29]), 10, 24..30),
        (HistoryAt::After(ids[15]), 5, 16..21),
        (HistoryAt::After(ids[29]), 5, 30..30),
    ] {
        let query = PageQuery { thread: Thread::World, part: PagePart::At(at), count };
        let page = database.page(&query).await.unwrap();
        let texts: Vec<_> = page.into_iter().map(|message| message.text).collect();
        assert_eq!(texts, expected.map(|n| n.to_string()).collect::<Vec<_>>(), "{at:?}");
    }
}

#[tokio::test]
async fn a_search_is_narrowed_by_person_place_and_time_and_own_words_elsewhere_stay_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut database = open(folder.path(), 1).await;
    let library = Thread::map_room("Library");
    let at = |sent_ms, message| NewMessage { sent_ms, ..message };
    let said = [
        at(1, message(Thread::World, "Ann", None, "one word")),
        at(2, message(Thread::World, "Bob", None, "two word")),
        at(3, message(library.clone(), "Ann", None, "three word")),
        at(4, message(pair(b'A', 2), "Ann", Some("Bob"), "four word")),
        at(5, message(Thread::map_room("Kitchen"), "Ann", None, "five word")),
    ];
    append(&mut database, &said).await;
    let from = Some(NameKey::of("ann"));
    let none = Narrowed::default();
    for (text, narrowed, expected) in [
        ("word", none.clone(), vec!["four word", "three word", "two word", "one word"]),
        ("", Narrowed { from: from.clone(), ..none.clone() }, vec!["four word", "three word", "one word"]),
        ("word", Narrowed { place: Some(NarrowedPlace::World), ..none.clone() }, vec!["two word", "one word"]),
        ("word", Narrowed { place: Some(NarrowedPlace::Room), from, ..none.clone() }, vec!["three word"]),
        ("", Narrowed { place: Some(NarrowedPlace::With(NameKey::of("BOB"))), ..none.clone() }, vec!["four word"]),
        ("", Narrowed { since_ms: Some(2), until_ms: Some(4), ..none }, vec!["three word", "two word"]),
    ] {
        let room = Some(library.clone());
        let query = SearchQuery { text: text.into(), owner: owner(b'A'), room, narrowed, before: None, count: 50 };
        let found = database.search(&query).await.unwrap();
        let texts: Vec<_> = found.into_iter().map(|found| found.message.text).collect();
        assert_eq!(texts, expected, "{query:?}");
    }
}
