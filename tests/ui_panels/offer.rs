//! The recording that is offered when one's turn comes.

use crate::bench::{Bench, bench, in_a_room};
use bevy_egui::egui::Ui;
use egui_kittest::{Harness, kittest::Queryable};
use hallway::{
    net::{
        commands::Command,
        snapshot::{Snapshot, TalkState},
    },
    ui::{Action, offer},
};
use std::time::{Duration, Instant};

fn card(talk: TalkState) -> Harness<'static, Bench<()>> {
    let snapshot = Snapshot { talk, ..in_a_room() };
    bench((), snapshot, |ui: &mut Ui, (): &mut (), snapshot: &Snapshot| {
        offer::show(ui, snapshot, offer::WIDTH, Instant::now())
    })
}

fn offered(held: bool) -> TalkState {
    let until = Instant::now() + Duration::from_secs(3600);
    TalkState::Offered { until, recorded: Duration::from_secs(72), held }
}

fn talking(playing: bool) -> TalkState {
    let ends = Instant::now() + Duration::from_secs(60);
    TalkState::Talking { ends, warned: false, locked: false, playing, mic_open: !playing }
}

fn answer(play: bool) -> Action {
    Action::Send(Command::AnswerOffer { play })
}

#[test]
fn the_offer_tells_its_length_and_both_buttons_answer_it() {
    for (held, other) in [(true, "Talk live  (Esc)"), (false, "Drop it  (Esc)")] {
        let mut harness = card(offered(held));
        assert!(harness.query_by_label_contains("You said 1:12 while you waited").is_some());
        harness.get_by_label("Play it  (Enter)").click();
        harness.run_steps(2);
        harness.get_by_label(other).click();
        harness.run_steps(2);
        assert_eq!(harness.state().actions, [answer(true), answer(false)]);
    }
}

#[test]
fn a_recording_that_is_played_can_be_stopped() {
    let mut harness = card(talking(true));
    harness.get_by_label("Stop it  (Esc)").click();
    harness.run_steps(2);
    assert_eq!(harness.state().actions, [answer(false)]);
}

#[test]
fn keys_answer_only_what_there_is_to_answer() {
    let key = |talk, enter, escape| offer::answer(&Snapshot { talk, ..in_a_room() }, enter, escape);
    let (play, drop) = (Some(Command::AnswerOffer { play: true }), Some(Command::AnswerOffer { play: false }));
    assert_eq!([key(offered(true), true, false), key(offered(true), false, true)], [play, drop.clone()]);
    assert_eq!([key(talking(true), true, false), key(talking(true), false, true)], [None, drop]);
    for talk in [TalkState::Quiet, talking(false)] {
        assert_eq!([key(talk.clone(), true, false), key(talk, false, true)], [None, None]);
    }
    assert_eq!(key(offered(true), false, false), None);
    assert!(!offer::is_open(&in_a_room()));
}
