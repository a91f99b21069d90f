//! Pictures in the chat: fetched into the client's own folder, decoded on a thread, shown small, and large after a click.
//!
//! Which ones come without asking is the person's choice ([`PicturesFrom`](crate::net::preferences::PicturesFrom)); the
//! others have a card like any file, with a button that shows them. Whatever turns out to be no picture that can be shown
//! keeps its card, which says why.

mod card;
mod large;
mod workshop;

pub(super) use card::show;
pub use large::show as show_large;

use crate::{
    net::{
        commands::Command,
        snapshot::{ConnectionState, Snapshot},
        transfers::{FetchInto, TransferState, TransferView, Way},
    },
    ui::Action,
};
use bevy_egui::egui::{Context, TextureHandle, TextureOptions};
use hallway_protocol::file::{Attachment, FileId};
use std::{
    collections::{HashMap, HashSet},
    path::Path,
    sync::Arc,
};
use workshop::{Done, Job, Size, Trouble, Workshop};

/// Pictures that are kept decoded: those that were seen last. Small ones take 1.2 MB each at most.
const KEPT: usize = 48;
/// What was asked for and did not begin is asked for again after so long, in seconds.
const ASKS_AGAIN: f64 = 5.0;

/// The pictures of the chat as far as they are known.
#[derive(Default)]
pub struct Pictures {
    workshop: Option<Workshop>,
    kept: HashMap<FileId, Kept>,
    /// When pictures were asked for, in seconds of the window's clock.
    asked: HashMap<FileId, f64>,
    /// Those that somebody wants to see, whoever sent them.
    wanted: HashSet<FileId>,
    /// Those whose files were thrown away to make room.
    gone: HashSet<FileId>,
    /// The one that is shown large.
    large: Option<Large>,
}

/// A picture that was decoded, or could not be.
struct Kept {
    look: Look,
    /// When it was seen last, counted in drawings.
    seen: u64,
}

#[derive(Clone)]
enum Look {
    /// It is being decoded.
    Coming,
    Shown(Shown),
    /// A sentence tells why not.
    Refused(String),
}

/// What is drawn.
#[derive(Clone)]
struct Shown {
    texture: TextureHandle,
    /// Width and height of the picture itself.
    original: (u32, u32),
    /// Where it lies.
    path: Arc<Path>,
}

/// The picture that is shown over the world.
struct Large {
    attachment: Attachment,
    look: Look,
}

/// How a picture stands.
enum Standing {
    Shown(Shown),
    Refused(String),
    /// It is fetched, so much of it is there, or decoded.
    Coming(Option<f32>),
    /// It could not be fetched.
    Failed(String),
    /// It is not fetched without a click.
    Asleep,
}

impl Pictures {
    /// Whether one is shown large.
    #[must_use]
    pub fn is_large(&self) -> bool {
        self.large.is_some()
    }

    /// Shows none large any more.
    pub fn close(&mut self) {
        self.large = None;
    }

    /// How a picture stands; one that `comes` by itself is asked for where it isn't there.
    fn standing(
        &mut self,
        ctx: &Context,
        attachment: &Attachment,
        comes: bool,
        snapshot: &Snapshot,
        actions: &mut Vec<Action>,
    ) -> Standing {
        self.take(ctx);
        let file = attachment.file;
        if let Some(kept) = self.kept.get_mut(&file) {
            kept.seen = ctx.cumulative_pass_nr();
            return match kept.look.clone() {
                Look::Coming => Standing::Coming(None),
                Look::Shown(shown) => Standing::Shown(shown),
                Look::Refused(why) => Standing::Refused(why),
            };
        }
        let view = cached(file, snapshot);
        match view.map(|view| (&view.state, view.path.as_deref())) {
            Some((TransferState::Done, Some(path))) if !self.gone.contains(&file) => {
                // Where too much waits, it is for the next drawing.
                if self.start(ctx, file, path.into(), Size::Small) {
                    self.keep(ctx, file, Look::Coming);
                }
                Standing::Coming(None)
            }
            Some((TransferState::Failed(why), _)) => Standing::Failed(why.clone()),
            _ if view.is_some_and(TransferView::is_open) => {
                self.gone.remove(&file);
                Standing::Coming(view.map(|view| view.done_bytes as f32 / view.bytes.max(1) as f32))
            }
            _ if comes || self.wanted.contains(&file) => {
                self.ask(ctx, file, snapshot, actions);
                Standing::Coming(None)
            }
            _ => Standing::Asleep,
        }
    }

