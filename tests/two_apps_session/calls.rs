//! Calls from one end to the other: who rings whom, who hears and sees whom, and that nothing is captured before it may
//! be.

use super::{
    gather_in_new, ms, said,
    stage::{Stage, packet},
};
use hallway::{
    media::{
        cameras::CameraError,
        engine::{VoiceCommand, VoiceEvent},
        screens::ScreenChoice,
        video::engine::{VideoCommand, VideoEvent},
    },
    net::{
        commands::Command,
        events::{CallChanged, ConnectionChanged, Event},
        preferences::VoicePreferences,
        snapshot::{CallView, CallsView, ConnectionState, TalkState},
    },
};
use hallway_protocol::{
    call::{CallAudio, CallEnd, CallKind, Presence, Reach},
    floor::FloorPolicy,
    ids::PersonId,
    limits,
    video::{Layer, Source, StreamKey, VideoFeedback, VideoReport, VideoSlice},
};
use std::sync::Arc;

fn calls(stage: &Stage, person: usize) -> Arc<CallsView> {
    Arc::clone(&stage.people[person].handle.snapshot().calls)
}

fn current(stage: &Stage, person: usize) -> Option<CallView> {
    calls(stage, person).current.clone()
}

fn was_told(stage: &Stage, person: usize, like: impl Fn(&CallChanged) -> bool) -> bool {
    stage.was_told(person, |event| matches!(event, Event::Call { change, .. } if like(change)))
}

fn ended(why: &CallEnd) -> impl Fn(&CallChanged) -> bool {
    move |change| *change == CallChanged::Ended(why.clone())
}

fn was_refused(stage: &Stage, person: usize, word: &str, wanted: &str) -> bool {
    stage.was_told(
        person,
        |event| matches!(event, Event::Refused { command, code, .. } if (*command, *code) == (word, wanted)),
    )
}

fn ring(stage: &mut Stage, from: usize, to: usize, kind: CallKind) {
    stage.tell(from, Command::Call { to: stage.id(to), kind });
    stage
        .until("it rings at both ends", |stage| current(stage, from).is_some() && calls(stage, to).incoming.len() == 1);
}

fn accept(stage: &mut Stage, person: usize, camera: bool) {
    let call = calls(stage, person).incoming[0].call;
    stage.tell(person, Command::AcceptCall { call, camera });
}

fn is_in(stage: &Stage, person: usize, members: usize) -> bool {
    current(stage, person).is_some_and(|call| {
        let joined = call.members.iter().filter(|member| matches!(member.presence, Presence::Joined { .. }));
        joined.count() == members
    })
}

/// Two people in a call.
fn call(stage: &mut Stage, from: usize, to: usize, kind: CallKind) {
    ring(stage, from, to, kind);
    accept(stage, to, kind == CallKind::Video);
    stage.until("both are in the call", |stage| is_in(stage, from, 2) && is_in(stage, to, 2));
    stage.run(ms(500));
}

/// The last word to a person's voice engine about the call's microphone.
fn is_open(stage: &Stage, person: usize) -> bool {
    let heard = stage.people[person].heard.lock().unwrap();
    let last = heard.iter().rfind(|command| matches!(command, VoiceCommand::OpenCall | VoiceCommand::CloseCall));
    matches!(last, Some(VoiceCommand::OpenCall))
}

/// Whether a person's engines were ever told to open anything to a call.
fn was_captured(stage: &Stage, person: usize) -> bool {
    let heard = stage.people[person].heard.lock().unwrap();
    let seen = stage.people[person].seen.lock().unwrap();
    heard.iter().any(|command| matches!(command, VoiceCommand::OpenCall))
        || seen.iter().any(|command| matches!(command, VideoCommand::OpenCamera | VideoCommand::ShareScreen(_)))
}

/// What a person's voice engine was told of that kind, the newest one.
fn last<T>(stage: &Stage, person: usize, of_kind: impl Fn(&VoiceCommand) -> Option<T>) -> Option<T> {
    stage.people[person].heard.lock().unwrap().iter().rev().find_map(of_kind)
}

