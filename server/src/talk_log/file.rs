//! Makes an Ogg Opus file (RFC 7845) of a turn's packets.

use super::{opus, waveform::Waveform};
use bytes::Bytes;
use hallway_protocol::limits::{NOTE_LENGTH, TURN_LEAST, TURN_PAUSE};
use ogg::writing::{PacketWriteEndInfo, PacketWriter};
use std::{iter, time::Duration};

/// Packets in one page of the file: a second or less. Players seek by pages.
const PACKETS_IN_PAGE: usize = 50;
/// The number of the file's only stream. It need only differ from others in the same file.
const SERIAL: u32 = 0x4877_5475;
/// What libopus' encoder puts before the sound, in samples: players leave it out.
const PRE_SKIP: u16 = 312;
/// The sample rate that the file says its sound had.
const SAMPLE_RATE_HZ: u32 = 48_000;

/// One packet of a turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnPacket {
    /// Time of its first sample on the talker's clock, in samples at 48 kHz; wraps.
    pub media_time: u32,
    /// The sound.
    pub opus: Bytes,
}

/// A turn as a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnFile {
    /// The file.
    pub ogg: Vec<u8>,
    /// How long it plays, in milliseconds.
    pub ms: u32,
    /// How loud it is over its time.
    pub levels: Vec<u8>,
}

impl TurnFile {
    /// A file of these packets, in the order in which they were sent. What was lost between them, and what the encoder left
    /// out, is filled with packets of silence. `None` where there is less than [`TURN_LEAST`] to hear.
    #[must_use]
    pub fn make(packets: &[TurnPacket]) -> Option<Self> {
        let (frames, audible) = laid(packets);
        if audible < samples_in(TURN_LEAST) {
            return None;
        }
        let mut waveform = Waveform::default();
        let mut pages = PacketWriter::new(Vec::new());
        let mut write = |packet: Bytes, end, granule| {
            pages.write_packet(packet.to_vec(), SERIAL, end, granule).expect("writing into memory can't fail");
        };
        write(head(), PacketWriteEndInfo::EndPage, 0);
        write(tags(), PacketWriteEndInfo::EndPage, 0);
        let (count, mut samples) = (frames.len(), 0);
        for (number, (packet, length)) in (1..).zip(frames) {
            waveform.add(if opus::is_silent(&packet) { 0 } else { packet.len() }, length);
            samples += u64::from(length);
            let end = match number {
                last if last == count => PacketWriteEndInfo::EndStream,
                number if number % PACKETS_IN_PAGE == 0 => PacketWriteEndInfo::EndPage,
                _ => PacketWriteEndInfo::NormalPacket,
            };
            write(packet, end, samples);
        }
        let ms = samples.saturating_sub(PRE_SKIP.into()) * 1000 / u64::from(SAMPLE_RATE_HZ);
        let ms = u32::try_from(ms).unwrap_or(u32::MAX);
        Some(Self { ogg: pages.into_inner(), ms, levels: waveform.levels() })
    }
}

/// All packets of the file with their lengths, up to [`NOTE_LENGTH`]; and how many samples of them are to be heard.
fn laid(packets: &[TurnPacket]) -> (Vec<(Bytes, u32)>, u64) {
    let (mut frames, mut total, mut audible) = (Vec::new(), 0, 0);
    let mut end: Option<(u32, Bytes)> = None;
    for TurnPacket { media_time, opus } in packets {
        let Some(samples) = opus::samples(opus) else { continue };
        let pause = end.as_ref().map_or(0, |(end, _)| pause(*end, *media_time));
        let before = end.as_ref().map_or(&[][..], |(_, before)| before);
        let filled = opus::silence(before, pause).map(|(head, samples)| (Bytes::copy_from_slice(&[head]), samples));
        for (frame, samples) in filled.chain(iter::once((opus.clone(), samples))) {
            total += u64::from(samples);
            if total > samples_in(NOTE_LENGTH) {
                return (frames, audible);
            }
            audible += if opus::is_silent(&frame) { 0 } else { u64::from(samples) };
            frames.push((frame, samples));
        }
        end = Some((media_time.wrapping_add(samples), opus.clone()));
    }
    (frames, audible)
}

/// Samples between the end of a packet and the next one; none where that is not later.
fn pause(end: u32, next: u32) -> u32 {
    let ahead = u32::try_from(next.wrapping_sub(end).cast_signed()).unwrap_or(0);
    u32::try_from(samples_in(TURN_PAUSE)).map_or(ahead, |most| ahead.min(most))
}

fn samples_in(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX).saturating_mul(u64::from(SAMPLE_RATE_HZ / 1000))
}

/// The first packet of the file: one channel, and how much is put before the sound.
fn head() -> Bytes {
    let mut head = b"OpusHead\x01\x01".to_vec();
    head.extend(PRE_SKIP.to_le_bytes());
    head.extend(SAMPLE_RATE_HZ.to_le_bytes());
    // No gain, and the simplest mapping of channels.
    head.extend([0, 0, 0]);
    head.into()
}

