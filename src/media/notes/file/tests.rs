use super::*;
use crate::media::notes::recording::tests::{recorded, tone};
use ogg::writing::{PacketWriteEndInfo, PacketWriter};
use proptest::prelude::*;

/// A file of these packets, as any program may write it.
fn written(packets: &[&[u8]]) -> Vec<u8> {
    let mut writer = PacketWriter::new(Vec::new());
    for (n, packet) in packets.iter().enumerate() {
        let end = if n + 1 == packets.len() { PacketWriteEndInfo::EndStream } else { PacketWriteEndInfo::EndPage };
        writer.write_packet(packet.to_vec(), 7, end, u64::MAX >> 1).unwrap();
    }
    writer.into_inner()
}

fn head(channels: u8, skip: u16) -> Vec<u8> {
    let mut head = b"OpusHead\x01".to_vec();
    head.push(channels);
    head.extend(skip.to_le_bytes());
    head.extend([0; 7]);
    head
}

/// 60 ms of Opus without any data in it.
const SIXTY_MS: &[u8] = &[3 << 3];

#[test]
fn what_was_recorded_is_read_and_as_long() {
    let note = recorded(&tone(5 * 480 + 123));
    let file = NoteFile::read(&note.ogg).unwrap();
    assert_eq!(file.length(), note.length);
    assert_eq!(file.samples(), 5 * 480 + 123);
}

#[test]
fn a_minute_is_read_by_pages_of_a_second() {
    let note = recorded(&tone(60 * 48_000));
    let pages = note.ogg.windows(4).filter(|bytes| bytes == b"OggS").count();
    assert!((62..=64).contains(&pages), "{pages} pages");
    assert_eq!(NoteFile::read(&note.ogg).unwrap().length(), Duration::from_secs(60));
    assert!(note.ogg.len() < NOTE_BYTES / 5);
}

#[test]
fn a_file_cut_off_is_read_as_far_as_it_goes() {
    let note = recorded(&tone(3 * 48_000));
    let second = note.ogg.windows(4).enumerate().filter(|(_, bytes)| bytes == b"OggS").nth(3).unwrap().0;
    let file = NoteFile::read(&note.ogg[..second]).unwrap();
    assert!(file.length() > Duration::from_millis(900) && file.length() < Duration::from_millis(1100));
}

#[test]
fn what_is_no_note_is_told_apart() {
    let (mono, packets) = (head(1, 0), vec![SIXTY_MS; 5100]);
    let longer: Vec<&[u8]> = [&mono[..], b"OpusTags"].into_iter().chain(packets).collect();
    let cases: [(Vec<u8>, NoteFileError); 9] = [
        (Vec::new(), NoteFileError::NotOgg),
        (b"<html>no sound</html>".repeat(99), NoteFileError::NotOgg),
        (vec![0; NOTE_BYTES + 1], NoteFileError::TooLarge),
        (written(&[b"\x01vorbis", b"OpusTags", SIXTY_MS]), NoteFileError::NotOpus),
        (written(&[&mono, b"no tags", SIXTY_MS]), NoteFileError::NotOpus),
        (written(&[&mono, b"OpusTags", &[0xff; 9000]]), NoteFileError::NotOpus),
        (written(&[&head(3, 0), b"OpusTags", SIXTY_MS]), NoteFileError::Channels),
        (written(&[&head(1, 9999), b"OpusTags", SIXTY_MS]), NoteFileError::Empty),
        (written(&longer), NoteFileError::TooLong),
    ];
    for (n, (bytes, error)) in cases.into_iter().enumerate() {
        assert_eq!(NoteFile::read(&bytes).unwrap_err(), error, "case {n}");
    }
    assert!(NoteFile::read(&written(&[&head(2, 0), b"OpusTags", SIXTY_MS])).is_ok());
}

/// The checksum of Ogg pages: they are damaged and then made whole again, so that more than the checksum is tried.
fn mend(bytes: &mut [u8]) {
    let starts: Vec<usize> = (0..bytes.len().saturating_sub(27)).filter(|n| &bytes[*n..*n + 4] == b"OggS").collect();
    for (n, start) in starts.iter().enumerate() {
        let end = starts.get(n + 1).copied().unwrap_or(bytes.len());
        let page = &mut bytes[*start..end];
        page[22..26].fill(0);
        let crc = page.iter().fold(0u32, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte) << 24, |crc, _| {
                if crc & 1 << 31 == 0 { crc << 1 } else { crc << 1 ^ 0x04c1_1db7 }
            })
        });
        page[22..26].copy_from_slice(&crc.to_le_bytes());
    }
}

#[test]
fn mending_gives_the_checksums_that_were_there() {
    let ogg = recorded(&tone(48_000)).ogg;
    let mut mended = ogg.to_vec();
    mend(&mut mended);
    assert!(mended == ogg);
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let _ = NoteFile::read(&bytes);
        let mut page = b"OggS\0\x02".to_vec();
        page.extend(&bytes);
        mend(&mut page);
        let _ = NoteFile::read(&page);
    }

    #[test]
    fn no_damage_panics(changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        cut in any::<prop::sample::Index>(), mended: bool) {
        let mut bytes = recorded(&tone(24_000)).ogg.to_vec();
        for (place, byte) in changes {
            // Mostly in the heads of pages, where it matters most.
            let place = if byte % 4 == 0 { place.index(bytes.len()) } else { place.index(200) };
            bytes[place] = byte;
        }
        if cut.index(4) == 0 {
            bytes.truncate(cut.index(bytes.len()));
        }
        if mended {
            mend(&mut bytes);
        }
        if let Ok(file) = NoteFile::read(&bytes) {
            prop_assert!(file.length() <= NOTE_LENGTH);
            let mut player = crate::media::notes::player::NotePlayer::new(file.into(), Duration::ZERO, 2.0).unwrap();
            let mut sound = [0.0; 480];
            while player.render(&mut sound) > 0 {
                prop_assert!(sound.iter().all(|sample| sample.is_finite()));
            }
        }
    }
}
