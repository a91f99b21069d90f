//! What is said: made-up words, of which some are everywhere and most are rare, as in any language; now and then in an
//! East Asian script.

use hallway_bench::dice::Dice;

/// Words of the language.
const WORDS: usize = 4000;
/// Characters of the other one, from the beginning of the CJK block on.
const CHARACTERS: u32 = 1500;
/// A word that stands in one of [`RARELY`] messages; the others that are looked for do so likewise.
pub(super) const RARE: &str = "zugzwang";
const RARELY: usize = 5000;

/// The source of texts.
pub(super) struct Texts {
    dice: Dice,
    words: Vec<String>,
    told: usize,
}

impl Texts {
    pub(super) fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed ^ 0x5EED);
        let mut words: Vec<String> = ["kamora", "of", "tulek"].map(str::to_owned).to_vec();
        words.extend((0..WORDS).map(|_| word(&mut dice)));
        Self { dice, words, told: 0 }
    }

    /// The next text.
    pub(super) fn next(&mut self) -> String {
        self.told += 1;
        let special = match self.told % RARELY {
            1 => Some(RARE),
            2 => Some("qx"),
            3 => Some("今天天气很好"),
            _ => None,
        };
        let text = if self.dice.roll() < 0.05 { self.characters() } else { self.sentence() };
        special.map_or_else(|| text.clone(), |special| format!("{text} {special}"))
    }

    fn sentence(&mut self) -> String {
        let length = 2 + (self.dice.roll() * 18.0) as usize;
        let words: Vec<&str> = (0..length)
            .map(|_| {
                // Cubed, so that the first words are many and the last ones few.
                let place = self.dice.roll().powi(3) * self.words.len() as f64;
                self.words[place as usize].as_str()
            })
            .collect();
        words.join(" ")
    }

    fn characters(&mut self) -> String {
        let length = 4 + (self.dice.roll() * 30.0) as usize;
        (0..length).filter_map(|_| char::from_u32(0x4E00 + (self.dice.roll() * f64::from(CHARACTERS)) as u32)).collect()
    }
}

/// A word of syllables. None has a Q in it, so that what is looked for with one is rare.
fn word(dice: &mut Dice) -> String {
    const CONSONANTS: &[u8] = b"bcdfghjklmnprstvwz";
    const VOWELS: &[u8] = b"aeiou";
    let mut pick = |letters: &[u8]| char::from(letters[(dice.roll() * letters.len() as f64) as usize]);
    let syllables = 1 + (pick(b"0123") as usize - '0' as usize);
    (0..syllables).flat_map(|_| [pick(CONSONANTS), pick(VOWELS)]).chain(['n']).collect()
}
