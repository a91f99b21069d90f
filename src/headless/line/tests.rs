use super::*;
use crate::{
    media::{cameras::CameraChoice, screens::ScreenChoice},
    net::{
        snapshot::{CallView, CallsView, Me, PersonView, RoomView},
        track::PoseTrack,
    },
};
use hallway_protocol::{
    call::{CallAudio, CallKind, Reach, Sending},
    floor::messages::FloorOrder,
    ids::{CallId, PersonId},
    replicated::RoomSite,
    video::{Layer, Source},
};
use proptest::prelude::*;
use std::{sync::Arc, time::Instant};

fn snapshot(own_room: Option<u32>) -> Snapshot {
    let now = Instant::now();
    let person = |id, name: &str| PersonView {
        id: PersonId(id),
        name: name.to_owned(),
        room: None,
        talking: false,
        volume: 1.0,
        typing: None,
        track: PoseTrack::standing(now, Point::default()),
    };
    let room = |id, name: &str| RoomView {
        id: RoomId(id),
        name: name.to_owned(),
        site: RoomSite::Map,
        policy: FloorPolicy::default(),
        queue: QueueRule::default(),
        talk_log: false,
        talkers: Vec::new(),
        waiting: Vec::new(),
        muted: Vec::new(),
        call: None,
        moderated: false,
        people: Vec::new(),
    };
    Snapshot {
        me: Some(Me {
            id: PersonId(1),
            name: "Ann".to_owned(),
            at: Point::default(),
            direction: (0.0, 0.0),
            facing: 0,
            stamp: now,
            room: own_room.map(RoomId),
            path: Vec::new(),
            moderator: false,
            account: false,
        }),
        people: vec![person(1, "Ann"), person(2, "Bob"), person(3, "Bob Ross")],
        rooms: vec![room(1, "Library"), room(2, "Library East"), room(3, "Café")],
        ..Snapshot::signed_out()
    }
}

fn session(command: Command) -> Parsed {
    Ok(Order::Session(command))
}

fn said(to: Conversation, text: &str) -> Parsed {
    session(Command::Say { to, text: text.to_owned() })
}

