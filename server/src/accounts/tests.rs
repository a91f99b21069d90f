//! Accounts on a real database.

use super::*;
use crate::store::{Database, NewMessage, PagePart, PageQuery, Thread};
use hallway_protocol::{ids::PersonId, owner::OwnerKey};

/// An owner of the server before anybody else.
const FIRST: &str = "Root";

struct Fixture {
    database: Database,
    accounts: Accounts,
    folder: tempfile::TempDir,
}

impl Fixture {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(folder.path(), 1).await.unwrap();
        let accounts = Accounts::open(folder.path(), Moderators::default()).await.unwrap();
        Self { database, accounts, folder }
    }

    async fn register(&self, name: &str, before: OwnerId) -> Result<Account, AccountError> {
        let name = DisplayName::new(name).unwrap();
        let prepared = self.accounts.prepare(&name.key(), password("correct horse")).await?;
        self.accounts.register(&name, &prepared, before).await
    }

    async fn prove(&self, name: &str, text: &str, caller: Caller) -> Result<Account, AccountError> {
        self.accounts.prove(&NameKey::of(name), password(text), caller).await
    }

    async fn said(&mut self, thread: Thread) -> Vec<(String, Option<String>, String)> {
        let page = self.database.page(&PageQuery { thread, part: PagePart::Newest, count: 50 }).await.unwrap();
        page.into_iter().map(|message| (message.from_name, message.to_name, message.text)).collect()
    }
}

fn password(text: &str) -> Password {
    Password::new(text).unwrap()
}

fn client(number: u8) -> OwnerId {
    OwnerKey::new([number; 32]).id()
}

fn caller(last: u8) -> Caller {
    Caller { ip: [192, 0, 2, last].into(), now: Instant::now() }
}

fn message(thread: Thread, from: &str, to: Option<&str>, text: &str, sent_ms: i64) -> NewMessage {
    let name = |name: &str| DisplayName::new(name).unwrap();
    // As the world has it: of a private message the writer's end of the thread, of others whoever is called so.
    let author = match &thread {
        Thread::Pair { from, .. } => *from,
        _ => client(99),
    };
    NewMessage {
        thread,
        writer: PersonId(7),
        from: name(from),
        to: to.map(name),
        text: text.to_owned(),
        attachment: None,
        sent_ms,
        author,
        reply_to: None,
        mentions: Vec::new(),
    }
}

#[tokio::test]
async fn a_registered_name_needs_its_password() {
    let fixture = Fixture::open().await;
    let ann = fixture.register("Ann", client(1)).await.unwrap();
    assert!(fixture.accounts.registered().has(&NameKey::of("ANN")));
    assert_eq!(fixture.register("ann", client(2)).await, Err(AccountError::Taken));
    assert_eq!(fixture.prove("ann", "correct horse", caller(1)).await, Ok(ann.clone()));
    // A name that is nobody's is refused in the same words.
    assert_eq!(fixture.prove("Ann", "wrong horse", caller(1)).await, Err(AccountError::WrongPassword));
    assert_eq!(fixture.prove("Bob", "correct horse", caller(1)).await, Err(AccountError::WrongPassword));
    // The list is there after a restart.
    let again = Accounts::open(fixture.folder.path(), Moderators::default()).await.unwrap();
    assert!(again.registered().has(&NameKey::of("Ann")));
}

#[tokio::test]
async fn two_who_register_at_once_are_told_apart_by_the_database() {
    let fixture = Fixture::open().await;
    let name = DisplayName::new("Ann").unwrap();
    let first = fixture.accounts.prepare(&name.key(), password("correct horse")).await.unwrap();
    let second = fixture.accounts.prepare(&name.key(), password("battery staple")).await.unwrap();
    assert!(fixture.accounts.register(&name, &first, client(1)).await.is_ok());
    assert_eq!(fixture.accounts.register(&name, &second, client(2)).await, Err(AccountError::Taken));
    assert!(fixture.prove("Ann", "correct horse", caller(1)).await.is_ok());
}

#[tokio::test]
async fn guessing_is_slowed_and_the_rightful_owner_is_let_in_elsewhere_soon() {
    let fixture = Fixture::open().await;
    fixture.register("Ann", client(1)).await.unwrap();
    let guesser = caller(1);
    for guess in 0..6 {
        let wrong = fixture.prove("Ann", &format!("guess number {guess}"), guesser).await;
        assert!(matches!(wrong, Err(AccountError::WrongPassword | AccountError::Wait(_))), "{wrong:?}");
    }
    let slowed = fixture.prove("Ann", "correct horse", guesser).await;
    assert!(matches!(slowed, Err(AccountError::Wait(wait)) if wait > Duration::ZERO), "{slowed:?}");
    assert!(slowed.unwrap_err().to_string().contains("wait a second"));
    let later = Caller { now: guesser.now + Duration::from_secs(60), ..caller(2) };
    assert!(fixture.prove("Ann", "correct horse", later).await.is_ok());
}