fn is_room_lowered(stage: &Stage, person: usize) -> bool {
    last(stage, person, |command| match command {
        VoiceCommand::LowerRoom(lowered) => Some(*lowered),
        _ => None,
    })
    .unwrap_or_default()
}

/// How many packets of somebody's a person was given to hear in the call.
fn heard_of(stage: &Stage, person: usize, of: PersonId) -> usize {
    let heard = stage.people[person].heard.lock().unwrap();
    heard.iter().filter(|command| matches!(command, VoiceCommand::HearCall { speaker, .. } if *speaker == of)).count()
}

/// A person's voice engine hands out packets for the call.
fn speak(stage: &mut Stage, person: usize, packets: u16) {
    for seq in 0..packets {
        stage.happen(person, VoiceEvent::CallPacket(packet(1, seq).encode()));
        stage.run(ms(20));
    }
    stage.run(ms(200));
}

fn slice(source: Source, layer: Layer, frame: u16) -> VideoEvent {
    let stream = StreamKey { source, layer };
    let slice = VideoSlice {
        stream,
        keyframe: true,
        frame,
        slice: 0,
        slices: 1,
        seq: frame,
        media_time: 0,
        waited_ms: 0,
        nals: vec![1; 500].into(),
    };
    VideoEvent::Slice(slice.encode())
}

/// How many slices of somebody's a person's video engine was given.
fn seen_of(stage: &Stage, person: usize, of: PersonId, source: Source) -> usize {
    let seen = stage.people[person].seen.lock().unwrap();
    let is_such = |command: &&VideoCommand| matches!(command, VideoCommand::Receive { sender, slice } if *sender == of && slice.stream.source == source);
    seen.iter().filter(is_such).count()
}

fn did_see(stage: &Stage, person: usize, like: impl Fn(&VideoCommand) -> bool) -> bool {
    stage.people[person].seen.lock().unwrap().iter().any(like)
}

#[test]
fn nothing_is_captured_before_a_call_is_accepted_and_both_are_heard_after() {
    let mut stage = Stage::with(&["Ann", "Bob"]);
    ring(&mut stage, 0, 1, CallKind::Video);
    stage.until("told", |stage| {
        was_told(stage, 0, |change| *change == CallChanged::Ringing)
            && was_told(stage, 1, |change| *change == CallChanged::Incoming)
    });
    stage.tell(0, Command::SetCamera(true));
    stage.tell(0, Command::SetCallMicrophone(true));
    speak(&mut stage, 0, 20);
    assert!((0..2).all(|person| !was_captured(&stage, person)), "captured while it rings");
    assert_eq!(heard_of(&stage, 1, stage.id(0)), 0);
    accept(&mut stage, 1, false);
    stage.until("both are in the call", |stage| is_in(stage, 0, 2) && is_in(stage, 1, 2));
    let accepted = |change: &CallChanged| *change == CallChanged::Accepted { auto: false };
    stage.until("told", |stage| was_told(stage, 0, accepted) && was_told(stage, 1, accepted));
    stage.run(ms(1000));
    assert!(is_open(&stage, 0) && is_open(&stage, 1) && is_room_lowered(&stage, 0) && is_room_lowered(&stage, 1));
    let cameras = |person| did_see(&stage, person, |command| matches!(command, VideoCommand::OpenCamera));
    assert!(cameras(0) && !cameras(1), "who accepts decides about the own camera");
    let (ann, bob) = (stage.id(0), stage.id(1));
    let shown = |stage: &Stage, person, of| current(stage, person).unwrap().member(of).unwrap().sending;
    for person in 0..2 {
        assert!(shown(&stage, person, ann).microphone && shown(&stage, person, ann).camera);
        assert!(shown(&stage, person, bob).microphone && !shown(&stage, person, bob).camera);
    }
    speak(&mut stage, 0, 10);
    speak(&mut stage, 1, 10);
    assert_eq!((heard_of(&stage, 1, ann), heard_of(&stage, 0, bob)), (10, 10));
    assert_eq!(heard_of(&stage, 0, ann), 0, "one's own voice");
    stage.tell(1, Command::HangUp);
    stage.until("over", |stage| (0..2).all(|person| was_told(stage, person, ended(&CallEnd::HungUp))));
    stage.run(ms(300));
    assert!((0..2).all(|person| !is_open(&stage, person) && !is_room_lowered(&stage, person)));
    assert!(did_see(&stage, 0, |command| matches!(command, VideoCommand::CloseCamera)));
    let forgotten = |stage: &Stage| {
        last(stage, 1, |command| {
            matches!(command, VoiceCommand::ForgetInCall { speaker } if *speaker == ann).then_some(())
        })
    };
    assert!(forgotten(&stage).is_some());
    speak(&mut stage, 0, 5);
    assert_eq!(heard_of(&stage, 1, ann), 10, "heard after the call");
}

