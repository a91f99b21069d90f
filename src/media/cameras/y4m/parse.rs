//! Reads Y4M: one line of header, and before each picture's planes a line of its own.

use crate::media::picture::{Picture, frame_even};
use std::{
    io::{self, BufRead, ErrorKind, Seek, SeekFrom},
    time::Duration,
};
use thiserror::Error;

/// Longest line; programs write under a hundred bytes.
const LINE_BYTES: u64 = 512;
/// Largest side; a picture of this size takes 25 MB.
const LONGEST_SIDE: usize = 4096;
/// Highest rate in pictures a second; more than any camera's.
const HIGHEST_RATE: u32 = 240;

/// Why a file gives no pictures; reads on after “can't be used as a camera:”.
#[derive(Debug, Error)]
pub(super) enum Y4mError {
    #[error("it is no Y4M file")]
    NotY4m,
    #[error("its header doesn't tell a size between 2×2 and {LONGEST_SIDE}×{LONGEST_SIDE}")]
    Size,
    #[error("its header doesn't tell a rate between one picture in ten seconds and {HIGHEST_RATE} in a second")]
    Rate,
    #[error("its pictures are {0}, and only 4:2:0 with 8 bits is read; convert it with “ffmpeg -pix_fmt yuv420p”")]
    Colours(String),
    #[error("it is interlaced; convert it with “ffmpeg -vf yadif”")]
    Interlaced,
    #[error("it has no pictures")]
    Empty,
    #[error("it is damaged")]
    Damaged,
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// What the first line tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Header {
    width: usize,
    height: usize,
    /// Pictures in so many seconds.
    rate: (u32, u32),
    /// Whether brightness goes from 0 to 255 and not from 16 to 235.
    is_full_range: bool,
}

/// An open file.
#[derive(Debug)]
pub(super) struct Y4m<R> {
    from: R,
    header: Header,
    /// Where the first picture begins.
    first: u64,
    /// The planes as they are in the file.
    planes: Vec<u8>,
}

impl<R: BufRead + Seek> Y4m<R> {
    /// Reads the header and looks whether there is a picture.
    pub(super) fn open(mut from: R) -> Result<Self, Y4mError> {
        let line = read_line(&mut from)?.ok_or(Y4mError::NotY4m)?;
        let header = Header::parse(&line)?;
        let first = from.stream_position()?;
        let planes = vec![0; header.frame_bytes()];
        let mut file = Self { from, header, first, planes };
        if !file.read_frame()? {
            return Err(Y4mError::Empty);
        }
        file.rewind()?;
        Ok(file)
    }

    /// Pictures in so many seconds.
    pub(super) fn rate(&self) -> (u32, u32) {
        self.header.rate
    }

    /// The next picture; after the last one, the first. A last one that is cut off is left out.
    pub(super) fn next(&mut self, taken: Duration) -> Result<Picture, Y4mError> {
        if !self.read_frame()? {
            self.rewind()?;
            // It had one at first; it may have been written anew since.
            if !self.read_frame()? {
                return Err(Y4mError::Empty);
            }
        }
        let mut picture =
            frame_even(&self.planes, self.header.width, self.header.height, taken).ok_or(Y4mError::Size)?;
        if self.header.is_full_range {
            narrow(&mut picture);
        }
        Ok(picture)
    }

    fn rewind(&mut self) -> io::Result<()> {
        self.from.seek(SeekFrom::Start(self.first)).map(drop)
    }

