//! Takes away messages that are older than they are kept, a few at a time, so that nobody waits for it long.
//!
//! What goes with a message goes with it: its words in the index by a trigger, emoji and mentions by their foreign keys,
//! its file by being named to the files. Replies to it show it like a deleted one.

use hallway_protocol::{
    file::FileId,
    keeping::{Keep, Keeping},
    limits,
};
use sqlx::{Connection, SqliteConnection};
use std::time::Duration;

/// Messages taken away in one transaction, which others wait for: 20 ms on a slow disk.
const AT_ONCE: usize = 200;
/// How long the trace of a private message is kept where those are not: for as long as it can be changed. It is what
/// deleting, emoji and the file of the message hang on.
const TRACE_KEPT: Duration = limits::EDIT_WITHIN;

/// What was taken away.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Dropped {
    /// Messages.
    pub(super) messages: usize,
    /// The files that no message has any more.
    pub(super) files: Vec<FileId>,
    /// Whether there may be more to take away.
    pub(super) more: bool,
}

/// Takes some of those messages away whose time is over.
pub(super) async fn drop_some(
    connection: &mut SqliteConnection,
    run: i64,
    keeping: Keeping,
    now_ms: i64,
) -> sqlx::Result<Dropped> {
    let mut transaction = connection.begin().await?;
    let mut gone = Vec::new();
    for (kind, keep) in [("world", Some(keeping.world)), ("room", Some(keeping.rooms)), ("private", keeping.private)] {
        const OLD: &str = "DELETE FROM messages WHERE id IN (SELECT id FROM messages \
                           WHERE kind = $1 AND sent_ms < $2 AND passing = 0 LIMIT $3) RETURNING file";
        let Some(before_ms) = ends_ms(keep, now_ms) else { continue };
        let old = sqlx::query_scalar(OLD).bind(kind).bind(before_ms).bind(rest(&gone));
        gone.extend(old.fetch_all(&mut *transaction).await?);
    }
    const TRACES: &str = "DELETE FROM messages WHERE id IN (SELECT id FROM messages \
                          WHERE passing = 1 AND (run <> $1 OR sent_ms < $2) LIMIT $3) RETURNING file";
    let traces = sqlx::query_scalar(TRACES).bind(run).bind(before(TRACE_KEPT, now_ms)).bind(rest(&gone));
    gone.extend(traces.fetch_all(&mut *transaction).await?);
    transaction.commit().await?;
    let files = gone.iter().flatten().filter_map(|file: &String| file.parse().ok()).collect();
    Ok(Dropped { messages: gone.len(), files, more: gone.len() >= AT_ONCE })
}

/// Before when messages are too old; `None` where they never are.
fn ends_ms(keep: Option<Keep>, now_ms: i64) -> Option<i64> {
    match keep {
        Some(Keep::Forever) => None,
        Some(Keep::Hours(hours)) => Some(before(Duration::from_secs(3600 * u64::from(hours)), now_ms)),
        None => Some(i64::MAX),
    }
}

fn before(time: Duration, now_ms: i64) -> i64 {
    now_ms.saturating_sub(i64::try_from(time.as_millis()).unwrap_or(i64::MAX))
}

/// How many more may go in this transaction.
fn rest(gone: &[Option<String>]) -> i64 {
    i64::try_from(AT_ONCE.saturating_sub(gone.len())).unwrap_or_default()
}
