//! The thread that carries files: which transfers there are, which of them run, and what becomes of them.

mod presence;
mod runs;

use super::{
    FetchInto, FileChanged, Order, Outgoing, Report, TransferSettings, TransferState,
    cause::Cause,
    desk::FileDesk,
    fetch::{Download, on_disk},
    kept::{Job, KeptFile},
    pending::Pending,
    places::{self, Places},
    send::Upload,
    transfer::Transfer,
};
use hallway_protocol::{
    file::{Attachment, AttachmentKind, FileHash, FileId, FileName},
    limits,
    link::threads,
};
use runs::Ran;
use std::{
    fs, io,
    path::PathBuf,
    time::{Duration, Instant},
};
use tokio::{
    runtime::Runtime,
    sync::mpsc,
    time::{MissedTickBehavior, interval},
};

/// How often the state of what runs is told.
const TELLS: Duration = Duration::from_millis(250);
/// Transfers that ended and are still shown, and as many of what the client fetched for itself: those may not push out what
/// a person waits for.
const SHOWN: usize = 64;
/// What may run past those that take long: voice notes, pictures.
const SMALL: u64 = 8 * 1024 * 1024;
/// Threads of the runtime: TLS one way and the other.
const THREADS: usize = 2;
/// What is left at the end of a session is left behind after so long; it goes on at the next start.
const LAST_WAIT: Duration = Duration::from_secs(1);
/// Words of the tries that may wait.
const NEWS: usize = 64;

/// Starts the thread.
///
/// # Errors
/// When the system gives no thread or no event queue.
pub(super) fn start(
    settings: TransferSettings,
    orders: mpsc::Receiver<Order>,
    report: impl Fn(Report) + Send + 'static,
    pending: Pending,
) -> io::Result<()> {
    let runtime: Runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(THREADS)
        .on_thread_start(threads::stand_back)
        .thread_name("files")
        .enable_all()
        .build()?;
    std::thread::Builder::new().name("files".to_owned()).spawn(move || {
        threads::stand_back();
        let (told, news) = mpsc::channel(NEWS);
        runtime.block_on(Manager::new(&settings, Box::new(report), told).run(orders, news, &pending));
        runtime.shutdown_timeout(LAST_WAIT);
    })?;
    Ok(())
}

pub(super) struct Manager {
    report: Box<dyn Fn(Report) + Send>,
    /// Where tries tell what became of them.
    told: mpsc::Sender<Ran>,
    kept: KeptFile,
    places: Places,
    desk: Option<FileDesk>,
    transfers: Vec<Transfer>,
    /// Uploads that an earlier run of the client did not even begin, until their sender can be told.
    lost: Vec<Transfer>,
    last: u64,
}

impl Manager {
    fn new(settings: &TransferSettings, report: Box<dyn Fn(Report) + Send>, told: mpsc::Sender<Ran>) -> Self {
        let (kept, places) = (KeptFile::new(&settings.config_dir), Places::new(settings));
        let (transfers, lost) = (Vec::new(), Vec::new());
        let mut manager = Self { report, told, kept, places, desk: None, transfers, lost, last: 0 };
        manager.kept.read().into_iter().for_each(|kept| manager.take_up(kept));
        if let Err(error) = manager.places.trim_cache() {
            tracing::warn!(%error, "old files could not be taken from the cache");
        }
        manager
    }

    async fn run(mut self, mut orders: mpsc::Receiver<Order>, mut news: mpsc::Receiver<Ran>, pending: &Pending) {
        let mut tells = interval(TELLS);
        tells.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut obeyed = 0;
        loop {
            tokio::select! {
                order = orders.recv() => match order {
                    Some(order) => {
                        self.obey(order).await;
                        obeyed += 1;
                    }
                    None => return,
                },
                Some(ran) = news.recv() => self.hear(ran).await,
                _ = tells.tick(), if self.waits() => self.look(),
            }
            self.start_what_can();
            self.forget_old();
            let views = self.shown().map(Transfer::view).collect();
            // Before the report, which wakes the session.
            pending.obeyed(obeyed, self.takes_a_moment());
            (self.report)(Report::Views(views));
        }
    }

    /// Whether time alone changes anything.
    fn waits(&self) -> bool {
        self.transfers.iter().any(|transfer| transfer.state == TransferState::Running || transfer.not_before.is_some())
    }

