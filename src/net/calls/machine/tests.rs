use super::*;
use crate::media::cameras::CameraChoice;
use hallway_protocol::{
    call::{CallEnd, CallMember, DeclineText, Reach},
    ids::RoomId,
    limits,
};

mod random;

const ANN: PersonId = PersonId(1);
const BOB: PersonId = PersonId(2);
const CEM: PersonId = PersonId(3);
const CALL: CallId = CallId(7);

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

const JOINED: Presence = Presence::Joined { auto: false };

fn name(person: PersonId) -> String {
    ["Nobody", "Ann", "Bob", "Cem", "Dan"][person.0 as usize % 5].to_owned()
}

fn member(person: PersonId, presence: Presence) -> CallMember {
    CallMember { person, name: name(person), presence, sending: Sending::default() }
}

fn state(members: &[(PersonId, Presence)]) -> CallState {
    let members = members.iter().map(|(person, presence)| member(*person, *presence)).collect();
    CallState { call: CALL, kind: CallKind::Video, room: None, audio: CallAudio::Open, members }
}

fn told(state: CallState) -> CallInput {
    CallInput::Notice(CallNotice::State { request: None, state })
}

fn answer(request: u32, state: CallState) -> CallInput {
    CallInput::Notice(CallNotice::State { request: Some(RequestId(request)), state })
}

/// A state in which somebody sends.
fn with(state: &CallState, person: PersonId, sending: Sending) -> CallState {
    let mut state = state.clone();
    state.members.iter_mut().filter(|member| member.person == person).for_each(|member| member.sending = sending);
    state
}

fn rung() -> CallState {
    state(&[(BOB, JOINED), (ANN, Presence::Ringing { by: BOB })])
}

fn ringing() -> CallState {
    state(&[(ANN, JOINED), (BOB, Presence::Ringing { by: ANN })])
}

fn both() -> CallState {
    state(&[(ANN, JOINED), (BOB, JOINED)])
}

fn room_call(audio: CallAudio) -> CallState {
    CallState { room: Some(RoomId(4)), audio, ..state(&[(ANN, JOINED)]) }
}

const CAMERA: Sending = Sending { microphone: false, camera: true, screen: false };
const SCREEN: Sending = Sending { microphone: false, camera: false, screen: true };

/// What the machine wanted done, in words short enough for a table.
fn word(action: &CallAction) -> String {
    match action {
        CallAction::Ask(request) => match request {
            CallRequest::Ring { to, .. } => format!("ring:{}", name(*to)),
            CallRequest::JoinRoomCall { .. } => "join".into(),
            CallRequest::Ask { person, .. } => format!("ask:{}", name(*person)),
            CallRequest::Accept { auto, .. } => if *auto { "accept:auto" } else { "accept" }.into(),
            CallRequest::Decline { text, .. } => {
                format!("decline:{}", text.as_ref().map_or("", DeclineText::as_str))
            }
            CallRequest::HangUp { .. } => "hangup".into(),
            CallRequest::Send { sending: Sending { microphone, camera, screen }, .. } => {
                let flag = |is: bool, letter: &'static str| if is { letter } else { "-" };
                format!("send:{}{}{}", flag(*microphone, "m"), flag(*camera, "c"), flag(*screen, "s"))
            }
            CallRequest::Watch { of, source, layer, .. } => format!("watch:{}:{source:?}:{layer:?}", name(*of)),
            CallRequest::WantKeyframe { .. } => "keyframe".into(),
            CallRequest::SetReach(reach) => format!("reach:{reach:?}"),
        },
        CallAction::Voice(command) => match command {
            VoiceCommand::OpenCall => "MIC".into(),
            VoiceCommand::CloseCall => "mic-off".into(),
            VoiceCommand::LowerRoom(lower) => if *lower { "lower" } else { "raise" }.into(),
            VoiceCommand::ForgetInCall { speaker } => format!("deaf:{}", name(*speaker)),
            other => panic!("{other:?} is none of the calls' business"),
        },
        CallAction::Video(command) => match command {
            VideoCommand::OpenCamera => "CAMERA".into(),
            VideoCommand::CloseCamera => "camera-off".into(),
            VideoCommand::ShareScreen(_) => "SCREEN".into(),
            VideoCommand::StopScreen => "screen-off".into(),
            VideoCommand::Watch { of, layer, .. } => format!("see:{}:{layer:?}", name(*of)),
            VideoCommand::Forget(of) => format!("blind:{}", name(*of)),
            VideoCommand::ChooseCamera(_) => "choose".into(),
            other => format!("{other:?}"),
        },
        CallAction::Tell(call, change) => {
            let change = match change {
                CallChanged::Accepted { auto: true } => "accepted:auto".into(),
                CallChanged::Accepted { auto: false } => "accepted".into(),
                CallChanged::Ended(why) => format!("ended:{}", why.code()),
                CallChanged::Joined { name } => format!("joined:{name}"),
                CallChanged::Left { name, why } => format!("left:{name}:{}", why.code()),
                CallChanged::Trouble { code, .. } => format!("trouble:{code}"),
                CallChanged::Ringing => "ringing".into(),
                CallChanged::Incoming => "incoming".into(),
            };
            format!("+{change}({})", call.with.join(","))
        }
        CallAction::Refuse { command, code, .. } => format!("!{command}:{code}"),
        CallAction::Notice { code, .. } => format!("*{code}"),
    }
}

