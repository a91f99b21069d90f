//! What was said before: pages of history, what was looked for, and what somebody has missed.

use super::{
    super::{
        house::{Arrived, Departed, House},
        post::Post,
    },
    Chat,
    readers::thread_of,
    shown::{as_found, shown},
    tickets::{Waiting, What},
};
use crate::{
    accounts::Registered,
    store::{
        FoundMessage, FoundWhere, Narrowed, NarrowedPlace, PagePart, PageQuery, SearchQuery, StoreAsk, StoredMessage,
    },
};
use bevy::prelude::*;
use hallway_protocol::{
    chat::{Conversation, SearchFor, SearchPlace},
    control::{Refusal, ServerMessage},
    ids::{MessageId, PersonId, RequestId, RoomId},
    limits,
    names::RoomName,
    owner::OwnerId,
};
use tracing::warn;

impl Chat<'_> {
    pub(super) fn page(
        &mut self,
        person: PersonId,
        request: RequestId,
        of: Conversation,
        part: PagePart,
        count: u16,
    ) -> std::result::Result<(), Refusal> {
        let (thread, _) = thread_of(person, of, &self.house)?;
        let query = PageQuery { thread, part, count: count.min(limits::HISTORY_PAGE) };
        let waiting = Waiting { person, request: Some(request), what: What::Page(of) };
        self.tickets.ask(&self.store, waiting, |ticket| StoreAsk::Page { ticket, query })
    }

    pub(super) fn search(
        &mut self,
        person: PersonId,
        request: RequestId,
        wanted: &SearchFor,
        before: Option<MessageId>,
    ) -> std::result::Result<(), Refusal> {
        let own = self.house.guest(person).ok_or(Refusal::NoSuchPerson)?;
        let room = own.room.and_then(|id| self.house.room(id));
        let place = match &wanted.place {
            None => None,
            Some(SearchPlace::World) => Some(NarrowedPlace::World),
            Some(SearchPlace::Named(name)) => Some(named_place(name, own.room, &self.house)?),
        };
        let query = SearchQuery {
            text: wanted.words.as_ref().map_or("", |words| words.as_str()).to_owned(),
            owner: own.owner,
            room: room.map(|room| room.thread.clone()),
            narrowed: Narrowed {
                from: wanted.from.as_ref().map(|name| name.key()),
                place,
                since_ms: wanted.since_ms,
                until_ms: wanted.until_ms,
            },
            before,
            count: limits::HISTORY_PAGE,
        };
        let waiting = Waiting { person, request: Some(request), what: What::Search(own.room) };
        self.tickets.ask(&self.store, waiting, |ticket| StoreAsk::Search { ticket, query })
    }
}

/// What a name means as a place: the room that one is in, or somebody one writes with. Other rooms are not looked into.
fn named_place(
    name: &RoomName,
    own_room: Option<RoomId>,
    house: &House,
) -> std::result::Result<NarrowedPlace, Refusal> {
    match house.rooms().find(|(_, room)| room.name.key() == name.key()) {
        Some((id, _)) if own_room == Some(id) => Ok(NarrowedPlace::Room),
        Some(_) => Err(Refusal::NotInRoom),
        None => Ok(NarrowedPlace::With(name.key())),
    }
}

/// The holder of an account, if this person is one.
pub(super) fn account_of(person: PersonId, house: &House, registered: &Registered) -> Option<OwnerId> {
    let guest = house.guest(person)?;
    registered.holder(&guest.name.key()).map(|(_, owner)| owner).filter(|owner| *owner == guest.owner)
}

/// Whoever comes back to an account is told what was written to it meanwhile.
pub(super) fn ask_for_missed(mut arrivals: MessageReader<Arrived>, mut chat: Chat) {
    for Arrived { person } in arrivals.read() {
        let Some(owner) = account_of(*person, &chat.house, &chat.registered) else { continue };
        let waiting = Waiting { person: *person, request: None, what: What::Missed };
        let now_ms = chat.clock.now_ms();
        let Chat { store, tickets, .. } = &mut chat;
        if tickets.ask(store, waiting, |ticket| StoreAsk::Missed { ticket, owner, now_ms }).is_err() {
            warn!("the store takes no more, and somebody is not told what was missed");
        }
    }
}

/// What is written to the holder of an account from now on is missed.
pub(super) fn note_departures(mut departures: MessageReader<Departed>, mut chat: Chat) {
    for Departed { name, .. } in departures.read() {
        let Some((_, owner)) = chat.registered.holder(&name.key()) else { continue };
        let now_ms = chat.clock.now_ms();
        // A store that takes no more tells them again what they have seen, which does less harm than losing it.
        chat.store.0.ask(StoreAsk::Seen { owner, now_ms });
    }
}

/// Gives the page to the one who asked, unless it left the room in between.
pub(super) fn tell_page(
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
            let messages = messages.into_iter().map(|message| shown(message, of, guest, house)).collect();
            ServerMessage::History { request, messages }
        }
    };
    post.tell(guest.link, answer);
}

/// Tells what was found. Whoever left the room meanwhile reads nothing of it.
pub(super) fn tell_found(
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

pub(super) fn tell_missed(person: PersonId, messages: Vec<FoundMessage>, house: &House, post: &mut Post) {
    let Some(guest) = house.guest(person).filter(|_| !messages.is_empty()) else { return };
    let messages = messages.into_iter().map(|found| as_found(found, house)).collect();
    post.tell(guest.link, ServerMessage::Missed { messages });
}
