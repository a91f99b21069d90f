//! What is older than it is kept is nowhere any more, and what is said in private need not be kept at all.

use super::*;
use hallway_protocol::{
    chat::Emoji,
    file::{Attachment, AttachmentKind, FileHash, FileId, FileName},
    keeping::{Keep, Keeping},
};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

const NO_PRIVATE: Keeping = Keeping { world: Keep::Forever, rooms: Keep::Forever, private: None };

async fn keeping(folder: &Path, run: i64, keeping: Keeping) -> Database {
    open(folder, run).await.with_keeping(keeping)
}

fn at(sent_ms: i64, message: NewMessage) -> NewMessage {
    NewMessage { sent_ms, ..message }
}

/// Takes away all whose time is over; how many messages, and which files.
async fn drop_old(database: &mut Database, now_ms: i64) -> (usize, Vec<FileId>) {
    let (mut messages, mut files) = (0, Vec::new());
    loop {
        let dropped = database.drop_some(now_ms).await.unwrap();
        messages += dropped.messages;
        files.extend(dropped.files);
        if !dropped.more {
            return (messages, files);
        }
    }
}

async fn missed_by(database: &mut Database, number: u8) -> usize {
    database.missed(owner(number), 0).await.unwrap().len()
}

fn is_in_some_file(folder: &Path, word: &str) -> bool {
    let parts: Vec<&[u8]> = word.as_bytes().windows(3).collect();
    std::fs::read_dir(folder).unwrap().filter_map(|file| std::fs::read(file.unwrap().path()).ok()).any(|bytes| {
        bytes.windows(word.len()).any(|piece| piece == word.as_bytes())
            || parts.iter().all(|part| bytes.windows(3).any(|piece| piece == *part))
    })
}

#[tokio::test]
async fn each_kind_of_message_goes_when_its_own_time_is_over() {
    let folder = tempfile::tempdir().unwrap();
    let kept = Keeping { world: Keep::Hours(48), rooms: Keep::Hours(1), private: Some(Keep::Forever) };
    let mut database = keeping(folder.path(), 1, kept).await;
    let room = Thread::map_room("Library");
    let said = [
        at(0, message(Thread::World, "Ann", None, "old")),
        at(HOUR_MS, message(Thread::World, "Ann", None, "young")),
        at(HOUR_MS, message(room.clone(), "Ann", None, "in the room")),
        at(0, message(pair(1, 2), "Ann", Some("Bob"), "private")),
    ];
    database.append(&said).await.unwrap();
    assert_eq!(drop_old(&mut database, 2 * DAY_MS).await.0, 1, "the room's alone: two days are not over");
    assert_eq!(drop_old(&mut database, 2 * DAY_MS + 1).await.0, 1);
    assert_eq!(texts(&mut database, Thread::World).await, ["young"]);
    assert_eq!(texts(&mut database, room).await, [""; 0]);
    assert_eq!(texts(&mut database, pair(1, 2)).await, ["private"]);
    // Kept for good is kept, however late it is.
    let mut database = keeping(folder.path(), 2, Keeping::default()).await;
    assert_eq!(drop_old(&mut database, i64::MAX).await.0, 0);
}

#[tokio::test]
async fn nothing_is_left_of_an_old_message_but_an_answer_to_something_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let kept = Keeping { world: Keep::Hours(24), ..Keeping::default() };
    let mut database = keeping(folder.path(), 1, kept).await;
    let mention = StoredMention { owner: owner(2), name: "Bob".into() };
    let file: FileId = "00".repeat(16).parse().unwrap();
    let attachment = Attachment {
        file,
        name: FileName::made_of("a.txt"),
        bytes: 1,
        hash: "00".repeat(32).parse::<FileHash>().unwrap(),
        kind: AttachmentKind::File,
    };
    let old = NewMessage {
        mentions: vec![mention],
        attachment: Some(attachment),
        ..at(0, message(Thread::World, "Ann", None, "quetzalcoatl"))
    };
    let ids = append(&mut database, &[old]).await;
    let reply = NewMessage { reply_to: Some(ids[0]), ..at(DAY_MS, message(Thread::World, "Bob", None, "oh")) };
    append(&mut database, &[reply]).await;
    let actor =
        Actor { owner: owner(3), name: "Cleo".into(), room: None, moderates_room: false, moderates_world: false };
    let react = Change::React(Emoji::new("👍").unwrap());
    database.change(ids[0], &actor, &react, 5).await.unwrap().unwrap();
    assert_eq!(drop_old(&mut database, DAY_MS + 1).await, (1, vec![file]));
    let page = database.page(&newest(Thread::World)).await.unwrap();
    assert_eq!(page.len(), 1);
    let quote = page[0].marks.reply_to.as_ref().unwrap();
    assert_eq!((quote.id, quote.from_name.as_str(), &quote.line), (ids[0], "", &None));
    assert!(found(&mut database, "quetzal", owner(1), None).await.is_empty());
    assert_eq!(database.change(ids[0], &actor, &react, 5).await.unwrap().unwrap_err(), Denied::NoSuchMessage);
    database.close().await;
    assert!(!is_in_some_file(folder.path(), "quetzalcoatl"));
    let mut other = connect(folder.path()).await.unwrap();
    for table in ["reactions", "mentions"] {
        let count = sqlx::query_scalar::<_, i64>(sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}")));
        assert_eq!(count.fetch_one(&mut other).await.unwrap(), 0, "{table}");
    }
}

