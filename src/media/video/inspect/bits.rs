//! Bits and exp-Golomb numbers of a NAL unit's content.

/// Reads bits, the highest first, leaving out the bytes that only keep start codes apart.
#[derive(Clone, Debug)]
pub struct BitReader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Bits of `bytes[at]` that were read.
    bit: u32,
    zeros: u32,
}

impl<'a> BitReader<'a> {
    /// At the first bit after the NAL unit's header byte.
    #[must_use]
    pub fn new(content: &'a [u8]) -> Self {
        let mut reader = Self { bytes: content, at: 0, bit: 0, zeros: 0 };
        reader.settle();
        reader
    }

    /// The next bit; `None` at the end.
    pub fn bit(&mut self) -> Option<bool> {
        let byte = *self.bytes.get(self.at)?;
        let bit = byte >> (7 - self.bit) & 1 != 0;
        self.bit += 1;
        if self.bit == 8 {
            self.zeros = if byte == 0 { self.zeros + 1 } else { 0 };
            (self.at, self.bit) = (self.at + 1, 0);
            self.settle();
        }
        Some(bit)
    }

    /// The next `count` bits as a number, at most 32.
    pub fn bits(&mut self, count: u32) -> Option<u32> {
        (0..count).try_fold(0u32, |number, _| Some(number << 1 | u32::from(self.bit()?)))
    }

    /// An unsigned exp-Golomb number. `None` also for those that don't fit 32 bits.
    pub fn unsigned(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while !self.bit()? {
            zeros += 1;
            if zeros > 31 {
                return None;
            }
        }
        Some((1u32 << zeros) - 1 + self.bits(zeros)?)
    }

    /// A signed exp-Golomb number.
    pub fn signed(&mut self) -> Option<i32> {
        let number = i64::from(self.unsigned()?);
        let half = (number + 1) / 2;
        i32::try_from(if number % 2 == 0 { -half } else { half }).ok()
    }

    /// Steps over a 3 that follows two zeros.
    fn settle(&mut self) {
        if self.zeros >= 2 && self.bytes.get(self.at) == Some(&3) {
            (self.at, self.zeros) = (self.at + 1, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Writes bits and exp-Golomb numbers, with the bytes that keep start codes apart.
    fn written(numbers: &[u32]) -> Vec<u8> {
        let mut bits = Vec::new();
        for number in numbers {
            let one_more = u64::from(*number) + 1;
            let length = 64 - one_more.leading_zeros();
            bits.extend(std::iter::repeat_n(false, length as usize - 1));
            bits.extend((0..length).rev().map(|at| one_more >> at & 1 != 0));
        }
        bits.push(true);
        let mut bytes: Vec<u8> = Vec::new();
        for byte in bits.chunks(8) {
            let byte = byte.iter().enumerate().fold(0, |sum, (at, bit)| sum | u8::from(*bit) << (7 - at));
            if bytes.ends_with(&[0, 0]) && byte <= 3 {
                bytes.push(3);
            }
            bytes.push(byte);
        }
        bytes
    }

    proptest! {
        #[test]
        fn numbers_are_read_as_they_were_written(numbers in proptest::collection::vec(
            prop_oneof![0u32..10, Just(u32::MAX - 1), any::<u32>().prop_map(|number| number / 2)], 0..40)) {
            let bytes = written(&numbers);
            let mut reader = BitReader::new(&bytes);
            for number in numbers {
                prop_assert_eq!(reader.unsigned(), Some(number));
            }
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(prop_oneof![Just(0u8), Just(3), any::<u8>()], 0..64)) {
            let mut reader = BitReader::new(&bytes);
            while reader.signed().is_some() {}
            let mut reader = BitReader::new(&bytes);
            while reader.bits(32).is_some() {}
        }
    }

    #[test]
    fn signed_numbers_alternate() {
        let bytes = written(&[0, 1, 2, 3, 4]);
        let mut reader = BitReader::new(&bytes);
        let numbers: Vec<i32> = std::iter::from_fn(|| reader.signed()).take(5).collect();
        assert_eq!(numbers, [0, 1, -1, 2, -2]);
    }
}
