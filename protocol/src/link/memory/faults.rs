//! What a network does to datagrams, from a seed.

use std::time::Duration;

/// How a network treats datagrams, each way. The default delivers everything at once.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct NetworkFaults {
    /// Time that every datagram takes.
    pub delay: Duration,
    /// Up to so much more, evenly spread: datagrams overtake each other.
    pub jitter: Duration,
    /// Part of the datagrams that never arrive, 0 to 1.
    pub loss: f64,
    /// The same seed makes the same faults.
    pub seed: u64,
}

impl NetworkFaults {
    /// How long a datagram takes, or `None` if it is lost.
    pub(super) fn roll(&self, dice: &mut Dice) -> Option<Duration> {
        // Both dice are rolled for every datagram, so that a change of one setting does not shift the other's luck.
        let (luck, wait) = (dice.roll(), dice.roll());
        (luck >= self.loss).then(|| self.delay + self.jitter.mul_f64(wait))
    }
}

/// A small generator of its own (SplitMix64), so that a seed means the same for ever.
#[derive(Clone, Debug)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number from 0 up to 1, without 1.
    pub(super) fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        f64::from(u32::try_from(mixed >> 32).unwrap_or_default()) / (f64::from(u32::MAX) + 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_faults_at_the_rate_asked_for() {
        let faults =
            NetworkFaults { delay: Duration::from_millis(20), jitter: Duration::from_millis(10), loss: 0.1, seed: 5 };
        let run = || {
            let mut dice = Dice::new(faults.seed);
            (0..10_000).map(|_| faults.roll(&mut dice)).collect::<Vec<_>>()
        };
        let rolls = run();
        assert_eq!(rolls, run());
        let lost = rolls.iter().filter(|roll| roll.is_none()).count();
        assert!((900..1100).contains(&lost), "{lost} of 10000 lost");
        let delays = || rolls.iter().flatten();
        assert!(delays().all(|delay| (20..=30).contains(&delay.as_millis())));
        assert!(delays().max() > Some(&Duration::from_millis(29)));
    }
}
