//! The floor on a virtual clock: tables for each rule, and random events for what must always hold.

use super::*;
use proptest::prelude::*;

const ANN: PersonId = PersonId(1);
const BOB: PersonId = PersonId(2);

fn at(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// Runs inputs at their times and collects all decisions.
fn run(inputs: &[(u64, FloorInput)]) -> (Floor, Vec<FloorDecision>) {
    let mut floor = Floor::default();
    let mut decisions = Vec::new();
    for (ms, input) in inputs {
        floor.handle(at(*ms), *input, &mut decisions);
    }
    (floor, decisions)
}

fn request(person: PersonId, burst: u8) -> FloorInput {
    FloorInput::Request { person, burst }
}

fn granted(to: PersonId, burst: u8) -> FloorDecision {
    FloorDecision::Grant { to, burst, remaining: at(60_000) }
}

#[test]
fn the_first_gets_it_and_the_second_is_told_who_has_it() {
    let (floor, decisions) = run(&[(0, request(ANN, 1)), (0, request(BOB, 7))]);
    let busy = FloorDecision::Busy { to: BOB, burst: 7, holder: ANN };
    assert_eq!(decisions, [granted(ANN, 1), FloorDecision::Taken { holder: ANN }, busy]);
    assert!(floor.may_speak(ANN) && !floor.may_speak(BOB));
}

#[test]
fn a_release_frees_it_for_the_next() {
    let (floor, decisions) =
        run(&[(0, request(ANN, 1)), (500, FloorInput::Release { person: ANN, burst: 1 }), (500, request(BOB, 1))]);
    assert_eq!(decisions[2..], [FloorDecision::Idle, granted(BOB, 1), FloorDecision::Taken { holder: BOB }]);
    assert_eq!(floor.holder(), Some(BOB));
}

#[test]
fn a_release_of_another_press_or_person_changes_nothing() {
    let (floor, decisions) = run(&[
        (0, request(ANN, 2)),
        (10, FloorInput::Release { person: ANN, burst: 1 }),
        (10, FloorInput::Release { person: BOB, burst: 2 }),
        (10, FloorInput::Left { person: BOB }),
    ]);
    assert_eq!(floor.holder(), Some(ANN));
    assert_eq!(decisions.len(), 2);
}

#[test]
fn a_holder_who_walks_out_frees_it() {
    let (floor, decisions) = run(&[(0, request(ANN, 1)), (10, FloorInput::Left { person: ANN })]);
    assert_eq!(floor.holder(), None);
    assert_eq!(decisions.last(), Some(&FloorDecision::Idle));
}

#[test]
fn asking_again_does_not_lengthen_the_turn() {
    let mut inputs: Vec<_> = (0..120).map(|n| (n * 500, request(ANN, n as u8))).collect();
    inputs.push((59_999, request(ANN, 120)));
    let (_, decisions) = run(&inputs);
    assert_eq!(decisions.last(), Some(&FloorDecision::Grant { to: ANN, burst: 120, remaining: at(1) }));
}

#[test]
fn a_talker_is_warned_and_cut_at_the_limit() {
    let mut floor = Floor::default();
    let mut decisions = Vec::new();
    floor.handle(at(0), request(ANN, 1), &mut decisions);
    decisions.clear();
    let mut told = Vec::new();
    for ms in (20..=60_000).step_by(20) {
        floor.handle(at(ms), FloorInput::Voice { person: ANN }, &mut decisions);
        told.extend(decisions.drain(..).map(|decision| (ms, decision)));
    }
    let revoked = FloorDecision::Revoke { to: ANN, burst: 1, cause: RevokeCause::TalkLimit };
    assert_eq!(
        told,
        [
            (50_000, FloorDecision::Warn { to: ANN, remaining: at(10_000) }),
            (60_000, revoked),
            (60_000, FloorDecision::Idle)
        ]
    );
}

#[test]
fn a_silent_holder_loses_it_after_two_seconds_and_a_vanished_one_after_one() {
    for (alive, ms, cause) in [(true, 2000, RevokeCause::Silent), (false, 1000, RevokeCause::Vanished)] {
        let mut floor = Floor::default();
        let mut decisions = Vec::new();
        floor.handle(at(0), request(ANN, 1), &mut decisions);
        decisions.clear();
        for now in (0..ms).step_by(100) {
            if alive {
                floor.handle(at(now), FloorInput::Heard { person: ANN }, &mut decisions);
            }
        }
        floor.poll(at(ms - 1), &mut decisions);
        assert_eq!(decisions, []);
        floor.poll(at(ms), &mut decisions);
        assert_eq!(decisions, [FloorDecision::Revoke { to: ANN, burst: 1, cause }, FloorDecision::Idle]);
    }
}

#[test]
fn the_next_deadline_is_when_a_timer_fires() {
    let mut floor = Floor::default();
    assert_eq!(floor.next_deadline(), None);
    floor.handle(at(0), request(ANN, 1), &mut Vec::new());
    assert_eq!(floor.next_deadline(), Some(at(1000)));
    floor.handle(at(500), FloorInput::Heard { person: ANN }, &mut Vec::new());
    assert_eq!(floor.next_deadline(), Some(at(1500)));
}

fn any_input() -> impl Strategy<Value = FloorInput> {
    let person = (1..5_u32).prop_map(PersonId);
    (person, 0..4_u8, 0..5_u8).prop_map(|(person, burst, kind)| match kind {
        0 => FloorInput::Request { person, burst },
        1 => FloorInput::Release { person, burst },
        2 => FloorInput::Voice { person },
        3 => FloorInput::Heard { person },
        _ => FloorInput::Left { person },
    })
}

proptest! {
    /// What the server tells must be a story that makes sense: a grant only when idle or to the holder, every request
    /// answered at once, no one cut without a cause, and an abandoned floor freed by its timers alone.
    #[test]
    fn never_two_holders_and_every_request_is_answered(
        events in proptest::collection::vec((0..700_u64, any_input()), 1..300)
    ) {
        let mut floor = Floor::default();
        let mut now = Duration::ZERO;
        let mut holder: Option<PersonId> = None;
        for (pause, input) in events {
            now += at(pause);
            let mut decisions = Vec::new();
            floor.handle(now, input, &mut decisions);
            let mut answers = 0;
            for decision in decisions {
                match decision {
                    FloorDecision::Grant { to, .. } => {
                        prop_assert!(holder.is_none_or(|holder| holder == to));
                        answers += 1;
                    }
                    FloorDecision::Taken { holder: new } => {
                        prop_assert_eq!(holder, None);
                        holder = Some(new);
                    }
                    FloorDecision::Busy { to, holder: told, .. } => {
                        prop_assert_eq!(holder, Some(told));
                        prop_assert_ne!(to, told);
                        answers += 1;
                    }
                    FloorDecision::Revoke { to, .. } | FloorDecision::Warn { to, .. } => {
                        prop_assert_eq!(holder, Some(to));
                    }
                    FloorDecision::Idle => holder = None,
                }
            }
            prop_assert_eq!(answers, usize::from(matches!(input, FloorInput::Request { .. })));
            prop_assert_eq!(floor.holder(), holder);
            if let Some(deadline) = floor.next_deadline() {
                prop_assert!(deadline > now);
            }
        }
        let mut rest = Vec::new();
        while let Some(deadline) = floor.next_deadline() {
            floor.poll(deadline, &mut rest);
        }
        prop_assert_eq!(floor.holder(), None);
    }
}
