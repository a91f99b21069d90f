//! Finding what was said: which messages have all words of a query in them, among those that somebody may read; and which
//! private ones somebody has missed.

use super::{
    FoundMessage, FoundWhere, Narrowed, NarrowedPlace, SearchQuery, StoredMessage, attachments, database::stored,
};
use hallway_protocol::{keeping::Keeping, limits, owner::OwnerId};
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection, sqlite::SqliteRow};

/// Shortest word that the index knows; shorter ones are looked for in each message.
const INDEXED_CHARS: usize = 3;
/// Most words that count: more narrow nothing down.
const WORDS: usize = 8;

/// The newest messages that fit, newest first.
pub(super) async fn find(
    connection: &mut SqliteConnection,
    run: i64,
    keeping: Keeping,
    query: &SearchQuery,
) -> Result<Vec<FoundMessage>, sqlx::Error> {
    let rows = statement(keeping, query).build().fetch_all(&mut *connection).await?;
    all_found(connection, &rows, run, query.owner).await
}

/// What is asked of the database.
pub(super) fn statement(keeping: Keeping, query: &SearchQuery) -> QueryBuilder<Sqlite> {
    let words: Vec<&str> = query.text.split_whitespace().take(WORDS).collect();
    let (indexed, short): (Vec<&str>, Vec<&str>) =
        words.into_iter().partition(|word| word.chars().count() >= INDEXED_CHARS);
    let owner = query.owner.to_string();
    let mut sql = QueryBuilder::<Sqlite>::new(
        "SELECT m.id, m.run, m.writer, m.from_name, m.to_name, m.text, m.sent_ms, m.kind, m.room, m.to_owner, m.file, ",
    );
    sql.push(NO_QUOTE).push(" FROM ");
    // The index goes through its matches from the newest on, and stops when there are enough. A cross join is SQLite's way
    // of being told which table comes first: left to choose, it goes through the messages and asks the index anew for each.
    match &indexed[..] {
        [] if is_of_one(&query.narrowed) => sql.push("messages AS m WHERE true"),
        // Left to choose, SQLite gathers and sorts all that the owner may read, and only then stops.
        [] => sql.push("messages AS m NOT INDEXED WHERE true"),
        words => sql
            .push("found CROSS JOIN messages AS m ON m.id = found.rowid WHERE found MATCH ")
            .push_bind(words.iter().map(|word| phrase(word)).collect::<Vec<_>>().join(" AND ")),
    };
    for word in short {
        sql.push(" AND m.text LIKE ").push_bind(like(word)).push(" ESCAPE '\\'");
    }
    // Rooms' messages have an owner, too: what one wrote in another room is not found here.
    sql.push(" AND (m.thread = 'world' OR m.kind = 'private' AND (m.from_owner = ").push_bind(owner.clone());
    sql.push(" OR m.to_owner = ").push_bind(owner).push(")");
    if let Some(room) = &query.room {
        sql.push(" OR m.thread = ").push_bind(room.column());
    }
    sql.push(") AND m.deleted_ms IS NULL AND ").push(kept(keeping));
    narrow(&mut sql, query);
    sql.push(" AND m.id < ").push_bind(query.before.map_or(i64::MAX, |id| id.0));
    sql.push(if indexed.is_empty() { " ORDER BY m.id DESC LIMIT " } else { " ORDER BY found.rowid DESC LIMIT " });
    sql.push_bind(i64::from(query.count));
    sql
}

/// What [`super::marks::of_row`] reads, without what a message answers.
const NO_QUOTE: &str = "m.from_owner, m.edited_ms, m.deleted_ms, NULL AS reply_to, NULL AS quoted_name, \
                        NULL AS quoted_text, NULL AS quoted_deleted";

/// Whether only messages of one writer, or of one conversation, fit: an index has those in the order of their ids, so that
/// they are gone through from the newest on without any others.
fn is_of_one(narrowed: &Narrowed) -> bool {
    narrowed.from.is_some() || matches!(narrowed.place, Some(NarrowedPlace::World | NarrowedPlace::Room))
}

/// Which messages are kept at all.
fn kept(keeping: Keeping) -> &'static str {
    match keeping.private {
        Some(_) => "m.passing = 0",
        // Those of earlier runs, which kept them, go only one after the other.
        None => "m.kind <> 'private'",
    }
}