#[test]
fn a_declined_call_tells_the_callers_end_why() {
    let mut stage = Stage::with(&["Ann", "Bob"]);
    ring(&mut stage, 0, 1, CallKind::Voice);
    let call = calls(&stage, 1).incoming[0].call;
    stage.tell(1, Command::DeclineCall { call, text: "in a meeting".to_owned() });
    stage.until("declined", |stage| {
        was_told(stage, 0, |change| {
            matches!(change, CallChanged::Ended(CallEnd::Declined { text: Some(text) }) if text.as_str() == "in a meeting")
        })
    });
    stage.run(ms(500));
    assert!((0..2).all(|person| calls(&stage, person).incoming.is_empty() && current(&stage, person).is_none()));
    assert!((0..2).all(|person| !was_captured(&stage, person)));
    stage.tell(1, Command::AcceptCall { call, camera: true });
    stage.until("refused", |stage| was_refused(stage, 1, "accept", "no_call"));
}

#[test]
fn a_missed_call_leaves_a_message() {
    let mut stage = Stage::with(&["Ann", "Bob"]);
    ring(&mut stage, 0, 1, CallKind::Video);
    stage.run(limits::CALL_RING - ms(1000));
    assert_eq!(calls(&stage, 1).incoming.len(), 1);
    stage.until("missed", |stage| (0..2).all(|person| was_told(stage, person, ended(&CallEnd::Missed))));
    stage.until("the message", |stage| said(stage, 1, "Missed video call."));
    assert!((0..2).all(|person| !was_captured(&stage, person) && current(&stage, person).is_none()));
}

#[test]
fn a_caller_may_give_up_and_who_is_in_a_call_is_busy() {
    let mut stage = Stage::with(&["Ann", "Bob", "Cem"]);
    ring(&mut stage, 0, 1, CallKind::Voice);
    stage.tell(2, Command::Call { to: stage.id(1), kind: CallKind::Voice });
    stage.until("busy", |stage| was_refused(stage, 2, "call", "busy"));
    stage.tell(0, Command::HangUp);
    stage.until("cancelled", |stage| (0..2).all(|person| was_told(stage, person, ended(&CallEnd::Cancelled))));
    assert!((0..3).all(|person| !was_captured(&stage, person)));
    call(&mut stage, 0, 1, CallKind::Voice);
    stage.people[2].told.clear();
    stage.tell(2, Command::Call { to: stage.id(0), kind: CallKind::Voice });
    stage.until("busy", |stage| was_refused(stage, 2, "call", "busy"));
    assert!(is_open(&stage, 0) && !was_captured(&stage, 2));
}

