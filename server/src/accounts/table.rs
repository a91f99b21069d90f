//! The statements about accounts, and about the messages that belong to them.

use super::{Account, Prepared, Role};
use crate::store::connect;
use hallway_protocol::{
    names::{DisplayName, NameKey},
    owner::OwnerId,
};
use sqlx::{Connection, Row, SqliteConnection, sqlite::SqliteRow};
use std::path::Path;

/// Most clients that stay signed in to one account; the one that was not seen for longest is signed out.
const STAYS: i64 = 20;
/// How those are called in the history whose account is gone.
const FORMER_MEMBER: &str = "Former member";

/// The accounts of one server, over a connection of their own. Each statement stands alone or in a transaction that
/// begins with a write, so that it waits for the store's writer and does not fail for it.
pub(super) struct Table(pub(super) SqliteConnection);

/// An account, and the hash of its password.
pub(super) type Kept = (Account, String);

impl Table {
    /// Opens the tables of the database in this folder, which the store has brought up to date.
    pub(super) async fn open(data_dir: &Path) -> sqlx::Result<Self> {
        connect(data_dir).await.map(Self)
    }

    pub(super) async fn all(&mut self) -> sqlx::Result<Vec<Account>> {
        let rows =
            sqlx::query("SELECT id, name, owner, role, password FROM accounts ORDER BY id").fetch_all(&mut self.0);
        rows.await?.iter().map(|row| kept(row).map(|(account, _)| account)).collect()
    }

    pub(super) async fn by_name(&mut self, name: &NameKey) -> sqlx::Result<Option<Kept>> {
        let row = sqlx::query("SELECT id, name, owner, role, password FROM accounts WHERE name_key = $1")
            .bind(name.as_str())
            .fetch_optional(&mut self.0);
        row.await?.as_ref().map(kept).transpose()
    }

