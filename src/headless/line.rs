//! One line of standard input: which command it is, and what it means with the people and rooms that are there.

mod account;
mod calls;
mod files;
mod messages;
mod moderation;
mod notes;
mod voice;

use crate::net::{
    commands::Command,
    phrase::{self, Phrase, nearest, split_name, unknown_name},
    snapshot::Snapshot,
};
use hallway_protocol::{
    chat::Conversation,
    floor::{FloorPolicy, QueueRule, UnknownRule},
    ids::{MessageId, PersonId, RoomId},
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
    /// List the preferences about voice.
    Voice,
    /// Set one of them.
    Prefer {
        /// Its word.
        word: String,
        /// Its value, which can be read.
        value: String,
    },
    /// Tell of the calls that one is in, and that ring.
    Calls,
    /// List the cameras of this machine.
    Cameras,
    /// List what can be shared.
    Screens,
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
const COMMANDS: [(&str, &str); 53] = [
    ("rooms", "rooms"),
    ("people", "people"),
    ("walk", "walk X Y"),
    ("enter", "enter ROOM"),
    ("leave", "leave"),
    ("create", "create ROOM [floor=exclusive|open|chair] [queue=refuse|first-come|quietest-first] [log=on|off]"),
    ("delete", "delete ROOM, or delete MESSAGE_ID"),
    ("say", "say TEXT"),
    ("shout", "shout TEXT"),
    ("msg", "msg NAME TEXT"),
    ("talk", "talk"),
    ("quiet", "quiet"),
    ("offer", "offer play|drop"),
    ("floor", "floor revoke|mute|unmute|give NAME, floor policy RULE, floor queue RULE, or floor log on|off"),
    ("volume", "volume NAME PERCENT"),
    ("voice", "voice, or voice PREFERENCE VALUE"),
    ("test", "test on|off"),
    ("call", "call NAME voice|video"),
    ("callroom", "callroom voice|video"),
    ("ask", "ask NAME"),
    ("accept", "accept [voice|video]"),
    ("decline", "decline [TEXT]"),
    ("hangup", "hangup"),
    ("mute", "mute mic|camera on|off"),
    ("camera", "camera none|device[:NAME|:NUMBER]|pattern|y4m:FILE"),
    ("cameras", "cameras"),
    ("share", "share screen[:NUMBER]|window:ID|pattern"),
    ("screens", "screens"),
    ("unshare", "unshare"),
    ("watch", "watch NAME camera|screen small|medium|large|off"),
    ("reach", "reach everyone|room|nobody"),
    ("autoanswer", "autoanswer NAME on|off"),
    ("calls", "calls"),
    ("register", "register PASSWORD"),
    ("account", "account password \"OLD\" \"NEW\", account everywhere PASSWORD, or account delete PASSWORD"),
    ("history", "history room|world|NAME [COUNT [BEFORE_ID]]"),
    ("search", "search WORDS"),
    ("send", "send room|world|NAME PATH"),
    ("fetch", "fetch FILE_ID"),
    ("pause", "pause FILE_ID"),
    ("resume", "resume FILE_ID"),
    ("cancel", "cancel FILE_ID"),
    ("unsend", "unsend FILE_ID"),
    ("help", "help"),
    ("quit", "quit"),
    ("edit", "edit MESSAGE_ID TEXT"),
    ("reply", "reply MESSAGE_ID TEXT"),
    ("react", "react MESSAGE_ID EMOJI"),
    ("kick", "kick NAME [REASON]"),
    ("ban", "ban NAME [DAYS] [REASON]"),
    ("note", "note room|world|NAME SECONDS, or note cancel"),
    ("play", "play NOTE_ID [1|1.5|2], play stop, or play skip on|off"),
    ("!audio", "!audio"),
];

/// Commands of the interface that this version can't do yet.
const NOT_YET: [&str; 1] = ["away"];

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
        "delete" if messages::is_id(rest) => messages::delete(rest),
        "delete" => room("delete", rest, snapshot).map(|(room, _)| Order::Session(Command::DeleteRoom(room))),
        "say" => say("say", here("say", snapshot)?, rest),
        "shout" => say("shout", Conversation::World, rest),
        "msg" => msg(rest, snapshot),
        "history" => history(rest, snapshot),
        "search" => search(rest),
        "offer" => voice::offer(rest),
        "floor" => voice::floor(rest, snapshot),
        "volume" => voice::volume(rest, snapshot),
        "voice" => voice::preference(rest),
        "test" => voice::test(rest),
        "call" => calls::call(rest, snapshot),
        "callroom" => calls::call_room(rest),
        "ask" => calls::ask(rest, snapshot),
        "accept" => calls::accept(rest, snapshot),
        "decline" => calls::decline(rest, snapshot),
        "hangup" => alone("hangup", rest, Order::Session(Command::HangUp)),
        "mute" => calls::mute(rest),
        "camera" => calls::camera(rest),
        "cameras" => alone("cameras", rest, Order::Cameras),
        "share" => calls::share(rest),
        "screens" => alone("screens", rest, Order::Screens),
        "unshare" => alone("unshare", rest, Order::Session(Command::StopScreen)),
        "watch" => calls::watch(rest, snapshot),
        "reach" => calls::reach(rest),
        "autoanswer" => calls::auto_answer(rest, snapshot),
        "calls" => alone("calls", rest, Order::Calls),
        "send" => files::send(rest, snapshot),
        "fetch" => files::fetch(rest),
        "pause" => files::pause(rest),
        "resume" => files::resume(rest),
        "cancel" => files::cancel(rest),
        "unsend" => files::unsend(rest),
        "register" => account::register(rest),
        "account" => account::change(rest),
        "edit" => messages::edit(rest),
        "reply" => messages::reply(rest, snapshot),
        "react" => messages::react(rest),
        "kick" => moderation::kick(rest, snapshot),
        "ban" => moderation::ban(rest, snapshot),
        "note" => notes::note(rest, snapshot),
        "play" => notes::play(rest),
        "!audio" => alone("!audio", rest, notes::audio()),
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
    let text = format!("This version has no “{word}” yet; it can walk, write, talk and call: see “help”.");
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
        Phrase::Letter { to, text } => Ok(Order::Session(Command::Letter { to, text })),
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

/// A room's name and what is to be so about it.
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
    let (mut policy, mut queue, mut talk_log) = (FloorPolicy::default(), QueueRule::default(), false);
    for word in settings.split_whitespace() {
        let wrong = |error: UnknownRule| complain("create", "usage", format!("{error}."));
        match word.split_once('=') {
            Some(("floor", rule)) => policy = rule.parse().map_err(wrong)?,
            Some(("queue", rule)) => queue = rule.parse().map_err(wrong)?,
            Some(("log", word)) => talk_log = voice::switch(word).ok_or_else(|| usage("create"))?,
            _ => {
                let text =
                    format!("“{word}” is not possible yet; what can be set about a room are floor, queue and log.");
                return Err(complain("create", "not_available", text));
            }
        }
    }
    if name.is_empty() {
        return Err(usage("create"));
    }
    Ok(Order::Session(Command::CreateRoom { name: name.to_owned(), policy, queue, talk_log }))
}

