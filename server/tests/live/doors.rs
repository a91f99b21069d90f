//! Who may come in: invitations where guests may not, and those who are sent away.

use crate::{
    live_client::{LiveClient, owner_key, sign_in, sign_in_with},
    settings,
};
use hallway_protocol::{
    control::{ClientMessage, CloseCause, Refusal, ServerMessage},
    desk::{Proof, SignInRequest},
    moderation::{Reason, SendAway, StayAway},
};
use hallway_server::{
    Running, Settings,
    accounts::{Accounts, NewInvite},
    admin,
    config::{AdminOrder, BanOrder, Switch},
    start,
    world::Moderators,
};
use std::time::{Duration, Instant};

/// How soon a running server must have noticed what the operator did.
const NOTICED: Duration = Duration::from_secs(20);

/// What a try to sign in comes to: the code of a refusal.
fn code(server: &Running, request: &SignInRequest) -> Result<(), String> {
    let certificate = server.data_dir.join("certificate.pem");
    sign_in_with(server.listen, &certificate, request).map(drop).map_err(|refusal| refusal.code)
}

fn registering(name: &str, invite: Option<&str>) -> SignInRequest {
    let (proof, invite) = (Proof::Register("correct horse".into()), invite.map(str::to_owned));
    SignInRequest { proof, invite, ..SignInRequest::guest(name, owner_key().to_hex()) }
}

/// An invitation that is good until then, made beside the running server as the operator makes it.
fn invite(server: &Running, ends_ms: i64) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let accounts = Accounts::open(&server.data_dir, Moderators::default()).await.unwrap();
        accounts.invite(NewInvite { uses: 1, ends_ms }).await.unwrap().as_str().to_owned()
    })
}

#[test]
fn without_guests_only_who_was_invited_comes_in() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(Settings { guests: Switch::Off, ..settings(folder.path()) }).unwrap();
    let guest = SignInRequest::guest("Guest", owner_key().to_hex());
    let refused = |code: &str| Err(code.to_owned());
    assert_eq!(code(&server, &guest), refused("invite_needed"));
    assert_eq!(code(&server, &registering("Root", None)), Ok(()), "the first one owns the server");
    assert_eq!(code(&server, &registering("Ann", None)), refused("invite_needed"));
    assert_eq!(code(&server, &registering("Ann", Some("BCDF-GHJK-MNPQ-RTVW"))), refused("bad_invite"));
    assert_eq!(code(&server, &registering("Ann", Some(&invite(&server, 1)))), refused("bad_invite"), "it is over");
    let good = invite(&server, i64::MAX);
    // A name that is taken uses nothing up.
    assert_eq!(code(&server, &registering("root", Some(&good))), refused("name_taken"));
    assert_eq!(code(&server, &registering("Ann", Some(&good.to_lowercase()))), Ok(()));
    assert_eq!(code(&server, &registering("Bob", Some(&good))), refused("bad_invite"), "it was for one");
    server.stop().unwrap();
}

#[test]
fn whom_the_operator_bans_has_to_leave_and_stays_out_until_it_is_lifted() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(settings(folder.path())).unwrap();
    let mut ann = LiveClient::enter(&server, "Ann");
    let admin = |order| admin::run(&server.data_dir, None, &order);
    let reason = Some("swears".to_owned());
    let ban = BanOrder { name: "ann".into(), days: None, reason, owner: None, address: None };
    admin(AdminOrder::Ban(ban.clone())).unwrap();
    ann.wait_for("the farewell", |message| {
        let text = "You are banned from this server: swears.".to_owned();
        *message == ServerMessage::Closing { cause: CloseCause::SentAway { text } }
    });
    let certificate = folder.path().join("certificate.pem");
    let refused = sign_in(server.listen, &certificate, "Ann").unwrap_err();
    assert_eq!((refused.code.as_str(), refused.text.as_str()), ("banned", "You are banned from this server: swears."));
    sign_in(server.listen, &certificate, "Bob").unwrap();
    admin(AdminOrder::Unban { name: "ANN".into() }).unwrap();
    assert!(admin(AdminOrder::Unban { name: "Ann".into() }).is_err());
    let end = Instant::now() + NOTICED;
    while sign_in(server.listen, &certificate, "Ann").is_err_and(|refused| refused.code == "banned") {
        assert!(Instant::now() < end, "the ban is still in force");
    }
    // Who owns the server is not banned, and a network is kept out under any name.
    code(&server, &registering("Root", None)).unwrap();
    assert!(admin(AdminOrder::Ban(BanOrder { name: "Root".into(), ..ban.clone() })).is_err());
    admin(AdminOrder::Ban(BanOrder { name: "Cem".into(), address: Some([127, 0, 0, 1].into()), ..ban })).unwrap();
    let end = Instant::now() + NOTICED;
    while !sign_in(server.listen, &certificate, "Dora").is_err_and(|refused| refused.code == "banned") {
        assert!(Instant::now() < end, "the network is not kept out");
    }
    server.stop().unwrap();
}

#[test]
fn a_moderator_sends_people_away_and_nobody_else_does() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(settings(folder.path())).unwrap();
    let mut ann = LiveClient::enter(&server, "Ann");
    let mut bob = LiveClient::enter(&server, "Bob");
    server.moderators.add(owner_key().id());
    let mut moderator = LiveClient::enter(&server, "Mo");
    let order = |client: &mut LiveClient, person, stay| {
        let (request, reason) = (client.next_request(), Reason::new("too loud"));
        client.tell(ClientMessage::SendAway { request, order: SendAway { person, stay, reason } });
        let answer = client.wait_for("the answer", |message| {
            matches!(message, ServerMessage::SentAway { .. } | ServerMessage::Refused { .. })
        });
        match answer {
            ServerMessage::Refused { refusal, .. } => Err(refusal),
            _ => Ok(()),
        }
    };
    let (kick, for_a_day) = (StayAway::NotAtAll, StayAway::Days(1));
    assert_eq!(order(&mut bob, ann.person, kick), Err(Refusal::NotModerator));
    let own = moderator.person;
    assert_eq!(order(&mut moderator, own, kick), Err(Refusal::Moderates));
    let told = |text: &str| {
        let text = text.to_owned();
        move |message: &ServerMessage| matches!(message, ServerMessage::Closing { cause: CloseCause::SentAway { text: told } } if *told == text)
    };
    assert_eq!(order(&mut moderator, ann.person, kick), Ok(()));
    ann.wait_for("the farewell", told("Mo sent you out of this server for now: too loud."));
    let _again = LiveClient::enter(&server, "Cem");
    assert_eq!(order(&mut moderator, bob.person, for_a_day), Ok(()));
    bob.wait_for("the farewell", told("Mo banned you from this server for a day: too loud."));
    // All clients here have the same key, so that all of them are kept out.
    let certificate = folder.path().join("certificate.pem");
    let end = Instant::now() + NOTICED;
    while !sign_in(server.listen, &certificate, "Dora").is_err_and(|refused| refused.code == "banned") {
        assert!(Instant::now() < end, "the ban is not in force");
    }
    server.stop().unwrap();
}
