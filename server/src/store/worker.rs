//! The one task that works on the database: takes what waits, groups the messages, answers.

use super::{Changed, Database, Denied, FoundMessage, NewMessage, StoreAnswer, StoreAsk, StoreEnd, keeping::Dropped};
use hallway_protocol::file::FileId;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::{sync::mpsc::UnboundedSender, time::Instant};
use tracing::{error, info};

/// Most questions taken at once, which bounds how long a transaction runs.
const AT_ONCE: usize = 256;
/// How often it is looked for messages whose time is over.
const OLD_LOOKED_FOR: Duration = Duration::from_secs(3600);

/// The task's state.
pub struct StoreWorker {
    database: Database,
    end: StoreEnd,
    /// Called after answers were sent.
    wake: Box<dyn Fn() + Send + Sync>,
    /// Where files are named that no message has any more.
    dropped_files: Option<UnboundedSender<FileId>>,
    /// Whether the last transaction failed; a full disk is logged once, not for every message.
    failing: bool,
}

impl StoreWorker {
    /// A worker that answers through `end` and then calls `wake`.
    #[must_use]
    pub fn new(database: Database, end: StoreEnd, wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self { database, end, wake: Box::new(wake), dropped_files: None, failing: false }
    }

    /// Names files there that no message has any more, because theirs was deleted.
    #[must_use]
    pub fn naming_dropped_files(mut self, to: UnboundedSender<FileId>) -> Self {
        self.dropped_files = Some(to);
        self
    }

    /// Works until the world drops its end; what waits then is still stored.
    pub async fn run(mut self) {
        let mut waiting = Vec::with_capacity(AT_ONCE);
        let mut next_look = Instant::now();
        loop {
            tokio::select! {
                taken = self.end.asks.recv_many(&mut waiting, AT_ONCE) => {
                    if taken == 0 {
                        break;
                    }
                    self.work(&mut waiting).await;
                    (self.wake)();
                }
                // While there is more, it takes turns with what is asked.
                () = tokio::time::sleep_until(next_look) => {
                    if !self.drop_some().await {
                        next_look = Instant::now() + OLD_LOOKED_FOR;
                    }
                }
            }
        }
        self.database.close().await;
    }

    /// Takes some messages away whose time is over; whether there may be more.
    async fn drop_some(&mut self) -> bool {
        let dropped = self.database.drop_some(now_ms()).await;
        let Some(Dropped { messages, files, more }) = self.note(dropped) else { return false };
        if messages > 0 {
            info!(messages, "messages whose time is over are taken away");
        }
        files.into_iter().for_each(|file| self.name_dropped(file));
        more
    }

    /// Nobody listens any more when the server ends; then the file is taken away a day later.
    fn name_dropped(&self, file: FileId) {
        if let Some(to) = &self.dropped_files {
            let _ = to.send(file);
        }
    }

    /// Works on questions in their order: messages that stand beside each other go into one transaction.
    async fn work(&mut self, waiting: &mut Vec<StoreAsk>) {
        let (mut tickets, mut messages) = (Vec::new(), Vec::new());
        for ask in waiting.drain(..) {
            match ask {
                StoreAsk::Append { ticket, message } => {
                    tickets.push(ticket);
                    messages.push(message);
                }
                StoreAsk::Page { ticket, query } => {
                    self.append(&mut tickets, &mut messages).await;
                    let page = self.database.page(&query).await;
                    let page = self.note(page);
                    self.end.answer(match page {
                        Some(messages) => StoreAnswer::Page { ticket, messages },
                        None => StoreAnswer::Failed { ticket },
                    });
                }
                StoreAsk::Search { ticket, query } => {
                    self.append(&mut tickets, &mut messages).await;
                    let found = self.database.search(&query).await;
                    self.answer_found(ticket, found);
                }
                StoreAsk::Missed { ticket, owner, now_ms } => {
                    self.append(&mut tickets, &mut messages).await;
                    let missed = self.database.missed(owner, now_ms).await;
                    self.answer_found(ticket, missed);
                }
                StoreAsk::Change { ticket, message, actor, change, now_ms } => {
                    self.append(&mut tickets, &mut messages).await;
                    let done = self.database.change(message, &actor, &change, now_ms).await;
                    self.answer_changed(ticket, done);
                }
                StoreAsk::Seen { owner, now_ms } => {
                    self.append(&mut tickets, &mut messages).await;
                    let seen = self.database.seen(owner, now_ms).await;
                    self.note(seen);
                }
                StoreAsk::SendAway { ban, is_ban, now_ms } => {
                    self.append(&mut tickets, &mut messages).await;
                    let noted = self.database.send_away(&ban, is_ban, now_ms).await;
                    self.note(noted);
                }
            }
        }
        self.append(&mut tickets, &mut messages).await;
    }

    fn answer_changed(&mut self, ticket: u64, done: Result<Result<Changed, Denied>, sqlx::Error>) {
        let done = self.note(done);
        if let Some(Ok(Changed { dropped_file: Some(file), .. })) = &done {
            self.name_dropped(*file);
        }
        self.end.answer(match done {
            Some(done) => StoreAnswer::Changed { ticket, done },
            None => StoreAnswer::Failed { ticket },
        });
    }

    fn answer_found(&mut self, ticket: u64, found: Result<Vec<FoundMessage>, sqlx::Error>) {
        let found = self.note(found);
        self.end.answer(match found {
            Some(messages) => StoreAnswer::Found { ticket, messages },
            None => StoreAnswer::Failed { ticket },
        });
    }

    async fn append(&mut self, tickets: &mut Vec<u64>, messages: &mut Vec<NewMessage>) {
        if tickets.is_empty() {
            return;
        }
        let result = self.database.append(messages).await;
        let mut stored = self.note(result).unwrap_or_default().into_iter();
        for ticket in tickets.drain(..) {
            self.end.answer(match stored.next() {
                Some((id, reply_to)) => StoreAnswer::Stored { ticket, id, reply_to },
                None => StoreAnswer::Failed { ticket },
            });
        }
        messages.clear();
    }

    /// Logs when the store begins to fail and when it works again.
    fn note<T>(&mut self, result: Result<T, sqlx::Error>) -> Option<T> {
        match (&result, self.failing) {
            (Err(error), false) => error!(%error, "the store fails; messages are refused until it works again"),
            (Ok(_), true) => info!("the store works again"),
            _ => {}
        }
        self.failing = result.is_err();
        result.ok()
    }
}

/// The time of day, in milliseconds since the Unix epoch.
fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
