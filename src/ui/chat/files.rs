//! Files in the chat: the card of one that came, those on their way out, and choosing them.

mod kind;

use crate::{
    net::{
        commands::Command,
        snapshot::Snapshot,
        transfers::{FetchInto, Outgoing, TransferState, TransferView, Way, target},
    },
    ui::{Action, bidi, symbols, theme},
};
use bevy_egui::egui::{self, Button, Label, ProgressBar, RichText, Sense, Stroke, TextStyle, Ui, vec2};
use hallway_protocol::{chat::Conversation, file::Attachment};
use std::{path::PathBuf, sync::mpsc, thread, time::Duration};

/// Width of a card, in points, where there is so much room.
const CARD_WIDTH: f32 = 280.0;
/// Height of the row of a file on its way out.
const ROW_HEIGHT: f32 = 46.0;
/// Such rows shown at a time.
const ROWS: usize = 3;

/// The card of a file that stands in a message.
pub(super) fn card(ui: &mut Ui, attachment: &Attachment, snapshot: &Snapshot, actions: &mut Vec<Action>) {
    card_with(ui, attachment, snapshot, &Extra::default(), actions);
}

/// What a card has beside what all have.
#[derive(Default)]
pub(super) struct Extra<'t> {
    /// Something about the file.
    pub(super) note: Option<&'t str>,
    /// How much of it is there.
    pub(super) share: Option<f32>,
    /// What is written on one button more.
    pub(super) button: Option<&'t str>,
}

/// The card with more than all have; answers whether its own button was clicked.
pub(super) fn card_with(
    ui: &mut Ui,
    attachment: &Attachment,
    snapshot: &Snapshot,
    extra: &Extra,
    actions: &mut Vec<Action>,
) -> bool {
    let frame = theme::card().inner_margin(10).corner_radius(10).stroke(Stroke::new(1.0, theme::LINE));
    frame
        .show(ui, |ui| {
            ui.set_width(CARD_WIDTH.min(ui.available_width()));
            ui.spacing_mut().item_spacing.y = 4.0;
            ui.horizontal(|ui| {
                kind::sign(ui, &attachment.name);
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = 1.0;
                    ui.add(Label::new(theme::strong(bidi::line(attachment.name.as_str()))).truncate());
                    let what = format!("{}, {}", kind::words(&attachment.name), size(attachment.bytes));
                    ui.add(Label::new(theme::small(what)).truncate());
                });
            });
            if let Some(note) = extra.note {
                ui.add(Label::new(theme::small(note)).wrap());
            }
            if let Some(share) = extra.share {
                ui.add(ProgressBar::new(share).desired_height(8.0));
            }
            ui.horizontal(|ui| {
                let clicked = extra.button.is_some_and(|text| small_button(ui, text));
                ui.vertical(|ui| fetching(ui, attachment, snapshot, actions));
                clicked
            })
            .inner
        })
        .inner
}

/// What stands below a picture: what it is called, and how it is saved.
pub(super) fn below(ui: &mut Ui, attachment: &Attachment, snapshot: &Snapshot, actions: &mut Vec<Action>) {
    let what = format!("{}, {}", bidi::line(attachment.name.as_str()), size(attachment.bytes));
    ui.add(Label::new(theme::small(what)).truncate());
    fetching(ui, attachment, snapshot, actions);
}

/// How far it is saved, and what may be done about that.
pub(super) fn fetching(ui: &mut Ui, attachment: &Attachment, snapshot: &Snapshot, actions: &mut Vec<Action>) {
    let transfer = snapshot.transfers.iter().rev().find(|it| it.file == attachment.file && it.way == Way::Down);
    match transfer {
        Some(transfer) if transfer.is_open() => under_way(ui, transfer, actions),
        transfer => {
            let state = transfer.map(|transfer| &transfer.state);
            at_rest(ui, attachment, state, transfer.and_then(|transfer| transfer.path.as_ref()), actions);
        }
    }
}

/// A file that is not being saved: what became of it, and what may be done with it.
fn at_rest(
    ui: &mut Ui,
    attachment: &Attachment,
    state: Option<&TransferState>,
    path: Option<&PathBuf>,
    actions: &mut Vec<Action>,
) {
    if let Some(TransferState::Failed(why)) = state {
        ui.add(Label::new(RichText::new(why).text_style(TextStyle::Small).color(theme::DANGER)).wrap());
    }
    if let (Some(TransferState::Done), Some(path)) = (state, path) {
        ui.add(Label::new(theme::small(format!("Saved as {}", bidi::line(&path.to_string_lossy())))).wrap());
    }
    let word = if state == Some(&TransferState::Done) { "Save again" } else { "Save" };
    if ui.add(Button::new(RichText::new(word).text_style(TextStyle::Small))).clicked() {
        let into = FetchInto::Downloads;
        actions.push(Action::Send(Command::FetchFile { file: attachment.file, into }));
    }
}

/// Height of [`outgoing`], in points.
pub(super) fn outgoing_height(snapshot: &Snapshot, to: Conversation) -> f32 {
    ups(snapshot, to).take(ROWS).count() as f32 * ROW_HEIGHT
}

