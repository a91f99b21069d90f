//! How well people are heard: the sign in the lists, and the last minute in plots.

use crate::bench::{bench, in_a_room};
use bevy_egui::egui::{self, Ui};
use egui_kittest::kittest::Queryable;
use hallway::{
    net::snapshot::{Grade, Snapshot, StatsSample, TalkerQuality},
    ui::{
        Action, floor,
        people::{self, PeopleModel},
        quality::plots,
    },
};
use hallway_protocol::ids::PersonId;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

fn heard(person: u32, grade: Grade, reason: &str) -> TalkerQuality {
    TalkerQuality {
        person: PersonId(person),
        grade,
        reason: reason.to_owned(),
        loss: 0.042,
        jitter_ms: 12.0,
        buffer_ms: 60.0,
    }
}

fn with_talkers() -> Snapshot {
    let mut snapshot = in_a_room();
    snapshot.stats.talkers =
        vec![heard(2, Grade::Fair, "Some packets are lost."), heard(1, Grade::Good, "All is well.")];
    snapshot.rooms[0].talkers = vec![PersonId(2)];
    snapshot
}

#[test]
fn each_talker_has_a_sign_that_says_how_well_and_why() {
    let harness = bench(PeopleModel::default(), with_talkers(), people::show);
    let ann = "Sound of Ann: fair. Some packets are lost.\nLoss 4.2 %, jitter 12 ms, buffer 60 ms";
    let sign = harness.get_by_label(ann).rect();
    assert_eq!(sign.center().y, harness.get_by_label("Ann").rect().center().y);
    assert!(harness.query_by_label_contains("Your sound, as others hear it: good. All is well.").is_some());
    assert!(harness.query_by_label_contains("Sound of Bert").is_none());

    let show = |ui: &mut Ui, (): &mut (), snapshot: &Snapshot| floor::show(ui, snapshot);
    assert!(bench((), with_talkers(), show).query_by_label(ann).is_some());
}

fn show_plots(ui: &mut Ui, (): &mut (), snapshot: &Snapshot) -> Vec<Action> {
    plots::show(ui, &snapshot.stats, egui::vec2(340.0, 900.0), Instant::now())
}

#[test]
fn the_plots_tell_the_newest_value_and_the_greatest() {
    let now = Instant::now();
    let sample = |ago, rtt_ms, loss| StatsSample {
        at: now - Duration::from_millis(ago),
        rtt_ms,
        jitter_ms: 2.5,
        loss,
        buffer_ms: None,
        access_ms: None,
        mouth_to_ear_ms: Some(80.0),
    };
    let mut snapshot = in_a_room();
    let history = [sample(20, 40.0, Some(0.025)), sample(10, 21.0, None)];
    snapshot.stats.history = Arc::new(history.into());
    let mut harness = bench((), snapshot, show_plots);
    let told = [
        "Round trip: 21 ms, at most 40 ms in the last minute",
        "Jitter: 2.5 ms, at most 2.5 ms in the last minute",
        "Loss: 2.5 %, at most 2.5 % in the last minute",
        "Buffer: nothing was measured in the last minute",
        "Key to floor: nothing was measured in the last minute",
        "Mouth to ear: 80 ms, at most 80 ms in the last minute",
    ];
    for text in told {
        assert!(harness.query_by_label(text).is_some(), "{text}");
    }
    harness.get_by_label("×").click();
    harness.run_steps(2);
    assert_eq!(harness.state().actions, [Action::ToggleQuality]);
}