/// What the interface lets people set about a room.
const SETTINGS: [&str; 5] = ["floor", "queue", "log", "password", "capacity"];

fn msg(rest: &str, snapshot: &Snapshot) -> Parsed {
    match split_name(rest, names(snapshot)) {
        Some((_, "")) => Err(usage("msg")),
        Some((name, text)) => say("msg", person(name, snapshot)?, text),
        None => {
            let (to, text) = unknown_name(rest).ok_or_else(|| usage("msg"))?;
            Ok(Order::Session(Command::Letter { to: to.to_owned(), text: text.to_owned() }))
        }
    }
}

/// `search WORDS`: what was said with all of them in it.
fn search(rest: &str) -> Parsed {
    if rest.is_empty() {
        return Err(usage("search"));
    }
    Ok(Order::Session(Command::Search { words: rest.to_owned(), before: None }))
}

fn history(rest: &str, snapshot: &Snapshot) -> Parsed {
    let (of, numbers) = match rest.split_once(char::is_whitespace).unwrap_or((rest, "")) {
        ("room", numbers) => (here("history", snapshot)?, numbers),
        ("world", numbers) => (Conversation::World, numbers),
        ("", _) => return Err(usage("history")),
        _ => {
            let (name, numbers) = split_name(rest, names(snapshot)).ok_or_else(|| nobody("history"))?;
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
    person_called("msg", name, snapshot).map(Conversation::Person)
}

fn person_called(command: &'static str, name: &str, snapshot: &Snapshot) -> Result<PersonId, Complaint> {
    let key = NameKey::of(name);
    let person = snapshot.people.iter().find(|person| NameKey::of(&person.name) == key);
    person.map(|person| person.id).ok_or_else(|| nobody(command))
}

fn nobody(command: &'static str) -> Complaint {
    complain(command, "no_such_person", "Nobody here is called that; “people” lists who is here.")
}

#[cfg(test)]
mod tests;