    /// Whether something of whoever is signed in is worth waiting for before the session ends.
    fn takes_a_moment(&self) -> bool {
        let Some(desk) = &self.desk else { return false };
        let mut own = self.transfers.iter().filter(|transfer| transfer.is_of(desk.access()));
        own.any(|transfer| transfer.takes_a_moment(SMALL))
    }

    async fn obey(&mut self, order: Order) {
        match order {
            Order::Online(access) => self.come_online(*access).await,
            Order::Offline => self.go_offline().await,
            Order::Send(outgoing) => self.send(*outgoing).await,
            Order::Fetch(attachment, into) => self.fetch(*attachment, into).await,
            Order::Pause(file) => self.pause(file).await,
            Order::Resume(file) => self.resume(file).await,
            Order::Cancel(file) => self.cancel(file).await,
            Order::Delete(file) => self.delete(file),
        }
    }

    async fn send(&mut self, outgoing: Outgoing) {
        let Some(access) = self.desk.as_ref().map(|desk| desk.access().clone()) else {
            remove_temporary(&outgoing.path, outgoing.temporary);
            return self.refuse("send", Cause::never("not_connected", NOT_CONNECTED));
        };
        if self.transfers.iter().any(|transfer| transfer.file() == outgoing.file && transfer.is_open()) {
            return;
        }
        let looked = on_disk("sent", &outgoing.path, |path| {
            let meta = fs::metadata(path)?;
            if meta.is_file() { Ok(meta.len()) } else { Err(io::Error::other("it is no file")) }
        });
        match looked.await {
            Ok(bytes) => {
                let id = self.number();
                self.transfers.push(Transfer::new(id, &access, Job::Up(upload(outgoing, bytes))));
                self.keep().await;
            }
            Err(cause) => {
                remove_temporary(&outgoing.path, outgoing.temporary);
                self.refuse("send", cause);
            }
        }
    }

    async fn fetch(&mut self, attachment: Attachment, into: FetchInto) {
        let Some(access) = self.desk.as_ref().map(|desk| desk.access().clone()) else {
            return self.refuse("fetch", Cause::never("not_connected", NOT_CONNECTED));
        };
        let file = attachment.file;
        let (bytes, hash) = (attachment.bytes, attachment.hash);
        let job = match into {
            FetchInto::Downloads => Job::Down(Download { attachment, folder: self.places.downloads.clone() }),
            FetchInto::Folder(folder) => Job::Down(Download { attachment, folder }),
            FetchInto::Cache => Job::Cache(Download { attachment, folder: self.places.cache.clone() }),
        };
        let id = self.number();
        let mut transfer = Transfer::new(id, &access, job);
        let is_same = |other: &Transfer| other.file() == file && other.way() == transfer.way();
        if self.transfers.iter().any(|other| is_same(other) && other.is_open()) {
            return;
        }
        self.transfers.retain(|other| !is_same(other));
        if matches!(transfer.job, Job::Cache(_)) {
            let path = self.places.cached(file);
            if on_disk("read", &path, move |path| places::is_whole(path, bytes, hash)).await == Ok(true) {
                (transfer.state, transfer.path) = (TransferState::Done, Some(path));
                transfer.done.store(bytes, std::sync::atomic::Ordering::Relaxed);
            }
        }
        self.transfers.push(transfer);
        self.keep().await;
    }

    async fn pause(&mut self, file: FileId) {
        if self.is_over(file).await {
            return;
        }
        match self.person_s(file).map(|transfer| (transfer.is_open(), transfer)) {
            Some((true, transfer)) => {
                transfer.stop();
                transfer.state = TransferState::Paused;
                let event = transfer.event(FileChanged::Paused);
                event.into_iter().for_each(|event| (self.report)(Report::Event(event)));
                self.keep().await;
            }
            _ => self.refuse("pause", no_such_transfer()),
        }
    }

    /// Whether an open transfer has come to its end just now, and only the word of that is still on its way: then it is
    /// taken here, since nothing can be stopped any more.
    async fn is_over(&mut self, file: FileId) -> bool {
        let Some(transfer) = self.person_s(file).filter(|transfer| transfer.is_open()) else { return false };
        let (Some(path), Job::Down(download)) = (transfer.settled.get().cloned(), &transfer.job) else { return false };
        let (id, hash) = (transfer.id, download.attachment.hash);
        transfer.stop();
        self.end(id, Ok((hash, Some(path))));
        self.keep().await;
        true
    }

