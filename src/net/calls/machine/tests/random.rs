//! Random sequences: whatever people, the server and the engines do, nothing is captured that was not agreed to.

use super::*;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    Wait(u64),
    Command(Command),
    State { call: u32, members: Vec<(u32, Presence, Sending)>, room: bool, floor: bool, answers: Option<u32> },
    End(u32),
    Refuse(u32),
    Link(Link),
    Engine(CallInput),
}

fn presence() -> impl Strategy<Value = Presence> {
    prop_oneof![
        3 => any::<bool>().prop_map(|auto| Presence::Joined { auto }),
        2 => (1u32..4).prop_map(|by| Presence::Ringing { by: PersonId(by) }),
        1 => Just(Presence::Lost),
    ]
}

fn sending() -> impl Strategy<Value = Sending> {
    (any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(microphone, camera, screen)| Sending {
        microphone,
        camera,
        screen,
    })
}

fn commands() -> impl Strategy<Value = Command> {
    let call = (1u32..4).prop_map(CallId);
    prop_oneof![
        any::<bool>()
            .prop_map(|video| Command::Call { to: BOB, kind: if video { CallKind::Video } else { CallKind::Voice } }),
        Just(Command::JoinRoomCall { kind: CallKind::Video }),
        Just(Command::AskIntoCall(CEM)),
        (call.clone(), any::<bool>()).prop_map(|(call, camera)| Command::AcceptCall { call, camera }),
        call.prop_map(|call| Command::DeclineCall { call, text: String::new() }),
        Just(Command::HangUp),
        any::<bool>().prop_map(Command::SetCallMicrophone),
        any::<bool>().prop_map(Command::SetCamera),
        Just(Command::ShareScreen(ScreenChoice::Pattern)),
        Just(Command::StopScreen),
    ]
}

fn engine() -> impl Strategy<Value = CallInput> {
    prop_oneof![
        Just(CallInput::CameraOpened { name: "Desk".into(), instead_of: None }),
        Just(CallInput::CameraTrouble { code: "no_camera", text: "None.".into() }),
        Just(CallInput::CameraClosed),
        Just(CallInput::ScreenOpened),
        any::<bool>().prop_map(|gone| CallInput::ScreenClosed(gone.then(|| ("screen_gone", "Gone.".into())))),
        (any::<bool>(), any::<bool>())
            .prop_map(|(is_heard, is_missing)| CallInput::Microphone { is_heard, is_missing }),
        any::<bool>().prop_map(|too_poor| CallInput::LinkTooPoor { of: BOB, too_poor }),
    ]
}

fn steps() -> impl Strategy<Value = Step> {
    let members = proptest::collection::btree_map(1u32..4, (presence(), sending()), 0..4).prop_map(|members| {
        members.into_iter().map(|(person, (presence, sending))| (person, presence, sending)).collect()
    });
    prop_oneof![
        3 => (0u64..4000).prop_map(Step::Wait),
        6 => commands().prop_map(Step::Command),
        8 => (1u32..4, members, any::<bool>(), any::<bool>(), proptest::option::of(1u32..12)).prop_map(
            |(call, members, room, floor, answers)| Step::State { call, members, room, floor, answers }
        ),
        1 => (1u32..4).prop_map(Step::End),
        1 => (1u32..12).prop_map(Step::Refuse),
        1 => prop_oneof![Just(Link::Live(ANN)), Just(Link::Lost), Just(Link::Out)].prop_map(Step::Link),
        3 => engine().prop_map(Step::Engine),
    ]
}

/// What the person has agreed to, kept by the test's own rules.
#[derive(Default)]
struct Agreed {
    /// Calls that the person answered.
    accepted: BTreeSet<CallId>,
    /// Questions by which the person began a call.
    begun: BTreeSet<RequestId>,
    /// Calls that came of those.
    own: BTreeSet<CallId>,
}

impl Agreed {
    fn note(&mut self, request: &CallRequest) {
        match request {
            CallRequest::Ring { request, .. } | CallRequest::JoinRoomCall { request, .. } => {
                self.begun.insert(*request);
            }
            CallRequest::Accept { call, .. } => drop(self.accepted.insert(*call)),
            CallRequest::Decline { call, .. } | CallRequest::HangUp { call } => {
                self.accepted.remove(call);
                self.own.remove(call);
            }
            _ => {}
        }
    }
}

