//! One transfer in the manager's list.

use super::{
    Access, FileChanged, FileEvent, TransferState, TransferView, Way,
    cause::Cause,
    kept::{Job, Kept},
    rate::Rate,
};
use hallway_protocol::file::{FileId, FileName, FileTarget};
use std::{
    path::PathBuf,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};
use tokio::{sync::Mutex, task::AbortHandle};

/// The first pause before a transfer is tried again; it doubles from try to try.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest one.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

pub(super) struct Transfer {
    /// The manager's number for it.
    pub(super) id: u64,
    /// The fingerprint of the server that it is for, and the own name there.
    pub(super) server: String,
    pub(super) own_name: String,
    pub(super) job: Job,
    pub(super) state: TransferState,
    pub(super) done: Arc<AtomicU64>,
    pub(super) rate: Rate,
    /// Where it lies.
    pub(super) path: Option<PathBuf>,
    /// Where a fetched file lies as soon as it has its name, whatever becomes of the try that gave it.
    pub(super) settled: Arc<OnceLock<PathBuf>>,
    /// Whether it was for a sign-in that is over, so that it can't be tried again.
    pub(super) is_stale: bool,
    /// Whether it failed for want of room, and goes on where it is once there is some.
    is_stuck: bool,
    /// Held by whatever writes: nothing else does until that has ended.
    pub(super) turn: Arc<Mutex<()>>,
    /// The try that runs.
    pub(super) running: Option<AbortHandle>,
    /// Counts the tries: what an earlier one says is of no interest.
    pub(super) tries: u64,
    /// Not before then.
    pub(super) not_before: Option<Instant>,
    pause: Duration,
    /// What was told last.
    told: u64,
}

impl Transfer {
    pub(super) fn new(id: u64, access: &Access, job: Job) -> Self {
        Self::of(id, access.fingerprint.to_string(), access.name.clone(), job, TransferState::Waiting)
    }

    /// One that an earlier run of the client did not finish.
    pub(super) fn kept(id: u64, Kept { server, name, paused, job }: Kept) -> Self {
        let state = if paused { TransferState::Paused } else { TransferState::Waiting };
        Self::of(id, server, name, job, state)
    }

    fn of(id: u64, server: String, own_name: String, job: Job, state: TransferState) -> Self {
        let path = match &job {
            Job::Up(upload) => Some(upload.path.clone()),
            Job::Down(_) | Job::Cache(_) => None,
        };
        Self {
            id,
            server,
            own_name,
            job,
            state,
            done: Arc::default(),
            rate: Rate::default(),
            path,
            settled: Arc::default(),
            is_stale: false,
            is_stuck: false,
            turn: Arc::default(),
            running: None,
            tries: 0,
            not_before: None,
            pause: FIRST_PAUSE,
            told: 0,
        }
    }

    pub(super) fn file(&self) -> FileId {
        match &self.job {
            Job::Up(upload) => upload.file,
            Job::Down(download) | Job::Cache(download) => download.attachment.file,
        }
    }

    pub(super) fn way(&self) -> Way {
        match &self.job {
            Job::Up(_) => Way::Up,
            Job::Down(_) => Way::Down,
            Job::Cache(_) => Way::Cache,
        }
    }

    pub(super) fn name(&self) -> &FileName {
        match &self.job {
            Job::Up(upload) => &upload.name,
            Job::Down(download) | Job::Cache(download) => &download.attachment.name,
        }
    }

    pub(super) fn bytes(&self) -> u64 {
        match &self.job {
            Job::Up(upload) => upload.bytes,
            Job::Down(download) | Job::Cache(download) => download.attachment.bytes,
        }
    }

    fn to(&self) -> Option<FileTarget> {
        match &self.job {
            Job::Up(upload) => Some(upload.to.clone()),
            Job::Down(_) | Job::Cache(_) => None,
        }
    }

    /// Whether it is for whoever is signed in.
    pub(super) fn is_of(&self, access: &Access) -> bool {
        self.own_name == access.name && self.server == access.fingerprint.to_string()
    }