/// A machine that is in the world as Ann, on a clock in milliseconds.
struct Bench {
    machine: CallMachine,
    start: Instant,
}

impl Bench {
    fn new() -> Self {
        Self::with(CallPreferences::default())
    }

    fn with(preferences: CallPreferences) -> Self {
        let mut bench = Self { machine: CallMachine::new(preferences), start: Instant::now() };
        bench.at(0, CallInput::Link(Link::Live(ANN)));
        bench
    }

    fn at(&mut self, time: u64, input: CallInput) -> String {
        let mut actions = Vec::new();
        self.machine.handle(self.start + ms(time), input, &mut actions);
        actions.iter().map(word).collect::<Vec<_>>().join(" ")
    }

    fn ask(&mut self, time: u64, command: Command) -> String {
        self.at(time, CallInput::Command(command))
    }

    /// A call with Bob that Ann has accepted, with the camera or without.
    fn in_call(camera: bool) -> Self {
        let mut bench = Self::new();
        bench.at(0, told(rung()));
        bench.ask(0, Command::AcceptCall { call: CALL, camera });
        bench.at(0, told(both()));
        bench
    }
}

fn opened(name: &str, instead_of: Option<&str>) -> CallInput {
    CallInput::CameraOpened { name: name.into(), instead_of: instead_of.map(Into::into) }
}

fn microphone(is_heard: bool, is_missing: bool) -> CallInput {
    CallInput::Microphone { is_heard, is_missing }
}

fn call(kind: CallKind) -> Command {
    Command::Call { to: BOB, kind }
}

fn opens_anything(words: &str) -> bool {
    ["MIC", "CAMERA", "SCREEN"].iter().any(|opened| words.contains(opened))
}

#[test]
fn the_caller_is_heard_and_seen_once_the_other_one_accepts() {
    let mut bench = Bench::new();
    assert_eq!(bench.ask(0, call(CallKind::Video)), "ring:Bob");
    assert_eq!(bench.at(10, answer(1, ringing())), "+ringing(Bob)");
    assert_eq!(bench.ask(20, Command::SetCamera(true)), "");
    assert_eq!(bench.ask(20, Command::SetCallMicrophone(true)), "");
    assert!(!bench.machine.is_live() && !bench.machine.may_speak());
    assert_eq!(bench.at(900, told(both())), "+accepted(Bob) MIC lower CAMERA");
    assert!(bench.machine.is_with(BOB) && !bench.machine.is_with(CEM) && !bench.machine.is_with(ANN));
    assert_eq!(bench.at(950, opened("Desk", None)), "send:-c-");
    assert_eq!(bench.at(960, microphone(true, false)), "", "words about what is sent keep their pace");
    assert_eq!(bench.at(1200, CallInput::Poll), "send:mc-");
    assert_eq!(bench.ask(1400, Command::SetCallMicrophone(false)), "mic-off send:-c-");
    assert_eq!(bench.ask(1700, Command::HangUp), "hangup +ended:hung_up(Bob) raise camera-off deaf:Bob blind:Bob");
    assert_eq!(bench.at(1750, told(both())), "", "a state from before was taken for a new call");
    assert_eq!(bench.at(1800, CallInput::Notice(CallNotice::Ended { call: CALL, why: CallEnd::HungUp })), "");
}

