//! The way in: names, certificates, and the sound check.

use crate::bench::bench;
use bevy_egui::egui::Ui;
use egui_kittest::kittest::Queryable;
use hallway::{
    media::devices::list::DeviceNames,
    net::{
        commands::{Command, Trust},
        events::{Event, SignInFailure},
        snapshot::Snapshot,
    },
    ui::{
        Action,
        sign_in::{self, SignInModel},
        sound::{SoundModel, devices::DeviceList},
    },
};
use hallway_protocol::desk::Proof;

/// The form and the sound check below it.
#[derive(Default)]
struct Door {
    form: SignInModel,
    sound: SoundModel,
}

/// A form in which this name stands, before machines without sound devices.
fn door(name: &str) -> Door {
    let mut door = Door::default();
    (door.form.name, door.form.server) = (name.to_owned(), "host".to_owned());
    door.sound.devices = DeviceList::fixed(DeviceNames::default());
    door
}

fn show(ui: &mut Ui, door: &mut Door, snapshot: &Snapshot) -> Vec<Action> {
    sign_in::show(ui, &mut door.form, &mut door.sound, snapshot)
}

#[test]
fn a_taken_name_shows_its_holder_and_one_click_takes_the_variant() {
    let mut model = door("mara");
    let (holder, variant) = ("Mara".to_owned(), "mara 2".to_owned());
    model.form.hear(&Event::SignInFailed(SignInFailure::NameTaken { holder, variant }));
    let mut harness = bench(model, Snapshot::signed_out(), show);
    assert!(harness.query_by_label_contains("“Mara” is already here").is_some());
    assert!(harness.query_by_label("Come in").is_none());
    harness.get_by_label("Come in as mara 2").click();
    harness.run_steps(2);
    let [Action::Send(Command::SignIn(sign_in))] = harness.state().actions.as_slice() else {
        panic!("{:?}", harness.state().actions)
    };
    assert_eq!(sign_in.name, "mara 2");
    assert!(harness.state().model.form.failure.is_none());
}

#[test]
fn a_name_that_is_somebodys_asks_for_its_password() {
    let mut model = door("Mara");
    model.form.hear(&Event::SignInFailed(SignInFailure::PasswordNeeded { variant: "Mara 2".into() }));
    let mut harness = bench(model, Snapshot::signed_out(), show);
    assert!(harness.query_by_label_contains("“Mara” belongs to somebody").is_some());
    harness.state_mut().model.form.password = "correct horse".to_owned();
    harness.get_by_label("Stay signed in on this computer").click();
    harness.run_steps(2);
    harness.get_by_label("Come in").click();
    harness.run_steps(2);
    let [Action::Send(Command::SignIn(sign_in))] = harness.state().actions.as_slice() else {
        panic!("{:?}", harness.state().actions)
    };
    assert_eq!((&sign_in.proof, sign_in.stay), (&Proof::Password("correct horse".into()), true));
    // A wrong one can be typed again.
    let refused = SignInFailure::Refused { code: "wrong_password".into(), text: "It is wrong.".into() };
    harness.state_mut().model.form.hear(&Event::SignInFailed(refused));
    harness.run_steps(2);
    assert!(harness.query_by_label("Password").is_some() && harness.query_by_label("It is wrong.").is_some());
}

#[test]
fn whoever_has_no_password_comes_in_under_another_name() {
    let mut model = door("Mara");
    model.form.hear(&Event::SignInFailed(SignInFailure::PasswordNeeded { variant: "Mara 2".into() }));
    let mut harness = bench(model, Snapshot::signed_out(), show);
    harness.get_by_label("Come in as Mara 2 instead").click();
    harness.run_steps(2);
    let [Action::Send(Command::SignIn(sign_in))] = harness.state().actions.as_slice() else {
        panic!("{:?}", harness.state().actions)
    };
    assert_eq!((sign_in.name.as_str(), &sign_in.proof), ("Mara 2", &Proof::None));
    assert!(harness.query_by_label("Password").is_none());
}

#[test]
fn a_name_that_can_not_be_one_is_told_before_anything_is_sent() {
    let model = door("  ");
    let mut harness = bench(model, Snapshot::signed_out(), show);
    harness.get_by_label("Come in").click();
    harness.run_steps(2);
    assert!(harness.state().actions.is_empty());
    assert!(harness.query_by_label_contains("This name is empty").is_some());
}

#[test]
fn an_unknown_certificate_is_shown_and_trusted_by_its_fingerprint_only() {
    let mut model = door("Mara");
    model.form.hear(&Event::SignInFailed(SignInFailure::UnknownCertificate { fingerprint: "abcd1234".into() }));
    let mut harness = bench(model, Snapshot::signed_out(), show);
    assert!(harness.query_by_label_contains("abcd 1234").is_some());
    harness.get_by_label("Trust and sign in").click();
    harness.run_steps(2);
    let [Action::Send(Command::SignIn(sign_in))] = harness.state().actions.as_slice() else {
        panic!("{:?}", harness.state().actions)
    };
    assert_eq!(sign_in.trust, Trust::Fingerprint("abcd1234".into()));
}

#[test]
fn a_changed_certificate_stops_with_both_fingerprints() {
    let mut model = door("Mara");
    let (pinned, shown) = ("aaaa1111".to_owned(), "bbbb2222".to_owned());
    model.form.hear(&Event::SignInFailed(SignInFailure::ChangedCertificate { pinned, shown }));
    let harness = bench(model, Snapshot::signed_out(), show);
    assert!(harness.query_by_label_contains("aaaa 1111").is_some());
    assert!(harness.query_by_label_contains("bbbb 2222").is_some());
    assert!(harness.query_by_label("Come in").is_none());
    assert!(harness.query_by_label("Trust and sign in").is_none());
}

#[test]
fn the_sound_check_is_open_for_newcomers_and_opens_no_microphone_unasked() {
    let mut harness = bench(door("Mara"), Snapshot::signed_out(), show);
    assert!(harness.query_by_label("Hear yourself").is_none());
    harness.get_by_label("Check sound").click();
    harness.run_steps(8);
    assert!(harness.query_by_label("Hear yourself").is_some());
    assert!(harness.state().actions.is_empty());

    let newcomer = Snapshot { sound_unchecked: true, ..Snapshot::signed_out() };
    let mut harness = bench(door("Mara"), newcomer, show);
    assert!(harness.state().actions.is_empty(), "the microphone stays shut until it is asked for");
    harness.get_by_label("Hear yourself").click();
    harness.run_steps(2);
    assert_eq!(harness.state().actions, [Action::Send(Command::StartSoundTest)]);
}
