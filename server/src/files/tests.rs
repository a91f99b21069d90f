use super::{Caller, FileError, FileLimits, Files, Place};
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