#[test]
fn nothing_is_captured_of_whoever_is_rung_before_the_answer_counts() {
    let mut bench = Bench::new();
    assert_eq!(bench.at(0, told(rung())), "+incoming(Bob)");
    assert_eq!(bench.machine.view().incoming.len(), 1);
    assert_eq!(bench.ask(10, Command::AcceptCall { call: CALL, camera: false }), "accept");
    assert!(bench.machine.view().incoming.is_empty(), "an answered call rings no longer");
    assert_eq!(bench.at(20, told(rung())), "", "the server has not heard of it");
    assert_eq!(bench.at(30, told(both())), "+accepted(Bob) MIC lower");
    // A second call of the same people, declined.
    let mut bench = Bench::new();
    bench.at(0, told(rung()));
    let declined = "decline:in a meeting +ended:declined(Bob)";
    assert_eq!(bench.ask(10, Command::DeclineCall { call: CALL, text: "in a meeting".into() }), declined);
    assert_eq!(bench.at(20, told(rung())), "");
    assert_eq!(bench.ask(30, Command::AcceptCall { call: CALL, camera: true }), "!accept:no_call");
    // Asked again, much later, it rings again.
    bench.at(6000, CallInput::Poll);
    assert_eq!(bench.at(6000, told(rung())), "+incoming(Bob)");
}

#[test]
fn a_call_that_nobody_asked_for_or_answered_is_left_at_once() {
    let mut bench = Bench::new();
    assert_eq!(bench.at(0, told(both())), "hangup");
    assert!(bench.machine.view().current.is_none());
    let mut bench = Bench::new();
    assert_eq!(bench.at(0, told(state(&[(BOB, JOINED), (CEM, JOINED)]))), "", "others' calls are theirs");
    bench.at(0, told(rung()));
    assert_eq!(bench.at(10, told(both())), "hangup", "the server's word alone is no answer");
}

#[test]
fn a_ring_that_is_given_up_before_the_server_answers_is_hung_up() {
    let mut bench = Bench::new();
    bench.ask(0, call(CallKind::Voice));
    assert_eq!(bench.ask(10, Command::HangUp), "");
    assert_eq!(bench.ask(20, call(CallKind::Voice)), "!call:in_call", "the server has not heard of it yet");
    assert_eq!(bench.at(50, answer(1, ringing())), "hangup");
    assert_eq!(bench.at(60, told(both())), "");
    assert_eq!(bench.ask(70, Command::HangUp), "!hangup:not_in_call");
    let mut bench = Bench::new();
    bench.ask(0, call(CallKind::Voice));
    bench.at(10, answer(1, ringing()));
    assert_eq!(bench.ask(20, Command::HangUp), "hangup +ended:cancelled(Bob)");
}

