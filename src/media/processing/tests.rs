use super::*;
use crate::media::voice::{
    frames::{FRAME_SAMPLES, SAMPLE_RATE_HZ},
    level::{dbfs, rms},
};
use std::f32::consts::TAU;

const SECOND: usize = SAMPLE_RATE_HZ as usize;

const NOTHING: Processing = Processing { noise_suppression: false, automatic_level: false, echo_cancellation: false };
const NOISE: Processing = Processing { noise_suppression: true, ..NOTHING };
const LEVEL: Processing = Processing { automatic_level: true, ..NOTHING };
const ECHO: Processing = Processing { echo_cancellation: true, ..NOTHING };

/// White noise of this RMS, the same each time.
fn noise(samples: usize, level_dbfs: f32, seed: u32) -> Vec<f32> {
    let mut state = seed;
    let scale = 10f32.powf(level_dbfs / 20.0) * 3f32.sqrt();
    let uniform = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        scale * ((state >> 8) as f32 / (1 << 23) as f32 - 1.0)
    };
    std::iter::repeat_with(uniform).take(samples).collect()
}

/// Something like speech: harmonics of a gliding pitch under wandering formants, in syllables and words.
fn speech(samples: usize) -> Vec<f32> {
    let rate = SAMPLE_RATE_HZ as f32;
    let mut phase = 0.0f32;
    let sample = |n: usize| {
        let t = n as f32 / rate;
        let pitch = 130.0 + 30.0 * (t * 2.3).sin();
        phase = (phase + pitch / rate).fract();
        let formant = 900.0 + 600.0 * (t * 5.1).sin();
        let voice: f32 = (1..24)
            .map(|k| {
                let distance = (k as f32 * pitch - formant) / 400.0;
                (phase * TAU * k as f32).sin() * (0.1 + (-distance * distance).exp())
            })
            .sum();
        let syllable = (t * 4.0 * TAU).sin().max(0.0).sqrt();
        let word = if t % 1.3 < 1.0 { 1.0 } else { 0.0 };
        0.1 * voice * syllable * word
    };
    (0..samples).map(sample).collect()
}

fn sum(a: &[f32], b: &[f32]) -> Vec<f32> {
    a.iter().zip(b).map(|(a, b)| a + b).collect()
}

fn run(processor: &mut Processor, sound: &[f32]) -> Vec<f32> {
    let frames = sound.as_chunks::<FRAME_SAMPLES>().0.iter();
    frames
        .flat_map(|frame| {
            let mut frame = *frame;
            processor.process(&mut frame);
            frame
        })
        .collect()
}

fn level(sound: &[f32]) -> f32 {
    dbfs(rms(sound))
}

#[test]
fn steady_noise_goes_down_by_ten_decibels_and_speech_stays() {
    let mut processor = Processor::new(NOISE);
    let (noise, speech) = (noise(6 * SECOND, -45.0, 1), speech(6 * SECOND));
    let quieter = run(&mut processor, &noise);
    let less = level(&noise[4 * SECOND..]) - level(&quieter[4 * SECOND..]);
    assert!(less >= 10.0, "{less:.1} dB less noise");
    let heard = run(&mut processor, &sum(&speech, &noise));
    let change = level(&heard[SECOND..]) - level(&speech[SECOND..]);
    assert!(change.abs() < 3.0, "speech changed by {change:.1} dB");
}

#[test]
fn the_first_fifty_milliseconds_are_heard_because_the_room_is_known() {
    let room = noise(SECOND, -50.0, 1);
    let mut ambience = Ambience::default();
    ambience.hear(&room);
    let mut processor = Processor::new(Processing::default());
    processor.begin(&ambience);
    let delay = processor.delay_samples() as usize;
    assert!((1..=480).contains(&delay), "{delay} samples of delay");
    // Loud from its first sample on.
    let said = sum(&speech(SECOND)[1000..], &noise(SECOND, -50.0, 2));
    let heard = run(&mut processor, &said);
    let head = level(&heard[delay..][..2400]) - level(&said[..2400]);
    assert!(head > -6.0, "the head came at {head:.1} dB");
}

#[test]
fn the_delay_is_what_it_says() {
    for settings in [NOTHING, NOISE, LEVEL, ECHO, Processing { noise_suppression: true, ..ECHO }] {
        let mut processor = Processor::new(settings);
        let said = speech(3 * SECOND);
        let heard = run(&mut processor, &said);
        let correlation = |delay: usize| -> f32 {
            said[SECOND..2 * SECOND].iter().zip(&heard[SECOND + delay..]).map(|(a, b)| a * b).sum()
        };
        let best = (0..1000).max_by(|a, b| correlation(*a).total_cmp(&correlation(*b))).unwrap();
        // Filters shift some frequencies more than others: a millisecond is as near as this measure comes.
        assert!(best.abs_diff(processor.delay_samples() as usize) < 48, "{settings:?}: {best} samples");
    }
}

