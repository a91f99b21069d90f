//! The client of the front desk: one thread with a small runtime, which never makes the session wait.

use super::{
    Admission, Answer, Matter, Outcome, Question,
    certificate::{Fingerprint, FingerprintVerifier, Wanted},
    hex, https,
    owner::OwnerKeys,
    pins::PinStore,
    stays::StayStore,
};
use crate::net::{
    commands::{Secret, ServerAddress, Trust},
    events::SignInFailure,
    snapshot::LoadedMap,
};
use bytes::{Bytes, BytesMut};
use hallway_protocol::{
    desk::{AccountChange, AccountRequest, PROTOCOL_VERSION, Proof, SignInGrant, SignInRefusal, SignInRequest},
    ids::PersonId,
    map::WorldMap,
    names::NameKey,
};
use lightyear::netcode::ConnectToken;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde::Serialize;
use std::{error::Error, io, net::SocketAddr, path::Path, sync::Arc, time::Duration};
use tokio::sync::mpsc;

/// For one whole request, the map's picture on a slow line included.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);
/// Longest answer to a sign-in: a token is 2 KiB, 4 KiB in hex.
const ANSWER_BYTES: usize = 64 * 1024;
/// Longest map. The largest, 256 by 256 tiles in 16 layers, takes about 6 MiB as JSON.
const MAP_BYTES: usize = 16 * 1024 * 1024;
/// Longest picture of a tile set.
const TILES_BYTES: usize = 16 * 1024 * 1024;
/// Questions that may wait; each voids those before it.
const QUESTIONS: usize = 8;

/// Starts the thread; gives the function that asks.
///
/// # Errors
/// When the system gives no thread or no event queue.
pub fn start(
    kept: Kept,
    deliver: impl Fn(Answer) + Send + 'static,
) -> io::Result<impl Fn(Question) + Send + Sync + 'static> {
    let (ask, questions) = mpsc::channel(QUESTIONS);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::Builder::new().name("desk".to_owned()).spawn(move || {
        runtime.block_on(FrontDesk { kept, notice: None, map: None }.run(questions, deliver));
    })?;
    Ok(move |question| {
        if ask.try_send(question).is_err() {
            tracing::warn!("the front desk takes no more questions");
        }
    })
}

/// What is kept in files.
pub struct Kept {
    pins: PinStore,
    owner: OwnerKeys,
    stays: StayStore,
}

impl Kept {
    /// What is kept in this folder, which need not exist yet.
    #[must_use]
    pub fn new(config_dir: &Path) -> Self {
        Self { pins: PinStore::new(config_dir), owner: OwnerKeys::new(config_dir), stays: StayStore::new(config_dir) }
    }
}

/// What is kept from one question to the next.
struct FrontDesk {
    kept: Kept,
    /// What is to be told with the next answer.
    notice: Option<String>,
    /// The last map, by its digest: a reconnect does not fetch it again.
    map: Option<Arc<LoadedMap>>,
}

impl FrontDesk {
    async fn run(mut self, mut questions: mpsc::Receiver<Question>, deliver: impl Fn(Answer)) {
        let mut next = questions.recv().await;
        while let Some(question) = next {
            let attempt = question.attempt;
            next = tokio::select! {
                // What is done without waiting is done, whatever is asked next.
                biased;
                result = self.serve(question) => {
                    deliver(Answer { attempt, result, notice: self.notice.take() });
                    questions.recv().await
                }
                newer = questions.recv() => newer,
            };
        }
    }

    async fn serve(&mut self, question: Question) -> Result<Outcome, SignInFailure> {
        let visit = Visit::begin(&self.kept.pins, &question)?;
        let name = question.name;
        match question.matter {
            Matter::SignIn { or_variant, proof, stay, invite } => {
                let owner_key = self.owner_key_for(&visit).await?;
                let invite = invite.map(|Secret(code)| code);
                let guest = SignInRequest::guest(name, owner_key);
                let request = SignInRequest { or_variant, proof, stay, invite, ..guest };
                self.sign_in(&visit, request).await.map(|admission| Outcome::Admitted(Box::new(admission)))
            }
            Matter::Account { password, change } => {
                let password = password.0;
                let request = AccountRequest { protocol: PROTOCOL_VERSION, name, password, change };
                self.change_account(&visit, request).await.map(Outcome::Changed)
            }
            Matter::Leave => {
                if let Wanted::Only(server) = visit.wanted {
                    self.forget_stay(server, &NameKey::of(&name));
                }
                Ok(Outcome::Left)
            }
        }
    }