#[test]
fn what_cannot_be_is_refused_with_the_word_of_the_command() {
    let refuse = |request, refusal| CallInput::Notice(CallNotice::Refused { request: RequestId(request), refusal });
    let mut bench = Bench::new();
    bench.ask(0, call(CallKind::Voice));
    assert_eq!(bench.ask(5, call(CallKind::Voice)), "!call:in_call", "one call at a time");
    assert_eq!(bench.at(10, refuse(1, CallRefusal::Busy)), "!call:busy");
    bench.ask(20, Command::JoinRoomCall { kind: CallKind::Voice });
    assert_eq!(bench.at(30, refuse(2, CallRefusal::NotInRoom)), "!callroom:not_in_room");
    bench.ask(40, Command::ShareScreen(ScreenChoice::Pattern));
    assert_eq!(bench.at(50, refuse(3, CallRefusal::Full)), "!share:full");
    assert_eq!(bench.at(50, refuse(3, CallRefusal::Full)), "", "an answer counts once");
    assert_eq!(bench.ask(60, Command::AskIntoCall(CEM)), "!ask:not_in_call");
    assert_eq!(bench.ask(60, Command::SetCamera(true)), "!mute:not_in_call");
    bench.at(70, CallInput::Link(Link::Lost));
    assert_eq!(bench.ask(80, call(CallKind::Voice)), "!call:not_connected");
}

#[test]
fn a_third_person_is_asked_in_and_everyone_who_comes_and_goes_is_told() {
    let mut bench = Bench::in_call(false);
    assert_eq!(bench.ask(10, Command::AskIntoCall(CEM)), "ask:Cem");
    let asked = state(&[(ANN, JOINED), (BOB, JOINED), (CEM, Presence::Ringing { by: ANN })]);
    assert_eq!(bench.at(20, answer(1, asked)), "+ringing(Bob,Cem)");
    let three = state(&[(ANN, JOINED), (BOB, JOINED), (CEM, JOINED)]);
    assert_eq!(bench.at(30, told(three)), "+joined:Cem(Bob,Cem)");
    let gone = CallNotice::MemberLeft { call: CALL, name: "Bob".into(), why: CallEnd::HungUp };
    assert_eq!(bench.at(40, CallInput::Notice(gone)), "+left:Bob:hung_up(Bob,Cem)");
    assert_eq!(bench.at(40, told(state(&[(ANN, JOINED), (CEM, JOINED)]))), "deaf:Bob blind:Bob");
}

#[test]
fn a_rooms_call_does_not_lower_the_room_and_follows_its_floor() {
    let mut bench = Bench::new();
    bench.ask(0, Command::JoinRoomCall { kind: CallKind::Voice });
    assert_eq!(bench.at(10, answer(1, room_call(CallAudio::Open))), "+accepted() MIC");
    assert_eq!(bench.at(20, told(room_call(CallAudio::Floor))), "mic-off");
    assert!(!bench.machine.may_speak(), "in such a room the floor is for that");
    assert_eq!(bench.at(30, told(room_call(CallAudio::Open))), "MIC");
    let out = CallNotice::Ended { call: CALL, why: CallEnd::LeftRoom };
    assert_eq!(bench.at(40, CallInput::Notice(out)), "+ended:left_room() mic-off");
}

