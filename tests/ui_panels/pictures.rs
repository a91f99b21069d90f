//! Pictures in the chat: which come by themselves, what their cards say, and what a click on them does.

use crate::bench::{Bench, HERE, bench, in_a_room};
use bevy_egui::egui::{Context, Key};
use egui_kittest::{Harness, kittest::Queryable};
use hallway::{
    net::{
        commands::Command,
        preferences::{PicturePreferences, PicturesFrom},
        snapshot::{ChatLine, ChatLog, Snapshot},
        transfers::{FetchInto, TransferState, TransferView, Way},
    },
    ui::{
        Action,
        chat::{self, model::ChatModel, paste::Pixels, pictures},
    },
};
use hallway_protocol::{
    chat::{ChatMessage, Marks},
    file::{Attachment, AttachmentKind, FileHash, FileId, FileName},
    ids::{MessageId, PersonId},
    limits::PICTURE_BYTES,
};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

const PATIENCE: Duration = Duration::from_secs(60);
/// A picture that everybody has: the client's icon.
const ICON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/icon.png");

type Chat = Harness<'static, Bench<ChatModel>>;

fn file() -> FileId {
    FileId::new([7; 16])
}

/// The own room, with a picture by Ann in it.
fn with_a_picture(name: &str, bytes: u64, from: PicturesFrom) -> Snapshot {
    let mut snapshot = in_a_room();
    snapshot.pictures = Arc::new(PicturePreferences { from, ..PicturePreferences::default() });
    let attachment = Attachment {
        file: file(),
        name: FileName::made_of(name),
        bytes,
        hash: FileHash([0; 32]),
        kind: AttachmentKind::Image,
    };
    let message = ChatMessage {
        id: MessageId(1),
        from: Some(PersonId(2)),
        from_name: "Ann".to_owned(),
        conversation: HERE,
        to_name: None,
        text: String::new(),
        attachment: Some(attachment),
        sent_ms: 1_700_000_000_000,
        marks: Marks::default(),
    };
    let log = ChatLog { lines: vec![ChatLine::Said(message)], complete: true, window: None };
    snapshot.chats.insert(HERE, Arc::new(log));
    snapshot
}

/// How the client's own fetching of it goes.
fn fetching(state: TransferState, path: Option<PathBuf>) -> Arc<Vec<TransferView>> {
    let view = TransferView {
        file: file(),
        way: Way::Cache,
        name: FileName::made_of("it"),
        bytes: 1000,
        done_bytes: 500,
        state,
        bytes_per_second: 0.0,
        to: None,
        path,
    };
    Arc::new(vec![view])
}

fn fetched(path: &Path) -> Arc<Vec<TransferView>> {
    fetching(TransferState::Done, Some(path.to_owned()))
}

fn show(snapshot: Snapshot) -> Chat {
    bench(ChatModel::default(), snapshot, chat::show)
}

fn fetch(into: FetchInto) -> Action {
    Action::Send(Command::FetchFile { file: file(), into })
}

/// Draws until something is there, which comes from another thread.
fn until(harness: &mut Chat, what: &str) {
    let begun = Instant::now();
    while harness.query_by_label_contains(what).is_none() {
        assert!(begun.elapsed() < PATIENCE, "no {what}");
        harness.run_steps(1);
    }
}

#[test]
fn a_picture_in_the_room_is_fetched_and_one_that_does_not_come_waits_for_a_click() {
    let harness = show(with_a_picture("cat.png", 1000, PicturesFrom::Known));
    assert_eq!(harness.state().actions, [fetch(FetchInto::Cache)]);
    assert!(harness.query_by_label("The picture comes…").is_some());

    let mut harness = show(with_a_picture("cat.png", 1000, PicturesFrom::Nobody));
    assert_eq!(harness.state().actions, []);
    assert!(harness.query_by_label("Picture, 1000 bytes").is_some());
    harness.get_by_label("Show picture").click();
    harness.run_steps(2);
    assert_eq!(harness.state().actions, [fetch(FetchInto::Cache)]);
    harness.get_by_label("Save").click();
    harness.run_steps(2);
    assert_eq!(harness.state().actions[1..], [fetch(FetchInto::Downloads)]);
}

#[test]
fn a_large_one_is_a_file_and_one_that_failed_can_be_tried_again() {
    let harness = show(with_a_picture("cat.png", PICTURE_BYTES + 1, PicturesFrom::Everyone));
    assert_eq!(harness.state().actions, []);
    assert!(harness.query_by_label("Too large to be shown here.").is_some());
    assert!(harness.query_by_label("Show picture").is_none());

    let mut snapshot = with_a_picture("cat.png", 1000, PicturesFrom::Everyone);
    snapshot.transfers = fetching(TransferState::Failed("It is gone.".to_owned()), None);
    let mut harness = show(snapshot);
    assert_eq!(harness.state().actions, []);
    assert!(harness.query_by_label("It is gone.").is_some());
    harness.get_by_label("Show picture").click();
    harness.run_steps(2);
    assert_eq!(harness.state().actions, [fetch(FetchInto::Cache)]);
}

