//! One line of standard input: which command it is, and what it means with the people and rooms that are there.

use crate::net::{
    commands::Command,
    phrase::{self, Phrase, nearest, split_name},
    snapshot::Snapshot,
};
use hallway_protocol::{
    chat::Conversation,
    floor::{FloorPolicy, QueueRule},
    ids::{MessageId, RoomId},
    limits,
    map::Point,
    names::NameKey,
};

/// What a line asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// A blank line.
    Nothing,
    /// Something for the session.
    Session(Command),
    /// List the rooms.
    Rooms,
    /// List the people.
    People,
    /// Tell what `/help` tells.
    Help,
    /// Leave.
    Quit,
}

/// Why a line can't be done: an `error` event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The command, where one was recognised.
    pub command: Option<&'static str>,
    /// A word for scripts.
    pub code: &'static str,
    /// A sentence that says what to do.
    pub text: String,
}

type Parsed = Result<Order, Complaint>;

/// The commands that are there, and how they are written.
const COMMANDS: [(&str, &str); 15] = [
    ("rooms", "rooms"),
    ("people", "people"),
    ("walk", "walk X Y"),
    ("enter", "enter ROOM"),
    ("leave", "leave"),
    ("create", "create ROOM [floor=exclusive]"),
    ("delete", "delete ROOM"),
    ("say", "say TEXT"),
    ("shout", "shout TEXT"),
    ("msg", "msg NAME TEXT"),
    ("talk", "talk"),
    ("quiet", "quiet"),
    ("history", "history room|world|NAME [COUNT [BEFORE_ID]]"),
    ("help", "help"),
    ("quit", "quit"),
];

/// Commands of the interface that this version can't do yet.
const NOT_YET: [&str; 14] = [
    "call", "callroom", "accept", "decline", "hangup", "mute", "send", "fetch", "cancel", "note", "play", "search",
    "!audio", "away",
];

/// Reads a line as it is meant among these people and rooms.
///
/// # Errors
/// When there is no such command, or it can't be done as it is written.
pub fn parse(line: &str, snapshot: &Snapshot) -> Parsed {
    let line = line.trim();
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    if line.starts_with(['@', '/']) {
        return slash(line, snapshot);
    }
    match word {
        "" => Ok(Order::Nothing),
        "rooms" => alone("rooms", rest, Order::Rooms),
        "people" => alone("people", rest, Order::People),
        "help" => alone("help", rest, Order::Help),
        "quit" => alone("quit", rest, Order::Quit),
        "leave" => alone("leave", rest, Order::Session(Command::Leave)),
        "talk" => alone("talk", rest, Order::Session(Command::PressTalk)),
        "quiet" => alone("quiet", rest, Order::Session(Command::ReleaseTalk)),
        "walk" => walk(rest),
        "enter" => enter(rest, snapshot),
        "create" => create(rest),
        "delete" => room("delete", rest, snapshot).map(|(room, _)| Order::Session(Command::DeleteRoom(room))),
        "say" => say("say", here("say", snapshot)?, rest),
        "shout" => say("shout", Conversation::World, rest),
        "msg" => msg(rest, snapshot),
        "history" => history(rest, snapshot),
        _ if NOT_YET.contains(&word) => Err(not_yet(word)),
        _ => Err(unknown(word)),
    }
}

fn complain(command: &'static str, code: &'static str, text: impl Into<String>) -> Complaint {
    Complaint { command: Some(command), code, text: text.into() }
}

/// How a command is written, as a complaint.
fn usage(command: &'static str) -> Complaint {
    let form = COMMANDS.iter().find(|(word, _)| *word == command).map_or(command, |(_, form)| form);
    complain(command, "usage", format!("Write it as: {form}"))
}

fn not_yet(word: &str) -> Complaint {
    let text = format!("This version has no “{word}” yet; it can walk, write and talk: see “help”.");
    Complaint { command: NOT_YET.iter().copied().find(|known| *known == word), code: "not_available", text }
}

fn unknown(word: &str) -> Complaint {
    let words = COMMANDS.map(|(word, _)| word);
    let near = nearest(word, &words);
    let text = format!("There is no command “{word}”; did you mean “{near}”? To write to the room: say TEXT");
    Complaint { command: None, code: "unknown_command", text }
}

fn alone(command: &'static str, rest: &str, order: Order) -> Parsed {
    if rest.is_empty() { Ok(order) } else { Err(usage(command)) }
}

/// Lines for people who are used to chats: `@NAME text`, `/msg NAME text`, `/quit`.
fn slash(line: &str, snapshot: &Snapshot) -> Parsed {
    match phrase::parse(line, names(snapshot)) {
        Phrase::Private { to, text } => say("msg", person(&to, snapshot)?, &text),
        Phrase::Quit => Ok(Order::Quit),
        Phrase::Help => Ok(Order::Help),
        Phrase::Refused(text) => Err(Complaint { command: None, code: "unknown_command", text }),
        Phrase::Nothing | Phrase::Text(_) => Err(unknown(line)),
    }
}

fn walk(rest: &str) -> Parsed {
    let numbers: Vec<f32> = rest.split_whitespace().map_while(|word| word.parse().ok()).collect();
    match (numbers.as_slice(), rest.split_whitespace().count()) {
        (&[x, y], 2) if x.is_finite() && y.is_finite() => Ok(Order::Session(Command::WalkTo(Point { x, y }))),
        _ => Err(usage("walk")),
    }
}