#[test]
fn a_screen_is_captured_once_the_server_grants_it() {
    let mut bench = Bench::in_call(false);
    assert_eq!(bench.ask(500, Command::ShareScreen(ScreenChoice::Pattern)), "send:--s");
    assert_eq!(bench.at(510, told(both())), "", "a state from before is no grant");
    assert_eq!(bench.at(520, told(with(&both(), ANN, SCREEN))), "SCREEN");
    bench.at(530, CallInput::ScreenOpened);
    assert!(bench.machine.view().current.unwrap().sending.screen);
    assert_eq!(bench.ask(900, Command::StopScreen), "screen-off send:---");
    // Somebody else was first.
    bench.ask(1300, Command::ShareScreen(ScreenChoice::Pattern));
    let taken = with(&both(), BOB, SCREEN);
    let refused = "!share:screen_taken watch:Bob:Screen:Some(Large) see:Bob:Some(Large) send:---";
    assert_eq!(bench.at(1600, told(taken.clone())), refused);
    // Asked for again before the refused one is taken back.
    let mut bench = Bench::in_call(false);
    bench.ask(500, Command::ShareScreen(ScreenChoice::Pattern));
    bench.at(510, told(taken.clone()));
    bench.at(560, told(both()));
    assert_eq!(bench.ask(600, Command::ShareScreen(ScreenChoice::Pattern)), "");
    assert_eq!(bench.at(700, CallInput::Poll), "send:--s");
    assert_eq!(bench.at(720, told(with(&both(), ANN, SCREEN))), "SCREEN");
    // Taken away while it is shared.
    let mut bench = Bench::in_call(false);
    bench.ask(500, Command::ShareScreen(ScreenChoice::Pattern));
    bench.at(520, told(with(&both(), ANN, SCREEN)));
    let words = bench.at(3000, told(taken));
    assert!(words.starts_with("+trouble:screen_taken(Bob) screen-off"), "{words}");
    // What can't be taken is given back.
    let mut bench = Bench::in_call(false);
    bench.ask(500, Command::ShareScreen(ScreenChoice::Window(9)));
    bench.at(520, told(with(&both(), ANN, SCREEN)));
    let gone = CallInput::ScreenClosed(Some(("screen_gone", "It is gone.".into())));
    assert_eq!(bench.at(900, gone), "+trouble:screen_gone(Bob) screen-off send:---");
    assert_eq!(bench.machine.view().current.unwrap().screen_trouble.as_deref(), Some("It is gone."));
    // No word of the server at all.
    bench.ask(1300, Command::ShareScreen(ScreenChoice::Pattern));
    assert_eq!(bench.at(4300, CallInput::Poll), "!share:screen_taken send:---");
}

#[test]
fn a_screen_for_the_room_joins_its_call_unheard() {
    let mut bench = Bench::new();
    assert_eq!(bench.ask(0, Command::ShareScreen(ScreenChoice::Pattern)), "join");
    assert_eq!(bench.at(10, answer(1, room_call(CallAudio::Open))), "+accepted() send:--s");
    assert!(!bench.machine.view().current.unwrap().microphone_wanted);
    let mut bench = Bench::new();
    bench.ask(0, Command::ShareScreen(ScreenChoice::Pattern));
    bench.ask(5, Command::StopScreen);
    assert!(!opens_anything(&bench.at(10, answer(1, room_call(CallAudio::Floor)))));
    assert!(bench.machine.view().current.is_some_and(|call| call.sending == Sending::default()));
}

#[test]
fn a_lost_link_shuts_everything_and_one_that_is_regained_opens_it_again() {
    let mut bench = Bench::in_call(true);
    bench.at(10, opened("Desk", None));
    bench.ask(500, Command::ShareScreen(ScreenChoice::Pattern));
    bench.at(510, told(with(&both(), ANN, Sending { camera: true, ..SCREEN })));
    assert_eq!(bench.at(1000, CallInput::Link(Link::Lost)), "mic-off camera-off screen-off deaf:Bob blind:Bob");
    let view = bench.machine.view().current.unwrap();
    assert_eq!(view.member(ANN).unwrap().presence, Presence::Lost);
    assert!(!bench.machine.may_speak() && !bench.machine.may_send(Source::Camera) && !bench.machine.is_with(BOB));
    bench.at(1010, CallInput::CameraClosed);
    assert_eq!(bench.at(15_000, CallInput::Poll), "");
    // Another link, another number, the same call; the server still has the screen for shared.
    let anew = PersonId(21);
    assert_eq!(bench.at(15_100, CallInput::Link(Link::Live(anew))), "reach:Everyone");
    let back = CallState {
        members: vec![CallMember { name: "Ann".into(), ..member(anew, JOINED) }, member(BOB, JOINED)],
        ..both()
    };
    assert_eq!(bench.at(15_200, told(with(&back, anew, SCREEN))), "MIC CAMERA SCREEN");
    assert_eq!(bench.at(15_300, opened("Desk", None)), "send:-cs");
    // Not regained in time.
    let mut bench = Bench::in_call(true);
    bench.at(1000, CallInput::Link(Link::Lost));
    let hold = limits::CALL_LOST_HOLD.as_millis() as u64;
    assert_eq!(bench.at(999 + hold, CallInput::Poll), "");
    assert_eq!(bench.at(1000 + hold, CallInput::Poll), "+ended:lost(Bob) raise");
    // Regained, but the server has forgotten: it is another one.
    let mut bench = Bench::in_call(true);
    bench.at(1000, CallInput::Link(Link::Lost));
    bench.at(2000, CallInput::Link(Link::Live(ANN)));
    assert_eq!(bench.at(2000 + RESUME_TIMEOUT.as_millis() as u64, CallInput::Poll), "+ended:lost(Bob) raise");
    // Regained too late: the server has given them up, and somebody asks them in again.
    let mut bench = Bench::in_call(true);
    bench.at(1000, CallInput::Link(Link::Lost));
    bench.at(2000, CallInput::Link(Link::Live(ANN)));
    let words = bench.at(2100, told(state(&[(ANN, Presence::Ringing { by: BOB }), (BOB, JOINED)])));
    assert_eq!(words, "+ended:lost(Bob) +incoming(Bob) raise");
    // Hung up meanwhile, the server's way back is not taken.
    let mut bench = Bench::in_call(true);
    bench.at(1000, CallInput::Link(Link::Lost));
    bench.ask(1500, Command::HangUp);
    bench.at(2000, CallInput::Link(Link::Live(ANN)));
    assert_eq!(bench.at(2100, told(both())), "hangup");
}

