//! The way of the speaker's sound to the canceller of its echo.

use super::{capture::Capture, playback::Playback};
use std::time::Duration;

/// How long sound takes from the mix to the air: what the ring, the sound server and the device hold. The canceller looks
/// for the echo around it, so it needs no measuring.
const SPEAKER_LATENCY: Duration = Duration::from_millis(20);

/// Lets the processing of the microphone's sound know what the speaker plays beside it: everything, whoever says it.
#[derive(Default)]
pub(super) struct EchoPath(Vec<f32>);

impl EchoPath {
    /// Passes on what was played since the last time.
    pub(super) fn carry(&mut self, playback: &mut Playback, capture: &mut Capture) {
        let delay = capture.latency() + SPEAKER_LATENCY;
        let processor = capture.processor();
        playback.keep_played(processor.wants_speaker());
        if processor.wants_speaker() {
            self.0.extend(playback.take_played());
            processor.set_echo_delay(delay);
            processor.hear_speaker(&self.0);
            self.0.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::{
        devices::wav::WavSource,
        engine::{
            capture::{Captured, Source},
            playback::{Circle, FrameClock, Sink},
        },
        processing::Processing,
        voice::{
            codec::{VoiceDecoder, VoiceEncoder},
            level::{dbfs, rms},
        },
    };
    use hallway_protocol::{ids::PersonId, voice::VoicePacket};
    use std::f32::consts::TAU;

    const SECOND: usize = 48_000;
    /// How long the call lasts: two speak in it, and one in the room.
    const SECONDS: usize = 7;

    /// Something like a voice of this pitch that speaks so many syllables a second.
    fn voice(pitch_hz: f32, syllables_hz: f32) -> Vec<f32> {
        let mut phase = 0.0f32;
        let sample = |n: usize| {
            let t = n as f32 / SECOND as f32;
            phase = (phase + pitch_hz * (1.0 + 0.2 * (t * 2.3).sin()) / SECOND as f32).fract();
            let formant = 900.0 + 600.0 * (t * 5.1).sin();
            let wave = (1..16).map(|k| {
                let distance = (k as f32 * pitch_hz - formant) / 400.0;
                (phase * TAU * k as f32).sin() * (0.1 + (-distance * distance).exp())
            });
            0.06 * wave.sum::<f32>() * (t * syllables_hz * TAU).sin().max(0.0).sqrt()
        };
        (0..SECONDS * SECOND).map(sample).collect()
    }

    fn packets(sound: &[f32]) -> Vec<VoicePacket> {
        let mut encoder = VoiceEncoder::new().unwrap();
        let pieces = (0..).zip(sound.as_chunks::<960>().0);
        let packet = |(seq, samples): (u16, &[f32; 960])| VoicePacket {
            burst: 1,
            seq,
            media_time: u32::from(seq) * 960,
            opus: encoder.encode(samples).unwrap(),
            ..VoicePacket::default()
        };
        pieces.map(packet).collect()
    }

    /// What goes to the call from a microphone that hears `near` while the others speak, and what the speaker plays.
    fn call(others: &[(Circle, Vec<VoicePacket>)], near: &[f32], cancels: bool) -> (Vec<f32>, Vec<f32>) {
        let wav = WavSource::new(near.to_vec(), false, false, 0, Duration::ZERO);
        let mut capture = Capture::new(Source::Wav(wav), Duration::ZERO).unwrap();
        let processing = Processing { noise_suppression: true, automatic_level: false, echo_cancellation: cancels };
        capture.set_processing(processing);
        let mut playback = Playback::new(Sink::None(FrameClock::new(Duration::ZERO)));
        let (mut path, mut out) = (EchoPath::default(), Captured::default());
        let mut played = Vec::new();
        capture.open_call(Duration::ZERO);
        for round in 0..SECONDS * 100 {
            let now = Duration::from_millis(10 * round as u64);
            for (who, (circle, packets)) in (1..).zip(others) {
                if let Some(packet) = packets.get(round / 2).filter(|_| round % 2 == 0) {
                    playback.hear(*circle, PersonId(who), packet.clone(), now);
                }
            }
            playback.step(now).unwrap();
            if cancels {
                path.carry(&mut playback, &mut capture);
            } else {
                playback.keep_played(true);
                played.extend(playback.take_played());
            }
            capture.step(now, &mut out);
        }
        let (mut decoder, mut sent) = (VoiceDecoder::new().unwrap(), Vec::new());
        out.call.iter().for_each(|packet| {
            // Silence is not sent.
            sent.resize((packet.media_time as usize).max(sent.len()), 0.0);
            decoder.decode(&packet.opus, &mut sent).unwrap();
        });
        sent.resize(SECONDS * SECOND, 0.0);
        (sent, played)
    }

    fn level(sound: &[f32]) -> f32 {
        dbfs(rms(sound))
    }

    #[test]
    fn the_echo_of_all_who_speak_at_once_goes_down_and_the_own_voice_over_it_stays() {
        let said = [(Circle::Call, 110.0, 4.0), (Circle::Call, 210.0, 3.3), (Circle::Room, 160.0, 4.7)];
        let others = said.map(|(circle, pitch, syllables)| (circle, packets(&voice(pitch, syllables))));
        let (_, played) = call(&others, &[], false);
        // The way through the air: 25 ms, and two reflections that come later and softer.
        let tap = |n: usize, delay: usize| n.checked_sub(delay).and_then(|at| played.get(at)).copied().unwrap_or(0.0);
        let air = |n: usize| 0.4 * tap(n, 1200) + 0.1 * tap(n, 2100) + 0.05 * tap(n, 3900);
        let echo: Vec<f32> = (0..SECONDS * SECOND).map(air).collect();

        let (untreated, _) = call(&others, &echo, false);
        let (treated, _) = call(&others, &echo, true);
        let settled = 2 * SECOND..7 * SECOND;
        let less = level(&untreated[settled.clone()]) - level(&treated[settled]);
        assert!(less >= 30.0, "{less:.1} dB less echo");

        // Somebody speaks here as well, from the fourth second on.
        let own: Vec<f32> = voice(140.0, 2.9).iter().map(|sample| 2.0 * sample).collect();
        let both = |n: usize| echo[n] + if n >= 4 * SECOND { own[n] } else { 0.0 };
        let (treated, _) = call(&others, &(0..echo.len()).map(both).collect::<Vec<_>>(), true);
        let change = level(&treated[5 * SECOND..7 * SECOND]) - level(&own[5 * SECOND..7 * SECOND]);
        assert!((-6.0..3.0).contains(&change), "the own voice changed by {change:.1} dB");
    }
}