#[test]
fn a_fetched_picture_is_shown_small_and_large_after_a_click() {
    let mut snapshot = with_a_picture("cat.png", 1000, PicturesFrom::Known);
    snapshot.transfers = fetched(Path::new(ICON));
    let mut harness = show(snapshot);
    until(&mut harness, "Picture cat.png");
    assert!(!harness.state().model.pictures.is_large());
    harness.get_by_label("Picture cat.png").click();
    harness.run_steps(2);
    assert!(harness.state().model.pictures.is_large());

    // The window over the world, from what the chat left.
    let model = std::mem::take(&mut harness.state_mut().model);
    let mut large = bench(model, in_a_room(), |ui, model, snapshot| {
        let (done, actions) = pictures::show_large(ui, &mut model.pictures, snapshot);
        if done {
            model.pictures.close();
        }
        actions
    });
    assert!(large.query_by_label("The picture cat.png, large").is_some());
    large.get_by_label("Save").click();
    large.run_steps(2);
    assert_eq!(large.state().actions, [fetch(FetchInto::Downloads)]);
    large.get_by_label("Close").click();
    large.run_steps(2);
    assert!(!large.state().model.pictures.is_large());
}

#[test]
fn what_is_no_picture_keeps_its_card_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("it");
    fs::write(&path, "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>").unwrap();
    let mut snapshot = with_a_picture("cat.png", 1000, PicturesFrom::Everyone);
    snapshot.transfers = fetched(&path);
    let mut harness = show(snapshot);
    until(&mut harness, "it is no PNG, JPEG, WebP or GIF picture");
    assert!(harness.query_by_label("Save").is_some());
    assert!(harness.query_by_label("Picture cat.png").is_none());
}

#[test]
fn a_pasted_picture_is_shown_and_sent_with_what_was_typed_beside_it() {
    let mut model = ChatModel::default();
    let read = || Ok(Some(Pixels { width: 40, height: 30, rgba: vec![120; 40 * 30 * 4] }));
    model.paste.begin(HERE, Context::default(), read);
    model.take_focus = true;
    let mut harness = bench(model, in_a_room(), chat::show);
    until(&mut harness, "Send this picture?");
    assert!(harness.query_by_label_contains("40 × 30").is_some());
    harness.event(bevy_egui::egui::Event::Text("my cat".to_owned()));
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(2);
    let sent = harness.state().actions.iter().find_map(|action| match action {
        Action::Send(Command::SendFile(outgoing)) => Some(outgoing.clone()),
        _ => None,
    });
    let sent = sent.unwrap();
    assert_eq!((sent.caption.as_str(), sent.temporary), ("my cat", true));
    assert!(sent.path.exists() && sent.name.unwrap().ends_with(".png"));
    assert!(harness.query_by_label("Send this picture?").is_none());
    fs::remove_file(sent.path).unwrap();
}

#[test]
fn escape_throws_a_pasted_picture_away() {
    let mut model = ChatModel::default();
    model.paste.begin(HERE, Context::default(), || Err("The clipboard is shut.".to_owned()));
    model.take_focus = true;
    let mut harness = bench(model, in_a_room(), chat::show);
    until(&mut harness, "The clipboard is shut.");
    harness.key_press(Key::Escape);
    harness.run_steps(2);
    assert!(harness.query_by_label("The clipboard is shut.").is_none());
}

#[test]
fn the_settings_say_whose_pictures_come() {
    let mut harness = bench((), in_a_room(), |ui, (), snapshot| chat::page::show(ui, snapshot));
    harness.get_by_label("Never").click();
    harness.run_steps(2);
    assert_eq!(harness.state().actions, [Action::Send(Command::ShowPicturesFrom(PicturesFrom::Nobody))]);
    harness.state_mut().actions.clear();
    let people = [("Ann", true), ("Eve", false)].into_iter().collect();
    harness.state_mut().snapshot.pictures = Arc::new(PicturePreferences { people, ..PicturePreferences::default() });
    harness.run_steps(2);
    harness.get_by_label("Pictures of Eve as of all others").click();
    harness.run_steps(2);
    let back = Command::ShowPicturesOf { name: "Eve".to_owned(), comes: None };
    assert_eq!(harness.state().actions, [Action::Send(back)]);
}