fn enter(rest: &str, snapshot: &Snapshot) -> Parsed {
    let (room, password) = room("enter", rest, snapshot)?;
    if password.is_empty() {
        Ok(Order::Session(Command::Enter(room)))
    } else {
        Err(complain("enter", "not_available", "Rooms have no passwords yet; write the room's name alone."))
    }
}

/// A room's name and what is to be so about it. Only what each room is anyway can be asked for yet.
fn create(rest: &str) -> Parsed {
    let is_setting = |at: &usize| SETTINGS.iter().any(|key| rest[*at..].starts_with(&format!("{key}=")));
    let (name, settings) = match rest.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
        Some((name, settings)) => (name.trim(), settings),
        None => {
            let mut words = [0].into_iter().chain(rest.match_indices(' ').map(|(blank, _)| blank + 1));
            let first = words.find(is_setting).unwrap_or(rest.len());
            (rest[..first].trim(), &rest[first..])
        }
    };
    if let Some(word) = settings.split_whitespace().find(|word| *word != "floor=exclusive") {
        let text = format!("“{word}” is not possible yet; each room has floor=exclusive and nothing else to set.");
        return Err(complain("create", "not_available", text));
    }
    if name.is_empty() {
        return Err(usage("create"));
    }
    Ok(Order::Session(Command::CreateRoom {
        name: name.to_owned(),
        policy: FloorPolicy::default(),
        queue: QueueRule::default(),
    }))
}

/// What the interface lets people set about a room.
const SETTINGS: [&str; 3] = ["floor", "password", "capacity"];

fn msg(rest: &str, snapshot: &Snapshot) -> Parsed {
    match split_name(rest, names(snapshot)) {
        Some((_, "")) => Err(usage("msg")),
        Some((name, text)) => say("msg", person(name, snapshot)?, text),
        None if rest.contains(' ') => {
            Err(complain("msg", "no_such_person", "Nobody here is called that; “people” lists who is here."))
        }
        None => Err(usage("msg")),
    }
}

fn history(rest: &str, snapshot: &Snapshot) -> Parsed {
    let (of, numbers) = match rest.split_once(char::is_whitespace).unwrap_or((rest, "")) {
        ("room", numbers) => (here("history", snapshot)?, numbers),
        ("world", numbers) => (Conversation::World, numbers),
        ("", _) => return Err(usage("history")),
        _ => {
            let (name, numbers) = split_name(rest, names(snapshot)).ok_or_else(|| {
                complain("history", "no_such_person", "Nobody here is called that; “people” lists who is here.")
            })?;
            (person(name, snapshot)?, numbers)
        }
    };
    let mut words = numbers.split_whitespace();
    let count = words.next().map_or(Ok(limits::HISTORY_PAGE), str::parse).map_err(|_| usage("history"))?;
    let before = words.next().map(str::parse).transpose().map_err(|_| usage("history"))?.map(MessageId);
    if count == 0 || words.next().is_some() {
        return Err(usage("history"));
    }
    Ok(Order::Session(Command::History { of, before, count }))
}

fn say(command: &'static str, to: Conversation, text: &str) -> Parsed {
    if text.is_empty() {
        return Err(usage(command));
    }
    Ok(Order::Session(Command::Say { to, text: text.to_owned() }))
}

/// The room one is in.
fn here(command: &'static str, snapshot: &Snapshot) -> Result<Conversation, Complaint> {
    let room = snapshot.me.as_ref().and_then(|me| me.room);
    let text = "You are in the hall; “enter ROOM” walks into a room, “shout TEXT” writes to everyone.";
    room.map(Conversation::Room).ok_or_else(|| complain(command, "not_in_room", text))
}

fn room<'t>(command: &'static str, rest: &'t str, snapshot: &Snapshot) -> Result<(RoomId, &'t str), Complaint> {
    if rest.is_empty() {
        return Err(usage(command));
    }
    let (name, rest) = split_name(rest, snapshot.rooms.iter().map(|room| room.name.as_str()))
        .ok_or_else(|| complain(command, "no_such_room", "There is no room of that name; “rooms” lists them."))?;
    let room = snapshot.rooms.iter().find(|room| room.name == name);
    room.map(|room| (room.id, rest)).ok_or_else(|| usage(command))
}

fn names(snapshot: &Snapshot) -> impl Iterator<Item = &str> {
    snapshot.people.iter().map(|person| person.name.as_str())
}

fn person(name: &str, snapshot: &Snapshot) -> Result<Conversation, Complaint> {
    let key = NameKey::of(name);
    let person = snapshot.people.iter().find(|person| NameKey::of(&person.name) == key);
    let missing = || complain("msg", "no_such_person", "Nobody here is called that; “people” lists who is here.");
    person.map(|person| Conversation::Person(person.id)).ok_or_else(missing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::{
        snapshot::{Me, PersonView, RoomView},
        track::PoseTrack,
    };
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
            ("create E=mc2", create("E=mc2")),
            ("delete Café", session(Command::DeleteRoom(RoomId(3)))),
            ("say  hello  all", said(Conversation::Room(RoomId(1)), "hello  all")),
            ("shout hello", said(Conversation::World, "hello")),
            ("msg Bob Ross hello", said(bob_ross, "hello")),
            ("@bob ross hello", said(bob_ross, "hello")),
            ("msg \"Bob\" Ross", said(Conversation::Person(PersonId(2)), "Ross")),
            ("talk", session(Command::PressTalk)),
            ("quiet", session(Command::ReleaseTalk)),
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
            ("create Tea floor=chair", Some("create"), "not_available"),
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
}
