//! People who have talked for years: who they are, where they talk, and what they say.

use super::texts::Texts;
use hallway_bench::dice::Dice;
use hallway_protocol::{
    ids::PersonId,
    names::DisplayName,
    owner::{OwnerId, OwnerKey},
};
use hallway_server::store::{NewMessage, Thread};

pub(super) use super::texts::RARE;

/// Rooms of the map in which people talk.
const ROOMS: usize = 10;
/// People, each of whom talks in private to the next one too.
const PEOPLE: u8 = 20;
/// Of all messages, those to everyone and those in rooms; the others are private.
const TO_WORLD: f64 = 0.4;
const TO_ROOMS: f64 = 0.7;

/// All of them.
pub(super) struct Crowd {
    threads: Vec<Thread>,
    seed: u64,
}

impl Crowd {
    pub(super) fn new(seed: u64) -> Self {
        let rooms = (0..ROOMS).map(|room| Thread::map_room(&format!("Room {room}")));
        let pairs = (0..PEOPLE).map(|from| Thread::Pair { from: owner(from), to: owner((from + 1) % PEOPLE) });
        Self { threads: std::iter::once(Thread::World).chain(rooms).chain(pairs).collect(), seed }
    }

    /// All conversations.
    pub(super) fn threads(&self) -> &[Thread] {
        &self.threads
    }

    /// The room in which whoever searches is.
    pub(super) fn room(&self) -> Thread {
        self.threads[1].clone()
    }

    /// Everybody whose private history there is.
    pub(super) fn owners(&self) -> impl Iterator<Item = OwnerId> + Clone {
        (0..PEOPLE).map(owner)
    }

    /// What they said, without an end.
    pub(super) fn said(&self) -> impl Iterator<Item = NewMessage> {
        let (mut dice, mut texts) = (Dice::new(self.seed), Texts::new(self.seed));
        (0_i64..).map(move |number| {
            let from = (dice.roll() * f64::from(PEOPLE)) as u8;
            let (thread, to) = self.place(from, &mut dice);
            NewMessage {
                thread,
                writer: PersonId(from.into()),
                from: name(from),
                to,
                text: texts.next(),
                attachment: None,
                // One message a minute.
                sent_ms: number * 60_000,
                author: owner(from),
                reply_to: None,
                mentions: Vec::new(),
            }
        })
    }

    /// Where somebody says something, and to whom.
    fn place(&self, from: u8, dice: &mut Dice) -> (Thread, Option<DisplayName>) {
        match dice.roll() {
            place if place < TO_WORLD => (Thread::World, None),
            place if place < TO_ROOMS => (self.threads[1 + (dice.roll() * ROOMS as f64) as usize].clone(), None),
            _ => {
                let to = (from + 1) % PEOPLE;
                (Thread::Pair { from: owner(from), to: owner(to) }, Some(name(to)))
            }
        }
    }
}

fn owner(number: u8) -> OwnerId {
    OwnerKey::new([number; 32]).id()
}

fn name(number: u8) -> DisplayName {
    DisplayName::new(&format!("Person {number}")).expect("a word and a number are a name")
}