#[test]
fn every_pair_of_a_call_of_four_hears_each_other() {
    let mut stage = Stage::with(&["Ann", "Bob", "Cem", "Dan"]);
    call(&mut stage, 0, 1, CallKind::Voice);
    for third in [2, 3] {
        stage.tell(third - 1, Command::AskIntoCall(stage.id(third)));
        stage.until("it rings", |stage| calls(stage, third).incoming.len() == 1);
        assert!(!was_captured(&stage, third));
        accept(&mut stage, third, false);
        stage.until("in", |stage| (0..=third).all(|person| is_in(stage, person, third + 1)));
    }
    assert!(was_told(&stage, 0, |change| *change == CallChanged::Joined { name: "Dan".to_owned() }));
    stage.run(ms(500));
    for person in 0..4 {
        speak(&mut stage, person, 5);
    }
    for (one, other) in (0..4).flat_map(|one| (0..4).map(move |other| (one, other))).filter(|(one, other)| one != other)
    {
        assert_eq!(heard_of(&stage, one, stage.id(other)), 5, "{other} at {one}");
    }
    stage.tell(1, Command::HangUp);
    stage.until("one less", |stage| [0, 2, 3].iter().all(|person| is_in(stage, *person, 3)));
    let left = CallChanged::Left { name: "Bob".to_owned(), why: CallEnd::HungUp };
    assert!([0, 2, 3].iter().all(|person| was_told(&stage, *person, |change| *change == left)));
    speak(&mut stage, 0, 5);
    assert_eq!((heard_of(&stage, 1, stage.id(0)), heard_of(&stage, 2, stage.id(0))), (5, 10));
}

#[test]
fn a_rooms_call_is_joined_by_choice_and_left_with_the_room() {
    let mut stage = Stage::with(&["Ann", "Bob", "Cem", "Dan"]);
    let room = gather_in_new(&mut stage, FloorPolicy::Open, &[0, 1, 2]);
    stage.tell(0, Command::JoinRoomCall { kind: CallKind::Voice });
    stage.until("seen from outside", |stage| stage.room(3, room).call.is_some_and(|call| call.members == 1));
    assert!(calls(&stage, 1).incoming.is_empty(), "a room's call rings nowhere");
    stage.tell(1, Command::JoinRoomCall { kind: CallKind::Voice });
    stage.until("two", |stage| is_in(stage, 0, 2) && is_in(stage, 1, 2));
    stage.tell(3, Command::JoinRoomCall { kind: CallKind::Voice });
    stage.until("from the hall", |stage| was_refused(stage, 3, "callroom", "not_in_room"));
    stage.run(ms(500));
    assert!(is_open(&stage, 0) && is_open(&stage, 1) && !was_captured(&stage, 2));
    assert!(!is_room_lowered(&stage, 0), "in a room's call the room is whom one talks with");
    speak(&mut stage, 0, 5);
    assert_eq!((heard_of(&stage, 1, stage.id(0)), heard_of(&stage, 2, stage.id(0))), (5, 0));
    stage.tell(1, Command::Leave);
    stage.until("left", |stage| was_told(stage, 1, ended(&CallEnd::LeftRoom)) && is_in(stage, 0, 1));
    assert!(!is_open(&stage, 1));
}

#[test]
fn in_an_exclusive_room_the_floor_rules_the_calls_voice() {
    let mut stage = Stage::with(&["Ann", "Bob"]);
    gather_in_new(&mut stage, FloorPolicy::Exclusive, &[0, 1]);
    for person in 0..2 {
        stage.tell(person, Command::JoinRoomCall { kind: CallKind::Voice });
    }
    stage.until("both are in", |stage| is_in(stage, 0, 2) && is_in(stage, 1, 2));
    assert_eq!(current(&stage, 0).unwrap().audio, CallAudio::Floor);
    stage.run(ms(500));
    speak(&mut stage, 0, 10);
    assert!(!was_captured(&stage, 0) && heard_of(&stage, 1, stage.id(0)) == 0);
    stage.tell(0, Command::PressTalk);
    stage.until("granted", |stage| matches!(stage.people[0].handle.snapshot().talk, TalkState::Talking { .. }));
    stage.speak(0, &packet(1, 0));
    stage.until("heard as in the room", |stage| stage.packets_heard(1) == 1);
}

