//! The page about the own account.

use crate::bench::{Bench, bench, in_a_room};
use egui_kittest::{Harness, kittest::Queryable};
use hallway::{
    net::{
        commands::{Command, Secret},
        snapshot::{Me, Snapshot},
    },
    ui::{
        Action,
        account::{self, AccountModel},
    },
};
use hallway_protocol::desk::AccountChange;

/// The page of a guest, or of somebody who has the name.
fn page(model: AccountModel, has_account: bool) -> Harness<'static, Bench<AccountModel>> {
    let mut snapshot = in_a_room();
    snapshot.me = snapshot.me.map(|me| Me { account: has_account, ..me });
    bench(model, snapshot, account::show)
}

fn typed(password: &str, new: &str, again: &str) -> AccountModel {
    AccountModel { password: password.into(), new: new.into(), again: again.into(), ..AccountModel::default() }
}

fn changed(change: AccountChange) -> Action {
    Action::Send(Command::ChangeAccount { password: Secret("correct horse".into()), change })
}

#[test]
fn a_guest_keeps_the_name_with_a_password_that_was_typed_twice() {
    for (new, again, wrong) in [("short", "short", "too short"), ("correct horse", "correct hors", "not the same")] {
        let mut harness = page(typed("", new, again), false);
        harness.get_by_label("Keep this name").click();
        harness.run_steps(2);
        assert!(harness.query_by_label_contains(wrong).is_some(), "{new} {again}");
        assert!(harness.state().actions.is_empty());
    }
    let mut harness = page(typed("", "correct horse", "correct horse"), false);
    harness.get_by_label("Stay signed in on this computer").click();
    harness.run_steps(2);
    harness.get_by_label("Keep this name").click();
    harness.run_steps(2);
    let wanted = Command::Register { password: Secret("correct horse".into()), stay: true };
    assert_eq!(harness.state().actions, [Action::Send(wanted)]);
    assert!(harness.state().model.new.is_empty(), "no password stays on the page");
}

#[test]
fn whoever_has_the_password_changes_it_and_signs_out_everywhere() {
    let mut harness = page(typed("correct horse", "battery staple", "battery staple"), true);
    harness.get_by_label("Change password").click();
    harness.run_steps(2);
    harness.state_mut().model.password = "correct horse".into();
    harness.get_by_label("Sign out everywhere").click();
    harness.run_steps(2);
    let password = AccountChange::Password("battery staple".into());
    assert_eq!(harness.state().actions, [changed(password), changed(AccountChange::SignOutEverywhere)]);
    harness.get_by_label("Sign out everywhere").click();
    harness.run_steps(2);
    assert!(harness.query_by_label_contains("Type your password first").is_some());
}

#[test]
fn an_account_is_deleted_only_when_asked_twice() {
    let mut harness = page(typed("correct horse", "", ""), true);
    harness.get_by_label("Delete account…").click();
    harness.run_steps(2);
    assert!(harness.state().actions.is_empty());
    harness.get_by_label("Keep it").click();
    harness.run_steps(2);
    harness.get_by_label("Delete account…").click();
    harness.run_steps(2);
    harness.get_by_label("Delete my account").click();
    harness.run_steps(2);
    assert_eq!(harness.state().actions, [changed(AccountChange::Delete)]);
}

#[test]
fn whoever_is_not_in_is_told_to_come_in_first() {
    let harness = bench(AccountModel::default(), Snapshot::signed_out(), account::show);
    assert!(harness.query_by_label_contains("Come in first").is_some());
}
