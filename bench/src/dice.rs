//! Numbers by chance that a seed makes the same for ever.

/// A small generator of our own (SplitMix64): another version of a library must not change what a seed means.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Dice that fall as the seed says.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number from 0 up to 1, without 1.
    pub fn roll(&mut self) -> f64 {
        // The upper 53 bits: as many as a double holds.
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Dice of their own for a part of something bigger, such as one direction of one client's link.
    #[must_use]
    pub fn split(&mut self) -> Self {
        Self(self.next())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_spread_evenly_and_the_same_for_a_seed() {
        let rolls = |seed| {
            let mut dice = Dice::new(seed);
            std::iter::repeat_with(move || dice.roll()).take(100_000).collect::<Vec<_>>()
        };
        let numbers = rolls(7);
        assert_eq!(numbers, rolls(7));
        assert_ne!(numbers, rolls(8));
        for tenth in 0..10 {
            let range = f64::from(tenth) / 10.0..f64::from(tenth + 1) / 10.0;
            let count = numbers.iter().filter(|number| range.contains(number)).count();
            assert!(count.abs_diff(10_000) < 500, "{count} of 100000 in {range:?}");
        }
    }
}
