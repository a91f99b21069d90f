//! Talking: the floor, its queue, offers, orders, the lock, and when the microphone is open.

use super::{
    gather_in_new, ms,
    stage::{Stage, packet},
};
use hallway::{
    media::{
        engine::{VoiceCommand, VoiceEvent},
        voice::{activation::Activation, cues::Cue},
    },
    net::{
        commands::Command,
        events::{Event, FloorChanged},
        preferences::VoicePreferences,
        snapshot::TalkState,
    },
};
use hallway_protocol::{
    control::Refusal,
    floor::{
        FloorPolicy,
        messages::{DenyCause, FloorOrder, RevokeCause},
    },
};

fn talk(stage: &Stage, person: usize) -> TalkState {
    stage.people[person].handle.snapshot().talk.clone()
}

fn is_talking(stage: &Stage, person: usize) -> bool {
    matches!(talk(stage, person), TalkState::Talking { .. })
}

fn press(stage: &mut Stage, person: usize) {
    stage.tell(person, Command::PressTalk);
    stage.until("granted", |stage| is_talking(stage, person));
}

fn floor(event: &Event) -> Option<&FloorChanged> {
    match event {
        Event::Floor { change, .. } => Some(change),
        _ => None,
    }
}

fn was_told(stage: &Stage, person: usize, like: impl Fn(&FloorChanged) -> bool) -> bool {
    stage.was_told(person, |event| floor(event).is_some_and(&like))
}

/// A person's voice engine has recorded so much.
fn record(stage: &Stage, person: usize, recorded_ms: u32) {
    stage.people[person].stats.lock().unwrap().recorded_ms = recorded_ms;
}

/// Whether an engine was told such a thing.
fn did(stage: &Stage, person: usize, like: impl Fn(&VoiceCommand) -> bool) -> bool {
    stage.people[person].heard.lock().unwrap().iter().any(like)
}

fn prefer(stage: &mut Stage, person: usize, change: impl Fn(&mut VoicePreferences)) {
    let mut voice = (*stage.people[person].handle.snapshot().voice).clone();
    change(&mut voice);
    stage.tell(person, Command::SetVoice(voice));
    stage.step();
}

#[test]
fn one_talks_and_the_other_waits_for_the_turn_that_comes() {
    let mut stage = Stage::with(&["Ann", "Bob", "Eve"]);
    stage.gather(&[0, 1], 0);
    press(&mut stage, 0);
    stage.tell(1, Command::PressTalk);
    let ann = stage.id(0);
    let waits = TalkState::Queued { position: 1, holder: Some(ann), recorded: ms(0), locked: false };
    stage.until("queued", |stage| talk(stage, 1) == waits);
    for seq in 0..60 {
        stage.speak(0, &packet(1, seq));
        stage.speak(1, &packet(1, seq));
        stage.run(ms(20));
    }
    stage.run(ms(100));
    assert_eq!(stage.packets_heard(1), 60);
    assert_eq!(stage.packets_heard(0), 0, "the microphone of the one who waits was open");
    assert_eq!(stage.packets_heard(2), 0, "somebody outside heard it");
    assert!(stage.people[1].handle.snapshot().person(ann).unwrap().talking);
    stage.tell(0, Command::ReleaseTalk);
    stage.until("the other's turn", |stage| is_talking(stage, 1));
    assert!(did(&stage, 1, |command| matches!(command, VoiceCommand::SpeakLive)), "nothing was said meanwhile");
    let cues = |person: usize| {
        let heard = stage.people[person].heard.lock().unwrap();
        let cues = heard.iter().filter_map(|command| match command {
            VoiceCommand::Play(cue) => Some(*cue),
            _ => None,
        });
        cues.collect::<Vec<_>>()
    };
    assert_eq!(cues(0), [Cue::Granted, Cue::Released]);
    assert_eq!(cues(1), [Cue::Queued, Cue::Granted]);
}