/// The second packet of the file: who made it, and no tags.
fn tags() -> Bytes {
    let maker = concat!("Hallway ", env!("CARGO_PKG_VERSION"));
    let mut tags = b"OpusTags".to_vec();
    tags.extend((maker.len() as u32).to_le_bytes());
    tags.extend(maker.as_bytes());
    tags.extend(0_u32.to_le_bytes());
    tags.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hallway_protocol::limits::{NOTE_BYTES, TURN_BYTES};
    use ogg::reading::PacketReader;
    use proptest::prelude::*;
    use std::io::Cursor;

    /// 20 ms of speech that begins at a packet's number.
    fn speech(number: u32) -> TurnPacket {
        packet(number.wrapping_mul(960), 60)
    }

    fn packet(media_time: u32, bytes: usize) -> TurnPacket {
        let mut opus = vec![9 << 3];
        opus.resize(bytes, 7);
        TurnPacket { media_time, opus: opus.into() }
    }

    /// The packets of a file after its heads, and where it ends.
    fn read(file: &TurnFile) -> (Vec<Vec<u8>>, u64) {
        let mut reader = PacketReader::new(Cursor::new(&file.ogg));
        let mut packets = Vec::new();
        let mut end = 0;
        while let Some(packet) = reader.read_packet().unwrap() {
            end = packet.absgp_page();
            packets.push(packet.data);
        }
        assert!(packets[0].starts_with(b"OpusHead") && packets[1].starts_with(b"OpusTags"));
        (packets.split_off(2), end)
    }

    #[test]
    fn a_turn_is_a_file_of_what_was_sent() {
        let sent: Vec<TurnPacket> = (0..100).map(speech).collect();
        let file = TurnFile::make(&sent).unwrap();
        let (packets, end) = read(&file);
        assert_eq!(packets, sent.iter().map(|packet| packet.opus.to_vec()).collect::<Vec<_>>());
        assert_eq!((end, file.ms), (96_000, 1993));
        assert!(file.levels.iter().all(|level| *level == 255));
    }

    #[test]
    fn what_is_missing_is_silent_and_takes_its_time() {
        let numbers = (0..50).filter(|n| *n != 20).chain(100..130);
        // The clock wraps in the middle.
        let late = |n: u32| TurnPacket { media_time: speech(n).media_time.wrapping_sub(48_000), ..speech(n) };
        let file = TurnFile::make(&numbers.map(late).collect::<Vec<_>>()).unwrap();
        let (packets, end) = read(&file);
        assert_eq!((packets.len(), end), (130, 130 * 960));
        assert!(packets[20].len() == 1 && packets[50..100].iter().all(|packet| packet.len() == 1));
        assert!(file.levels[32] == 0 && file.levels[0] == 255);
    }

    #[test]
    fn a_key_that_was_pressed_by_mistake_leaves_nothing() {
        assert_eq!(TurnFile::make(&[]), None);
        let speech: Vec<TurnPacket> = (0..24).map(speech).collect();
        assert_eq!(TurnFile::make(&speech), None);
        let silence: Vec<TurnPacket> = (0..100).map(|n| packet(n * 960, 1)).collect();
        assert_eq!(TurnFile::make(&silence), None);
    }

    #[test]
    fn times_that_are_made_up_make_no_long_pauses_and_no_long_files() {
        let sent: Vec<TurnPacket> = (0..40).map(|n| packet(n * 48_000 * 60, 60)).collect();
        let file = TurnFile::make(&sent).unwrap();
        assert_eq!(file.ms, 39 * 3000 + 40 * 20 - 7);
        let long: Vec<TurnPacket> = (0..20_000).map(speech).collect();
        assert_eq!(u128::from(TurnFile::make(&long).unwrap().ms), NOTE_LENGTH.as_millis() - 7);
    }

    #[test]
    fn the_largest_turn_is_no_larger_than_a_note() {
        let count = 30_000;
        let sent: Vec<TurnPacket> = (0..count)
            .map(|n| TurnPacket { media_time: n * 480, opus: vec![8 << 3; TURN_BYTES / count as usize].into() })
            .collect();
        let file = TurnFile::make(&sent).unwrap();
        assert!(file.ogg.len() < NOTE_BYTES, "{} bytes", file.ogg.len());
    }

    proptest! {
        #[test]
        fn no_packets_panic(packets in proptest::collection::vec((any::<u32>(), proptest::collection::vec(any::<u8>(), 0..9)), 0..200)) {
            let packets = packets.into_iter().map(|(media_time, opus)| TurnPacket { media_time, opus: opus.into() });
            if let Some(file) = TurnFile::make(&packets.collect::<Vec<_>>()) {
                read(&file);
            }
        }
    }
}
