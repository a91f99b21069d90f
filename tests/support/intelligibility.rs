//! How much of what was said can still be understood: short-time objective intelligibility (STOI).
//!
//! After C. H. Taal, R. C. Hendriks, R. Heusdens, J. Jensen, "An Algorithm for Intelligibility Prediction of
//! Time-Frequency Weighted Noisy Speech", IEEE Transactions on Audio, Speech and Language Processing 19(7), 2011.
//! Written from the paper's definition.

#![allow(dead_code, reason = "each test uses its own part")]

use realfft::{RealFftPlanner, num_complex::Complex};
use rubato::{Fft, FixedSync, Resampler, audioadapter_buffers::direct::InterleavedSlice};

/// The rate at which the measure is defined, in hertz.
const RATE_HZ: u32 = 10_000;
/// Samples of one frame: 25.6 ms.
const FRAME: usize = 256;
/// Samples from one frame to the next: half a frame.
const HOP: usize = FRAME / 2;
/// Length of the transform; frames are padded with zeros.
const TRANSFORM: usize = 512;
/// Third-octave bands.
const BANDS: usize = 15;
/// Centre of the lowest band, in hertz.
const LOWEST_BAND_HZ: f32 = 150.0;
/// Frames of one segment: 384 ms, the span over which the ear is taken to integrate.
const SEGMENT: usize = 30;
/// Lowest signal-to-distortion ratio that counts, in dB: below it a piece of speech is lost, and more noise changes
/// nothing.
const LOWEST_SDR_DB: f32 = -15.0;
/// Frames so far below the loudest clean frame are pauses, in dB.
const DYNAMIC_RANGE_DB: f32 = 40.0;

/// The measure for `received` against `clean`, both at `rate` hertz and aligned sample by sample: 1.0 is as clean,
/// about 0.6 is hard to follow, below 0.4 is not understood.
pub(crate) fn stoi(clean: &[f32], received: &[f32], rate: u32) -> f32 {
    let len = clean.len().min(received.len());
    let (clean, received) = (at_10_khz(&clean[..len], rate), at_10_khz(&received[..len], rate));
    let (clean, received) = without_pauses(&clean, &received);
    let (clean, received) = (band_envelopes(&clean), band_envelopes(&received));
    let frames = clean.len().min(received.len());
    assert!(frames >= SEGMENT, "too little speech to judge: {frames} frames");
    let mut sum = 0.0;
    for start in 0..=frames - SEGMENT {
        for band in 0..BANDS {
            let segment = |envelopes: &[[f32; BANDS]]| -> [f32; SEGMENT] {
                std::array::from_fn(|frame| envelopes[start + frame][band])
            };
            sum += intermediate(&segment(&clean), &segment(&received));
        }
    }
    sum / ((frames - SEGMENT + 1) * BANDS) as f32
}

/// Section II-A: the measure is defined on 10 kHz, which holds all that matters to intelligibility.
fn at_10_khz(samples: &[f32], rate: u32) -> Vec<f32> {
    if rate == RATE_HZ {
        return samples.to_vec();
    }
    let mut resampler = Fft::<f32>::new(rate as usize, RATE_HZ as usize, 1024, 1, FixedSync::Input).unwrap();
    let input = InterleavedSlice::new(samples, 1, samples.len()).unwrap();
    resampler.process_all(&input, samples.len(), None).unwrap().take_data()
}

/// The window of every frame. Without its zeros at the ends, so that every sample counts.
fn hann() -> [f32; FRAME] {
    std::array::from_fn(|n| 0.5 - 0.5 * (std::f32::consts::TAU * (n + 1) as f32 / (FRAME + 1) as f32).cos())
}

fn frames(samples: &[f32]) -> impl Iterator<Item = [f32; FRAME]> {
    let window = hann();
    samples.windows(FRAME).step_by(HOP).map(move |frame| std::array::from_fn(|n| frame[n] * window[n]))
}

/// Section II-A: frames in which the clean speech pauses say nothing about intelligibility. They are cut out of both
/// signals, which are put together again by overlap and add.
fn without_pauses(clean: &[f32], received: &[f32]) -> (Vec<f32>, Vec<f32>) {
    let level_db = |frame: &[f32; FRAME]| 10.0 * (frame.iter().map(|s| s * s).sum::<f32>() + 1e-12).log10();
    let levels: Vec<f32> = frames(clean).map(|frame| level_db(&frame)).collect();
    let loudest = levels.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let kept = |signal: &[f32]| {
        let kept = frames(signal).zip(&levels).filter(|(_, level)| **level > loudest - DYNAMIC_RANGE_DB);
        let mut out = Vec::new();
        for (n, (frame, _)) in kept.enumerate() {
            out.resize(n * HOP + FRAME, 0.0);
            out[n * HOP..].iter_mut().zip(frame).for_each(|(sum, sample)| *sum += sample);
        }
        out
    };
    (kept(clean), kept(received))
}

/// Equation 1: for each frame, the norm of the spectrum within each third-octave band.
fn band_envelopes(samples: &[f32]) -> Vec<[f32; BANDS]> {
    let transform = RealFftPlanner::<f32>::new().plan_fft_forward(TRANSFORM);
    let edges: [(usize, usize); BANDS] = std::array::from_fn(|band| {
        let centre = LOWEST_BAND_HZ * 2f32.powf(band as f32 / 3.0);
        let bin = |hertz: f32| (hertz * TRANSFORM as f32 / RATE_HZ as f32).round() as usize;
        (bin(centre * 2f32.powf(-1.0 / 6.0)), bin(centre * 2f32.powf(1.0 / 6.0)))
    });
    let mut spectrum = vec![Complex::default(); TRANSFORM / 2 + 1];
    let envelopes = frames(samples).map(|frame| {
        let mut padded = vec![0.0; TRANSFORM];
        padded[..FRAME].copy_from_slice(&frame);
        transform.process(&mut padded, &mut spectrum).unwrap();
        edges.map(|(low, high)| spectrum[low..high].iter().map(Complex::norm_sqr).sum::<f32>().sqrt())
    });
    envelopes.collect()
}