#[test]
fn whoever_comes_back_does_not_come_in_anew() {
    let mut bench = Bench::in_call(false);
    assert_eq!(bench.at(10, told(state(&[(ANN, JOINED), (BOB, Presence::Lost)]))), "");
    let renumbered = CallState {
        members: vec![member(ANN, JOINED), CallMember { name: "Bob".into(), ..member(PersonId(22), JOINED) }],
        ..both()
    };
    assert_eq!(bench.at(20, told(renumbered)), "deaf:Bob blind:Bob");
}

#[test]
fn what_hung_on_a_link_that_is_gone_is_told() {
    let mut bench = Bench::new();
    bench.ask(0, call(CallKind::Voice));
    bench.at(10, told(CallState { call: CallId(8), ..rung() }));
    assert_eq!(bench.at(20, CallInput::Link(Link::Lost)), "+ended:lost(Bob) !call:not_connected");
    let mut bench = Bench::in_call(false);
    assert_eq!(bench.at(20, CallInput::Link(Link::Out)), "+ended:gone(Bob) mic-off raise deaf:Bob blind:Bob");
}

#[test]
fn an_own_link_that_the_server_finds_silent_loses_no_screen() {
    let mut bench = Bench::in_call(false);
    bench.ask(500, Command::ShareScreen(ScreenChoice::Pattern));
    bench.at(520, told(with(&both(), ANN, SCREEN)));
    assert_eq!(bench.at(5000, told(state(&[(ANN, Presence::Lost), (BOB, JOINED)]))), "");
    assert_eq!(bench.at(5100, told(with(&both(), ANN, SCREEN))), "");
}

#[test]
fn the_calls_of_those_whom_the_person_named_are_answered_without_asking() {
    let auto_answer = [("bob", ())].into_iter().collect();
    let preferences = CallPreferences { auto_answer, ..CallPreferences::default() };
    let mut bench = Bench::with(preferences.clone());
    assert_eq!(bench.at(0, told(rung())), "+incoming(Bob) accept:auto");
    let answered = state(&[(BOB, JOINED), (ANN, Presence::Joined { auto: true })]);
    assert_eq!(bench.at(10, told(answered)), "+accepted:auto(Bob) MIC lower CAMERA", "with the camera in a video call");
    let mut bench = Bench::with(preferences);
    let by_cem = state(&[(CEM, JOINED), (ANN, Presence::Ringing { by: CEM })]);
    assert_eq!(bench.at(0, told(by_cem)), "+incoming(Cem)");
    // The caller is told as well.
    let mut bench = Bench::new();
    bench.ask(0, call(CallKind::Voice));
    bench.at(10, answer(1, ringing()));
    let answered = state(&[(ANN, JOINED), (BOB, Presence::Joined { auto: true })]);
    assert_eq!(bench.at(20, told(answered)), "+accepted:auto(Bob) MIC lower");
}

