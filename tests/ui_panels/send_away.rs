//! Moderators send people away from the menu about them.

use crate::bench::{Bench, bench, in_a_room};
use bevy_egui::egui::{self, Key, Pos2, accesskit::Role};
use egui_kittest::{Harness, kittest::Queryable};
use hallway::{
    net::{commands::Command, snapshot::Snapshot},
    ui::{
        Action,
        menu::{self, OpenMenu},
        send_away::{self, SendAwayForm},
    },
};
use hallway_protocol::{
    ids::PersonId,
    moderation::{Reason, SendAway, StayAway},
};

const ANN: PersonId = PersonId(2);

fn moderating() -> Snapshot {
    let mut snapshot = in_a_room();
    if let Some(me) = &mut snapshot.me {
        me.moderator = true;
    }
    snapshot
}

fn form() -> Harness<'static, Bench<Option<SendAwayForm>>> {
    bench(Some(SendAwayForm::new(ANN)), moderating(), send_away::show)
}

fn sent(stay: StayAway, reason: &str) -> Action {
    Action::Send(Command::SendAway(SendAway { person: ANN, stay, reason: Reason::new(reason) }))
}

#[test]
fn only_moderators_find_it_in_the_menu_and_not_about_themselves() {
    let label = "Send away…";
    let opened = |person, snapshot| bench(OpenMenu::new(person, Pos2::ZERO), snapshot, menu::show);
    assert!(opened(ANN, in_a_room()).query_by_label(label).is_none());
    assert!(opened(PersonId(1), moderating()).query_by_label(label).is_none());
    let mut harness = opened(ANN, moderating());
    harness.get_by_label(label).click();
    harness.run_steps(2);
    assert_eq!(harness.state().actions, [Action::SendAway(ANN), Action::CloseMenu]);
}

#[test]
fn somebody_is_sent_away_for_now_with_a_reason() {
    let mut harness = form();
    harness.get_by_role(Role::TextInput).focus();
    harness.run_steps(2);
    harness.event(egui::Event::Text("too loud".into()));
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(2);
    assert_eq!(harness.state().actions, [sent(StayAway::NotAtAll, "too loud")]);
    assert_eq!(harness.state().model, None, "the form has done its work");
}

#[test]
fn somebody_is_banned_for_days_or_for_good() {
    for (choice, stay) in [("For a number of days", StayAway::Days(7)), ("Until somebody lifts it", StayAway::ForGood)]
    {
        let mut harness = form();
        assert!(harness.query_by_label("Ban").is_none());
        harness.get_by_label(choice).click();
        harness.run_steps(2);
        harness.get_by_label("Ban").click();
        harness.run_steps(2);
        assert_eq!(harness.state().actions, [sent(stay, "")]);
    }
}

#[test]
fn nobody_is_sent_away_by_cancelling_or_after_leaving() {
    let mut harness = form();
    harness.get_by_label("Cancel").click();
    harness.run_steps(2);
    assert_eq!((harness.state().actions.len(), &harness.state().model), (0, &None));
    let mut harness = form();
    harness.state_mut().snapshot.people.retain(|person| person.id != ANN);
    harness.run_steps(2);
    assert!(harness.query_by_label("This person has left.").is_some());
    assert!(harness.query_by_label("Send away").is_none());
}
