//! Orders about who may come in: invitations, bans and the log of them.

use super::{AdminError, find};
use crate::{
    accounts::{Accounts, Banned, NewBan, NewInvite, OPERATOR, Role},
    config::{BanOrder, PublicAddress},
    desk::network,
};
use hallway_protocol::{moderation::Reason, names::DisplayName, owner::OwnerId};
use std::{
    io::{self, Write},
    time::{SystemTime, UNIX_EPOCH},
};

const DAY_MS: i64 = 24 * 3600 * 1000;

/// Prints a new invitation: the code, and as a link where it is known under which address people reach the server.
pub(super) async fn invite(
    accounts: &Accounts,
    uses: u32,
    days: u16,
    public: Option<&PublicAddress>,
) -> Result<(), AdminError> {
    let code = accounts.invite(NewInvite { uses, ends_ms: in_days(days) }).await?;
    let mut out = io::stdout().lock();
    writeln!(out, "{}", code.as_str())?;
    if let Some(public) = public {
        writeln!(out, "hallway://{public}/?invite={}", code.as_str())?;
    }
    Ok(())
}

/// Bans the account of that name or, where nobody has registered it, whoever comes as a guest under it; besides, where
/// it is said, a client and a network.
pub(super) async fn ban(accounts: &Accounts, order: &BanOrder) -> Result<(), AdminError> {
    let name = DisplayName::new(&order.name)?;
    let account = find(accounts, &order.name).await.ok();
    if account.as_ref().is_some_and(|account| account.role == Role::Owner) {
        return Err(AdminError::BansOwner(name));
    }
    let by_name = account.map_or_else(|| Banned::Name(name.key()), |account| Banned::Owner(account.owner));
    let owner = order.owner.map(Banned::Owner);
    let address = order.address.map(|ip| Banned::Network(network(ip)));
    for whom in [Some(by_name), owner, address].into_iter().flatten() {
        let reason = Reason::new(order.reason.as_deref().unwrap_or_default()).as_str().to_owned();
        let (name, until_ms) = (name.to_string(), order.days.map(in_days));
        accounts.ban(&NewBan { whom, name, reason, until_ms, by: OPERATOR.to_owned() }).await?;
    }
    Ok(())
}

/// Lifts what keeps somebody of this name out.
pub(super) async fn unban(accounts: &Accounts, name: &str) -> Result<(), AdminError> {
    let name = DisplayName::new(name)?;
    if accounts.unban(name.as_str()).await? == 0 {
        return Err(AdminError::NoBan(name));
    }
    Ok(())
}

/// Prints the bans: name, until when, by whom and why, a line each.
pub(super) async fn bans(accounts: &Accounts) -> Result<(), AdminError> {
    let mut out = io::stdout().lock();
    for ban in accounts.all_bans().await? {
        let until = ban.until.as_deref().unwrap_or("for good");
        writeln!(out, "{}\t{until}\t{}\t{}", ban.name, ban.by, ban.reason)?;
    }
    Ok(())
}

/// Prints the log: when, by whom, what, to whom and a detail, a line each.
pub(super) async fn log(accounts: &Accounts) -> Result<(), AdminError> {
    let mut out = io::stdout().lock();
    for deed in accounts.deeds().await? {
        writeln!(out, "{}\t{}\t{}\t{}\t{}", deed.at, deed.who, deed.what, deed.whom, deed.detail)?;
    }
    Ok(())
}

/// Reads an owner as the log names it.
pub(crate) fn owner(text: &str) -> Result<OwnerId, String> {
    OwnerId::parse(text)
        .map_err(|error| format!("this owner {error}; copy it from the log line of somebody who came in"))
}

fn in_days(days: u16) -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(i64::MAX).saturating_add(i64::from(days) * DAY_MS)
}