/// The engines and the indicator, as the actions leave them.
#[derive(Default, Debug)]
struct Engines {
    microphone: bool,
    camera: bool,
    screen: bool,
}

impl Engines {
    fn obey(&mut self, action: &CallAction) {
        match action {
            CallAction::Voice(VoiceCommand::OpenCall) => self.microphone = true,
            CallAction::Voice(VoiceCommand::CloseCall) => self.microphone = false,
            CallAction::Video(VideoCommand::OpenCamera) => self.camera = true,
            CallAction::Video(VideoCommand::CloseCamera) => self.camera = false,
            CallAction::Video(VideoCommand::ShareScreen(_)) => self.screen = true,
            CallAction::Video(VideoCommand::StopScreen) => self.screen = false,
            _ => {}
        }
    }
}

fn input(step: &Step) -> CallInput {
    match step.clone() {
        Step::Wait(_) => CallInput::Poll,
        Step::Command(command) => CallInput::Command(command),
        Step::State { call, members, room, floor, answers } => {
            let member = |(person, presence, sending)| CallMember { sending, ..member(PersonId(person), presence) };
            let state = CallState {
                call: CallId(call),
                kind: CallKind::Video,
                room: room.then_some(RoomId(1)),
                audio: if floor { CallAudio::Floor } else { CallAudio::Open },
                members: members.into_iter().map(member).collect(),
            };
            CallInput::Notice(CallNotice::State { request: answers.map(RequestId), state })
        }
        Step::End(call) => CallInput::Notice(CallNotice::Ended { call: CallId(call), why: CallEnd::HungUp }),
        Step::Refuse(request) => {
            let refusal = CallRefusal::Busy;
            CallInput::Notice(CallNotice::Refused { request: RequestId(request), refusal })
        }
        Step::Link(link) => CallInput::Link(link),
        Step::Engine(input) => input,
    }
}

proptest! {
    #[test]
    fn nothing_is_captured_without_consent(steps in proptest::collection::vec(steps(), 1..80)) {
        let mut bench = Bench::new();
        let (mut now, mut agreed, mut engines) = (bench.start, Agreed::default(), Engines::default());
        let mut link = Link::Live(ANN);
        for step in &steps {
            if let Step::Wait(time) = step {
                now += ms(*time);
            }
            if let Step::Link(new) = step {
                link = *new;
            }
            if let Step::State { call, answers: Some(answers), .. } = step
                && agreed.begun.remove(&RequestId(*answers))
            {
                agreed.own.insert(CallId(*call));
            }
            let mut actions = Vec::new();
            bench.machine.handle(now, input(step), &mut actions);
            // What is asked for in this step comes before what is opened in it.
            for action in &actions {
                if let CallAction::Ask(request) = action {
                    agreed.note(request);
                }
                engines.obey(action);
            }
            let view = bench.machine.view().current;
            if engines.microphone || engines.camera || engines.screen {
                prop_assert!(matches!(link, Link::Live(_)), "captured without a link: {:?}", engines);
                let call = view.as_ref().expect("captured in no call");
                prop_assert!(agreed.accepted.contains(&call.call) || agreed.own.contains(&call.call),
                    "captured in a call that nobody agreed to: {:?}", call);
                prop_assert!(call.is_answered(ANN), "captured before the other one answered: {:?}", call);
                prop_assert!(!engines.microphone || call.audio == CallAudio::Open && call.microphone_wanted);
                prop_assert!(!engines.camera || call.camera_wanted);
            }
            prop_assert_eq!(bench.machine.may_speak(), engines.microphone);
            prop_assert_eq!(bench.machine.may_send(Source::Camera), engines.camera);
            prop_assert!(!bench.machine.may_send(Source::Screen) || engines.screen);
            prop_assert!(bench.machine.asked.len() <= OPEN_QUESTIONS && bench.machine.incoming.len() <= INCOMING);
        }
    }
}
