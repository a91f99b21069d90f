//! Preferences as people type them: on the command line and in scripts.

use super::{ACTIVATION_DBFS, LONGEST_TAIL, VoicePreferences};
use std::time::Duration;

/// The words of the preferences, and how their values are written.
pub const WORDS: [(&str, &str); 12] = [
    ("mic", "none|device[:NAME]|wav:FILE"),
    ("speaker", "none|device[:NAME]|wav:FILE"),
    ("noise-suppression", "on|off"),
    ("automatic-level", "on|off"),
    ("echo-cancellation", "on|off"),
    ("activation", "off|DBFS"),
    ("release-tail", "MS"),
    ("deferred", "ask|play|drop"),
    ("lock", "on|off"),
    ("spatial", "on|off"),
    ("cues", "on|off"),
    ("notes-in-a-row", "on|off"),
];

/// Reads `on` or `off`.
///
/// # Errors
/// What is to be written instead.
pub fn switch(text: &str) -> Result<bool, String> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err("write on or off".to_owned()),
    }
}

/// Reads `off`, or a loudness in dBFS.
///
/// # Errors
/// What is to be written instead.
pub fn activation(text: &str) -> Result<Option<f32>, String> {
    if text == "off" {
        return Ok(None);
    }
    let dbfs = text.parse().ok().filter(|dbfs| ACTIVATION_DBFS.contains(dbfs));
    let wrong = || format!("write off, or dBFS from {} to {}", ACTIVATION_DBFS.start(), ACTIVATION_DBFS.end());
    dbfs.map(Some).ok_or_else(wrong)
}

/// Reads the milliseconds of a release tail.
///
/// # Errors
/// What is to be written instead.
pub fn tail(text: &str) -> Result<Duration, String> {
    let tail = text.parse().ok().map(Duration::from_millis).filter(|tail| *tail <= LONGEST_TAIL);
    tail.ok_or_else(|| format!("write milliseconds from 0 to {}", LONGEST_TAIL.as_millis()))
}

impl VoicePreferences {
    /// Sets the preference of this word.
    ///
    /// # Errors
    /// What is to be written instead; nothing is set then.
    pub fn set(&mut self, word: &str, value: &str) -> Result<(), String> {
        match word {
            "mic" => self.microphone = value.parse().map_err(|error| format!("{error}"))?,
            "speaker" => self.speaker = value.parse().map_err(|error| format!("{error}"))?,
            "noise-suppression" => self.noise_suppression = switch(value)?,
            "automatic-level" => self.automatic_level = switch(value)?,
            "echo-cancellation" => self.echo_cancellation = switch(value)?,
            "activation" => self.activation_dbfs = activation(value)?,
            "release-tail" => self.release_tail = tail(value)?,
            "deferred" => self.deferred = value.parse()?,
            "lock" => self.lock = switch(value)?,
            "spatial" => self.spatial = switch(value)?,
            "cues" => self.cues = switch(value)?,
            "notes-in-a-row" => self.notes_in_a_row = switch(value)?,
            _ => return Err(format!("“{word}” is none of {}", WORDS.map(|(word, _)| word).join(", "))),
        }
        Ok(())
    }

    /// The value of the preference of this word, as it is written.
    #[must_use]
    pub fn get(&self, word: &str) -> Option<String> {
        let switch = |is_on: bool| if is_on { "on" } else { "off" }.to_owned();
        Some(match word {
            "mic" => self.microphone.to_string(),
            "speaker" => self.speaker.to_string(),
            "noise-suppression" => switch(self.noise_suppression),
            "automatic-level" => switch(self.automatic_level),
            "echo-cancellation" => switch(self.echo_cancellation),
            "activation" => self.activation_dbfs.map_or_else(|| "off".to_owned(), |dbfs| dbfs.to_string()),
            "release-tail" => self.release_tail.as_millis().to_string(),
            "deferred" => self.deferred.to_string(),
            "lock" => switch(self.lock),
            "spatial" => switch(self.spatial),
            "cues" => switch(self.cues),
            "notes-in-a-row" => switch(self.notes_in_a_row),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preference_is_read_as_it_is_written() {
        let values = ["device:Desk", "none", "off", "off", "off", "-42.5", "320", "play", "on", "off", "off", "off"];
        let mut preferences = VoicePreferences::default();
        for ((word, _), value) in WORDS.iter().zip(values) {
            assert_ne!(preferences.get(word).unwrap(), value, "{word}");
            preferences.set(word, value).unwrap();
            assert_eq!(preferences.get(word).unwrap(), value);
        }
        let wrong =
            [("mic", "loud"), ("lock", "yes"), ("activation", "-5"), ("activation", "NaN"), ("release-tail", "1001")];
        for (word, value) in wrong.into_iter().chain([("deferred", "never"), ("hologram", "on")]) {
            let before = preferences.clone();
            assert!(preferences.set(word, value).unwrap_err().len() > 10, "{word} {value}");
            assert_eq!(preferences, before);
        }
    }
}
