use super::*;
use crate::net::preferences::Deferred;
use hallway_protocol::{
    floor::messages::{DenyCause, FloorNotice, RevokeCause},
    ids::PersonId,
};
use proptest::prelude::*;

const BOB: PersonId = PersonId(2);
const PRESS: TalkInput = press(false, None);
const HALL: TalkInput = press(false, Some(Why::Denied(DenyCause::NotInRoom)));
const NO_MICROPHONE: TalkInput = press(false, Some(Why::NoMicrophone));
const RELEASE: TalkInput = TalkInput::Release;
const PLAY: TalkInput = TalkInput::Answer { play: true };
const DROP: TalkInput = TalkInput::Answer { play: false };
const RULES: TalkRules = TalkRules { lock: true, deferred: Deferred::Ask, tail: Duration::from_millis(150) };

const fn press(by_voice: bool, refused: Option<Why>) -> TalkInput {
    TalkInput::Press { ago: Duration::ZERO, by_voice, refused }
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn granted(burst: u8) -> TalkInput {
    TalkInput::Notice(FloorNotice::Granted { burst, remaining_ms: 60_000 })
}

fn queued(burst: u8, position: u16) -> TalkInput {
    TalkInput::Notice(FloorNotice::Queued { burst, position, holder: Some(BOB) })
}

fn recorded(length: u64) -> TalkInput {
    TalkInput::Recorded(ms(length))
}

fn revoked(burst: u8, grace_ms: u16) -> TalkInput {
    TalkInput::Notice(FloorNotice::Revoked { burst, cause: RevokeCause::Moderator, grace_ms })
}

/// What the machine wanted done, in words short enough for a table.
fn word(action: &TalkAction) -> String {
    match action {
        TalkAction::Record => "rec".into(),
        TalkAction::KeepRecording => "keep".into(),
        TalkAction::StopRecording => "stop".into(),
        TalkAction::OpenMicrophone => "open".into(),
        TalkAction::SpeakLive => "live".into(),
        TalkAction::PlayRecording => "play".into(),
        TalkAction::EndBurst => "end".into(),
        TalkAction::Abort => "abort".into(),
        TalkAction::Ask(FloorRequest::Request { burst }) => format!("ask{burst}"),
        TalkAction::Ask(FloorRequest::Release { burst }) => format!("free{burst}"),
        TalkAction::Tell(told) => match told {
            Told::Granted { after, .. } => format!("+granted@{}", after.as_millis()),
            Told::Queued { after, position, .. } => format!("+queued@{}#{position}", after.as_millis()),
            Told::Position { position, .. } => format!("+#{position}"),
            Told::Offered { recorded, .. } => format!("+offered:{}", recorded.as_millis()),
            Told::Playing { recorded } => format!("+playing:{}", recorded.as_millis()),
            Told::Locked => "+locked".into(),
            Told::Busy { .. } => "+busy".into(),
            Told::Denied { .. } => "+denied".into(),
            Told::NoAnswer => "+no-answer".into(),
            Told::NoMicrophone => "+no-microphone".into(),
            Told::Warning { .. } => "+warning".into(),
            Told::Released => "+released".into(),
            Told::Revoked { grace, .. } => format!("+revoked/{}", grace.as_millis()),
        },
    }
}

/// Runs inputs at their times in milliseconds, with a poll every 10 ms between; gives the machine and what it wanted.
fn run(rules: TalkRules, inputs: &[(u64, TalkInput)]) -> (TalkKey, String) {
    let start = Instant::now();
    let mut key = TalkKey::default();
    key.set_rules(rules);
    let (mut actions, mut clock) = (Vec::new(), 0);
    for (at, input) in inputs {
        while clock + 10 < *at {
            clock += 10;
            key.handle(start + ms(clock), TalkInput::Poll, &mut actions);
        }
        clock = *at;
        key.handle(start + ms(clock), input.clone(), &mut actions);
    }
    (key, actions.iter().map(word).collect::<Vec<_>>().join(" "))
}

fn phase_name(key: &TalkKey) -> String {
    let name = format!("{:?}", key.phase());
    name.split([' ', '(', '{']).next().unwrap_or_default().to_owned()
}

#[test]
fn the_key_does_what_the_table_says() {
    let busy = TalkInput::Notice(FloorNotice::Busy { burst: 1, holder: BOB });
    let muted = TalkInput::Notice(FloorNotice::Denied { burst: 1, cause: DenyCause::Muted });
    let warning = TalkInput::Notice(FloorNotice::Warning { remaining_ms: 10_000 });
    let place = |position| TalkInput::Place { position, holder: Some(BOB) };
    let sent = TalkInput::TailSent;
    let poll = TalkInput::Poll;
    let table: Vec<(&str, Vec<(u64, TalkInput)>, &str, &str)> = vec![
        (
            "a turn from press to tail; a held key repeats",
            vec![(0, PRESS), (30, PRESS), (40, granted(1)), (900, RELEASE), (910, RELEASE), (1050, sent.clone())],
            "rec ask1 open +granted@40 end free1 +released",
            "Quiet",
        ),
        (
            "the time before the session heard of the press counts",
            vec![(0, TalkInput::Press { ago: ms(7), by_voice: false, refused: None }), (30, granted(1))],
            "rec ask1 open +granted@37",
            "Talking",
        ),
        ("the hall has no floor", vec![(0, HALL)], "+denied", "Refused"),
        (
            "without a microphone nobody is asked; with one the next press talks",
            vec![(0, NO_MICROPHONE), (300, NO_MICROPHONE), (400, RELEASE), (900, PRESS), (940, granted(1))],
            "+no-microphone rec ask1 open +granted@40",
            "Talking",
        ),
        ("a full queue", vec![(0, PRESS), (50, busy), (60, PRESS)], "rec ask1 abort +busy", "Busy"),
        ("muted", vec![(0, PRESS), (50, muted), (900, poll.clone())], "rec ask1 abort +denied", "Refused"),
        (
            "a lost request is sent again, and its double answer changes nothing",
            vec![(0, PRESS), (600, granted(1)), (610, granted(1))],
            "rec ask1 ask1 open +granted@600",
            "Talking",
        ),
        (
            "no answer is an answer after two seconds",
            vec![(0, PRESS), (2000, poll.clone()), (2100, granted(1)), (2200, RELEASE)],
            "rec ask1 ask1 ask1 ask1 abort free1 +no-answer free1",
            "Quiet",
        ),
        (
            "a grant after the key is up is given back",
            vec![(0, PRESS), (10, RELEASE), (50, granted(1))],
            "rec ask1 abort free1 +released free1",
            "Quiet",
        ),
        (
            "a grant of an earlier press opens nothing",
            vec![(0, PRESS), (10, RELEASE), (500, PRESS), (510, granted(1))],
            "rec ask1 abort free1 +released rec ask2 free1",
            "Asking",
        ),
        (
            "a turn that is warned of and taken back ends within its grace",
            vec![(0, PRESS), (0, granted(1)), (500, warning), (600, revoked(1, 500)), (840, poll.clone())],
            "rec ask1 open +granted@0 +warning +revoked/500",
            "Closing",
        ),
        (
            "the last words leave before the grace ends",
            vec![(0, PRESS), (0, granted(1)), (600, revoked(1, 500)), (900, poll.clone()), (1010, sent.clone())],
            "rec ask1 open +granted@0 +revoked/500 end free1",
            "Refused",
        ),
        (
            "and whether or not the engine says so",
            vec![(0, PRESS), (0, granted(1)), (600, revoked(1, 500)), (1110, poll.clone())],
            "rec ask1 open +granted@0 +revoked/500 end abort free1",
            "Refused",
        ),
        (
            "a key that goes up in the grace ends with its tail",
            vec![(0, PRESS), (0, granted(1)), (600, revoked(1, 500)), (650, RELEASE), (800, sent.clone())],
            "rec ask1 open +granted@0 +revoked/500 end free1",
            "Quiet",
        ),
        (
            "and one that goes down again asks when that is sent",
            vec![
                (0, PRESS),
                (0, granted(1)),
                (600, revoked(1, 500)),
                (650, RELEASE),
                (700, PRESS),
                (800, sent.clone()),
            ],
            "rec ask1 open +granted@0 +revoked/500 end free1 rec ask2",
            "Asking",
        ),
        (
            "a moderator's mute beats a held key",
            vec![(0, PRESS), (0, granted(1)), (600, revoked(1, 0)), (700, PRESS)],
            "rec ask1 open +granted@0 abort +revoked/0",
            "Refused",
        ),
        (
            "a stuck tail does not keep the floor",
            vec![(0, PRESS), (10, granted(1)), (20, RELEASE), (670, poll.clone())],
            "rec ask1 open +granted@10 end abort free1 +released",
            "Quiet",
        ),
        (
            "a press during the tail goes on with the turn",
            vec![(0, PRESS), (10, granted(1)), (500, RELEASE), (600, PRESS), (700, poll.clone())],
            "rec ask1 open +granted@10 end rec",
            "Talking",
        ),
        (
            "also when the engine had just ended the burst: what it recorded since goes out",
            vec![(0, PRESS), (10, granted(1)), (500, RELEASE), (600, PRESS), (601, sent.clone())],
            "rec ask1 open +granted@10 end rec open",
            "Talking",
        ),
        (
            "a burst that ends by itself is a turn that ends",
            vec![(0, PRESS), (10, granted(1)), (500, sent.clone())],
            "rec ask1 open +granted@10 free1 +released",
            "Quiet",
        ),
    ];
    for (name, inputs, expected, phase) in table {
        let (key, actions) = run(RULES, &inputs);
        assert_eq!((actions.as_str(), phase_name(&key).as_str()), (expected, phase), "{name}");
        assert_eq!(key.may_send(), matches!(phase, "Talking" | "Playing" | "Closing" | "Ending"), "{name}");
    }
    let full = TalkInput::Notice(FloorNotice::Denied { burst: 1, cause: DenyCause::TooManyTalkers });
    let opened = run(RULES, &[(0, PRESS), (10, queued(1, 3)), (500, full)]);
    assert_eq!(opened.1, "rec ask1 keep +queued@10#3 free1 abort +denied", "the queue was done away with");
    assert_eq!(phase_name(&opened.0), "Refused");
    let moved = run(RULES, &[(0, PRESS), (10, queued(1, 3)), (20, place(2)), (30, queued(1, 2)), (40, place(1))]);
    assert_eq!(moved.1, "rec ask1 keep +queued@10#3 +#2 +#1");
}

#[test]
fn whoever_waits_is_recorded_and_may_choose() {
    let sent = TalkInput::TailSent;
    let wait = |more: &[(u64, TalkInput)]| {
        [&[(0, PRESS), (10, queued(1, 1)), (4900, recorded(4800)), (5000, granted(1))], more].concat()
    };
    let offered = "rec ask1 keep +queued@10#1 +offered:4800";
    let table = [
        ("nothing is sent while it is offered", wait(&[(5100, TalkInput::Poll)]), "", "Offered"),
        (
            "played to its end, though the key goes up",
            wait(&[(5100, PLAY), (5200, RELEASE), (9000, TalkInput::Poll), (10_100, sent.clone())]),
            "play +playing:4800 free1 +released",
            "Quiet",
        ),
        ("dropped by who holds on: live", wait(&[(5100, DROP)]), "live +granted@5100", "Talking"),
        (
            "dropped by who let go: the turn is given back",
            wait(&[(5100, RELEASE), (5200, DROP)]),
            "stop abort free1 +released",
            "Quiet",
        ),
        (
            "let go and pressed again: live",
            wait(&[(5100, RELEASE), (6000, PRESS)]),
            "stop rec live +granted@6000",
            "Talking",
        ),
        ("nothing chosen, but held: live", wait(&[(9000, TalkInput::Poll)]), "live +granted@9000", "Talking"),
        (
            "nothing chosen and let go: given back",
            wait(&[(5100, RELEASE), (9000, TalkInput::Poll)]),
            "stop abort free1 +released",
            "Quiet",
        ),
        (
            "pressed while it plays: live",
            wait(&[(5100, PLAY), (5200, RELEASE), (6000, PRESS)]),
            "play +playing:4800 abort rec open +granted@6000",
            "Talking",
        ),
        (
            "stopped while it plays",
            wait(&[(5100, RELEASE), (5200, PLAY), (6000, DROP)]),
            "stop play +playing:4800 abort free1 +released",
            "Quiet",
        ),
        ("not taken in time", wait(&[(5100, RELEASE), (5200, revoked(1, 0))]), "stop abort +revoked/0", "Quiet"),
        (
            "taken back while it plays",
            wait(&[(5100, PLAY), (5200, revoked(1, 500)), (5600, TalkInput::Poll)]),
            "play +playing:4800 +revoked/500 abort free1",
            "Refused",
        ),
        (
            "without a microphone it can still be played",
            wait(&[(5100, TalkInput::Cut(Why::NoMicrophone)), (5200, PLAY), (5300, TalkInput::Cut(Why::NoMicrophone))]),
            "play +playing:4800",
            "Playing",
        ),
    ];
    for (name, inputs, expected, phase) in table {
        let (key, actions) = run(RULES, &inputs);
        assert_eq!(actions, format!("{offered} {expected}").trim_end(), "{name}");
        assert_eq!(phase_name(&key), phase, "{name}");
    }
}

#[test]
fn leaving_the_queue_gives_up_the_place_and_the_recording() {
    for (input, phase) in [
        (RELEASE, "Quiet"),
        (TalkInput::Stop, "Quiet"),
        (TalkInput::Cut(Why::Moved), "Refused"),
        (TalkInput::Cut(Why::Unlinked), "Refused"),
        (TalkInput::Cut(Why::NoMicrophone), "Refused"),
    ] {
        let (key, actions) = run(RULES, &[(0, PRESS), (10, queued(1, 1)), (3000, input.clone()), (3100, granted(1))]);
        assert_eq!(actions, "rec ask1 keep +queued@10#1 abort free1 +released free1", "{input:?}");
        assert_eq!(phase_name(&key), phase, "{input:?}");
    }
    let (key, actions) = run(RULES, &[(0, PRESS), (10, queued(1, 1)), (3000, revoked(1, 0))]);
    assert_eq!(
        (actions.as_str(), phase_name(&key).as_str()),
        ("rec ask1 keep +queued@10#1 abort +revoked/0", "Refused")
    );
}

#[test]
fn a_short_wait_is_access_time_and_the_preference_decides_about_a_long_one() {
    let wait = |deferred, time| {
        let rules = TalkRules { deferred, ..RULES };
        run(rules, &[(0, PRESS), (10, queued(1, 1)), (time, recorded(time - 10)), (time, granted(1))]).1
    };
    for deferred in [Deferred::Ask, Deferred::Play] {
        assert_eq!(wait(deferred, 1000), "rec ask1 keep +queued@10#1 open +granted@1000");
    }
    assert_eq!(wait(Deferred::Play, 1001), "rec ask1 keep +queued@10#1 play +playing:991");
    assert_eq!(wait(Deferred::Drop, 900), "rec ask1 +queued@10#1 open +granted@900");
    assert_eq!(wait(Deferred::Drop, 90_000), "rec ask1 +queued@10#1 live +granted@90000");
    let silent = run(RULES, &[(0, PRESS), (10, queued(1, 1)), (8000, recorded(299)), (9000, granted(1))]);
    assert_eq!(silent.1, "rec ask1 keep +queued@10#1 live +granted@9000", "nothing was said");
}

#[test]
fn a_double_press_locks_talk_on_until_the_next_press() {
    let double = |more: &[(u64, TalkInput)]| {
        [&[(0, PRESS), (10, granted(1)), (100, RELEASE), (200, PRESS), (300, RELEASE)], more].concat()
    };
    let locked = "rec ask1 open +granted@10 end rec +locked";
    let (key, actions) = run(RULES, &double(&[(5000, RELEASE)]));
    assert_eq!((actions.as_str(), phase_name(&key).as_str(), key.is_locked()), (locked, "Talking", true));
    for end in [PRESS, TalkInput::Stop] {
        let (key, actions) = run(RULES, &double(&[(5000, end.clone()), (5100, RELEASE), (5150, TalkInput::TailSent)]));
        assert_eq!(actions, format!("{locked} end free1 +released"), "{end:?}");
        assert_eq!((phase_name(&key).as_str(), key.is_locked()), ("Quiet", false));
    }
    let (key, _) = run(TalkRules { lock: false, ..RULES }, &double(&[]));
    assert_eq!((phase_name(&key).as_str(), key.is_locked()), ("Ending", false), "locking is a preference");
    let slow = [(0, PRESS), (10, granted(1)), (300, RELEASE), (401, PRESS), (500, RELEASE)];
    assert_eq!(phase_name(&run(RULES, &slow).0), "Ending", "two slow presses are two presses");
}

#[test]
fn a_lock_ends_with_the_turn_it_was_for() {
    // The second press asks anew where the first turn was over before.
    let double = [(0, PRESS), (10, RELEASE), (200, PRESS), (210, RELEASE)];
    let asked = "rec ask1 abort free1 +released rec ask2 +locked";
    let (key, actions) = run(RULES, &double);
    assert_eq!((actions.as_str(), key.is_locked()), (asked, true));
    let busy = TalkInput::Notice(FloorNotice::Busy { burst: 2, holder: BOB });
    let (key, actions) = run(RULES, &[&double[..], &[(250, busy), (3000, PRESS)]].concat());
    assert_eq!(actions, format!("{asked} abort +busy rec ask3"), "a refused lock is gone");
    assert!(!key.is_locked());
    let (key, actions) = run(RULES, &[&double[..], &[(250, queued(2, 1)), (900, PRESS)]].concat());
    assert_eq!((actions, key.is_locked()), (format!("{asked} keep +queued@50#1 abort free2 +released"), false));
    let lost = [(250, granted(2)), (900, revoked(2, 500)), (1300, TalkInput::TailSent)];
    let (key, actions) = run(RULES, &[&double[..], &lost].concat());
    assert_eq!(actions, format!("{asked} open +granted@50 +revoked/500 end free2"));
    assert_eq!((phase_name(&key).as_str(), key.is_locked()), ("Quiet", false));
}

#[test]
fn whatever_takes_the_key_away_shuts_the_microphone_until_it_was_up() {
    for why in [Why::Moved, Why::Unlinked, Why::NoMicrophone, Why::Slept] {
        let (key, actions) = run(RULES, &[(0, PRESS), (10, granted(1)), (900, TalkInput::Cut(why)), (1000, PRESS)]);
        assert_eq!(actions, "rec ask1 open +granted@10 abort free1 +released");
        assert_eq!(key.phase(), TalkPhase::Refused(why));
    }
}

#[test]
fn a_machine_that_slept_wakes_up_with_the_microphone_shut() {
    let start = Instant::now();
    let mut key = TalkKey::default();
    let mut actions = Vec::new();
    key.handle(start, PRESS, &mut actions);
    key.handle(start + ms(10), granted(1), &mut actions);
    key.handle(start + ms(2900), TalkInput::Poll, &mut actions);
    assert!(key.may_send(), "a hitch is no sleep");
    actions.clear();
    key.handle(start + ms(3_600_000), TalkInput::TailSent, &mut actions);
    assert_eq!(key.phase(), TalkPhase::Refused(Why::Slept));
    assert_eq!(actions.iter().map(word).collect::<Vec<_>>(), ["abort", "free1", "+released"]);
}

/// What an engine does that is told what the key wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Engine {
    Shut,
    Recording,
    Kept,
    Live,
    Tail,
    Playing,
}