#[tokio::test]
async fn many_old_messages_go_a_few_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let mut database = keeping(folder.path(), 1, Keeping { world: Keep::Hours(1), ..Keeping::default() }).await;
    let said: Vec<_> = (0..450).map(|n| message(Thread::World, "Ann", None, &n.to_string())).collect();
    database.append(&said).await.unwrap();
    let mut batches = Vec::new();
    loop {
        let dropped = database.drop_some(DAY_MS).await.unwrap();
        batches.push(dropped.messages);
        if !dropped.more {
            break;
        }
    }
    assert_eq!(batches, [200, 200, 50]);
}

#[tokio::test]
async fn where_nothing_private_is_kept_no_word_of_it_reaches_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let mut database = keeping(folder.path(), 1, NO_PRIVATE).await;
    let id = append(&mut database, &[message(pair(1, 2), "Ann", Some("Bob"), "quetzalcoatl")]).await[0];
    let ann = Actor { owner: owner(1), name: "Ann".into(), room: None, moderates_room: false, moderates_world: false };
    // It can be changed and answered, as those who have read it see it.
    let edit = Change::Edit("xiuhtecuhtli".into(), Vec::new());
    let changed = database.change(id, &ann, &edit, 6).await.unwrap().unwrap();
    assert_eq!((changed.thread.is_same(&pair(1, 2)), changed.done), (true, Done::Edited));
    let reply = NewMessage { reply_to: Some(id), ..message(pair(2, 1), "Bob", Some("Ann"), "who?") };
    let quote = database.append(&[reply]).await.unwrap()[0].1.clone().unwrap();
    assert_eq!((quote.from_name.as_str(), quote.line.as_deref()), ("Ann", Some("")));
    assert_eq!(texts(&mut database, pair(1, 2)).await, [""; 0]);
    assert!(found(&mut database, "quetzal", owner(1), None).await.is_empty());
    assert!(found(&mut database, "", owner(1), None).await.is_empty());
    assert_eq!(missed_by(&mut database, 2).await, 0);
    for word in ["quetzalcoatl", "xiuhtecuhtli"] {
        assert!(!is_in_some_file(folder.path(), word), "{word}");
    }
    // The traces go after a day, or when the server starts again.
    assert_eq!(drop_old(&mut database, DAY_MS).await.0, 0);
    assert_eq!(drop_old(&mut database, DAY_MS + 6).await.0, 2);
    append(&mut database, &[message(pair(1, 2), "Ann", Some("Bob"), "again")]).await;
    drop(database);
    let mut database = keeping(folder.path(), 2, Keeping::default()).await;
    assert_eq!(texts(&mut database, pair(1, 2)).await, [""; 0], "a trace is never shown");
    assert_eq!(drop_old(&mut database, 0).await.0, 1);
}

#[tokio::test]
async fn private_messages_of_before_are_gone_once_they_are_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mut database = open(folder.path(), 1).await;
    let said = [message(pair(1, 2), "Ann", Some("Bob"), "quetzalcoatl"), message(Thread::World, "Ann", None, "hello")];
    database.append(&said).await.unwrap();
    database.close().await;
    let mut database = keeping(folder.path(), 2, NO_PRIVATE).await;
    assert_eq!(texts(&mut database, pair(1, 2)).await, [""; 0], "not even before they are taken away");
    assert!(found(&mut database, "quetzal", owner(1), None).await.is_empty());
    assert_eq!(drop_old(&mut database, 0).await.0, 1);
    assert_eq!(texts(&mut database, Thread::World).await, ["hello"]);
    database.close().await;
    assert!(!is_in_some_file(folder.path(), "quetzalcoatl"));
}

#[tokio::test]
async fn the_store_looks_for_old_messages_when_it_starts() {
    let folder = tempfile::tempdir().unwrap();
    let mut database = keeping(folder.path(), 1, Keeping { world: Keep::Hours(1), ..Keeping::default() }).await;
    append(&mut database, &[message(Thread::World, "Ann", None, "of 1970")]).await;
    let (client, end) = wire();
    let worker = tokio::spawn(StoreWorker::new(database, end, || {}).run());
    let mut other = open(folder.path(), 2).await;
    let all_gone = async {
        while !texts(&mut other, Thread::World).await.is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), all_gone).await.unwrap();
    drop(client);
    worker.await.unwrap();
}
