//! Who may come to the door at all: guests, those who were invited, and those who are banned; and what is logged of it.

use super::{
    Account, AccountError, Accounts, Ban, Bans, Deed, NewBan, NewInvite, Suspect, audit, bans, invites, milliseconds,
};
use crate::desk::network;
use hallway_protocol::{invite::InviteCode, names::NameKey, owner::OwnerId};
use std::{net::IpAddr, time::SystemTime};

impl Accounts {
    /// The bans in force, which the world looks at too.
    #[must_use]
    pub fn bans(&self) -> Bans {
        self.bans.clone()
    }

    /// Whether a guest may come in.
    ///
    /// # Errors
    /// When this server takes none.
    pub fn admit_guest(&self, name: &NameKey) -> Result<(), AccountError> {
        // Whoever takes somebody's own name is told that first.
        if self.guests || self.registered.has(name) { Ok(()) } else { Err(AccountError::InviteNeeded) }
    }

    /// The invitation with which somebody may register, or `None` where none is needed: guests are taken, or nobody has
    /// registered yet, since the first one owns the server.
    ///
    /// # Errors
    /// When one is needed and this is none.
    pub async fn invitation(&self, text: Option<&str>) -> Result<Option<InviteCode>, AccountError> {
        if self.guests || self.all().await?.is_empty() {
            return Ok(None);
        }
        let code = InviteCode::parse(text.ok_or(AccountError::InviteNeeded)?).ok_or(AccountError::BadInvite)?;
        let is_good = invites::is_good(&mut self.table.lock().await.0, &code, now_ms()).await?;
        if is_good { Ok(Some(code)) } else { Err(AccountError::BadInvite) }
    }

    /// Uses an invitation once.
    ///
    /// # Errors
    /// When somebody was faster, or the database refuses.
    pub async fn use_invitation(&self, code: &InviteCode) -> Result<(), AccountError> {
        let taken = invites::take(&mut self.table.lock().await.0, code, now_ms()).await?;
        if taken { Ok(()) } else { Err(AccountError::BadInvite) }
    }

    /// Makes an invitation in the operator's name; the code is told once and not kept.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn invite(&self, invite: NewInvite) -> Result<InviteCode, AccountError> {
        Ok(invites::make(&mut self.table.lock().await.0, invite, audit::OPERATOR, now_ms()).await?)
    }

    /// The ban that keeps somebody out: as an account's holder, as a guest of this name, or by the place on the net.
    #[must_use]
    pub fn banned(&self, account: Option<&Account>, client: OwnerId, name: &NameKey, ip: IpAddr) -> Option<Ban> {
        let owners: Vec<OwnerId> = account.map(|account| account.owner).into_iter().chain([client]).collect();
        let guest = account.is_none().then_some(name);
        self.bans.of(Suspect { owners: &owners, guest, network: Some(network(ip)) }, now_ms())
    }

    /// Bans somebody.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn ban(&self, ban: &NewBan) -> Result<(), AccountError> {
        bans::make(&mut self.table.lock().await.0, ban, now_ms()).await?;
        self.refresh_bans().await.map(drop)
    }

    /// Lifts all bans about somebody of this name; how many there were.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn unban(&self, name: &str) -> Result<u64, AccountError> {
        Ok(bans::lift(&mut self.table.lock().await.0, name, audit::OPERATOR, now_ms()).await?)
    }

    /// All bans, oldest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn all_bans(&self) -> Result<Vec<Ban>, AccountError> {
        Ok(bans::all(&mut self.table.lock().await.0).await?)
    }

    /// Learns of bans that the operator or the world made; whether anything was done since the last time.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn refresh_bans(&self) -> Result<bool, AccountError> {
        Ok(self.bans.refresh(&mut self.table.lock().await.0).await?)
    }

    /// Notes a deed of the operator's.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn note(&self, what: &str, whom: &str, detail: &str) -> Result<(), AccountError> {
        Ok(audit::note(&mut self.table.lock().await.0, now_ms(), audit::OPERATOR, what, whom, detail).await?)
    }

    /// What moderators and operators did, oldest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn deeds(&self) -> Result<Vec<Deed>, AccountError> {
        Ok(audit::all(&mut self.table.lock().await.0).await?)
    }
}

fn now_ms() -> i64 {
    milliseconds(SystemTime::now())
}