#[test]
fn lines_are_understood() {
    let bob_ross = Conversation::Person(PersonId(3));
    let history = |of, before, count| session(Command::History { of, before, count });
    let create = |name: &str| {
        session(Command::CreateRoom {
            name: name.to_owned(),
            policy: FloorPolicy::default(),
            queue: QueueRule::default(),
            talk_log: false,
        })
    };
    let watch = |of, source, layer| session(Command::WatchVideo { of: PersonId(of), source, layer });
    let cases = [
        ("", Ok(Order::Nothing)),
        (" rooms ", Ok(Order::Rooms)),
        ("people", Ok(Order::People)),
        ("quit", Ok(Order::Quit)),
        ("/quit", Ok(Order::Quit)),
        ("walk 3 4.5", session(Command::WalkTo(Point { x: 3.0, y: 4.5 }))),
        ("enter library", session(Command::Enter(RoomId(1)))),
        ("enter Library East", session(Command::Enter(RoomId(2)))),
        ("enter \"café\"", session(Command::Enter(RoomId(3)))),
        ("leave", session(Command::Leave)),
        ("create Tea Time floor=exclusive", create("Tea Time")),
        ("create \"Tea Time\"", create("Tea Time")),
        (
            "create Tea queue=refuse floor=chair log=on",
            session(Command::CreateRoom {
                name: "Tea".to_owned(),
                policy: FloorPolicy::Chair,
                queue: QueueRule::Refuse,
                talk_log: true,
            }),
        ),
        ("create E=mc2", create("E=mc2")),
        ("delete Café", session(Command::DeleteRoom(RoomId(3)))),
        ("say  hello  all", said(Conversation::Room(RoomId(1)), "hello  all")),
        ("shout hello", said(Conversation::World, "hello")),
        ("msg Bob Ross hello", said(bob_ross, "hello")),
        ("@bob ross hello", said(bob_ross, "hello")),
        ("msg \"Bob\" Ross", said(Conversation::Person(PersonId(2)), "Ross")),
        ("talk", session(Command::PressTalk)),
        ("quiet", session(Command::ReleaseTalk)),
        ("offer play", session(Command::AnswerOffer { play: true })),
        ("offer drop", session(Command::AnswerOffer { play: false })),
        ("floor give bob ross", session(Command::OrderFloor(FloorOrder::Give(PersonId(3))))),
        ("floor mute \"Bob\"", session(Command::OrderFloor(FloorOrder::Mute(PersonId(2))))),
        ("floor policy open", session(Command::OrderFloor(FloorOrder::SetPolicy(FloorPolicy::Open)))),
        ("floor log on", session(Command::OrderFloor(FloorOrder::SetTalkLog(true)))),
        ("floor queue refuse", session(Command::OrderFloor(FloorOrder::SetQueue(QueueRule::Refuse)))),
        ("volume Bob Ross 150", session(Command::SetVolume { person: PersonId(3), volume: 1.5 })),
        ("volume \"Bob\" 0 %", session(Command::SetVolume { person: PersonId(2), volume: 0.0 })),
        ("voice", Ok(Order::Voice)),
        ("voice lock on", Ok(Order::Prefer { word: "lock".to_owned(), value: "on".to_owned() })),
        ("test on", session(Command::StartSoundTest)),
        ("call Bob Ross video", session(Command::Call { to: PersonId(3), kind: CallKind::Video })),
        ("call \"bob\" voice", session(Command::Call { to: PersonId(2), kind: CallKind::Voice })),
        ("callroom video", session(Command::JoinRoomCall { kind: CallKind::Video })),
        ("ask Bob", session(Command::AskIntoCall(PersonId(2)))),
        ("hangup", session(Command::HangUp)),
        ("mute mic on", session(Command::SetCallMicrophone(false))),
        ("mute mic off", session(Command::SetCallMicrophone(true))),
        ("mute camera off", session(Command::SetCamera(true))),
        ("camera pattern", session(Command::ChooseCamera(CameraChoice::Pattern))),
        ("camera device:USB Cam", session(Command::ChooseCamera(CameraChoice::Device("USB Cam".to_owned())))),
        ("cameras", Ok(Order::Cameras)),
        ("share screen", session(Command::ShareScreen(ScreenChoice::Screen(0)))),
        ("share window:7", session(Command::ShareScreen(ScreenChoice::Window(7)))),
        ("screens", Ok(Order::Screens)),
        ("unshare", session(Command::StopScreen)),
        ("watch Bob Ross camera large", watch(3, Source::Camera, Some(Layer::Large))),
        ("watch Bob screen off", watch(2, Source::Screen, None)),
        ("reach room", session(Command::SetReach(Reach::SameRoom))),
        ("autoanswer Bob on", session(Command::SetAutoAnswer { person: PersonId(2), on: true })),
        ("calls", Ok(Order::Calls)),
        ("history room", history(Conversation::Room(RoomId(1)), None, 50)),
        ("history world 5", history(Conversation::World, None, 5)),
        ("history Bob Ross 5 99", history(bob_ross, Some(MessageId(99)), 5)),
    ];
    for (line, order) in cases {
        assert_eq!(parse(line, &snapshot(Some(1))), order, "{line}");
    }
}

