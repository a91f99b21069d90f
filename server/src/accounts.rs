//! Names that belong to somebody: registering, proving that one is who one says, staying signed in, leaving for good.
//!
//! The front desk asks here before it asks the world; the world only learns who came in, and which names are nobody's
//! to take ([`Registered`]).

pub(crate) mod audit;
pub(crate) mod bans;
mod doors;
mod invites;
mod passwords;
mod table;
mod tries;

pub use audit::{Deed, OPERATOR};
pub use bans::{Ban, Banned, Bans, NewBan, Suspect};
pub use invites::NewInvite;

use crate::{desk::network, world::Moderators};
use hallway_protocol::{
    names::{DisplayName, NameKey},
    owner::OwnerId,
    password::Password,
};
use passwords::{Busy, Passwords};
use std::{
    collections::HashMap,
    net::IpAddr,
    path::Path,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use table::Table;
use thiserror::Error;
use tracing::{error, info};
use tries::Tries;

/// A client that was not seen for so long is signed in no longer.
const STAY_LASTS: Duration = Duration::from_secs(90 * 24 * 3600);

/// What somebody may do on this server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Has a name.
    Member,
    /// Moderates every room.
    Moderator,
    /// Moderates every room, and was here first.
    Owner,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Member, Self::Moderator, Self::Owner];

    /// The role's word in the database and in commands.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Moderator => "moderator",
            Self::Owner => "owner",
        }
    }

    /// The role of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }
}

/// Somebody's account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    id: i64,
    /// The name, as it was registered.
    pub name: DisplayName,
    /// Whose private history it is: the account's own, on whatever machine.
    pub owner: OwnerId,
    /// What its holder may do.
    pub role: Role,
}

/// The names that belong to accounts, and whose they are. Clones are the same list; the world reads it.
#[derive(Clone, Debug, Default, bevy::prelude::Resource)]
pub struct Registered(Arc<RwLock<HashMap<NameKey, (DisplayName, OwnerId)>>>);

impl Registered {
    /// Whether nobody may come in under this name without a proof.
    #[must_use]
    pub fn has(&self, name: &NameKey) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).contains_key(name)
    }

    /// Whose a name is, and how it is written.
    #[must_use]
    pub fn holder(&self, name: &NameKey) -> Option<(DisplayName, OwnerId)> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    fn add(&self, account: &Account) {
        let holder = (account.name.clone(), account.owner);
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(account.name.key(), holder);
    }

    fn remove(&self, name: &NameKey) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(name);
    }
}

/// Why an account can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AccountError {
    /// The name is no account's or the password is another one; which of them nobody is told.
    #[error("The name or the password is wrong.")]
    WrongPassword,
    /// A client that stayed signed in no longer does.
    #[error("This client is signed in no longer; give your password.")]
    SignedOut,
    /// Too many wrong tries.
    #[error("Too many wrong passwords; wait {} before you try again.", seconds(*.0))]
    Wait(Duration),
    /// Somebody else has registered the name.
    #[error("This name belongs to somebody; choose another one.")]
    Taken,
    /// Too many passwords are being checked.
    #[error("The server is busy with sign-ins; try again in a moment.")]
    Busy,
    /// Only who was invited may register.
    #[error("This server takes no guests: sign in with your account, or register with an invitation.")]
    InviteNeeded,
    /// No such invitation, or not any more.
    #[error("This invitation is not good, or not any longer; ask for another one.")]
    BadInvite,
    /// The database refuses; the reason is in the log.
    #[error("The server can't reach its accounts; its log says why.")]
    Store,
}

fn seconds(wait: Duration) -> String {
    match wait.as_secs() + u64::from(wait.subsec_nanos() > 0) {
        1 => "a second".to_owned(),
        seconds => format!("{seconds} seconds"),
    }
}

impl From<Busy> for AccountError {
    fn from(Busy: Busy) -> Self {
        Self::Busy
    }
}

impl From<sqlx::Error> for AccountError {
    fn from(error: sqlx::Error) -> Self {
        error!(%error, "the accounts can't be reached");
        Self::Store
    }
}

/// The accounts of a server that runs.
pub struct Accounts {
    table: tokio::sync::Mutex<Table>,
    passwords: Passwords,
    tries: Mutex<Tries>,
    registered: Registered,
    moderators: Moderators,
    bans: Bans,
    /// Whether people may come in without an account.
    guests: bool,
}

/// A person at the door, and the moment.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    /// Where the client is.
    pub ip: IpAddr,
    /// When it asked.
    pub now: Instant,
}

