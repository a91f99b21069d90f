//! Files, as far as the world has a say: who shows which key, who may send where, and the message that a file comes with.

use super::{
    Chat,
    pages::account_of,
    readers::thread_of,
    say,
    tickets::{Unstored, Waiting, What},
};
use crate::{
    accounts::Registered,
    files::{Caller, FileAsk, KeyHash, Place, SaidFile, SaidTurn, Shown},
    store::{NewMessage, StoreAsk, Thread},
    talk_log::Talker,
    world::{
        conduct::Allowance,
        house::{Departed, House},
        post::Post,
    },
};
use bevy::prelude::*;
use hallway_protocol::{
    chat::Conversation,
    control::{Refusal, ServerMessage},
    file::{Attachment, FileTarget},
    ids::{MessageId, PersonId},
    owner::OwnerId,
};
use std::{collections::HashMap, time::Duration};
use tokio::sync::oneshot;

/// The keys of those who are here.
#[derive(Resource, Default)]
pub(crate) struct FileKeys(HashMap<KeyHash, PersonId>);

/// What the desk asks about files, until it is answered in this update.
#[derive(Resource, Default)]
pub(crate) struct FileAsks(pub(crate) Vec<FileAsk>);

/// A message with a file that is not stored yet, and who waits for it.
pub(super) struct UnstoredFile {
    message: Unstored,
    /// Where it is told; nobody but the sender when the other one is away.
    to: Option<Conversation>,
    reply: oneshot::Sender<Result<MessageId, Refusal>>,
}

impl FileKeys {
    /// Somebody is here with this key.
    pub(crate) fn add(&mut self, key: KeyHash, person: PersonId) {
        self.0.insert(key, person);
    }
}

/// A key is good for as long as its person is here.
pub(super) fn forget_keys(mut departures: MessageReader<Departed>, mut keys: ResMut<FileKeys>) {
    for Departed { person, .. } in departures.read() {
        keys.0.retain(|_, holder| holder != person);
    }
}

pub(super) fn answer_desk(
    mut asks: ResMut<FileAsks>,
    keys: Res<FileKeys>,
    mut chat: Chat,
    mut allowances: Query<&mut Allowance>,
    time: Res<Time<Real>>,
    mut post: Post,
) {
    for ask in asks.0.drain(..) {
        // Whoever asked may have given up; then nobody needs the answer.
        match ask {
            FileAsk::Who { key, reply } => {
                let caller = keys.0.get(&key).and_then(|person| caller(*person, &chat.house, &chat.registered));
                let _ = reply.send(caller);
            }
            FileAsk::To { key, to, reply } => {
                let place = keys.0.get(&key).map(|person| {
                    within_allowance(*person, &chat.house, &mut allowances, time.elapsed())?;
                    place(*person, &to, &chat)
                });
                let _ = reply.send(place);
            }
            FileAsk::Say { said, reply } => chat.say_file(*said, reply),
            FileAsk::SayTurn { said, reply } => {
                let SaidTurn { talker, place, attachment } = *said;
                chat.say_of(talker, place, String::new(), attachment, reply);
            }
            FileAsk::Gone { file, shown } => {
                for link in links_where(&shown, &chat.house) {
                    post.tell(link, ServerMessage::FileGone { file });
                }
            }
        }
    }
}

fn caller(person: PersonId, house: &House, registered: &Registered) -> Option<Caller> {
    let guest = house.guest(person)?;
    let account = account_of(person, house, registered).is_some();
    let room = guest.room.and_then(|id| Some((house.room(id)?.thread.column(), house.moderates(person, id))));
    Some(Caller { person, owner: guest.owner, account, moderator: guest.moderator, room })
}

/// Files count as messages, of which one may not send too many.
fn within_allowance(
    person: PersonId,
    house: &House,
    allowances: &mut Query<&mut Allowance>,
    now: Duration,
) -> Result<(), Refusal> {
    let guest = house.guest(person).ok_or(Refusal::NoSuchPerson)?;
    let taken = allowances.get_mut(guest.link).is_ok_and(|mut allowance| allowance.say.take(now));
    if taken { Ok(()) } else { Err(Refusal::TooFast) }
}

