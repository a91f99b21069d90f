use super::*;
use crate::net::{
    snapshot::{Me, PersonView, RoomView},
    track::PoseTrack,
};
use hallway_protocol::floor::messages::FloorOrder;
use hallway_protocol::{ids::PersonId, replicated::RoomSite};
use proptest::prelude::*;
use std::time::Instant;

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
        })
    };
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
            "create Tea queue=refuse floor=chair",
            session(Command::CreateRoom {
                name: "Tea".to_owned(),
                policy: FloorPolicy::Chair,
                queue: QueueRule::Refuse,
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
        ("floor queue refuse", session(Command::OrderFloor(FloorOrder::SetQueue(QueueRule::Refuse)))),
        ("volume Bob Ross 150", session(Command::SetVolume { person: PersonId(3), volume: 1.5 })),
        ("volume \"Bob\" 0 %", session(Command::SetVolume { person: PersonId(2), volume: 0.0 })),
        ("voice", Ok(Order::Voice)),
        ("voice lock on", Ok(Order::Prefer { word: "lock".to_owned(), value: "on".to_owned() })),
        ("test on", session(Command::StartSoundTest)),
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
        ("msg Carol hi", Some("msg"), "no_such_person"),
        ("history room", Some("history"), "not_in_room"),
        ("history world x", Some("history"), "usage"),
        ("history world 0", Some("history"), "usage"),
        ("call Bob voice", Some("call"), "not_available"),
        ("!audio", Some("!audio"), "not_available"),
    ];
    for (line, command, code) in cases {
        let complaint = parse(line, &snapshot(None)).unwrap_err();
        assert_eq!((complaint.command, complaint.code), (command, code), "{line}");
        assert!(complaint.text.len() > 10, "{line}");
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
