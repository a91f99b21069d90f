//! What people write on its way to the store, and from there to those who may read it.

use super::{
    super::{calls::Who, house::House, post::Post},
    Chat,
    readers::{readers, thread_of},
    shown,
    tickets::{Unstored, Waiting, What},
};
use crate::{
    accounts::Registered,
    store::{NewMessage, StoreAsk, StoredMarks, StoredMention, Thread},
};
use bevy::prelude::*;
use hallway_protocol::{
    chat::{ChatMessage, ChatText, Conversation, Quote, mention},
    control::{Refusal, ServerMessage},
    ids::{MessageId, PersonId, RequestId},
    names::DisplayName,
};
use tracing::warn;

/// A private message that the server writes in somebody's name.
#[derive(Message, Clone, Debug)]
pub(crate) struct ServerLetter {
    pub(crate) from: Who,
    pub(crate) to: Who,
    pub(crate) text: &'static str,
}

impl Chat<'_> {
    pub(super) fn say(
        &mut self,
        person: PersonId,
        request: RequestId,
        to: Conversation,
        text: &ChatText,
        reply_to: Option<MessageId>,
    ) -> std::result::Result<(), Refusal> {
        let (thread, to_name) = thread_of(person, to, &self.house)?;
        let own = self.house.guest(person).ok_or(Refusal::NoSuchPerson)?;
        let message = NewMessage {
            thread,
            writer: person,
            from: own.name.clone(),
            to: to_name.clone(),
            text: text.as_str().to_owned(),
            attachment: None,
            sent_ms: self.clock.now_ms(),
            author: own.owner,
            reply_to,
            mentions: mentions(text.as_str(), &self.house, &self.registered),
        };
        let what = What::Message(Box::new(Unstored { to, to_name, message: message.clone() }));
        let waiting = Waiting { person, request: Some(request), what };
        self.tickets.ask(&self.store, waiting, |ticket| StoreAsk::Append { ticket, message })
    }

    /// A message by name: to somebody who is here it is like any other, and for whoever has an account it waits.
    pub(super) fn letter(
        &mut self,
        person: PersonId,
        request: RequestId,
        to: &DisplayName,
        text: &ChatText,
    ) -> std::result::Result<(), Refusal> {
        if let Some(other) = self.house.by_name(&to.key()) {
            return self.say(person, request, Conversation::Person(other), text, None);
        }
        let own = self.house.guest(person).ok_or(Refusal::NoSuchPerson)?;
        let (to, owner) = self.registered.holder(&to.key()).ok_or(Refusal::NoSuchPerson)?;
        self.rules.keeping.private.ok_or(Refusal::NotKept)?;
        let message = NewMessage {
            thread: Thread::Pair { from: own.owner, to: owner },
            writer: person,
            from: own.name.clone(),
            to: Some(to),
            text: text.as_str().to_owned(),
            attachment: None,
            sent_ms: self.clock.now_ms(),
            author: own.owner,
            reply_to: None,
            mentions: Vec::new(),
        };
        let waiting = Waiting { person, request: Some(request), what: What::Letter };
        self.tickets.ask(&self.store, waiting, |ticket| StoreAsk::Append { ticket, message })
    }
}

/// Letters take the way of all messages: stored first, then told to the two whom they concern, if those are here.
pub(super) fn take_letters(mut letters: MessageReader<ServerLetter>, mut chat: Chat) {
    for ServerLetter { from, to, text } in letters.read() {
        // A missed call is seen while it rings; where nothing private is kept, nothing is left of it.
        if chat.rules.keeping.private.is_none() {
            continue;
        }
        let message = NewMessage {
            thread: Thread::Pair { from: from.owner, to: to.owner },
            writer: from.person,
            from: from.name.clone(),
            to: Some(to.name.clone()),
            text: (*text).to_owned(),
            attachment: None,
            sent_ms: chat.clock.now_ms(),
            author: from.owner,
            reply_to: None,
            mentions: Vec::new(),
        };
        let (to, to_name) = (Conversation::Person(to.person), Some(to.name.clone()));
        let what = What::Message(Box::new(Unstored { to, to_name, message: message.clone() }));
        let waiting = Waiting { person: from.person, request: None, what };
        let Chat { store, tickets, .. } = &mut chat;
        if tickets.ask(store, waiting, |ticket| StoreAsk::Append { ticket, message }).is_err() {
            warn!("the store takes no more, and a missed call leaves no message");
        }
    }
}

/// Whom a text mentions: people who are here, and holders of accounts.
pub(super) fn mentions(text: &str, house: &House, registered: &Registered) -> Vec<StoredMention> {
    let mut mentions: Vec<StoredMention> = Vec::new();
    let found = mention::find(text, |name| {
        let here = house.by_name(name).and_then(|person| house.guest(person));
        here.map(|guest| (guest.name.clone(), guest.owner)).or_else(|| registered.holder(name))
    });
    for (_, (name, owner)) in found {
        if mentions.iter().all(|mention| mention.owner != owner) {
            mentions.push(StoredMention { owner, name: name.to_string() });
        }
    }
    mentions
}

/// Tells a message that is stored by now.
pub(super) fn tell_stored(
    person: PersonId,
    request: Option<RequestId>,
    id: MessageId,
    reply_to: Option<Quote>,
    Unstored { to, to_name, message }: &Unstored,
    house: &House,
    post: &mut Post,
) {
    let own_link = house.guest(person).map(|guest| guest.link);
    let marks = StoredMarks {
        author: Some(message.author),
        reply_to,
        mentions: message.mentions.clone(),
        ..StoredMarks::default()
    };
    for (guest, conversation) in readers(person, *to, house) {
        let message = ChatMessage {
            id,
            from: own_link.is_some().then_some(person),
            from_name: message.from.to_string(),
            conversation,
            to_name: to_name.as_ref().map(ToString::to_string),
            text: message.text.clone(),
            attachment: message.attachment.clone(),
            sent_ms: message.sent_ms,
            marks: shown::marks(&marks, guest.owner),
        };
        let request = request.filter(|_| Some(guest.link) == own_link);
        post.tell(guest.link, ServerMessage::Said { message, request });
    }
}
