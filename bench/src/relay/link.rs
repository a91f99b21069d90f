//! One direction of a link as a pure machine: a datagram and the time go in, when it arrives comes out.

use super::faults::{Bandwidth, Faults, Loss};
use crate::dice::Dice;
use std::time::Duration;

/// Bytes that IPv4 and UDP put in front of each datagram; a narrow link carries them too.
const HEADER_BYTES: usize = 28;

/// What becomes of a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It arrives.
    Arrives {
        /// When.
        at: Duration,
        /// Whether it does so twice.
        twice: bool,
    },
    /// It is lost on the way.
    Lost,
    /// It finds the queue of a narrow link full.
    QueueFull,
}

/// One direction of a link. It decides in the order in which it is asked, the same for the same seed.
#[derive(Clone, Debug)]
pub struct Link {
    faults: Faults,
    dice: Dice,
    is_bad: bool,
    /// When the narrow link will have passed on all that waits.
    free: Duration,
    /// When the last datagram arrives that was not held back.
    last_arrival: Duration,
}

impl Link {
    /// A good link with an empty queue.
    #[must_use]
    pub fn new(faults: Faults, seed: u64) -> Self {
        Self::with_dice(faults, Dice::new(seed))
    }

    pub(super) fn with_dice(faults: Faults, dice: Dice) -> Self {
        Self { faults, dice, is_bad: false, free: Duration::ZERO, last_arrival: Duration::ZERO }
    }

    /// Treats the datagrams from now on so. What is on its way arrives as it would have.
    pub fn set_faults(&mut self, faults: Faults) {
        self.faults = faults;
    }

    /// Decides about a datagram of `bytes` that was sent at `now`, a time since any fixed start that never goes back.
    pub fn decide(&mut self, now: Duration, bytes: usize) -> Fate {
        // All dice are rolled for every datagram, so that a change of one fault does not shift the luck of the others.
        let [turn, loss, jitter, reorder, duplicate] = std::array::from_fn(|_| self.dice.roll());
        let Some(sent) = self.through_queue(now, bytes) else { return Fate::QueueFull };
        if self.is_lost(turn, loss) {
            return Fate::Lost;
        }
        let Faults { delay, jitter: most, reorder: held_back, .. } = self.faults;
        let arrival = (sent + delay + most.mul_f64(2.0 * jitter)).saturating_sub(most);
        let in_order = arrival.max(sent).max(self.last_arrival);
        let at = if reorder < held_back.share {
            in_order + held_back.by
        } else {
            self.last_arrival = in_order;
            in_order
        };
        Fate::Arrives { at, twice: duplicate < self.faults.duplicate }
    }

    /// When the datagram has passed the narrow link; `None` when it does not fit into the queue.
    fn through_queue(&mut self, now: Duration, bytes: usize) -> Option<Duration> {
        let Some(Bandwidth { bits_per_second, queue_bytes }) = self.faults.bandwidth else { return Some(now) };
        let bits_per_second = bits_per_second.max(1) as f64;
        let waiting_bytes = self.free.saturating_sub(now).as_secs_f64() * bits_per_second / 8.0;
        if waiting_bytes > queue_bytes as f64 {
            return None;
        }
        let takes = Duration::from_secs_f64((bytes + HEADER_BYTES) as f64 * 8.0 / bits_per_second);
        self.free = self.free.max(now) + takes;
        Some(self.free)
    }

    fn is_lost(&mut self, turn: f64, loss: f64) -> bool {
        let Loss { turns_bad, turns_good, while_good, while_bad } = self.faults.loss;
        self.is_bad = if self.is_bad { turn >= turns_good } else { turn < turns_bad };
        loss < if self.is_bad { while_bad } else { while_good }
    }
}

#[cfg(test)]
mod tests;
