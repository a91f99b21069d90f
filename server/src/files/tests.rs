use super::{BEGUN, Caller, FileError, FileLimits, Files, Place};
use crate::store::Database;
use axum::body::Body;
use hallway_protocol::{
    file::{Attachment, AttachmentKind, BeginUpload, FileHash, FileId, FileName, FileTarget, UploadState, Waveform},
    ids::{MessageId, PersonId},
    owner::OwnerId,
};

const LIMITS: FileLimits = FileLimits { file: 1000, person: 12_000, all: 20_000, guests: true };
const FILE: FileId = FileId::new([1; 16]);
const HELLO: &[u8] = b"hello, hallway";

fn id(number: u8) -> FileId {
    FileId::new([number; 16])
}

fn caller(number: u8) -> Caller {
    let person = PersonId(number.into());
    Caller { person, owner: OwnerId::new([number; 32]), account: false, moderator: false, room: None }
}

fn asked(file: FileId, bytes: u64) -> BeginUpload {
    let (to, name, kind) = (FileTarget::World, FileName::made_of("a.txt"), AttachmentKind::File);
    BeginUpload { file, to, name, bytes, kind, caption: String::new() }
}

/// A data folder with the tables, and the files in it.
async fn opened(limits: FileLimits) -> (tempfile::TempDir, Files) {
    let folder = tempfile::tempdir().unwrap();
    Database::open(folder.path(), 1).await.unwrap().close().await;
    let files = Files::open(folder.path(), limits).await.unwrap();
    (folder, files)
}

async fn begin(files: &Files, who: u8, file: FileId, bytes: u64) -> Result<UploadState, FileError> {
    files.begin(&caller(who), Place::World, asked(file, bytes)).await
}

async fn append(files: &Files, who: u8, offset: u64, bytes: &'static [u8]) -> Result<UploadState, FileError> {
    files.append(caller(who).owner, FILE, offset, Body::from(bytes)).await
}

async fn finish(files: &Files, hash: FileHash) -> Result<UploadState, FileError> {
    files.finish(&caller(1), FILE, hash, async |_| Ok(MessageId(1))).await
}

fn hash(bytes: &[u8]) -> FileHash {
    blake3::hash(bytes).into()
}

#[tokio::test]
async fn an_upload_goes_on_where_it_broke_off_even_in_another_life_of_the_server() {
    let (folder, files) = opened(LIMITS).await;
    let bytes = HELLO.len() as u64;
    assert_eq!(begin(&files, 1, FILE, bytes).await.unwrap(), UploadState { offset: 0, done: false });
    assert_eq!(append(&files, 1, 0, &HELLO[..5]).await.unwrap().offset, 5);
    assert!(matches!(append(&files, 1, 0, HELLO).await, Err(FileError::Offset(5))));
    assert!(matches!(finish(&files, hash(HELLO)).await, Err(FileError::Offset(5))));
    drop(files);
    let files = Files::open(folder.path(), LIMITS).await.unwrap();
    assert_eq!(files.state(caller(1).owner, FILE).await.unwrap(), Some(UploadState { offset: 5, done: false }));
    assert_eq!(append(&files, 1, 5, &HELLO[5..]).await.unwrap().offset, bytes);
    finish(&files, hash(HELLO)).await.unwrap();
    let whole = std::fs::read(folder.path().join("files").join(FILE.to_string())).unwrap();
    assert_eq!(whole, HELLO);
}

#[tokio::test]
async fn what_is_named_is_taken_away_and_what_is_not_there_does_no_harm() {
    let (folder, files) = opened(LIMITS).await;
    begin(&files, 1, FILE, HELLO.len() as u64).await.unwrap();
    append(&files, 1, 0, HELLO).await.unwrap();
    finish(&files, hash(HELLO)).await.unwrap();
    let (to, named) = tokio::sync::mpsc::unbounded_channel();
    for file in [id(9), FILE, FILE] {
        to.send(file).unwrap();
    }
    drop(to);
    files.clone().drop_named(named).await;
    assert_eq!(files.state(caller(1).owner, FILE).await.unwrap(), None);
    assert_eq!(std::fs::read_dir(folder.path().join("files")).unwrap().count(), 0);
}

#[tokio::test]
async fn what_is_not_what_was_announced_is_dropped() {
    let (folder, files) = opened(LIMITS).await;
    begin(&files, 1, FILE, 5).await.unwrap();
    assert!(matches!(append(&files, 1, 0, HELLO).await, Err(FileError::TooLong)), "more than was announced");
    append(&files, 1, 0, b"hellO").await.unwrap();
    assert!(matches!(finish(&files, hash(b"hello")).await, Err(FileError::Damaged)));
    assert_eq!(files.state(caller(1).owner, FILE).await.unwrap(), None);
    assert_eq!(std::fs::read_dir(folder.path().join("files")).unwrap().count(), 0);
}

#[tokio::test]
async fn limits_hold_before_the_first_byte() {
    let (_folder, files) = opened(LIMITS).await;
    assert!(matches!(begin(&files, 1, FILE, 1001).await, Err(FileError::TooLarge { most: 1000 })));
    // Each counts as a block of the disk.
    begin(&files, 1, id(1), 0).await.unwrap();
    begin(&files, 1, id(2), 1).await.unwrap();
    assert!(matches!(begin(&files, 1, id(3), 1).await, Err(FileError::Quota { most: 12_000, used: 8192 })));
    begin(&files, 2, id(4), 1).await.unwrap();
    begin(&files, 3, id(5), 1).await.unwrap();
    assert!(matches!(begin(&files, 4, id(6), 1).await, Err(FileError::ServerFull { .. })));
    let (_folder, files) = opened(FileLimits { guests: false, ..LIMITS }).await;
    assert!(matches!(begin(&files, 1, FILE, 1).await, Err(FileError::NoGuests)));
}

