//! Messages that are changed after they were said: edited, deleted, and reacted to. Whose a message is goes by its owner.

use super::{StoredMention, StoredReaction, Thread, marks};
use hallway_protocol::{chat::Emoji, file::FileId, ids::MessageId, limits, owner::OwnerId};
use sqlx::{Connection, Row, SqliteConnection, sqlite::SqliteRow};

/// Who wants to change a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Whose client asks.
    pub owner: OwnerId,
    /// The person's name.
    pub name: String,
    /// The room that the person is in.
    pub room: Option<Thread>,
    /// Whether the person moderates that room.
    pub moderates_room: bool,
    /// Whether the person moderates what is said to everyone.
    pub moderates_world: bool,
}

impl Actor {
    /// Whether this person may do that to a message of this thread, author and age. One's own may be deleted from
    /// anywhere; everything else only where one would read it.
    ///
    /// # Errors
    /// Why not.
    pub fn may(&self, change: &Change, thread: &Thread, author: Option<OwnerId>, age_ms: i64) -> Result<(), Denied> {
        let is_own = author == Some(self.owner);
        if is_own && *change == Change::Delete {
            return Ok(());
        }
        let (may_read, moderates) = match thread {
            Thread::World => (true, self.moderates_world),
            Thread::Room { .. } => {
                let is_here = self.room.as_ref().is_some_and(|room| room.is_same(thread));
                (is_here, is_here && self.moderates_room)
            }
            Thread::Pair { from, to } => (*from == self.owner || *to == self.owner, false),
        };
        let is_old = u128::try_from(age_ms).is_ok_and(|age| age > limits::EDIT_WITHIN.as_millis());
        match change {
            _ if !may_read => Err(Denied::NoSuchMessage),
            Change::Delete if moderates => Ok(()),
            Change::Edit(..) | Change::Delete if !is_own => Err(Denied::NotYours),
            Change::Edit(..) if is_old => Err(Denied::TooOld),
            _ => Ok(()),
        }
    }
}

/// What is to become of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Another text, and whom that mentions.
    Edit(String, Vec<StoredMention>),
    /// Nothing is left of it.
    Delete,
    /// Put this emoji to it, or take it away again.
    React(Emoji),
}

/// A message that was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Where it belongs: those who read that are told.
    pub thread: Thread,
    /// Whose it is.
    pub author: Option<OwnerId>,
    /// What was done.
    pub done: Done,
    /// The file that no message has any more.
    pub dropped_file: Option<FileId>,
}

/// What was done to a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// It has another text.
    Edited,
    /// It is deleted.
    Deleted,
    /// The emoji is there, or not any more; all that are there now.
    Reacted(bool, Vec<StoredReaction>),
}

/// Why a message is not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// There is none where this person may read, or it is deleted.
    NoSuchMessage,
    /// Somebody else wrote it.
    NotYours,
    /// Its time is over.
    TooOld,
    /// So many emoji are there already.
    TooMany,
}

/// What is known of a message that is to be changed.
struct Subject {
    thread: Thread,
    author: Option<OwnerId>,
    file: Option<FileId>,
    sent_ms: i64,
}

/// Changes a message, or says why not.
pub(super) async fn change(
    connection: &mut SqliteConnection,
    message: MessageId,
    actor: &Actor,
    change: &Change,
    now_ms: i64,
) -> sqlx::Result<Result<Changed, Denied>> {
    let mut transaction = connection.begin().await?;
    let Some(subject) = subject(&mut transaction, message).await? else { return Ok(Err(Denied::NoSuchMessage)) };
    let age_ms = now_ms.saturating_sub(subject.sent_ms);
    if let Err(denied) = actor.may(change, &subject.thread, subject.author, age_ms) {
        return Ok(Err(denied));
    }
    let done = match change {
        Change::Edit(text, mentions) => {
            edit(&mut transaction, message, text, mentions, now_ms).await?;
            Done::Edited
        }
        Change::Delete => {
            delete(&mut transaction, message, now_ms).await?;
            Done::Deleted
        }
        Change::React(emoji) => match react(&mut transaction, message, actor, emoji, now_ms).await? {
            Ok(done) => done,
            Err(denied) => return Ok(Err(denied)),
        },
    };
    transaction.commit().await?;
    let dropped_file = subject.file.filter(|_| done == Done::Deleted);
    Ok(Ok(Changed { thread: subject.thread, author: subject.author, done, dropped_file }))
}

