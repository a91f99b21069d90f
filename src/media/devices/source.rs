//! What the voice is taken from.

use std::{fmt, path::PathBuf, str::FromStr};
use thiserror::Error;

/// What the voice is taken from. Written `none`, `device[:NAME]` or
/// `wav:FILE[:loop][:from-talk][:ppm=N]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Microphone {
    /// Nothing: this client only listens.
    #[default]
    None,
    /// A sound device: the system's default, or the one of that name.
    Device(Option<String>),
    /// A WAV file, played in real time.
    Wav {
        /// The file.
        path: PathBuf,
        /// Whether it starts over at its end; otherwise silence follows.
        repeat: bool,
        /// Whether it starts anew each time the talk key goes down; otherwise it runs from the start of the engine.
        from_talk: bool,
        /// By how much its clock is faster than this machine's, in millionths; for tests of long talks.
        ppm: i32,
    },
}

/// Why a text names no microphone or speaker.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ParseDeviceError {
    /// It begins with no known word.
    #[error("“{0}” is neither `none`, `device`, `device:NAME` nor `wav:FILE`")]
    Unknown(String),
    /// `wav:` without a file.
    #[error("`wav:` needs a file, as in `wav:speech.wav`")]
    NoFile,
    /// `device:` without a name.
    #[error("`device:` needs a name; leave the colon out for the default device")]
    NoName,
}

impl FromStr for Microphone {
    type Err = ParseDeviceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(file) = text.strip_prefix("wav:") {
            return parse_wav(file);
        }
        Ok(match parse_device(text)? {
            None => Self::None,
            Some(name) => Self::Device(name),
        })
    }
}

fn parse_wav(mut file: &str) -> Result<Microphone, ParseDeviceError> {
    let (mut repeat, mut from_talk, mut ppm) = (false, false, 0);
    while let Some((rest, word)) = file.rsplit_once(':') {
        match word {
            "loop" => repeat = true,
            "from-talk" => from_talk = true,
            _ => match word.strip_prefix("ppm=").map(str::parse) {
                Some(Ok(number)) => ppm = number,
                _ => break,
            },
        }
        file = rest;
    }
    if file.is_empty() {
        return Err(ParseDeviceError::NoFile);
    }
    Ok(Microphone::Wav { path: file.into(), repeat, from_talk, ppm })
}

/// `none` is `None`, `device` is `Some(None)`, `device:NAME` is `Some(Some(NAME))`.
pub(super) fn parse_device(text: &str) -> Result<Option<Option<String>>, ParseDeviceError> {
    match text.split_once(':') {
        None if text == "none" => Ok(None),
        None if text == "device" => Ok(Some(None)),
        Some(("device", "")) => Err(ParseDeviceError::NoName),
        Some(("device", name)) => Ok(Some(Some(name.to_owned()))),
        _ => Err(ParseDeviceError::Unknown(text.to_owned())),
    }
}

impl fmt::Display for Microphone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Device(None) => f.write_str("device"),
            Self::Device(Some(name)) => write!(f, "device:{name}"),
            Self::Wav { path, repeat, from_talk, ppm } => {
                let repeat = if *repeat { ":loop" } else { "" };
                let from_talk = if *from_talk { ":from-talk" } else { "" };
                write!(f, "wav:{}{repeat}{from_talk}", path.display())?;
                if *ppm == 0 { Ok(()) } else { write!(f, ":ppm={ppm}") }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wav(path: &str, repeat: bool, from_talk: bool) -> Microphone {
        Microphone::Wav { path: path.into(), repeat, from_talk, ppm: 0 }
    }

    #[test]
    fn every_form_is_read_and_written_back() {
        let table = [
            ("none", Microphone::None),
            ("device", Microphone::Device(None)),
            ("device:USB: left", Microphone::Device(Some("USB: left".into()))),
            ("wav:a.wav", wav("a.wav", false, false)),
            ("wav:a.wav:loop", wav("a.wav", true, false)),
            ("wav:C:\\a b.wav:loop:from-talk", wav("C:\\a b.wav", true, true)),
            (
                "wav:a.wav:loop:ppm=-100",
                Microphone::Wav { path: "a.wav".into(), repeat: true, from_talk: false, ppm: -100 },
            ),
            ("wav:a:ppm=fast", wav("a:ppm=fast", false, false)),
        ];
        for (text, microphone) in table {
            assert_eq!(text.parse(), Ok(microphone.clone()));
            assert_eq!(microphone.to_string(), text);
        }
        assert_eq!("wav:a.wav:from-talk:loop".parse(), Ok(wav("a.wav", true, true)));
    }

    #[test]
    fn what_is_wrong_is_told() {
        assert_eq!("wav::loop".parse::<Microphone>(), Err(ParseDeviceError::NoFile));
        assert_eq!("device:".parse::<Microphone>(), Err(ParseDeviceError::NoName));
        assert_eq!("mic".parse::<Microphone>(), Err(ParseDeviceError::Unknown("mic".into())));
        assert_eq!("none:x".parse::<Microphone>(), Err(ParseDeviceError::Unknown("none:x".into())));
    }
}
