//! The bar: whether one is connected, and what one's own microphone really does.

use crate::bench::{Bench, bench, in_a_room};
use bevy_egui::egui::{self, Ui};
use egui_kittest::{Harness, kittest::Queryable};
use hallway::{
    net::snapshot::{Snapshot, TalkState},
    ui::{
        Action,
        settings::Page,
        status::{self, line::Moment},
    },
};
use std::time::{Duration, Instant};

const WIDTH: f32 = 600.0;

fn bar(snapshot: Snapshot, show: fn(&mut Ui, &mut (), &Snapshot) -> Vec<Action>) -> Harness<'static, Bench<()>> {
    let mut harness = bench((), snapshot, show);
    harness.set_size(egui::vec2(640.0, 200.0));
    harness.run_steps(2);
    harness
}

fn moment() -> Moment {
    Moment { now: Instant::now(), typing: false, just_over: false }
}

fn wide(ui: &mut Ui, (): &mut (), snapshot: &Snapshot) -> Vec<Action> {
    status::show(ui, snapshot, moment(), false, WIDTH)
}

fn narrow(ui: &mut Ui, (): &mut (), snapshot: &Snapshot) -> Vec<Action> {
    status::show(ui, snapshot, moment(), true, 260.0)
}

fn talking(locked: bool, mic_open: bool) -> Snapshot {
    let ends = Instant::now() + Duration::from_secs(3600);
    Snapshot { talk: TalkState::Talking { ends, warned: false, locked, playing: false, mic_open }, ..in_a_room() }
}

#[test]
fn the_microphone_counts_as_open_only_while_voice_really_leaves() {
    let open = "Your microphone is open";
    let closed = "Your microphone is closed";
    let cases = [(in_a_room(), closed), (talking(false, false), closed), (talking(false, true), open)];
    for (snapshot, label) in cases {
        let harness = bar(snapshot, wide);
        assert!(harness.query_by_label(label).is_some(), "{label}");
    }
}

#[test]
fn a_lock_is_shown_while_talk_is_locked_on() {
    let lock = "Talk is locked on: press V to end it";
    assert!(bar(talking(true, true), wide).query_by_label(lock).is_some());
    assert!(bar(talking(false, true), wide).query_by_label(lock).is_none());
    let (position, recorded) = (1, Duration::ZERO);
    let waiting = TalkState::Queued { position, holder: None, recorded, locked: true };
    assert!(bar(Snapshot { talk: waiting, ..in_a_room() }, wide).query_by_label(lock).is_some());
}

#[test]
fn without_a_microphone_the_bar_says_why_and_leads_to_the_settings() {
    let mut snapshot = in_a_room();
    snapshot.devices.microphone = Some("It was unplugged.".into());
    let mut harness = bar(snapshot, wide);
    harness.get_by_label("No microphone. It was unplugged.").click();
    harness.run_steps(2);
    assert_eq!(harness.state().actions, [Action::ShowSettings(Page::Sound)]);
}

#[test]
fn the_connection_leads_to_the_measurements_in_wide_and_narrow_bars() {
    for show in [wide, narrow] {
        let mut snapshot = in_a_room();
        snapshot.stats.rtt_ms = 23.4;
        let mut harness = bar(snapshot, show);
        harness.get_by_label("Connection: 23 ms").click();
        harness.run_steps(2);
        assert_eq!(harness.state().actions, [Action::ToggleQuality]);
    }
}

#[test]
fn no_name_is_too_long_for_the_bar() {
    let mut snapshot = in_a_room();
    snapshot.people[0].name = "W".repeat(32);
    snapshot.rooms[0].talkers = vec![snapshot.people[0].id];
    for (show, width) in [(wide as fn(&mut Ui, &mut (), &Snapshot) -> Vec<Action>, WIDTH), (narrow, 260.0)] {
        let harness = bar(snapshot.clone(), show);
        let settings = harness.get_by_label("⚙").rect();
        assert!(settings.right() <= width + 16.0, "{settings:?} in {width}");
    }
}