/// Equations 3 to 5: the received envelope is brought to the clean one's energy, clipped where its distortion exceeds
/// [`LOWEST_SDR_DB`], and correlated with the clean one.
fn intermediate(clean: &[f32; SEGMENT], received: &[f32; SEGMENT]) -> f32 {
    let norm = |values: &[f32]| values.iter().map(|value| value * value).sum::<f32>().sqrt();
    let gain = norm(clean) / (norm(received) + f32::EPSILON);
    let ceiling = 1.0 + 10f32.powf(-LOWEST_SDR_DB / 20.0);
    let clipped: [f32; SEGMENT] = std::array::from_fn(|n| (gain * received[n]).min(clean[n] * ceiling));
    correlation(clean, &clipped)
}

/// Correlation of two signals of the same length, each without its mean; 0.0 for a constant.
pub(crate) fn correlation(a: &[f32], b: &[f32]) -> f32 {
    let mean = |values: &[f32]| values.iter().sum::<f32>() / values.len() as f32;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut ab, mut aa, mut bb) = (0.0f64, 0.0f64, 0.0f64);
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (f64::from(a - mean_a), f64::from(b - mean_b));
        (ab, aa, bb) = (ab + a * b, aa + a * a, bb + b * b);
    }
    if aa * bb == 0.0 { 0.0 } else { (ab / (aa * bb).sqrt()) as f32 }
}

/// The position in `received` at which `clean` begins, both at `rate` hertz: first to 5 ms by the envelopes, then to
/// the sample by the waveforms.
pub(crate) fn best_alignment(clean: &[f32], received: &[f32], rate: u32) -> usize {
    let step = (rate / 200) as usize;
    let envelope = |signal: &[f32]| -> Vec<f32> {
        signal.chunks(step).map(|part| (part.iter().map(|s| s * s).sum::<f32>() / part.len() as f32).sqrt()).collect()
    };
    let (clean_envelope, received_envelope) = (envelope(clean), envelope(received));
    let rough = step * best_lag(&clean_envelope, &received_envelope, 0..received_envelope.len());
    let part = &clean[..clean.len().min(rate as usize)];
    best_lag(part, received, rough.saturating_sub(2 * step)..rough + 2 * step)
}

/// How alike `part` is to what is most alike to it within `received`, at the lags given: 1.0 is the same.
pub(crate) fn best_likeness(part: &[f32], received: &[f32], lags: std::ops::Range<usize>) -> f32 {
    let lag = best_lag(part, received, lags);
    received.get(lag..lag + part.len()).map_or(0.0, |found| correlation(part, found))
}

/// What was received, from where `clean` begins, with its delay taken out wherever it changes: a listener whose buffer
/// adapts plays faster and slower, which nobody hears and [`stoi`] would take for distortion; where a machine stood
/// still, all that follows comes later, and only the gap is a fault. Both at `rate` hertz.
pub(crate) fn followed(clean: &[f32], received: &[f32], rate: u32) -> Vec<f32> {
    let piece = (rate / 4) as usize;
    let leeways = [rate / 50, rate / 2].map(|leeway| leeway as usize);
    let mut lag = best_alignment(clean, received, rate);
    let mut out = Vec::with_capacity(clean.len());
    for start in (0..clean.len()).step_by(piece) {
        let part = &clean[start..clean.len().min(start + piece)];
        // Silence is as like to one place as to another.
        let found = leeways.iter().find_map(|leeway| {
            let found = best_lag_near(part, received, start + lag, *leeway);
            (correlation(part, &padded(received, found, part.len())) > 0.5).then_some(found)
        });
        lag = found.map_or(lag, |found| found.saturating_sub(start));
        out.extend(padded(received, start + lag, part.len()));
    }
    out
}

/// The lag with the highest correlation around `expected`: by every fourth sample first, then to the sample.
fn best_lag_near(part: &[f32], received: &[f32], expected: usize, leeway: usize) -> usize {
    const COARSE: usize = 4;
    let begin = expected.saturating_sub(leeway);
    let window = padded(received, begin, part.len() + 2 * leeway);
    let every = |signal: &[f32]| -> Vec<f32> { signal.iter().step_by(COARSE).copied().collect() };
    let rough = COARSE * best_lag(&every(part), &every(&window), 0..2 * leeway / COARSE);
    begin + best_lag(part, &window, rough.saturating_sub(COARSE)..rough + COARSE)
}

/// A piece of a signal; where it ends, silence follows.
fn padded(signal: &[f32], start: usize, len: usize) -> Vec<f32> {
    let mut part: Vec<f32> = signal.iter().skip(start).take(len).copied().collect();
    part.resize(len, 0.0);
    part
}

/// The lag with the highest correlation; where `signal` ends, silence follows.
fn best_lag(pattern: &[f32], signal: &[f32], lags: std::ops::Range<usize>) -> usize {
    let score = |lag: usize| correlation(pattern, &padded(signal, lag, pattern.len()));
    lags.map(|lag| (score(lag), lag)).max_by(|a, b| a.0.total_cmp(&b.0)).map_or(0, |(_, lag)| lag)
}
