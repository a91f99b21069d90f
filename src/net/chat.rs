//! What is said: own messages on their way out, everyone's on their way in, history, and who is typing.

mod changes;
pub mod log;
pub mod search_words;
pub mod typing;
mod window;

use super::{
    commands::Command,
    events::{Event, FloorChanged, PersonChanged},
    session::{EnteredWorld, FromFace, FromServer, LeftWorld, Mirror, SessionSystems, ToFace, ToServer},
    snapshot::ChatLog,
};
use bevy::{ecs::system::SystemParam, prelude::*};
use hallway_protocol::{
    chat::{ChatMessage, ChatText, Conversation},
    control::{ClientMessage, HistoryAt, Refusal, ServerMessage},
    floor::{FloorPolicy, QueueRule, messages::FloorOrder},
    ids::{MessageId, RequestId, RoomId},
    limits,
    moderation::StayAway,
    names::{DisplayName, RoomName},
};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

/// Conversations of which a log is kept. Each can take 2 MiB at the very worst; people write to a handful.
const LOGS: usize = 256;

/// Keeps the logs, and what was asked of the server on the Control channel.
pub struct ChatPlugin;

impl Plugin for ChatPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Requests>().init_resource::<Opened>().add_plugins(typing::TypingPlugin).add_systems(
            Update,
            (
                lose_requests.run_if(on_message::<LeftWorld>),
                open_world.run_if(on_message::<EnteredWorld>),
                hear_server,
                tell_created_rooms,
                note_comings_and_goings,
                obey_face,
            )
                .chain()
                .in_set(SessionSystems::Chat),
        );
    }
}

/// What was asked and not answered yet.
#[derive(Resource, Default)]
pub struct Requests {
    last: u32,
    open: HashMap<RequestId, Asked>,
    /// Rooms that were granted and are not replicated yet.
    created: Vec<RoomId>,
}

#[derive(Clone)]
enum Asked {
    Say(Conversation),
    History {
        of: Conversation,
        before: Option<MessageId>,
        count: u16,
        by_face: bool,
    },
    Search {
        words: String,
        more: bool,
    },
    Letter {
        to: String,
    },
    CreateRoom,
    DeleteRoom {
        room: RoomId,
        name: String,
    },
    OrderFloor(FloorOrder),
    SendAway {
        name: String,
        stay: StayAway,
    },
    HistoryAt {
        of: Conversation,
        at: HistoryAt,
        count: u16,
    },
    /// Something about a message; the command's word.
    Change(&'static str),
}

/// Conversations whose newest page was asked for since the own person came into the world.
#[derive(Resource, Default)]
struct Opened(HashSet<Conversation>);

/// What the chat's systems work with.
#[derive(SystemParam)]
struct Chat<'w, 's> {
    mirror: ResMut<'w, Mirror>,
    requests: ResMut<'w, Requests>,
    opened: ResMut<'w, Opened>,
    to_server: ToServer<'w, 's>,
    to_face: MessageWriter<'w, ToFace>,
}

impl Requests {
    /// Whether the server has answered all that was asked.
    #[must_use]
    pub fn are_answered(&self) -> bool {
        self.open.is_empty()
    }

