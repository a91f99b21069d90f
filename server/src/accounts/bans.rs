//! Who may not come in, and for how long.

use super::audit;
use hallway_protocol::{names::NameKey, owner::OwnerId};
use sqlx::{Connection, FromRow, SqliteConnection};
use std::{
    fmt,
    net::IpAddr,
    sync::{Arc, PoisonError, RwLock},
};

/// Whom a ban is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Banned {
    /// An account, or a guest's client.
    Owner(OwnerId),
    /// A guest whose client is not known yet; whoever has registered the name is somebody else.
    Name(NameKey),
    /// A place on the net: an IPv4 address, or an IPv6 /64.
    Network(IpAddr),
}

impl Banned {
    /// The values of the columns `kind` and `whom`.
    fn columns(&self) -> (&'static str, String) {
        match self {
            Self::Owner(owner) => ("owner", owner.to_string()),
            Self::Name(name) => ("name", name.as_str().to_owned()),
            Self::Network(ip) => ("network", ip.to_string()),
        }
    }
}

/// A ban to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewBan {
    /// Whom it is about.
    pub whom: Banned,
    /// How they are called.
    pub name: String,
    /// Why; may be empty.
    pub reason: String,
    /// Until when, in milliseconds since the Unix epoch; `None` is for good.
    pub until_ms: Option<i64>,
    /// Who says so.
    pub by: String,
}

/// A ban.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Ban {
    kind: String,
    whom: String,
    /// How they are called.
    pub name: String,
    /// Why; may be empty.
    pub reason: String,
    until_ms: Option<i64>,
    /// Until when, as UTC; `None` is for good.
    pub until: Option<String>,
    /// Who said so.
    #[sqlx(rename = "made_by")]
    pub by: String,
}

/// The sentence for whoever is banned.
impl fmt::Display for Ban {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("You are banned from this server")?;
        if let Some(until) = &self.until {
            write!(f, " until {until} UTC")?;
        }
        match self.reason.trim_end_matches('.') {
            "" => f.write_str("."),
            reason => write!(f, ": {reason}."),
        }
    }
}

/// Somebody who wants to come in, or is here.
#[derive(Clone, Copy, Debug)]
pub struct Suspect<'a> {
    /// The client, and the account where there is one.
    pub owners: &'a [OwnerId],
    /// The name, where it is no account's.
    pub guest: Option<&'a NameKey>,
    /// The place on the net, where it is known.
    pub network: Option<IpAddr>,
}

/// The bans in force. Clones are the same list, which desk and world look at.
#[derive(Clone, Debug, Default, bevy::prelude::Resource)]
pub struct Bans(Arc<RwLock<List>>);

#[derive(Debug, Default)]
struct List {
    bans: Vec<Ban>,
    /// The newest deed of the log that is known.
    newest: i64,
}

impl Bans {
    /// The ban that keeps somebody out now.
    #[must_use]
    pub fn of(&self, suspect: Suspect<'_>, now_ms: i64) -> Option<Ban> {
        let columns: Vec<_> = suspect
            .owners
            .iter()
            .map(|owner| Banned::Owner(*owner))
            .chain(suspect.guest.cloned().map(Banned::Name))
            .chain(suspect.network.map(Banned::Network))
            .map(|whom| whom.columns())
            .collect();
        let list = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let is_meant = |ban: &&Ban| {
            ban.until_ms.is_none_or(|until| now_ms < until)
                && columns.iter().any(|(kind, whom)| ban.kind == *kind && ban.whom == *whom)
        };
        list.bans.iter().find(is_meant).cloned()
    }

    /// Reads the list anew if anything was done since the last time; whether it was.
    pub(super) async fn refresh(&self, connection: &mut SqliteConnection) -> sqlx::Result<bool> {
        let newest = audit::newest(connection).await?;
        if self.0.read().unwrap_or_else(PoisonError::into_inner).newest == newest {
            return Ok(false);
        }
        let bans = all(connection).await?;
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = List { bans, newest };
        Ok(true)
    }
}

/// All bans, oldest first; also those whose time is over and which nobody lifted.
pub(super) async fn all(connection: &mut SqliteConnection) -> sqlx::Result<Vec<Ban>> {
    const ALL: &str = "SELECT kind, whom, name, reason, until_ms, made_by, \
                       strftime('%Y-%m-%d %H:%M', until_ms / 1000, 'unixepoch') AS until FROM bans ORDER BY id";
    sqlx::query_as(ALL).fetch_all(connection).await
}

/// Makes a ban, in place of an earlier one about the same.
pub(crate) async fn make(connection: &mut SqliteConnection, ban: &NewBan, now_ms: i64) -> sqlx::Result<()> {
    let (kind, whom) = ban.whom.columns();
    let mut transaction = connection.begin().await?;
    sqlx::query("DELETE FROM bans WHERE kind = $1 AND whom = $2")
        .bind(kind)
        .bind(&whom)
        .execute(&mut *transaction)
        .await?;
    sqlx::query(
        "INSERT INTO bans (kind, whom, name, name_key, reason, until_ms, made_by, made_ms) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(kind)
    .bind(&whom)
    .bind(&ban.name)
    .bind(NameKey::of(&ban.name).as_str().to_owned())
    .bind(&ban.reason)
    .bind(ban.until_ms)
    .bind(&ban.by)
    .bind(now_ms)
    .execute(&mut *transaction)
    .await?;
    audit::note(&mut transaction, now_ms, &ban.by, "ban", &ban.name, &ban.reason).await?;
    transaction.commit().await
}

/// Lifts all bans about somebody of this name; how many there were.
pub(super) async fn lift(connection: &mut SqliteConnection, name: &str, by: &str, now_ms: i64) -> sqlx::Result<u64> {
    let mut transaction = connection.begin().await?;
    let lifted = sqlx::query("DELETE FROM bans WHERE name_key = $1").bind(NameKey::of(name).as_str().to_owned());
    let lifted = lifted.execute(&mut *transaction).await?.rows_affected();
    if lifted > 0 {
        audit::note(&mut transaction, now_ms, by, "unban", name, "").await?;
    }
    transaction.commit().await?;
    Ok(lifted)
}