    async fn resume(&mut self, file: FileId) {
        match self.person_s(file) {
            Some(Transfer { is_stale: true, state: TransferState::Failed(_), .. }) => {
                let text = "The file was to go to somebody of an earlier sign-in; send it again.";
                self.refuse("resume", Cause::never("no_such_transfer", text));
            }
            Some(transfer) if matches!(transfer.state, TransferState::Paused | TransferState::Failed(_)) => {
                transfer.begin_anew();
                self.keep().await;
            }
            // What waits is tried at once.
            Some(transfer) if transfer.state == TransferState::Waiting => transfer.try_now(),
            _ => self.refuse("resume", no_such_transfer()),
        }
    }

    async fn cancel(&mut self, file: FileId) {
        if self.is_over(file).await {
            return;
        }
        let (is_failed, id) = match self.person_s(file) {
            Some(transfer) if transfer.is_open() => (false, transfer.id),
            Some(transfer) if matches!(transfer.state, TransferState::Failed(_)) => (true, transfer.id),
            _ => return self.refuse("cancel", no_such_transfer()),
        };
        let Some(transfer) = self.transfers.iter_mut().find(|transfer| transfer.id == id) else { return };
        transfer.stop();
        transfer.state = TransferState::Cancelled;
        let event = transfer.event(FileChanged::Cancelled);
        event.into_iter().for_each(|event| (self.report)(Report::Event(event)));
        let is_at_server = matches!(&transfer.job, Job::Up(upload) if upload.begun);
        runs::clean_up(transfer, self.desk.clone().filter(|_| is_at_server || !is_failed));
        self.keep().await;
    }

    fn delete(&mut self, file: FileId) {
        let Some(desk) = self.desk.clone() else {
            return self.refuse("unsend", Cause::never("not_connected", NOT_CONNECTED));
        };
        let told = self.told.clone();
        tokio::spawn(async move {
            if let Err(cause) = desk.delete(file).await {
                let _ = told.send(Ran::Refused { command: "unsend", cause }).await;
            }
        });
    }

    /// What a try tells.
    async fn hear(&mut self, ran: Ran) {
        match ran {
            Ran::Begun { id } => {
                if let Some(Transfer { job: Job::Up(upload), .. }) = self.transfers.iter_mut().find(|t| t.id == id) {
                    upload.begun = true;
                }
                self.keep().await;
            }
            Ran::Ended { id, tries, ended } => {
                let Some(transfer) = self.transfers.iter_mut().find(|t| t.id == id && t.tries == tries) else { return };
                transfer.running = None;
                let is_temporary = matches!(&transfer.job, Job::Up(upload) if upload.temporary);
                match ended {
                    // Nobody can resume what lies there for this alone: whoever made it is told, and has it still.
                    Err(Cause::Stuck { code, text }) if is_temporary => {
                        self.end(id, Err(Cause::Never { code, text }));
                        self.keep().await;
                    }
                    // Where the sign-in is over, the next one follows soon.
                    Err(Cause::Later(reason)) => {
                        tracing::debug!(%reason, "a transfer broke off");
                        transfer.try_later(Instant::now());
                    }
                    Err(Cause::SignedOut) => transfer.try_later(Instant::now()),
                    ended => {
                        self.end(id, ended);
                        self.keep().await;
                    }
                }
            }
            Ran::Refused { command, cause } => self.refuse(command, cause),
        }
    }

    /// A transfer is over, one way or the other, or stands still until somebody resumes it.
    fn end(&mut self, id: u64, ended: Result<(FileHash, Option<PathBuf>), Cause>) {
        let Some(transfer) = self.transfers.iter_mut().find(|transfer| transfer.id == id) else { return };
        let mut is_stuck = false;
        let change = match ended {
            Ok((hash, path)) => {
                transfer.state = TransferState::Done;
                transfer.done.store(transfer.bytes(), std::sync::atomic::Ordering::Relaxed);
                match path {
                    Some(path) => {
                        transfer.path = Some(path.clone());
                        FileChanged::Received { hash, path }
                    }
                    None => FileChanged::Done(hash),
                }
            }
            Err(cause) => {
                is_stuck = matches!(cause, Cause::Stuck { .. });
                transfer.fail(cause);
                match &transfer.state {
                    TransferState::Failed(reason) => FileChanged::Failed(reason.clone()),
                    _ => return,
                }
            }
        };
        let is_done = transfer.state == TransferState::Done;
        let event = transfer.event(change);
        event.into_iter().for_each(|event| (self.report)(Report::Event(event)));
        if is_stuck || (is_done && !matches!(transfer.job, Job::Up(_))) {
            return;
        }
        let is_at_server = matches!(&transfer.job, Job::Up(upload) if upload.begun && !is_done);
        runs::clean_up(transfer, self.desk.clone().filter(|_| is_at_server));
        if let Job::Up(upload) = &mut transfer.job
            && !is_done
        {
            // Who tries it again begins anew.
            upload.begun = false;
            transfer.done.store(0, std::sync::atomic::Ordering::Relaxed);
        }
    }