#[test]
fn what_was_said_while_one_waited_can_be_played() {
    let mut stage = Stage::with(&["Ann", "Bob"]);
    stage.gather(&[0, 1], 0);
    press(&mut stage, 0);
    stage.tell(1, Command::PressTalk);
    stage.until("queued", |stage| matches!(talk(stage, 1), TalkState::Queued { .. }));
    record(&stage, 1, 1900);
    for seq in 0..100 {
        stage.speak(0, &packet(1, seq));
        stage.run(ms(20));
    }
    stage.tell(0, Command::ReleaseTalk);
    stage.until("offered", |stage| matches!(talk(stage, 1), TalkState::Offered { held: true, .. }));
    stage.speak(1, &packet(1, 0));
    stage.run(ms(500));
    assert_eq!(stage.packets_heard(0), 0, "something was sent that nobody chose to send");
    stage.tell(1, Command::ReleaseTalk);
    stage.tell(1, Command::AnswerOffer { play: true });
    stage.until("playing", |stage| matches!(talk(stage, 1), TalkState::Talking { playing: true, mic_open: false, .. }));
    for seq in 1..11 {
        stage.speak(1, &packet(1, seq));
        stage.run(ms(20));
    }
    assert!(matches!(talk(&stage, 1), TalkState::Talking { mic_open: false, .. }), "a recording is no open microphone");
    stage.happen(1, VoiceEvent::BurstEnded);
    stage.until("over", |stage| talk(stage, 1) == TalkState::Quiet);
    stage.run(ms(100));
    assert_eq!(stage.packets_heard(0), 10);
    let commands = stage.people[1].heard.lock().unwrap();
    let about_talk = commands.iter().filter(|command| {
        use VoiceCommand::{AbortTalk, FloorGranted, KeepRecording, PlayRecording, PressTalk, ReleaseTalk, SpeakLive};
        matches!(
            command,
            PressTalk | KeepRecording | PlayRecording | ReleaseTalk | SpeakLive | FloorGranted | AbortTalk
        )
    });
    let words: Vec<String> = about_talk.map(|command| format!("{command:?}")).collect();
    assert_eq!(words, ["PressTalk", "KeepRecording", "ReleaseTalk", "PlayRecording"]);
}

/// Ann talks, and Bob and Eve wait in this order.
fn two_wait() -> Stage {
    let mut stage = Stage::with(&["Ann", "Bob", "Eve"]);
    stage.gather(&[0, 1, 2], 0);
    press(&mut stage, 0);
    for person in [1, 2] {
        stage.tell(person, Command::PressTalk);
        stage.until("queued", |stage| matches!(talk(stage, person), TalkState::Queued { .. }));
    }
    stage
}

#[test]
fn an_offer_that_nobody_answers_is_dropped_and_the_next_one_is_granted() {
    let mut stage = two_wait();
    let waiting = [stage.id(1), stage.id(2)];
    stage.until("all see the queue", |stage| (0..3).all(|person| stage.room(person, 0).waiting == waiting));
    assert!(was_told(&stage, 0, |change| *change == FloorChanged::Queue { waiting: vec!["Bob".into(), "Eve".into()] }));
    assert!(matches!(talk(&stage, 2), TalkState::Queued { position: 2, .. }));
    record(&stage, 1, 3000);
    stage.run(ms(1200));
    stage.tell(0, Command::ReleaseTalk);
    stage.until("offered", |stage| matches!(talk(stage, 1), TalkState::Offered { .. }));
    assert!(was_told(&stage, 2, |change| matches!(change, FloorChanged::Position { position: 1, .. })));
    stage.tell(1, Command::ReleaseTalk);
    stage.until("Eve's turn", |stage| is_talking(stage, 2));
    assert_eq!(talk(&stage, 1), TalkState::Quiet);
    assert!(!was_told(&stage, 1, |change| matches!(change, FloorChanged::Revoked { .. })), "the server had to end it");
    assert_eq!(stage.packets_heard(0), 0);
}

#[test]
fn leaving_the_queue_lets_the_others_move_up() {
    let mut stage = two_wait();
    stage.tell(1, Command::ReleaseTalk);
    stage.until("Eve is next", |stage| matches!(talk(stage, 2), TalkState::Queued { position: 1, .. }));
    stage.tell(2, Command::Leave);
    stage.until("nobody waits", |stage| stage.room(0, 0).waiting.is_empty());
    assert!(matches!(talk(&stage, 2), TalkState::Refused(_)), "the key is still down");
    stage.tell(0, Command::AnswerOffer { play: true });
    stage.until("refused", |stage| {
        stage.was_told(0, |event| matches!(event, Event::Refused { command: "offer", code: "no_offer", .. }))
    });
}

#[test]
fn the_hall_has_no_floor_and_walking_out_ends_a_turn() {
    let mut stage = Stage::with(&["Ann"]);
    stage.tell(0, Command::PressTalk);
    let denied = |change: &FloorChanged| matches!(change, FloorChanged::Denied { cause: DenyCause::NotInRoom, .. });
    stage.until("denied", |stage| was_told(stage, 0, denied));
    stage.tell(0, Command::ReleaseTalk);
    stage.gather(&[0], 0);
    press(&mut stage, 0);
    stage.tell(0, Command::Leave);
    stage.until("refused", |stage| {
        // A turn without a word ends after two seconds anyway; the walk out must be what ended this one.
        stage.speak(0, &packet(2, 0));
        matches!(talk(stage, 0), TalkState::Refused(_))
    });
    assert!(!was_told(&stage, 0, |change| matches!(change, FloorChanged::Revoked { .. })));
}

