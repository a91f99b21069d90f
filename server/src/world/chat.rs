//! Chat: a message is checked, stored, and only then told, to exactly those who may read it.

mod clock;
pub(super) mod files;

use super::{
    WorldSystems,
    calls::Who,
    conduct::Allowance,
    house::{Arrived, Departed, House},
    post::Post,
    sessions::FromClient,
};
use crate::{
    accounts::Registered,
    store::{
        FoundMessage, FoundWhere, NewMessage, PageQuery, SearchQuery, StoreAnswer, StoreAsk, StoreClient,
        StoredMessage, Thread,
    },
};
use bevy::prelude::*;
use clock::WallClock;
use hallway_protocol::{
    chat::{self, ChatMessage, ChatText, Conversation, FoundPlace},
    control::{ClientMessage, Refusal, ServerMessage},
    file::Attachment,
    ids::{MessageId, PersonId, RequestId, RoomId},
    limits,
    names::DisplayName,
    owner::OwnerId,
};
use std::{collections::HashMap, time::Duration};
use tracing::warn;

/// The way to the store.
#[derive(Resource)]
pub(crate) struct Store(pub(crate) StoreClient);

/// What waits for the store's answer.
#[derive(Resource, Default)]
pub(crate) struct Tickets {
    last: u64,
    open: HashMap<u64, Waiting>,
}

impl Tickets {
    /// Whether everything that was asked is answered.
    pub(crate) fn all_answered(&self) -> bool {
        self.open.is_empty()
    }

    /// Asks the store; a refusal when it takes no more.
    fn ask(
        &mut self,
        store: &Store,
        waiting: Waiting,
        ask: impl FnOnce(u64) -> StoreAsk,
    ) -> std::result::Result<(), Refusal> {
        self.last += 1;
        if !store.0.ask(ask(self.last)) {
            return Err(Refusal::StoreFailed);
        }
        self.open.insert(self.last, waiting);
        Ok(())
    }
}

/// Somebody who waits for an answer.
struct Waiting {
    person: PersonId,
    /// What the answer goes by; nobody waits for a letter of the server's.
    request: Option<RequestId>,
    what: What,
}

/// A private message that the server writes in somebody's name.
#[derive(Message, Clone, Debug)]
pub(crate) struct ServerLetter {
    pub(crate) from: Who,
    pub(crate) to: Who,
    pub(crate) text: &'static str,
}

enum What {
    /// For a message to be stored.
    Message(Box<Unstored>),
    /// For a page of this conversation.
    Page(Conversation),
    /// For messages that were looked for while the person was in this room.
    Search(Option<RoomId>),
    /// For a message to somebody who is away.
    Letter,
    /// For what the person has missed.
    Missed,
    /// For a message with a file to be stored.
    File(Box<files::UnstoredFile>),
}

/// A message that is not told yet.
struct Unstored {
    to: Conversation,
    from_name: DisplayName,
    to_name: Option<DisplayName>,
    text: String,
    attachment: Option<Attachment>,
    sent_ms: i64,
}

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Tickets>().init_resource::<WallClock>();
    app.init_resource::<files::FileKeys>().init_resource::<files::FileAsks>();
    let took = (take_chat, take_letters, (files::forget_keys, files::answer_desk).chain());
    let told = (note_departures, ask_for_missed, take_answers);
    app.add_systems(Update, (took, told).chain().in_set(WorldSystems::Chat));
}

