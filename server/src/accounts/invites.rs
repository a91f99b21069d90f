//! Invitations: codes with which one may register where guests may not come in. The database has their hashes.

use super::audit;
use hallway_protocol::invite::InviteCode;
use sqlx::{Connection, SqliteConnection};

/// An invitation that is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewInvite {
    /// How many people may register with it.
    pub uses: u32,
    /// Until when, in milliseconds since the Unix epoch.
    pub ends_ms: i64,
}

/// Makes an invitation in somebody's name.
pub(super) async fn make(
    connection: &mut SqliteConnection,
    invite: NewInvite,
    made_by: &str,
    now_ms: i64,
) -> sqlx::Result<InviteCode> {
    let code = InviteCode::draw(rand::random());
    let mut transaction = connection.begin().await?;
    sqlx::query("INSERT INTO invites (code, uses_left, ends_ms, made_by, made_ms) VALUES ($1, $2, $3, $4, $5)")
        .bind(hash(&code))
        .bind(i64::from(invite.uses))
        .bind(invite.ends_ms)
        .bind(made_by)
        .bind(now_ms)
        .execute(&mut *transaction)
        .await?;
    // What can't be used any more need not be kept.
    sqlx::query("DELETE FROM invites WHERE uses_left = 0 OR ends_ms <= $1")
        .bind(now_ms)
        .execute(&mut *transaction)
        .await?;
    audit::note(&mut transaction, now_ms, made_by, "invite", "", &format!("uses {}", invite.uses)).await?;
    transaction.commit().await?;
    Ok(code)
}

/// Whether somebody may register with this code.
pub(super) async fn is_good(connection: &mut SqliteConnection, code: &InviteCode, now_ms: i64) -> sqlx::Result<bool> {
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM invites WHERE code = $1 AND uses_left > 0 AND ends_ms > $2)")
        .bind(hash(code))
        .bind(now_ms)
        .fetch_one(connection)
        .await
}

/// Uses the code once; `false` when it is good no longer.
pub(super) async fn take(connection: &mut SqliteConnection, code: &InviteCode, now_ms: i64) -> sqlx::Result<bool> {
    let take = "UPDATE invites SET uses_left = uses_left - 1 WHERE code = $1 AND uses_left > 0 AND ends_ms > $2";
    let taken = sqlx::query(take).bind(hash(code)).bind(now_ms).execute(connection).await?;
    Ok(taken.rows_affected() > 0)
}

fn hash(code: &InviteCode) -> String {
    blake3::hash(code.as_str().as_bytes()).to_hex().to_string()
}