    fn open(&mut self, asked: Asked) -> RequestId {
        self.last = self.last.wrapping_add(1);
        let request = RequestId(self.last);
        self.open.insert(request, asked);
        request
    }
}

fn obey_face(mut asked: MessageReader<FromFace>, mut chat: Chat) {
    for FromFace(command, _) in asked.read() {
        match command {
            Command::Say { to, text } => chat.say(*to, text),
            Command::History { of, before, count } => chat.ask_history(*of, *before, *count, true),
            Command::Letter { to, text } => chat.letter(to, text),
            Command::Search { words, before } => chat.search(words, *before),
            Command::CreateRoom { name, policy, queue, talk_log } => {
                chat.create_room(name, *policy, *queue, *talk_log);
            }
            Command::DeleteRoom(room) => {
                let asked = Asked::DeleteRoom { room: *room, name: chat.mirror.room_name(*room) };
                chat.ask("delete", asked, |request| ClientMessage::DeleteRoom { request, room: *room });
            }
            Command::OrderFloor(order) => {
                let order = *order;
                chat.ask("floor", Asked::OrderFloor(order), |request| ClientMessage::OrderFloor { request, order });
            }
            Command::HistoryAt { of, at } => {
                let (of, at, count) = (*of, *at, limits::HISTORY_PAGE);
                let asked = Asked::HistoryAt { of, at, count };
                chat.ask("history", asked, |request| ClientMessage::HistoryAt { request, of, at, count });
            }
            Command::LeaveWindow(of) => chat.mirror.log(*of).leave_window(),
            Command::SendAway(order) => {
                let name = chat.mirror.person(order.person).map(|person| person.name.clone()).unwrap_or_default();
                let asked = Asked::SendAway { name, stay: order.stay };
                let command = send_away_word(order.stay);
                chat.ask(command, asked, |request| ClientMessage::SendAway { request, order: order.clone() });
            }
            command => chat.obey_about_message(command),
        }
    }
}

fn hear_server(mut heard: MessageReader<FromServer>, mut chat: Chat) {
    for FromServer(message) in heard.read() {
        match message {
            ServerMessage::Said { message, request } => chat.said(message, *request),
            ServerMessage::History { request, messages } => chat.page(*request, messages),
            ServerMessage::LetterKept { request } => {
                if let Some(Asked::Letter { to }) = chat.requests.open.remove(request) {
                    let text = format!("{to} is away; your message waits there.");
                    chat.tell(Event::Notice { code: "letter_kept", text });
                }
            }
            ServerMessage::Missed { messages } => chat.tell(Event::Missed { messages: messages.clone() }),
            ServerMessage::Found { request, messages } => {
                if let Some(Asked::Search { words, more }) = chat.requests.open.remove(request) {
                    chat.tell(Event::Found { words, more, messages: messages.clone() });
                }
            }
            ServerMessage::Refused { request, refusal } => chat.refused(*request, refusal),
            ServerMessage::MessageChanged { message, change, request } => chat.changed(*message, change, *request),
            ServerMessage::RoomCreated { request, room } => {
                chat.requests.open.remove(request);
                chat.requests.created.push(*room);
            }
            ServerMessage::RoomDeleted { request } => {
                if let Some(Asked::DeleteRoom { room, name }) = chat.requests.open.remove(request) {
                    chat.tell(Event::RoomDeleted { room, name });
                }
            }
            ServerMessage::FloorOrdered { request } => {
                if let Some(Asked::OrderFloor(order)) = chat.requests.open.remove(request) {
                    let room = chat.mirror.me.as_ref().and_then(|me| me.room);
                    chat.tell(Event::Floor { room, change: FloorChanged::Ordered(order) });
                }
            }
            ServerMessage::SentAway { request } => {
                if let Some(Asked::SendAway { name, .. }) = chat.requests.open.remove(request) {
                    chat.tell(Event::Notice { code: "sent_away", text: format!("{name} has to leave this server.") });
                }
            }
            ServerMessage::Placed { room: Some(room), .. } => {
                // What was said while one was away is not in the log: each entry asks anew.
                chat.opened.0.remove(&Conversation::Room(*room));
                chat.open(Conversation::Room(*room));
            }
            _ => {}
        }
    }
}

/// A room that was created is told of once it is there to be walked into.
fn tell_created_rooms(mut chat: Chat) {
    if chat.requests.created.is_empty() {
        return;
    }
    let (there, later) =
        std::mem::take(&mut chat.requests.created).into_iter().partition(|room| chat.mirror.room(*room).is_some());
    chat.requests.created = later;
    let there: Vec<RoomId> = there;
    for room in there {
        let name = chat.mirror.room_name(room);
        chat.tell(Event::RoomCreated { room, name });
    }
}

fn open_world(mut chat: Chat) {
    chat.opened.0.clear();
    chat.open(Conversation::World);
}

fn lose_requests(mut chat: Chat) {
    chat.requests.open.clear();
    chat.requests.created.clear();
    let why = "The connection was lost; send it again.";
    for log in chat.mirror.chats.values_mut() {
        Arc::make_mut(log).fail_pending(why);
    }
}

/// Enterings and leavings stand in the room's log, for those who were there, and whether what is said is kept.
fn note_comings_and_goings(mut told: MessageReader<ToFace>, mut mirror: ResMut<Mirror>) {
    for ToFace(event) in told.read() {
        let (room, text) = match event {
            Event::PersonChanged { name, change: PersonChanged::Entered(room), .. } => {
                (*room, format!("{name} came in."))
            }
            Event::PersonChanged { name, change: PersonChanged::Left(room), .. } => (*room, format!("{name} left.")),
            Event::Entered { room, .. } => (*room, "You came in.".to_owned()),
            Event::Left { room, .. } => (*room, "You left.".to_owned()),
            Event::Floor { room: Some(room), change: FloorChanged::TalkLog(on) } => (*room, kept(*on).to_owned()),
            _ => continue,
        };
        mirror.log(Conversation::Room(room)).add_notice(text, now_ms());
    }
}

/// What a room's log says of its talk log.
fn kept(on: bool) -> &'static str {
    if on {
        "What is said here is kept: each turn can be heard again in this chat."
    } else {
        "What is said here is no longer kept."
    }
}

