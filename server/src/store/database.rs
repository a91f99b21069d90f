//! The SQLite database: how it is opened, and the statements.

use super::{
    Actor, Change, Changed, Denied, FoundMessage, NewMessage, PageQuery, SearchQuery, StoredMessage, Thread,
    attachments, changes,
    keeping::{self, Dropped},
    marks, search,
};
use crate::accounts::{NewBan, audit, bans};
use hallway_protocol::{
    chat::Quote,
    ids::{MessageId, PersonId},
    keeping::Keeping,
    owner::OwnerId,
};
use sqlx::{
    Connection, Row, SqliteConnection,
    migrate::{MigrateError, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteRow, SqliteSynchronous},
};
use std::{path::Path, time::Duration};
use thiserror::Error;

/// The database's file in the data folder.
const FILE_NAME: &str = "hallway.db";

/// How long a statement waits for another process (a backup, a person with a shell) before it fails.
const BUSY_TIMEOUT: Duration = Duration::from_secs(2);

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// Why the store can't be opened.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The file can't be opened or is no database.
    #[error("can't open the database")]
    Open(#[from] sqlx::Error),
    /// The tables can't be made or brought up to date.
    #[error("can't bring the tables up to date")]
    Migrate(#[from] MigrateError),
}

/// The database of one server, with one connection.
pub struct Database {
    connection: SqliteConnection,
    /// Tells this run's writers from those of earlier runs, whose ids mean nothing now.
    run: i64,
    keeping: Keeping,
}

impl Database {
    /// Opens the database in `data_dir`, makes it when it is missing, and brings its tables up to date. `run` is a
    /// number that no other run of this server has.
    ///
    /// # Errors
    /// When the file can't be opened, is no database, or was made by a newer server.
    pub async fn open(data_dir: &Path, run: i64) -> Result<Self, OpenError> {
        let mut connection = connect(data_dir).await?;
        MIGRATIONS.run(&mut connection).await?;
        Ok(Self { connection, run, keeping: Keeping::default() })
    }

    /// The same database, in which messages are kept for so long.
    #[must_use]
    pub fn with_keeping(self, keeping: Keeping) -> Self {
        Self { keeping, ..self }
    }

    /// Stores messages in one transaction; all of them or none.
    ///
    /// # Errors
    /// When the disk or the database refuses.
    pub async fn append(&mut self, messages: &[NewMessage]) -> Result<Vec<(MessageId, Option<Quote>)>, sqlx::Error> {
        let (run, keeping) = (self.run, self.keeping);
        let mut transaction = self.connection.begin().await?;
        let mut stored = Vec::with_capacity(messages.len());
        for message in messages {
            let id = insert(&mut transaction, run, message, is_passing(message, keeping)).await?;
            marks::set_mentions(&mut transaction, id, &message.mentions).await?;
            if let Some(attachment) = message.attachment.as_ref().filter(|_| is_passing(message, keeping)) {
                attachments::forget_caption(&mut transaction, attachment.file).await?;
            }
            let quote = match message.reply_to {
                Some(_) => marks::quote_of(&mut transaction, id).await?,
                None => None,
            };
            stored.push((id, quote));
        }
        transaction.commit().await?;
        Ok(stored)
    }

    /// Changes a message, or says why not.
    ///
    /// # Errors
    /// When the disk or the database refuses.
    pub async fn change(
        &mut self,
        message: MessageId,
        actor: &Actor,
        change: &Change,
        now_ms: i64,
    ) -> Result<Result<Changed, Denied>, sqlx::Error> {
        changes::change(&mut self.connection, message, actor, change, now_ms).await
    }

    /// Reads a page, oldest first.
    ///
    /// # Errors
    /// When the disk or the database refuses.
    pub async fn page(&mut self, query: &PageQuery) -> Result<Vec<StoredMessage>, sqlx::Error> {
        if matches!(query.thread, Thread::Pair { .. }) && self.keeping.private.is_none() {
            return Ok(Vec::new());
        }
        let columns = marks::COLUMNS;
        let select = format!(
            "SELECT m.id, m.run, m.writer, m.from_name, m.to_name, m.text, m.sent_ms, m.file, {columns} \
             FROM messages AS m LEFT JOIN messages AS q ON q.id = m.reply_to WHERE m.thread = $1 \
             AND m.passing = 0 AND"
        );
        let ((before, backwards), (from, forwards)) = query.part.ways(query.count);
        let mut rows = Vec::new();
        for (part, id, count) in [
            ("m.id < $2 ORDER BY m.id DESC LIMIT $3", before, backwards),
            ("m.id >= $2 ORDER BY m.id LIMIT $3", from, forwards),
        ] {
            let sql = format!("{select} {part}");
            let found = sqlx::query(sqlx::AssertSqlSafe(sql))
                .bind(query.thread.column())
                .bind(id.0)
                .bind(i64::from(count))
                .fetch_all(&mut self.connection)
                .await?;
            rows.extend(found);
        }
        let mut messages = rows.iter().map(|row| stored(row, self.run)).collect::<Result<Vec<_>, _>>()?;
        attachments::attach(&mut self.connection, rows.iter().zip(&mut messages)).await?;
        marks::fill(&mut self.connection, &mut messages).await?;
        messages.sort_by_key(|message| message.id);
        Ok(messages)
    }

    /// Finds messages, newest first.
    ///
    /// # Errors
    /// When the disk or the database refuses.
    pub async fn search(&mut self, query: &SearchQuery) -> Result<Vec<FoundMessage>, sqlx::Error> {
        search::find(&mut self.connection, self.run, self.keeping, query).await
    }

    /// What the holder of an account has missed, newest first; they are seen now.
    ///
    /// # Errors
    /// When the disk or the database refuses.
    pub async fn missed(&mut self, owner: OwnerId, now_ms: i64) -> Result<Vec<FoundMessage>, sqlx::Error> {
        search::missed(&mut self.connection, self.run, self.keeping, owner, now_ms).await
    }

    /// The holder of an account was here until now.
    ///
    /// # Errors
    /// When the disk or the database refuses.
    pub async fn seen(&mut self, owner: OwnerId, now_ms: i64) -> Result<(), sqlx::Error> {
        search::seen(&mut self.connection, owner, now_ms).await
    }

    /// Notes that somebody was sent away, and keeps them out where it is a ban.
    ///
    /// # Errors
    /// When the disk or the database refuses.
    pub async fn send_away(&mut self, ban: &NewBan, is_ban: bool, now_ms: i64) -> Result<(), sqlx::Error> {
        if is_ban {
            return bans::make(&mut self.connection, ban, now_ms).await;
        }
        audit::note(&mut self.connection, now_ms, &ban.by, "kick", &ban.name, &ban.reason).await
    }

    /// Takes some of those messages away whose time is over.
    ///
    /// # Errors
    /// When the disk or the database refuses.
    pub(super) async fn drop_some(&mut self, now_ms: i64) -> Result<Dropped, sqlx::Error> {
        keeping::drop_some(&mut self.connection, self.run, self.keeping, now_ms).await
    }

    /// Takes the table away, so that every statement fails.
    #[cfg(test)]
    pub(super) async fn break_for_test(&mut self) {
        sqlx::query("DROP TABLE messages").execute(&mut self.connection).await.unwrap();
    }

    /// The owners of all messages, in order.
    #[cfg(test)]
    pub(super) async fn owners_for_test(&mut self) -> Vec<(Option<String>, Option<String>)> {
        let owners = sqlx::query_as("SELECT from_owner, to_owner FROM messages ORDER BY id");
        owners.fetch_all(&mut self.connection).await.unwrap()
    }

    /// Closes the database, so that all of it is in one file again.
    pub async fn close(self) {
        if let Err(error) = self.connection.close().await {
            tracing::warn!(%error, "the store was not closed cleanly");
        }
    }
}

/// A connection to the database in `data_dir`, which is made when it is missing. Its tables may be of an older server.
pub(crate) async fn connect(data_dir: &Path) -> Result<SqliteConnection, sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(data_dir.join(FILE_NAME))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // What was deleted is overwritten, and not only forgotten.
        .pragma("secure_delete", "ON")
        // With WAL, only FULL keeps a commit through a power cut.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT)
        .thread_name(|_| "store".to_owned());
    SqliteConnection::connect_with(&options).await
}