fn take_chat(
    mut said: MessageReader<FromClient>,
    mut allowances: Query<&mut Allowance>,
    house: Res<House>,
    registered: Res<Registered>,
    store: Res<Store>,
    mut tickets: ResMut<Tickets>,
    mut clock: ResMut<WallClock>,
    time: Res<Time<Real>>,
    mut post: Post,
) {
    let now = time.elapsed();
    for FromClient { person, link, message } in said.read() {
        let Ok(mut allowance) = allowances.get_mut(*link) else { continue };
        let (request, done) = match message {
            ClientMessage::Say { request, to, text } => {
                let done = within(allowance.say.take(now), &mut allowance, now)
                    .and_then(|()| say(*person, *request, *to, text, &house, &store, &mut tickets, &mut clock));
                (*request, done)
            }
            ClientMessage::Letter { request, to, text } => {
                let done = within(allowance.say.take(now), &mut allowance, now).and_then(|()| {
                    letter(*person, *request, to, text, &house, &registered, &store, &mut tickets, &mut clock)
                });
                (*request, done)
            }
            ClientMessage::History { request, of, before, count } => {
                let done = within(allowance.history.take(now), &mut allowance, now)
                    .and_then(|()| page(*person, *request, *of, *before, *count, &house, &store, &mut tickets));
                (*request, done)
            }
            ClientMessage::Search { request, words, before } => {
                let done = within(allowance.history.take(now), &mut allowance, now)
                    .and_then(|()| search(*person, *request, words, *before, &house, &store, &mut tickets));
                (*request, done)
            }
            ClientMessage::Typing { to } => {
                if within(allowance.typing.take(now), &mut allowance, now).is_ok() {
                    pass_typing(*person, *link, *to, &house, &mut post);
                }
                continue;
            }
            ClientMessage::Prove { .. } => {
                // A second proof means nothing, and no honest client sends one.
                allowance.strike(now);
                continue;
            }
            ClientMessage::CreateRoom { .. } | ClientMessage::DeleteRoom { .. } | ClientMessage::OrderFloor { .. } => {
                continue;
            }
        };
        if let Err(refusal) = done {
            post.tell(*link, ServerMessage::Refused { request, refusal });
        }
    }
}

fn within(taken: bool, allowance: &mut Allowance, now: Duration) -> std::result::Result<(), Refusal> {
    if taken {
        return Ok(());
    }
    allowance.strike(now);
    Err(Refusal::TooFast)
}

/// Where a conversation is stored, if this person takes part in it.
fn thread_of(
    person: PersonId,
    conversation: Conversation,
    house: &House,
) -> std::result::Result<(Thread, Option<DisplayName>), Refusal> {
    let own = house.guest(person).ok_or(Refusal::NoSuchPerson)?;
    match conversation {
        Conversation::World => Ok((Thread::World, None)),
        Conversation::Room(id) => {
            let room = house.room(id).ok_or(Refusal::NoSuchRoom)?;
            if own.room != Some(id) {
                return Err(Refusal::NotInRoom);
            }
            Ok((room.thread.clone(), None))
        }
        Conversation::Person(other) if other == person => Err(Refusal::ToOneself),
        Conversation::Person(other) => {
            let other = house.guest(other).ok_or(Refusal::NoSuchPerson)?;
            Ok((Thread::Pair { from: own.owner, to: other.owner }, Some(other.name.clone())))
        }
    }
}

fn say(
    person: PersonId,
    request: RequestId,
    to: Conversation,
    text: &ChatText,
    house: &House,
    store: &Store,
    tickets: &mut Tickets,
    clock: &mut WallClock,
) -> std::result::Result<(), Refusal> {
    let (thread, to_name) = thread_of(person, to, house)?;
    let from_name = house.guest(person).ok_or(Refusal::NoSuchPerson)?.name.clone();
    let (text, sent_ms) = (text.as_str().to_owned(), clock.now_ms());
    let message = NewMessage {
        thread,
        writer: person,
        from: from_name.clone(),
        to: to_name.clone(),
        text: text.clone(),
        attachment: None,
        sent_ms,
    };
    let what = What::Message(Box::new(Unstored { to, from_name, to_name, text, attachment: None, sent_ms }));
    let waiting = Waiting { person, request: Some(request), what };
    tickets.ask(store, waiting, |ticket| StoreAsk::Append { ticket, message })
}

