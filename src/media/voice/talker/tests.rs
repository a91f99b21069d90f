//! A speaker over links that lose, delay and drift, on a virtual clock.

use super::*;
use crate::media::voice::{
    codec::VoiceEncoder,
    frames::{PACKET_DURATION, PACKET_SAMPLES, PACKET_TICKS, PacketSamples},
};
use bytes::Bytes;

/// What is rendered at a time: 10 ms.
const BLOCK: usize = 480;

/// Something like speech: harmonics of a gliding pitch, in syllables.
fn babble(packets: usize) -> Vec<PacketSamples> {
    let rate = SAMPLE_RATE_HZ as f32;
    let mut phase = 0.0f32;
    let mut samples = (0..).map(|n| {
        let t = n as f32 / rate;
        phase = (phase + (140.0 + 40.0 * (t * 3.1).sin()) / rate).fract();
        let voice: f32 = (1..12).map(|k| (phase * std::f32::consts::TAU * k as f32).sin() / k as f32).sum();
        let syllable = (t * 4.0 * std::f32::consts::TAU).sin().max(0.0).sqrt();
        0.25 * voice * syllable
    });
    (0..packets).map(|_| std::array::from_fn(|_| samples.next().unwrap())).collect()
}

fn encoded(sound: &[PacketSamples]) -> Vec<VoicePacket> {
    let mut encoder = VoiceEncoder::new().unwrap();
    let packet = |(n, samples): (usize, &PacketSamples)| VoicePacket {
        burst: 1,
        last: n + 1 == sound.len(),
        seq: (n as u16).wrapping_sub(20),
        media_time: (n as u32 * PACKET_TICKS).wrapping_sub(9600),
        opus: encoder.encode(samples).unwrap(),
        ..VoicePacket::default()
    };
    sound.iter().enumerate().map(packet).collect()
}

/// The same with so many copies in each.
fn with_copies(packets: &[VoicePacket], copies: usize) -> Vec<VoicePacket> {
    let copied = |n: usize| (1..=copies.min(n)).map(|before| packets[n - before].opus.clone()).collect();
    packets.iter().enumerate().map(|(n, packet)| VoicePacket { copies: copied(n), ..packet.clone() }).collect()
}

/// Plays the packets, each `arrival` after the start or never, to 200 ms after the last was sent.
fn listen(packets: &[VoicePacket], arrival: impl Fn(usize) -> Option<Duration>) -> (Vec<f32>, Talker) {
    let mut arrivals: Vec<(Duration, usize)> = (0..packets.len()).filter_map(|n| Some((arrival(n)?, n))).collect();
    arrivals.sort_unstable();
    let mut arrivals = arrivals.into_iter().peekable();
    let (mut talker, mut heard, mut out) = (Talker::new().unwrap(), Vec::new(), [0.0; BLOCK]);
    for block in 0..packets.len() as u32 * 2 + 20 {
        let now = PACKET_DURATION * block / 2;
        while let Some((at, n)) = arrivals.next_if(|(at, _)| *at <= now) {
            talker.hear(packets[n].clone(), at);
        }
        talker.render(now, &mut out);
        heard.extend_from_slice(&out);
    }
    (heard, talker)
}

/// 20 ms apart, except those that `lost` names.
fn lossy(lost: impl Fn(usize) -> bool) -> impl Fn(usize) -> Option<Duration> {
    move |n| (!lost(n)).then_some(PACKET_DURATION * n as u32)
}

/// Signal to noise ratio in dB of `other` against `reference`.
fn snr_db(reference: &[f32], other: &[f32]) -> f32 {
    let noise: Vec<f32> = reference.iter().zip(other).map(|(a, b)| a - b).collect();
    20.0 * (rms(reference) / rms(&noise)).log10()
}

fn largest_step(sound: &[f32]) -> f32 {
    sound.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max)
}

/// The last 200 of 300 packets of babble after the codec, delayed as `arrivals` says, and how the listener fared.
fn end_of_babble(copies: usize, arrivals: impl Fn(usize) -> Option<Duration>) -> (Vec<f32>, Talker) {
    let packets = with_copies(&encoded(&babble(300)), copies);
    let (heard, talker) = listen(&packets, arrivals);
    (heard[100 * PACKET_SAMPLES..].to_vec(), talker)
}

