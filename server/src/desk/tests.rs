//! The desk over real HTTPS, with a world that lets in everyone but Ann.

mod attacks;

use super::*;
use crate::{
    accounts::{Accounts, Registered},
    files::FileLimits,
    store::Database,
    world::Moderators,
};
use hallway_protocol::{
    desk::{AccountChange, AccountRequest, PROTOCOL_VERSION, Proof, SignInRefusal, SignInRequest},
    owner::OwnerKey,
};
use reqwest::{Client, StatusCode, header};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use std::{
    io::{Read, Write},
    sync::Mutex,
};
use tokio::runtime::Handle as TokioHandle;

struct Fixture {
    desk: Desk,
    address: SocketAddr,
    client: Client,
    /// The owners whose sessions the world was to end.
    ended: Arc<Mutex<Vec<OwnerId>>>,
    _folder: tempfile::TempDir,
}

impl Fixture {
    async fn open(limits: SignInLimits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let identity = Identity::load_or_make(folder.path(), "Hallway").unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let exhibits =
            Exhibits { map_json: "{\"map\":1}".into(), map_digest: "abc".into(), tiles_png: "picture".into() };
        let (door, asks) = WorldDoor::new(|| {});
        Database::open(folder.path(), 1).await.unwrap().close().await;
        let accounts = Arc::new(Accounts::open(folder.path(), Moderators::default()).await.unwrap());
        let ended = Arc::default();
        TokioHandle::current().spawn(small_world(asks, accounts.registered(), Arc::clone(&ended)));
        let most = FileLimits { file: 100, person: 1000, all: 1000, guests: true };
        let files = Files::open(folder.path(), most).await.unwrap();
        let desk = Desk::open(listener, &identity, exhibits, door, accounts, files, limits).unwrap();
        let client = client(&folder.path().join("certificate.pem"));
        Self { desk, address, client, ended, _folder: folder }
    }

    fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.address.port())
    }

    async fn sign_in(&self, name: &str) -> reqwest::Response {
        self.sign_in_with(&request(name)).await
    }

    async fn sign_in_with(&self, request: &SignInRequest) -> reqwest::Response {
        self.client.post(self.url("/session")).json(request).send().await.unwrap()
    }

    /// What a sign-in with a proof comes to: the grant, or the refusal's code.
    async fn prove(&self, name: &str, proof: Proof) -> Result<SignInGrant, String> {
        let response = self.sign_in_with(&SignInRequest { proof, stay: true, ..request(name) }).await;
        match response.status() {
            StatusCode::OK => Ok(response.json().await.unwrap()),
            _ => Err(response.json::<SignInRefusal>().await.unwrap().code),
        }
    }

    /// What a change of an account comes to: the code of a refusal.
    async fn change(&self, name: &str, password: &str, change: AccountChange) -> Result<(), String> {
        let (name, password) = (name.to_owned(), password.to_owned());
        let request = AccountRequest { protocol: PROTOCOL_VERSION, name, password, change };
        let response = self.client.post(self.url("/account")).json(&request).send().await.unwrap();
        match response.status() {
            StatusCode::NO_CONTENT => Ok(()),
            _ => Err(response.json::<SignInRefusal>().await.unwrap().code),
        }
    }
}

fn request(name: &str) -> SignInRequest {
    let owner_key = OwnerKey::new([7; 32]).to_hex();
    SignInRequest::guest(name, owner_key)
}

/// Trusts this one certificate and no other.
fn client(certificate: &std::path::Path) -> Client {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(certificate).unwrap()).unwrap();
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    Client::builder().use_preconfigured_tls(tls).no_proxy().build().unwrap()
}

async fn small_world(mut asks: WorldAsks, registered: Registered, ended: Arc<Mutex<Vec<OwnerId>>>) {
    while let Some(ask) = asks.recv().await {
        let ask = match ask {
            WorldAsk::SignIn(ask) => ask,
            WorldAsk::End(owner) => {
                ended.lock().unwrap().push(owner);
                continue;
            }
            WorldAsk::File(_) => continue,
            WorldAsk::Enforce => continue,
        };
        let name = |name: &str| DisplayName::new(name).unwrap();
        let answer = if ask.name.key() == name("Ann").key() {
            Err(Denied::NameTaken { holder: name("Ann"), variant: name("Ann 2") })
        } else if ask.claim == Claim::Guest && registered.has(&ask.name.key()) {
            Err(Denied::Registered { variant: name("Somebody 2") })
        } else {
            Ok(SignInGrant {
                person: 7,
                name: ask.name.to_string(),
                token: ask.reached_at.to_string(),
                // Whose it was asked for, so that tests see it.
                secret: ask.owner.to_string(),
                map: "abc".into(),
                version: "1".into(),
                account: false,
                stay: None,
                files_key: "ab".into(),
            })
        };
        let _ = ask.reply.send(answer);
    }
}

