//! Finding a sound in another one.

use anyhow::{Result, bail};
use realfft::RealFftPlanner;

/// Where in `signal` a pattern is, and how surely: 1.0 is the same but for its loudness, 0.0 has nothing to do with it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Match {
    /// Place of the pattern's first sample.
    pub(crate) place: usize,
    /// Correlation coefficient there.
    pub(crate) likeness: f32,
}

/// The best place for the whole pattern within `signal`.
pub(crate) fn find(pattern: &[f32], signal: &[f32]) -> Result<Option<Match>> {
    if pattern.is_empty() || signal.len() < pattern.len() {
        return Ok(None);
    }
    let scores = correlate(pattern, signal)?;
    let places = signal.len() - pattern.len() + 1;
    let best = (0..places).max_by(|a, b| scores[*a].total_cmp(&scores[*b]));
    Ok(best.map(|place| {
        let norm = |samples: &[f32]| samples.iter().map(|sample| sample * sample).sum::<f32>().sqrt();
        let norms = norm(pattern) * norm(&signal[place..place + pattern.len()]);
        Match { place, likeness: if norms > 0.0 { scores[place] / norms } else { 0.0 } }
    }))
}

/// The sum of products of the pattern and the signal, for each place of the pattern's first sample in the signal. Where
/// the signal ends, silence follows.
pub(crate) fn correlate(pattern: &[f32], signal: &[f32]) -> Result<Vec<f32>> {
    let len = (pattern.len() + signal.len()).next_power_of_two();
    let mut planner = RealFftPlanner::<f32>::new();
    let (forward, inverse) = (planner.plan_fft_forward(len), planner.plan_fft_inverse(len));
    let spectrum = |samples: &[f32]| -> Result<_> {
        let mut padded = samples.to_vec();
        padded.resize(len, 0.0);
        let mut spectrum = forward.make_output_vec();
        if let Err(error) = forward.process(&mut padded, &mut spectrum) {
            bail!("a spectrum can't be computed: {error}");
        }
        Ok(spectrum)
    };
    let (pattern, mut product) = (spectrum(pattern)?, spectrum(signal)?);
    for (signal, pattern) in product.iter_mut().zip(pattern) {
        *signal *= pattern.conj();
    }
    let mut scores = inverse.make_output_vec();
    if let Err(error) = inverse.process(&mut product, &mut scores) {
        bail!("a correlation can't be computed: {error}");
    }
    scores.truncate(signal.len());
    scores.iter_mut().for_each(|score| *score /= len as f32);
    Ok(scores)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hallway_bench::dice::Dice;

    fn noise(seed: u64, len: usize) -> Vec<f32> {
        let mut dice = Dice::new(seed);
        std::iter::repeat_with(|| dice.roll() as f32 - 0.5).take(len).collect()
    }

    #[test]
    fn a_pattern_is_found_at_its_place_whatever_its_loudness() {
        let pattern = noise(1, 500);
        for place in [0, 777, 4500] {
            let mut signal: Vec<f32> = noise(2, 5000).iter().map(|sample| sample * 0.01).collect();
            signal[place..place + 500].iter_mut().zip(&pattern).for_each(|(sum, sample)| *sum += 0.2 * sample);
            let found = find(&pattern, &signal).unwrap().unwrap();
            assert_eq!(found.place, place);
            assert!(found.likeness > 0.99, "{found:?}");
        }
    }

    #[test]
    fn what_is_not_there_is_unlike() {
        assert!(find(&noise(1, 500), &noise(2, 5000)).unwrap().unwrap().likeness < 0.3);
        assert_eq!(find(&noise(1, 500), &[0.0; 5000]).unwrap().unwrap().likeness, 0.0);
        assert_eq!(find(&noise(1, 500), &noise(1, 499)).unwrap(), None);
    }
}