#[test]
fn the_key_still_talks_to_the_room_and_the_voice_alone_to_the_call() {
    let mut stage = Stage::with(&["Ann", "Bob", "Cem"]);
    gather_in_new(&mut stage, FloorPolicy::Open, &[0, 2]);
    stage.tell(0, Command::SetVoice(VoicePreferences { activation_dbfs: Some(-40.0), ..VoicePreferences::default() }));
    stage.run(ms(200));
    let echo = |stage: &Stage, person| {
        last(stage, person, |command| match command {
            VoiceCommand::SetProcessing(processing) => Some(processing.echo_cancellation),
            _ => None,
        })
    };
    assert_eq!(echo(&stage, 1), Some(false), "nobody is heard in the hall");
    call(&mut stage, 0, 1, CallKind::Voice);
    assert_eq!(echo(&stage, 1), Some(true));
    stage.happen(0, VoiceEvent::VoiceBegan);
    stage.run(ms(500));
    assert_eq!(stage.people[0].handle.snapshot().talk, TalkState::Quiet, "a word for the call went to the room");
    stage.happen(0, VoiceEvent::VoiceEnded);
    stage.tell(0, Command::PressTalk);
    stage.until("granted", |stage| matches!(stage.people[0].handle.snapshot().talk, TalkState::Talking { .. }));
    stage.speak(0, &packet(1, 0));
    stage.until("heard in the room", |stage| stage.packets_heard(2) == 1);
    assert_eq!(heard_of(&stage, 1, stage.id(0)), 0);
    stage.tell(0, Command::ReleaseTalk);
    stage.tell(0, Command::HangUp);
    stage.run(ms(1000));
    stage.happen(0, VoiceEvent::VoiceBegan);
    stage.until("the voice opens the room again", |stage| {
        matches!(stage.people[0].handle.snapshot().talk, TalkState::Talking { .. })
    });
}

#[test]
fn a_shut_microphone_sends_nothing_and_is_seen_to_be_shut() {
    let mut stage = Stage::with(&["Ann", "Bob"]);
    call(&mut stage, 0, 1, CallKind::Voice);
    stage.tell(0, Command::SetCallMicrophone(false));
    let ann = stage.id(0);
    stage.until("seen", |stage| !current(stage, 1).unwrap().member(ann).unwrap().sending.microphone);
    // What the engine had made before it heard of that.
    speak(&mut stage, 0, 5);
    assert_eq!(heard_of(&stage, 1, ann), 0);
    assert!(!is_open(&stage, 0) && is_open(&stage, 1));
    stage.tell(0, Command::SetCallMicrophone(true));
    stage.until("seen", |stage| current(stage, 1).unwrap().member(ann).unwrap().sending.microphone);
    speak(&mut stage, 0, 5);
    assert_eq!(heard_of(&stage, 1, ann), 5);
}

