//! Y4M streams of 4:2:0 pictures: a line that tells the size, then for each picture a line and its three planes.

use std::{
    io::{self, BufRead, ErrorKind, Read, Write},
    num::NonZeroU32,
};

/// Longest line of a stream: headers are far shorter.
const LINE_BYTES: u64 = 1024;
/// Largest side of a picture, so that a broken header makes no huge one.
const LARGEST_SIDE: usize = 8192;

/// What a stream says of itself in its first line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Width in pixels, even.
    pub width: usize,
    /// Height in pixels, even.
    pub height: usize,
    /// Pictures in so many seconds …
    pub rate: NonZeroU32,
    /// … as these.
    pub seconds: NonZeroU32,
}

/// A picture: a plane of brightness, and two of colour with half the width and height.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// Y, U and V, without gaps.
    pub planes: Vec<u8>,
}

/// Takes pictures from a stream.
#[derive(Debug)]
pub struct Reader<R> {
    from: R,
    header: Header,
}

impl Header {
    /// A stream of so many whole pictures in a second; `None` where a size is 0, odd or too large, or the rate is 0.
    #[must_use]
    pub fn new(width: usize, height: usize, rate: u32) -> Option<Self> {
        let fits = |side: usize| side > 0 && side <= LARGEST_SIDE && side.is_multiple_of(2);
        let rate = NonZeroU32::new(rate)?;
        (fits(width) && fits(height)).then_some(Self { width, height, rate, seconds: NonZeroU32::MIN })
    }

    fn read(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let (mut width, mut height, mut rate) = (0, 0, (NonZeroU32::MIN, NonZeroU32::MIN));
        if words.next() != Some("YUV4MPEG2") {
            return None;
        }
        for word in words {
            match word.split_at_checked(1)? {
                ("W", number) => width = number.parse().ok()?,
                ("H", number) => height = number.parse().ok()?,
                ("F", ratio) => {
                    let (pictures, seconds) = ratio.split_once(':')?;
                    rate = (pictures.parse().ok()?, seconds.parse().ok()?);
                }
                ("C", colours) if !matches!(colours, "420" | "420jpeg" | "420mpeg2" | "420paldv") => return None,
                _ => {}
            }
        }
        Self::new(width, height, 1).map(|header| Self { rate: rate.0, seconds: rate.1, ..header })
    }

    /// Writes the stream's first line.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&self, mut to: impl Write) -> io::Result<()> {
        let Self { width, height, rate, seconds } = self;
        writeln!(to, "YUV4MPEG2 W{width} H{height} F{rate}:{seconds} Ip A1:1 C420mpeg2 XCOLORRANGE=LIMITED")
    }
}

impl Frame {
    /// A picture of one shade of grey; both sides are even.
    #[must_use]
    pub fn grey(width: usize, height: usize, shade: u8) -> Self {
        let mut planes = vec![128; width * height / 2 * 3];
        planes[..width * height].fill(shade);
        Self { width, height, planes }
    }

    /// The plane of brightness.
    #[must_use]
    pub fn y(&self) -> &[u8] {
        &self.planes[..self.width * self.height]
    }

    /// The plane of brightness, to be drawn into.
    pub fn y_mut(&mut self) -> &mut [u8] {
        &mut self.planes[..self.width * self.height]
    }

    /// Writes it into a stream of its size.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&self, mut to: impl Write) -> io::Result<()> {
        to.write_all(b"FRAME\n")?;
        to.write_all(&self.planes)
    }
}

impl<R: BufRead> Reader<R> {
    /// Reads the stream's first line.
    ///
    /// # Errors
    /// Those of the reader, and `InvalidData` where it is no Y4M stream of 4:2:0 pictures with even sides.
    pub fn new(mut from: R) -> io::Result<Self> {
        let line = read_line(&mut from)?;
        let header = line.as_deref().and_then(Header::read);
        let wrong = || io::Error::new(ErrorKind::InvalidData, format!("no 4:2:0 pictures: {line:?}"));
        Ok(Self { header: header.ok_or_else(wrong)?, from })
    }

    /// What the stream says of itself.
    #[must_use]
    pub fn header(&self) -> Header {
        self.header
    }

    /// The next picture; `None` at the end. A picture that was cut off is the end too: whoever wrote it was.
    ///
    /// # Errors
    /// Those of the reader, and `InvalidData` where no picture begins.
    pub fn next_frame(&mut self) -> io::Result<Option<Frame>> {
        match read_line(&mut self.from)? {
            None => return Ok(None),
            Some(line) if line == "FRAME" || line.starts_with("FRAME ") => {}
            Some(line) => return Err(io::Error::new(ErrorKind::InvalidData, format!("no picture begins: {line:?}"))),
        }
        let Header { width, height, .. } = self.header;
        let mut planes = vec![0; width * height / 2 * 3];
        match self.from.read_exact(&mut planes) {
            Ok(()) => Ok(Some(Frame { width, height, planes })),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// A line without its end; `None` where there is none, or only the beginning of one.
fn read_line(from: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut line = vec![];
    from.take(LINE_BYTES).read_until(b'\n', &mut line)?;
    if line.pop() != Some(b'\n') {
        return Ok(None);
    }
    String::from_utf8(line).map(Some).map_err(|error| io::Error::new(ErrorKind::InvalidData, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_read_as_it_was_written() {
        let header = Header::new(4, 2, 30).unwrap();
        let pictures = [Frame::grey(4, 2, 7), Frame { width: 4, height: 2, planes: (0..12).collect() }];
        let mut stream = vec![];
        header.write(&mut stream).unwrap();
        pictures.iter().for_each(|picture| picture.write(&mut stream).unwrap());
        let mut reader = Reader::new(&stream[..]).unwrap();
        assert_eq!(reader.header(), header);
        for picture in pictures {
            assert_eq!(reader.next_frame().unwrap(), Some(picture));
        }
        assert_eq!(reader.next_frame().unwrap(), None);
        let mut cut = Reader::new(&stream[..stream.len() - 1]).unwrap();
        assert!(cut.next_frame().unwrap().is_some());
        assert_eq!(cut.next_frame().unwrap(), None);
    }

    #[test]
    fn headers_of_other_programs_are_read() {
        for (line, size) in [
            ("YUV4MPEG2 W640 H360 F30000:1001 Ip A1:1 C420jpeg XYSCSS=420JPEG\n", Some((640, 360))),
            ("YUV4MPEG2 H2 W2\n", Some((2, 2))),
            ("YUV4MPEG2 W640 H360 F30:1 C444\n", None),
            ("YUV4MPEG2 W0 H360 F30:1\n", None),
            ("YUV4MPEG2 W3 H2 F30:1\n", None),
            ("YUV4MPEG2 W2 H2 F0:1\n", None),
            ("YUV4MPEG2 W99999998 H99999998 F30:1\n", None),
            ("YUV4MPEG2 W2 H2 F30:1", None),
            ("RIFF\n", None),
        ] {
            let header = Reader::new(line.as_bytes()).ok().map(|reader| reader.header());
            assert_eq!(header.map(|header| (header.width, header.height)), size, "{line}");
        }
        let noise = Reader::new(&b"YUV4MPEG2 W2 H2 F30:1\nNOISE\n"[..]).unwrap().next_frame();
        assert_eq!(noise.unwrap_err().kind(), ErrorKind::InvalidData);
    }
}
