//! Short chirps whose way from mouth to ear is measured.

use super::{RATE_HZ, correlation, samples_of_ms};
use anyhow::Result;
use hallway_bench::dice::Dice;
use std::{f32::consts::PI, ops::Range};

/// Length of a chirp: some packets of voice, so that codecs take it for sound and not for a click.
const CHIRP: usize = samples_of_ms(40);
/// Where in hertz a chirp begins and ends: the band in which voices are coded best.
const BAND_HZ: [f32; 2] = [400.0, 3200.0];
/// Peak of a chirp.
const PEAK: f32 = 0.5;
/// Longest way that is looked for. Chirps are farther apart, so that none is taken for its successor.
const LONGEST: usize = samples_of_ms(400);
/// The same in milliseconds.
pub(crate) const LONGEST_MS: f64 = 400.0;
/// Shortest pause between the end of a chirp and the beginning of the next.
const PAUSE: usize = samples_of_ms(420);
/// By how much pauses vary at most: more than a packet of voice, so that chirps fall anywhere into packets.
const VARIES: usize = samples_of_ms(40);
/// How like a chirp what is heard must be.
const LIKE: f32 = 0.5;

/// What came of the chirps that began in some part of a tape.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Ways {
    /// For each that was heard, how long it took, in milliseconds.
    pub(crate) ms: Vec<f64>,
    /// How many were not recognised.
    pub(crate) unheard: usize,
}

impl Ways {
    /// Adds those of another part.
    pub(crate) fn add(&mut self, other: Self) {
        self.ms.extend(other.ms);
        self.unheard += other.unheard;
    }
}

/// One chirp: rising, and without edges.
pub(crate) fn chirp() -> Vec<f32> {
    let [low, high] = BAND_HZ;
    let seconds = CHIRP as f32 / RATE_HZ as f32;
    let sample = |n: usize| {
        let at = n as f32 / RATE_HZ as f32;
        let phase = 2.0 * PI * (low * at + (high - low) / (2.0 * seconds) * at * at);
        let window = 0.5 - 0.5 * (2.0 * PI * n as f32 / CHIRP as f32).cos();
        PEAK * window * phase.sin()
    };
    (0..CHIRP).map(sample).collect()
}

/// So many chirps with pauses of chance lengths.
pub(crate) fn train(count: usize, seed: u64) -> Vec<f32> {
    let mut dice = Dice::new(seed);
    let mut train = vec![];
    for _ in 0..count {
        train.extend(chirp());
        let pause = PAUSE + (dice.roll() * VARIES as f64) as usize;
        train.resize(train.len() + pause, 0.0);
    }
    train
}

/// How long the chirps that begin within `part` take from mouth to ear.
pub(crate) fn ways(mouth: &[f32], ear: &[f32], part: Range<usize>) -> Result<Ways> {
    let chirp = chirp();
    let energy: f32 = chirp.iter().map(|sample| sample * sample).sum();
    let end = part.end.min(mouth.len());
    let begin = part.start.min(end);
    let spoken = correlation::correlate(&chirp, &mouth[begin..end])?;
    let mut ways = Ways::default();
    let mut place = 0;
    while place < spoken.len() {
        // What is played into the mouth comes unchanged, so that a chirp scores its own energy there.
        if spoken[place] < 0.9 * energy {
            place += 1;
            continue;
        }
        let peak = place + highest(&spoken[place..spoken.len().min(place + CHIRP)]);
        let at = begin + peak;
        if let Some(heard) = ear.get(at..at + LONGEST + CHIRP) {
            match correlation::find(&chirp, heard)? {
                Some(found) if found.likeness >= LIKE => ways.ms.push(super::ms(found.place)),
                _ => ways.unheard += 1,
            }
        }
        place = peak + CHIRP;
    }
    Ok(ways)
}

fn highest(scores: &[f32]) -> usize {
    (0..scores.len()).max_by(|a, b| scores[*a].total_cmp(&scores[*b])).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An ear that hears the mouth so much later, and softer.
    fn later(mouth: &[f32], ms: usize) -> Vec<f32> {
        let silence = std::iter::repeat_n(0.0, samples_of_ms(ms));
        silence.chain(mouth.iter().map(|sample| 0.3 * sample)).collect()
    }

    #[test]
    fn each_chirp_s_way_is_measured_to_the_sample() {
        let mouth = train(20, 1);
        for ms in [0, 17, 390] {
            let ways = ways(&mouth, &later(&mouth, ms + 500)[samples_of_ms(500)..], 0..mouth.len()).unwrap();
            assert!(ways.ms.len() >= 19, "{ways:?}");
            assert!(ways.ms.iter().all(|way| *way == ms as f64), "{ms}: {ways:?}");
            assert_eq!(ways.unheard, 0);
        }
    }

    #[test]
    fn chirps_that_are_not_heard_are_counted_and_others_left_alone() {
        let mouth = train(10, 2);
        let mut ear = later(&mouth, 50);
        let third = train(3, 2).len();
        ear[..third].fill(0.0);
        let ways = ways(&mouth, &ear, 0..train(5, 2).len()).unwrap();
        assert_eq!((ways.ms, ways.unheard), (vec![50.0; 2], 3));
    }

    #[test]
    fn chirps_come_at_all_places_of_a_packet() {
        let packet = samples_of_ms(20);
        let mut starts: Vec<usize> = (0..100).map(|count| train(count, 3).len() % packet).collect();
        starts.sort_unstable();
        let widest = starts.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap();
        assert!(widest < packet / 8, "{widest} samples of {packet} without a chirp");
    }
}