#[test]
fn the_reach_is_said_after_each_sign_in_and_at_each_change() {
    let mut bench = Bench::with(CallPreferences { reach: Reach::SameRoom, ..CallPreferences::default() });
    bench.at(0, CallInput::Link(Link::Lost));
    assert_eq!(bench.at(0, CallInput::Link(Link::Live(ANN))), "reach:SameRoom");
    let nobody = CallPreferences { reach: Reach::Nobody, ..CallPreferences::default() };
    assert_eq!(bench.at(0, CallInput::Preferences(nobody.clone())), "reach:Nobody");
    assert_eq!(bench.at(0, CallInput::Preferences(nobody)), "");
}

#[test]
fn a_camera_without_pictures_is_told_once_and_so_is_its_return() {
    let mut bench = Bench::in_call(true);
    let trouble = || CallInput::CameraTrouble { code: "no_camera", text: "Plug one in.".into() };
    assert_eq!(bench.at(10, trouble()), "+trouble:no_camera(Bob)");
    assert_eq!(bench.at(20, trouble()), "");
    let view = bench.machine.view().current.unwrap();
    assert_eq!((view.camera_trouble.as_deref(), view.camera_wanted), (Some("Plug one in."), true));
    assert!(!view.sending.camera);
    assert_eq!(bench.at(500, opened("Desk", None)), "*camera_back send:-c-");
    assert_eq!(bench.at(800, trouble()), "+trouble:no_camera(Bob) send:---");
    assert_eq!(bench.ask(900, Command::SetCamera(false)), "camera-off");
    assert_eq!(bench.machine.view().current.unwrap().camera_trouble, None);
    assert_eq!(bench.at(910, opened("Desk", None)), "", "it was shut meanwhile");
    assert!(!bench.machine.view().current.unwrap().sending.camera);
}

#[test]
fn a_camera_that_stands_in_for_another_is_told_and_so_is_the_others_return() {
    let mut bench = Bench::in_call(true);
    assert_eq!(bench.at(10, opened("Laptop", Some("Desk"))), "*camera_instead send:-c-");
    assert_eq!(bench.at(20, opened("Laptop", Some("Desk"))), "", "told before");
    assert_eq!(bench.at(30, opened("Desk", None)), "*camera_back");
    assert_eq!(bench.at(40, opened("Desk", None)), "");
    bench.at(50, opened("Laptop", Some("Desk")));
    let camera = CameraChoice::Device("Laptop".into());
    bench.at(60, CallInput::Preferences(CallPreferences { camera, ..CallPreferences::default() }));
    assert_eq!(bench.at(70, opened("Laptop", None)), "", "it was chosen");
}

#[test]
fn a_microphone_that_is_missing_is_told_once() {
    let mut bench = Bench::in_call(false);
    assert_eq!(bench.at(10, microphone(false, true)), "+trouble:no_microphone(Bob)");
    assert_eq!(bench.at(20, microphone(false, true)), "");
    assert_eq!(bench.at(500, microphone(true, false)), "send:m--");
    assert_eq!(bench.ask(600, Command::SetCallMicrophone(false)), "mic-off");
    assert_eq!(bench.at(800, microphone(false, true)), "send:---", "who wants to be unheard needs none");
}