impl Chat<'_, '_> {
    fn say(&mut self, to: Conversation, text: &str) {
        let text = match ChatText::new(text) {
            Ok(text) => text,
            Err(error) => return self.refuse("say", "bad_text", format!("This message {error}.")),
        };
        let shown = text.as_str().to_owned();
        let Some(request) =
            self.ask("say", Asked::Say(to), |request| ClientMessage::Say { request, to, text: text.clone() })
        else {
            return;
        };
        self.mirror.log(to).add_pending(request, shown);
        self.open(to);
    }

    fn create_room(&mut self, name: &str, policy: FloorPolicy, queue: QueueRule, talk_log: bool) {
        match RoomName::new(name) {
            Ok(name) => {
                self.ask("create", Asked::CreateRoom, |request| ClientMessage::CreateRoom {
                    request,
                    name: name.clone(),
                    policy,
                    queue,
                    talk_log,
                });
            }
            Err(error) => self.refuse("create", "bad_name", format!("This room name {error}.")),
        }
    }

    fn ask_history(&mut self, of: Conversation, before: Option<MessageId>, count: u16, by_face: bool) {
        let count = count.clamp(1, limits::HISTORY_PAGE);
        if before.is_none() {
            self.opened.0.insert(of);
        }
        let asked = Asked::History { of, before, count, by_face };
        self.ask("history", asked, |request| ClientMessage::History { request, of, before, count });
    }

    fn letter(&mut self, to: &str, text: &str) {
        let name = match DisplayName::new(to) {
            Ok(name) => name,
            Err(error) => return self.refuse("msg", "bad_name", format!("This name {error}.")),
        };
        let text = match ChatText::new(text) {
            Ok(text) => text,
            Err(error) => return self.refuse("msg", "bad_text", format!("This message {error}.")),
        };
        let asked = Asked::Letter { to: name.as_str().to_owned() };
        self.ask("msg", asked, |request| ClientMessage::Letter { request, to: name, text });
    }

    fn search(&mut self, words: &str, before: Option<MessageId>) {
        let query = match search_words::parse(words) {
            Ok(query) => query,
            Err(sentence) => return self.refuse("search", "usage", sentence),
        };
        let asked = Asked::Search { words: words.trim().to_owned(), more: before.is_some() };
        self.ask("search", asked, |request| ClientMessage::Search { request, query, before });
    }

    /// Asks for a conversation's newest page, the first time.
    fn open(&mut self, conversation: Conversation) {
        if self.to_server.is_live() && !self.opened.0.contains(&conversation) {
            self.ask_history(conversation, None, limits::HISTORY_ON_ENTRY, false);
        }
    }