    /// Somebody wants to see it.
    fn want(&mut self, ctx: &Context, file: FileId, actions: &mut Vec<Action>) {
        self.wanted.insert(file);
        self.fetch(file, ctx.input(|input| input.time), actions);
    }

    fn ask(&mut self, ctx: &Context, file: FileId, snapshot: &Snapshot, actions: &mut Vec<Action>) {
        let now = ctx.input(|input| input.time);
        let is_new = self.asked.get(&file).is_none_or(|asked| now - asked > ASKS_AGAIN);
        if is_new && snapshot.connection == ConnectionState::Connected {
            self.fetch(file, now, actions);
        }
    }

    fn fetch(&mut self, file: FileId, now: f64, actions: &mut Vec<Action>) {
        self.asked.retain(|_, asked| now - *asked <= ASKS_AGAIN);
        self.asked.insert(file, now);
        self.gone.remove(&file);
        actions.push(Action::Send(Command::FetchFile { file, into: FetchInto::Cache }));
    }

    /// Shows a picture large: the small one until it is decoded again.
    fn enlarge(&mut self, ctx: &Context, attachment: &Attachment, small: Shown) {
        self.start(ctx, attachment.file, Arc::clone(&small.path), Size::Large);
        self.large = Some(Large { attachment: attachment.clone(), look: Look::Shown(small) });
    }

    fn start(&mut self, ctx: &Context, file: FileId, path: Arc<Path>, size: Size) -> bool {
        if self.workshop.is_none() {
            self.workshop = Workshop::start(ctx.clone());
        }
        let job = Job { file, path, size };
        self.workshop.as_ref().is_some_and(|workshop| workshop.take_in(job))
    }

    /// Takes what was decoded.
    fn take(&mut self, ctx: &Context) {
        while let Some(Done { job: Job { file, path, size }, picture }) =
            self.workshop.as_mut().and_then(Workshop::done)
        {
            let look = match picture {
                Ok(picture) => {
                    let texture = ctx.load_texture(format!("picture {file}"), picture.image, TextureOptions::LINEAR);
                    Look::Shown(Shown { texture, original: picture.original, path })
                }
                Err(Trouble::Refused(why)) => Look::Refused(why),
                Err(Trouble::Gone) => {
                    self.kept.remove(&file);
                    self.gone.insert(file);
                    continue;
                }
            };
            match size {
                Size::Small => self.keep(ctx, file, look),
                Size::Large => {
                    if let Some(large) = self.large.as_mut().filter(|large| large.attachment.file == file) {
                        large.look = look;
                    }
                }
            }
        }
    }

    fn keep(&mut self, ctx: &Context, file: FileId, look: Look) {
        self.kept.insert(file, Kept { look, seen: ctx.cumulative_pass_nr() });
        if self.kept.len() > KEPT {
            let ready = self.kept.iter().filter(|(_, kept)| !matches!(kept.look, Look::Coming));
            let oldest = ready.min_by_key(|(_, kept)| kept.seen).map(|(file, _)| *file);
            oldest.and_then(|file| self.kept.remove(&file));
        }
    }
}

/// What was fetched of a picture for the client itself.
fn cached(file: FileId, snapshot: &Snapshot) -> Option<&TransferView> {
    snapshot.transfers.iter().rev().find(|view| view.file == file && view.way == Way::Cache)
}
