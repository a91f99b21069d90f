//! What stands at stored messages beside their texts: emoji, and whom they mention.

use super::StoredMessage;
use hallway_protocol::{
    chat::{Emoji, Quote, marks::first_line},
    ids::MessageId,
    owner::OwnerId,
};
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection, sqlite::SqliteRow};
use std::collections::HashMap;

/// What stands at a stored message beside its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredMarks {
    /// Whose it is; nobody's where it was stored before that was kept.
    pub author: Option<OwnerId>,
    /// When it was changed last, in milliseconds since the Unix epoch.
    pub edited_ms: Option<i64>,
    /// Whether it was deleted.
    pub deleted: bool,
    /// What it answers.
    pub reply_to: Option<Quote>,
    /// The emoji that people put to it, the first ones first.
    pub reactions: Vec<StoredReaction>,
    /// Whom it mentions.
    pub mentions: Vec<StoredMention>,
}

/// An emoji that somebody put to a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredReaction {
    /// Which.
    pub emoji: Emoji,
    /// Whose it is.
    pub owner: OwnerId,
    /// That person's name at the time.
    pub name: String,
}

/// Somebody whom a message mentions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMention {
    /// Who.
    pub owner: OwnerId,
    /// The name.
    pub name: String,
}

/// The columns that [`of_row`] reads: of the message `m` and of the one that it answers, `q`.
pub(super) const COLUMNS: &str = "m.from_owner, m.edited_ms, m.deleted_ms, m.reply_to, q.from_name AS quoted_name, \
                                  substr(q.text, 1, 1000) AS quoted_text, q.deleted_ms AS quoted_deleted";

/// What the row itself says.
pub(super) fn of_row(row: &SqliteRow) -> sqlx::Result<StoredMarks> {
    let author: Option<&str> = row.try_get("from_owner")?;
    Ok(StoredMarks {
        author: author.and_then(|text| OwnerId::parse(text).ok()),
        edited_ms: row.try_get("edited_ms")?,
        deleted: row.try_get::<Option<i64>, _>("deleted_ms")?.is_some(),
        reply_to: quote(row)?,
        ..StoredMarks::default()
    })
}

fn quote(row: &SqliteRow) -> sqlx::Result<Option<Quote>> {
    let Some(id) = row.try_get::<Option<i64>, _>("reply_to")? else { return Ok(None) };
    // Of a message that is not kept any longer nobody knows whose it was.
    let from_name = row.try_get::<Option<String>, _>("quoted_name")?.unwrap_or_default();
    let is_deleted = row.try_get::<Option<i64>, _>("quoted_deleted")?.is_some();
    let text: Option<&str> = row.try_get("quoted_text")?;
    let line = text.filter(|_| !is_deleted).map(first_line);
    Ok(Some(Quote { id: MessageId(id), from_name, line }))
}

/// The quote of a message that was just stored.
pub(super) async fn quote_of(connection: &mut SqliteConnection, message: MessageId) -> sqlx::Result<Option<Quote>> {
    const QUOTE: &str = "SELECT m.reply_to, q.from_name AS quoted_name, substr(q.text, 1, 1000) AS quoted_text, \
                         q.deleted_ms AS quoted_deleted FROM messages AS m JOIN messages AS q ON q.id = m.reply_to \
                         WHERE m.id = $1";
    let row = sqlx::query(QUOTE).bind(message.0).fetch_optional(connection).await?;
    row.as_ref().map_or(Ok(None), quote)
}

/// Puts to the messages what is in tables of its own.
pub(super) async fn fill(connection: &mut SqliteConnection, messages: &mut [StoredMessage]) -> sqlx::Result<()> {
    let ids: Vec<i64> = messages.iter().map(|message| message.id.0).collect();
    let mut reactions = by_message(connection, "SELECT message, owner, name, emoji FROM reactions", &ids).await?;
    let mut mentions = by_message(connection, "SELECT message, owner, name, '' AS emoji FROM mentions", &ids).await?;
    for message in messages {
        let reactions = reactions.remove(&message.id).unwrap_or_default().into_iter();
        message.marks.reactions = reactions
            .filter_map(|(owner, name, emoji)| Some(StoredReaction { emoji: Emoji::new(&emoji).ok()?, owner, name }))
            .collect();
        let mentions = mentions.remove(&message.id).unwrap_or_default().into_iter();
        message.marks.mentions = mentions.map(|(owner, name, _)| StoredMention { owner, name }).collect();
    }
    Ok(())
}

/// The emoji at one message.
pub(super) async fn reactions(
    connection: &mut SqliteConnection,
    message: MessageId,
) -> sqlx::Result<Vec<StoredReaction>> {
    let mut rows = by_message(connection, "SELECT message, owner, name, emoji FROM reactions", &[message.0]).await?;
    let rows = rows.remove(&message).unwrap_or_default().into_iter();
    Ok(rows
        .filter_map(|(owner, name, emoji)| Some(StoredReaction { emoji: Emoji::new(&emoji).ok()?, owner, name }))
        .collect())
}

type Rows = HashMap<MessageId, Vec<(OwnerId, String, String)>>;

async fn by_message(connection: &mut SqliteConnection, select: &str, ids: &[i64]) -> sqlx::Result<Rows> {
    let mut sql = QueryBuilder::<Sqlite>::new(select);
    sql.push(" WHERE message IN (");
    let mut list = sql.separated(", ");
    for id in ids {
        list.push_bind(*id);
    }
    sql.push(if select.contains("FROM reactions") { ") ORDER BY put_ms, emoji" } else { ") ORDER BY name" });
    let mut rows = Rows::new();
    for row in sql.build().fetch_all(connection).await? {
        let Ok(owner) = OwnerId::parse(row.try_get("owner")?) else { continue };
        let id = MessageId(row.try_get("message")?);
        rows.entry(id).or_default().push((owner, row.try_get("name")?, row.try_get("emoji")?));
    }
    Ok(rows)
}

/// Stores whom a message mentions, in place of whom it mentioned before.
pub(super) async fn set_mentions(
    connection: &mut SqliteConnection,
    message: MessageId,
    mentions: &[StoredMention],
) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM mentions WHERE message = $1").bind(message.0).execute(&mut *connection).await?;
    for StoredMention { owner, name } in mentions {
        sqlx::query("INSERT OR IGNORE INTO mentions (message, owner, name) VALUES ($1, $2, $3)")
            .bind(message.0)
            .bind(owner.to_string())
            .bind(name.as_str())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