#[test]
fn pictures_go_to_who_wants_them_in_the_size_that_is_wanted() {
    let mut stage = Stage::with(&["Ann", "Bob"]);
    call(&mut stage, 0, 1, CallKind::Video);
    let (ann, bob) = (stage.id(0), stage.id(1));
    stage.run(ms(500));
    let receivers = |stage: &Stage| {
        stage.people[0].seen.lock().unwrap().iter().rev().find_map(|command| match command {
            VideoCommand::SetReceivers { source: Source::Camera, receivers } => Some(*receivers),
            _ => None,
        })
    };
    assert_eq!(receivers(&stage), Some([0, 1, 0]));
    let expects = |stage: &Stage| {
        stage.people[1].seen.lock().unwrap().iter().rev().find_map(|command| match command {
            VideoCommand::Watch { of, source: Source::Camera, layer } if *of == ann => Some(*layer),
            _ => None,
        })
    };
    assert_eq!(expects(&stage), Some(Some(Layer::Medium)));
    for frame in 0..10 {
        stage.picture(0, slice(Source::Camera, Layer::Medium, frame));
        stage.picture(0, slice(Source::Screen, Layer::Large, frame));
        stage.run(ms(33));
    }
    stage.run(ms(200));
    assert_eq!(seen_of(&stage, 1, ann, Source::Camera), 10);
    assert_eq!(seen_of(&stage, 1, ann, Source::Screen), 0, "a screen that was never shared");
    stage.tell(1, Command::WatchVideo { of: ann, source: Source::Camera, layer: Some(Layer::Large) });
    stage.until("wanted", |stage| receivers(stage) == Some([0, 0, 1]));
    // The link bears less than the window could show.
    stage.picture(1, VideoEvent::PreferLayer { of: ann, source: Source::Camera, layer: Layer::Small });
    stage.until("wanted", |stage| receivers(stage) == Some([1, 0, 0]) && expects(stage) == Some(Some(Layer::Small)));
    let stream = StreamKey { source: Source::Camera, layer: Layer::Small };
    stage.picture(1, VideoEvent::WantKeyframe { of: ann, source: Source::Camera, layer: Layer::Small });
    let report =
        VideoReport { person: ann, stream, expected: 9, lost: 1, bytes: 900, interval_ms: 500, queue_ms: 0, frames: 8 };
    stage.picture(1, VideoEvent::Feedback(VideoFeedback::Report(report)));
    stage.until("a keyframe is asked for", |stage| {
        did_see(stage, 0, |command| matches!(command, VideoCommand::SendKeyframe { layer: Layer::Small, .. }))
    });
    stage.until("the report came", |stage| {
        did_see(
            stage,
            0,
            |command| matches!(command, VideoCommand::Reported(came) if *came == VideoReport { person: bob, ..report }),
        )
    });
    stage.picture(1, VideoEvent::LinkTooPoor { of: ann, too_poor: true });
    stage.until("kept away", |stage| receivers(stage) == Some([0, 0, 0]));
    assert!(current(&stage, 1).unwrap().link_trouble.is_some());
    assert!(was_told(&stage, 1, |change| matches!(change, CallChanged::Trouble { code: "link_too_poor", .. })));
    stage.tell(0, Command::SetCamera(false));
    stage.until("seen to be off", |stage| !current(stage, 1).unwrap().member(ann).unwrap().sending.camera);
    let before = seen_of(&stage, 1, ann, Source::Camera);
    stage.picture(0, slice(Source::Camera, Layer::Medium, 99));
    stage.run(ms(300));
    assert_eq!(seen_of(&stage, 1, ann, Source::Camera), before, "a picture of a camera that is off");
}

#[test]
fn a_camera_that_gives_no_pictures_is_told_and_not_shown_as_open() {
    let mut stage = Stage::with(&["Ann", "Bob"]);
    *stage.people[1].no_camera.lock().unwrap() = Some(CameraError::NoCamera);
    call(&mut stage, 0, 1, CallKind::Video);
    let bob = stage.id(1);
    let trouble = |change: &CallChanged| matches!(change, CallChanged::Trouble { code: "no_camera", .. });
    stage.until("told", |stage| was_told(stage, 1, trouble));
    let view = current(&stage, 1).unwrap();
    assert!(view.camera_trouble.is_some() && view.camera_wanted && !view.sending.camera);
    assert!(!current(&stage, 0).unwrap().member(bob).unwrap().sending.camera);
    stage.picture(1, VideoEvent::CameraOpened { name: "Desk".to_owned(), instead_of: None });
    stage.until("seen", |stage| current(stage, 0).unwrap().member(bob).unwrap().sending.camera);
    assert_eq!(current(&stage, 1).unwrap().camera_trouble, None);
    assert!(stage.was_told(1, |event| matches!(event, Event::Notice { code: "camera_back", .. })));
}