    /// Asks something, or refuses it where there is nobody to ask.
    fn ask(
        &mut self,
        command: &'static str,
        asked: Asked,
        message: impl FnOnce(RequestId) -> ClientMessage,
    ) -> Option<RequestId> {
        if !self.to_server.is_live() {
            let text = "There is no connection to a server; sign in or wait until it is back.".to_owned();
            self.refuse(command, "not_connected", text);
            return None;
        }
        let request = self.requests.open(asked);
        self.to_server.say(message(request));
        Some(request)
    }

    fn said(&mut self, message: &ChatMessage, request: Option<RequestId>) {
        if let Some(request) = request {
            self.requests.open.remove(&request);
        }
        self.mirror.log(message.conversation).add_said(message.clone(), request);
        self.mirror.no_longer_typing(message.from, message.conversation);
        self.open(message.conversation);
        self.tell(Event::Message(message.clone()));
    }

    fn page(&mut self, request: RequestId, messages: &[ChatMessage]) {
        match self.requests.open.remove(&request) {
            Some(Asked::History { of, before, count, by_face }) => {
                let whole = messages.len() < usize::from(count);
                let log = self.mirror.log(of);
                match before {
                    Some(before) => log.add_older(messages.to_vec(), before, whole),
                    None => log.add_page(messages.to_vec(), whole),
                }
                if by_face {
                    self.tell(Event::History { of, messages: messages.to_vec() });
                }
            }
            Some(Asked::HistoryAt { of, at, count }) => self.mirror.log(of).add_page_at(messages.to_vec(), at, count),
            _ => {}
        }
    }

    fn refused(&mut self, request: RequestId, refusal: &Refusal) {
        let Some(asked) = self.requests.open.remove(&request) else { return };
        let command = match asked {
            Asked::Say(to) => {
                self.mirror.log(to).fail(request, &refusal.to_string());
                match to {
                    Conversation::World => "shout",
                    Conversation::Room(_) => "say",
                    Conversation::Person(_) => "msg",
                }
            }
            Asked::Letter { to } if *refusal == Refusal::NoSuchPerson => {
                let text = format!("Nobody is called “{to}”, here or with an account.");
                return self.refuse("msg", refusal.code(), text);
            }
            Asked::Letter { .. } => "msg",
            // One may have left a room before its history came: nobody asked for that page by hand.
            Asked::History { by_face: false, .. } => return,
            Asked::History { .. } | Asked::HistoryAt { .. } => "history",
            Asked::Search { .. } => "search",
            Asked::CreateRoom => "create",
            Asked::DeleteRoom { .. } => "delete",
            Asked::OrderFloor(_) => "floor",
            Asked::Change(command) => command,
            Asked::SendAway { stay, .. } => send_away_word(stay),
        };
        self.refuse(command, refusal.code(), refusal.to_string());
    }

    fn refuse(&mut self, command: &'static str, code: &'static str, text: String) {
        self.tell(Event::Refused { command, code, text });
    }

    fn tell(&mut self, event: Event) {
        self.to_face.write(ToFace(event));
    }
}

impl Mirror {
    /// A conversation's log, to be written to.
    fn log(&mut self, of: Conversation) -> &mut ChatLog {
        if self.chats.len() >= LOGS && !self.chats.contains_key(&of) {
            self.forget_a_log();
        }
        Arc::make_mut(self.chats.entry(of).or_default())
    }

    /// Makes room for another log: the one whose newest message is the oldest goes.
    fn forget_a_log(&mut self) {
        let newest = |log: &ChatLog| log.lines.iter().rev().find_map(super::snapshot::ChatLine::id);
        let oldest = self.chats.iter().min_by_key(|(_, log)| newest(log)).map(|(of, _)| *of);
        if let Some(of) = oldest {
            self.chats.remove(&of);
        }
    }
}

/// The word of the command that sends somebody away.
fn send_away_word(stay: StayAway) -> &'static str {
    if stay == StayAway::NotAtAll { "kick" } else { "ban" }
}

/// This machine's clock, in milliseconds since the Unix epoch.
fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
