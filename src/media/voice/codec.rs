//! Opus, set up for one voice over a lossy link.

use super::{encoding::Encoding, frames::SAMPLE_RATE_HZ};
use bytes::Bytes;
use hallway_protocol::{limits, voice::VOICE_HEADER_BYTES};
use opus::{Application, Bitrate, Channels, Signal};
use thiserror::Error;

/// Encoder effort, 0 to 10: nearly the best quality; 20 ms of speech take a fifth of a millisecond.
const COMPLEXITY: i32 = 9;
/// Opus data that fits a voice packet on the wire.
const OPUS_BYTES: usize = limits::VOICE_PACKET_BYTES - VOICE_HEADER_BYTES;
/// Longest Opus data of a packet without sound in it (DTX): only its head, and a byte that says so.
const SILENT_BYTES: usize = 2;

/// Why sound could not be encoded or decoded.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CodecError {
    /// The codec could not be set up: out of memory, or a library without what we ask of it.
    #[error("opus could not be set up")]
    Setup(#[source] opus::Error),
    /// The encoder refused a packet's samples.
    #[error("opus could not encode a packet")]
    Encode(#[source] opus::Error),
    /// The bytes are no Opus packet.
    #[error("opus could not decode a packet")]
    Decode(#[source] opus::Error),
}

/// Whether Opus data holds no sound, because the encoder found nothing but silence (DTX).
#[must_use]
pub fn is_silent(opus: &[u8]) -> bool {
    opus.len() <= SILENT_BYTES
}

/// Turns packets' samples into Opus data.
#[derive(Debug)]
pub struct VoiceEncoder {
    opus: opus::Encoder,
    encoding: Encoding,
    delay_samples: usize,
    scratch: [u8; OPUS_BYTES],
}

impl VoiceEncoder {
    /// An encoder for speech with the default [`Encoding`], which leaves silence out (DTX).
    ///
    /// # Errors
    /// When libopus refuses a setting or has no memory.
    pub fn new() -> Result<Self, CodecError> {
        Self::set_up().map_err(CodecError::Setup)
    }

    fn set_up() -> opus::Result<Self> {
        // Of the three applications, this one sounds best at every bitrate in question, measured with PESQ; the one for
        // low delay would save 4 ms and cost half a point.
        let mut opus = opus::Encoder::new(SAMPLE_RATE_HZ, Channels::Mono, Application::Voip)?;
        opus.set_vbr(true)?;
        opus.set_dtx(true)?;
        opus.set_complexity(COMPLEXITY)?;
        // FEC lives in Opus' speech layer only, so keep the encoder from choosing its music mode.
        opus.set_signal(Signal::Voice)?;
        let delay_samples = usize::try_from(opus.get_lookahead()?).unwrap_or(0);
        let encoding = Encoding::default();
        let mut encoder = Self { opus, encoding, delay_samples, scratch: [0; OPUS_BYTES] };
        encoder.apply(encoding)?;
        Ok(encoder)
    }

    /// How sound is encoded now.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Encodes differently from the next packet on. What is out of bounds is moved into them.
    ///
    /// # Errors
    /// When libopus refuses a setting; some others may have changed then.
    pub fn set_encoding(&mut self, encoding: Encoding) -> Result<(), CodecError> {
        self.apply(encoding.within_limits()).map_err(CodecError::Setup)
    }

    fn apply(&mut self, encoding: Encoding) -> opus::Result<()> {
        let Encoding { bitrate_bps, expected_loss_percent, .. } = encoding;
        self.opus.set_bitrate(Bitrate::Bits(bitrate_bps.cast_signed()))?;
        self.opus.set_inband_fec(expected_loss_percent > 0)?;
        self.opus.set_packet_loss_perc(expected_loss_percent.cast_signed())?;
        self.encoding = encoding;
        Ok(())
    }

    /// By how much decoded sound lies behind what was encoded, in samples.
    #[must_use]
    pub fn delay_samples(&self) -> usize {
        self.delay_samples
    }

    /// Encodes one packet's samples: 10 or 20 ms. [`is_silent`] tells whether there was anything to hear.
    ///
    /// # Errors
    /// When libopus fails, or for another number of samples; the packet is then lost and the next may be tried.
    pub fn encode(&mut self, samples: &[f32]) -> Result<Bytes, CodecError> {
        let len = self.opus.encode_float(samples, &mut self.scratch).map_err(CodecError::Encode)?;
        Ok(Bytes::copy_from_slice(&self.scratch[..len]))
    }

    /// Forgets the sound so far: a new talk burst begins.
    ///
    /// # Errors
    /// When libopus fails.
    pub fn reset(&mut self) -> Result<(), CodecError> {
        self.opus.reset_state().map_err(CodecError::Encode)
    }
}

/// Samples that an Opus packet holds at 48 kHz, 120 (2.5 ms) to 5760 (120 ms); `None` when it is none.
#[must_use]
pub fn opus_samples(opus: &[u8]) -> Option<u32> {
    let samples = opus::packet::get_nb_samples(opus, SAMPLE_RATE_HZ).ok()?;
    u32::try_from(samples).ok().filter(|samples| *samples > 0)
}

/// Whether Opus data carries a coarse copy (in-band FEC) of the packet before it. Read as libopus' `opus_packet_has_lbrr`
/// does, for the one frame in a packet that all our packets have.
#[must_use]
pub fn has_coarse_copy(opus: &[u8]) -> bool {
    let [toc, first, ..] = *opus else { return false };
    let (config, frames_in_packet) = (toc >> 3, toc & 3);
    // Only the speech layer has copies: not the configurations from 16 on.
    if config >= 16 || frames_in_packet != 0 {
        return false;
    }
    // One flag of voice for each 20 ms, then the flag of the copy.
    let voice_flags = match config {
        12.. => 1,
        config if config % 4 < 2 => 1,
        config => config % 4,
    };
    first >> (7 - voice_flags) & 1 == 1
}

/// Turns one speaker's Opus data back into samples, and makes up for what is missing.
#[derive(Debug)]
pub struct VoiceDecoder {
    opus: opus::Decoder,
}

impl VoiceDecoder {
    /// A decoder that has heard nothing yet.
    ///
    /// # Errors
    /// When libopus has no memory.
    pub fn new() -> Result<Self, CodecError> {
        let opus = opus::Decoder::new(SAMPLE_RATE_HZ, Channels::Mono).map_err(CodecError::Setup)?;
        Ok(Self { opus })
    }

    /// Decodes a packet that arrived, and appends its samples to `out`.
    ///
    /// # Errors
    /// When the bytes are no Opus packet; `out` is then as it was.
    pub fn decode(&mut self, opus: &[u8], out: &mut Vec<f32>) -> Result<(), CodecError> {
        self.run(opus, opus_samples(opus).unwrap_or(0) as usize, false, out)
    }

    /// Rebuilds a lost packet of so many samples from the coarse copy (in-band FEC) that the packet after it carries.
    /// Without a copy in there this is [`conceal`](Self::conceal).
    ///
    /// # Errors
    /// When the bytes are no Opus packet, or `samples` is no multiple of 2.5 ms; `out` is then as it was.
    pub fn recover(&mut self, next_opus: &[u8], samples: usize, out: &mut Vec<f32>) -> Result<(), CodecError> {
        self.run(next_opus, samples, true, out)
    }

    /// Makes up so many samples that go on from what was heard, and fade when called again and again.
    ///
    /// # Errors
    /// When libopus fails, or `samples` is no multiple of 2.5 ms; `out` is then as it was.
    pub fn conceal(&mut self, samples: usize, out: &mut Vec<f32>) -> Result<(), CodecError> {
        self.run(&[], samples, false, out)
    }

    fn run(&mut self, opus: &[u8], samples: usize, fec: bool, out: &mut Vec<f32>) -> Result<(), CodecError> {
        let start = out.len();
        out.resize(start + samples, 0.0);
        let decoded = self.opus.decode_float(opus, &mut out[start..], fec).map_err(CodecError::Decode);
        out.truncate(start + *decoded.as_ref().unwrap_or(&0));
        decoded.map(|_| ())
    }

    /// Forgets the sound so far: a new talk burst begins.
    ///
    /// # Errors
    /// When libopus fails.
    pub fn reset(&mut self) -> Result<(), CodecError> {
        self.opus.reset_state().map_err(CodecError::Decode)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::voice::frames::PacketSamples;
    use crate::media::voice::{frames::PACKET_SAMPLES, level::rms};
    use proptest::prelude::*;

    fn tone(packet: usize) -> PacketSamples {
        std::array::from_fn(|n| {
            let t = (packet * PACKET_SAMPLES + n) as f32 / SAMPLE_RATE_HZ as f32;
            0.3 * (t * 220.0 * std::f32::consts::TAU).sin() + 0.1 * (t * 660.0 * std::f32::consts::TAU).sin()
        })
    }

    #[test]
    fn sound_keeps_its_loudness_through_the_codec_and_stays_within_the_bitrate() {
        let (mut encoder, mut decoder) = (VoiceEncoder::new().unwrap(), VoiceDecoder::new().unwrap());
        let mut out = Vec::new();
        let mut bytes = 0;
        for n in 0..50 {
            let packet = encoder.encode(&tone(n)).unwrap();
            bytes += packet.len();
            out.clear();
            decoder.decode(&packet, &mut out).unwrap();
        }
        assert_eq!(out.len(), PACKET_SAMPLES);
        assert!((rms(&out) / rms(&tone(49)) - 1.0).abs() < 0.2, "{} against {}", rms(&out), rms(&tone(49)));
        assert!(bytes * 8 < 2 * Encoding::default().bitrate_bps as usize, "{bytes} bytes a second");
    }

    #[test]
    fn a_lost_packet_is_rebuilt_from_the_next_one() {
        let (mut encoder, mut decoder) = (VoiceEncoder::new().unwrap(), VoiceDecoder::new().unwrap());
        let quiet = [0.0; PACKET_SAMPLES];
        // Silence first: what only goes on from it stays silent, so any sound in the gap came from the FEC copy.
        let packets: Vec<Bytes> =
            (0..12).map(|n| encoder.encode(&if n < 10 { quiet } else { tone(n) }).unwrap()).collect();
        let mut out = Vec::new();
        for packet in &packets[..10] {
            decoder.decode(packet, &mut out).unwrap();
        }
        out.clear();
        assert!(has_coarse_copy(&packets[11]) && !has_coarse_copy(&packets[5]));
        decoder.recover(&packets[11], PACKET_SAMPLES, &mut out).unwrap();
        assert!(rms(&out) > 0.05, "rebuilt loudness {}", rms(&out));
    }

    #[test]
    fn the_encoding_changes_between_two_packets() {
        let mut encoder = VoiceEncoder::new().unwrap();
        let mut rate_bps = |bitrate_bps, packet_ms| {
            let encoding = Encoding { bitrate_bps, packet_ms, expected_loss_percent: 0, copies: 0 };
            encoder.set_encoding(encoding).unwrap();
            let samples: Vec<f32> = (0..50).flat_map(tone).collect();
            let packets = samples.chunks_exact(encoding.packet_samples());
            8 * packets.map(|samples| encoder.encode(samples).unwrap().len()).sum::<usize>() as u32
        };
        let rates = [(16_000, 20), (64_000, 10), (24_000, 10), (48_000, 20)].map(|(bps, ms)| (bps, rate_bps(bps, ms)));
        for (asked, got) in rates {
            assert!((asked * 6 / 10..asked * 13 / 10).contains(&got), "{got} bits a second instead of {asked}");
        }
        let out_of_bounds = Encoding { bitrate_bps: 0, packet_ms: 60, expected_loss_percent: 100, copies: 9 };
        encoder.set_encoding(out_of_bounds).unwrap();
        let bounded = Encoding { bitrate_bps: 16_000, packet_ms: 20, expected_loss_percent: 30, copies: 2 };
        assert_eq!(encoder.encoding(), bounded);
    }

    #[test]
    fn silence_after_speech_is_left_out() {
        let mut encoder = VoiceEncoder::new().unwrap();
        let quiet = [0.0; PACKET_SAMPLES];
        let packets: Vec<Bytes> =
            (0..100).map(|n| encoder.encode(&if n < 30 { tone(n) } else { quiet }).unwrap()).collect();
        let silent = |packets: &[Bytes]| packets.iter().filter(|packet| is_silent(packet)).count();
        assert_eq!(silent(&packets[..30]), 0);
        assert!(silent(&packets[50..]) >= 40, "{} of 50", silent(&packets[50..]));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let mut decoder = VoiceDecoder::new().unwrap();
            let mut out = Vec::new();
            let _ = decoder.decode(&bytes, &mut out);
            let _ = decoder.recover(&bytes, PACKET_SAMPLES, &mut out);
            let before = out.len();
            decoder.conceal(480, &mut out).unwrap();
            prop_assert_eq!(out.len(), before + 480);
            prop_assert!(out.iter().all(|sample| sample.is_finite()));
        }
    }
}
