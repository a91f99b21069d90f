//! One remote speaker: packets in, 20 ms of sound at a time out, whatever the network did.

use super::{
    codec::{CodecError, VoiceDecoder},
    frames::{PACKET_SAMPLES, PacketSamples, SAMPLE_RATE_HZ},
    jitter::{JitterBuffer, JitterCounts, Pull},
    level::rms,
};
use hallway_protocol::voice::VoicePacket;
use std::time::Duration;

/// Length of the fades at the ends of a burst, in samples: 5 ms, short enough to keep a first consonant.
const FADE_SAMPLES: f32 = SAMPLE_RATE_HZ as f32 * 0.005;

/// How a speaker's missing packets were made up for, in packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TalkerCounts {
    /// Packets' time filled with sound that was not received as such; includes `recovered`.
    pub concealed: u64,
    /// Packets rebuilt from the copy in their successor.
    pub recovered: u64,
    /// Packets that Opus could not read.
    pub broken: u64,
}

/// See the [module's description](self).
#[derive(Debug)]
pub struct Talker {
    jitter: JitterBuffer,
    decoder: VoiceDecoder,
    /// Whether the decoder still has the last burst in it.
    stale: bool,
    gain: f32,
    level: f32,
    counts: TalkerCounts,
}

impl Talker {
    /// A speaker of whom nothing was heard yet.
    ///
    /// # Errors
    /// When the decoder cannot be set up.
    pub fn new() -> Result<Self, CodecError> {
        Ok(Self {
            jitter: JitterBuffer::default(),
            decoder: VoiceDecoder::new()?,
            stale: false,
            gain: 0.0,
            level: 0.0,
            counts: TalkerCounts::default(),
        })
    }

    /// Takes a packet, which arrived at `now`.
    pub fn hear(&mut self, packet: VoicePacket, now: Duration) {
        self.jitter.push(packet, now);
    }

    /// Whether nothing is to be heard until the next packet.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.jitter.is_idle() && self.gain == 0.0
    }

    /// RMS of the last 20 ms heard, 0.0 to 1.0.
    #[must_use]
    pub fn level(&self) -> f32 {
        self.level
    }

    /// How much of the speaker's sound waits to be played.
    #[must_use]
    pub fn depth(&self) -> Duration {
        self.jitter.depth()
    }

    /// How missing packets were made up for.
    #[must_use]
    pub fn counts(&self) -> TalkerCounts {
        self.counts
    }

    /// What became of the packets.
    #[must_use]
    pub fn jitter_counts(&self) -> JitterCounts {
        self.jitter.counts()
    }

    /// Makes the speaker's next 20 ms.
    pub fn render(&mut self, now: Duration, out: &mut PacketSamples) {
        match self.jitter.pull(now) {
            Pull::Packet(packet) => {
                self.begin_if_stale();
                self.decode(&packet.opus, out);
                fade(&mut self.gain, 1.0, out);
            }
            Pull::Lost { next } => {
                self.make_up(next.as_deref(), out);
                fade(&mut self.gain, 1.0, out);
            }
            Pull::Silence => self.fade_out(out),
            Pull::BurstEnded => {
                self.fade_out(out);
                self.stale = true;
            }
        }
        self.level = rms(out);
    }

    fn begin_if_stale(&mut self) {
        if std::mem::take(&mut self.stale)
            && let Err(error) = self.decoder.reset()
        {
            tracing::debug!(%error, "a decoder kept its last burst");
        }
    }

    fn decode(&mut self, opus: &[u8], out: &mut PacketSamples) {
        if let Err(error) = self.decoder.decode(opus, out) {
            tracing::debug!(%error, "a voice packet was not readable");
            self.counts.broken += 1;
            self.make_up(None, out);
        }
    }

    fn make_up(&mut self, next: Option<&[u8]>, out: &mut PacketSamples) {
        self.counts.concealed += 1;
        if let Some(next) = next
            && self.decoder.recover(next, out).is_ok()
        {
            self.counts.recovered += 1;
        } else {
            self.conceal(out);
        }
    }

    fn conceal(&mut self, out: &mut PacketSamples) {
        if self.decoder.conceal(out).is_err() {
            out.fill(0.0);
        }
    }

    /// Lets what was heard last go on just long enough to fade, so that no burst ends with a click.
    fn fade_out(&mut self, out: &mut PacketSamples) {
        if self.gain == 0.0 {
            out.fill(0.0);
        } else {
            self.conceal(out);
            fade(&mut self.gain, 0.0, out);
        }
    }
}

