//! Whose pictures are fetched and shown without asking, and how that stands in the settings file.

use super::{file::Change, table::Section};
use crate::net::snapshot::Snapshot;
use hallway_protocol::{
    chat::{ChatMessage, Conversation},
    ids::PersonId,
};
use toml::{Table, Value};

/// The table of the preferences about the chat.
const CHAT: &str = "chat";
/// The key in it.
const PICTURES: &str = "pictures";

/// Whose pictures are fetched by themselves once they come into view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PicturesFrom {
    /// Everybody's.
    Everyone,
    /// One's own, those in the room one is in, and those of people to whom one has written in private.
    #[default]
    Known,
    /// Nobody's: each waits for a click.
    Nobody,
}

impl PicturesFrom {
    /// All choices.
    pub const ALL: [Self; 3] = [Self::Everyone, Self::Known, Self::Nobody];

    /// Whether the picture of a message is fetched without asking.
    #[must_use]
    pub fn allows(self, message: &ChatMessage, snapshot: &Snapshot) -> bool {
        match self {
            Self::Everyone => true,
            Self::Nobody => false,
            Self::Known => message.marks.mine || is_known(message, snapshot),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Everyone => "everyone",
            Self::Known => "known",
            Self::Nobody => "nobody",
        }
    }
}

fn is_known(message: &ChatMessage, snapshot: &Snapshot) -> bool {
    match message.conversation {
        Conversation::Room(_) => true,
        Conversation::Person(person) => has_written_to(person, snapshot),
        Conversation::World => message.from.is_some_and(|person| has_written_to(person, snapshot)),
    }
}

/// Whether one has written to somebody in private, as far as it was read here.
fn has_written_to(person: PersonId, snapshot: &Snapshot) -> bool {
    let log = snapshot.chats.get(&Conversation::Person(person));
    log.is_some_and(|log| log.said().any(|message| message.marks.mine))
}

/// What a table of the file says of pictures; what is wrong in it is added to the list.
pub(super) fn read(file: &Table, wrong: &mut Vec<String>) -> PicturesFrom {
    let mut chat = Section::of(file, CHAT);
    let pictures = chat.take(PICTURES, read_word).unwrap_or_default();
    wrong.append(&mut chat.wrong);
    pictures
}

/// What has to be kept.
pub(super) fn change(pictures: PicturesFrom) -> Change {
    Change { section: CHAT, key: PICTURES.to_owned(), value: Some(pictures.word().into()) }
}

fn read_word(value: &Value) -> Option<PicturesFrom> {
    let word = value.as_str()?;
    PicturesFrom::ALL.into_iter().find(|pictures| pictures.word() == word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::snapshot::{ChatLine, ChatLog};
    use hallway_protocol::{
        chat::Marks,
        ids::{MessageId, RoomId},
    };
    use std::sync::Arc;

    fn message(from: u32, conversation: Conversation, mine: bool) -> ChatMessage {
        ChatMessage {
            id: MessageId(1),
            from: Some(PersonId(from)),
            from_name: "Ann".into(),
            conversation,
            to_name: None,
            text: String::new(),
            attachment: None,
            sent_ms: 0,
            marks: Marks { mine, ..Marks::default() },
        }
    }

    #[test]
    fn known_are_those_one_wrote_to_and_those_in_the_room() {
        let (ann, bob) = (Conversation::Person(PersonId(2)), Conversation::Person(PersonId(3)));
        let mut snapshot = Snapshot::signed_out();
        let log = |mine| {
            let lines = vec![ChatLine::Said(message(2, ann, mine))];
            Arc::new(ChatLog { lines, ..ChatLog::default() })
        };
        snapshot.chats.insert(ann, log(true));
        snapshot.chats.insert(bob, log(false));
        for (message, known) in [
            (message(2, ann, false), true),
            (message(3, bob, false), false),
            (message(2, Conversation::World, false), true),
            (message(3, Conversation::World, false), false),
            (message(1, Conversation::World, true), true),
            (message(3, Conversation::Room(RoomId(1)), false), true),
        ] {
            let allowed = PicturesFrom::ALL.map(|pictures| pictures.allows(&message, &snapshot));
            assert_eq!(allowed, [true, known, false], "{message:?}");
        }
    }

    #[test]
    fn a_choice_is_read_as_it_was_written() {
        for pictures in PicturesFrom::ALL {
            let Change { section, key, value } = change(pictures);
            let table = Table::from_iter([(key, value.unwrap())]);
            let file = Table::from_iter([(section.to_owned(), table.into())]);
            assert_eq!(read(&file, &mut Vec::new()), pictures);
        }
        let (file, mut wrong) = (toml::from_str("[chat]\npictures = \"all\"\n").unwrap(), Vec::new());
        assert_eq!((read(&file, &mut wrong), wrong), (PicturesFrom::Known, vec!["chat.pictures".to_owned()]));
    }
}
