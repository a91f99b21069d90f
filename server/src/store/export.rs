//! Writes out what is stored, a JSON object for each message or account, for whoever runs the server.

use hallway_protocol::{names::NameKey, owner::OwnerId};
use serde_json::{Map, Value};
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection, sqlite::SqliteRow};

/// Messages read at once, so that a large history takes no memory and keeps no writer waiting.
const AT_ONCE: i64 = 500;

/// Which messages are written out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ExportFilter {
    /// Only what the holder of this account wrote, or got in private.
    pub(crate) owner: Option<OwnerId>,
    /// Only what was said in rooms of this name.
    pub(crate) room: Option<NameKey>,
    /// Not before this moment, in milliseconds since the Unix epoch.
    pub(crate) since_ms: Option<i64>,
    /// Only before this moment.
    pub(crate) until_ms: Option<i64>,
}

/// A part of what was asked for.
pub(crate) struct ExportPage {
    /// The objects, oldest first.
    pub(crate) objects: Vec<Value>,
    /// After which message to go on; `None` at the end.
    pub(crate) after: Option<i64>,
}

/// The next messages after one; all of them from 0 on.
pub(crate) async fn messages(
    connection: &mut SqliteConnection,
    filter: &ExportFilter,
    after: i64,
) -> sqlx::Result<ExportPage> {
    let mut sql = QueryBuilder::<Sqlite>::new(MESSAGES);
    sql.push_bind(after);
    if let Some(owner) = filter.owner {
        sql.push(" AND (m.from_owner = ").push_bind(owner.to_string());
        sql.push(" OR m.to_owner = ").push_bind(owner.to_string()).push(")");
    }
    if filter.room.is_some() {
        sql.push(" AND m.kind = 'room'");
    }
    if let Some(since) = filter.since_ms {
        sql.push(" AND m.sent_ms >= ").push_bind(since);
    }
    if let Some(until) = filter.until_ms {
        sql.push(" AND m.sent_ms < ").push_bind(until);
    }
    sql.push(" ORDER BY m.id LIMIT ").push_bind(AT_ONCE);
    let rows = sql.build().fetch_all(connection).await?;
    let last = rows.last().map(|row| row.try_get("id")).transpose()?;
    let mut objects = Vec::with_capacity(rows.len());
    for row in &rows {
        // How names are compared is not for the database to say.
        let room: Option<&str> = row.try_get("room")?;
        if filter.room.as_ref().is_none_or(|wanted| room.is_some_and(|room| NameKey::of(room) == *wanted)) {
            objects.push(object(row, "message", &TEXTS, &NUMBERS, &LISTS)?);
        }
    }
    let is_end = rows.len() < usize::try_from(AT_ONCE).unwrap_or(usize::MAX);
    Ok(ExportPage { objects, after: last.filter(|_| !is_end) })
}

/// All accounts, oldest first, without what proves them.
pub(crate) async fn accounts(connection: &mut SqliteConnection) -> sqlx::Result<Vec<Value>> {
    let rows = sqlx::query(ACCOUNTS).fetch_all(connection).await?;
    rows.iter().map(|row| object(row, "account", &["name", "role", "owner", "made", "seen"], &[], &[])).collect()
}

/// The moment that a day or a time means, as UTC, in milliseconds since the Unix epoch; `None` where it is none.
pub(crate) async fn moment(connection: &mut SqliteConnection, text: &str) -> sqlx::Result<Option<i64>> {
    // The database reads more, such as numbers of Julian days, which nobody means.
    if text.as_bytes().get(4) != Some(&b'-') {
        return Ok(None);
    }
    let seconds = sqlx::query_scalar::<_, Option<i64>>("SELECT CAST(strftime('%s', $1) AS INTEGER)").bind(text);
    Ok(seconds.fetch_one(connection).await?.map(|seconds| seconds.saturating_mul(1000)))
}

const MESSAGES: &str = "SELECT m.id, m.kind AS place, m.room, strftime('%Y-%m-%dT%H:%M:%fZ', m.sent_ms / 1000.0, \
     'unixepoch') AS sent, m.sent_ms, m.from_name AS \"from\", m.from_owner, m.to_name AS \"to\", m.to_owner, m.text, \
     m.reply_to, m.edited_ms, m.deleted_ms, \
     (SELECT json_group_array(json_object('emoji', emoji, 'name', name)) FROM reactions WHERE message = m.id) \
     AS reactions, \
     (SELECT json_group_array(name) FROM mentions WHERE message = m.id) AS mentions, \
     (SELECT json_object('id', id, 'name', name, 'bytes', bytes, 'blake3', hash, 'kind', kind) FROM files \
      WHERE id = m.file) AS file \
     FROM messages AS m WHERE m.passing = 0 AND m.id > ";
const TEXTS: [&str; 8] = ["place", "room", "sent", "from", "from_owner", "to", "to_owner", "text"];
const NUMBERS: [&str; 5] = ["id", "sent_ms", "reply_to", "edited_ms", "deleted_ms"];
const LISTS: [&str; 3] = ["reactions", "mentions", "file"];

const ACCOUNTS: &str = "SELECT name, role, owner, strftime('%Y-%m-%dT%H:%M:%fZ', made_ms / 1000.0, 'unixepoch') AS made, \
     strftime('%Y-%m-%dT%H:%M:%fZ', seen_ms / 1000.0, 'unixepoch') AS seen FROM accounts ORDER BY id";

/// A row as an object, without what is not there.
fn object(row: &SqliteRow, what: &str, texts: &[&str], numbers: &[&str], lists: &[&str]) -> sqlx::Result<Value> {
    let mut object = Map::from_iter([("type".to_owned(), Value::from(what))]);
    for column in numbers {
        if let Some(number) = row.try_get::<Option<i64>, _>(*column)? {
            object.insert((*column).to_owned(), number.into());
        }
    }
    for column in texts {
        if let Some(text) = row.try_get::<Option<&str>, _>(*column)? {
            object.insert((*column).to_owned(), text.into());
        }
    }
    for column in lists {
        let json: Option<&str> = row.try_get(*column)?;
        let value = json.map(serde_json::from_str::<Value>).transpose();
        let value = value.map_err(|error| sqlx::Error::Decode(error.into()))?;
        if let Some(value) = value.filter(|value| value.as_array().is_none_or(|list| !list.is_empty())) {
            object.insert((*column).to_owned(), value);
        }
    }
    Ok(object.into())
}
