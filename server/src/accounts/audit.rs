//! The log of what moderators and operators did: who, when, what, to whom.

use sqlx::{FromRow, SqliteConnection};

/// How the operator at the server's own program is called.
pub const OPERATOR: &str = "operator";

/// One deed.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Deed {
    /// When, as UTC.
    pub at: String,
    /// By whom.
    pub who: String,
    /// What: a word.
    pub what: String,
    /// To whom; may be empty.
    pub whom: String,
    /// A reason, a time, a role; may be empty.
    pub detail: String,
}

/// Notes a deed.
pub(crate) async fn note(
    connection: &mut SqliteConnection,
    at_ms: i64,
    who: &str,
    what: &str,
    whom: &str,
    detail: &str,
) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO audit (at_ms, who, what, whom, detail) VALUES ($1, $2, $3, $4, $5)")
        .bind(at_ms)
        .bind(who)
        .bind(what)
        .bind(whom)
        .bind(detail)
        .execute(connection)
        .await
        .map(drop)
}

/// All deeds, oldest first.
pub(super) async fn all(connection: &mut SqliteConnection) -> sqlx::Result<Vec<Deed>> {
    sqlx::query_as("SELECT datetime(at_ms / 1000, 'unixepoch') AS at, who, what, whom, detail FROM audit ORDER BY id")
        .fetch_all(connection)
        .await
}

/// The newest deed's number.
pub(super) async fn newest(connection: &mut SqliteConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar("SELECT coalesce(max(id), 0) FROM audit").fetch_one(connection).await
}