    /// Fills the planes; `false` at the end.
    fn read_frame(&mut self) -> Result<bool, Y4mError> {
        match read_line(&mut self.from)? {
            None => return Ok(false),
            Some(line) if line == b"FRAME" || line.starts_with(b"FRAME ") => {}
            Some(_) => return Err(Y4mError::Damaged),
        }
        match self.from.read_exact(&mut self.planes) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

/// A line without its end; `None` at the end of the file, also in the middle of a line.
fn read_line(from: &mut impl BufRead) -> Result<Option<Vec<u8>>, Y4mError> {
    let mut line = Vec::new();
    io::Read::take(from, LINE_BYTES).read_until(b'\n', &mut line)?;
    match line.pop() {
        Some(b'\n') => Ok(Some(line)),
        Some(_) if line.len() as u64 + 1 == LINE_BYTES => Err(Y4mError::Damaged),
        _ => Ok(None),
    }
}

impl Header {
    fn parse(line: &[u8]) -> Result<Self, Y4mError> {
        let line = std::str::from_utf8(line).map_err(|_| Y4mError::NotY4m)?;
        let mut words = line.split(' ');
        if words.next() != Some("YUV4MPEG2") {
            return Err(Y4mError::NotY4m);
        }
        let (mut width, mut height, mut rate, mut is_full_range) = (None, None, None, false);
        for word in words.filter(|word| !word.is_empty()) {
            match (word.split_at_checked(1), word) {
                (_, "XCOLORRANGE=FULL") => is_full_range = true,
                (Some(("W", value)), _) => width = side(value),
                (Some(("H", value)), _) => height = side(value),
                (Some(("F", value)), _) => rate = parse_rate(value),
                (Some(("I", value)), _) if !matches!(value, "p" | "?") => return Err(Y4mError::Interlaced),
                (Some(("C", value)), _) if !COLOURS.contains(&value) => return Err(Y4mError::Colours(shown(value))),
                _ => {}
            }
        }
        let (width, height) = width.zip(height).ok_or(Y4mError::Size)?;
        Ok(Self { width, height, rate: rate.ok_or(Y4mError::Rate)?, is_full_range })
    }

    fn frame_bytes(&self) -> usize {
        self.width * self.height + 2 * self.width.div_ceil(2) * self.height.div_ceil(2)
    }
}

/// The 4:2:0 forms with 8 bits; they differ in where the colour was measured, by less than a sample.
const COLOURS: [&str; 4] = ["420", "420jpeg", "420mpeg2", "420paldv"];

/// A word of a stranger's file, fit to be shown.
fn shown(word: &str) -> String {
    word.chars().filter(char::is_ascii_graphic).take(16).collect()
}

fn side(value: &str) -> Option<usize> {
    value.parse().ok().filter(|side| (2..=LONGEST_SIDE).contains(side))
}

fn parse_rate(value: &str) -> Option<(u32, u32)> {
    let (beats, per) = value.split_once(':')?;
    let (beats, per): (u32, u32) = (beats.parse().ok()?, per.parse().ok()?);
    let is_slow_enough = u64::from(beats) <= u64::from(HIGHEST_RATE) * u64::from(per);
    let is_fast_enough = u64::from(beats) * 10 >= u64::from(per);
    (beats > 0 && per > 0 && is_slow_enough && is_fast_enough).then_some((beats, per))
}

/// From the full range into the video range.
fn narrow(picture: &mut Picture) {
    let luma: [u8; 256] = std::array::from_fn(|value| ((value * 219 + 127) / 255 + 16) as u8);
    let colour: [u8; 256] =
        std::array::from_fn(|value| (((value as f32 - 128.0) * 224.0 / 255.0).round() + 128.0) as u8);
    for (plane, table) in picture.planes_mut().into_iter().zip([&luma, &colour, &colour]) {
        plane.iter_mut().for_each(|value| *value = table[usize::from(*value)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Cursor;

    fn open(bytes: impl Into<Vec<u8>>) -> Result<Y4m<Cursor<Vec<u8>>>, Y4mError> {
        Y4m::open(Cursor::new(bytes.into()))
    }

    fn header(line: &str) -> Result<Header, String> {
        Header::parse(line.as_bytes()).map_err(|error| error.to_string())
    }

    #[test]
    fn headers_of_known_programs_are_read() {
        let ffmpeg = "YUV4MPEG2 W640 H360 F30000:1001 Ip A1:1 C420mpeg2 XYSCSS=420MPEG2 XCOLORRANGE=LIMITED";
        let expected = Header { width: 640, height: 360, rate: (30_000, 1001), is_full_range: false };
        assert_eq!(header(ffmpeg), Ok(expected));
        assert_eq!(
            header("YUV4MPEG2 W3 H5 F25:1 XCOLORRANGE=FULL"),
            Ok(Header { width: 3, height: 5, rate: (25, 1), is_full_range: true })
        );
    }

    #[test]
    fn headers_that_can_not_be_used_say_why() {
        let table = [
            ("YUV4MPEG W2 H2 F25:1", "no Y4M"),
            ("YUV4MPEG2 W640 F25:1", "a size"),
            ("YUV4MPEG2 W0 H2 F25:1", "a size"),
            ("YUV4MPEG2 W4097 H2 F25:1", "a size"),
            ("YUV4MPEG2 W99999999999999999999 H2 F25:1", "a size"),
            ("YUV4MPEG2 W2 H2", "a rate"),
            ("YUV4MPEG2 W2 H2 F0:0", "a rate"),
            ("YUV4MPEG2 W2 H2 F1:11", "a rate"),
            ("YUV4MPEG2 W2 H2 F4000000000:1", "a rate"),
            ("YUV4MPEG2 W2 H2 F25:1 C444", "are 444"),
            ("YUV4MPEG2 W2 H2 F25:1 C420p10", "are 420p10"),
            ("YUV4MPEG2 W2 H2 F25:1 It", "interlaced"),
        ];
        for (line, why) in table {
            let error = header(line).expect_err(line);
            assert!(error.contains(why), "{line}: {error}");
        }
    }

    #[test]
    fn odd_sizes_lose_their_last_row_and_column() {
        let mut bytes = b"YUV4MPEG2 W3 H3 F25:1 C420\nFRAME Ip\n".to_vec();
        bytes.extend((0..9).chain([20, 21, 22, 23]).chain([30, 31, 32, 33]));
        let picture = open(bytes).unwrap().next(Duration::ZERO).unwrap();
        assert_eq!((picture.width(), picture.height()), (2, 2));
        assert_eq!((picture.y(), picture.u(), picture.v()), (&[0, 1, 3, 4][..], &[20][..], &[30][..]));
    }

    #[test]
    fn the_full_range_is_narrowed() {
        let mut bytes = b"YUV4MPEG2 W2 H2 F25:1 XCOLORRANGE=FULL\nFRAME\n".to_vec();
        bytes.extend([0, 255, 128, 1, 128, 255]);
        let picture = open(bytes).unwrap().next(Duration::ZERO).unwrap();
        assert_eq!((picture.y(), picture.u(), picture.v()), (&[16, 235, 126, 17][..], &[128][..], &[240][..]));
    }

    #[test]
    fn a_picture_that_is_cut_off_ends_the_file() {
        let mut bytes = b"YUV4MPEG2 W2 H2 F25:1\nFRAME\nabcdefFRAME\nabc".to_vec();
        let mut file = open(bytes.clone()).unwrap();
        for _ in 0..3 {
            assert_eq!(file.next(Duration::ZERO).unwrap().y(), b"abcd");
        }
        bytes.truncate(30);
        assert!(matches!(open(bytes), Err(Y4mError::Empty)));
        let mut garbage = open(b"YUV4MPEG2 W2 H2 F25:1\nFRAME\nabcdefFRIME\nabcdef").unwrap();
        assert!(garbage.next(Duration::ZERO).is_ok());
        assert!(matches!(garbage.next(Duration::ZERO), Err(Y4mError::Damaged)));
    }

    #[test]
    fn a_line_without_end_is_not_read_to_its_end() {
        assert!(matches!(open(vec![b'Y'; 1 << 20]), Err(Y4mError::Damaged)));
    }

    proptest! {
        #[test]
        fn no_file_breaks_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            let _ = open(bytes).and_then(|mut file| file.next(Duration::ZERO));
        }

        #[test]
        fn no_change_to_a_good_file_breaks_the_reader(
            at in 0usize..80, with in prop::collection::vec(any::<u8>(), 0..8), cut in 0usize..100,
        ) {
            let mut bytes = b"YUV4MPEG2 W4 H2 F30:1 Ip A1:1 C420jpeg\nFRAME\n0123456789abFRAME\n0123456789ab".to_vec();
            let to = (at + with.len()).min(bytes.len());
            let at = at.min(to);
            bytes.splice(at..to, with);
            bytes.truncate(cut.max(1));
            if let Ok(mut file) = open(bytes) {
                for _ in 0..4 {
                    let _ = file.next(Duration::ZERO);
                }
            }
        }
    }
}