/// Moves `gain` towards `target` sample by sample while applying it.
fn fade(gain: &mut f32, target: f32, out: &mut [f32; PACKET_SAMPLES]) {
    let step = 1.0 / FADE_SAMPLES;
    for sample in out {
        *gain += (target - *gain).clamp(-step, step);
        *sample *= *gain;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::voice::{codec::VoiceEncoder, frames::PACKET_DURATION, frames::PACKET_TICKS};
    use bytes::Bytes;

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

    /// Plays the packets, 20 ms apart, except those that `lost` names; with or without what FEC could use.
    fn listen(packets: &[VoicePacket], lost: impl Fn(usize) -> bool) -> (Vec<f32>, Talker) {
        let mut talker = Talker::new().unwrap();
        let mut heard = Vec::new();
        let mut out = [0.0; PACKET_SAMPLES];
        for n in 0..packets.len() + 10 {
            let now = PACKET_DURATION * n as u32;
            if n < packets.len() && !lost(n) {
                talker.hear(packets[n].clone(), now);
            }
            talker.render(now, &mut out);
            heard.extend_from_slice(&out);
        }
        (heard, talker)
    }

    /// Signal to noise ratio in dB of `other` against `reference`.
    fn snr_db(reference: &[f32], other: &[f32]) -> f32 {
        let noise: Vec<f32> = reference.iter().zip(other).map(|(a, b)| a - b).collect();
        20.0 * (rms(reference) / rms(&noise)).log10()
    }

    #[test]
    fn a_lossy_link_goes_on_and_fec_brings_back_most_of_it() {
        let packets = encoded(&babble(250));
        let lost = |n: usize| n % 10 == 7;
        let (whole, _) = listen(&packets, |_| false);
        let (with_fec, talker) = listen(&packets, lost);
        assert_eq!(talker.counts(), TalkerCounts { concealed: 25, recovered: 25, broken: 0 });
        assert_eq!(talker.jitter_counts().lost, 25);
        // Without FEC: the same losses, told only after the successor's time, so that nothing can be rebuilt.
        let without_fec = concealed_only(&packets, lost);
        let (with, without) = (snr_db(&whole, &with_fec), snr_db(&whole, &without_fec));
        assert!(with > without + 2.0, "{with:.1} dB with FEC against {without:.1} dB without");
    }

    fn concealed_only(packets: &[VoicePacket], lost: impl Fn(usize) -> bool) -> Vec<f32> {
        let mut decoder = VoiceDecoder::new().unwrap();
        // The two packets' time that the jitter buffer takes to start.
        let mut heard = vec![0.0; 2 * PACKET_SAMPLES];
        let mut out = [0.0; PACKET_SAMPLES];
        for (n, packet) in packets.iter().enumerate() {
            if lost(n) {
                decoder.conceal(&mut out).unwrap();
            } else {
                decoder.decode(&packet.opus, &mut out).unwrap();
            }
            heard.extend_from_slice(&out);
        }
        heard.resize((packets.len() + 10) * PACKET_SAMPLES, 0.0);
        heard
    }

    #[test]
    fn a_burst_begins_and_ends_without_a_click() {
        // Loud to the very last sample, and its start not heard: a cut would be a step of up to 0.8.
        let loud: Vec<PacketSamples> =
            (0..30).map(|p| std::array::from_fn(|n| 0.8 * ((p * 960 + n) as f32 * 0.0209 + 1.5).sin())).collect();
        let (heard, talker) = listen(&encoded(&loud), |n| n < 5);
        let largest = heard.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
        assert!(largest < 0.1, "a step of {largest}");
        assert!(talker.is_idle());
        assert!(heard[heard.len() - PACKET_SAMPLES..].iter().all(|sample| *sample == 0.0));
    }

    #[test]
    fn unreadable_packets_are_counted_and_heard_as_a_loss() {
        let mut packets = encoded(&babble(30));
        packets[12].opus = Bytes::from_static(&[0xff; 3]);
        let (heard, talker) = listen(&packets, |_| false);
        assert_eq!((talker.counts().broken, talker.counts().concealed), (1, 1));
        assert!(heard.iter().all(|sample| sample.is_finite()));
    }
}
