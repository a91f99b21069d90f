//! Files on their way: sent and fetched over HTTPS by a thread of its own, so that neither the session nor what is said
//! ever waits for a disk or for a file.
//!
//! The session tells the thread who is signed in and what is wanted ([`Order`]), and hears how it goes. Whatever breaks off
//! goes on where it was, after a lost link or a restart of either side: what is not finished is kept in a file
//! (`kept`), what was fetched lies in a `.part` beside where it shall go. Only what has the right hash gets its name.

mod carriers;
mod cause;
mod desk;
mod fetch;
mod kept;
mod manager;
mod pending;
mod places;
mod plugin;
mod rate;
mod send;
mod transfer;
mod view;

pub use plugin::TransfersPlugin;
pub use view::{FileChanged, FileEvent, TransferState, TransferView, Way};

use super::{commands::ServerAddress, sign_in::certificate::Fingerprint};
use bevy::{platform::cell::SyncCell, prelude::Resource};
use hallway_protocol::{
    chat::Conversation,
    file::{Attachment, AttachmentKind, FileId, FileTarget, Waveform},
};
use pending::Pending;
use std::{
    fmt, io,
    path::PathBuf,
    sync::mpsc::{self, Receiver},
};
use tokio::sync::mpsc as orders;

/// Orders that may wait: people give a few at a time.
const ORDERS: usize = 256;
/// Reports that may wait for the session, which takes them in each update.
const REPORTS: usize = 1024;

/// A file to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// What it goes by from now on, here and at the server.
    pub file: FileId,
    /// To whom.
    pub to: FileTarget,
    /// Where it lies.
    pub path: PathBuf,
    /// What it is called for others; the name that it has here where it is `None`.
    pub name: Option<String>,
    /// What is said beside it; may be empty.
    pub caption: String,
    /// What it is shown as; by its ending where it is `None`.
    pub kind: Option<AttachmentKind>,
    /// Whether it lies there for this alone, and is removed once it is sent, given up or failed.
    pub temporary: bool,
}

/// Where a fetched file goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FetchInto {
    /// Into the folder for downloads, under its own name or the next free one.
    Downloads,
    /// Into this folder, likewise.
    Folder(PathBuf),
    /// Where the client keeps what it shows or plays itself; nobody is told of it, but by the snapshot.
    Cache,
}

/// Where transfers keep what is theirs.
#[derive(Clone, Debug)]
pub struct TransferSettings {
    /// The client's own folder.
    pub config_dir: PathBuf,
    /// Where fetched files go; the platform's folder for downloads where it is `None`.
    pub downloads: Option<PathBuf>,
}

/// Whom requests go to, and what they show.
#[derive(Clone, PartialEq, Eq, Resource)]
pub struct Access {
    /// The front desk.
    pub server: ServerAddress,
    /// Its certificate.
    pub fingerprint: Fingerprint,
    /// What the sign-in gave; see [`hallway_protocol::desk::SignInGrant::files_key`].
    pub key: String,
    /// The own name.
    pub name: String,
}

/// Without the key, which no log may have.
impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Access({} as {})", self.server, self.name)
    }
}

/// What the session wants of the thread.
#[derive(Clone, Debug)]
pub enum Order {
    /// One is signed in: what was not finished there goes on.
    Online(Box<Access>),
    /// No longer, for now or for good.
    Offline,
    /// Send a file.
    Send(Box<Outgoing>),
    /// Fetch a file.
    Fetch(Box<Attachment>, FetchInto),
    /// Stop for now.
    Pause(FileId),
    /// Go on; what had failed is tried again.
    Resume(FileId),
    /// Stop for good.
    Cancel(FileId),
    /// Have the server take a file away.
    Delete(FileId),
}

/// What the session hears of the thread.
#[derive(Clone, Debug)]
pub enum Report {
    /// All transfers as they are now.
    Views(Vec<TransferView>),
    /// Something happened to one.
    Event(FileEvent),
    /// Something can't be done.
    Refused {
        /// The headless word of the command.
        command: &'static str,
        /// A word for scripts.
        code: String,
        /// A sentence for people.
        text: String,
    },
}

/// The session's end of the way to the thread.
#[derive(Resource)]
pub struct TransferLink {
    orders: orders::Sender<Order>,
    reports: SyncCell<Receiver<Report>>,
    pending: Pending,
}

impl Outgoing {
    /// A file that goes to a conversation under its own name.
    #[must_use]
    pub fn new(to: FileTarget, path: impl Into<PathBuf>) -> Self {
        let file = FileId::new(rand::random());
        Self { file, to, path: path.into(), name: None, caption: String::new(), kind: None, temporary: false }
    }

    /// With something said beside it.
    #[must_use]
    pub fn saying(self, caption: impl Into<String>) -> Self {
        Self { caption: caption.into(), ..self }
    }

    /// Under another name than it has here.
    #[must_use]
    pub fn called(self, name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// As a voice note, whose length and levels are known.
    #[must_use]
    pub fn as_note(self, ms: u32, waveform: Waveform) -> Self {
        Self { kind: Some(AttachmentKind::Note { ms, waveform }), ..self }
    }

    /// From a file that lies there for this alone.
    #[must_use]
    pub fn temporary(self) -> Self {
        Self { temporary: true, ..self }
    }
}

/// The conversation as a file's target.
#[must_use]
pub fn target(conversation: Conversation) -> FileTarget {
    match conversation {
        Conversation::World => FileTarget::World,
        Conversation::Room(room) => FileTarget::Room(room),
        Conversation::Person(person) => FileTarget::Person(person),
    }
}

impl TransferLink {
    /// Starts the thread; `wake` is called after each report.
    ///
    /// # Errors
    /// When the system gives no thread or no event queue.
    pub fn start(settings: TransferSettings, wake: impl Fn() + Send + 'static) -> io::Result<Self> {
        let (orders, incoming) = orders::channel(ORDERS);
        let (reported, reports) = mpsc::sync_channel(REPORTS);
        let report = move |report| {
            // A session that is gone, or takes none, finds the state in the next report of all of it.
            let _ = reported.try_send(report);
            wake();
        };
        let pending = Pending::default();
        manager::start(settings, incoming, report, pending.clone())?;
        Ok(Self { orders, reports: SyncCell::new(reports), pending })
    }

    /// A link behind which nothing is: for tests of other things.
    #[must_use]
    pub fn idle() -> Self {
        let (orders, _) = orders::channel(1);
        let (_, reports) = mpsc::sync_channel(1);
        Self { orders, reports: SyncCell::new(reports), pending: Pending::default() }
    }

    /// Orders something.
    pub fn order(&self, order: Order) {
        if self.orders.try_send(order).is_err() {
            tracing::warn!("the thread that carries files takes no orders; one was dropped");
        } else {
            self.pending.ordered();
        }
    }

    /// Whether nothing is under way that takes only a moment, or would be lost if the session ended now.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.pending.is_settled()
    }

    /// Whether everything that was ordered was obeyed, and what came of it reported.
    #[must_use]
    pub fn is_reported(&self) -> bool {
        self.pending.is_reported()
    }

    /// The next report, if there is one.
    pub fn report(&mut self) -> Option<Report> {
        self.reports.get().try_recv().ok()
    }
}
