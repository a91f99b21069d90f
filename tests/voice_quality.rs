//! How well speech is understood after the codec and a lossy link, on a virtual clock.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests fail by panicking, and scores are worth reading"
)]

#[path = "support/intelligibility.rs"]
mod intelligibility;
#[path = "support/speech.rs"]
mod speech;

use bytes::Bytes;
use hallway::media::voice::{
    codec::VoiceEncoder,
    frames::{PACKET_DURATION, PACKET_SAMPLES, PACKET_TICKS},
    talker::Talker,
};
use hallway_protocol::voice::VoicePacket;
use intelligibility::{best_alignment, stoi};
use speech::{SENTENCE, speak};

/// The score of a sentence of which every packet that `lost` names is lost, with so many copies of those before in each
/// packet. It is said twice, and judged when the listener knows the link.
fn score(copies: usize, lost: impl Fn(usize) -> bool) -> f32 {
    let dir = tempfile::tempdir().unwrap();
    let clean = speak(SENTENCE, &dir.path().join("speech.wav"));
    let twice = [clean.clone(), clean.clone()].concat();
    let (mut encoder, mut talker) = (VoiceEncoder::new().unwrap(), Talker::new().unwrap());
    let (mut heard, mut out) = (Vec::new(), [0.0; PACKET_SAMPLES / 2]);
    let mut sent: Vec<Bytes> = Vec::new();
    for (n, samples) in twice.as_chunks::<PACKET_SAMPLES>().0.iter().enumerate() {
        let now = PACKET_DURATION * n as u32;
        let opus = encoder.encode(samples).unwrap();
        if !lost(n) {
            let (seq, media_time) = (n as u16, n as u32 * PACKET_TICKS);
            let copies = sent.iter().rev().take(copies).cloned().collect();
            let packet =
                VoicePacket { burst: 1, seq, media_time, opus: opus.clone(), copies, ..VoicePacket::default() };
            talker.hear(packet, now);
        }
        sent.push(opus);
        for half in 0..2 {
            talker.render(now + PACKET_DURATION / 2 * half, &mut out);
            heard.extend_from_slice(&out);
        }
    }
    let second = &heard[clean.len()..];
    stoi(&clean, &second[best_alignment(&clean, second, 48_000)..], 48_000)
}

#[test]
fn speech_stays_intelligible_through_the_codec_and_through_losses() {
    // 5 % of the packets, spread without a pattern that speech could have.
    let five_percent = |n: usize| (n.wrapping_mul(2_654_435_761) >> 8) % 20 == 3;
    let bursts = |n: usize| n % 40 < 4;
    let (whole, lossy, bursty) = (score(0, |_| false), score(0, five_percent), score(0, bursts));
    let copied = score(1, five_percent);
    println!("whole {whole:.3}, 5 % lost {lossy:.3}, with copies {copied:.3}, 80 ms of 800 lost {bursty:.3}");
    assert!(whole > 0.95, "{whole}");
    assert!(lossy > 0.9, "{lossy}");
    assert!(copied > 0.94 && copied > lossy, "{copied}");
    assert!(bursty < lossy && bursty > 0.6, "{bursty}");
}

fn sentence(text: &str) -> Vec<f32> {
    let dir = tempfile::tempdir().unwrap();
    speak(text, &dir.path().join("speech.wav"))
}

/// White noise as loud as `snr_db` says against `signal`, the same each time.
fn noise(signal: &[f32], snr_db: f32) -> Vec<f32> {
    let rms = (signal.iter().map(|s| s * s).sum::<f32>() / signal.len() as f32).sqrt();
    let mut state = 1u32;
    let uniform = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    let scale = rms * 3f32.sqrt() / 10f32.powf(snr_db / 20.0);
    std::iter::repeat_with(uniform).map(|n| n * scale).take(signal.len()).collect()
}

#[test]
fn the_measure_orders_what_the_ear_orders() {
    let clean = sentence(SENTENCE);
    assert!((stoi(&clean, &clean, 48_000) - 1.0).abs() < 1e-3);
    let quieter: Vec<f32> = clean.iter().map(|sample| 0.1 * sample).collect();
    assert!((stoi(&clean, &quieter, 48_000) - 1.0).abs() < 1e-3, "loudness does not matter");
    let score = |snr_db| {
        let noisy: Vec<f32> = clean.iter().zip(noise(&clean, snr_db)).map(|(s, n)| s + n).collect();
        stoi(&clean, &noisy, 48_000)
    };
    let (little, much) = (score(20.0), score(-5.0));
    let other = sentence("Somebody else entirely talks here about the weather of next week, and about nothing at all.");
    let unrelated = stoi(&clean, &other, 48_000);
    println!("20 dB {little:.3}, -5 dB {much:.3}, other speech {unrelated:.3}");
    assert!(little > 0.85 && much < little - 0.15 && unrelated < 0.4);
}

#[test]
fn alignment_is_found_to_the_sample() {
    let clean = sentence("One two three.");
    let mut received = vec![0.0; 31_417];
    received.extend(clean.iter().map(|sample| 0.5 * sample));
    received.extend([0.0; 5000]);
    assert_eq!(best_alignment(&clean, &received, 48_000), 31_417);
}