#[test]
fn a_moderators_mute_beats_a_held_key() {
    let mut stage = Stage::with(&["Ann", "Bob"]);
    let tea = gather_in_new(&mut stage, FloorPolicy::Exclusive, &[0, 1]);
    let bob = stage.id(1);
    assert!(stage.room(0, tea).moderated && !stage.room(1, tea).moderated);
    press(&mut stage, 1);
    stage.tell(0, Command::OrderFloor(FloorOrder::Mute(bob)));
    let revoked = |change: &FloorChanged| matches!(change, FloorChanged::Revoked { cause: RevokeCause::Muted, grace } if grace.is_zero());
    stage.until("revoked", |stage| was_told(stage, 1, revoked) && matches!(talk(stage, 1), TalkState::Refused(_)));
    stage.until("done", |stage| was_told(stage, 0, |change| *change == FloorChanged::Ordered(FloorOrder::Mute(bob))));
    stage.until("all see it", |stage| (0..2).all(|person| stage.room(person, tea).muted == [bob]));
    assert!(was_told(&stage, 1, |change| *change == FloorChanged::Muted));
    stage.run(ms(600));
    let heard = stage.packets_heard(0);
    stage.speak(1, &packet(1, 90));
    stage.run(ms(200));
    assert_eq!(stage.packets_heard(0), heard, "somebody who is muted was heard");
    stage.tell(1, Command::ReleaseTalk);
    stage.tell(1, Command::PressTalk);
    let denied = |change: &FloorChanged| matches!(change, FloorChanged::Denied { cause: DenyCause::Muted, .. });
    stage.until("denied", |stage| was_told(stage, 1, denied));
    stage.tell(1, Command::ReleaseTalk);
    stage.tell(0, Command::OrderFloor(FloorOrder::Unmute(bob)));
    stage.until("unmuted", |stage| was_told(stage, 1, |change| *change == FloorChanged::Unmuted));
    press(&mut stage, 1);
    stage.tell(1, Command::OrderFloor(FloorOrder::Revoke(bob)));
    let code = Refusal::NotModerator.code();
    stage.until("refused", |stage| {
        stage.was_told(1, |event| matches!(event, Event::Refused { command: "floor", code: why, .. } if *why == code))
    });
}

#[test]
fn a_turn_that_is_taken_back_ends_within_its_grace() {
    let mut stage = Stage::with(&["Ann", "Bob"]);
    gather_in_new(&mut stage, FloorPolicy::Exclusive, &[0, 1]);
    press(&mut stage, 1);
    let bob = stage.id(1);
    stage.speak(1, &packet(1, 0));
    stage.tell(0, Command::OrderFloor(FloorOrder::Revoke(bob)));
    stage.until("revoked", |stage| was_told(stage, 1, |change| matches!(change, FloorChanged::Revoked { .. })));
    assert!(matches!(talk(&stage, 1), TalkState::Talking { warned: true, .. }), "there is time for the last word");
    for seq in 1..40 {
        stage.speak(1, &packet(1, seq));
        stage.run(ms(20));
    }
    assert!(matches!(talk(&stage, 1), TalkState::Refused(_)));
    stage.run(ms(200));
    assert!(stage.packets_heard(0) > 5, "the last word was cut off: {}", stage.packets_heard(0));
    let ends = |command: &VoiceCommand| matches!(command, VoiceCommand::ReleaseTalk);
    assert!(did(&stage, 1, ends), "the burst got no end");
}

#[test]
fn the_sign_of_an_open_microphone_follows_what_is_sent() {
    let mut stage = Stage::with(&["Ann"]);
    stage.gather(&[0], 0);
    press(&mut stage, 0);
    let is_open = |stage: &Stage| matches!(talk(stage, 0), TalkState::Talking { mic_open: true, .. });
    assert!(!is_open(&stage), "nothing was sent yet");
    stage.speak(0, &packet(1, 0));
    stage.step();
    assert!(is_open(&stage));
    stage.run(ms(600));
    assert!(!is_open(&stage), "nothing is sent any more");
    stage.speak(0, &packet(1, 1));
    stage.step();
    assert!(is_open(&stage));
    stage.happen(0, VoiceEvent::MicrophoneLost("It is gone.".to_owned()));
    stage.step();
    assert!(matches!(talk(&stage, 0), TalkState::Refused(_)), "the turn goes on without a microphone");
    assert_eq!(stage.people[0].handle.snapshot().devices.microphone.as_deref(), Some("It is gone."));
    stage.happen(0, VoiceEvent::MicrophoneBack);
    stage.tell(0, Command::ReleaseTalk);
    stage.step();
    assert_eq!(stage.people[0].handle.snapshot().devices.microphone, None);
    press(&mut stage, 0);
}