/// Whether only the trace of a message is kept.
fn is_passing(message: &NewMessage, keeping: Keeping) -> bool {
    matches!(message.thread, Thread::Pair { .. }) && keeping.private.is_none()
}

async fn insert(
    connection: &mut SqliteConnection,
    run: i64,
    message: &NewMessage,
    passing: bool,
) -> Result<MessageId, sqlx::Error> {
    const INSERT: &str = "INSERT INTO messages \
        (kind, thread, room, from_key, from_name, to_key, to_name, from_owner, to_owner, run, writer, text, sent_ms, \
         file, reply_to, passing) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, \
                (SELECT id FROM messages WHERE id = $15 AND thread = $2 AND deleted_ms IS NULL), $16) RETURNING id";
    let (room, to_owner) = match &message.thread {
        Thread::World => (None, None),
        Thread::Room { name, .. } => (Some(name.as_str()), None),
        Thread::Pair { to, .. } => (None, Some(to.to_string())),
    };
    let row = sqlx::query(INSERT)
        .bind(message.thread.kind())
        .bind(message.thread.column())
        .bind(room)
        .bind(message.from.key().as_str())
        .bind(message.from.as_str())
        .bind(message.to.as_ref().map(|to| to.key().as_str().to_owned()))
        .bind(message.to.as_ref().map(|to| to.as_str()))
        .bind(message.author.to_string())
        .bind(to_owner)
        .bind(run)
        .bind(i64::from(message.writer.0))
        .bind(if passing { "" } else { message.text.as_str() })
        .bind(message.sent_ms)
        .bind(message.attachment.as_ref().map(|attachment| attachment.file.to_string()))
        .bind(message.reply_to.map(|id| id.0))
        .bind(passing)
        .fetch_one(connection)
        .await?;
    row.try_get(0).map(MessageId)
}

/// The message, without its file; see [`attachments::attach`].
pub(super) fn stored(row: &SqliteRow, run: i64) -> Result<StoredMessage, sqlx::Error> {
    let of_this_run = row.try_get::<i64, _>("run")? == run;
    let writer = u32::try_from(row.try_get::<i64, _>("writer")?).ok().map(PersonId);
    Ok(StoredMessage {
        id: MessageId(row.try_get("id")?),
        writer: writer.filter(|_| of_this_run),
        from_name: row.try_get("from_name")?,
        to_name: row.try_get("to_name")?,
        text: row.try_get("text")?,
        attachment: None,
        sent_ms: row.try_get("sent_ms")?,
        marks: marks::of_row(row)?,
    })
}