#[tokio::test]
async fn nobody_touches_or_learns_of_another_ones_upload() {
    let (_folder, files) = opened(LIMITS).await;
    begin(&files, 1, FILE, 5).await.unwrap();
    assert_eq!(files.state(caller(2).owner, FILE).await.unwrap(), None);
    assert!(matches!(append(&files, 2, 0, b"hello").await, Err(FileError::NoSuchFile)));
    assert!(matches!(begin(&files, 2, FILE, 5).await, Err(FileError::NoSuchFile)));
    assert!(matches!(files.delete(&caller(2), FILE).await, Err(FileError::NoSuchFile)));
    assert_eq!(files.delete(&caller(1), FILE).await.unwrap(), None);
    assert_eq!(files.state(caller(1).owner, FILE).await.unwrap(), None);
}

#[tokio::test]
async fn an_upload_goes_on_once_a_disk_that_filled_up_has_room_again() {
    let (_folder, files) = opened(LIMITS).await;
    let bytes = HELLO.len() as u64;
    begin(&files, 1, FILE, bytes).await.unwrap();
    append(&files, 1, 0, &HELLO[..5]).await.unwrap();
    files.0.disk.keep_free(u64::MAX);
    assert!(matches!(append(&files, 1, 5, &HELLO[5..]).await, Err(FileError::DiskFull)));
    assert!(matches!(begin(&files, 2, id(2), 1).await, Err(FileError::DiskFull)));
    assert!(matches!(files.state(caller(1).owner, FILE).await, Err(FileError::DiskFull)));
    files.0.disk.keep_free(0);
    assert_eq!(files.state(caller(1).owner, FILE).await.unwrap(), Some(UploadState { offset: 5, done: false }));
    assert_eq!(append(&files, 1, 5, &HELLO[5..]).await.unwrap().offset, bytes);
    finish(&files, hash(HELLO)).await.unwrap();
}

#[tokio::test]
async fn who_has_begun_too_many_is_told_so() {
    const ROOM: u64 = 1 << 20;
    let (_folder, files) = opened(FileLimits { person: ROOM, all: ROOM, ..LIMITS }).await;
    for number in 0..BEGUN {
        begin(&files, 1, id(number as u8), 1).await.unwrap();
    }
    let refused = begin(&files, 1, id(255), 1).await;
    assert!(matches!(refused, Err(FileError::TooManyBegun { most: BEGUN })), "{refused:?}");
    files.delete(&caller(1), id(0)).await.unwrap();
    begin(&files, 1, id(255), 1).await.unwrap();
}

#[tokio::test]
async fn an_upload_whose_part_can_t_be_made_is_as_if_it_had_not_been_asked_for() {
    let (folder, files) = opened(LIMITS).await;
    let in_the_way = folder.path().join("files").join(format!("{FILE}.part"));
    std::fs::create_dir(&in_the_way).unwrap();
    begin(&files, 1, FILE, 5).await.unwrap_err();
    assert_eq!(files.state(caller(1).owner, FILE).await.unwrap(), None);
    std::fs::remove_dir(in_the_way).unwrap();
    begin(&files, 1, FILE, 5).await.unwrap();
}

#[tokio::test]
async fn what_is_longer_than_the_disk_is_given_at_once_is_written_out_meanwhile() {
    const LONG: u64 = 80 << 20;
    let limits = FileLimits { file: LONG, person: LONG, all: LONG, guests: true };
    let (folder, files) = opened(limits).await;
    let bytes = vec![7; LONG as usize];
    begin(&files, 1, FILE, LONG).await.unwrap();
    let sent = files.append(caller(1).owner, FILE, 0, Body::from(bytes.clone())).await;
    assert_eq!(sent.unwrap().offset, LONG);
    finish(&files, hash(&bytes)).await.unwrap();
    assert_eq!(std::fs::metadata(folder.path().join("files").join(FILE.to_string())).unwrap().len(), LONG);
}

fn turn(number: u8, bytes: u64) -> BeginUpload {
    let kind = AttachmentKind::Turn { ms: 1000, waveform: Waveform::new(vec![7]).unwrap() };
    BeginUpload { kind, ..asked(id(number), bytes) }
}

#[tokio::test]
async fn a_kept_turn_is_a_file_that_counts_for_nobody_and_that_nobody_else_can_send() {
    let (_folder, files) = opened(FileLimits { person: 5000, all: 9000, ..LIMITS }).await;
    let bytes = HELLO.len() as u64;
    let refused = files.begin(&caller(1), Place::World, turn(9, bytes)).await;
    assert!(matches!(refused, Err(FileError::NoNote)));
    let keep = async |number, answer| {
        let say = async |attachment: Attachment| {
            assert_eq!((attachment.bytes, attachment.hash), (bytes, hash(HELLO)));
            answer
        };
        files.keep(caller(1).owner, Place::World, turn(number, bytes), HELLO.into(), say).await
    };
    keep(2, Ok(MessageId(1))).await.unwrap();
    assert_eq!(files.open_file(id(2)).await.unwrap().hash, hash(HELLO));
    // One that can't be told of is not kept.
    assert!(keep(3, Err(FileError::Stopping)).await.is_err());
    assert!(files.open_file(id(3)).await.is_err());
    // The person's own quota is as it was, the server's is not.
    begin(&files, 1, FILE, bytes).await.unwrap();
    assert!(matches!(begin(&files, 2, id(5), bytes).await, Err(FileError::ServerFull { .. })));
    assert!(matches!(keep(4, Ok(MessageId(2))).await, Err(FileError::ServerFull { .. })));
}
