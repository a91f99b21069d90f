//! Voice notes in the chat: recording by the button, the note before it is sent, and those in the lines.

use crate::bench::{Bench, HERE, bench, in_a_room};
use bevy_egui::egui::{self, Key, Pos2};
use egui_kittest::{Harness, kittest::Queryable};
use hallway::{
    net::{
        commands::Command,
        snapshot::{ChatLine, ChatLog, NoteDraft, NoteKey, NotePlaying, NoteSpeed, NoteState, NotesView, Snapshot},
    },
    ui::{
        Action,
        chat::{self, model::ChatModel},
    },
};
use hallway_protocol::{
    chat::{ChatMessage, Marks},
    file::{Attachment, AttachmentKind, FileHash, FileId, FileName, Waveform},
    ids::{MessageId, PersonId},
};
use std::{sync::Arc, time::Duration};

fn file() -> FileId {
    FileId::new([7; 16])
}

fn note() -> NoteKey {
    NoteKey::File(file())
}

type Chat = Harness<'static, Bench<ChatModel>>;

fn with_notes(notes: NotesView) -> Snapshot {
    let mut snapshot = in_a_room();
    snapshot.notes = Arc::new(notes);
    snapshot
}

fn with_a_note(notes: NotesView) -> Snapshot {
    let mut snapshot = with_notes(notes);
    let waveform = Waveform::new((0..64).map(|level| level * 4).collect()).unwrap_or_default();
    let message = ChatMessage {
        id: MessageId(1),
        from: Some(PersonId(2)),
        from_name: "Ann".to_owned(),
        conversation: HERE,
        to_name: None,
        text: String::new(),
        attachment: Some(Attachment {
            file: file(),
            name: FileName::made_of("note.ogg"),
            bytes: 40_000,
            hash: FileHash([0; 32]),
            kind: AttachmentKind::Note { ms: 8000, waveform },
        }),
        sent_ms: 1_700_000_000_000,
        marks: Marks::default(),
    };
    let lines = vec![ChatLine::Said(message)];
    snapshot.chats.insert(HERE, Arc::new(ChatLog { lines, complete: true, window: None }));
    snapshot
}

fn recording() -> NotesView {
    NotesView { recording: Some(Duration::from_millis(2300)), ..NotesView::default() }
}

fn chat(snapshot: Snapshot) -> Chat {
    bench(ChatModel::default(), snapshot, chat::show)
}

/// Moves the pointer there and presses or lets go.
fn pointer(harness: &mut Chat, pos: Pos2, pressed: bool) {
    harness.event(egui::Event::PointerMoved(pos));
    let button = egui::PointerButton::Primary;
    harness.event(egui::Event::PointerButton { pos, button, pressed, modifiers: egui::Modifiers::NONE });
    harness.run_steps(1);
}

fn commands(harness: &Chat) -> Vec<Command> {
    let commands = harness.state().actions.iter().filter_map(|action| match action {
        Action::Send(command) => Some(command.clone()),
        _ => None,
    });
    commands.collect()
}

/// Presses the button and holds it until the session records.
fn held() -> (Chat, Pos2) {
    let mut harness = chat(in_a_room());
    let at = harness.get_by_label("Record a voice note").rect().center();
    pointer(&mut harness, at, true);
    assert_eq!(commands(&harness), [Command::RecordNote]);
    harness.state_mut().snapshot = with_notes(recording());
    harness.run_steps(4);
    assert_eq!(commands(&harness).len(), 1);
    (harness, at)
}

#[test]
fn holding_records_and_letting_go_ends_it() {
    let (mut harness, at) = held();
    assert!(harness.query_by_label("0:02").is_some());
    pointer(&mut harness, at, false);
    assert_eq!(commands(&harness), [Command::RecordNote, Command::FinishNote]);
}

#[test]
fn letting_go_elsewhere_throws_it_away() {
    let (mut harness, at) = held();
    pointer(&mut harness, at - egui::vec2(150.0, 200.0), false);
    assert_eq!(commands(&harness), [Command::RecordNote, Command::DiscardNote]);
}

