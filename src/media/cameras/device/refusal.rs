//! Why a camera doesn't do what it is told, out of what systems and nokhwa say.

use crate::media::cameras::CameraError;
use nokhwa::NokhwaError;
use std::io;

/// A [`CameraError`] before the camera's name is known to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Forbidden,
    InUse,
    Unplugged,
    NoFormat,
    Other(String),
}

/// Longest reason that is shown.
const WHY_CHARS: usize = 120;

impl Refusal {
    /// nokhwa or a driver below it gave up without a word.
    pub(super) fn driver_failed() -> Self {
        Self::Other("its driver failed".into())
    }

    pub(super) fn about(self, name: &str) -> CameraError {
        let name = name.to_owned();
        match self {
            Self::Forbidden => CameraError::Forbidden { name },
            Self::InUse => CameraError::InUse { name },
            Self::Unplugged => CameraError::Unplugged { name },
            Self::NoFormat => CameraError::NoFormat { name },
            Self::Other(why) => CameraError::Other { name, why },
        }
    }

    /// What an error number of Unix says.
    fn of_errno(errno: i32) -> Option<Self> {
        match errno {
            1 | 13 => Some(Self::Forbidden),
            16 => Some(Self::InUse),
            // No entry, no such device or address, no such device.
            2 | 6 | 19 => Some(Self::Unplugged),
            _ => None,
        }
    }

    /// What an error of nokhwa says, which has only the text of the system's error.
    fn of_text(text: &str) -> Option<Self> {
        if let Some((_, rest)) = text.rsplit_once("(os error ") {
            return Self::of_errno(rest.split(')').next()?.parse().ok()?);
        }
        // Windows: access denied; taken by another program; invalidated by unplugging.
        let codes = [("80070005", Self::Forbidden), ("C00D3EA3", Self::InUse), ("C00D3EA2", Self::Unplugged)];
        let text = text.to_ascii_uppercase();
        codes.into_iter().find_map(|(code, refusal)| text.contains(code).then_some(refusal))
    }
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        error.raw_os_error().and_then(Self::of_errno).unwrap_or_else(|| Self::Other(shown(&error.to_string())))
    }
}

impl From<NokhwaError> for Refusal {
    fn from(error: NokhwaError) -> Self {
        let text = error.to_string();
        Self::of_text(&text).unwrap_or_else(|| Self::Other(shown(&text)))
    }
}

/// One line of a reason, without the full stop of its own.
fn shown(why: &str) -> String {
    why.lines().next().unwrap_or_default().trim().trim_end_matches('.').chars().take(WHY_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_systems_are_told_apart() {
        let open = |text: &str| Refusal::from(NokhwaError::OpenDeviceError("0".into(), text.into()));
        assert_eq!(open("V4L2 Error: Permission denied (os error 13)"), Refusal::Forbidden);
        assert_eq!(open("V4L2 Error: No such file or directory (os error 2)"), Refusal::Unplugged);
        let read = |text: &str| Refusal::from(NokhwaError::ReadFrameError(text.into()));
        assert_eq!(read("No such device (os error 19)"), Refusal::Unplugged);
        assert_eq!(
            read("Input/output error (os error 5)"),
            Refusal::Other("Could not capture frame: Input/output error (os error 5)".into())
        );
        let stream = |text: &str| Refusal::from(NokhwaError::OpenStreamError(text.into()));
        assert_eq!(stream("Device or resource busy (os error 16)"), Refusal::InUse);
        assert_eq!(stream("The device was taken. (0xC00D3EA3)"), Refusal::InUse);
        assert_eq!(stream("Access is denied. (0x80070005)"), Refusal::Forbidden);
        assert_eq!(Refusal::from(io::Error::from_raw_os_error(16)), Refusal::InUse);
    }

    #[test]
    fn long_reasons_are_cut_to_a_line() {
        let Refusal::Other(why) = Refusal::from(NokhwaError::GeneralError(format!("a.\nb{}", "c".repeat(500)))) else {
            panic!("it is something else");
        };
        assert_eq!(why, "Error: a");
    }
}