#[tokio::test]
async fn a_sign_in_is_asked_of_the_world_with_the_address_it_came_to() {
    let fixture = Fixture::open(SignInLimits::new(9, 9)).await;
    let response = fixture.sign_in("  Bob ").await;
    assert_eq!(response.status(), StatusCode::OK);
    let grant: SignInGrant = response.json().await.unwrap();
    let reached: SocketAddr = grant.token.parse().unwrap();
    assert_eq!((grant.person, grant.name.as_str(), reached.port()), (7, "Bob", fixture.address.port()));
    assert!(reached.ip().is_loopback());
    fixture.desk.close().await;
}

#[tokio::test]
async fn refusals_have_a_status_a_code_and_a_sentence() {
    let fixture = Fixture::open(SignInLimits::new(9, 9)).await;
    let taken = fixture.sign_in("ann").await;
    assert_eq!(taken.status(), StatusCode::CONFLICT);
    let taken: SignInRefusal = taken.json().await.unwrap();
    assert_eq!(
        (taken.code.as_str(), taken.holder.as_deref(), taken.variant.as_deref()),
        ("name_taken", Some("Ann"), Some("Ann 2"))
    );
    let bad = fixture.sign_in("a\u{202E}b").await;
    assert_eq!(bad.status(), StatusCode::BAD_REQUEST);
    let bad: SignInRefusal = bad.json().await.unwrap();
    assert!(bad.code == "bad_name" && bad.text.contains("U+202E") && bad.text.ends_with('.'), "{bad:?}");
    let keyless = SignInRequest { owner_key: "0123".into(), ..request("Bob") };
    let keyless = fixture.client.post(fixture.url("/session")).json(&keyless).send().await.unwrap();
    assert_eq!(keyless.status(), StatusCode::BAD_REQUEST);
    let keyless: SignInRefusal = keyless.json().await.unwrap();
    assert!(keyless.code == "bad_request" && keyless.text.contains("owner key"), "{keyless:?}");
    let old = SignInRequest { protocol: 0, ..request("Bob") };
    let old = fixture.client.post(fixture.url("/session")).json(&old).send().await.unwrap();
    assert_eq!(old.status(), StatusCode::UPGRADE_REQUIRED);
    assert_eq!(old.json::<SignInRefusal>().await.unwrap().code, "version");
    let noise = fixture.client.post(fixture.url("/session")).body("{").header("content-type", "application/json");
    let noise = noise.send().await.unwrap();
    assert_eq!(noise.status(), StatusCode::BAD_REQUEST);
    let long = fixture.client.post(fixture.url("/session")).body("x".repeat(100_000));
    let status = long.header("content-type", "application/json").send().await.unwrap().status();
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn too_many_tries_are_refused() {
    let fixture = Fixture::open(SignInLimits::new(2, 3)).await;
    for _ in 0..3 {
        assert_eq!(fixture.sign_in("Bob").await.status(), StatusCode::OK);
    }
    let refused = fixture.sign_in("Bob").await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.json::<SignInRefusal>().await.unwrap().code, "too_many_tries");
}

