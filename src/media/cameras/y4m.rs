//! A Y4M file as a camera, over and over, at its own rate.

mod parse;

use super::{Camera, CameraError, pace::Pace};
use crate::media::picture::{Picture, clock};
use parse::{Y4m, Y4mError};
use std::{
    fs::File,
    io::BufReader,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

/// How much of the file is read at once.
const BUFFER_BYTES: usize = 1 << 20;

/// A file that gives pictures as a camera does.
#[derive(Debug)]
pub(super) struct FileCamera {
    path: PathBuf,
    file: Y4m<BufReader<File>>,
    pace: Pace,
}

impl FileCamera {
    /// Opens a file.
    pub(super) fn open(path: &Path) -> Result<Self, CameraError> {
        let about = |error: Y4mError| CameraError::File { path: path.into(), why: error.to_string() };
        let file = open_plain(path).map_err(|error| about(error.into()))?;
        let file = Y4m::open(BufReader::with_capacity(BUFFER_BYTES, file)).map_err(about)?;
        let pace = Pace::new(Instant::now(), file.rate().0, file.rate().1);
        Ok(Self { path: path.into(), file, pace })
    }
}

/// Opens a file, but nothing that might be waited for without end, as a pipe.
fn open_plain(path: &Path) -> std::io::Result<File> {
    if !path.metadata()?.is_file() {
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, "it is no plain file"));
    }
    File::open(path)
}

impl Camera for FileCamera {
    fn name(&self) -> String {
        self.path.display().to_string()
    }

    fn next(&mut self) -> Result<Picture, CameraError> {
        let (_, due) = self.pace.next(Instant::now());
        let read = self.file.next(Duration::ZERO);
        let mut picture =
            read.map_err(|error| CameraError::File { path: self.path.clone(), why: error.to_string() })?;
        thread::sleep(due.saturating_duration_since(Instant::now()));
        picture.taken = clock::now();
        Ok(picture)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::cameras::{CameraChoice, Wish, open};

    fn frames(count: u8) -> Vec<u8> {
        let mut bytes = b"YUV4MPEG2 W4 H2 F60:1 Ip A1:1 C420jpeg\n".to_vec();
        for shade in 0..count {
            bytes.extend_from_slice(b"FRAME\n");
            bytes.extend_from_slice(&[shade; 12]);
        }
        bytes
    }

    #[test]
    fn a_file_is_played_over_and_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.y4m");
        std::fs::write(&path, frames(3)).unwrap();
        let mut camera = open(&CameraChoice::File(path), Wish::default()).unwrap();
        let pictures: Vec<_> = (0..7).map(|_| camera.next().unwrap()).collect();
        let shades: Vec<_> = pictures.iter().map(|picture| picture.y()[0]).collect();
        assert_eq!(shades, [0, 1, 2, 0, 1, 2, 0]);
        assert!(pictures.is_sorted_by(|a, b| a.taken < b.taken));
    }

    #[test]
    fn what_is_wrong_with_a_file_is_told_in_a_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.y4m");
        let sentence = |path: &Path| {
            let error = open(&CameraChoice::File(path.into()), Wish::default()).map(drop).unwrap_err();
            assert_eq!(error.code(), "camera_file");
            error.to_string()
        };
        assert!(sentence(&path).contains("No such file"), "{}", sentence(&path));
        assert!(sentence(folder.path()).contains("no plain file"));
        std::fs::write(&path, "RIFF").unwrap();
        assert!(sentence(&path).ends_with("it is no Y4M file."), "{}", sentence(&path));
        std::fs::write(&path, frames(0)).unwrap();
        assert!(sentence(&path).ends_with("it has no pictures."), "{}", sentence(&path));
    }
}