#[test]
fn in_a_quiet_room_the_suppressor_rests() {
    let mut ambience = Ambience::default();
    ambience.hear(&vec![0.0; SECOND]);
    let mut processor = Processor::new(NOISE);
    processor.begin(&ambience);
    assert_eq!(processor.delay_samples(), 0);
    let said = speech(SECOND);
    assert_eq!(run(&mut processor, &said), said);
    ambience.hear(&noise(SECOND, -50.0, 1));
    processor.begin(&ambience);
    assert_ne!(processor.delay_samples(), 0);
}

#[test]
fn quiet_people_are_made_louder_and_loud_ones_do_not_clip() {
    let quiet: Vec<f32> = speech(10 * SECOND).iter().map(|sample| 0.1 * sample).collect();
    let heard = run(&mut Processor::new(LEVEL), &quiet);
    let gain = level(&heard[8 * SECOND..]) - level(&quiet[8 * SECOND..]);
    assert!((3.0..25.0).contains(&gain), "made louder by {gain:.1} dB");
    let loud: Vec<f32> = speech(3 * SECOND).iter().map(|sample| 4.0 * sample).collect();
    assert!(run(&mut Processor::new(LEVEL), &loud).iter().all(|sample| sample.abs() <= 1.0));
}

#[test]
fn an_echo_of_the_speaker_goes_down_by_twenty_decibels() {
    let mut processor = Processor::new(ECHO);
    processor.set_echo_delay(Duration::from_millis(60));
    let played = speech(8 * SECOND);
    // The way through the air: 60 ms, and a reflection that comes later and softer.
    let tap = |n: usize, delay: usize| n.checked_sub(delay).map_or(0.0, |at| played[at]);
    let echo: Vec<f32> = (0..played.len()).map(|n| 0.4 * tap(n, 2880) + 0.1 * tap(n, 3900)).collect();
    // What was played while nobody listened is no echo of anything.
    processor.hear_speaker(&noise(SECOND / 2, -20.0, 3));
    processor.begin(&Ambience::default());
    let mut heard = Vec::new();
    for (played, echo) in played.chunks_exact(FRAME_SAMPLES).zip(echo.as_chunks::<FRAME_SAMPLES>().0) {
        processor.hear_speaker(played);
        let mut frame = *echo;
        processor.process(&mut frame);
        heard.extend_from_slice(&frame);
    }
    let less = level(&echo[5 * SECOND..]) - level(&heard[5 * SECOND..]);
    assert!(less >= 20.0, "{less:.1} dB less echo");
}

#[test]
fn an_echo_is_found_however_long_the_speakers_clock_has_been_fast() {
    let fast = 1.0002;
    let mut processor = Processor::new(ECHO);
    processor.begin(&Ambience::default());
    let played = speech(13 * SECOND);
    // As much as ten minutes leave of two clocks that differ by so much.
    processor.hear_speaker(&noise(SECOND / 8, -20.0, 3));
    let echo = |n: usize| {
        let at = (n.saturating_sub(960) as f64 * fast) as usize;
        0.4 * played[at] + 0.1 * played[at.saturating_sub(1000)]
    };
    let (mut told, mut heard, mut raw) = (0, Vec::new(), Vec::new());
    for frame in 0..1200 {
        let rendered = ((frame + 1) as f64 * FRAME_SAMPLES as f64 * fast) as usize;
        processor.hear_speaker(&played[told..rendered]);
        told = rendered;
        let mut sound: FrameSamples = std::array::from_fn(|n| echo(frame * FRAME_SAMPLES + n));
        raw.extend_from_slice(&sound);
        processor.process(&mut sound);
        heard.extend_from_slice(&sound);
    }
    let less = level(&raw[8 * SECOND..]) - level(&heard[8 * SECOND..]);
    assert!(less >= 15.0, "{less:.1} dB less echo");
}

#[test]
fn everything_switched_off_changes_nothing() {
    let mut processor = Processor::new(Processing::default());
    processor.set(NOTHING);
    let said = speech(SECOND);
    assert_eq!(run(&mut processor, &said), said);
    assert_eq!(processor.delay_samples(), 0);
    processor.set(NOISE);
    assert_ne!(run(&mut processor, &said), said);
}
