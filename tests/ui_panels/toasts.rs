//! Notices: what is heard as a tone can be read.

use crate::bench::{Bench, HERE, ROOM, bench, in_a_room};
use bevy_egui::egui::Ui;
use egui_kittest::{Harness, kittest::Queryable};
use hallway::{
    media::voice::cues::Cue,
    net::{
        events::{CallChanged, CallNamed, Event, FloorChanged},
        snapshot::{Snapshot, TalkState},
    },
    ui::{
        Action,
        settings::Page,
        status::line::{Echo, Moment, floor_line},
        toasts::{self, Toasts},
    },
};
use hallway_protocol::{
    call::{CallEnd, CallKind, DeclineText},
    floor::messages::{DenyCause, RevokeCause},
    ids::{CallId, PersonId},
};
use std::time::{Duration, Instant};

fn shown(event: &Event, snapshot: Snapshot) -> Harness<'static, Bench<Toasts>> {
    let mut toasts = Toasts::default();
    toasts.hear(event, &snapshot, Some(HERE), 0.0);
    bench(toasts, snapshot, |ui: &mut Ui, toasts: &mut Toasts, _: &Snapshot| toasts::show(ui, toasts))
}

/// What a tone tells, as the notices, the bar or the offer write it.
fn written(cue: Cue) -> (FloorChanged, TalkState, &'static str) {
    let after = Duration::ZERO;
    let (now, second) = (Instant::now(), Duration::from_secs(1));
    let talking = |locked| TalkState::Talking {
        ends: now + Duration::from_secs(3600),
        warned: false,
        locked,
        playing: false,
        mic_open: true,
    };
    let quiet = TalkState::Quiet;
    match cue {
        Cue::Granted => (FloorChanged::Granted { after, remaining: second }, talking(false), "You are talking"),
        Cue::Busy => (FloorChanged::Busy { after, holder: "Ann".into() }, quiet, "Ann is talking: your microphone"),
        Cue::Queued => {
            let waits = TalkState::Queued { position: 2, holder: None, recorded: second, locked: false };
            (FloorChanged::Queued { after, position: 2, holder: None }, waits, "2nd in line, 0:01 recorded")
        }
        Cue::Offered => {
            let offered = TalkState::Offered { until: now + second, recorded: second, held: true };
            (FloorChanged::Offered { recorded: second, remaining: second }, offered, "It is your turn")
        }
        Cue::Locked => (FloorChanged::Locked, talking(true), "Talk is locked on: press V to end it"),
        Cue::Released => (FloorChanged::Released, quiet, "Your microphone is closed"),
        Cue::Warning => {
            (FloorChanged::Warning { remaining: Duration::from_secs(10) }, talking(false), "Your turn ends in 10 s")
        }
        Cue::Revoked => {
            let revoked = FloorChanged::Revoked { cause: RevokeCause::PreEmpted, grace: Duration::ZERO };
            (revoked, quiet, "A moderator gave the floor to somebody else.")
        }
        Cue::Denied => (
            FloorChanged::Denied { after, cause: DenyCause::Muted },
            quiet,
            "A moderator has muted you here; ask to be",
        ),
        Cue::Ring | Cue::Ringing | Cue::CallJoined | Cue::CallEnded => unreachable!("{cue:?} tells of no floor"),
    }
}

#[test]
fn whatever_a_tone_tells_can_be_read() {
    for cue in Cue::OF_THE_FLOOR {
        let (change, talk, text) = written(cue);
        let event = Event::Floor { room: Some(ROOM), change };
        let snapshot = Snapshot { talk, ..in_a_room() };
        let mut echo = Echo::default();
        echo.hear(&event, 0.0);
        let moment = Moment { now: Instant::now(), typing: false, just_over: echo.is_over(0.5) };
        let bar = floor_line(&snapshot, moment).text;
        let notice = shown(&event, snapshot);
        assert!(bar.contains(text) || notice.query_by_label_contains(text).is_some(), "{cue:?}: {bar}");
    }
}

#[test]
fn whom_a_moderator_mutes_is_told() {
    let cases = [
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

fn told(changes: &[CallChanged]) -> Vec<String> {
    let mut toasts = Toasts::default();
    let call = CallNamed { call: CallId(1), kind: CallKind::Voice, with: vec!["Ann".into()] };
    for change in changes {
        let event = Event::Call { call: call.clone(), change: change.clone() };
        toasts.hear(&event, &in_a_room(), Some(HERE), 0.0);
    }
    toasts.texts().map(str::to_owned).collect()
}

#[test]
fn the_end_of_a_call_is_told_from_where_one_stands() {
    use CallChanged::{Accepted, Ended, Incoming, Left, Ringing, Trouble};
    let declined = |text: &str| CallEnd::Declined { text: DeclineText::new(text) };
    let cases: [(&[CallChanged], &str); 9] = [
        (&[Incoming, Ended(CallEnd::Missed)], "Missed voice call from Ann"),
        (&[Incoming, Ended(CallEnd::Cancelled)], "Missed voice call from Ann"),
        (&[Ringing, Ended(CallEnd::Missed)], "Ann did not answer; a message tells of your call"),
        (&[Ringing, Ended(declined("in a meeting"))], "Ann declined: “in a meeting”"),
        (&[Ringing, Ended(declined(""))], "Ann declined the call"),
        (&[Ringing, Accepted { auto: false }, Ended(CallEnd::HungUp)], "The call with Ann is over"),
        (&[Ringing, Accepted { auto: true }], "Ann answers your calls by itself; nobody may be looking"),
        (&[Left { name: "Bert".into(), why: CallEnd::Lost }], "Bert's connection was lost"),
        (&[Trouble { code: "no_camera", text: "There is no camera.".into() }], "There is no camera."),
    ];
    for (changes, text) in cases {
        assert_eq!(told(changes), [text], "{changes:?}");
    }
    assert!(told(&[Incoming, Ended(declined("later"))]).is_empty(), "whoever declined knows");
    assert!(told(&[Ringing, Ended(CallEnd::Cancelled)]).is_empty(), "whoever cancelled knows");
}