/// By whom, where and when.
fn narrow(sql: &mut QueryBuilder<Sqlite>, query: &SearchQuery) {
    let narrowed = &query.narrowed;
    if let Some(from) = &narrowed.from {
        sql.push(" AND m.from_key = ").push_bind(from.as_str().to_owned());
    }
    match (&narrowed.place, &query.room) {
        (None, _) => {}
        (Some(NarrowedPlace::World), _) => drop(sql.push(" AND m.thread = 'world'")),
        (Some(NarrowedPlace::Room), Some(room)) => {
            sql.push(" AND m.thread = ").push_bind(room.column());
        }
        (Some(NarrowedPlace::Room), None) => drop(sql.push(" AND false")),
        (Some(NarrowedPlace::With(name)), _) => {
            let name = name.as_str().to_owned();
            sql.push(" AND m.kind = 'private' AND (m.from_key = ").push_bind(name.clone());
            sql.push(" OR m.to_key = ").push_bind(name).push(")");
        }
    }
    if let Some(since) = narrowed.since_ms {
        sql.push(" AND m.sent_ms >= ").push_bind(since);
    }
    if let Some(until) = narrowed.until_ms {
        sql.push(" AND m.sent_ms < ").push_bind(until);
    }
}

/// What was written to the holder of an account since they were seen last, newest first: in private, and to everyone
/// with their name in it. They are seen now.
pub(super) async fn missed(
    connection: &mut SqliteConnection,
    run: i64,
    keeping: Keeping,
    owner: OwnerId,
    now_ms: i64,
) -> Result<Vec<FoundMessage>, sqlx::Error> {
    let kept = kept(keeping);
    let missed = format!(
        "SELECT m.id, m.run, m.writer, m.from_name, m.to_name, m.text, m.sent_ms, m.kind, m.room, m.to_owner, m.file, \
         {NO_QUOTE} FROM messages AS m WHERE (m.to_owner = $1 OR m.thread = 'world' \
         AND m.id IN (SELECT message FROM mentions WHERE owner = $1)) AND m.deleted_ms IS NULL AND {kept} \
         AND m.sent_ms > (SELECT seen_ms FROM accounts WHERE owner = $1) ORDER BY m.id DESC LIMIT $2"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(missed))
        .bind(owner.to_string())
        .bind(i64::from(limits::HISTORY_PAGE))
        .fetch_all(&mut *connection)
        .await?;
    seen(&mut *connection, owner, now_ms).await?;
    all_found(connection, &rows, run, owner).await
}

/// The holder of an account was here until now.
pub(super) async fn seen(connection: &mut SqliteConnection, owner: OwnerId, now_ms: i64) -> Result<(), sqlx::Error> {
    let seen = sqlx::query("UPDATE accounts SET seen_ms = max(seen_ms, $2) WHERE owner = $1");
    seen.bind(owner.to_string()).bind(now_ms).execute(connection).await.map(drop)
}

/// A word as the index's language has it: in quotes nothing in it is an operator.
fn phrase(word: &str) -> String {
    format!("\"{}\"", word.replace('"', "\"\""))
}

/// A word anywhere in a text.
fn like(word: &str) -> String {
    let escaped: String =
        word.chars().flat_map(|c| matches!(c, '%' | '_' | '\\').then_some('\\').into_iter().chain([c])).collect();
    format!("%{escaped}%")
}

async fn all_found(
    connection: &mut SqliteConnection,
    rows: &[SqliteRow],
    run: i64,
    owner: OwnerId,
) -> Result<Vec<FoundMessage>, sqlx::Error> {
    let mut all = rows.iter().map(|row| found(row, run, owner)).collect::<Result<Vec<_>, _>>()?;
    let messages = all.iter_mut().map(|found| &mut found.message);
    attachments::attach(connection, rows.iter().zip(messages)).await?;
    Ok(all)
}

fn found(row: &SqliteRow, run: i64, owner: OwnerId) -> Result<FoundMessage, sqlx::Error> {
    let message: StoredMessage = stored(row, run)?;
    let place = match row.try_get::<&str, _>("kind")? {
        "room" => FoundWhere::Room(row.try_get::<Option<String>, _>("room")?.unwrap_or_default()),
        "private" => {
            let (from, to) = (owner_in(row, "from_owner")?, owner_in(row, "to_owner")?);
            let is_own = from == Some(owner);
            let name = if is_own { message.to_name.clone() } else { Some(message.from_name.clone()) };
            FoundWhere::Pair { other: if is_own { to } else { from }, name: name.unwrap_or_default() }
        }
        _ => FoundWhere::World,
    };
    Ok(FoundMessage { message, place })
}

fn owner_in(row: &SqliteRow, column: &str) -> Result<Option<OwnerId>, sqlx::Error> {
    let text: Option<&str> = row.try_get(column)?;
    Ok(text.and_then(|text| OwnerId::parse(text).ok()))
}
