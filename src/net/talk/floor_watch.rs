//! What is new about a room's floor, from one of its states to the next.

use hallway_protocol::{floor::messages::FloorState, ids::PersonId};

/// Something that others do on the floor, or a moderator with one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FloorNews {
    /// Somebody else talks now.
    Taken(PersonId),
    /// Nobody talks now.
    Idle,
    /// These wait now, the next one first.
    Queue(Vec<PersonId>),
    /// One may no longer talk here.
    Muted,
    /// One may talk here again.
    Unmuted,
}

/// Remembers a room's last state. A new room begins with a new watch, which tells the first state as news.
#[derive(Clone, Debug, Default)]
pub struct FloorWatch {
    last: Option<FloorState>,
}

impl FloorWatch {
    /// Takes a state in, as the person `own` sees it.
    pub fn hear(&mut self, state: &FloorState, own: Option<PersonId>) -> Vec<FloorNews> {
        let mut news = Vec::new();
        let is_first = self.last.is_none();
        let last = self.last.replace(state.clone()).unwrap_or_default();
        let began = state.talkers.iter().filter(|talker| Some(**talker) != own && !last.talkers.contains(talker));
        news.extend(began.map(|talker| FloorNews::Taken(*talker)));
        if state.talkers.is_empty() && (is_first || !last.talkers.is_empty()) {
            news.push(FloorNews::Idle);
        }
        if state.waiting != last.waiting {
            news.push(FloorNews::Queue(state.waiting.clone()));
        }
        let is_muted = |state: &FloorState| own.is_some_and(|own| state.muted.contains(&own));
        match (is_muted(&last), is_muted(state)) {
            (false, true) => news.push(FloorNews::Muted),
            (true, false) => news.push(FloorNews::Unmuted),
            _ => {}
        }
        news
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: PersonId = PersonId(1);
    const ANN: PersonId = PersonId(2);
    const BOB: PersonId = PersonId(3);

    fn state(talkers: &[PersonId], waiting: &[PersonId], muted: &[PersonId]) -> FloorState {
        FloorState { talkers: talkers.to_vec(), waiting: waiting.to_vec(), muted: muted.to_vec() }
    }

    #[test]
    fn each_change_is_told_once() {
        use FloorNews::{Idle, Muted, Queue, Taken, Unmuted};
        let steps = [
            ("the first state", state(&[], &[], &[]), vec![Idle]),
            ("Ann talks", state(&[ANN], &[], &[]), vec![Taken(ANN)]),
            ("Bob waits: nobody else began to talk", state(&[ANN], &[BOB], &[]), vec![Queue(vec![BOB])]),
            ("I wait", state(&[ANN], &[BOB, ME], &[]), vec![Queue(vec![BOB, ME])]),
            ("Bob's turn, without a pause", state(&[BOB], &[ME], &[]), vec![Taken(BOB), Queue(vec![ME])]),
            ("mine, of which the grant tells", state(&[ME], &[], &[]), vec![Queue(vec![])]),
            ("I am done and muted", state(&[], &[], &[ME, BOB]), vec![Idle, Muted]),
            ("somebody else is not", state(&[], &[], &[ME]), vec![]),
            ("nor I", state(&[], &[], &[]), vec![Unmuted]),
            ("an open room", state(&[ANN, ME, BOB], &[], &[]), vec![Taken(ANN), Taken(BOB)]),
            ("one ends, others go on", state(&[ME, BOB], &[], &[]), vec![]),
        ];
        let mut watch = FloorWatch::default();
        for (name, state, news) in steps {
            assert_eq!(watch.hear(&state, Some(ME)), news, "{name}");
            assert_eq!(watch.hear(&state, Some(ME)), [], "{name}, again");
        }
        let mut late = FloorWatch::default();
        assert_eq!(late.hear(&state(&[ANN], &[BOB], &[]), Some(ME)), [Taken(ANN), Queue(vec![BOB])]);
    }
}
