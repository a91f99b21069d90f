//! Bytes written as hex digits, as the front desk sends tokens and secrets.

/// The bytes of an even number of hex digits; `None` for anything else.
#[must_use]
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.chars().map(|c| c.to_digit(16).map(|digit| digit as u8)).collect::<Option<_>>()?;
    let (pairs, []) = digits.as_chunks::<2>() else { return None };
    Some(pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_of_digits_are_bytes_and_nothing_else_is() {
        assert_eq!(decode("00fFa5"), Some(vec![0, 255, 0xa5]));
        assert_eq!(decode(""), Some(vec![]));
        for text in ["0", "0g", "é0", "0 0"] {
            assert_eq!(decode(text), None);
        }
    }
}
