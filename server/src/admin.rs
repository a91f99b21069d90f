//! The operator's orders about accounts, carried out on the database of a server that may be running.

mod doors;
mod export;

pub(crate) use doors::owner;

use crate::{
    accounts::{Account, AccountError, Accounts, Role},
    config::{AdminOrder, PublicAddress},
    store::{Database, OpenError},
    world::Moderators,
};
use hallway_protocol::{
    names::{DisplayName, NameError},
    password::{Password, PasswordError},
};
use std::{
    io::{self, BufRead, Write},
    path::{Path, PathBuf},
};
use thiserror::Error;

/// Why an order was not carried out. Reads as one sentence.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AdminError {
    /// There is no database in the folder, or it can't be read.
    #[error("The accounts can't be read: {0}.")]
    Open(#[from] OpenError),
    /// The text is no name.
    #[error("This name {0}.")]
    Name(#[from] NameError),
    /// Nobody has registered it.
    #[error("There is no account “{0}”; “admin list” lists them.")]
    NoAccount(DisplayName),
    /// An owner is not banned.
    #[error("“{0}” owns this server; give another role first.")]
    BansOwner(DisplayName),
    /// Nobody of that name is banned.
    #[error("Nobody called “{0}” is banned; “admin bans” lists who is.")]
    NoBan(DisplayName),
    /// The text is no moment.
    #[error("“{0}” is no time; write a day (2026-11-27) or a moment (2026-11-27T10:30), as UTC.")]
    NoTime(String),
    /// The file to write is there already, or can't be made.
    #[error("The file {} can't be written: {error}.", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The new password is none.
    #[error("This password {0}.")]
    Password(#[from] PasswordError),
    /// The database refused.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// Standard input or output, or the runtime.
    #[error("The system refuses: {0}.")]
    System(#[from] io::Error),
}

/// Carries an order out.
///
/// # Errors
/// See [`AdminError`].
pub fn run(data_dir: &Path, public: Option<&PublicAddress>, order: &AdminOrder) -> Result<(), AdminError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(carry_out(data_dir, public, order))
}

async fn carry_out(data_dir: &Path, public: Option<&PublicAddress>, order: &AdminOrder) -> Result<(), AdminError> {
    // Brings the tables up to date, as the server would.
    Database::open(data_dir, 0).await?.close().await;
    let accounts = Accounts::open(data_dir, Moderators::default()).await.map_err(OpenError::from)?;
    match order {
        AdminOrder::List => list(&accounts.all().await?)?,
        AdminOrder::Role { name, role } => {
            accounts.set_role(&find(&accounts, name).await?, *role).await?;
            accounts.note("role", name, role.word()).await?;
        }
        AdminOrder::Password { name } => {
            let account = find(&accounts, name).await?;
            let mut line = String::new();
            io::stdin().lock().read_line(&mut line)?;
            let password = Password::new(line.trim_end_matches(['\r', '\n']))?;
            accounts.set_password(&account, password).await?;
            accounts.note("password", name, "").await?;
        }
        AdminOrder::Delete { name } => {
            accounts.delete(&find(&accounts, name).await?).await?;
            accounts.note("delete", name, "").await?;
        }
        AdminOrder::Invite { uses, days } => doors::invite(&accounts, *uses, *days, public).await?,
        AdminOrder::Ban(order) => doors::ban(&accounts, order).await?,
        AdminOrder::Unban { name } => doors::unban(&accounts, name).await?,
        AdminOrder::Bans => doors::bans(&accounts).await?,
        AdminOrder::Log => doors::log(&accounts).await?,
        AdminOrder::Export(order) => export::run(data_dir, &accounts, order).await?,
    }
    Ok(())
}

async fn find(accounts: &Accounts, name: &str) -> Result<Account, AdminError> {
    let name = DisplayName::new(name)?;
    let found = accounts.all().await?.into_iter().find(|account| account.name.key() == name.key());
    found.ok_or(AdminError::NoAccount(name))
}

fn list(accounts: &[Account]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for Account { name, role, .. } in accounts {
        writeln!(out, "{name}\t{}", Role::word(*role))?;
    }
    Ok(())
}
