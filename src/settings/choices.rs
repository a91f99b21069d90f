//! Cameras, screens and files for pictures as people type them: on the command line and in scripts.

use crate::{
    media::{cameras::CameraChoice, screens::ScreenChoice},
    net::commands::Secret,
};
use std::path::PathBuf;

/// How a camera is written.
pub const CAMERA: &str = "none|device[:NAME|:NUMBER]|pattern|y4m:FILE";
/// How something to be shared is written.
pub const SCREEN: &str = "screen[:NUMBER]|window:ID|pattern";

/// Where received pictures are written as well; nowhere where it is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VideoSink(pub Option<PathBuf>);

/// Reads a camera.
///
/// # Errors
/// What is to be written instead.
pub fn camera(text: &str) -> Result<CameraChoice, String> {
    match text.split_once(':') {
        None if text == "none" => Ok(CameraChoice::None),
        None if text == "device" => Ok(CameraChoice::Default),
        None if text == "pattern" => Ok(CameraChoice::Pattern),
        Some(("device", name)) if !name.is_empty() => Ok(CameraChoice::Device(name.to_owned())),
        Some(("y4m", file)) if !file.is_empty() => Ok(CameraChoice::File(file.into())),
        _ => Err(format!("write {CAMERA}")),
    }
}

/// A camera as [`camera`] reads it.
#[must_use]
pub fn camera_words(choice: &CameraChoice) -> String {
    match choice {
        CameraChoice::None => "none".to_owned(),
        CameraChoice::Default => "device".to_owned(),
        CameraChoice::Device(name) => format!("device:{name}"),
        CameraChoice::Pattern => "pattern".to_owned(),
        CameraChoice::File(path) => format!("y4m:{}", path.display()),
    }
}

/// Reads something that can be shared.
///
/// # Errors
/// What is to be written instead.
pub fn screen(text: &str) -> Result<ScreenChoice, String> {
    let wrong = || format!("write {SCREEN}");
    match text.split_once(':') {
        None if text == "screen" => Ok(ScreenChoice::Screen(0)),
        None if text == "pattern" => Ok(ScreenChoice::Pattern),
        Some(("screen", number)) => number.parse().map(ScreenChoice::Screen).map_err(|_| wrong()),
        Some(("window", id)) => id.parse().map(ScreenChoice::Window).map_err(|_| wrong()),
        _ => Err(wrong()),
    }
}

/// Something that can be shared as [`screen`] reads it.
#[must_use]
pub fn screen_words(choice: &ScreenChoice) -> String {
    match choice {
        ScreenChoice::Screen(number) => format!("screen:{number}"),
        ScreenChoice::Window(id) => format!("window:{id}"),
        ScreenChoice::Pattern => "pattern".to_owned(),
    }
}

/// Reads where received pictures are written.
///
/// # Errors
/// What is to be written instead.
pub fn video_sink(text: &str) -> Result<VideoSink, String> {
    match text.split_once(':') {
        None if text == "none" => Ok(VideoSink(None)),
        Some(("y4m", file)) if !file.is_empty() => Ok(VideoSink(Some(file.into()))),
        _ => Err("write none or y4m:FILE".to_owned()),
    }
}

/// Reads a password: the first line of a file.
///
/// # Errors
/// Why it can't be read.
pub fn password_file(path: &str) -> Result<Secret, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{path} can't be read: {error}"))?;
    match text.lines().next() {
        Some(line) if !line.is_empty() => Ok(Secret(line.to_owned())),
        _ => Err(format!("the first line of {path} is empty")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cameras_are_read_as_they_are_written() {
        let device = |name: &str| CameraChoice::Device(name.to_owned());
        for (text, choice) in [
            ("none", CameraChoice::None),
            ("device", CameraChoice::Default),
            ("device:USB: front", device("USB: front")),
            ("device:0", device("0")),
            ("pattern", CameraChoice::Pattern),
            ("y4m:a b:c.y4m", CameraChoice::File("a b:c.y4m".into())),
        ] {
            assert_eq!(camera(text).as_ref(), Ok(&choice));
            assert_eq!(camera_words(&choice), text);
        }
        for text in ["", "camera", "device:", "y4m", "y4m:", "pattern:1", "none:"] {
            assert!(camera(text).is_err(), "{text}");
        }
    }

    #[test]
    fn screens_are_read_as_they_are_written() {
        for (text, choice) in [
            ("screen:1", ScreenChoice::Screen(1)),
            ("window:4194307", ScreenChoice::Window(4_194_307)),
            ("pattern", ScreenChoice::Pattern),
        ] {
            assert_eq!(screen(text), Ok(choice.clone()));
            assert_eq!(screen_words(&choice), text);
        }
        assert_eq!(screen("screen"), Ok(ScreenChoice::Screen(0)));
        for text in ["", "window", "window:x", "screen:", "screen:-1", "desk"] {
            assert!(screen(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_password_is_the_first_line_of_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("password");
        let path = file.to_str().unwrap();
        assert!(password_file(path).unwrap_err().contains("can't be read"));
        std::fs::write(&file, "correct horse \r\nsecond").unwrap();
        assert_eq!(password_file(path), Ok(Secret("correct horse ".to_owned())));
        std::fs::write(&file, "\nsecond").unwrap();
        assert!(password_file(path).unwrap_err().contains("is empty"));
    }

    #[test]
    fn a_sink_is_a_file_or_none() {
        assert_eq!(video_sink("none"), Ok(VideoSink(None)));
        assert_eq!(video_sink("y4m:seen.y4m"), Ok(VideoSink(Some("seen.y4m".into()))));
        for text in ["", "y4m:", "seen.y4m", "wav:seen.wav"] {
            assert!(video_sink(text).is_err(), "{text}");
        }
    }
}
