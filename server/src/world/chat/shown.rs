//! Stored messages as one client sees them.

use super::super::house::{Guest, House};
use crate::store::{FoundMessage, FoundWhere, StoredMarks, StoredMention, StoredMessage, StoredReaction};
use hallway_protocol::{
    chat::{self, ChatMessage, Conversation, FoundPlace, Marks, Reaction},
    limits,
    owner::OwnerId,
};

pub(super) fn shown(message: StoredMessage, conversation: Conversation, reader: &Guest, house: &House) -> ChatMessage {
    ChatMessage {
        id: message.id,
        from: message.writer.filter(|writer| house.guest(*writer).is_some()),
        from_name: message.from_name,
        conversation,
        to_name: message.to_name,
        text: message.text,
        attachment: message.attachment,
        sent_ms: message.sent_ms,
        marks: marks(&message.marks, reader.owner),
    }
}

/// What stands at a message, for the client of this owner.
pub(super) fn marks(stored: &StoredMarks, reader: OwnerId) -> Marks {
    Marks {
        mine: stored.author == Some(reader),
        edited_ms: stored.edited_ms,
        deleted: stored.deleted,
        reply_to: stored.reply_to.clone(),
        reactions: reactions(&stored.reactions, reader),
        mentions: names(&stored.mentions),
        mentioned: is_mentioned(&stored.mentions, reader),
    }
}

pub(super) fn names(mentions: &[StoredMention]) -> Vec<String> {
    mentions.iter().map(|mention| mention.name.clone()).collect()
}

pub(super) fn is_mentioned(mentions: &[StoredMention], reader: OwnerId) -> bool {
    mentions.iter().any(|mention| mention.owner == reader)
}

/// The reactions by emoji, in the order in which the first of each came.
pub(super) fn reactions(stored: &[StoredReaction], reader: OwnerId) -> Vec<Reaction> {
    let mut reactions: Vec<Reaction> = Vec::new();
    for StoredReaction { emoji, owner, name } in stored {
        let place = reactions.iter().position(|reaction| reaction.emoji == *emoji).unwrap_or_else(|| {
            reactions.push(Reaction { emoji: emoji.clone(), count: 0, names: Vec::new(), mine: false });
            reactions.len() - 1
        });
        let reaction = &mut reactions[place];
        reaction.count = reaction.count.saturating_add(1);
        reaction.mine |= *owner == reader;
        if reaction.names.len() < limits::REACTION_NAMES {
            reaction.names.push(name.clone());
        }
    }
    reactions
}

pub(super) fn as_found(FoundMessage { message, place }: FoundMessage, house: &House) -> chat::FoundMessage {
    let of_owner = |owner| house.guests().find(|(_, guest)| Some(guest.owner) == owner).map(|(person, _)| person);
    let place = match place {
        FoundWhere::World => FoundPlace::World,
        FoundWhere::Room(name) => FoundPlace::Room { name },
        FoundWhere::Pair { other, name } => FoundPlace::Person { name, person: of_owner(other) },
    };
    let StoredMessage { id, from_name, text, attachment, sent_ms, .. } = message;
    chat::FoundMessage { id, from_name, place, text, attachment, sent_ms }
}
