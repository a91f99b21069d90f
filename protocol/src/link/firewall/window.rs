//! What a reliable channel keeps for later, mirrored, so that it can be bounded.
//!
//! Lightyear keeps every message that comes before its turn and every fragment of an unfinished message, for ever. The
//! mirror accepts ids exactly as lightyear does, and refuses what lies too far ahead.

use super::payload::{Delivered, InnerDrop};
use std::collections::HashMap;

/// Messages of a channel that may arrive before the one whose turn it is: half a minute of the busiest typist.
const WINDOW: u16 = 512;

/// The reliable channels of one link.
#[derive(Clone, Debug, Default)]
pub struct ReliableWindows {
    channels: HashMap<u16, Window>,
}

impl ReliableWindows {
    /// Checks all messages of a packet, and only when all may pass, remembers them. A packet that is refused must be
    /// dropped as a whole: half-remembered ones would let the mirror run ahead of lightyear.
    ///
    /// # Errors
    /// [`InnerDrop::Window`] or [`InnerDrop::BadFragment`] when one of them may not pass.
    pub fn admit(&mut self, messages: &[Delivered], incomplete_messages: usize) -> Result<(), InnerDrop> {
        for message in messages {
            self.channels.entry(message.channel).or_default().check(message, incomplete_messages)?;
        }
        for message in messages {
            self.channels.entry(message.channel).or_default().note(message);
        }
        Ok(())
    }
}

#[derive(Clone, Debug, Default)]
struct Window {
    /// The message whose turn it is.
    next: u16,
    /// Messages that came before their turn.
    ahead: HashMap<u16, Progress>,
}

#[derive(Clone, Debug)]
enum Progress {
    Complete,
    Fragments { received: Vec<bool>, missing: u16 },
}

impl Window {
    /// Distance of a message from the one whose turn it is; negative for old ones, which lightyear ignores.
    fn distance(&self, message: u16) -> i16 {
        message.wrapping_sub(self.next).cast_signed()
    }

    fn check(&self, delivered: &Delivered, incomplete_messages: usize) -> Result<(), InnerDrop> {
        let distance = self.distance(delivered.message);
        if distance >= WINDOW.cast_signed() {
            return Err(InnerDrop::Window(delivered.channel));
        }
        let Some((_, count)) = delivered.fragment.filter(|_| distance >= 0) else { return Ok(()) };
        match self.ahead.get(&delivered.message) {
            Some(Progress::Complete) => Ok(()),
            Some(Progress::Fragments { received, .. }) if received.len() == usize::from(count) => Ok(()),
            Some(Progress::Fragments { .. }) => Err(InnerDrop::BadFragment),
            None if self.incomplete() < incomplete_messages => Ok(()),
            None => Err(InnerDrop::Window(delivered.channel)),
        }
    }

    fn incomplete(&self) -> usize {
        self.ahead.values().filter(|progress| matches!(progress, Progress::Fragments { .. })).count()
    }

    fn note(&mut self, delivered: &Delivered) {
        if self.distance(delivered.message) < 0 {
            return;
        }
        match delivered.fragment {
            None => drop(self.ahead.insert(delivered.message, Progress::Complete)),
            Some((index, count)) => self.note_fragment(delivered.message, index, count),
        }
        while matches!(self.ahead.get(&self.next), Some(Progress::Complete)) {
            self.ahead.remove(&self.next);
            self.next = self.next.wrapping_add(1);
        }
    }

    fn note_fragment(&mut self, message: u16, index: u8, count: u16) {
        let progress = self
            .ahead
            .entry(message)
            .or_insert_with(|| Progress::Fragments { received: vec![false; usize::from(count)], missing: count });
        let Progress::Fragments { received, missing } = progress else { return };
        if let Some(seen) = received.get_mut(usize::from(index))
            && !std::mem::replace(seen, true)
        {
            *missing -= 1;
        }
        if *missing == 0 {
            *progress = Progress::Complete;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const INCOMPLETE: usize = 4;

    fn single(message: u16) -> Delivered {
        Delivered { channel: 0, message, fragment: None }
    }

    fn fragment(message: u16, index: u8, count: u16) -> Delivered {
        Delivered { channel: 0, message, fragment: Some((index, count)) }
    }

    #[test]
    fn messages_far_ahead_of_a_gap_are_refused_until_the_gap_closes() {
        let mut windows = ReliableWindows::default();
        for message in 1..WINDOW {
            windows.admit(&[single(message)], INCOMPLETE).unwrap();
        }
        assert_eq!(windows.admit(&[single(WINDOW)], INCOMPLETE), Err(InnerDrop::Window(0)));
        windows.admit(&[single(0)], INCOMPLETE).unwrap();
        windows.admit(&[single(WINDOW)], INCOMPLETE).unwrap();
        assert!(windows.channels[&0].ahead.is_empty());
    }

    #[test]
    fn incomplete_messages_are_capped_and_completing_one_makes_room() {
        let mut windows = ReliableWindows::default();
        for message in 0..4 {
            windows.admit(&[fragment(message, 0, 2)], INCOMPLETE).unwrap();
        }
        assert_eq!(windows.admit(&[fragment(4, 0, 2)], INCOMPLETE), Err(InnerDrop::Window(0)));
        windows.admit(&[fragment(2, 1, 2)], INCOMPLETE).unwrap();
        windows.admit(&[fragment(4, 0, 2)], INCOMPLETE).unwrap();
    }

    #[test]
    fn a_late_copy_of_a_finished_message_takes_no_room() {
        let mut windows = ReliableWindows::default();
        for _ in 0..10 {
            windows.admit(&[fragment(0, 0, 2)], INCOMPLETE).unwrap();
            windows.admit(&[fragment(0, 1, 2)], INCOMPLETE).unwrap();
        }
        assert!(windows.channels[&0].ahead.is_empty());
    }

    #[test]
    fn a_fragment_count_may_not_change() {
        let mut windows = ReliableWindows::default();
        windows.admit(&[fragment(0, 0, 3)], INCOMPLETE).unwrap();
        assert_eq!(windows.admit(&[fragment(0, 1, 2)], INCOMPLETE), Err(InnerDrop::BadFragment));
    }

    #[test]
    fn a_refused_packet_leaves_no_trace() {
        let mut windows = ReliableWindows::default();
        assert!(windows.admit(&[single(0), single(1), single(5000)], INCOMPLETE).is_err());
        assert_eq!(windows.channels[&0].next, 0);
    }

    proptest! {
        #[test]
        fn an_honest_sender_is_never_refused(order in Just((0..2000_u16).collect::<Vec<_>>()).prop_shuffle(), seed: u16) {
            // Shuffled within stretches shorter than the window, as a network does; ids wrap on the way.
            let mut windows = ReliableWindows::default();
            windows.channels.insert(0, Window { next: seed, ..Window::default() });
            for stretch in 0..20_u16 {
                for n in order.iter().filter(|n| *n / 100 == stretch) {
                    prop_assert_eq!(windows.admit(&[single(seed.wrapping_add(*n))], INCOMPLETE), Ok(()));
                }
            }
            prop_assert!(windows.channels[&0].ahead.is_empty());
        }

        #[test]
        fn memory_stays_bounded(ids in proptest::collection::vec((any::<u16>(), 0_u8..6, 1_u16..7), 0..3000)) {
            let mut windows = ReliableWindows::default();
            for (message, index, count) in ids {
                let _ = windows.admit(&[fragment(message, index, count)], INCOMPLETE);
            }
            prop_assert!(windows.channels.get(&0).is_none_or(|window| window.incomplete() <= INCOMPLETE));
        }
    }
}
