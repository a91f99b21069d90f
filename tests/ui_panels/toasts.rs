//! Notices: what is heard as a tone can be read.

use crate::bench::{Bench, HERE, ROOM, bench, in_a_room};
use bevy_egui::egui::Ui;
use egui_kittest::{Harness, kittest::Queryable};
use hallway::{
    net::{
        events::{Event, FloorChanged},
        snapshot::Snapshot,
    },
    ui::{
        Action,
        settings::Page,
        toasts::{self, Toasts},
    },
};
use hallway_protocol::{
    floor::messages::{DenyCause, RevokeCause},
    ids::PersonId,
};
use std::time::Duration;

fn shown(event: &Event, snapshot: Snapshot) -> Harness<'static, Bench<Toasts>> {
    let mut toasts = Toasts::default();
    toasts.hear(event, &snapshot, Some(HERE), 0.0);
    bench(toasts, snapshot, |ui: &mut Ui, toasts: &mut Toasts, _: &Snapshot| toasts::show(ui, toasts))
}

#[test]
fn what_the_bar_does_not_keep_on_showing_is_told_by_a_notice() {
    let after = Duration::ZERO;
    let cases = [
        (FloorChanged::Busy { after, holder: "Ann".into() }, "Ann is talking: your microphone stays closed"),
        (FloorChanged::Denied { after, cause: DenyCause::Muted }, "A moderator has muted you here; ask to be unmuted."),
        (FloorChanged::Warning { remaining: Duration::from_secs(10) }, "Your turn ends in 10 s"),
        (
            FloorChanged::Revoked { cause: RevokeCause::PreEmpted, grace: Duration::ZERO },
            "A moderator gave the floor to somebody else.",
        ),
        (FloorChanged::Locked, "Talk is locked on: press V to end it"),
        (FloorChanged::Muted, "A moderator keeps you from talking in this room."),
        (FloorChanged::Unmuted, "You may talk in this room again"),
    ];
    for (change, text) in cases {
        let harness = shown(&Event::Floor { room: Some(ROOM), change }, in_a_room());
        assert!(harness.query_by_label(text).is_some(), "{text}");
    }
}

fn welcome() -> Event {
    Event::Welcome {
        person: PersonId(1),
        name: "Mara".into(),
        server: "host:1".into(),
        version: String::new(),
        fingerprint: String::new(),
    }
}

#[test]
fn newcomers_are_led_to_the_sound_check_once_they_are_in() {
    let text = "Can you be heard? Click here to check your microphone and speaker.";
    assert!(shown(&welcome(), in_a_room()).query_by_label(text).is_none());
    let mut harness = shown(&welcome(), Snapshot { sound_unchecked: true, ..in_a_room() });
    harness.get_by_label(text).click();
    harness.run_steps(2);
    assert_eq!(harness.state().actions, [Action::ShowSettings(Page::Sound)]);
}
