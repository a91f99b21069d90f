//! What is served at which path, and in which words a sign-in is refused.

use super::{Denied, Exhibits, SignInLimits, WorldDoor, acceptor::Ends, account, files};
use crate::{
    accounts::{AccountError, Accounts},
    files::Files,
};
use axum::{
    Extension, Json, Router,
    body::Body,
    extract::{DefaultBodyLimit, Request, State, rejection::JsonRejection},
    http::{HeaderMap, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use bytes::Bytes;
use hallway_protocol::{
    desk::{PROTOCOL_VERSION, SignInGrant, SignInRefusal, SignInRequest},
    names::DisplayName,
    owner::OwnerKey,
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// Longest body of a request: a sign-in with the longest name, spelled in JSON escapes, several times over.
const BODY_BYTES: usize = 4096;
/// How long a request may take from its head to its answer.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// What all routes work on.
pub(super) struct Shared {
    exhibits: Exhibits,
    pub(super) world: WorldDoor,
    pub(super) accounts: Arc<Accounts>,
    pub(super) files: Files,
    limits: SignInLimits,
}

/// All of the desk's routes.
pub(super) fn routes(
    exhibits: Exhibits,
    world: WorldDoor,
    accounts: Arc<Accounts>,
    files: Files,
    limits: SignInLimits,
) -> Router {
    let shared = Arc::new(Shared { exhibits, world, accounts, files, limits });
    let about_files = files::routes(Arc::clone(&shared));
    Router::new()
        .route("/session", post(sign_in))
        .route("/account", post(account::change))
        .route("/map", get(map))
        .route("/map/tiles.png", get(tiles))
        .route("/health", get(|| async { "ok" }))
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .layer(middleware::from_fn(in_time))
        .with_state(shared)
        .merge(about_files)
}

/// Ends requests that take too long, such as one whose body never comes.
pub(super) async fn in_time(request: Request, next: Next) -> Response {
    within(REQUEST_TIMEOUT, request, next).await
}

/// The same with another time.
pub(super) async fn within(time: Duration, request: Request, next: Next) -> Response {
    match tokio::time::timeout(time, next.run(request)).await {
        Ok(response) => response,
        Err(_) => StatusCode::REQUEST_TIMEOUT.into_response(),
    }
}

async fn map(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    exhibit(&headers, "application/json", &shared.exhibits.map_digest, &shared.exhibits.map_json)
}

async fn tiles(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    exhibit(&headers, "image/png", &shared.exhibits.map_digest, &shared.exhibits.tiles_png)
}

/// A file that changes only with the map; whoever has it already is told so.
fn exhibit(headers: &HeaderMap, media_type: &'static str, digest: &str, bytes: &Bytes) -> Response {
    let tag = format!("\"{digest}\"");
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    if known {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    ([(header::CONTENT_TYPE, media_type.to_owned()), (header::ETAG, tag)], Body::from(bytes.clone())).into_response()
}

async fn sign_in(
    State(shared): State<Arc<Shared>>,
    Extension(ends): Extension<Ends>,
    body: Result<Json<SignInRequest>, JsonRejection>,
) -> Result<Json<SignInGrant>, Refused> {
    let request = shared.read(ends, body, |request| request.protocol)?;
    let name = name(&request.name)?;
    let key = OwnerKey::parse(&request.owner_key).map_err(|error| {
        let text = format!("This client's owner key {error}; update the client.");
        Refused::new(StatusCode::BAD_REQUEST, "bad_request", text)
    })?;
    account::sign_in(&shared, ends, &request, name, key.id()).await.map(Json)
}

impl Shared {
    /// The body of a request, from whoever has not asked too often.
    pub(super) fn read<T>(
        &self,
        ends: Ends,
        body: Result<Json<T>, JsonRejection>,
        protocol: impl Fn(&T) -> u32,
    ) -> Result<T, Refused> {
        if !self.limits.admits(ends.peer.ip(), Instant::now()) {
            return Err(Refused::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_tries",
                "Too many tries to sign in from your address; wait a minute.",
            ));
        }
        let Json(request) = body.map_err(|rejection| {
            Refused::new(rejection.status(), "bad_request", "The server could not read the request; update the client.")
        })?;
        match protocol(&request) {
            PROTOCOL_VERSION => Ok(request),
            theirs => Err(other_version(theirs)),
        }
    }
}

/// A name as it came.
pub(super) fn name(text: &str) -> Result<DisplayName, Refused> {
    DisplayName::new(text).map_err(|error| {
        Refused::new(StatusCode::BAD_REQUEST, "bad_name", format!("This name {error}; choose another one."))
    })
}

/// A request that is refused.
pub(super) struct Refused(StatusCode, SignInRefusal);

impl Refused {
    pub(super) fn new(status: StatusCode, code: &str, text: impl Into<String>) -> Self {
        Self(status, SignInRefusal { code: code.to_owned(), text: text.into(), holder: None, variant: None })
    }
}

fn other_version(theirs: u32) -> Refused {
    let update = if theirs < PROTOCOL_VERSION { "update the client" } else { "ask for the server to be updated" };
    let text = format!(
        "This client speaks version {theirs} of the protocol and the server version {PROTOCOL_VERSION}; {update}."
    );
    Refused::new(StatusCode::UPGRADE_REQUIRED, "version", text)
}

impl From<Denied> for Refused {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::NameTaken { holder, variant } => {
                let text = format!("The name is taken by {holder}, who is here; {variant} is free.");
                let mut refused = Self::new(StatusCode::CONFLICT, "name_taken", text);
                refused.1.holder = Some(holder.into());
                refused.1.variant = Some(variant.into());
                refused
            }
            Denied::Registered { variant } => {
                let text = format!("The name belongs to somebody: give its password, or come in as {variant}.");
                let mut refused = Self::new(StatusCode::UNAUTHORIZED, "password_needed", text);
                refused.1.variant = Some(variant.into());
                refused
            }
            Denied::Full => Self::new(StatusCode::SERVICE_UNAVAILABLE, "full", "The server is full; try again later."),
            Denied::Stopping => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "stopping", "The server is being stopped; try again later.")
            }
            Denied::NoToken => Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "failed",
                "The server could not let you in; its log says why.",
            ),
        }
    }
}

impl From<AccountError> for Refused {
    fn from(error: AccountError) -> Self {
        let (status, code) = match error {
            AccountError::WrongPassword => (StatusCode::UNAUTHORIZED, "wrong_password"),
            AccountError::SignedOut => (StatusCode::UNAUTHORIZED, "signed_out"),
            AccountError::Wait(_) => (StatusCode::TOO_MANY_REQUESTS, "too_many_tries"),
            AccountError::Taken => (StatusCode::CONFLICT, "name_taken"),
            AccountError::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
            AccountError::InviteNeeded => (StatusCode::FORBIDDEN, "invite_needed"),
            AccountError::BadInvite => (StatusCode::FORBIDDEN, "bad_invite"),
            AccountError::Store => (StatusCode::INTERNAL_SERVER_ERROR, "failed"),
        };
        Self::new(status, code, error.to_string())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, Json(self.1)).into_response()
    }
}
