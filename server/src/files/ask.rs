//! What the desk asks the world about files, and who may do what with one.

use crate::{store::Thread, talk_log::Talker};
use hallway_protocol::{
    control::Refusal,
    file::{Attachment, FileId, FileTarget},
    ids::{MessageId, PersonId},
    names::DisplayName,
    owner::OwnerId,
};
use tokio::sync::oneshot;

/// What the world knows a person's key by: its BLAKE3 hash, so that looking it up takes the same time for all wrong ones.
pub type KeyHash = [u8; 32];

/// The hash of a key as it came, in hex.
pub(crate) fn key_hash(key: &str) -> KeyHash {
    blake3::hash(key.as_bytes()).into()
}

/// A question about files to the world. Where the answer is `None`, nobody who is here has that key.
#[derive(Debug)]
pub enum FileAsk {
    /// Who shows this key.
    Who {
        /// The key's hash.
        key: KeyHash,
        /// Where the answer goes.
        reply: oneshot::Sender<Option<Caller>>,
    },
    /// Whether the person of this key may send there, and where that is for good.
    To {
        /// The key's hash.
        key: KeyHash,
        /// To whom.
        to: FileTarget,
        /// Where the answer goes.
        reply: oneshot::Sender<Option<Result<Place, Refusal>>>,
    },
    /// To store the message with a file that is whole, and tell it to those who may read it.
    Say {
        /// The message.
        said: Box<SaidFile>,
        /// Where the answer goes.
        reply: oneshot::Sender<Result<MessageId, Refusal>>,
    },
    /// To store the message with a turn that is kept, and tell it to those who are in the room.
    SayTurn {
        /// The message.
        said: Box<SaidTurn>,
        /// Where the answer goes.
        reply: oneshot::Sender<Result<MessageId, Refusal>>,
    },
    /// To tell those who read there that a file was deleted.
    Gone {
        /// Which.
        file: FileId,
        /// Where it was shown.
        shown: Shown,
    },
}

/// Who asks for something about files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Who.
    pub person: PersonId,
    /// Whose files and private history theirs are.
    pub owner: OwnerId,
    /// Whether the name is the person's own.
    pub account: bool,
    /// Whether this person moderates every room.
    pub moderator: bool,
    /// The thread of the room that the person is in, and whether it is theirs to moderate.
    pub room: Option<(String, bool)>,
}

/// Where a file is sent, whatever becomes of people's and rooms' numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Everyone.
    World,
    /// A room.
    Room {
        /// The key of its thread.
        key: String,
        /// Its name.
        name: String,
    },
    /// One person.
    Person {
        /// Whose history it is.
        owner: OwnerId,
        /// The person's name.
        name: DisplayName,
    },
}

/// A message with a file, as the world is to say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaidFile {
    /// Who says it.
    pub person: PersonId,
    /// Where.
    pub place: Place,
    /// What stands beside the file.
    pub caption: String,
    /// The file.
    pub attachment: Attachment,
}

/// A message with a turn that is kept. Who talked may be gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaidTurn {
    /// Who talked.
    pub talker: Talker,
    /// In which room.
    pub place: Place,
    /// The turn.
    pub attachment: Attachment,
}

/// Where a file is shown: its message's thread, and of a private one the two whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub(crate) thread: String,
    pub(crate) between: Option<[Option<OwnerId>; 2]>,
}

impl Place {
    /// The thread of what `from` says there.
    pub(crate) fn thread(&self, from: OwnerId) -> Thread {
        match self {
            Self::World => Thread::World,
            Self::Room { key, name } => Thread::Room { key: key.clone(), name: name.clone() },
            Self::Person { owner, .. } => Thread::Pair { from, to: *owner },
        }
    }
}

impl Caller {
    /// Whether this person may read what is shown there: everyone what is said to all, those inside what is said in a
    /// room, the two owners what is private.
    pub(crate) fn may_read(&self, shown: &Shown) -> bool {
        match &shown.between {
            Some(owners) => owners.contains(&Some(self.owner)),
            None => shown.is_world() || self.is_in(shown),
        }
    }

    /// Whether this person may take away what others showed there.
    pub(crate) fn moderates(&self, shown: &Shown) -> bool {
        let creator = self.room.as_ref().is_some_and(|(_, moderated)| *moderated) && self.is_in(shown);
        shown.between.is_none() && (self.moderator || creator)
    }

    fn is_in(&self, shown: &Shown) -> bool {
        self.room.as_ref().is_some_and(|(thread, _)| *thread == shown.thread)
    }
}

impl Shown {
    /// Whether it is shown to everyone.
    pub(crate) fn is_world(&self) -> bool {
        self.thread == "world"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(number: u8) -> OwnerId {
        OwnerId::new([number; 32])
    }

    fn caller(owner: OwnerId, room: Option<(&str, bool)>) -> Caller {
        let room = room.map(|(thread, moderated)| (thread.to_owned(), moderated));
        Caller { person: PersonId(1), owner, account: false, moderator: false, room }
    }

    fn shown(thread: &str, between: Option<[Option<OwnerId>; 2]>) -> Shown {
        Shown { thread: thread.to_owned(), between }
    }

    #[test]
    fn a_file_is_read_by_those_who_may_read_its_message() {
        let (ann, bob, eve) = (owner(1), owner(2), owner(3));
        let (world, room) = (shown("world", None), shown("map/cafe", None));
        let private = shown("pair/x", Some([Some(ann), Some(bob)]));
        let in_cafe = Some(("map/cafe", false));
        for (who, what, may) in [
            (caller(eve, None), &world, true),
            (caller(eve, None), &room, false),
            (caller(eve, Some(("map/lab", true))), &room, false),
            (caller(eve, in_cafe), &room, true),
            (caller(ann, None), &private, true),
            (caller(bob, None), &private, true),
            (caller(eve, in_cafe), &private, false),
        ] {
            assert_eq!(who.may_read(what), may, "{who:?} {what:?}");
        }
    }

    #[test]
    fn nobody_moderates_what_is_private() {
        let moderator = Caller { moderator: true, ..caller(owner(9), None) };
        assert!(moderator.moderates(&shown("map/cafe", None)));
        assert!(!moderator.moderates(&shown("pair/x", Some([Some(owner(1)), None]))));
        let creator = caller(owner(1), Some(("made/1", true)));
        assert!(creator.moderates(&shown("made/1", None)) && !creator.moderates(&shown("world", None)));
    }
}