/// A message by name: to somebody who is here it is like any other, and for whoever has an account it waits.
fn letter(
    person: PersonId,
    request: RequestId,
    to: &DisplayName,
    text: &ChatText,
    house: &House,
    registered: &Registered,
    store: &Store,
    tickets: &mut Tickets,
    clock: &mut WallClock,
) -> std::result::Result<(), Refusal> {
    if let Some(other) = house.by_name(&to.key()) {
        return say(person, request, Conversation::Person(other), text, house, store, tickets, clock);
    }
    let own = house.guest(person).ok_or(Refusal::NoSuchPerson)?;
    let (to, owner) = registered.holder(&to.key()).ok_or(Refusal::NoSuchPerson)?;
    let message = NewMessage {
        thread: Thread::Pair { from: own.owner, to: owner },
        writer: person,
        from: own.name.clone(),
        to: Some(to),
        text: text.as_str().to_owned(),
        attachment: None,
        sent_ms: clock.now_ms(),
    };
    let waiting = Waiting { person, request: Some(request), what: What::Letter };
    tickets.ask(store, waiting, |ticket| StoreAsk::Append { ticket, message })
}

/// The holder of an account, if this person is one.
fn account_of(person: PersonId, house: &House, registered: &Registered) -> Option<OwnerId> {
    let guest = house.guest(person)?;
    registered.holder(&guest.name.key()).map(|(_, owner)| owner).filter(|owner| *owner == guest.owner)
}

/// Whoever comes back to an account is told what was written to it meanwhile.
fn ask_for_missed(
    mut arrivals: MessageReader<Arrived>,
    house: Res<House>,
    registered: Res<Registered>,
    store: Res<Store>,
    mut tickets: ResMut<Tickets>,
    mut clock: ResMut<WallClock>,
) {
    for Arrived { person } in arrivals.read() {
        let Some(owner) = account_of(*person, &house, &registered) else { continue };
        let waiting = Waiting { person: *person, request: None, what: What::Missed };
        let now_ms = clock.now_ms();
        if tickets.ask(&store, waiting, |ticket| StoreAsk::Missed { ticket, owner, now_ms }).is_err() {
            warn!("the store takes no more, and somebody is not told what was missed");
        }
    }
}

/// What is written to the holder of an account from now on is missed.
fn note_departures(
    mut departures: MessageReader<Departed>,
    registered: Res<Registered>,
    store: Res<Store>,
    mut clock: ResMut<WallClock>,
) {
    for Departed { name, .. } in departures.read() {
        let Some((_, owner)) = registered.holder(&name.key()) else { continue };
        // A store that takes no more tells them again what they have seen, which does less harm than losing it.
        store.0.ask(StoreAsk::Seen { owner, now_ms: clock.now_ms() });
    }
}

/// Letters take the way of all messages: stored first, then told to the two whom they concern, if those are here.
fn take_letters(
    mut letters: MessageReader<ServerLetter>,
    store: Res<Store>,
    mut tickets: ResMut<Tickets>,
    mut clock: ResMut<WallClock>,
) {
    for ServerLetter { from, to, text } in letters.read() {
        let (text, sent_ms) = ((*text).to_owned(), clock.now_ms());
        let message = NewMessage {
            thread: Thread::Pair { from: from.owner, to: to.owner },
            writer: from.person,
            from: from.name.clone(),
            to: Some(to.name.clone()),
            text: text.clone(),
            attachment: None,
            sent_ms,
        };
        let what = What::Message(Box::new(Unstored {
            to: Conversation::Person(to.person),
            from_name: from.name.clone(),
            to_name: Some(to.name.clone()),
            text,
            attachment: None,
            sent_ms,
        }));
        let waiting = Waiting { person: from.person, request: None, what };
        if tickets.ask(&store, waiting, |ticket| StoreAsk::Append { ticket, message }).is_err() {
            warn!("the store takes no more, and a missed call leaves no message");
        }
    }
}