#[test]
fn without_a_microphone_a_press_is_refused_at_once_with_what_to_do() {
    let mut stage = Stage::with(&["Ann", "Bob"]);
    stage.gather(&[0, 1], 0);
    stage.people[0].stats.lock().unwrap().no_microphone = true;
    stage.tell(0, Command::PressTalk);
    let refused = |event: &Event| matches!(event, Event::Refused { command: "talk", code: "no_microphone", .. });
    stage.until("refused", |stage| stage.was_told(0, refused));
    let TalkState::Refused(text) = talk(&stage, 0) else { panic!("{:?}", talk(&stage, 0)) };
    assert!(text.contains("connect one, or choose another"), "{text}");
    assert!(!did(&stage, 0, |command| matches!(command, VoiceCommand::PressTalk)), "nothing is recorded");
    stage.run(ms(300));
    assert!(!was_told(&stage, 1, |change| matches!(change, FloorChanged::Taken { .. })), "nobody was asked");
    stage.tell(0, Command::ReleaseTalk);
    stage.people[0].stats.lock().unwrap().no_microphone = false;
    press(&mut stage, 0);
}

#[test]
fn a_double_press_locks_talk_on_and_whatever_hides_the_window_ends_it() {
    let mut stage = Stage::with(&["Ann"]);
    stage.gather(&[0], 0);
    prefer(&mut stage, 0, |voice| voice.lock = true);
    for end in [Command::PressTalk, Command::StopTalk] {
        for command in [Command::PressTalk, Command::ReleaseTalk, Command::PressTalk, Command::ReleaseTalk] {
            stage.tell(0, command);
            stage.run(ms(50));
        }
        stage.until("locked", |stage| matches!(talk(stage, 0), TalkState::Talking { locked: true, .. }));
        stage.run(ms(1000));
        assert!(is_talking(&stage, 0), "the key is up, but talk is locked on");
        stage.tell(0, end);
        stage.until("quiet", |stage| talk(stage, 0) == TalkState::Quiet);
        stage.tell(0, Command::ReleaseTalk);
        stage.run(ms(500));
    }
    let locked = stage.people[0].told.iter().filter(|event| floor(event) == Some(&FloorChanged::Locked));
    assert_eq!(locked.count(), 2);
}

#[test]
fn in_an_open_room_the_voice_itself_may_hold_talk_on() {
    let mut stage = Stage::with(&["Ann", "Bob"]);
    stage.gather(&[0], 0);
    prefer(&mut stage, 0, |voice| voice.activation_dbfs = Some(-40.0));
    let listens = |command: &VoiceCommand| matches!(command, VoiceCommand::SetActivation(Some(_)));
    assert!(!did(&stage, 0, listens), "the engine listens in a room with one floor");
    gather_in_new(&mut stage, FloorPolicy::Open, &[0, 1]);
    let wanted = Activation { threshold_dbfs: -40.0 };
    assert!(did(&stage, 0, |command| matches!(command, VoiceCommand::SetActivation(Some(set)) if *set == wanted)));
    press(&mut stage, 1);
    stage.happen(0, VoiceEvent::VoiceBegan);
    stage.until("both talk", |stage| is_talking(stage, 0) && is_talking(stage, 1));
    assert!(was_told(&stage, 1, |change| *change == FloorChanged::Taken { holder: "Ann".to_owned() }));
    for seq in 0..5 {
        (0..2).for_each(|person| stage.speak(person, &packet(1, seq)));
        stage.run(ms(20));
    }
    stage.run(ms(100));
    assert_eq!((stage.packets_heard(0), stage.packets_heard(1)), (5, 5));
    // The key holds talk on as well, and the last of both ends it.
    stage.tell(0, Command::PressTalk);
    stage.happen(0, VoiceEvent::VoiceEnded);
    stage.run(ms(200));
    assert!(is_talking(&stage, 0));
    stage.tell(0, Command::ReleaseTalk);
    stage.until("quiet", |stage| talk(stage, 0) == TalkState::Quiet);
    stage.tell(0, Command::Leave);
    let deaf = |command: &VoiceCommand| matches!(command, VoiceCommand::SetActivation(None));
    stage.until("deaf", |stage| did(stage, 0, deaf));
}

#[test]
fn a_sound_test_sends_nothing_and_ends_with_a_press() {
    let mut stage = Stage::with(&["Ann"]);
    stage.gather(&[0], 0);
    stage.tell(0, Command::StartSoundTest);
    stage.step();
    assert!(stage.people[0].handle.snapshot().testing);
    press(&mut stage, 0);
    assert!(!stage.people[0].handle.snapshot().testing);
    let about_test = |command: &VoiceCommand| matches!(command, VoiceCommand::StartTest | VoiceCommand::StopTest);
    assert_eq!(stage.people[0].heard.lock().unwrap().iter().filter(|command| about_test(command)).count(), 2);
    stage.tell(0, Command::StartSoundTest);
    stage.step();
    assert!(!stage.people[0].handle.snapshot().testing, "nobody tests while talking");
}
