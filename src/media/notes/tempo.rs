//! Plays sound faster without changing its pitch: waveform similarity overlap-add, as in W. Verhelst and M. Roelands, "An
//! overlap-add technique based on waveform similarity (WSOLA)", ICASSP 1993.
//!
//! Other than [`stretch`](crate::media::voice::stretch), which works off a few milliseconds where nobody hears it, this
//! keeps a pace in any sound: pieces are taken at the pace's distance, each from where it is most alike to what would
//! have followed the piece before, and blended into that.

/// Length of a piece, in samples: 15 ms. Two of them, which is what a piece and its blending span, hold at least two
/// periods of a voice.
pub const HOP: usize = 720;
/// How far from its place a piece may be taken, in samples: 10 ms each way, so that the lowest common voice finds its
/// period.
const SEEK: usize = 480;
/// The search goes over every eighth place and sample first, and over all places around what it found.
const COARSE: usize = 8;

/// The pace, and where it is in the sound.
#[derive(Debug)]
pub struct Tempo {
    speed: f64,
    /// Sound that is still needed, and where it begins in the whole.
    input: Vec<f32>,
    begin: u64,
    /// Where the next piece belongs.
    nominal: f64,
    /// Where the piece before goes on.
    natural: u64,
}

impl Tempo {
    /// From the sample `from` on, so many times as fast.
    #[must_use]
    pub fn new(from: u64, speed: f64) -> Self {
        Self { speed, input: Vec::new(), begin: from, nominal: from as f64, natural: from }
    }

    /// Which sample is played next.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.natural
    }

    /// How many samples more are needed for the next piece.
    #[must_use]
    pub fn missing(&self) -> usize {
        let needed = (self.natural as usize).max(self.nominal as usize + SEEK) + HOP + 1;
        needed.saturating_sub(self.begin as usize + self.input.len())
    }

    /// Takes the samples that come next.
    pub fn feed(&mut self, samples: &[f32]) {
        self.input.extend_from_slice(samples);
    }

    /// The next piece. What is [missing](Self::missing) must have been fed.
    pub fn piece(&mut self) -> [f32; HOP] {
        self.input.resize(self.input.len() + self.missing(), 0.0);
        let natural = (self.natural - self.begin) as usize;
        let chosen = if self.speed == 1.0 { natural } else { self.choose(natural) };
        let piece = std::array::from_fn(|n| {
            let share = 0.5 - 0.5 * ((n as f32 + 0.5) / HOP as f32 * std::f32::consts::PI).cos();
            let (old, new) = (self.input[natural + n], self.input[chosen + n]);
            old + (new - old) * share
        });
        self.natural = self.begin + (chosen + HOP) as u64;
        self.nominal = if self.speed == 1.0 { self.natural as f64 } else { self.nominal + HOP as f64 * self.speed };
        self.forget();
        piece
    }

    /// Where the sound is most alike to what would follow, near where the next piece belongs.
    fn choose(&self, natural: usize) -> usize {
        let nominal = self.nominal as usize - self.begin as usize;
        let (first, last) = (nominal.saturating_sub(SEEK), nominal + SEEK);
        let target = &self.input[natural..natural + HOP];
        let best = |places: &mut dyn Iterator<Item = usize>, step: usize| {
            places
                .map(|place| (likeness(target, &self.input[place..place + HOP], step), place))
                .max_by(|a, b| a.0.total_cmp(&b.0))
                .map_or(nominal, |(_, place)| place)
        };
        let rough = best(&mut (first..=last).step_by(COARSE), COARSE);
        best(&mut (rough.saturating_sub(COARSE - 1).max(first)..=(rough + COARSE - 1).min(last)), COARSE / 2)
    }

    fn forget(&mut self) {
        let needed = self.natural.min((self.nominal as u64).saturating_sub(SEEK as u64));
        let gone = (needed.saturating_sub(self.begin) as usize).min(self.input.len());
        self.input.drain(..gone);
        self.begin += gone as u64;
    }
}

/// Correlation of two pieces over every `step`-th sample, against the second one's size; 0.0 where that is silent.
fn likeness(a: &[f32], b: &[f32], step: usize) -> f32 {
    let (mut ab, mut bb) = (0.0, 0.0);
    for (a, b) in a.iter().zip(b).step_by(step) {
        ab += a * b;
        bb += b * b;
    }
    if bb > 0.0 { ab / f32::sqrt(bb) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn voiced(hertz: f32, samples: usize) -> Vec<f32> {
        let wave = |n: usize| {
            let phase = hertz * n as f32 / 48_000.0 * std::f32::consts::TAU;
            (1..8).map(|k| (phase * k as f32).sin() / k as f32).sum::<f32>() * 0.3
        };
        (0..samples).map(wave).collect()
    }

    fn played(sound: &[f32], speed: f64) -> Vec<f32> {
        let (mut tempo, mut fed, mut out) = (Tempo::new(0, speed), 0, Vec::new());
        while (tempo.position() as usize) < sound.len() {
            let end = (fed + tempo.missing()).min(sound.len());
            tempo.feed(&sound[fed..end]);
            fed = end;
            out.extend(tempo.piece());
        }
        out
    }

    fn mean_period(sound: &[f32]) -> f32 {
        let crossings: Vec<usize> = (1..sound.len()).filter(|&n| sound[n - 1] < 0.0 && sound[n] >= 0.0).collect();
        (crossings[crossings.len() - 1] - crossings[0]) as f32 / (crossings.len() - 1) as f32
    }

    #[test]
    fn at_its_own_pace_sound_is_left_as_it_is() {
        let sound = voiced(123.0, 20_000);
        assert!(played(&sound, 1.0)[..sound.len()] == sound);
    }

    #[test]
    fn a_voice_gets_faster_and_keeps_its_pitch() {
        for hertz in [95.0, 120.0, 180.0, 260.0] {
            let sound = voiced(hertz, 96_000);
            let step = |sound: &[f32]| sound.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
            for speed in [1.5, 2.0] {
                let faster = played(&sound, speed);
                let ratio = sound.len() as f64 / faster.len() as f64;
                assert!((ratio / speed - 1.0).abs() < 0.03, "{ratio} times as fast instead of {speed}");
                // The end is blended into silence.
                let inner = &faster[..faster.len() - 3 * HOP];
                assert!((mean_period(inner) - 48_000.0 / hertz).abs() < 2.0, "{hertz} Hz changes its pitch");
                assert!(step(inner) < 1.3 * step(&sound), "{hertz} Hz clicks");
            }
        }
    }

    proptest! {
        #[test]
        fn any_sound_ends_in_its_time(hertz in 60.0f32..400.0, samples in 0usize..30_000, speed in 0.5f64..3.0) {
            let out = played(&voiced(hertz, samples), speed);
            let wanted = samples as f64 / speed;
            prop_assert!((out.len() as f64 - wanted).abs() <= 3.0 * HOP as f64, "{} for {wanted}", out.len());
        }
    }
}