    /// Whether it can be done now.
    pub(super) fn is_ready(&self, now: Instant) -> bool {
        self.state == TransferState::Waiting
            && self.running.is_none()
            && self.not_before.is_none_or(|moment| now >= moment)
    }

    /// Whether it may still come to an end.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.state, TransferState::Waiting | TransferState::Running | TransferState::Paused)
    }

    /// Whether it ends in a moment, or fails if the session ends before: small ones, and those that are about to begin.
    pub(super) fn takes_a_moment(&self, small: u64) -> bool {
        let is_due = matches!(self.state, TransferState::Waiting | TransferState::Running);
        let is_unbegun = matches!(&self.job, Job::Up(upload) if !upload.begun);
        is_due && self.way() != Way::Cache && (is_unbegun || self.bytes() <= small)
    }

    /// What of it is kept for the next run of the client. An upload that is not begun is, so that it can be told of.
    pub(super) fn keep(&self) -> Option<Kept> {
        let lasts = self.way() != Way::Cache && (self.is_open() || self.is_stuck);
        lasts.then(|| Kept {
            server: self.server.clone(),
            name: self.own_name.clone(),
            paused: self.is_stuck || self.state == TransferState::Paused,
            job: self.job.clone(),
        })
    }

    /// Stops the try that runs, or that would follow.
    pub(super) fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.abort();
        }
        self.tries += 1;
        self.rate = Rate::default();
        self.not_before = None;
    }

    /// Tries it as if it never had been.
    pub(super) fn begin_anew(&mut self) {
        self.state = TransferState::Waiting;
        self.is_stuck = false;
        self.try_now();
    }

    /// Lets the next try wait no longer.
    pub(super) fn try_now(&mut self) {
        (self.not_before, self.pause) = (None, FIRST_PAUSE);
    }

    /// A try broke off: another follows, later and later while nothing comes of them.
    pub(super) fn try_later(&mut self, now: Instant) {
        let done = self.done.load(Relaxed);
        if done > self.told {
            self.pause = FIRST_PAUSE;
        }
        self.state = TransferState::Waiting;
        self.not_before = Some(now + self.pause);
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
    }

    /// Why it ends here, as its state.
    pub(super) fn fail(&mut self, cause: Cause) {
        self.is_stuck = matches!(cause, Cause::Stuck { .. });
        self.not_before = None;
        self.state = TransferState::Failed(match cause {
            Cause::Never { text, .. } | Cause::Stuck { text, .. } | Cause::Later(text) => text,
            Cause::SignedOut => "You are not signed in any more.".to_owned(),
        });
    }

    /// What is to be told of a change; nothing of what the client does for itself.
    pub(super) fn event(&mut self, change: FileChanged) -> Option<FileEvent> {
        let done_bytes = self.done.load(Relaxed).min(self.bytes());
        self.told = done_bytes;
        (self.way() != Way::Cache).then(|| FileEvent {
            file: self.file(),
            name: self.name().clone(),
            bytes: self.bytes(),
            done_bytes,
            change,
        })
    }

    /// Looks how far it is; what is to be told of that.
    pub(super) fn look(&mut self, now: Instant) -> Option<FileEvent> {
        if self.state != TransferState::Running {
            return None;
        }
        let done = self.done.load(Relaxed);
        self.rate.note(done, now);
        let change = if self.way() == Way::Up { FileChanged::Sending } else { FileChanged::Receiving };
        if done == self.told { None } else { self.event(change) }
    }

    pub(super) fn view(&self) -> TransferView {
        TransferView {
            file: self.file(),
            way: self.way(),
            name: self.name().clone(),
            bytes: self.bytes(),
            done_bytes: self.done.load(Relaxed).min(self.bytes()),
            state: self.state.clone(),
            bytes_per_second: self.rate.per_second(),
            to: self.to(),
            path: self.path.clone(),
        }
    }
}
