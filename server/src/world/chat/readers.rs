//! Who reads what: where a conversation is stored, and whose clients are told what happens in it.

use super::super::{
    house::{Guest, House},
    post::Post,
};
use crate::store::Thread;
use bevy::prelude::Entity;
use hallway_protocol::{
    chat::Conversation,
    control::{Refusal, ServerMessage},
    ids::PersonId,
    names::DisplayName,
};

/// Where a conversation is stored, if this person takes part in it.
pub(super) fn thread_of(
    person: PersonId,
    conversation: Conversation,
    house: &House,
) -> Result<(Thread, Option<DisplayName>), Refusal> {
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

/// Those who may read what this person writes to a conversation, the writer included, and the conversation as each of
/// them sees it.
pub(super) fn readers(
    person: PersonId,
    to: Conversation,
    house: &House,
) -> Box<dyn Iterator<Item = (&Guest, Conversation)> + '_> {
    match to {
        Conversation::World => Box::new(house.guests().map(move |(_, guest)| (guest, to))),
        Conversation::Room(room) => {
            // The writer may have left before the message was stored; it is still the writer's.
            let writer = (!house.members(room).contains(&person)).then(|| house.guest(person)).flatten();
            let inside = house.members(room).iter().filter_map(|member| house.guest(*member));
            Box::new(inside.chain(writer).map(move |guest| (guest, to)))
        }
        Conversation::Person(other) => {
            let writer = house.guest(person).map(|guest| (guest, to));
            let reader = house.guest(other).map(|guest| (guest, Conversation::Person(person)));
            Box::new(writer.into_iter().chain(reader))
        }
    }
}

/// Those who may read a thread now.
pub(super) fn readers_of<'h>(thread: &Thread, house: &'h House) -> Box<dyn Iterator<Item = &'h Guest> + 'h> {
    match thread {
        Thread::World => Box::new(house.guests().map(|(_, guest)| guest)),
        Thread::Room { .. } => {
            let room = house.rooms().find(|(_, room)| room.thread.is_same(thread));
            let inside = room.map_or(&[][..], |(_, room)| room.members.as_slice());
            Box::new(inside.iter().filter_map(|member| house.guest(*member)))
        }
        Thread::Pair { from, to } => {
            let pair = [*from, *to];
            Box::new(house.guests().map(|(_, guest)| guest).filter(move |guest| pair.contains(&guest.owner)))
        }
    }
}

/// Tells those who would read the message that somebody is typing it.
pub(super) fn pass_typing(person: PersonId, own_link: Entity, to: Conversation, house: &House, post: &mut Post) {
    if thread_of(person, to, house).is_err() {
        return;
    }
    for (guest, conversation) in readers(person, to, house).filter(|(guest, _)| guest.link != own_link) {
        post.tell(guest.link, ServerMessage::Typing { from: person, to: conversation });
    }
}
