//! Whose pictures are fetched and shown without asking, and how that stands in the settings file.

use super::{
    ByName,
    by_name::{read_names, write_names},
    file::Change,
    table::Section,
};
use crate::net::snapshot::Snapshot;
use bevy::utils::default;
use hallway_protocol::{
    chat::{ChatMessage, Conversation},
    ids::PersonId,
};
use toml::{Table, Value};

/// The table of the preferences about the chat.
const CHAT: &str = "chat";
/// The key in it.
const PICTURES: &str = "pictures";
/// The key of those whose pictures come all the same.
const WITH_PICTURES: &str = "pictures_of";
/// The key of those whose pictures wait for a click all the same.
const WITHOUT_PICTURES: &str = "no_pictures_of";
/// Most people for whom something else was chosen than for all.
const PEOPLE: usize = 256;

/// Whose pictures are fetched by themselves once they come into view.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PicturePreferences {
    /// Where nothing else was chosen for a person.
    pub from: PicturesFrom,
    /// Whether somebody's pictures come by themselves or wait.
    pub people: ByName<bool, PEOPLE>,
}

/// Whose pictures are fetched by themselves, of all people.
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

    fn word(self) -> &'static str {
        match self {
            Self::Everyone => "everyone",
            Self::Known => "known",
            Self::Nobody => "nobody",
        }
    }
}

impl PicturePreferences {
    /// Whether the picture of a message is fetched without asking.
    #[must_use]
    pub fn allows(&self, message: &ChatMessage, snapshot: &Snapshot) -> bool {
        let chosen = if message.marks.mine { None } else { self.people.of(&message.from_name) };
        chosen.copied().unwrap_or_else(|| match self.from {
            PicturesFrom::Everyone => true,
            PicturesFrom::Nobody => false,
            PicturesFrom::Known => message.marks.mine || is_known(message, snapshot),
        })
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
pub(super) fn read(file: &Table, wrong: &mut Vec<String>) -> PicturePreferences {
    let mut chat = Section::of(file, CHAT);
    let mut pictures = PicturePreferences { from: chat.take(PICTURES, read_word).unwrap_or_default(), ..default() };
    for (key, comes) in [(WITH_PICTURES, true), (WITHOUT_PICTURES, false)] {
        for name in chat.take(key, read_names).unwrap_or_default() {
            pictures.people.choose(&name, Some(comes));
        }
    }
    wrong.append(&mut chat.wrong);
    pictures
}

/// What has to be kept.
pub(super) fn changes(before: &PicturePreferences, after: &PicturePreferences) -> Vec<Change> {
    let change = |key: &str, value| Change { section: CHAT, key: key.to_owned(), value: Some(value) };
    let mut changes = Vec::new();
    if before.from != after.from {
        changes.push(change(PICTURES, after.from.word().into()));
    }
    if before.people != after.people {
        changes.extend([(WITH_PICTURES, true), (WITHOUT_PICTURES, false)].map(|(key, comes)| {
            let people = after.people.iter().filter(|(_, chosen)| **chosen == comes);
            change(key, write_names(people.map(|(name, _)| name)))
        }));
    }
    changes
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

    fn of(from: PicturesFrom) -> PicturePreferences {
        PicturePreferences { from, ..default() }
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
            let allowed = PicturesFrom::ALL.map(|from| of(from).allows(&message, &snapshot));
            assert_eq!(allowed, [true, known, false], "{message:?}");
        }
    }

    #[test]
    fn what_was_chosen_for_a_person_goes_before_what_holds_for_all() {
        let (snapshot, theirs) = (Snapshot::signed_out(), message(2, Conversation::World, false));
        for from in PicturesFrom::ALL {
            let mut pictures = of(from);
            for comes in [true, false] {
                pictures.people.choose("ANN", Some(comes));
                assert_eq!(pictures.allows(&theirs, &snapshot), comes, "{from:?}");
                let mine = message(2, Conversation::World, true);
                assert_eq!(pictures.allows(&mine, &snapshot), of(from).allows(&mine, &snapshot), "{from:?}");
            }
            pictures.people.choose("Ann", None);
            assert_eq!(pictures, of(from));
        }
    }

    #[test]
    fn choices_are_read_as_they_were_written() {
        for from in PicturesFrom::ALL {
            let mut pictures = of(from);
            pictures.people.choose("Ann", Some(true));
            pictures.people.choose("Eve \"1\"", Some(false));
            let changes = changes(&PicturePreferences::default(), &pictures);
            let table: Table = changes.into_iter().map(|change| (change.key, change.value.unwrap())).collect();
            let file = Table::from_iter([(CHAT.to_owned(), table.into())]);
            assert_eq!(read(&toml::from_str(&file.to_string()).unwrap(), &mut Vec::new()), pictures);
        }
        let pictures = of(PicturesFrom::Everyone);
        assert!(changes(&pictures, &pictures).is_empty());
        let text = "[chat]\npictures = \"all\"\npictures_of = [3]\nno_pictures_of = [\"Eve\"]\n";
        let (file, mut wrong) = (toml::from_str(text).unwrap(), Vec::new());
        assert_eq!(read(&file, &mut wrong).people.of("eve"), Some(&false));
        assert_eq!(wrong, ["chat.pictures", "chat.pictures_of"]);
    }
}
