//! The files of messages that were read: one question for a whole page.

use super::StoredMessage;
use crate::files::kind;
use hallway_protocol::file::{Attachment, FileId, FileName};
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection, sqlite::SqliteRow};
use std::collections::HashMap;

/// Puts its file on each message whose row has one.
pub(super) async fn attach<'m>(
    connection: &mut SqliteConnection,
    messages: impl Iterator<Item = (&'m SqliteRow, &'m mut StoredMessage)>,
) -> Result<(), sqlx::Error> {
    let mut waiting = Vec::new();
    for (row, message) in messages {
        if let Some(file) = row.try_get::<Option<String>, _>("file")? {
            waiting.push((file, message));
        }
    }
    if waiting.is_empty() {
        return Ok(());
    }
    let mut sql = QueryBuilder::<Sqlite>::new(
        "SELECT id, name, bytes, hash, kind, note_ms, waveform, is_turn FROM files WHERE hash IS NOT NULL AND id IN (",
    );
    let mut ids = sql.separated(", ");
    for (file, _) in &waiting {
        ids.push_bind(file.clone());
    }
    ids.push_unseparated(")");
    let rows = sql.build().fetch_all(connection).await?;
    let mut found = rows.iter().map(attachment).collect::<Result<HashMap<_, _>, _>>()?;
    for (file, message) in waiting {
        message.attachment = found.remove(&file);
    }
    Ok(())
}

/// Takes away what was written beside a file, where that is not kept.
pub(super) async fn forget_caption(connection: &mut SqliteConnection, file: FileId) -> Result<(), sqlx::Error> {
    let forget = sqlx::query("UPDATE files SET caption = '' WHERE id = $1").bind(file.to_string());
    forget.execute(connection).await.map(drop)
}

fn attachment(row: &SqliteRow) -> Result<(String, Attachment), sqlx::Error> {
    let broken = |error: Box<dyn std::error::Error + Send + Sync>| sqlx::Error::Decode(error);
    let id: String = row.try_get("id")?;
    let file: FileId = id.parse().map_err(|error: hallway_protocol::file::FileIdError| broken(error.into()))?;
    let hash: &str = row.try_get("hash")?;
    let attachment = Attachment {
        file,
        name: FileName::made_of(row.try_get("name")?),
        bytes: u64::try_from(row.try_get::<i64, _>("bytes")?).unwrap_or_default(),
        hash: hash.parse().map_err(|_| broken("a file's hash is none".into()))?,
        kind: kind(row)?,
    };
    Ok((id, attachment))
}