fn any_input() -> impl Strategy<Value = TalkInput> {
    // Counted back from the last press.
    let burst = 0..3_u8;
    prop_oneof![
        6 => Just(PRESS),
        6 => Just(RELEASE),
        1 => Just(HALL),
        2 => Just(press(true, None)),
        2 => Just(TalkInput::Stop),
        2 => any::<bool>().prop_map(|play| TalkInput::Answer { play }),
        6 => burst.clone().prop_map(granted),
        3 => (burst.clone(), 1..4_u16).prop_map(|(burst, position)| queued(burst, position)),
        1 => burst.clone().prop_map(|burst| TalkInput::Notice(FloorNotice::Busy { burst, holder: BOB })),
        1 => burst.clone().prop_map(|burst| TalkInput::Notice(FloorNotice::Denied { burst, cause: DenyCause::Muted })),
        1 => Just(TalkInput::Notice(FloorNotice::Warning { remaining_ms: 100 })),
        2 => (burst, 0..2_u16).prop_map(|(burst, grace)| revoked(burst, grace * 500)),
        1 => (1..4_u16).prop_map(|position| TalkInput::Place { position, holder: None }),
        1 => (0..2_u64).prop_map(|seconds| recorded(seconds * 1000)),
        3 => Just(TalkInput::TailSent),
        1 => Just(TalkInput::Cut(Why::Moved)),
        1 => Just(TalkInput::Cut(Why::NoMicrophone)),
        6 => Just(TalkInput::Poll),
    ]
}