#[test]
fn copies_bring_back_exactly_what_is_lost_and_fec_most_of_it() {
    // Regular, so that the delay settles on what it takes to get losses back.
    let lost = |n: usize| n % 10 == 7;
    let (copied, with_copies) = end_of_babble(1, lossy(lost));
    // What is never lost but comes as late as the copies do is played with the same delay.
    let (whole, _) = end_of_babble(0, |n| Some(PACKET_DURATION * (n + usize::from(lost(n))) as u32));
    let (coarse, with_fec) = end_of_babble(0, lossy(lost));
    for (name, talker, of) in [("copies", &with_copies, 30), ("fec", &with_fec, 30)] {
        let counts = talker.jitter_counts();
        assert_eq!((counts.lost(), counts.late, talker.counts().broken), (of, 0, 0), "{name}");
    }
    assert!(with_copies.jitter_counts().copied >= 29, "{:?}", with_copies.jitter_counts());
    assert!(with_fec.counts().recovered >= 28, "{:?}", with_fec.counts());
    assert!(copied == whole, "a copy is as good as the packet");
    let snr = snr_db(&whole, &coarse);
    assert!(snr > 5.0, "{snr:.1} dB with FEC");
}

#[test]
fn a_burst_begins_and_ends_without_a_click() {
    // Loud to the very last sample, and its start not heard: a cut would be a step of up to 0.8.
    let loud: Vec<PacketSamples> =
        (0..30).map(|p| std::array::from_fn(|n| 0.8 * ((p * 960 + n) as f32 * 0.0209 + 1.5).sin())).collect();
    let (heard, talker) = listen(&encoded(&loud), lossy(|n| n < 5));
    let largest = largest_step(&heard);
    assert!(largest < 0.1, "a step of {largest}");
    assert!(talker.is_idle());
    assert!(heard[heard.len() - PACKET_SAMPLES..].iter().all(|sample| *sample == 0.0));
}

#[test]
fn unreadable_packets_are_counted_and_heard_as_a_loss() {
    let mut packets = encoded(&babble(30));
    packets[12].opus = Bytes::from_static(&[0xff; 3]);
    let (heard, talker) = listen(&packets, lossy(|_| false));
    assert_eq!(talker.counts().broken, 1);
    assert!(heard.iter().all(|sample| sample.is_finite()));
}

#[test]
fn blocks_of_any_length_make_the_same_sound() {
    // So little that nothing is stretched as yet.
    let packets = encoded(&babble(5));
    let render = |lengths: &[usize]| {
        let mut talker = Talker::new().unwrap();
        packets.iter().for_each(|packet| talker.hear(packet.clone(), Duration::ZERO));
        let mut heard = vec![0.0; lengths.iter().sum()];
        let mut rest = &mut heard[..];
        for &length in lengths {
            let (block, after) = rest.split_at_mut(length);
            talker.render(Duration::ZERO, block);
            rest = after;
        }
        heard
    };
    assert!(render(&[480; 10]) == render(&[1, 479, 100, 1000, 2000, 441, 779]));
}

#[test]
fn a_heap_of_pre_roll_is_caught_up_without_a_click_or_a_gap() {
    let sound = babble(150);
    let pre_roll = 15;
    let mut packets = encoded(&sound);
    packets[..pre_roll].iter_mut().for_each(|packet| packet.pre_roll = true);
    // The grant comes with the 15th packet.
    let (heard, talker) = listen(&packets, |n| Some(PACKET_DURATION * n.max(pre_roll - 1) as u32));
    let voiced = heard.iter().position(|sample| *sample != 0.0).unwrap();
    let waited = voiced as u32 / 48 - 280;
    assert!(waited <= 20, "waited {waited} ms");
    // All of it was heard, in less time than it took to say.
    let ended = heard.iter().rposition(|sample| *sample != 0.0).unwrap();
    let late_ms = ended as i32 / 48 - 150 * 20;
    assert!(late_ms < 60, "ends {late_ms} ms after it was said");
    assert_eq!(talker.jitter_counts().made_up_ticks, 0);
    assert!(largest_step(&heard) < 1.2 * largest_step(sound.as_flattened()), "{}", largest_step(&heard));
}

#[test]
fn a_clock_that_goes_slower_is_followed_without_a_gap() {
    // 1000 ppm for a minute: 60 ms more than were sent.
    let packets = encoded(&babble(3000));
    let (_, talker) = listen(&packets, |n| Some(PACKET_DURATION * n as u32 * 1001 / 1000));
    let counts = talker.jitter_counts();
    assert_eq!((counts.missed, counts.late), (0, 0));
    assert!(counts.made_up_ticks <= u64::from(PACKET_TICKS), "{counts:?}");
}
