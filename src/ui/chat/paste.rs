//! A picture from the clipboard on its way into a conversation: shown first, then sent as any other file, or thrown away.
//!
//! Reading the clipboard may take seconds, and so may encoding: both happen on a thread of their own, which leaves a PNG
//! in the folder for temporary files.

use super::{files, model::ChatModel};
use crate::{
    media::stills,
    net::{
        commands::Command,
        transfers::{Outgoing, target},
    },
    ui::{Action, theme},
};
use bevy::platform::cell::SyncCell;
use bevy_egui::egui::{
    ColorImage, Context, Event, Image, Key, Label, TextureHandle, TextureOptions, Ui, WidgetInfo, WidgetType, vec2,
};
use hallway_protocol::chat::Conversation;
use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
use std::{
    env, fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::mpsc::{self, Receiver, TryRecvError},
    thread,
};

/// Height of the picture before it is sent, in points.
const PREVIEW: f32 = 52.0;
/// Height of the row, in points.
pub(super) const ROW: f32 = PREVIEW + 8.0;

/// The picture that was pasted, if one was.
#[derive(Default)]
pub struct Paste {
    /// For which conversation one is being read.
    reading: Option<(Conversation, SyncCell<Receiver<Read>>)>,
    held: Option<Held>,
}

/// A picture as a clipboard has it.
pub struct Pixels {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Red, green, blue and opacity of each pixel, row by row.
    pub rgba: Vec<u8>,
}

/// What became of reading: a picture, none, or a sentence about what went wrong.
type Read = Result<Option<Prepared>, String>;

struct Prepared {
    preview: ColorImage,
    original: (u32, u32),
    file: TemporaryFile,
    bytes: u64,
}

enum Held {
    Picture { to: Conversation, preview: TextureHandle, about: String, file: TemporaryFile },
    Trouble { to: Conversation, why: String },
}

/// A file that is removed, unless somebody takes it.
struct TemporaryFile(Option<PathBuf>);

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        let Some(path) = self.0.take() else { return };
        // Not on the window's thread; where there is no other one, the system removes it some day.
        let _ = thread::Builder::new().name("paste".to_owned()).spawn(move || fs::remove_file(path));
    }
}

impl Paste {
    /// Takes what `read` gives, in place of what was pasted before.
    pub fn begin(
        &mut self,
        to: Conversation,
        ctx: Context,
        read: impl FnOnce() -> Result<Option<Pixels>, String> + Send + 'static,
    ) {
        let (done, answer) = mpsc::channel();
        let spawned = thread::Builder::new().name("paste".to_owned()).spawn(move || {
            let prepared =
                read().and_then(|pixels| pixels.map(|pixels| prepare(&pixels, &env::temp_dir())).transpose());
            // Nobody waits any more when the window was closed, or something else was pasted.
            let _ = done.send(prepared);
            ctx.request_repaint();
        });
        match spawned {
            Ok(_) => self.reading = Some((to, SyncCell::new(answer))),
            Err(error) => tracing::warn!(%error, "no thread to read the clipboard on"),
        }
    }

    /// Whether there is a picture to be sent to a conversation, or something to say about it.
    pub(super) fn is_held(&self, here: Conversation) -> bool {
        self.held.as_ref().is_some_and(|held| held.to() == here)
    }

    pub(super) fn discard(&mut self) {
        self.held = None;
    }

    /// The command that sends it, with something said beside it.
    pub(super) fn send(&mut self, here: Conversation, caption: &str) -> Option<Command> {
        let held = self.held.take_if(|held| held.to() == here && matches!(held, Held::Picture { .. }));
        let Some(Held::Picture { to, mut file, .. }) = held else { return None };
        let name = format!("Picture {}.png", chrono::Local::now().format("%Y-%m-%d %H.%M.%S"));
        let outgoing = Outgoing::new(target(to), file.0.take()?).called(name).saying(caption.trim()).temporary();
        Some(Command::SendFile(outgoing))
    }

    fn take(&mut self, ctx: &Context) {
        let Some((to, answer)) = &mut self.reading else { return };
        let to = *to;
        match answer.get().try_recv() {
            Err(TryRecvError::Empty) => return,
            Err(TryRecvError::Disconnected) | Ok(Ok(None)) => {}
            Ok(Ok(Some(Prepared { preview, original, file, bytes }))) => {
                let preview = ctx.load_texture("pasted", preview, TextureOptions::LINEAR);
                let about = format!("{} × {}, {}", original.0, original.1, files::size(bytes));
                self.held = Some(Held::Picture { to, preview, about, file });
            }
            Ok(Err(why)) => self.held = Some(Held::Trouble { to, why }),
        }
        self.reading = None;
    }
}

impl Held {
    fn to(&self) -> Conversation {
        match self {
            Self::Picture { to, .. } | Self::Trouble { to, .. } => *to,
        }
    }
}

/// Whether the keys for pasting were pressed, and what was pasted is no text: that the field takes itself.
pub(super) fn is_wanted(ui: &Ui) -> bool {
    ui.input(|input| pastes_no_text(&input.events))
}

fn pastes_no_text(events: &[Event]) -> bool {
    let pastes =
        |event: &Event| matches!(event, Event::Key { key: Key::V, pressed: true, modifiers, .. } if modifiers.command);
    // Where a clipboard has a picture, some systems say that its text is empty.
    let is_text = |event: &Event| matches!(event, Event::Text(text) | Event::Paste(text) if !text.is_empty());
    events.iter().any(pastes) && !events.iter().any(is_text)
}