#[tokio::test]
async fn the_map_is_sent_once() {
    let fixture = Fixture::open(SignInLimits::new(9, 9)).await;
    for (path, media_type, body) in
        [("/map", "application/json", "{\"map\":1}"), ("/map/tiles.png", "image/png", "picture")]
    {
        let first = fixture.client.get(fixture.url(path)).send().await.unwrap();
        assert_eq!(first.headers()[header::CONTENT_TYPE], media_type);
        let tag = first.headers()[header::ETAG].clone();
        assert_eq!(first.text().await.unwrap(), body);
        let again = fixture.client.get(fixture.url(path)).header(header::IF_NONE_MATCH, tag).send().await.unwrap();
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    }
    assert_eq!(fixture.client.get(fixture.url("/health")).send().await.unwrap().text().await.unwrap(), "ok");
    assert_eq!(fixture.client.get(fixture.url("/else")).send().await.unwrap().status(), StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_from_one_address_are_bounded_and_others_go_on() {
    let fixture = Fixture::open(SignInLimits::new(9, 9)).await;
    let address = fixture.address;
    let idle = tokio::task::spawn_blocking(move || {
        let mut open: Vec<_> = (0..100).map(|_| std::net::TcpStream::connect(address).unwrap()).collect();
        // Those beyond the limit are closed; a handshake that never comes keeps the others waiting.
        let closed = open.iter_mut().filter_map(|stream| {
            stream.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
            let _ = stream.write(&[22]);
            matches!(stream.read(&mut [0; 8]), Ok(0)).then_some(())
        });
        let closed = closed.take(36).count();
        (closed, open)
    });
    let (closed, open) = idle.await.unwrap();
    assert!(closed >= 36, "{closed}");
    drop(open);
    // Seats are given back.
    let mut status = None;
    for _ in 0..50 {
        status = fixture.client.get(fixture.url("/health")).send().await.ok().map(|response| response.status());
        if status.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(status, Some(StatusCode::OK));
    fixture.desk.close().await;
}

#[tokio::test]
async fn a_name_is_registered_and_then_proved() {
    let fixture = Fixture::open(SignInLimits::new(99, 99)).await;
    let password = |text: &str| Proof::Password(text.to_owned());
    let short = fixture.prove("Bob", Proof::Register("short".into())).await;
    assert_eq!(short.unwrap_err(), "bad_password");
    let bob = fixture.prove("Bob", Proof::Register("correct horse".into())).await.unwrap();
    assert!(bob.account && bob.stay.is_some());
    let taken = fixture.prove("bob", Proof::Register("battery staple".into())).await;
    assert_eq!(taken.unwrap_err(), "name_taken");
    let guest: SignInRefusal = fixture.sign_in("BOB").await.json().await.unwrap();
    assert_eq!((guest.code.as_str(), guest.variant.as_deref()), ("password_needed", Some("Somebody 2")));
    assert_eq!(fixture.prove("Bob", password("wrong horse")).await.unwrap_err(), "wrong_password");
    assert_eq!(fixture.prove("Bob", password("short")).await.unwrap_err(), "wrong_password");
    assert_eq!(fixture.prove("Cem", password("correct horse")).await.unwrap_err(), "wrong_password");
    // The account is one person's on whatever machine, and under the name as it was registered.
    let again = fixture.prove("bob", password("correct horse")).await.unwrap();
    assert_eq!((again.name.as_str(), again.secret.as_str()), ("Bob", bob.secret.as_str()));
    let staying = fixture.prove("Bob", Proof::Staying(bob.stay.unwrap())).await.unwrap();
    assert_eq!(staying.secret, bob.secret);
    for token in ["", "00", &"0".repeat(64)] {
        assert_eq!(fixture.prove("Bob", Proof::Staying(token.to_owned())).await.unwrap_err(), "signed_out");
    }
}

#[tokio::test]
async fn a_name_that_is_not_to_be_had_is_not_registered() {
    let fixture = Fixture::open(SignInLimits::new(99, 99)).await;
    assert_eq!(fixture.prove("Ann", Proof::Register("correct horse".into())).await.unwrap_err(), "name_taken");
    assert_eq!(fixture.prove("Ann", Proof::Password("correct horse".into())).await.unwrap_err(), "wrong_password");
}

#[tokio::test]
async fn an_account_is_changed_by_who_has_its_password() {
    let fixture = Fixture::open(SignInLimits::new(99, 99)).await;
    let bob = fixture.prove("Bob", Proof::Register("correct horse".into())).await.unwrap();
    let token = || Proof::Staying(bob.stay.clone().unwrap());
    for change in [AccountChange::Delete, AccountChange::SignOutEverywhere, AccountChange::Password("x".into())] {
        assert_eq!(fixture.change("Bob", "wrong horse", change).await.unwrap_err(), "wrong_password");
    }
    let short = fixture.change("Bob", "correct horse", AccountChange::Password("short".into())).await;
    assert_eq!(short.unwrap_err(), "bad_password");
    fixture.prove("Bob", token()).await.unwrap();
    fixture.change("bob", "correct horse", AccountChange::Password("battery staple".into())).await.unwrap();
    assert_eq!(fixture.prove("Bob", token()).await.unwrap_err(), "signed_out");
    let again = fixture.prove("Bob", Proof::Password("battery staple".into())).await.unwrap();
    fixture.change("Bob", "battery staple", AccountChange::SignOutEverywhere).await.unwrap();
    let staying = fixture.prove("Bob", Proof::Staying(again.stay.unwrap())).await;
    assert_eq!(staying.unwrap_err(), "signed_out");
    fixture.change("Bob", "battery staple", AccountChange::Delete).await.unwrap();
    assert_eq!(fixture.sign_in("Bob").await.status(), StatusCode::OK, "the name is free");
    let ended: Vec<String> = fixture.ended.lock().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(ended, [bob.secret.clone(), bob.secret]);
}

#[tokio::test]
async fn guessing_a_password_is_slowed() {
    let fixture = Fixture::open(SignInLimits::new(99, 99)).await;
    fixture.prove("Bob", Proof::Register("correct horse".into())).await.unwrap();
    let mut codes = Vec::new();
    for guess in 0..8 {
        codes.push(fixture.prove("Bob", Proof::Password(format!("guess number {guess}"))).await.unwrap_err());
    }
    assert!(codes.contains(&"too_many_tries".to_owned()), "{codes:?}");
}

#[tokio::test]
async fn what_the_world_must_hear_waits_for_a_place() {
    let (door, mut asks) = WorldDoor::new(|| {});
    for _ in 0..WAITING {
        door.ask(WorldAsk::Enforce).unwrap();
    }
    assert!(door.ask(WorldAsk::Enforce).is_err());
    let told = TokioHandle::current().spawn(async move { door.tell(WorldAsk::Enforce).await });
    let mut heard = 0;
    while asks.recv().await.is_some() {
        heard += 1;
    }
    told.await.unwrap();
    assert_eq!(heard, WAITING + 1);
}
