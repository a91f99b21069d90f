//! What everything heard goes to.

use super::source::{ParseDeviceError, parse_device};
use std::{fmt, path::PathBuf, str::FromStr};

/// What everything heard goes to. Written `none`, `device[:NAME]` or `wav:FILE`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Speaker {
    /// Nothing; packets are still received and counted.
    #[default]
    None,
    /// A sound device: the system's default, or the one of that name.
    Device(Option<String>),
    /// A WAV file that gets all that a listener would hear, in real time and with the silence.
    Wav(PathBuf),
}

impl FromStr for Speaker {
    type Err = ParseDeviceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.strip_prefix("wav:") {
            Some("") => Err(ParseDeviceError::NoFile),
            Some(file) => Ok(Self::Wav(file.into())),
            None => Ok(match parse_device(text)? {
                None => Self::None,
                Some(name) => Self::Device(name),
            }),
        }
    }
}

impl fmt::Display for Speaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Device(None) => f.write_str("device"),
            Self::Device(Some(name)) => write!(f, "device:{name}"),
            Self::Wav(path) => write!(f, "wav:{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read_and_written_back() {
        for text in ["none", "device", "device:Head set", "wav:out:loop.wav"] {
            assert_eq!(text.parse::<Speaker>().unwrap().to_string(), text);
        }
        assert_eq!("wav:".parse::<Speaker>(), Err(ParseDeviceError::NoFile));
        assert_eq!("".parse::<Speaker>(), Err(ParseDeviceError::Unknown(String::new())));
    }
}