    fn look(&mut self) {
        let now = Instant::now();
        for event in self.transfers.iter_mut().filter_map(|transfer| transfer.look(now)) {
            (self.report)(Report::Event(event));
        }
    }

    /// Starts what waits, the oldest first: two that take long, and a small one past them.
    fn start_what_can(&mut self) {
        let Some(desk) = self.desk.clone() else { return };
        let now = Instant::now();
        for at in 0..self.transfers.len() {
            let running = self.transfers.iter().filter(|transfer| transfer.running.is_some());
            let (large, all) =
                running.fold((0, 0), |(large, all), transfer| (large + usize::from(transfer.bytes() > SMALL), all + 1));
            let transfer = &mut self.transfers[at];
            let is_small = transfer.bytes() <= SMALL;
            let has_place =
                all < limits::TRANSFERS_PER_PERSON && (is_small || large < limits::TRANSFERS_PER_PERSON - 1);
            if has_place && transfer.is_ready(now) && transfer.is_of(desk.access()) {
                runs::start(transfer, &desk, &self.places, &self.told);
            }
        }
    }

    fn forget_old(&mut self) {
        for is_own in [false, true] {
            let ended = |transfer: &Transfer| !transfer.is_open() && matches!(transfer.job, Job::Cache(_)) == is_own;
            let mut surplus = self.transfers.iter().filter(|transfer| ended(transfer)).count().saturating_sub(SHOWN);
            self.transfers.retain(|transfer| {
                let goes = surplus > 0 && ended(transfer);
                surplus -= usize::from(goes);
                !goes
            });
        }
    }

    /// Those of whoever is signed in, or was; all of them where nobody was yet.
    fn shown(&self) -> impl Iterator<Item = &Transfer> {
        let access = self.desk.as_ref().map(FileDesk::access);
        self.transfers.iter().filter(move |transfer| access.is_none_or(|access| transfer.is_of(access)))
    }

    /// The newest transfer of a file that is the person's, and not the client's own.
    fn person_s(&mut self, file: FileId) -> Option<&mut Transfer> {
        self.transfers.iter_mut().rev().find(|t| t.file() == file && !matches!(t.job, Job::Cache(_)))
    }

    async fn keep(&self) {
        let kept: Vec<_> = self.transfers.iter().chain(&self.lost).filter_map(Transfer::keep).collect();
        let file = self.kept.clone();
        let written = tokio::task::spawn_blocking(move || file.write(&kept)).await;
        if let Err(error) = written.map_err(io::Error::other).flatten() {
            tracing::warn!(%error, "what is not finished could not be kept; it will not go on after a restart");
        }
    }

    fn refuse(&self, command: &'static str, cause: Cause) {
        let (code, text) = match cause {
            Cause::Never { code, text } | Cause::Stuck { code, text } => (code, text),
            Cause::Later(text) => ("unreachable".to_owned(), text),
            Cause::SignedOut => ("not_connected".to_owned(), NOT_CONNECTED.to_owned()),
        };
        (self.report)(Report::Refused { command, code, text });
    }

    fn number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }
}

const NOT_CONNECTED: &str = "There is no connection to a server; sign in or wait until it is back.";

fn no_such_transfer() -> Cause {
    Cause::never("no_such_transfer", "No such file is under way.")
}

fn upload(Outgoing { file, to, path, name, caption, kind, temporary }: Outgoing, bytes: u64) -> Upload {
    let own = || path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = FileName::made_of(&name.unwrap_or_else(own));
    let kind = kind.unwrap_or_else(|| match name.ending().as_str() {
        "png" | "jpg" | "jpeg" | "webp" | "gif" => AttachmentKind::Image,
        _ => AttachmentKind::File,
    });
    Upload { file, to, path, name, bytes, kind, caption, temporary, begun: false }
}

fn remove_temporary(path: &std::path::Path, is_temporary: bool) {
    if is_temporary && let Err(error) = fs::remove_file(path) {
        tracing::debug!(%error, "a temporary file is gone already");
    }
}

#[cfg(test)]
mod tests;