impl Accounts {
    /// Opens the accounts in this folder, whose database the store has brought up to date. Those who moderate become
    /// `moderators`.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn open(data_dir: &Path, moderators: Moderators) -> Result<Self, sqlx::Error> {
        let mut table = Table::open(data_dir).await?;
        let all = table.all().await?;
        let (passwords, tries) = (Passwords::new(), Mutex::default());
        let bans = Bans::default();
        bans.refresh(&mut table.0).await?;
        let registered = Registered::default();
        let accounts = Self { table: table.into(), passwords, tries, registered, moderators, bans, guests: true };
        for account in &all {
            accounts.registered.add(account);
            accounts.note_role(account);
        }
        Ok(accounts)
    }

    /// The same accounts, of a server that takes guests or doesn't.
    #[must_use]
    pub fn with_guests(self, guests: bool) -> Self {
        Self { guests, ..self }
    }

    /// The names that belong to somebody.
    #[must_use]
    pub fn registered(&self) -> Registered {
        self.registered.clone()
    }

    /// Lets in who has the password.
    ///
    /// # Errors
    /// See [`AccountError`].
    pub async fn prove(&self, name: &NameKey, password: Password, caller: Caller) -> Result<Account, AccountError> {
        let place = network(caller.ip);
        {
            let mut tries = self.tries();
            let wait = tries.wait(name, place, caller.now);
            if !wait.is_zero() {
                return Err(AccountError::Wait(wait));
            }
            tries.begin(name, place, caller.now);
        }
        let kept = self.table.lock().await.by_name(name).await?;
        let (account, hash) = kept.unzip();
        let is_right = self.passwords.verify(password, hash).await?;
        let account = account.filter(|_| is_right).ok_or(AccountError::WrongPassword)?;
        self.tries().right(name, place);
        self.note_role(&account);
        Ok(account)
    }

    /// Lets in who stayed signed in under this name.
    ///
    /// # Errors
    /// See [`AccountError`].
    pub async fn prove_staying(&self, name: &NameKey, token: &StayToken) -> Result<Account, AccountError> {
        let now = SystemTime::now();
        let since = milliseconds(now.checked_sub(STAY_LASTS).unwrap_or(UNIX_EPOCH));
        let account = self.table.lock().await.staying(&token.hash(), since, milliseconds(now)).await?;
        let account = account.filter(|account| account.name.key() == *name).ok_or(AccountError::SignedOut)?;
        self.note_role(&account);
        Ok(account)
    }

    /// The hash to register with, made before anybody is let in: it takes a while.
    ///
    /// # Errors
    /// When the name is somebody's, or too many passwords are being hashed.
    pub async fn prepare(&self, name: &NameKey, password: Password) -> Result<Prepared, AccountError> {
        self.look_again(name).await?;
        if self.registered.has(name) {
            return Err(AccountError::Taken);
        }
        let owner = OwnerId::new(rand::random());
        Ok(Prepared { owner, hash: self.passwords.hash(password).await? })
    }

    /// Gives the name to whoever was let in under it. `before` is whose the private history was until now.
    ///
    /// # Errors
    /// When somebody was faster, or the database refuses.
    pub async fn register(
        &self,
        name: &DisplayName,
        prepared: &Prepared,
        before: OwnerId,
    ) -> Result<Account, AccountError> {
        let now = milliseconds(SystemTime::now());
        // Whom the settings name by the client goes on to moderate.
        let role = if self.moderators.has(before) { Role::Moderator } else { Role::Member };
        let made = self.table.lock().await.make(name, role, prepared, before, now).await?;
        let account = made.ok_or(AccountError::Taken)?;
        info!(name = %account.name, role = account.role.word(), "somebody registered");
        self.registered.add(&account);
        self.note_role(&account);
        Ok(account)
    }

    /// Lets a client stay signed in: what it shows next time instead of the password.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn stay(&self, account: &Account) -> Result<StayToken, AccountError> {
        let token = StayToken(rand::random());
        let now = milliseconds(SystemTime::now());
        self.table.lock().await.stay(account.id, &token.hash(), now).await?;
        Ok(token)
    }

    /// Sets another password; all clients have to give it.
    ///
    /// # Errors
    /// When too many passwords are being hashed, or the database refuses.
    pub async fn set_password(&self, account: &Account, password: Password) -> Result<(), AccountError> {
        let hash = self.passwords.hash(password).await?;
        Ok(self.table.lock().await.set_password(account.id, &hash).await?)
    }

    /// Ends the stays of all clients.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn leave_all(&self, account: &Account) -> Result<(), AccountError> {
        Ok(self.table.lock().await.leave_all(account.id).await?)
    }

    /// Takes the account away for good; the name is free, and what was said under it is by a former member.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn delete(&self, account: &Account) -> Result<(), AccountError> {
        self.table.lock().await.delete(account).await?;
        info!(name = %account.name, "an account was deleted");
        self.registered.remove(&account.name.key());
        self.moderators.set_by_role(account.owner, false);
        Ok(())
    }

    /// All accounts, oldest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn all(&self) -> Result<Vec<Account>, AccountError> {
        Ok(self.table.lock().await.all().await?)
    }

    /// Gives somebody another role; it counts from the next sign-in on.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn set_role(&self, account: &Account, role: Role) -> Result<(), AccountError> {
        Ok(self.table.lock().await.set_role(account.id, role).await?)
    }

    /// Looks again whether a name is somebody's: the operator may have deleted the account beside the running server.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn look_again(&self, name: &NameKey) -> Result<(), AccountError> {
        if self.registered.has(name) && self.table.lock().await.by_name(name).await?.is_none() {
            self.registered.remove(name);
        }
        Ok(())
    }

    /// Whoever comes in moderates as the role of now says.
    fn note_role(&self, account: &Account) {
        self.moderators.set_by_role(account.owner, account.role >= Role::Moderator);
    }

    fn tries(&self) -> std::sync::MutexGuard<'_, Tries> {
        self.tries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A registration whose password is hashed.
pub struct Prepared {
    /// Whose the account's private history will be.
    pub owner: OwnerId,
    hash: String,
}

/// What a client that stays signed in shows instead of the password: 32 random bytes, of which the server keeps a hash.
#[derive(Clone, PartialEq, Eq)]
pub struct StayToken([u8; 32]);

impl StayToken {
    /// Reads a token as it is written: 64 hex digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        blake3::Hash::from_hex(text).ok().map(|bytes| Self(bytes.into()))
    }

    /// The token as it crosses the wire.
    #[must_use]
    pub fn to_hex(&self) -> String {
        blake3::Hash::from(self.0).to_hex().to_string()
    }

    fn hash(&self) -> String {
        blake3::hash(&self.0).to_hex().to_string()
    }
}

impl std::fmt::Debug for StayToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StayToken(…)")
    }
}

fn milliseconds(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests;
