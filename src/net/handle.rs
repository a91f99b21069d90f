//! The one connection between a face (or a script) and the session: commands in, snapshots and events out.
//!
//! Neither side ever waits for the other. Commands and events are queued up to a bound; snapshots replace each other.

use super::{commands::Command, events::Event, snapshot::Snapshot};
use crate::media::video::engine::Gallery;
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TryRecvError},
    },
    time::{Duration, Instant},
};

/// Commands that may wait for the session. Steering says sixty a second; a session that is a second behind is stuck.
const COMMAND_QUEUE: usize = 256;
/// Events that may wait for a face that is stuck. A room of fifty people writing all the time makes about ten a second.
const EVENT_QUEUE: usize = 4096;

/// A command, and when it was given: people feel the time from there on.
type Asked = (Command, Instant);

/// The face's end.
pub struct SessionHandle {
    commander: Commander,
    events: Receiver<Event>,
    gallery: Gallery,
}

/// The half of the face's end that asks and looks: for another thread than the one that takes the events.
#[derive(Clone)]
pub struct Commander {
    commands: SyncSender<Asked>,
    wake: Arc<dyn Fn() + Send + Sync>,
    snapshot: Arc<Mutex<Arc<Snapshot>>>,
}

/// The session's end.
pub struct SessionPort {
    commands: Receiver<Asked>,
    snapshot: Arc<Mutex<Arc<Snapshot>>>,
    events: SyncSender<Event>,
}

/// Makes both ends; `wake` is called after each command, from the face's thread, and must not block.
#[must_use]
pub fn pair(wake: impl Fn() + Send + Sync + 'static) -> (SessionHandle, SessionPort) {
    let (commands, commands_out) = mpsc::sync_channel(COMMAND_QUEUE);
    let (events_in, events) = mpsc::sync_channel(EVENT_QUEUE);
    let snapshot = Arc::new(Mutex::new(Arc::new(Snapshot::signed_out())));
    let port = SessionPort { commands: commands_out, snapshot: Arc::clone(&snapshot), events: events_in };
    let commander = Commander { commands, wake: Arc::new(wake), snapshot };
    (SessionHandle { commander, events, gallery: Gallery::default() }, port)
}

impl Commander {
    /// Asks something of the session. Lost, and said so in the log, when the session has not taken any for long.
    pub fn send(&self, command: Command) {
        if self.commands.try_send((command, Instant::now())).is_err() {
            tracing::warn!("the session takes no commands; one was dropped");
        }
        (self.wake)();
    }

    /// The newest state.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl SessionHandle {
    /// Asks something of the session; see [`Commander::send`].
    pub fn send(&self, command: Command) {
        self.commander.send(command);
    }

    /// The newest state.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.commander.snapshot()
    }

    /// The half that asks and looks. The session ends when all of them are gone.
    #[must_use]
    pub fn commander(&self) -> Commander {
        self.commander.clone()
    }

    /// The newest pictures of calls, one's own among them. They don't wait for the session.
    #[must_use]
    pub fn gallery(&self) -> Gallery {
        self.gallery.clone()
    }

    /// The next event, if there is one.
    #[must_use]
    pub fn try_event(&self) -> Option<Event> {
        self.events.try_recv().ok()
    }

    /// The next event, waiting up to `patience` for it. Of a session that is no more it is [`Event::Ended`], again and
    /// again.
    #[must_use]
    pub fn wait_event(&self, patience: Duration) -> Option<Event> {
        match self.events.recv_timeout(patience) {
            Ok(event) => Some(event),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => Some(Event::Ended),
        }
    }
}

impl SessionPort {
    /// The next command and when it was given; `Err` once the face is gone, which ends the session.
    ///
    /// # Errors
    /// [`TryRecvError::Empty`] when there is none now, [`TryRecvError::Disconnected`] when there never will be.
    pub fn try_command(&self) -> Result<(Command, Instant), TryRecvError> {
        self.commands.try_recv()
    }

    /// Replaces the state.
    pub fn publish(&self, snapshot: Snapshot) {
        *self.snapshot.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(snapshot);
    }

    /// Tells an event. Dropped when the face has not taken any for long: the snapshot has what lasts.
    pub fn emit(&self, event: Event) {
        if self.events.try_send(event).is_err() {
            tracing::debug!("nobody takes the session's events; one was dropped");
        }
    }
}