    /// Makes an account, which gets the private messages of `before`. `None` when the name is taken meanwhile. The
    /// first one of a server is its owner's, whatever its role was to be.
    pub(super) async fn make(
        &mut self,
        name: &DisplayName,
        role: Role,
        prepared: &Prepared,
        before: OwnerId,
        now_ms: i64,
    ) -> sqlx::Result<Option<Account>> {
        let mut transaction = self.0.begin().await?;
        let row = sqlx::query(
            "INSERT INTO accounts (name_key, name, owner, role, password, made_ms, seen_ms) \
             SELECT $1, $2, $3, iif(EXISTS (SELECT 1 FROM accounts), $6, 'owner'), $4, $5, $5 WHERE true \
             ON CONFLICT (name_key) DO NOTHING RETURNING id, name, owner, role, password",
        )
        .bind(name.key().as_str().to_owned())
        .bind(name.as_str())
        .bind(prepared.owner.to_string())
        .bind(prepared.hash.as_str())
        .bind(now_ms)
        .bind(role.word())
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(row) = row else { return Ok(None) };
        for give in [
            "UPDATE messages SET from_owner = $1 WHERE from_owner = $2",
            "UPDATE messages SET to_owner = $1 WHERE to_owner = $2",
            "UPDATE messages SET thread = 'pair/' || min(from_owner, to_owner) || '/' || max(from_owner, to_owner) \
             WHERE kind = 'private' AND (from_owner = $1 OR to_owner = $1)",
            "UPDATE reactions SET owner = $1 WHERE owner = $2",
            "UPDATE mentions SET owner = $1 WHERE owner = $2",
            "UPDATE files SET owner = $1 WHERE owner = $2",
            "UPDATE files SET to_owner = $1 WHERE to_owner = $2",
        ] {
            sqlx::query(give)
                .bind(prepared.owner.to_string())
                .bind(before.to_string())
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        kept(&row).map(|(account, _)| Some(account))
    }

    /// Sets another password and signs out all clients that stayed.
    pub(super) async fn set_password(&mut self, account: i64, password: &str) -> sqlx::Result<()> {
        let mut transaction = self.0.begin().await?;
        sqlx::query("UPDATE accounts SET password = $2 WHERE id = $1")
            .bind(account)
            .bind(password)
            .execute(&mut *transaction)
            .await?;
        sqlx::query("DELETE FROM stays WHERE account = $1").bind(account).execute(&mut *transaction).await?;
        transaction.commit().await
    }

    pub(super) async fn set_role(&mut self, account: i64, role: Role) -> sqlx::Result<()> {
        let set = sqlx::query("UPDATE accounts SET role = $2 WHERE id = $1").bind(account).bind(role.word());
        set.execute(&mut self.0).await.map(drop)
    }

    /// Takes an account away. Its messages stay, by nobody in particular.
    pub(super) async fn delete(&mut self, account: &Account) -> sqlx::Result<()> {
        let mut transaction = self.0.begin().await?;
        for part in [
            "UPDATE messages SET from_name = $3, from_key = $4 WHERE from_key = $2 \
             AND sent_ms >= (SELECT made_ms FROM accounts WHERE owner = $1) AND (from_owner IS NULL OR from_owner = $1)",
            "UPDATE messages SET from_name = $3, from_key = $4 WHERE from_owner = $1",
            "UPDATE messages SET to_name = $3, to_key = $4 WHERE to_owner = $1",
            "UPDATE reactions SET name = $3 WHERE owner = $1",
            "DELETE FROM mentions WHERE owner = $1",
            "DELETE FROM accounts WHERE owner = $1",
        ] {
            sqlx::query(part)
                .bind(account.owner.to_string())
                .bind(account.name.key().as_str().to_owned())
                .bind(FORMER_MEMBER)
                .bind(NameKey::of(FORMER_MEMBER).as_str().to_owned())
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await
    }

    /// Notes that a client stays signed in with a token of this hash.
    pub(super) async fn stay(&mut self, account: i64, token: &str, now_ms: i64) -> sqlx::Result<()> {
        let mut transaction = self.0.begin().await?;
        sqlx::query("INSERT INTO stays (token, account, used_ms) VALUES ($1, $2, $3)")
            .bind(token)
            .bind(account)
            .bind(now_ms)
            .execute(&mut *transaction)
            .await?;
        sqlx::query(
            "DELETE FROM stays WHERE account = $1 AND token NOT IN \
             (SELECT token FROM stays WHERE account = $1 ORDER BY used_ms DESC, token = $2 DESC LIMIT $3)",
        )
        .bind(account)
        .bind(token)
        .bind(STAYS)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await
    }

    /// The account that a token of this hash stays signed in to, if it was used since `since_ms`; it is then used now.
    pub(super) async fn staying(&mut self, token: &str, since_ms: i64, now_ms: i64) -> sqlx::Result<Option<Account>> {
        let account: Option<i64> =
            sqlx::query_scalar("UPDATE stays SET used_ms = $3 WHERE token = $1 AND used_ms >= $2 RETURNING account")
                .bind(token)
                .bind(since_ms)
                .bind(now_ms)
                .fetch_optional(&mut self.0)
                .await?;
        let Some(account) = account else { return Ok(None) };
        let row = sqlx::query("SELECT id, name, owner, role, password FROM accounts WHERE id = $1")
            .bind(account)
            .fetch_optional(&mut self.0);
        Ok(row.await?.as_ref().map(kept).transpose()?.map(|(account, _)| account))
    }

    /// Signs out all clients that stayed.
    pub(super) async fn leave_all(&mut self, account: i64) -> sqlx::Result<()> {
        sqlx::query("DELETE FROM stays WHERE account = $1").bind(account).execute(&mut self.0).await.map(drop)
    }
}

fn kept(row: &SqliteRow) -> sqlx::Result<Kept> {
    let decode = |error: Box<dyn std::error::Error + Send + Sync>| sqlx::Error::Decode(error);
    let account = Account {
        id: row.try_get("id")?,
        name: DisplayName::new(row.try_get("name")?).map_err(|error| decode(error.into()))?,
        owner: OwnerId::parse(row.try_get("owner")?).map_err(|error| decode(error.into()))?,
        role: Role::parse(row.try_get("role")?).ok_or_else(|| decode("an account has no known role".into()))?,
    };
    Ok((account, row.try_get("password")?))
}