#[tokio::test]
async fn a_client_stays_signed_in_until_it_or_the_person_ends_that() {
    let fixture = Fixture::open().await;
    let (ann, bob) =
        (fixture.register("Ann", client(1)).await.unwrap(), fixture.register("Bob", client(2)).await.unwrap());
    let staying = |name: &'static str, token: StayToken| {
        let accounts = &fixture.accounts;
        async move { accounts.prove_staying(&NameKey::of(name), &token).await.ok() }
    };
    let (here, there) = (fixture.accounts.stay(&ann).await.unwrap(), fixture.accounts.stay(&ann).await.unwrap());
    assert_eq!(StayToken::parse(&here.to_hex()), Some(here.clone()));
    assert_eq!(staying("Ann", here.clone()).await, Some(ann.clone()));
    assert_eq!(staying("Bob", here.clone()).await, None, "a token is for one account");
    assert_eq!(staying("Ann", StayToken([7; 32])).await, None);
    assert_eq!(staying("Ann", there.clone()).await, Some(ann.clone()));
    fixture.accounts.set_password(&ann, password("battery staple")).await.unwrap();
    assert_eq!(staying("Ann", there).await, None);
    assert!(fixture.prove("Ann", "correct horse", caller(1)).await.is_err());
    assert!(fixture.prove("Ann", "battery staple", caller(1)).await.is_ok());
    let of_bob = fixture.accounts.stay(&bob).await.unwrap();
    fixture.accounts.leave_all(&ann).await.unwrap();
    assert_eq!(staying("Bob", of_bob).await, Some(bob));
}

#[tokio::test]
async fn a_client_that_was_not_seen_for_long_is_signed_out_and_so_is_the_oldest_of_many() {
    let fixture = Fixture::open().await;
    let ann = fixture.register("Ann", client(1)).await.unwrap();
    let mut table = fixture.accounts.table.lock().await;
    table.stay(ann.id, "old", 1000).await.unwrap();
    assert_eq!(table.staying("old", 1001, 2000).await.unwrap(), None);
    assert_eq!(table.staying("old", 1000, 2000).await.unwrap(), Some(ann.clone()));
    assert_eq!(table.staying("old", 2000, 2000).await.unwrap(), Some(ann.clone()), "it was used meanwhile");
    for n in 0..20 {
        table.stay(ann.id, &format!("new {n}"), 3000).await.unwrap();
    }
    assert_eq!(table.staying("old", 0, 4000).await.unwrap(), None);
    assert_eq!(table.staying("new 0", 0, 4000).await.unwrap(), Some(ann));
}

#[tokio::test]
async fn private_messages_come_along_and_stay_behind_as_a_former_members() {
    let mut fixture = Fixture::open().await;
    let (ann, bob) = (client(1), client(2));
    let pair = |from, to| Thread::Pair { from, to };
    let before = [
        message(pair(ann, bob), "Ann", Some("Bob"), "to Bob", 5),
        message(pair(bob, ann), "Bob", Some("Ann"), "to Ann", 6),
        message(Thread::World, "Ann", None, "as a guest", 7),
    ];
    fixture.database.append(&before).await.unwrap();
    fixture.register(FIRST, client(9)).await.unwrap();
    let account = fixture.register("Ann", ann).await.unwrap();
    assert!(fixture.said(pair(ann, bob)).await.is_empty(), "the client's own key opens it no longer");
    let texts =
        |said: Vec<(String, Option<String>, String)>| said.into_iter().map(|(_, _, text)| text).collect::<Vec<_>>();
    assert_eq!(texts(fixture.said(pair(account.owner, bob)).await), ["to Bob", "to Ann"]);
    assert_eq!(texts(fixture.said(pair(bob, account.owner)).await), ["to Bob", "to Ann"]);
    let now = i64::MAX;
    let member = NewMessage { author: account.owner, ..message(Thread::World, "Ann", None, "as a member", now) };
    fixture.database.append(&[member]).await.unwrap();
    fixture.accounts.delete(&account).await.unwrap();
    assert!(!fixture.accounts.registered().has(&NameKey::of("Ann")));
    let owned = |from: &str, to: Option<&str>, text: &str| (from.to_owned(), to.map(str::to_owned), text.to_owned());
    assert_eq!(
        fixture.said(Thread::World).await,
        [owned("Ann", None, "as a guest"), owned("Former member", None, "as a member")]
    );
    assert_eq!(
        fixture.said(pair(bob, account.owner)).await,
        [owned("Former member", Some("Bob"), "to Bob"), owned("Bob", Some("Former member"), "to Ann")]
    );
    assert!(fixture.register("Ann", ann).await.is_ok(), "the name is free");
}

#[tokio::test]
async fn the_first_one_owns_the_server_and_who_moderated_goes_on() {
    let fixture = Fixture::open().await;
    let role = |account: Account| (account.role, fixture.accounts.moderators.has(account.owner));
    assert_eq!(role(fixture.register(FIRST, client(1)).await.unwrap()), (Role::Owner, true));
    assert_eq!(role(fixture.register("Ann", client(2)).await.unwrap()), (Role::Member, false));
    fixture.accounts.moderators.add(client(3));
    assert_eq!(role(fixture.register("Bob", client(3)).await.unwrap()), (Role::Moderator, true));
    // They are known again after a restart.
    let moderators = Moderators::default();
    let again = Accounts::open(fixture.folder.path(), moderators.clone()).await.unwrap();
    let bob = again.prove(&NameKey::of("Bob"), password("correct horse"), caller(1)).await.unwrap();
    assert!(moderators.has(bob.owner));
    // A role that is taken away ends what it gave, and not what the settings give.
    again.set_role(&bob, Role::Member).await.unwrap();
    let name = NameKey::of("Bob");
    let prove = || again.prove(&name, password("correct horse"), caller(1));
    prove().await.unwrap();
    assert!(!moderators.has(bob.owner));
    moderators.add(bob.owner);
    prove().await.unwrap();
    assert!(moderators.has(bob.owner));
}