fn page(
    person: PersonId,
    request: RequestId,
    of: Conversation,
    before: Option<MessageId>,
    count: u16,
    house: &House,
    store: &Store,
    tickets: &mut Tickets,
) -> std::result::Result<(), Refusal> {
    let (thread, _) = thread_of(person, of, house)?;
    let query = PageQuery { thread, before, count: count.min(limits::HISTORY_PAGE) };
    let waiting = Waiting { person, request: Some(request), what: What::Page(of) };
    tickets.ask(store, waiting, |ticket| StoreAsk::Page { ticket, query })
}

fn search(
    person: PersonId,
    request: RequestId,
    words: &ChatText,
    before: Option<MessageId>,
    house: &House,
    store: &Store,
    tickets: &mut Tickets,
) -> std::result::Result<(), Refusal> {
    let own = house.guest(person).ok_or(Refusal::NoSuchPerson)?;
    let room = own.room.and_then(|id| house.room(id)).map(|room| room.thread.clone());
    let (text, owner, count) = (words.as_str().to_owned(), own.owner, limits::HISTORY_PAGE);
    let query = SearchQuery { text, owner, room, before, count };
    let waiting = Waiting { person, request: Some(request), what: What::Search(own.room) };
    tickets.ask(store, waiting, |ticket| StoreAsk::Search { ticket, query })
}

/// Tells those who would read the message that somebody is typing it.
fn pass_typing(person: PersonId, own_link: Entity, to: Conversation, house: &House, post: &mut Post) {
    if thread_of(person, to, house).is_err() {
        return;
    }
    for (link, conversation) in readers(person, to, house).filter(|(link, _)| *link != own_link) {
        post.tell(link, ServerMessage::Typing { from: person, to: conversation });
    }
}

/// The links of those who may read what this person writes to a conversation, the writer included, and the
/// conversation as each of them sees it.
fn readers(person: PersonId, to: Conversation, house: &House) -> Box<dyn Iterator<Item = (Entity, Conversation)> + '_> {
    let link = |id: PersonId| house.guest(id).map(|guest| guest.link);
    match to {
        Conversation::World => Box::new(house.links().map(move |link| (link, to))),
        Conversation::Room(room) => {
            // The writer may have left before the message was stored; it is still the writer's.
            let writer = (!house.members(room).contains(&person)).then(|| link(person)).flatten();
            Box::new(house.links_in(room).chain(writer).map(move |link| (link, to)))
        }
        Conversation::Person(other) => {
            let writer = link(person).map(|link| (link, to));
            let reader = link(other).map(|link| (link, Conversation::Person(person)));
            Box::new(writer.into_iter().chain(reader))
        }
    }
}

fn take_answers(mut store: ResMut<Store>, mut tickets: ResMut<Tickets>, house: Res<House>, mut post: Post) {
    while let Some(answer) = store.0.answer() {
        let ticket = match &answer {
            StoreAnswer::Stored { ticket, .. }
            | StoreAnswer::Page { ticket, .. }
            | StoreAnswer::Found { ticket, .. }
            | StoreAnswer::Failed { ticket } => *ticket,
        };
        let Some(Waiting { person, request, what }) = tickets.open.remove(&ticket) else { continue };
        match (answer, what) {
            (StoreAnswer::Stored { id, .. }, What::Message(message)) => {
                tell_stored(person, request, id, &message, &house, &mut post);
            }
            (StoreAnswer::Page { messages, .. }, What::Page(of)) => {
                let Some(request) = request else { continue };
                tell_page(person, request, of, messages, &house, &mut post);
            }
            (StoreAnswer::Found { messages, .. }, What::Search(room)) => {
                let Some(request) = request else { continue };
                tell_found(person, request, room, messages, &house, &mut post);
            }
            (StoreAnswer::Stored { .. }, What::Letter) => {
                if let (Some(guest), Some(request)) = (house.guest(person), request) {
                    post.tell(guest.link, ServerMessage::LetterKept { request });
                }
            }
            (StoreAnswer::Found { messages, .. }, What::Missed) => tell_missed(person, messages, &house, &mut post),
            (StoreAnswer::Stored { id, .. }, What::File(file)) => {
                files::tell_stored(person, id, *file, &house, &mut post);
            }
            _ => {
                if let (Some(guest), Some(request)) = (house.guest(person), request) {
                    post.tell(guest.link, ServerMessage::Refused { request, refusal: Refusal::StoreFailed });
                }
            }
        }
    }
}