    async fn sign_in(&mut self, visit: &Visit, mut request: SignInRequest) -> Result<Admission, SignInFailure> {
        let server = visit.meet().await?;
        let name = NameKey::of(&request.name);
        if request.proof == Proof::None
            && let Some(token) = self.kept.stays.token(server, &name)
        {
            request.proof = Proof::Staying(token);
        }
        let mut answer = self.ask_to_come_in(visit, &request).await;
        if let Err(SignInFailure::Refused { code, .. }) = &answer
            && code == "signed_out"
        {
            // What was kept is good no longer; the server says whether the name needs a password.
            self.forget_stay(server, &name);
            request.proof = Proof::None;
            answer = self.ask_to_come_in(visit, &request).await;
        }
        let (grant, desk) = answer?;
        let fingerprint = visit.settle_trust(&self.kept.pins)?;
        if let Some(token) = &grant.stay
            && let Err(error) = self.kept.stays.keep(server, &NameKey::of(&grant.name), token)
        {
            self.notice = Some(format!("You will have to give your password next time: {error}."));
        }
        let map = self.map(visit, &grant.map).await?;
        admission(grant, map, fingerprint, desk)
    }

    async fn ask_to_come_in(
        &self,
        visit: &Visit,
        request: &SignInRequest,
    ) -> Result<(SignInGrant, SocketAddr), SignInFailure> {
        let response = visit.post("/session", request).await?;
        let desk = response.remote_addr().ok_or_else(|| nonsense("it has no address"))?;
        Ok((read_grant(response).await?, desk))
    }

    async fn change_account(&mut self, visit: &Visit, request: AccountRequest) -> Result<AccountChange, SignInFailure> {
        let server = visit.meet().await?;
        let response = visit.post("/account", &request).await?;
        if response.status() != StatusCode::NO_CONTENT {
            return Err(read_refusal(response).await);
        }
        // Each of the changes ends what clients kept.
        self.forget_stay(server, &NameKey::of(&request.name));
        Ok(request.change)
    }

    fn forget_stay(&mut self, server: Fingerprint, name: &NameKey) {
        if let Err(error) = self.kept.stays.forget(server, name) {
            self.notice = Some(format!("This client may still be signed in next time: {error}."));
        }
    }

    /// The owner key in the form that is for this server alone: no server can show it to another.
    async fn owner_key_for(&mut self, visit: &Visit) -> Result<String, SignInFailure> {
        let server = visit.meet().await?;
        let (key, notice) = self.kept.owner.key();
        self.notice = notice.or(self.notice.take());
        Ok(key.for_server(&server.0).to_hex())
    }

    async fn map(&mut self, visit: &Visit, digest: &str) -> Result<Arc<LoadedMap>, SignInFailure> {
        if let Some(map) = self.map.as_ref().filter(|map| map.digest == digest) {
            return Ok(Arc::clone(map));
        }
        let map: WorldMap = serde_json::from_slice(&visit.get("/map", MAP_BYTES).await?)
            .map_err(|error| nonsense(&format!("its map can't be read ({error})")))?;
        map.validate().map_err(|error| nonsense(&format!("its map is broken ({error})")))?;
        let tiles_png = visit.get("/map/tiles.png", TILES_BYTES).await?;
        let map = Arc::new(LoadedMap { map, tiles_png, digest: digest.to_owned() });
        self.map = Some(Arc::clone(&map));
        Ok(map)
    }
}

/// One sign-in's connection to one front desk.
struct Visit {
    server: ServerAddress,
    trust: Trust,
    wanted: Wanted,
    verifier: Arc<FingerprintVerifier>,
    http: Client,
}

impl Visit {
    fn begin(pins: &PinStore, question: &Question) -> Result<Self, SignInFailure> {
        let wanted = match &question.trust {
            Trust::Fingerprint(text) => Wanted::Only(text.parse().map_err(SignInFailure::Unreachable)?),
            trust => match (pins.pinned(&question.server).map_err(local)?, trust) {
                (Some(pinned), _) => Wanted::Only(pinned),
                (None, Trust::New) => Wanted::Any,
                (None, _) => Wanted::None,
            },
        };
        let provider = https::provider();
        let verifier = Arc::new(FingerprintVerifier::new(wanted, Arc::clone(&provider)));
        let client = https::client(Arc::clone(&verifier), provider).map_err(local)?;
        let http = client.timeout(REQUEST_TIMEOUT).build().map_err(local)?;
        Ok(Self { server: question.server.clone(), trust: question.trust.clone(), wanted, verifier, http })
    }

    /// Learns which certificate this server has. From then on the visit takes no other, so what is said next is said to
    /// this server.
    async fn meet(&self) -> Result<Fingerprint, SignInFailure> {
        if let Wanted::Only(known) = self.wanted {
            return Ok(known);
        }
        self.get_response("/health").await?;
        self.verifier.shown().ok_or_else(|| nonsense("it showed no certificate"))
    }

    async fn post(&self, path: &str, body: &impl Serialize) -> Result<Response, SignInFailure> {
        self.send(self.http.request(Method::POST, self.url(path)).json(body)).await
    }

    async fn get_response(&self, path: &str) -> Result<Response, SignInFailure> {
        self.send(self.http.request(Method::GET, self.url(path))).await
    }

