//! The page about sound.

use crate::bench::{Bench, bench, in_a_room};
use bevy_egui::egui::{Key, accesskit::Role};
use egui_kittest::{Harness, kittest::Queryable};
use hallway::{
    media::devices::{list::DeviceNames, sink::Speaker, source::Microphone},
    net::{
        commands::Command,
        preferences::{Deferred, VoicePreferences},
        snapshot::Snapshot,
    },
    ui::{
        Action,
        sound::{self, SoundModel, devices::DeviceList},
    },
};
use std::{sync::Arc, time::Duration};

fn page(snapshot: Snapshot) -> Harness<'static, Bench<SoundModel>> {
    let mut model = SoundModel::default();
    model.devices =
        DeviceList::fixed(DeviceNames { microphones: vec!["Desk mic".into()], speakers: vec!["Headphones".into()] });
    let mut harness = bench(model, snapshot, sound::show);
    harness.set_size(bevy_egui::egui::vec2(460.0, 1000.0));
    harness.run_steps(2);
    harness
}

fn with(voice: VoicePreferences) -> Snapshot {
    Snapshot { voice: Arc::new(voice), ..in_a_room() }
}

fn usual() -> VoicePreferences {
    VoicePreferences::default()
}

fn set(voice: VoicePreferences) -> Action {
    Action::Send(Command::SetVoice(voice))
}

/// What is sent when one thing that bears this label is clicked.
fn clicked(label: &str, voice: VoicePreferences) -> Vec<Action> {
    let mut harness = page(with(voice));
    harness.get_by_label(label).click();
    harness.run_steps(2);
    std::mem::take(&mut harness.state_mut().actions)
}

#[test]
fn each_switch_changes_its_own_preference_and_no_other() {
    let switches = [
        ("Noise suppression", VoicePreferences { noise_suppression: false, ..usual() }),
        ("Automatic level", VoicePreferences { automatic_level: false, ..usual() }),
        ("Echo cancellation", VoicePreferences { echo_cancellation: false, ..usual() }),
        ("Voice activation", VoicePreferences { activation_dbfs: Some(-45.0), ..usual() }),
        ("Pressing V twice locks talk on", VoicePreferences { lock: true, ..usual() }),
        ("Voices come from where people stand", VoicePreferences { spatial: false, ..usual() }),
        ("Tones", VoicePreferences { cues: false, ..usual() }),
        ("Play it as my turn", VoicePreferences { deferred: Deferred::Play, ..usual() }),
        ("Do not record it; I talk live", VoicePreferences { deferred: Deferred::Drop, ..usual() }),
    ];
    for (label, expected) in switches {
        assert_eq!(clicked(label, usual()), [set(expected.clone())], "{label}");
        if !label.contains("it") {
            assert_eq!(clicked(label, expected), [set(usual())], "{label} back");
        }
    }
}

#[test]
fn devices_are_chosen_by_name_and_the_systems_own_comes_first() {
    let mut harness = page(with(usual()));
    let boxes: Vec<_> = harness.get_all_by_role(Role::ComboBox).collect();
    assert_eq!(boxes.len(), 2);
    boxes[0].click();
    drop(boxes);
    harness.run_steps(3);
    let row = |label| harness.get_all_by_label(label).map(|node| node.rect().top()).fold(0.0, f32::max);
    let rows = ["System default", "Desk mic", "None: only listen"].map(row);
    assert!(rows.is_sorted(), "{rows:?}");
    harness.get_by_label("Desk mic").click();
    harness.run_steps(3);
    let expected = VoicePreferences { microphone: Microphone::Device(Some("Desk mic".into())), ..usual() };
    assert_eq!(harness.state().actions, [set(expected)]);
}

#[test]
fn a_device_that_is_gone_stays_chosen_and_what_is_wrong_is_told() {
    let microphone = Microphone::Device(Some("Old mic".into()));
    let mut snapshot = with(VoicePreferences { microphone, speaker: Speaker::None, ..usual() });
    snapshot.devices.microphone = Some("No microphone is called “Old mic”.".into());
    let harness = page(snapshot);
    let values: Vec<_> = harness.get_all_by_role(Role::ComboBox).map(|node| node.value()).collect();
    assert_eq!(values, [Some("Old mic (not connected)".to_owned()), Some("None: hear nothing".to_owned())]);
    assert!(harness.query_by_label("No microphone is called “Old mic”.").is_some());
}

#[test]
fn the_test_is_begun_and_ended_by_hand_and_a_newcomer_keeps_what_was_tested() {
    let mut harness = page(with(usual()));
    harness.get_by_label("Hear yourself").click();
    harness.run_steps(2);
    assert_eq!(harness.state().actions, [Action::Send(Command::StartSoundTest)]);

    let mut harness = page(Snapshot { testing: true, sound_unchecked: true, ..in_a_room() });
    harness.get_by_label("Stop").click();
    harness.run_steps(2);
    assert_eq!(harness.state().actions, [Action::Send(Command::StopSoundTest), set(usual())]);
}

#[test]
fn a_test_that_nobody_sees_any_more_is_noticed() {
    let testing = Snapshot { testing: true, ..in_a_room() };
    let mut harness = page(testing.clone());
    assert!(!harness.state_mut().model.test_is_out_of_sight(&testing), "it was just shown");
    assert!(harness.state_mut().model.test_is_out_of_sight(&testing), "and not since");
    assert!(!harness.state_mut().model.test_is_out_of_sight(&in_a_room()), "there is no test");
}

#[test]
fn the_threshold_stands_on_the_meter_and_is_moved_by_steps() {
    let voice = VoicePreferences { activation_dbfs: Some(-30.0), ..usual() };
    let mut snapshot = with(voice.clone());
    snapshot.stats.microphone_level = 0.4;
    let mut harness = page(snapshot);
    let told = "Level of the microphone: 40 %, too soft to open the microphone";
    assert!(harness.query_by_label(told).is_some());
    let sliders: Vec<_> = harness.get_all_by_role(Role::Slider).collect();
    sliders[0].focus();
    drop(sliders);
    harness.run_steps(2);
    harness.key_press(Key::ArrowLeft);
    harness.run_steps(2);
    assert_eq!(harness.state().actions, [set(VoicePreferences { activation_dbfs: Some(-31.0), ..voice })]);
    harness.state_mut().snapshot.stats.microphone_level = 0.6;
    harness.run_steps(2);
    assert!(harness.query_by_label_contains("60 %, loud enough to open the microphone").is_some());
}

#[test]
fn the_release_tail_is_set_in_steps() {
    let mut harness = page(with(usual()));
    harness.get_by_role(Role::Slider).focus();
    harness.run_steps(2);
    harness.key_press(Key::ArrowRight);
    harness.run_steps(2);
    let expected = VoicePreferences { release_tail: Duration::from_millis(160), ..usual() };
    assert_eq!(harness.state().actions, [set(expected)]);
}
