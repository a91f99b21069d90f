//! Those who watch a layer: what their links bear, and who of them holds the others back.

use super::link::Link;
use hallway_protocol::{ids::PersonId, limits::CALL_MEMBERS};
use std::{collections::BTreeMap, time::Duration};

/// A receiver of whom nothing was heard for so long doesn't count any more.
const FORGOTTEN: Duration = Duration::from_secs(4);
/// Whose link bears less than this share of what is usual here holds the others back.
const HOLDS_BACK: f32 = 0.6;
/// For so long before it is asked to step down: a queue in passing is no reason.
const LASTS: Duration = Duration::from_secs(1);
/// It is asked so often.
const ASKED_EVERY: Duration = Duration::from_secs(1);
/// And followed for so long. Then it has had time, and nobody has to stay blurred for who does not go.
const FOLLOWED: Duration = Duration::from_secs(4);

/// See the [module's description](self). The clock is the caller's.
#[derive(Debug)]
pub(super) struct Audience {
    /// Whether there is a smaller layer to which one can step down.
    has_smaller: bool,
    receivers: BTreeMap<PersonId, Receiver>,
}

#[derive(Debug)]
struct Receiver {
    link: Link,
    holds_back_since: Option<Duration>,
    asked: Option<Duration>,
}

impl Audience {
    pub(super) fn new(has_smaller: bool) -> Self {
        Self { has_smaller, receivers: BTreeMap::new() }
    }

    /// Somebody is there; beyond what a call holds nobody counts.
    pub(super) fn join(&mut self, person: PersonId, link: Link) {
        if self.receivers.len() < CALL_MEMBERS {
            self.receivers.insert(person, Receiver { link, holds_back_since: None, asked: None });
        }
    }

    /// Somebody is no longer there; gives their link.
    pub(super) fn leave(&mut self, person: PersonId) -> Option<Link> {
        self.receivers.remove(&person).map(|receiver| receiver.link)
    }

    pub(super) fn clear(&mut self) {
        self.receivers.clear();
    }

    pub(super) fn knows(&self, person: PersonId) -> bool {
        self.receivers.contains_key(&person)
    }

    pub(super) fn link(&mut self, person: PersonId) -> Option<&mut Link> {
        self.receivers.get_mut(&person).map(|receiver| &mut receiver.link)
    }

    pub(super) fn links(&mut self) -> impl Iterator<Item = &mut Link> {
        self.receivers.values_mut().map(|receiver| &mut receiver.link)
    }

    /// What the best link is good for, of those of whom something was heard.
    pub(super) fn best(&self, now: Duration) -> Option<u32> {
        let links = self.receivers.values().map(|receiver| &receiver.link);
        links.filter(|link| is_heard(link, now)).map(Link::bitrate).max()
    }

    /// What the link is good for of who was asked to step down.
    pub(super) fn asked(&self, now: Duration) -> Option<u32> {
        let asked =
            self.receivers.values().filter(|receiver| receiver.asked.is_some() && is_heard(&receiver.link, now));
        asked.map(|receiver| receiver.link.bitrate()).min()
    }

    /// What the least of those links is good for that are followed.
    pub(super) fn least(&mut self, now: Duration) -> Option<u32> {
        self.receivers.retain(|_, receiver| is_heard(&receiver.link, now));
        let usual = self.usual();
        for receiver in self.receivers.values_mut() {
            let holds_back = self.has_smaller && (receiver.link.bitrate() as f32) < HOLDS_BACK * usual;
            receiver.holds_back_since = holds_back.then(|| receiver.holds_back_since.unwrap_or(now));
            receiver.asked = receiver.asked.filter(|_| holds_back);
        }
        let followed = self.receivers.values().filter(|receiver| !receiver.has_held_back_for(FOLLOWED, now));
        followed.map(|receiver| receiver.link.bitrate()).min()
    }

    /// What half of them get at least.
    fn usual(&self) -> f32 {
        let mut bitrates: Vec<u32> = self.receivers.values().map(|receiver| receiver.link.bitrate()).collect();
        bitrates.sort_unstable();
        bitrates.get(bitrates.len() / 2).map_or(0.0, |usual| *usual as f32)
    }

    /// Whether somebody is to be asked now to watch a smaller layer. It counts as asked then.
    pub(super) fn is_to_step_down(&mut self, person: PersonId, now: Duration) -> bool {
        let Some(receiver) = self.receivers.get_mut(&person) else { return false };
        let is_asked = receiver.has_held_back_for(LASTS, now)
            && receiver.asked.is_none_or(|asked| now.saturating_sub(asked) >= ASKED_EVERY);
        if is_asked {
            receiver.asked = Some(now);
        }
        is_asked
    }
}

impl Receiver {
    fn has_held_back_for(&self, long: Duration, now: Duration) -> bool {
        self.holds_back_since.is_some_and(|since| now.saturating_sub(since) >= long)
    }
}

fn is_heard(link: &Link, now: Duration) -> bool {
    now.saturating_sub(link.heard()) < FORGOTTEN
}
