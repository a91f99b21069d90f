//! Preferences as they stand in the settings file.

use super::{VOLUME, VoicePreferences};
use hallway_protocol::names::NameKey;
use std::{collections::BTreeMap, str::FromStr, time::Duration};
use toml::{Table, Value};

/// The table of the preferences about voice.
pub(super) const VOICE: &str = "voice";
/// The table of people's volumes, by name.
pub(super) const VOLUMES: &str = "volumes";

/// What a table of the file says of voice and of volumes, and what in it is wrong.
pub(super) fn read(file: &Table) -> (VoicePreferences, BTreeMap<NameKey, f32>, Vec<String>) {
    let mut voice = Section::of(file, VOICE);
    let defaults = VoicePreferences::default();
    let preferences = VoicePreferences {
        microphone: voice.take("microphone", parsed).unwrap_or(defaults.microphone),
        speaker: voice.take("speaker", parsed).unwrap_or(defaults.speaker),
        noise_suppression: voice.take("noise_suppression", Value::as_bool).unwrap_or(defaults.noise_suppression),
        automatic_level: voice.take("automatic_level", Value::as_bool).unwrap_or(defaults.automatic_level),
        echo_cancellation: voice.take("echo_cancellation", Value::as_bool).unwrap_or(defaults.echo_cancellation),
        activation_dbfs: voice.take("activation_dbfs", number),
        release_tail: voice.take("release_tail_ms", milliseconds).unwrap_or(defaults.release_tail),
        deferred: voice.take("deferred", parsed).unwrap_or(defaults.deferred),
        lock: voice.take("lock", Value::as_bool).unwrap_or(defaults.lock),
        spatial: voice.take("spatial", Value::as_bool).unwrap_or(defaults.spatial),
        cues: voice.take("cues", Value::as_bool).unwrap_or(defaults.cues),
        notes_in_a_row: voice.take("notes_in_a_row", Value::as_bool).unwrap_or(defaults.notes_in_a_row),
    };
    let mut people = Section::of(file, VOLUMES);
    let names: Vec<String> = people.table.iter().flat_map(|table| table.keys().cloned()).collect();
    let volume = |value: &Value| number(value).filter(|volume| VOLUME.contains(volume));
    let volumes = names.iter().filter_map(|name| Some((NameKey::of(name), people.take(name, volume)?))).collect();
    (preferences, volumes, [voice.wrong, people.wrong].concat())
}

/// The preferences as a table of the file.
pub(super) fn write(preferences: &VoicePreferences) -> Table {
    let VoicePreferences { microphone, speaker, noise_suppression, automatic_level, echo_cancellation, .. } =
        preferences;
    let VoicePreferences { activation_dbfs, release_tail, deferred, lock, spatial, cues, notes_in_a_row, .. } =
        preferences;
    let tail = i64::try_from(release_tail.as_millis()).unwrap_or(i64::MAX);
    let mut table = Table::from_iter([
        ("microphone".to_owned(), Value::from(microphone.to_string())),
        ("speaker".to_owned(), Value::from(speaker.to_string())),
        ("noise_suppression".to_owned(), Value::from(*noise_suppression)),
        ("automatic_level".to_owned(), Value::from(*automatic_level)),
        ("echo_cancellation".to_owned(), Value::from(*echo_cancellation)),
        ("release_tail_ms".to_owned(), Value::from(tail)),
        ("deferred".to_owned(), Value::from(deferred.word())),
        ("lock".to_owned(), Value::from(*lock)),
        ("spatial".to_owned(), Value::from(*spatial)),
        ("cues".to_owned(), Value::from(*cues)),
        ("notes_in_a_row".to_owned(), Value::from(*notes_in_a_row)),
    ]);
    if let Some(dbfs) = activation_dbfs {
        table.insert("activation_dbfs".to_owned(), Value::from(f64::from(*dbfs)));
    }
    table
}

/// One table of the file, and what was found wrong in it.
pub(super) struct Section<'a> {
    name: &'static str,
    table: Option<&'a Table>,
    pub(super) wrong: Vec<String>,
}

impl<'a> Section<'a> {
    pub(super) fn of(file: &'a Table, name: &'static str) -> Self {
        let value = file.get(name);
        let table = value.and_then(Value::as_table);
        let wrong = if value.is_some() && table.is_none() { vec![name.to_owned()] } else { Vec::new() };
        Self { name, table, wrong }
    }

    pub(super) fn take<T>(&mut self, key: &str, read: impl Fn(&Value) -> Option<T>) -> Option<T> {
        let value = self.table?.get(key)?;
        let read = read(value);
        if read.is_none() {
            self.wrong.push(format!("{}.{key}", self.name));
        }
        read
    }
}

fn parsed<T: FromStr>(value: &Value) -> Option<T> {
    value.as_str()?.parse().ok()
}

fn number(value: &Value) -> Option<f32> {
    let number = value.as_float().or_else(|| value.as_integer().map(|whole| whole as f64))?;
    number.is_finite().then_some(number as f32)
}

fn milliseconds(value: &Value) -> Option<Duration> {
    u64::try_from(value.as_integer()?).ok().map(Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        media::devices::{sink::Speaker, source::Microphone},
        net::preferences::Deferred,
    };

    #[test]
    fn preferences_are_read_as_they_were_written() {
        let other = VoicePreferences {
            microphone: Microphone::Device(Some("USB \"one\"".to_owned())),
            speaker: Speaker::None,
            noise_suppression: false,
            automatic_level: false,
            echo_cancellation: false,
            activation_dbfs: Some(-42.5),
            release_tail: Duration::from_millis(320),
            deferred: Deferred::Play,
            lock: true,
            spatial: false,
            cues: false,
            notes_in_a_row: false,
        };
        for preferences in [VoicePreferences::default(), other] {
            let mut file = Table::new();
            file.insert(VOICE.to_owned(), write(&preferences).into());
            let text = toml::to_string(&file).unwrap();
            assert_eq!(read(&toml::from_str(&text).unwrap()), (preferences, BTreeMap::new(), vec![]));
        }
    }

    #[test]
    fn what_is_wrong_is_named_and_the_rest_counts() {
        let text = "[voice]\nlock = 1\ncues = false\nrelease_tail_ms = -5\nspeaker = \"loud\"\nhologram = 3\n\
                    [volumes]\nBob = 0.5\nann = 1\nEve = 3.0\nCem = \"loud\"\n";
        let (preferences, volumes, wrong) = read(&toml::from_str(text).unwrap());
        assert_eq!(preferences, VoicePreferences { cues: false, ..VoicePreferences::default() });
        assert_eq!(volumes, BTreeMap::from([(NameKey::of("bob"), 0.5), (NameKey::of("Ann"), 1.0)]));
        assert_eq!(wrong, ["voice.speaker", "voice.release_tail_ms", "voice.lock", "volumes.Cem", "volumes.Eve"]);
    }
}