#[test]
fn escape_throws_it_away() {
    let (mut harness, at) = held();
    harness.key_press(Key::Escape);
    harness.run_steps(1);
    assert_eq!(commands(&harness), [Command::RecordNote, Command::DiscardNote]);
    harness.state_mut().snapshot = in_a_room();
    pointer(&mut harness, at, false);
    assert_eq!(commands(&harness).len(), 2, "letting go later does nothing more");
}

#[test]
fn a_short_press_goes_on_until_the_second_one() {
    let mut harness = chat(in_a_room());
    let at = harness.get_by_label("Record a voice note").rect().center();
    pointer(&mut harness, at, true);
    let (button, modifiers) = (egui::PointerButton::Primary, egui::Modifiers::NONE);
    harness.event(egui::Event::PointerButton { pos: at, button, pressed: false, modifiers });
    harness.run_steps(1);
    assert_eq!(commands(&harness), [Command::RecordNote]);
    harness.state_mut().snapshot = with_notes(recording());
    harness.run_steps(3);
    harness.get_by_label("End the note").click();
    harness.run_steps(2);
    assert_eq!(commands(&harness), [Command::RecordNote, Command::FinishNote]);
}

#[test]
fn a_recorded_note_is_heard_sent_or_thrown_away() {
    let draft = NoteDraft { length: Duration::from_secs(3), waveform: vec![9; 64].into() };
    let view = NotesView { draft: Some(draft), ..NotesView::default() };
    for (label, command) in [
        ("Play the voice note", Command::PlayNote { note: NoteKey::Draft, from: None, speed: None }),
        ("Send", Command::SendNote { to: HERE }),
        ("Discard the note", Command::DiscardNote),
    ] {
        let mut harness = chat(with_notes(view.clone()));
        harness.get_by_label(label).click();
        harness.run_steps(2);
        assert_eq!(commands(&harness), [command]);
    }
}

#[test]
fn a_note_in_the_lines_is_played_and_paused() {
    let mut harness = chat(with_a_note(NotesView::default()));
    assert!(harness.query_by_label("0:08").is_some());
    harness.get_by_label("Play the voice note").click();
    harness.run_steps(2);
    assert_eq!(commands(&harness), [Command::PlayNote { note: note(), from: None, speed: None }]);
    harness.get_by_label("Skip silence").click();
    harness.run_steps(2);
    assert_eq!(commands(&harness).last(), Some(&Command::SkipSilence(true)));

    let playing = NotePlaying { key: note(), at: Duration::from_secs(2), state: NoteState::Heard };
    let view = NotesView { playing: Some(playing), speed: NoteSpeed::Faster, ..NotesView::default() };
    let mut harness = chat(with_a_note(view));
    assert!(harness.query_by_label("0:02 / 0:08").is_some());
    harness.get_by_label("Pause the voice note").click();
    harness.run_steps(2);
    harness.get_by_label("Speed 1.5×").click();
    harness.run_steps(2);
    assert_eq!(commands(&harness), [Command::PauseNote, Command::SetNoteSpeed(NoteSpeed::Double)]);
}

#[test]
fn a_place_in_a_note_is_chosen_in_its_waveform() {
    let mut harness = chat(with_a_note(NotesView::default()));
    let bars = harness.get_by_label("Place in the voice note, 0:00 of 0:08").rect();
    let at = bars.left_center() + egui::vec2(bars.width() * 0.75, 0.0);
    pointer(&mut harness, at, true);
    pointer(&mut harness, at, false);
    let chosen = commands(&harness);
    let [Command::PlayNote { note: chosen_note, from: Some(from), speed: None }] = chosen.as_slice() else {
        panic!("{chosen:?}")
    };
    assert_eq!(*chosen_note, note());
    assert!((from.as_secs_f32() - 6.0).abs() < 0.2, "{from:?}");
}

#[test]
fn a_note_that_waits_says_so() {
    let playing = NotePlaying { key: note(), at: Duration::from_secs(2), state: NoteState::Waiting };
    let harness = chat(with_a_note(NotesView { playing: Some(playing), ..NotesView::default() }));
    assert!(harness.query_by_label("Waits…").is_some());
}