/// The picture in the clipboard, if there is one.
///
/// # Errors
/// A sentence about why it can't be read.
pub fn clipboard() -> Result<Option<Pixels>, String> {
    let side = |side: usize| u32::try_from(side).unwrap_or(u32::MAX);
    match arboard::Clipboard::new().and_then(|mut clipboard| clipboard.get_image()) {
        Ok(image) => {
            let (width, height) = (side(image.width), side(image.height));
            Ok(Some(Pixels { width, height, rgba: image.bytes.into_owned() }))
        }
        Err(arboard::Error::ContentNotAvailable) => Ok(None),
        Err(error) => Err(format!("The clipboard can't be read: {error}.")),
    }
}

/// Writes it as a PNG, and looks at that as others will.
fn prepare(pixels: &Pixels, folder: &Path) -> Result<Prepared, String> {
    let mut png = Vec::new();
    let encoder = PngEncoder::new(&mut png);
    let encoded = encoder.write_image(&pixels.rgba, pixels.width, pixels.height, ExtendedColorType::Rgba8);
    encoded.map_err(|error| format!("The picture can't be sent: {error}."))?;
    let most = PREVIEW as u32 * 2;
    let still = stills::read(&png, (most * 2, most)).map_err(|why| format!("The picture can't be sent: {why}."))?;
    let path = folder.join(format!("hallway-{:032x}.png", rand::random::<u128>()));
    let written = write(&png, &path).map_err(|error| format!("{} can't be written: {error}.", path.display()));
    let file = TemporaryFile(Some(path));
    written?;
    let preview = ColorImage::from_rgba_unmultiplied([still.width as usize, still.height as usize], &still.rgba);
    Ok(Prepared { preview, original: still.original, file, bytes: png.len() as u64 })
}

/// Others on this machine have no business with it.
fn write(png: &[u8], path: &Path) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.write(true).create_new(true).open(path)?.write_all(png)
}

/// Shows the picture that waits to be sent to this conversation.
pub(super) fn bar(ui: &mut Ui, model: &mut ChatModel, here: Conversation, actions: &mut Vec<Action>) {
    model.paste.take(ui.ctx());
    let Some(held) = model.paste.held.as_ref().filter(|held| held.to() == here) else { return };
    let (mut sent, mut discarded) = (false, false);
    ui.horizontal(|ui| {
        ui.set_height(PREVIEW);
        match held {
            Held::Picture { preview, about, .. } => {
                let image =
                    ui.add(Image::from_texture(preview).max_size(vec2(PREVIEW * 2.0, PREVIEW)).corner_radius(6));
                image.widget_info(|| WidgetInfo::labeled(WidgetType::Image, true, "The picture you pasted"));
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = 2.0;
                    ui.label(theme::strong("Send this picture?"));
                    ui.add(Label::new(theme::small(about)).truncate());
                });
                sent = theme::primary_button(ui, "Send", 64.0).on_hover_text("Enter").clicked();
            }
            Held::Trouble { why, .. } => drop(ui.add(Label::new(theme::small(why)).wrap())),
        }
        discarded = theme::quiet_button(ui, theme::strong("×")).on_hover_text("Esc").clicked();
    });
    if sent {
        let caption = model.drafts.remove(&model.tab).unwrap_or_default();
        actions.extend(model.paste.send(here, &caption).map(Action::Send));
        model.scroll.to_end = true;
    } else if discarded {
        model.paste.discard();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bevy_egui::egui::Modifiers;

    #[test]
    fn what_is_pasted_becomes_a_png_and_is_removed_when_nobody_sends_it() {
        let folder = tempfile::tempdir().unwrap();
        let pixels = Pixels { width: 300, height: 200, rgba: vec![200; 300 * 200 * 4] };
        let mut prepared = prepare(&pixels, folder.path()).unwrap();
        assert_eq!((prepared.original, prepared.preview.size), ((300, 200), [156, 104]));
        let path = prepared.file.0.take().unwrap();
        assert_eq!(stills::read(&fs::read(path).unwrap(), (300, 200)).unwrap().rgba, pixels.rgba);
    }

    #[test]
    fn text_goes_before_a_picture_unless_it_is_empty() {
        let key =
            |modifiers| Event::Key { key: Key::V, physical_key: Some(Key::V), pressed: true, repeat: false, modifiers };
        let text = |text: &str| Event::Text(text.to_owned());
        for (events, wanted) in [
            (vec![key(Modifiers::COMMAND)], true),
            (vec![key(Modifiers::COMMAND), text("")], true),
            (vec![key(Modifiers::COMMAND), text("said before")], false),
            (vec![key(Modifiers::NONE), text("v")], false),
            (vec![text("")], false),
        ] {
            assert_eq!(pastes_no_text(&events), wanted, "{events:?}");
        }
    }

    #[test]
    fn what_is_no_picture_is_told() {
        let folder = tempfile::tempdir().unwrap();
        for (width, height, bytes) in [(0, 0, 0), (9000, 1, 36_000)] {
            let pixels = Pixels { width, height, rgba: vec![0; bytes] };
            assert!(prepare(&pixels, folder.path()).err().unwrap().contains("can't be sent"));
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