async fn subject(connection: &mut SqliteConnection, message: MessageId) -> sqlx::Result<Option<Subject>> {
    const SUBJECT: &str = "SELECT thread, kind, room, from_owner, to_owner, file, sent_ms FROM messages \
                           WHERE id = $1 AND deleted_ms IS NULL";
    let row = sqlx::query(SUBJECT).bind(message.0).fetch_optional(connection).await?;
    let Some(row) = row else { return Ok(None) };
    let (author, to) = (owner_in(&row, "from_owner")?, owner_in(&row, "to_owner")?);
    let thread = match (row.try_get::<&str, _>("kind")?, author, to) {
        ("room", ..) => {
            let name = row.try_get::<Option<String>, _>("room")?.unwrap_or_default();
            Thread::Room { key: row.try_get("thread")?, name }
        }
        ("private", Some(from), Some(to)) => Thread::Pair { from, to },
        ("private", ..) => return Ok(None),
        _ => Thread::World,
    };
    let file = row.try_get::<Option<&str>, _>("file")?.and_then(|file| file.parse().ok());
    Ok(Some(Subject { thread, author, file, sent_ms: row.try_get("sent_ms")? }))
}

async fn edit(
    connection: &mut SqliteConnection,
    message: MessageId,
    text: &str,
    mentions: &[StoredMention],
    now_ms: i64,
) -> sqlx::Result<()> {
    sqlx::query("UPDATE messages SET text = iif(passing, '', $2), edited_ms = $3 WHERE id = $1")
        .bind(message.0)
        .bind(text)
        .bind(now_ms)
        .execute(&mut *connection)
        .await?;
    marks::set_mentions(connection, message, mentions).await
}

async fn delete(connection: &mut SqliteConnection, message: MessageId, now_ms: i64) -> sqlx::Result<()> {
    const DELETE: &str = "UPDATE messages SET text = '', file = NULL, deleted_ms = $2, edited_ms = NULL, reply_to = NULL \
                          WHERE id = $1";
    sqlx::query(DELETE).bind(message.0).bind(now_ms).execute(&mut *connection).await?;
    for part in ["DELETE FROM reactions WHERE message = $1", "DELETE FROM mentions WHERE message = $1"] {
        sqlx::query(part).bind(message.0).execute(&mut *connection).await?;
    }
    Ok(())
}

async fn react(
    connection: &mut SqliteConnection,
    message: MessageId,
    actor: &Actor,
    emoji: &Emoji,
    now_ms: i64,
) -> sqlx::Result<Result<Done, Denied>> {
    let taken = sqlx::query("DELETE FROM reactions WHERE message = $1 AND emoji = $2 AND owner = $3")
        .bind(message.0)
        .bind(emoji.as_str())
        .bind(actor.owner.to_string())
        .execute(&mut *connection)
        .await?;
    let on = taken.rows_affected() == 0;
    if on {
        let there = marks::reactions(connection, message).await?;
        let mut kinds: Vec<&Emoji> = there.iter().map(|reaction| &reaction.emoji).collect();
        kinds.sort();
        kinds.dedup();
        let is_new = !kinds.contains(&emoji);
        if there.len() >= limits::REACTIONS || is_new && kinds.len() >= limits::REACTION_KINDS {
            return Ok(Err(Denied::TooMany));
        }
        sqlx::query("INSERT INTO reactions (message, emoji, owner, name, put_ms) VALUES ($1, $2, $3, $4, $5)")
            .bind(message.0)
            .bind(emoji.as_str())
            .bind(actor.owner.to_string())
            .bind(actor.name.as_str())
            .bind(now_ms)
            .execute(&mut *connection)
            .await?;
    }
    Ok(Ok(Done::Reacted(on, marks::reactions(connection, message).await?)))
}

fn owner_in(row: &SqliteRow, column: &str) -> sqlx::Result<Option<OwnerId>> {
    let text: Option<&str> = row.try_get(column)?;
    Ok(text.and_then(|text| OwnerId::parse(text).ok()))
}