/// What is on its way from here to a conversation, or could not go.
pub(super) fn outgoing(ui: &mut Ui, snapshot: &Snapshot, to: Conversation, actions: &mut Vec<Action>) {
    for transfer in ups(snapshot, to).take(ROWS) {
        let size = vec2(ui.available_width(), ROW_HEIGHT);
        ui.allocate_ui(size, |ui| {
            ui.set_min_size(size);
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.add(Label::new(theme::small(bidi::line(transfer.name.as_str()))).truncate());
            if let TransferState::Failed(why) = &transfer.state {
                ui.horizontal(|ui| {
                    if small_button(ui, "Try again") {
                        actions.push(Action::Send(Command::ResumeTransfer(transfer.file)));
                    }
                    if small_button(ui, "Dismiss") {
                        actions.push(Action::Send(Command::CancelTransfer(transfer.file)));
                    }
                    let why = RichText::new(why).text_style(TextStyle::Small).color(theme::DANGER);
                    ui.add(Label::new(why).truncate()).on_hover_text(why_text(transfer));
                });
            } else {
                under_way(ui, transfer, actions);
            }
        });
    }
}

fn why_text(transfer: &TransferView) -> &str {
    if let TransferState::Failed(why) = &transfer.state { why } else { "" }
}

/// Those on their way up to a conversation, the newest first.
fn ups(snapshot: &Snapshot, to: Conversation) -> impl Iterator<Item = &TransferView> {
    let to = target(to);
    snapshot.transfers.iter().rev().filter(move |transfer| {
        let concerns = transfer.is_open() || matches!(transfer.state, TransferState::Failed(_));
        transfer.way == Way::Up && concerns && transfer.to.as_ref() == Some(&to)
    })
}

/// How far it is, how fast, how long it takes, and what stops it.
fn under_way(ui: &mut Ui, transfer: &TransferView, actions: &mut Vec<Action>) {
    let share = transfer.done_bytes as f32 / transfer.bytes.max(1) as f32;
    ui.horizontal(|ui| {
        let is_paused = transfer.state == TransferState::Paused;
        let buttons = 130.0;
        ui.add(ProgressBar::new(share).desired_width((ui.available_width() - buttons).max(40.0)).desired_height(8.0))
            .on_hover_text(progress(transfer));
        if small_button(ui, if is_paused { "Go on" } else { "Pause" }) {
            let command = if is_paused { Command::ResumeTransfer } else { Command::PauseTransfer };
            actions.push(Action::Send(command(transfer.file)));
        }
        if small_button(ui, "Cancel") {
            actions.push(Action::Send(Command::CancelTransfer(transfer.file)));
        }
    });
    ui.add(Label::new(theme::small(progress(transfer))).truncate());
}

fn small_button(ui: &mut Ui, text: &str) -> bool {
    ui.add(Button::new(RichText::new(text).text_style(TextStyle::Small)).min_size(vec2(48.0, 20.0))).clicked()
}

/// One line about how it goes.
fn progress(transfer: &TransferView) -> String {
    let (done, all) = (size(transfer.done_bytes), size(transfer.bytes));
    match (&transfer.state, transfer.time_left()) {
        (TransferState::Paused, _) => format!("Paused at {done} of {all}"),
        (TransferState::Waiting, _) => format!("Waits at {done} of {all}"),
        (_, Some(left)) => {
            format!("{done} of {all}, {}/s, {} left", size(transfer.bytes_per_second as u64), duration(left))
        }
        _ => format!("{done} of {all}"),
    }
}

/// A number of bytes as people read it.
#[must_use]
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{bytes} bytes");
    }
    let mut value = bytes as f64 / 1024.0;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    if value < 9.95 { format!("{value:.1} {}", UNITS[unit]) } else { format!("{value:.0} {}", UNITS[unit]) }
}

fn duration(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..=59 => format!("{} s", seconds.max(1)),
        seconds @ 60..=3599 => format!("{} min", seconds.div_ceil(60)),
        seconds => format!("{} h", seconds.div_ceil(3600)),
    }
}

/// The button with the paper clip.
pub(super) fn clip_button(ui: &mut Ui, to: Conversation, height: f32, actions: &mut Vec<Action>) {
    let (rect, response) = ui.allocate_exact_size(vec2(30.0, height), Sense::click());
    let color = if response.hovered() { theme::TEXT } else { theme::MUTED };
    symbols::paper_clip(ui.painter(), rect.center(), 17.0, color);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Button, true, "Send a file"));
    if response.on_hover_text("Send a file; you can also drop it on the window").clicked() {
        actions.push(Action::ChooseFiles(to));
    }
}

/// Asks which files, on a thread of its own.
#[must_use]
pub fn choose() -> mpsc::Receiver<Vec<PathBuf>> {
    let (done, answer) = mpsc::channel();
    let dialog = rfd::AsyncFileDialog::new().set_title("Send files").pick_files();
    let spawned = thread::Builder::new().name("choose".into()).spawn(move || {
        let files = bevy::tasks::block_on(dialog).unwrap_or_default();
        // Nobody waits any more when the window was closed.
        let _ = done.send(files.into_iter().map(|file| file.path().to_owned()).collect());
    });
    if let Err(error) = spawned {
        tracing::warn!(%error, "no thread to choose a file on");
    }
    answer
}

/// The command that sends a file to a conversation.
#[must_use]
pub fn send(to: Conversation, path: PathBuf) -> Command {
    Command::SendFile(Outgoing::new(target(to), path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_are_short() {
        let shown = [0, 1023, 1024, 1536, 10_240, 1_048_576, 5_000_000_000].map(size);
        assert_eq!(shown, ["0 bytes", "1023 bytes", "1.0 KiB", "1.5 KiB", "10 KiB", "1.0 MiB", "4.7 GiB"]);
        assert_eq!(size(1_048_575), "1.0 MiB");
        let shown = [0, 59, 61, 3700].map(|seconds| duration(Duration::from_secs(seconds)));
        assert_eq!(shown, ["1 s", "59 s", "2 min", "2 h"]);
    }
}