fn tell_stored(
    person: PersonId,
    request: Option<RequestId>,
    id: MessageId,
    message: &Unstored,
    house: &House,
    post: &mut Post,
) {
    let own_link = house.guest(person).map(|guest| guest.link);
    for (link, conversation) in readers(person, message.to, house) {
        let message = ChatMessage {
            id,
            from: Some(person),
            from_name: message.from_name.to_string(),
            conversation,
            to_name: message.to_name.as_ref().map(ToString::to_string),
            text: message.text.clone(),
            attachment: message.attachment.clone(),
            sent_ms: message.sent_ms,
        };
        let request = request.filter(|_| Some(link) == own_link);
        post.tell(link, ServerMessage::Said { message, request });
    }
}

/// Gives the page to the one who asked, unless it left the room in between.
fn tell_page(
    person: PersonId,
    request: RequestId,
    of: Conversation,
    messages: Vec<StoredMessage>,
    house: &House,
    post: &mut Post,
) {
    let Some(guest) = house.guest(person) else { return };
    let answer = match of {
        Conversation::Room(room) if guest.room != Some(room) => {
            ServerMessage::Refused { request, refusal: Refusal::NotInRoom }
        }
        _ => {
            let messages = messages.into_iter().map(|message| shown(message, of, house)).collect();
            ServerMessage::History { request, messages }
        }
    };
    post.tell(guest.link, answer);
}

/// Tells what was found. Whoever left the room meanwhile reads nothing of it.
fn tell_found(
    person: PersonId,
    request: RequestId,
    room: Option<RoomId>,
    messages: Vec<FoundMessage>,
    house: &House,
    post: &mut Post,
) {
    let Some(guest) = house.guest(person) else { return };
    let may_read = |found: &FoundMessage| guest.room == room || !matches!(found.place, FoundWhere::Room(_));
    let messages = messages.into_iter().filter(may_read).map(|found| as_found(found, house)).collect();
    post.tell(guest.link, ServerMessage::Found { request, messages });
}

fn tell_missed(person: PersonId, messages: Vec<FoundMessage>, house: &House, post: &mut Post) {
    let Some(guest) = house.guest(person).filter(|_| !messages.is_empty()) else { return };
    let messages = messages.into_iter().map(|found| as_found(found, house)).collect();
    post.tell(guest.link, ServerMessage::Missed { messages });
}

fn as_found(FoundMessage { message, place }: FoundMessage, house: &House) -> chat::FoundMessage {
    let of_owner = |owner| house.guests().find(|(_, guest)| Some(guest.owner) == owner).map(|(person, _)| person);
    let place = match place {
        FoundWhere::World => FoundPlace::World,
        FoundWhere::Room(name) => FoundPlace::Room { name },
        FoundWhere::Pair { other, name } => FoundPlace::Person { name, person: of_owner(other) },
    };
    let StoredMessage { id, from_name, text, attachment, sent_ms, .. } = message;
    chat::FoundMessage { id, from_name, place, text, attachment, sent_ms }
}

fn shown(message: StoredMessage, conversation: Conversation, house: &House) -> ChatMessage {
    ChatMessage {
        id: message.id,
        from: message.writer.filter(|writer| house.guest(*writer).is_some()),
        from_name: message.from_name,
        conversation,
        to_name: message.to_name,
        text: message.text,
        attachment: message.attachment,
        sent_ms: message.sent_ms,
    }
}
