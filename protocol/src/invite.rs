//! Codes that invite: with one of them, somebody may register at a server that takes no guests.

use std::fmt;

/// Letters of a code: no vowels, so that no words come of it, and nothing that looks like something else.
const LETTERS: &[u8; 24] = b"2346789BCDFGHJKMNPQRTVWX";
/// Letters of a code: 73 bits, which nobody guesses at twenty tries a minute.
const LENGTH: usize = 16;
/// Letters that stand together.
const GROUP: usize = 4;

/// A code, in its canonical form: capitals in groups, `BCDF-GHJK-MNPQ-RTVW`. Its `Debug` form does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct InviteCode(String);

impl InviteCode {
    /// The code that these random numbers make.
    #[must_use]
    pub fn draw(numbers: [u32; LENGTH]) -> Self {
        let letters = numbers.map(|number| char::from(LETTERS[number as usize % LETTERS.len()]));
        Self::grouped(&letters)
    }

    /// Reads a code as people write it, with or without dashes, or the link that has it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let code = text.rsplit_once("invite=").map_or(text, |(_, code)| code);
        let is_letter = |letter: &char| LETTERS.contains(&(*letter as u8)) && letter.is_ascii();
        let written =
            code.chars().filter(|letter| !matches!(letter, '-' | ' ')).map(|letter| letter.to_ascii_uppercase());
        let letters: Vec<char> = written.take(LENGTH + 1).collect();
        (letters.len() == LENGTH && letters.iter().all(is_letter)).then(|| Self::grouped(&letters))
    }

    fn grouped(letters: &[char]) -> Self {
        Self(letters.chunks(GROUP).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
    }

    /// The code as it is handed out.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for InviteCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InviteCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_was_copied() {
        let code = InviteCode::draw(std::array::from_fn(|number| number as u32 + 7));
        assert_eq!(code.as_str(), "BCDF-GHJK-MNPQ-RTVW");
        for text in [
            "BCDF-GHJK-MNPQ-RTVW",
            "bcdfghjkmnpqrtvw",
            " bcdf ghjk mnpq rtvw ",
            "hallway://talk.example:7443/?invite=BCDF-GHJK-MNPQ-RTVW",
        ] {
            assert_eq!(InviteCode::parse(text), Some(code.clone()), "{text}");
        }
        for text in ["", "BCDF", "BCDF-GHJK-MNPQ-RTVW-B", "BCDF-GHJK-MNPQ-RTVA", "BCDF-GHJK-MNPQ-RTV€", "?invite="] {
            assert_eq!(InviteCode::parse(text), None, "{text}");
        }
        assert_eq!(format!("{code:?}"), "InviteCode(…)");
    }
}
