//! Received pictures as Y4M files, for scripts.
//!
//! One file for each stream: the first has the name that was given, the others a number before its ending. A file has one
//! size, that of the stream's first picture; others are fitted into it on black. Each shown picture is written once.

use super::Whose;
use crate::media::picture::{Picture, Scaler, fitted};
use hallway_protocol::video::Source;
use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

/// Most files; streams after them are not written.
const MOST_FILES: usize = 64;

/// See the [module's description](self).
pub(super) struct Sinks {
    path: PathBuf,
    /// Created at the start, so that a path that can't be written is told then.
    first: Option<File>,
    sinks: BTreeMap<(Whose, Source), Sink>,
}

struct Sink {
    file: BufWriter<File>,
    size: (usize, usize),
    scaler: Scaler,
    failed: bool,
}

impl Sinks {
    pub(super) fn create(path: PathBuf) -> io::Result<Self> {
        let file = File::create(&path)
            .map_err(|error| io::Error::new(error.kind(), format!("{} can't be written: {error}.", path.display())))?;
        Ok(Self { path, first: Some(file), sinks: BTreeMap::new() })
    }

    pub(super) fn write(&mut self, whose: Whose, source: Source, picture: &Picture) {
        if !self.sinks.contains_key(&(whose, source)) {
            if self.sinks.len() >= MOST_FILES {
                return;
            }
            let file = self.first.take().map_or_else(|| File::create(numbered(&self.path, self.sinks.len() + 1)), Ok);
            match file.and_then(|file| Sink::new(file, picture)) {
                Ok(sink) => self.sinks.insert((whose, source), sink),
                Err(error) => return tracing::warn!(%error, "a stream is not written"),
            };
        }
        if let Some(sink) = self.sinks.get_mut(&(whose, source))
            && !sink.failed
            && let Err(error) = sink.write(picture)
        {
            sink.failed = true;
            tracing::warn!(%error, "a stream is not written any more");
        }
    }
}

impl Sink {
    fn new(file: File, picture: &Picture) -> io::Result<Self> {
        let mut file = BufWriter::new(file);
        let size = (picture.width(), picture.height());
        writeln!(file, "YUV4MPEG2 W{} H{} F30:1 Ip A1:1 C420jpeg", size.0, size.1)?;
        Ok(Self { file, size, scaler: Scaler::default(), failed: false })
    }

    fn write(&mut self, picture: &Picture) -> io::Result<()> {
        writeln!(self.file, "FRAME")?;
        let fitting;
        let picture = if (picture.width(), picture.height()) == self.size {
            picture
        } else {
            fitting = self.fit(picture);
            &fitting
        };
        for plane in [picture.y(), picture.u(), picture.v()] {
            self.file.write_all(plane)?;
        }
        // A script reads along.
        self.file.flush()
    }

    /// The picture in the file's size, larger or smaller than it was, in the middle of black.
    fn fit(&mut self, picture: &Picture) -> Picture {
        let (width, height) = self.size;
        let shape = (picture.width() * 4096, picture.height() * 4096);
        let (wide, high) = fitted(shape, self.size);
        let scaled = self.scaler.scale(picture, wide, high);
        let mut framed = Picture::black(width, height, picture.taken);
        let (left, top) = ((width - wide) / 4, (height - high) / 4);
        let planes = [(scaled.y(), 2), (scaled.u(), 1), (scaled.v(), 1)];
        for ((from, part), to) in planes.into_iter().zip(framed.planes_mut()) {
            let (wide, whole) = (wide * part / 2, width * part / 2);
            for (line, from) in from.chunks_exact(wide).enumerate() {
                let at = (top * part + line) * whole + left * part;
                to[at..at + wide].copy_from_slice(from);
            }
        }
        framed
    }
}

/// The path with a number before its ending.
fn numbered(path: &Path, number: usize) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let name = match path.extension() {
        Some(ending) => format!("{stem}-{number}.{}", ending.to_string_lossy()),
        None => format!("{stem}-{number}"),
    };
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hallway_protocol::ids::PersonId;
    use std::time::Duration;

    fn picture(width: usize, height: usize, shade: u8) -> Picture {
        let mut picture = Picture::black(width, height, Duration::ZERO);
        picture.planes_mut()[0].fill(shade);
        picture
    }

    #[test]
    fn each_stream_has_a_file_and_each_file_one_size() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("seen.y4m");
        let mut sinks = Sinks::create(path.clone()).unwrap();
        let (ann, bob) = (Whose::Of(PersonId(1)), Whose::Of(PersonId(2)));
        sinks.write(ann, Source::Camera, &picture(64, 36, 50));
        sinks.write(bob, Source::Camera, &picture(32, 32, 60));
        sinks.write(ann, Source::Camera, &picture(32, 32, 70));
        drop(sinks);
        let first = std::fs::read(&path).unwrap();
        let head = b"YUV4MPEG2 W64 H36 F30:1 Ip A1:1 C420jpeg\n".len();
        let frame = 6 + Picture::bytes_of(64, 36);
        assert_eq!(first.len(), head + 2 * frame);
        let luma = &first[head + frame + 6..][..64 * 36];
        assert_eq!((luma[18 * 64 + 32], luma[18 * 64]), (70, 16), "fitted on black");
        let second = std::fs::read(dir.path().join("seen-2.y4m")).unwrap();
        assert!(second.starts_with(b"YUV4MPEG2 W32 H32 "));
    }
}
