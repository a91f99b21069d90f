//! Attacks on the desk: guessing, and tokens of clients that stay signed in no longer. Each is refused.

use super::*;
use crate::store::connect;

fn guess(text: &str) -> Proof {
    Proof::Password(text.to_owned())
}

fn token(grant: &SignInGrant) -> Proof {
    Proof::Staying(grant.stay.clone().unwrap())
}

async fn with_bob() -> (Fixture, SignInGrant) {
    let fixture = Fixture::open(SignInLimits::new(99, 99)).await;
    let bob = fixture.prove("Bob", Proof::Register("correct horse".into())).await.unwrap();
    (fixture, bob)
}

#[tokio::test]
async fn nobody_is_told_whether_the_name_or_the_password_was_wrong() {
    let (fixture, _) = with_bob().await;
    let mut answers = Vec::new();
    for name in ["Bob", "Cem"] {
        let request = SignInRequest { proof: guess("wrong horse"), ..request(name) };
        let response = fixture.sign_in_with(&request).await;
        answers.push((response.status(), response.text().await.unwrap()));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0].0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn trying_one_password_at_many_names_is_slowed_as_well() {
    let (fixture, _) = with_bob().await;
    let mut codes = Vec::new();
    for n in 0..6 {
        codes.push(fixture.prove(&format!("Name {n}"), guess("correct horse")).await.unwrap_err());
    }
    assert_eq!(codes[0], "wrong_password");
    assert_eq!(codes[5], "too_many_tries");
    // The right one has to wait like any other.
    assert_eq!(fixture.prove("Bob", guess("correct horse")).await.unwrap_err(), "too_many_tries");
}

#[tokio::test]
async fn guessing_where_accounts_are_changed_is_guessing_too() {
    let (fixture, _) = with_bob().await;
    let mut codes = Vec::new();
    for n in 0..6 {
        codes.push(fixture.change("Bob", &format!("guess number {n}"), AccountChange::Delete).await.unwrap_err());
    }
    assert_eq!((codes[0].as_str(), codes[5].as_str()), ("wrong_password", "too_many_tries"));
    assert_eq!(fixture.prove("Bob", guess("correct horse")).await.unwrap_err(), "too_many_tries");
}

#[tokio::test]
async fn a_stolen_token_that_was_not_used_for_long_is_good_for_nothing() {
    let (fixture, bob) = with_bob().await;
    fixture.prove("Bob", token(&bob)).await.unwrap();
    let mut database = connect(fixture._folder.path()).await.unwrap();
    // Ninety days and a minute ago.
    let back = "UPDATE stays SET used_ms = used_ms - (90 * 24 * 3600 + 60) * 1000";
    sqlx::query(back).execute(&mut database).await.unwrap();
    for _ in 0..2 {
        assert_eq!(fixture.prove("Bob", token(&bob)).await.unwrap_err(), "signed_out", "trying doesn't revive it");
    }
}

#[tokio::test]
async fn a_token_opens_no_other_name_and_dies_with_its_account() {
    let (fixture, bob) = with_bob().await;
    let cem = fixture.prove("Cem", Proof::Register("battery staple".into())).await.unwrap();
    assert_eq!(fixture.prove("Cem", token(&bob)).await.unwrap_err(), "signed_out");
    assert_eq!(fixture.prove("Nobody", token(&bob)).await.unwrap_err(), "signed_out");
    fixture.change("Bob", "correct horse", AccountChange::Delete).await.unwrap();
    assert_eq!(fixture.prove("Bob", token(&bob)).await.unwrap_err(), "signed_out");
    // Nor when somebody else has taken the name.
    let other = fixture.prove("Bob", Proof::Register("another horse".into())).await.unwrap();
    assert_ne!(other.secret, bob.secret, "another owner");
    assert_eq!(fixture.prove("Bob", token(&bob)).await.unwrap_err(), "signed_out");
    assert!(fixture.prove("Bob", token(&other)).await.is_ok());
    assert!(fixture.prove("Cem", token(&cem)).await.is_ok());
}

#[tokio::test]
async fn signing_out_everywhere_ends_all_tokens_and_a_new_password_does_too() {
    let (fixture, bob) = with_bob().await;
    let second = fixture.prove("Bob", guess("correct horse")).await.unwrap();
    fixture.change("Bob", "correct horse", AccountChange::SignOutEverywhere).await.unwrap();
    let third = fixture.prove("Bob", guess("correct horse")).await.unwrap();
    fixture.change("Bob", "correct horse", AccountChange::Password("battery staple".into())).await.unwrap();
    for stolen in [&bob, &second, &third] {
        assert_eq!(fixture.prove("Bob", token(stolen)).await.unwrap_err(), "signed_out");
    }
    assert_eq!(fixture.prove("Bob", guess("correct horse")).await.unwrap_err(), "wrong_password");
}