#[test]
fn a_screen_is_shared_by_one_at_a_time() {
    let mut stage = Stage::with(&["Ann", "Bob", "Cem"]);
    call(&mut stage, 0, 1, CallKind::Voice);
    let (ann, bob) = (stage.id(0), stage.id(1));
    let shares = |stage: &Stage, of| current(stage, 0).unwrap().member(of).unwrap().sending.screen;
    stage.tell(0, Command::ShareScreen(ScreenChoice::Pattern));
    stage.until("shared", |stage| shares(stage, ann) && current(stage, 0).unwrap().sending.screen);
    stage.tell(1, Command::ShareScreen(ScreenChoice::Pattern));
    stage.until("refused", |stage| was_refused(stage, 1, "share", "screen_taken"));
    stage.run(ms(1000));
    let captured =
        |stage: &Stage, person| did_see(stage, person, |command| matches!(command, VideoCommand::ShareScreen(_)));
    assert!(captured(&stage, 0) && !captured(&stage, 1));
    stage.picture(0, slice(Source::Screen, Layer::Large, 1));
    stage.until("seen", |stage| seen_of(stage, 1, ann, Source::Screen) == 1);
    stage.tell(0, Command::StopScreen);
    stage.until("free", |stage| !shares(stage, ann));
    stage.run(ms(300));
    stage.tell(1, Command::ShareScreen(ScreenChoice::Window(3)));
    stage.until("shared", |stage| shares(stage, bob));
    stage.picture(1, VideoEvent::ScreenClosed(Some(hallway::media::screens::ScreenError::Gone)));
    stage.until("given back", |stage| !shares(stage, bob));
    assert!(was_told(&stage, 1, |change| matches!(change, CallChanged::Trouble { code: "screen_gone", .. })));
}

#[test]
fn a_screen_for_the_room_starts_its_call() {
    let mut stage = Stage::with(&["Ann", "Bob"]);
    let room = gather_in_new(&mut stage, FloorPolicy::Open, &[0, 1]);
    stage.tell(0, Command::ShareScreen(ScreenChoice::Pattern));
    let ann = stage.id(0);
    stage.until("seen who shares", |stage| stage.room(1, room).call.is_some_and(|call| call.sharer == Some(ann)));
    assert!(!is_open(&stage, 0), "whoever shares a screen has not asked to be heard");
    stage.tell(1, Command::JoinRoomCall { kind: CallKind::Voice });
    stage.until("both are in", |stage| is_in(stage, 1, 2));
    stage.run(ms(300));
    stage.picture(0, slice(Source::Screen, Layer::Large, 1));
    stage.until("seen", |stage| seen_of(stage, 1, ann, Source::Screen) == 1);
}

#[test]
fn a_call_outlives_a_lost_link_and_captures_nothing_meanwhile() {
    let mut stage = Stage::with(&["Ann", "Bob"]);
    call(&mut stage, 0, 1, CallKind::Video);
    let old = stage.id(0);
    stage.cut(true);
    let is_lost =
        |stage: &Stage, person: usize| stage.people[person].handle.snapshot().connection == ConnectionState::Retrying;
    stage.until("lost", |stage| is_lost(stage, 0) && is_lost(stage, 1));
    stage.run(ms(100));
    for person in 0..2 {
        assert!(!is_open(&stage, person));
        let view = current(&stage, person).unwrap();
        assert!(view.members.iter().any(|member| member.presence == Presence::Lost), "{view:?}");
    }
    stage.cut(false);
    stage.until("regained", |stage| {
        (0..2).all(|person| stage.was_told(person, |event| *event == Event::Connection(ConnectionChanged::Regained)))
    });
    stage.until("the call goes on", |stage| is_in(stage, 0, 2) && is_in(stage, 1, 2));
    stage.until("open again", |stage| is_open(stage, 0) && is_open(stage, 1));
    assert!((0..2).all(|person| !was_told(&stage, person, |change| matches!(change, CallChanged::Ended(_)))));
    let ann = stage.id(0);
    assert_ne!(ann, old, "a sign-in has a number of its own");
    stage.until("the camera too", |stage| current(stage, 1).unwrap().member(ann).unwrap().sending.camera);
    speak(&mut stage, 0, 5);
    assert_eq!(heard_of(&stage, 1, ann), 5);
}

