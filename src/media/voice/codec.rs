//! Opus, set up for one voice over a lossy link.

use super::frames::{PacketSamples, SAMPLE_RATE_HZ};
use bytes::Bytes;
use hallway_protocol::{limits, voice::VOICE_HEADER_BYTES};
use opus::{Application, Bitrate, Channels, Signal};
use thiserror::Error;

/// Bits per second of one voice: wideband speech that is hard to tell from the original, with room for FEC.
pub const BITRATE_BPS: i32 = 32_000;
/// Packet loss that the encoder prepares for: at 10 % it spends about a fifth of the bits on FEC.
pub const EXPECTED_LOSS_PERCENT: i32 = 10;
/// Encoder effort, 0 to 10: nearly the best quality; 20 ms of speech take well under 1 ms on a small CPU.
const COMPLEXITY: i32 = 9;
/// Opus data that fits a voice packet on the wire.
const OPUS_BYTES: usize = limits::VOICE_PACKET_BYTES - VOICE_HEADER_BYTES;

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

/// Turns packets' samples into Opus data.
#[derive(Debug)]
pub struct VoiceEncoder {
    opus: opus::Encoder,
    scratch: [u8; OPUS_BYTES],
}

impl VoiceEncoder {
    /// An encoder for speech: VBR around [`BITRATE_BPS`], in-band FEC on.
    ///
    /// # Errors
    /// When libopus refuses a setting or has no memory.
    pub fn new() -> Result<Self, CodecError> {
        let opus = Self::set_up().map_err(CodecError::Setup)?;
        Ok(Self { opus, scratch: [0; OPUS_BYTES] })
    }

    fn set_up() -> opus::Result<opus::Encoder> {
        let mut encoder = opus::Encoder::new(SAMPLE_RATE_HZ, Channels::Mono, Application::Voip)?;
        encoder.set_bitrate(Bitrate::Bits(BITRATE_BPS))?;
        encoder.set_vbr(true)?;
        encoder.set_inband_fec(true)?;
        encoder.set_packet_loss_perc(EXPECTED_LOSS_PERCENT)?;
        encoder.set_complexity(COMPLEXITY)?;
        // FEC lives in Opus' speech layer only, so keep the encoder from choosing its music mode.
        encoder.set_signal(Signal::Voice)?;
        Ok(encoder)
    }

    /// Encodes one packet's samples.
    ///
    /// # Errors
    /// When libopus fails; the packet is then lost and the next may be tried.
    pub fn encode(&mut self, samples: &PacketSamples) -> Result<Bytes, CodecError> {
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
        assert!(bytes * 8 < 2 * BITRATE_BPS as usize, "{bytes} bytes a second");
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
