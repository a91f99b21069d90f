//! Datagrams on their way, the next one to arrive first.

use std::{collections::BTreeMap, time::Duration};

/// What is on its way. Of two that are due at once, the one that was sent first arrives first.
#[derive(Debug)]
pub(super) struct Flights<T> {
    due: BTreeMap<(Duration, u64), T>,
    sent: u64,
}

impl<T> Default for Flights<T> {
    fn default() -> Self {
        Self { due: BTreeMap::new(), sent: 0 }
    }
}

impl<T> Flights<T> {
    /// Something that arrives at `at`.
    pub(super) fn send(&mut self, at: Duration, datagram: T) {
        self.due.insert((at, self.sent), datagram);
        self.sent += 1;
    }

    /// When the next one arrives.
    pub(super) fn next(&self) -> Option<Duration> {
        self.due.first_key_value().map(|((at, _), _)| *at)
    }

    /// Takes one out that has arrived by `now`.
    pub(super) fn arrived(&mut self, now: Duration) -> Option<T> {
        let first = self.due.first_entry().filter(|entry| entry.key().0 <= now)?;
        Some(first.remove())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_arrive_in_the_order_of_their_times_and_never_before() {
        let ms = Duration::from_millis;
        let mut flights = Flights::default();
        for (at, name) in [(30, 'd'), (10, 'a'), (20, 'b'), (20, 'c')] {
            flights.send(ms(at), name);
        }
        assert_eq!(flights.next(), Some(ms(10)));
        assert_eq!(flights.arrived(ms(9)), None);
        let by = |flights: &mut Flights<char>, at| std::iter::from_fn(|| flights.arrived(ms(at))).collect::<String>();
        assert_eq!(by(&mut flights, 20), "abc");
        assert_eq!(by(&mut flights, 29), "");
        assert_eq!(by(&mut flights, 30), "d");
        assert_eq!(flights.next(), None);
    }
}
