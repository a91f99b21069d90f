//! Messages that are changed: who may is judged by the store, and everyone who may read them is told.

use super::{
    super::{house::House, post::Post},
    Chat,
    readers::readers_of,
    say, shown,
    tickets::{Waiting, What, Wish},
};
use crate::store::{Actor, Change, Changed, Denied, Done, StoreAsk};
use hallway_protocol::{
    chat::{ChatText, MessageChange},
    control::{Refusal, ServerMessage},
    ids::{MessageId, PersonId, RequestId},
    owner::OwnerId,
};

impl Chat<'_> {
    pub(super) fn edit(
        &mut self,
        person: PersonId,
        request: RequestId,
        message: MessageId,
        text: &ChatText,
    ) -> Result<(), Refusal> {
        let mentions = say::mentions(text.as_str(), &self.house, &self.registered);
        self.change(person, request, message, Change::Edit(text.as_str().to_owned(), mentions))
    }

    pub(super) fn change(
        &mut self,
        person: PersonId,
        request: RequestId,
        message: MessageId,
        change: Change,
    ) -> Result<(), Refusal> {
        let own = self.house.guest(person).ok_or(Refusal::NoSuchPerson)?;
        let room = own.room.and_then(|id| self.house.room(id).map(|room| (id, room)));
        let actor = Actor {
            owner: own.owner,
            name: own.name.to_string(),
            room: room.map(|(_, room)| room.thread.clone()),
            moderates_room: room.is_some_and(|(id, _)| self.house.moderates(person, id)),
            moderates_world: own.moderator,
        };
        let now_ms = self.clock.now_ms();
        let wish = Wish { message, by: actor.name.clone(), change: change.clone(), now_ms };
        let waiting = Waiting { person, request: Some(request), what: What::Change(Box::new(wish)) };
        let ask = |ticket| StoreAsk::Change { ticket, message, actor, change, now_ms };
        self.tickets.ask(&self.store, waiting, ask)
    }
}

/// Tells what became of a message, or why nothing did.
pub(super) fn tell_changed(
    person: PersonId,
    request: Option<RequestId>,
    wish: &Wish,
    done: Result<Changed, Denied>,
    house: &House,
    post: &mut Post,
) {
    let own = house.guest(person);
    let changed = match done {
        Ok(changed) => changed,
        Err(denied) => {
            if let (Some(own), Some(request)) = (own, request) {
                post.tell(own.link, ServerMessage::Refused { request, refusal: refusal(denied) });
            }
            return;
        }
    };
    let own_link = own.map(|own| own.link);
    let is_author = own.is_some_and(|own| changed.author == Some(own.owner));
    let told = |reader| as_told(wish, &changed.done, is_author, reader);
    let message = wish.message;
    let mut own_is_told = false;
    for guest in readers_of(&changed.thread, house) {
        let request = request.filter(|_| Some(guest.link) == own_link);
        own_is_told |= Some(guest.link) == own_link;
        post.tell(guest.link, ServerMessage::MessageChanged { message, change: told(guest.owner), request });
    }
    // One's own may be deleted from where it isn't read.
    if let Some(own) = own.filter(|_| !own_is_told) {
        post.tell(own.link, ServerMessage::MessageChanged { message, change: told(own.owner), request });
    }
}

fn as_told(wish: &Wish, done: &Done, is_author: bool, reader: OwnerId) -> MessageChange {
    match (done, &wish.change) {
        (Done::Edited, Change::Edit(text, mentions)) => MessageChange::Edited {
            text: text.clone(),
            edited_ms: wish.now_ms,
            mentions: shown::names(mentions),
            mentioned: shown::is_mentioned(mentions, reader),
        },
        (Done::Reacted(on, reactions), Change::React(emoji)) => MessageChange::Reacted {
            by: wish.by.clone(),
            emoji: emoji.clone(),
            on: *on,
            reactions: shown::reactions(reactions, reader),
        },
        _ => MessageChange::Deleted { by: (!is_author).then(|| wish.by.clone()) },
    }
}

fn refusal(denied: Denied) -> Refusal {
    match denied {
        Denied::NoSuchMessage => Refusal::NoSuchMessage,
        Denied::NotYours => Refusal::NotYourMessage,
        Denied::TooOld => Refusal::TooOld,
        Denied::TooMany => Refusal::TooManyReactions,
    }
}