#[test]
fn the_smaller_of_what_is_drawn_and_what_the_link_bears_is_watched() {
    let mut bench = Bench::in_call(false);
    let watch = |layer| Command::WatchVideo { of: BOB, source: Source::Camera, layer };
    let sends = told(with(&both(), BOB, CAMERA));
    assert_eq!(bench.at(10, sends.clone()), "watch:Bob:Camera:Some(Medium) see:Bob:Some(Medium)");
    assert_eq!(bench.at(15, sends), "");
    assert_eq!(bench.ask(20, watch(Some(Layer::Large))), "watch:Bob:Camera:Some(Large) see:Bob:Some(Large)");
    let bears = |layer| CallInput::PreferLayer { of: BOB, source: Source::Camera, layer };
    assert_eq!(bench.at(30, bears(Layer::Small)), "watch:Bob:Camera:Some(Small) see:Bob:Some(Small)");
    assert_eq!(bench.ask(40, watch(Some(Layer::Medium))), "");
    assert_eq!(bench.ask(50, watch(None)), "watch:Bob:Camera:None see:Bob:None");
    assert_eq!(bench.ask(60, watch(Some(Layer::Large))), "watch:Bob:Camera:Some(Small) see:Bob:Some(Small)");
    assert_eq!(bench.at(70, told(both())), "see:Bob:None", "the camera is off");
    let bears = |layer| CallInput::PreferLayer { of: BOB, source: Source::Screen, layer };
    let shares = told(with(&both(), BOB, SCREEN));
    assert_eq!(bench.at(71, shares), "watch:Bob:Screen:Some(Large) see:Bob:Some(Large)");
    assert_eq!(bench.at(72, bears(Layer::Medium)), "watch:Bob:Screen:Some(Medium) see:Bob:Some(Medium)");
    let small = Command::WatchVideo { of: BOB, source: Source::Screen, layer: Some(Layer::Small) };
    assert_eq!(bench.ask(73, small), "", "a screen has none");
    bench.at(74, told(both()));
    let again = "watch:Bob:Camera:Some(Large) see:Bob:Some(Large)";
    assert_eq!(bench.at(80, told(with(&both(), BOB, CAMERA))), again, "what the link bore then is forgotten");
}

#[test]
fn the_pictures_of_who_is_lost_for_a_moment_go_on_where_they_were() {
    let mut bench = Bench::in_call(false);
    bench.at(0, told(with(&both(), BOB, CAMERA)));
    assert_eq!(bench.at(10, told(state(&[(ANN, JOINED), (BOB, Presence::Lost)]))), "");
    assert_eq!(bench.at(20, told(with(&both(), BOB, CAMERA))), "");
    bench.at(30, told(state(&[(ANN, JOINED), (BOB, Presence::Lost)])));
    assert_eq!(bench.at(40, told(both())), "see:Bob:None", "back, and the camera is off");
}

#[test]
fn pictures_that_do_not_fit_stay_away_and_are_tried_again() {
    let mut bench = Bench::in_call(false);
    bench.at(0, told(with(&both(), BOB, CAMERA)));
    let poor = |too_poor| CallInput::LinkTooPoor { of: BOB, too_poor };
    assert_eq!(bench.at(0, poor(true)), "+trouble:link_too_poor(Bob) watch:Bob:Camera:None");
    assert!(bench.machine.view().current.unwrap().link_trouble.unwrap().contains("Bob"));
    assert_eq!(bench.at(9_999, CallInput::Poll), "");
    assert_eq!(bench.at(10_000, CallInput::Poll), "watch:Bob:Camera:Some(Medium)");
    assert_eq!(bench.at(18_000, CallInput::Poll), "watch:Bob:Camera:None");
    assert_eq!(bench.at(37_999, CallInput::Poll), "");
    assert_eq!(bench.at(38_000, CallInput::Poll), "watch:Bob:Camera:Some(Medium)");
    assert_eq!(bench.at(41_000, poor(false)), "");
    assert_eq!(bench.at(60_000, CallInput::Poll), "");
    assert_eq!(bench.machine.view().current.unwrap().link_trouble, None);
}

#[test]
fn another_camera_is_told_to_the_engine_once() {
    let mut bench = Bench::in_call(false);
    let camera = CameraChoice::Pattern;
    let pattern = CallPreferences { camera, ..CallPreferences::default() };
    assert_eq!(bench.at(10, CallInput::Preferences(pattern.clone())), "choose");
    assert_eq!(bench.at(10, CallInput::Preferences(pattern)), "");
}