/// Where a file goes, whatever becomes of numbers until it is there.
fn place(person: PersonId, to: &FileTarget, chat: &Chat) -> Result<Place, Refusal> {
    let Chat { house, registered, rules, .. } = chat;
    let conversation = match to {
        FileTarget::World => Conversation::World,
        FileTarget::Room(room) => Conversation::Room(*room),
        FileTarget::Person(other) => Conversation::Person(*other),
        FileTarget::Named(name) => match house.by_name(&name.key()) {
            Some(other) => Conversation::Person(other),
            None => {
                let (name, owner) = registered.holder(&name.key()).ok_or(Refusal::NoSuchPerson)?;
                rules.keeping.private.ok_or(Refusal::NotKept)?;
                return Ok(Place::Person { owner, name });
            }
        },
    };
    match thread_of(person, conversation, house)? {
        (Thread::World, _) => Ok(Place::World),
        (Thread::Room { key, name }, _) => Ok(Place::Room { key, name }),
        (Thread::Pair { to, .. }, name) => Ok(Place::Person { owner: to, name: name.ok_or(Refusal::NoSuchPerson)? }),
    }
}

impl Chat<'_> {
    /// Stores the message. The sender may have left the room since the upload began, and still sends it there; a room
    /// that is gone takes no more.
    fn say_file(
        &mut self,
        SaidFile { person, place, caption, attachment }: SaidFile,
        reply: oneshot::Sender<Result<MessageId, Refusal>>,
    ) {
        let Some(guest) = self.house.guest(person) else {
            let _ = reply.send(Err(Refusal::StoreFailed));
            return;
        };
        let sender = Talker { person, name: guest.name.clone(), owner: guest.owner };
        self.say_of(sender, place, caption, attachment, reply);
    }

    /// Stores a message with a file of somebody who may be gone.
    fn say_of(
        &mut self,
        Talker { person, name, owner }: Talker,
        place: Place,
        caption: String,
        attachment: Attachment,
        reply: oneshot::Sender<Result<MessageId, Refusal>>,
    ) {
        let Some(to) = told_where(&place, &self.house) else {
            let _ = reply.send(Err(Refusal::NoSuchRoom));
            return;
        };
        if to.is_none() && self.rules.keeping.private.is_none() {
            let _ = reply.send(Err(Refusal::NotKept));
            return;
        }
        let to_name = match &place {
            Place::Person { name, .. } => Some(name.clone()),
            Place::World | Place::Room { .. } => None,
        };
        let message = NewMessage {
            thread: place.thread(owner),
            writer: person,
            from: name,
            to: to_name.clone(),
            mentions: say::mentions(&caption, &self.house, &self.registered),
            text: caption,
            attachment: Some(attachment),
            sent_ms: self.clock.now_ms(),
            author: owner,
            reply_to: None,
        };
        let unstored = Unstored { to: to.unwrap_or(Conversation::World), to_name, message: message.clone() };
        let what = What::File(Box::new(UnstoredFile { message: unstored, to, reply }));
        let waiting = Waiting { person, request: None, what };
        // The reply is dropped with what can't be asked, which says that the server has no time for it.
        let _ = self.tickets.ask(&self.store, waiting, |ticket| StoreAsk::Append { ticket, message });
    }
}

/// The conversation in which a file is told; `Some(None)` where nobody but the sender is there to be told.
fn told_where(place: &Place, house: &House) -> Option<Option<Conversation>> {
    match place {
        Place::World => Some(Some(Conversation::World)),
        Place::Room { key, .. } => {
            let is_it = |thread: &Thread| matches!(thread, Thread::Room { key: other, .. } if other == key);
            let room = house.rooms().find(|(_, room)| is_it(&room.thread))?;
            Some(Some(Conversation::Room(room.0)))
        }
        Place::Person { owner, .. } => Some(of_owner(*owner, house).map(Conversation::Person)),
    }
}

fn of_owner(owner: OwnerId, house: &House) -> Option<PersonId> {
    house.guests().find(|(_, guest)| guest.owner == owner).map(|(person, _)| person)
}

/// The message is stored: it is told to those who may read it, and the desk may say that it is done.
pub(super) fn tell_stored(person: PersonId, id: MessageId, file: UnstoredFile, house: &House, post: &mut Post) {
    let UnstoredFile { message, to, reply } = file;
    if to.is_some() {
        say::tell_stored(person, None, id, None, &message, house, post);
    }
    let _ = reply.send(Ok(id));
}

/// The links of those who may read what is shown there.
fn links_where(shown: &Shown, house: &House) -> Vec<Entity> {
    if let Some(owners) = &shown.between {
        let is_one = |owner: OwnerId| owners.contains(&Some(owner));
        return house.guests().filter(|(_, guest)| is_one(guest.owner)).map(|(_, guest)| guest.link).collect();
    }
    if shown.is_world() {
        return house.links().collect();
    }
    let room = house.rooms().find(|(_, room)| room.thread.column() == shown.thread);
    room.map(|(id, _)| house.links_in(id).collect()).unwrap_or_default()
}
