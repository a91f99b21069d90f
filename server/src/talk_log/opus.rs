//! What the head of an Opus packet tells (RFC 6716, section 3.1), which is all that is ever read of one here.

/// Longest sound that one packet may hold: 120 ms at 48 kHz.
const MOST_SAMPLES: u32 = 5760;
/// Longest data of a packet without sound in it (DTX).
const SILENT_BYTES: usize = 2;

/// Samples that a packet holds at 48 kHz; `None` when it is none.
pub(super) fn samples(packet: &[u8]) -> Option<u32> {
    let head = *packet.first()?;
    let frames = match head & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => u32::from(*packet.get(1)? & 0x3f),
    };
    let samples = frames * frame_samples(head);
    (1..=MOST_SAMPLES).contains(&samples).then_some(samples)
}

fn frame_samples(head: u8) -> u32 {
    let config = head >> 3;
    match config {
        0..12 => [480, 960, 1920, 2880][usize::from(config % 4)],
        12..16 => [480, 960][usize::from(config % 2)],
        _ => [120, 240, 480, 960][usize::from(config % 4)],
    }
}

/// Whether the encoder found nothing but silence.
pub(super) fn is_silent(packet: &[u8]) -> bool {
    packet.len() <= SILENT_BYTES
}

/// Packets of no sound, in the manner of the one before, that fill so many samples, as RFC 7845 (section 4.1) has gaps
/// filled: a decoder goes on from what it heard, and fades. Less than 10 ms at the end is left out.
pub(super) fn silence(before: &[u8], samples: u32) -> impl Iterator<Item = (u8, u32)> {
    let head = before.first().copied().unwrap_or_default();
    let whole = (0..samples / 960).map(move |_| (empty(head, 960), 960));
    whole.chain((samples % 960 >= 480).then(move || (empty(head, 480), 480)))
}

/// A packet of one empty frame of 10 or 20 ms: its head is all of it.
fn empty(head: u8, samples: u32) -> u8 {
    let config = head >> 3;
    let is_long = u8::from(samples == 960);
    let config = match config {
        0..12 => (config & !3) | is_long,
        12..16 => (config & !1) | is_long,
        _ => (config & !3) | 2 | is_long,
    };
    (config << 3) | (head & 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_tells_how_long_a_packet_is() {
        // Speech of 20 ms, hybrid of 10, music of 2.5, two frames of 20, three of 20.
        let cases: [(&[u8], Option<u32>); 8] = [
            (&[1 << 3, 7], Some(960)),
            (&[12 << 3, 7], Some(480)),
            (&[16 << 3], Some(120)),
            (&[(1 << 3) | 1, 7], Some(1920)),
            (&[(31 << 3) | 3, 3], Some(2880)),
            (&[(1 << 3) | 3], None),
            (&[(3 << 3) | 3, 48], None),
            (&[], None),
        ];
        for (packet, expected) in cases {
            assert_eq!(samples(packet), expected, "{packet:?}");
        }
    }

    #[test]
    fn silence_is_of_the_kind_of_what_was_before() {
        for head in 0..=u8::MAX {
            let filled: Vec<_> = silence(&[head], 960 * 3 + 700).collect();
            assert_eq!(filled.iter().map(|(_, samples)| samples).sum::<u32>(), 960 * 3 + 480);
            for (empty, length) in filled {
                assert_eq!(samples(&[empty]), Some(length), "{head:#x}");
                assert_eq!((empty & 4, empty & 3), (head & 4, 0));
            }
        }
    }
}