#[test]
fn lines_that_cannot_be_done_say_why() {
    let cases = [
        ("hello", None, "unknown_command"),
        ("/hello", None, "unknown_command"),
        ("rooms now", Some("rooms"), "usage"),
        ("walk 3", Some("walk"), "usage"),
        ("walk 3 NaN", Some("walk"), "usage"),
        ("walk 3 4 5", Some("walk"), "usage"),
        ("enter", Some("enter"), "usage"),
        ("enter Cellar", Some("enter"), "no_such_room"),
        ("enter Library secret", Some("enter"), "not_available"),
        ("create", Some("create"), "usage"),
        ("create Tea password=x", Some("create"), "not_available"),
        ("create Tea floor=sofa", Some("create"), "usage"),
        ("offer", Some("offer"), "usage"),
        ("floor", Some("floor"), "usage"),
        ("floor mute", Some("floor"), "usage"),
        ("floor mute Carol", Some("floor"), "no_such_person"),
        ("floor policy sofa", Some("floor"), "usage"),
        ("volume Bob", Some("volume"), "usage"),
        ("volume Bob 201", Some("volume"), "usage"),
        ("volume Bob NaN", Some("volume"), "usage"),
        ("volume Carol 50", Some("volume"), "no_such_person"),
        ("voice lock", Some("voice"), "usage"),
        ("voice lock yes", Some("voice"), "usage"),
        ("test", Some("test"), "usage"),
        ("say", Some("say"), "not_in_room"),
        ("say hi", Some("say"), "not_in_room"),
        ("shout", Some("shout"), "usage"),
        ("msg Bob", Some("msg"), "usage"),
        ("msg Carol", Some("msg"), "usage"),
        ("history room", Some("history"), "not_in_room"),
        ("history world x", Some("history"), "usage"),
        ("history world 0", Some("history"), "usage"),
        ("call", Some("call"), "usage"),
        ("call Bob", Some("call"), "usage"),
        ("call Bob loudly", Some("call"), "usage"),
        ("call Carol voice", Some("call"), "no_such_person"),
        ("callroom", Some("callroom"), "usage"),
        ("ask", Some("ask"), "usage"),
        ("ask Bob now", Some("ask"), "usage"),
        ("ask Carol", Some("ask"), "no_such_person"),
        ("accept", Some("accept"), "no_call"),
        ("decline later", Some("decline"), "no_call"),
        ("hangup now", Some("hangup"), "usage"),
        ("mute", Some("mute"), "usage"),
        ("mute mic", Some("mute"), "usage"),
        ("mute dog on", Some("mute"), "usage"),
        ("camera", Some("camera"), "usage"),
        ("camera sofa", Some("camera"), "usage"),
        ("share", Some("share"), "usage"),
        ("share window:x", Some("share"), "usage"),
        ("watch Bob", Some("watch"), "usage"),
        ("watch Bob camera huge", Some("watch"), "usage"),
        ("watch Bob camera large now", Some("watch"), "usage"),
        ("reach", Some("reach"), "usage"),
        ("autoanswer Bob", Some("autoanswer"), "usage"),
        ("autoanswer Carol on", Some("autoanswer"), "no_such_person"),
        ("send Bob", Some("send"), "usage"),
        ("fetch 12", Some("fetch"), "usage"),
        ("away", Some("away"), "not_available"),
    ];
    for (line, command, code) in cases {
        let complaint = parse(line, &snapshot(None)).unwrap_err();
        assert_eq!((complaint.command, complaint.code), (command, code), "{line}");
        assert!(complaint.text.len() > 10, "{line}");
    }
}

#[test]
fn a_call_that_rings_is_answered_as_it_was_meant_or_as_the_line_says() {
    let mut ringing = snapshot(None);
    let (call, text) = (CallId(8), String::new());
    let accept = |camera| session(Command::AcceptCall { call, camera });
    for (kind, line, answer) in [
        (CallKind::Voice, "accept", accept(false)),
        (CallKind::Voice, "accept video", accept(true)),
        (CallKind::Video, "accept", accept(true)),
        (CallKind::Video, "accept voice", accept(false)),
        (CallKind::Video, "decline", session(Command::DeclineCall { call, text: text.clone() })),
        (
            CallKind::Video,
            "decline in  a meeting",
            session(Command::DeclineCall { call, text: "in  a meeting".into() }),
        ),
    ] {
        let incoming = vec![call_view(call, kind), call_view(CallId(9), CallKind::Voice)];
        ringing.calls = Arc::new(CallsView { incoming, ..CallsView::default() });
        assert_eq!(parse(line, &ringing), answer, "{line}");
    }
    assert_eq!(parse("accept loudly", &ringing).unwrap_err().code, "usage");
}

fn call_view(call: CallId, kind: CallKind) -> CallView {
    CallView {
        call,
        kind,
        room: None,
        audio: CallAudio::Open,
        members: Vec::new(),
        microphone_wanted: true,
        camera_wanted: true,
        speaking: [PersonId(2)].into(),
        sending: Sending::default(),
        camera_trouble: None,
        screen_trouble: None,
        link_trouble: None,
    }
}

proptest! {
    #[test]
    fn no_line_panics(line in "\\PC{0,60}", word in 0..COMMANDS.len()) {
        let snapshot = snapshot(Some(1));
        let _ = parse(&line, &snapshot);
        let _ = parse(&format!("{} {line}", COMMANDS[word].0), &snapshot);
    }
}