    fn url(&self, path: &str) -> String {
        format!("https://{}{path}", self.server)
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, SignInFailure> {
        request.send().await.map_err(|error| self.untrusted().unwrap_or_else(|| self.unreachable(&error)))
    }

    async fn get(&self, path: &str, most: usize) -> Result<Bytes, SignInFailure> {
        let response = self.get_response(path).await?;
        if response.status() != StatusCode::OK {
            return Err(nonsense(&format!("asked for {path} it said “{}”", response.status())));
        }
        read(response, most).await
    }

    /// Why the handshake failed, where the certificate was the reason.
    fn untrusted(&self) -> Option<SignInFailure> {
        let shown = self.verifier.shown()?;
        match self.wanted {
            Wanted::None => Some(SignInFailure::UnknownCertificate { fingerprint: shown.to_string() }),
            Wanted::Only(pinned) if pinned != shown => {
                Some(SignInFailure::ChangedCertificate { pinned: pinned.to_string(), shown: shown.to_string() })
            }
            Wanted::Only(_) | Wanted::Any => None,
        }
    }

    fn unreachable(&self, error: &reqwest::Error) -> SignInFailure {
        let server = &self.server;
        SignInFailure::Unreachable(if error.is_timeout() {
            format!("{server} did not answer in time; check the address and that the server runs.")
        } else if error.is_connect() {
            format!("{server} can't be reached ({}); check the address and that the server runs.", innermost(error))
        } else {
            format!("The connection to {server} broke ({}); try again.", innermost(error))
        })
    }

    /// Pins what was trusted anew, and gives the fingerprint of this visit.
    fn settle_trust(&self, pins: &PinStore) -> Result<Fingerprint, SignInFailure> {
        let shown = self.verifier.shown().ok_or_else(|| nonsense("it showed no certificate"))?;
        if self.trust != Trust::Pinned {
            pins.pin(&self.server, shown).map_err(local)?;
        }
        Ok(shown)
    }
}

async fn read_grant(response: Response) -> Result<SignInGrant, SignInFailure> {
    if response.status() != StatusCode::OK {
        return Err(read_refusal(response).await);
    }
    let body = read(response, ANSWER_BYTES).await?;
    serde_json::from_slice(&body).map_err(|_| nonsense("its answer to the sign-in can't be read"))
}

async fn read_refusal(response: Response) -> SignInFailure {
    let status = response.status();
    let body = match read(response, ANSWER_BYTES).await {
        Ok(body) => body,
        Err(failure) => return failure,
    };
    let Ok(refusal) = serde_json::from_slice::<SignInRefusal>(&body) else {
        return nonsense(&format!("asked to sign in it said “{status}”"));
    };
    match refusal {
        SignInRefusal { holder: Some(holder), variant: Some(variant), .. } => {
            SignInFailure::NameTaken { holder, variant }
        }
        SignInRefusal { code, variant: Some(variant), .. } if code == "password_needed" => {
            SignInFailure::PasswordNeeded { variant }
        }
        SignInRefusal { code, text, .. } => SignInFailure::Refused { code, text },
    }
}

fn admission(
    grant: SignInGrant,
    map: Arc<LoadedMap>,
    fingerprint: Fingerprint,
    desk: SocketAddr,
) -> Result<Admission, SignInFailure> {
    let token = hex::decode(&grant.token).and_then(|bytes| ConnectToken::try_from_bytes(&bytes).ok());
    let secret = hex::decode(&grant.secret).and_then(|bytes| bytes.try_into().ok());
    Ok(Admission {
        person: PersonId(grant.person),
        name: grant.name,
        token: token.ok_or_else(|| nonsense("its connect token can't be read"))?,
        desk,
        secret: secret.ok_or_else(|| nonsense("its secret can't be read"))?,
        map,
        version: grant.version,
        fingerprint: fingerprint.to_string(),
        account: grant.account,
        files_key: grant.files_key,
    })
}

/// Reads a body of at most `most` bytes, however long it claims to be.
async fn read(mut response: Response, most: usize) -> Result<Bytes, SignInFailure> {
    let mut body = BytesMut::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() <= most => body.extend_from_slice(&chunk),
            Ok(Some(_)) => return Err(nonsense("its answer is too long")),
            Ok(None) => return Ok(body.freeze()),
            Err(error) => return Err(nonsense(&format!("its answer broke off: {}", innermost(&error)))),
        }
    }
}

fn nonsense(what: &str) -> SignInFailure {
    SignInFailure::Unreachable(format!("This is no Hallway server of this version: {what}."))
}

/// Something on this machine is in the way.
fn local(error: impl std::fmt::Display) -> SignInFailure {
    SignInFailure::Unreachable(format!("Can't sign in: {error}."))
}

/// The reason at the bottom of a chain of errors: “connection refused” rather than “error sending request”.
fn innermost(error: &dyn Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}