#[test]
fn a_call_ends_when_the_server_has_forgotten_it() {
    let mut stage = Stage::with(&["Ann", "Bob"]);
    call(&mut stage, 0, 1, CallKind::Voice);
    stage.replace_server();
    stage.until("over", |stage| (0..2).all(|person| was_told(stage, person, ended(&CallEnd::Lost))));
    assert!((0..2).all(|person| !is_open(&stage, person) && current(&stage, person).is_none()));
    // And the next one is possible.
    stage.until("regained", |stage| {
        (0..2).all(|person| stage.people[person].handle.snapshot().connection == ConnectionState::Connected)
    });
    stage.run(ms(500));
    call(&mut stage, 1, 0, CallKind::Voice);
}

#[test]
fn who_is_to_be_answered_without_asking_is_and_both_ends_are_told() {
    let mut stage = Stage::with(&["Ann", "Bob", "Cem"]);
    let (ann, bob) = (stage.id(0), stage.id(1));
    stage.tell(1, Command::SetAutoAnswer { person: ann, on: true });
    stage.run(ms(200));
    assert_eq!(calls(&stage, 1).auto_answer.iter().collect::<Vec<_>>(), [("Ann", &())]);
    stage.tell(0, Command::Call { to: bob, kind: CallKind::Video });
    let auto = |change: &CallChanged| *change == CallChanged::Accepted { auto: true };
    stage.until("answered", |stage| was_told(stage, 0, auto) && was_told(stage, 1, auto));
    let answered = current(&stage, 0).unwrap();
    assert_eq!(answered.member(bob).unwrap().presence, Presence::Joined { auto: true });
    stage.until("seen and heard", |stage| {
        let sending = current(stage, 0).unwrap().member(bob).unwrap().sending;
        sending.camera && sending.microphone
    });
    stage.tell(0, Command::HangUp);
    stage.until("over", |stage| current(stage, 1).is_none());
    // Of others, and when it is taken back, one is asked.
    stage.people[1].heard.lock().unwrap().clear();
    stage.people[1].seen.lock().unwrap().clear();
    ring(&mut stage, 2, 1, CallKind::Voice);
    stage.tell(2, Command::HangUp);
    stage.until("over", |stage| calls(stage, 1).incoming.is_empty());
    stage.tell(1, Command::ForgetAutoAnswer { name: "ann".to_owned() });
    stage.run(ms(200));
    ring(&mut stage, 0, 1, CallKind::Voice);
    stage.run(ms(1000));
    assert!(!was_captured(&stage, 1) && calls(&stage, 1).auto_answer.is_empty());
}

#[test]
fn who_does_not_want_to_be_rung_is_not() {
    let mut stage = Stage::with(&["Ann", "Bob"]);
    let bob = stage.id(1);
    let rings = |stage: &mut Stage, code: &'static str| {
        stage.people[0].told.clear();
        stage.tell(0, Command::Call { to: bob, kind: CallKind::Voice });
        stage.until(code, |stage| was_refused(stage, 0, "call", code));
        assert!(calls(stage, 1).incoming.is_empty());
    };
    stage.tell(1, Command::SetReach(Reach::Nobody));
    stage.run(ms(300));
    assert_eq!(calls(&stage, 1).reach, Reach::Nobody);
    rings(&mut stage, "do_not_disturb");
    stage.tell(1, Command::SetReach(Reach::SameRoom));
    stage.run(ms(300));
    rings(&mut stage, "not_in_their_room");
    stage.gather(&[0, 1], 0);
    stage.run(ms(300));
    ring(&mut stage, 0, 1, CallKind::Voice);
}

#[test]
fn both_walk_on_while_they_talk() {
    let mut stage = Stage::with(&["Ann", "Bob"]);
    call(&mut stage, 0, 1, CallKind::Voice);
    stage.gather(&[0], 0);
    stage.gather(&[1], 1);
    assert!(is_in(&stage, 0, 2) && is_in(&stage, 1, 2));
    speak(&mut stage, 0, 5);
    assert_eq!(heard_of(&stage, 1, stage.id(0)), 5);
    stage.tell(0, Command::SignOut);
    stage.until("gone", |stage| was_told(stage, 1, ended(&CallEnd::Gone)));
    assert!(was_told(&stage, 0, ended(&CallEnd::Gone)) && !is_open(&stage, 0) && !is_open(&stage, 1));
}
