//! Signing in with what proves a name one's own, and changing an account.

use super::{
    Claim, WorldAsk,
    acceptor::Ends,
    files,
    routes::{self, Refused, Shared},
};
use crate::accounts::{AccountError, Caller, StayToken};
use axum::{
    Extension, Json,
    extract::{State, rejection::JsonRejection},
    http::StatusCode,
};
use hallway_protocol::{
    desk::{AccountChange, AccountRequest, Proof, SignInGrant, SignInRequest},
    names::DisplayName,
    owner::OwnerId,
    password::Password,
};
use std::{sync::Arc, time::Instant};

/// Lets somebody in under `name`: as a guest whose client is `client`, or as the holder of an account.
pub(super) async fn sign_in(
    shared: &Shared,
    ends: Ends,
    request: &SignInRequest,
    name: DisplayName,
    client: OwnerId,
) -> Result<SignInGrant, Refused> {
    let accounts = &shared.accounts;
    let account = match &request.proof {
        Proof::None => {
            let or_variant = request.or_variant;
            accounts.look_again(&name.key()).await?;
            keep_out(shared, ends, None, client, &name)?;
            accounts.admit_guest(&name.key())?;
            return Ok(shared.world.sign_in(name, Claim::Guest, or_variant, client, ends.here).await?);
        }
        Proof::Register(text) => {
            keep_out(shared, ends, None, client, &name)?;
            let invitation = accounts.invitation(request.invite.as_deref()).await?;
            let prepared = accounts.prepare(&name.key(), password(text)?).await?;
            let claim = Claim::Registering { before: client };
            let grant = shared.world.sign_in(name.clone(), claim, false, prepared.owner, ends.here).await?;
            if let Some(code) = &invitation {
                accounts.use_invitation(code).await?;
            }
            let account = accounts.register(&name, &prepared, client).await?;
            return with_account(shared, grant, &account, request.stay).await;
        }
        Proof::Password(text) => accounts.prove(&name.key(), typed(text)?, caller(ends)).await?,
        Proof::Staying(token) => {
            let token = StayToken::parse(token).ok_or(AccountError::SignedOut)?;
            accounts.prove_staying(&name.key(), &token).await?
        }
    };
    keep_out(shared, ends, Some(&account), client, &name)?;
    let grant = shared.world.sign_in(account.name.clone(), Claim::Account, false, account.owner, ends.here).await?;
    with_account(shared, grant, &account, request.stay).await
}

/// `POST /account`.
pub(super) async fn change(
    State(shared): State<Arc<Shared>>,
    Extension(ends): Extension<Ends>,
    body: Result<Json<AccountRequest>, JsonRejection>,
) -> Result<StatusCode, Refused> {
    let request = shared.read(ends, body, |request| request.protocol)?;
    let name = routes::name(&request.name)?;
    let accounts = &shared.accounts;
    let account = accounts.prove(&name.key(), typed(&request.password)?, caller(ends)).await?;
    match &request.change {
        AccountChange::Password(text) => accounts.set_password(&account, password(text)?).await?,
        AccountChange::SignOutEverywhere => {
            accounts.leave_all(&account).await?;
            shared.world.ask(WorldAsk::End(account.owner))?;
        }
        AccountChange::Delete => {
            accounts.delete(&account).await?;
            files::forget_owner(&shared.files, &shared.world, account.owner).await;
            shared.world.ask(WorldAsk::End(account.owner))?;
        }
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Refuses whoever is banned.
fn keep_out(
    shared: &Shared,
    ends: Ends,
    account: Option<&crate::accounts::Account>,
    client: OwnerId,
    name: &DisplayName,
) -> Result<(), Refused> {
    match shared.accounts.banned(account, client, &name.key(), ends.peer.ip()) {
        Some(ban) => Err(Refused::new(StatusCode::FORBIDDEN, "banned", ban.to_string())),
        None => Ok(()),
    }
}

async fn with_account(
    shared: &Shared,
    grant: SignInGrant,
    account: &crate::accounts::Account,
    stays: bool,
) -> Result<SignInGrant, Refused> {
    let stay = if stays { Some(shared.accounts.stay(account).await?.to_hex()) } else { None };
    Ok(SignInGrant { account: true, stay, ..grant })
}

fn caller(ends: Ends) -> Caller {
    Caller { ip: ends.peer.ip(), now: Instant::now() }
}

/// A password that is to be kept.
fn password(text: &str) -> Result<Password, Refused> {
    Password::new(text)
        .map_err(|error| Refused::new(StatusCode::BAD_REQUEST, "bad_password", format!("This password {error}.")))
}

/// A password that is to be compared: what could never be kept is as wrong as any other.
fn typed(text: &str) -> Result<Password, AccountError> {
    Password::new(text).map_err(|_| AccountError::WrongPassword)
}
