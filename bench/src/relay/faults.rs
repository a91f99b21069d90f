//! What one direction of a network does to datagrams, as settings.

use std::time::Duration;

/// How one direction of a link treats datagrams. The default passes all of them on at once.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Faults {
    /// Time that a datagram takes.
    pub delay: Duration,
    /// Up to so much less or more, evenly spread, and never less than nothing. The order stays, as in a queue.
    pub jitter: Duration,
    /// Which datagrams are lost.
    pub loss: Loss,
    /// Which datagrams are overtaken by later ones.
    pub reorder: Reorder,
    /// Share of the datagrams that arrive twice, 0 to 1.
    pub duplicate: f64,
    /// How much fits through; without it, everything.
    pub bandwidth: Option<Bandwidth>,
}

/// The Gilbert–Elliott model of loss: a link that is good or bad, and may change with each datagram.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Loss {
    /// Chance that a good link turns bad before a datagram, 0 to 1.
    pub turns_bad: f64,
    /// Chance that a bad link turns good before a datagram, 0 to 1.
    pub turns_good: f64,
    /// Chance that a datagram is lost while the link is good, 0 to 1.
    pub while_good: f64,
    /// Chance that a datagram is lost while the link is bad, 0 to 1.
    pub while_bad: f64,
}

/// Datagrams that are held back, so that others overtake them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reorder {
    /// Share of the datagrams, 0 to 1.
    pub share: f64,
    /// For how long.
    pub by: Duration,
}

/// A narrow link with a queue in front of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bandwidth {
    /// Bits of datagrams, headers of IP and UDP included, that pass in a second; at least 1.
    pub bits_per_second: u64,
    /// Bytes that may wait; a datagram that finds more than these before it is lost.
    pub queue_bytes: usize,
}

impl Faults {
    /// Only a delay.
    #[must_use]
    pub fn delay(delay: Duration) -> Self {
        Self { delay, ..Self::default() }
    }
}

impl Loss {
    /// Loses `share` of the datagrams, 0 to 1, each by its own bad luck.
    #[must_use]
    pub fn independent(share: f64) -> Self {
        Self { while_good: share, ..Self::default() }
    }

    /// Loses `share` of the datagrams, 0 to 1, in bursts of `mean_burst` on the average, at least 1. What can't be,
    /// such as half of all in bursts of less than one, comes as near as it can.
    #[must_use]
    pub fn in_bursts(share: f64, mean_burst: f64) -> Self {
        let share = share.clamp(0.0, 1.0);
        let turns_good = if share < 1.0 { 1.0 / mean_burst.max(1.0) } else { 0.0 };
        let turns_bad = if share < 1.0 { turns_good * share / (1.0 - share) } else { 1.0 };
        Self { turns_bad: turns_bad.min(1.0), turns_good, while_good: 0.0, while_bad: 1.0 }
    }
}