/// The same input with a burst that is the last one or shortly before it.
fn at_burst(input: TalkInput, last: u8) -> TalkInput {
    let TalkInput::Notice(mut notice) = input else { return input };
    match &mut notice {
        FloorNotice::Granted { burst, .. }
        | FloorNotice::Queued { burst, .. }
        | FloorNotice::Busy { burst, .. }
        | FloorNotice::Denied { burst, .. }
        | FloorNotice::Revoked { burst, .. } => *burst = last.wrapping_sub(*burst),
        FloorNotice::Warning { .. } | FloorNotice::State { .. } => {}
    }
    TalkInput::Notice(notice)
}

fn any_rules() -> impl Strategy<Value = TalkRules> {
    let deferred = prop_oneof![Just(Deferred::Ask), Just(Deferred::Play), Just(Deferred::Drop)];
    (any::<bool>(), deferred).prop_map(|(lock, deferred)| TalkRules { lock, deferred, ..RULES })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever comes, in whatever order: sound leaves only between a grant and the end of its turn, the microphone only
    /// while something holds it open, every press is answered, and no grant is kept.
    #[test]
    fn the_microphone_never_sticks_and_no_floor_is_lost(
        rules in any_rules(),
        inputs in proptest::collection::vec((0..700_u64, any_input()), 0..200),
    ) {
        let start = Instant::now();
        let mut key = TalkKey::default();
        key.set_rules(rules);
        let mut engine = Engine::Shut;
        let mut down = false;
        // Bursts that the server believes to be ours; what is asked and not answered, and since when.
        let mut held = std::collections::HashSet::new();
        let mut open_question: Option<u64> = None;
        let mut now = 0;
        // Whoever lets go of everything is quiet soon after: the tail's time, or a recording's.
        let end = [(0, TalkInput::Stop), (1000, TalkInput::Poll), (OFFER_TIME.as_millis() as u64, TalkInput::Poll)];
        let end = end.into_iter().chain([(0, TalkInput::TailSent), (0, TalkInput::TailSent)]);
        for (pause, input) in inputs.into_iter().chain(end) {
            let due = now + pause;
            let mut steps = Vec::new();
            while now + 100 < due {
                now += 100;
                steps.push((now, TalkInput::Poll));
            }
            now = due;
            steps.extend([(now, TalkInput::Poll), (now, at_burst(input, key.burst))]);
            for (at, input) in steps {
                match &input {
                    TalkInput::Press { .. } => down = true,
                    TalkInput::Release | TalkInput::Stop => down = false,
                    TalkInput::Notice(FloorNotice::Granted { burst, .. }) => _ = held.insert(*burst),
                    TalkInput::Notice(FloorNotice::Revoked { burst, .. }) => _ = held.remove(burst),
                    // The engine had ended the burst before it heard of the press, and records since.
                    TalkInput::TailSent if engine == Engine::Live && key.resumed => engine = Engine::Recording,
                    TalkInput::TailSent if !matches!(engine, Engine::Recording | Engine::Kept) => engine = Engine::Shut,
                    _ => {}
                }
                let mut actions = Vec::new();
                key.handle(start + ms(at), input, &mut actions);
                for action in actions {
                    match action {
                        TalkAction::Record => engine = if engine == Engine::Tail { Engine::Live } else { Engine::Recording },
                        TalkAction::KeepRecording => prop_assert_eq!(engine, Engine::Recording),
                        TalkAction::StopRecording => {
                            prop_assert!(matches!(engine, Engine::Recording | Engine::Kept));
                            engine = Engine::Kept;
                        }
                        TalkAction::OpenMicrophone => {
                            prop_assert!(matches!(engine, Engine::Recording | Engine::Live));
                            engine = Engine::Live;
                        }
                        TalkAction::SpeakLive => {
                            prop_assert_eq!(engine, Engine::Recording);
                            engine = Engine::Live;
                        }
                        TalkAction::PlayRecording => {
                            prop_assert!(matches!(engine, Engine::Recording | Engine::Kept));
                            engine = Engine::Playing;
                        }
                        TalkAction::EndBurst => {
                            prop_assert_eq!(engine, Engine::Live);
                            engine = Engine::Tail;
                        }
                        TalkAction::Abort => engine = Engine::Shut,
                        TalkAction::Ask(FloorRequest::Request { .. }) => _ = open_question.get_or_insert(at),
                        TalkAction::Ask(FloorRequest::Release { burst }) => _ = held.remove(&burst),
                        TalkAction::Tell(Told::Locked | Told::Warning { .. } | Told::Position { .. }) => {}
                        TalkAction::Tell(_) => open_question = None,
                    }
                }
                let is_closing = matches!(key.phase(), TalkPhase::Closing { .. });
                if matches!(engine, Engine::Live | Engine::Recording) {
                    prop_assert!(down || key.is_locked() || is_closing, "nothing holds the microphone open");
                }
                prop_assert!(!matches!(engine, Engine::Live | Engine::Playing) || key.may_send());
                prop_assert!(open_question.is_none_or(|since| at - since <= 2100), "a press was not answered");
                prop_assert!(key.is_locked() <= rules.lock);
            }
        }
        prop_assert_eq!(key.phase(), TalkPhase::Quiet);
        prop_assert_eq!(engine, Engine::Shut);
        prop_assert!(held.is_empty(), "the floor of {held:?} was never given back");
    }
}
