//! What a person may choose about voice, calls and pictures: kept in the settings file, told to the engines, shown in the snapshot.

mod by_name;
mod calls;
pub mod file;
pub mod keeper;
mod pictures;
mod plugin;
mod table;
pub mod words;

pub use by_name::ByName;
pub use calls::{AutoAnswered, CallPreferences};
pub use pictures::{PicturePreferences, PicturesFrom};
pub use plugin::PreferencesPlugin;
pub(in crate::net) use plugin::Volumes;

use crate::media::{
    cameras::CameraChoice,
    devices::{sink::Speaker, source::Microphone},
    voice::gate::DEFAULT_TAIL,
};
use file::SettingsFile;
use hallway_protocol::names::NameKey;
use keeper::Keeper;
use std::{collections::BTreeMap, fmt, io, ops::RangeInclusive, path::Path, str::FromStr, time::Duration};

/// The longest release tail: more is no last syllable.
pub const LONGEST_TAIL: Duration = Duration::from_millis(1000);
/// Where voice activation may begin, in dBFS: from a whisper in a quiet room to a shout.
pub const ACTIVATION_DBFS: RangeInclusive<f32> = -70.0..=-10.0;
/// How loud a person may be heard.
pub const VOLUME: RangeInclusive<f32> = 0.0..=2.0;

/// All preferences about voice.
#[derive(Clone, Debug, PartialEq)]
pub struct VoicePreferences {
    /// What the voice is taken from; default the system's microphone.
    pub microphone: Microphone,
    /// What everything heard goes to; default the system's speaker.
    pub speaker: Speaker,
    /// Whether steady noise is taken out of the own voice; default on.
    pub noise_suppression: bool,
    /// Whether the own voice is brought to an even loudness; default on.
    pub automatic_level: bool,
    /// Whether what the speaker plays is taken out of the own microphone in open rooms and calls; default on. Without it, whoever
    /// has no headphones sends the others' voices back. In other rooms nobody else is heard while one talks.
    pub echo_cancellation: bool,
    /// From which loudness on, in dBFS ([`ACTIVATION_DBFS`]), voice opens the microphone by itself in open rooms; default
    /// never. In all other rooms the key has to be held.
    pub activation_dbfs: Option<f32>,
    /// How long sound goes out after the key went up, at most [`LONGEST_TAIL`]; default 150 ms.
    pub release_tail: Duration,
    /// What becomes of what is said while one waits for the floor; default asks.
    pub deferred: Deferred,
    /// Whether pressing the talk key twice locks talk on; default off.
    pub lock: bool,
    /// Whether voices come from where people stand; default on.
    pub spatial: bool,
    /// Whether what happens to the floor is heard as a tone; default on. It is shown in any case.
    pub cues: bool,
    /// Whether the next voice note of a conversation is played after one; default on.
    pub notes_in_a_row: bool,
}

/// What becomes of what is said while one waits for the floor, once the turn comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Deferred {
    /// It is recorded, and offered to be played or dropped.
    #[default]
    Ask,
    /// It is recorded, and played as the turn.
    Play,
    /// It is not recorded; the turn is talked live.
    Drop,
}

/// What was said about voice when the program was started. It goes before what is kept, and is not kept itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VoiceWishes {
    /// For [`VoicePreferences::microphone`].
    pub microphone: Option<Microphone>,
    /// For [`VoicePreferences::speaker`].
    pub speaker: Option<Speaker>,
    /// For [`VoicePreferences::noise_suppression`].
    pub noise_suppression: Option<bool>,
    /// For [`VoicePreferences::automatic_level`].
    pub automatic_level: Option<bool>,
    /// For [`VoicePreferences::echo_cancellation`].
    pub echo_cancellation: Option<bool>,
    /// For [`VoicePreferences::activation_dbfs`].
    pub activation_dbfs: Option<Option<f32>>,
    /// For [`VoicePreferences::release_tail`].
    pub release_tail: Option<Duration>,
}

/// What a session starts with, and where changes go.
#[derive(Debug, Default)]
pub struct Preferences {
    /// The preferences in force.
    pub voice: VoicePreferences,
    /// Those about calls.
    pub calls: CallPreferences,
    /// How loud people are heard, by name: names are all that lasts of people that a client knows. Those that are not
    /// here are heard as sent.
    pub volumes: BTreeMap<NameKey, f32>,
    /// Keeps changes; `None` where they are forgotten with the session.
    pub keeper: Option<Keeper>,
    /// Whether nothing about voice was ever kept.
    pub is_first_time: bool,
    /// A sentence for the person, where something of what is kept could not be used.
    pub complaint: Option<String>,
    /// Whose pictures are fetched by themselves.
    pub pictures: PicturePreferences,
}

impl Default for VoicePreferences {
    fn default() -> Self {
        Self {
            microphone: Microphone::Device(None),
            speaker: Speaker::Device(None),
            noise_suppression: true,
            automatic_level: true,
            echo_cancellation: true,
            activation_dbfs: None,
            release_tail: DEFAULT_TAIL,
            deferred: Deferred::Ask,
            lock: false,
            spatial: true,
            cues: true,
            notes_in_a_row: true,
        }
    }
}

impl VoicePreferences {
    /// What a script starts with, the same on each machine: no devices, sound as it comes, and nothing by itself.
    #[must_use]
    pub fn for_scripts() -> Self {
        Self {
            microphone: Microphone::None,
            speaker: Speaker::None,
            noise_suppression: false,
            automatic_level: false,
            echo_cancellation: false,
            notes_in_a_row: false,
            ..Self::default()
        }
    }

    /// These, but for what was wished.
    #[must_use]
    pub fn with(self, wishes: VoiceWishes) -> Self {
        Self {
            microphone: wishes.microphone.unwrap_or(self.microphone),
            speaker: wishes.speaker.unwrap_or(self.speaker),
            noise_suppression: wishes.noise_suppression.unwrap_or(self.noise_suppression),
            automatic_level: wishes.automatic_level.unwrap_or(self.automatic_level),
            echo_cancellation: wishes.echo_cancellation.unwrap_or(self.echo_cancellation),
            activation_dbfs: wishes.activation_dbfs.unwrap_or(self.activation_dbfs),
            release_tail: wishes.release_tail.unwrap_or(self.release_tail),
            ..self
        }
    }

    /// The nearest that make sense.
    #[must_use]
    pub fn within_limits(self) -> Self {
        let within = |dbfs: f32| dbfs.clamp(*ACTIVATION_DBFS.start(), *ACTIVATION_DBFS.end());
        Self {
            activation_dbfs: self.activation_dbfs.filter(|dbfs| !dbfs.is_nan()).map(within),
            release_tail: self.release_tail.min(LONGEST_TAIL),
            ..self
        }
    }
}

impl Preferences {
    /// What is kept in this configuration folder, with the wishes before it; changes are kept there. What can't be read
    /// is left alone: the defaults count, and nothing is kept until it is mended.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn kept(config_dir: &Path, wishes: VoiceWishes, camera: Option<CameraChoice>) -> io::Result<Self> {
        let file = SettingsFile::new(config_dir);
        let (table, complaint) = match file.read() {
            Ok(table) => (table, None),
            Err(error) => (toml::Table::new(), Some(error.to_string())),
        };
        let (voice, volumes, mut wrong) = table::read(&table);
        let calls = calls::read(&table, &mut wrong);
        let pictures = pictures::read(&table, &mut wrong);
        let complaint = complaint.or_else(|| {
            let wrong = wrong.first()?;
            Some(format!(
                "{} has a wrong {wrong}; mend it. Until then it doesn't count, and nothing new is kept.",
                file.shown()
            ))
        });
        Ok(Self {
            voice: voice.with(wishes).within_limits(),
            calls: calls.with(camera),
            volumes,
            keeper: if complaint.is_none() { Some(Keeper::start(file)?) } else { None },
            is_first_time: complaint.is_none() && !table.contains_key(table::VOICE),
            complaint,
            pictures,
        })
    }

    /// Those of a script, which keeps nothing.
    #[must_use]
    pub fn for_scripts(wishes: VoiceWishes, camera: Option<CameraChoice>) -> Self {
        Self {
            voice: VoicePreferences::for_scripts().with(wishes).within_limits(),
            calls: CallPreferences { camera: CameraChoice::None, ..CallPreferences::default() }.with(camera),
            ..Self::default()
        }
    }
}

impl Deferred {
    const ALL: [Self; 3] = [Self::Ask, Self::Play, Self::Drop];

    /// The word for it in the settings file and in scripts.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::Play => "play",
            Self::Drop => "drop",
        }
    }
}

impl FromStr for Deferred {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|deferred| deferred.word() == word);
        found.ok_or_else(|| format!("“{word}” is none of ask, play and drop"))
    }
}

impl fmt::Display for Deferred {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn folder(text: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(file::FILE), text).unwrap();
        folder
    }

    #[test]
    fn wishes_go_before_what_is_kept() {
        let kept = folder("[voice]\nmicrophone = \"device:Desk\"\nrelease_tail_ms = 9000\nautomatic_level = false\n");
        let wishes = VoiceWishes { automatic_level: Some(true), ..VoiceWishes::default() };
        let preferences = Preferences::kept(kept.path(), wishes, None).unwrap();
        let expected = VoicePreferences {
            microphone: Microphone::Device(Some("Desk".to_owned())),
            release_tail: LONGEST_TAIL,
            ..VoicePreferences::default()
        };
        assert_eq!(preferences.voice, expected);
        assert!(preferences.keeper.is_some() && !preferences.is_first_time);
        assert_eq!(preferences.complaint, None);
    }

    #[test]
    fn a_folder_without_settings_is_the_first_time() {
        let empty = tempfile::tempdir().unwrap();
        let preferences = Preferences::kept(empty.path(), VoiceWishes::default(), None).unwrap();
        assert!(preferences.is_first_time && preferences.complaint.is_none());
        assert_eq!(preferences.voice, VoicePreferences::default());
    }

    #[test]
    fn what_cannot_be_read_is_told_and_left_alone() {
        for text in ["no settings", "[voice]\ncues = 3\nlock = true\n", "voice = 5\n"] {
            let damaged = folder(text);
            let preferences = Preferences::kept(damaged.path(), VoiceWishes::default(), None).unwrap();
            let complaint = preferences.complaint.unwrap();
            assert!(complaint.contains(file::FILE) && complaint.ends_with('.'), "{complaint}");
            assert!(preferences.keeper.is_none() && preferences.voice.cues);
            assert_eq!(fs::read_to_string(damaged.path().join(file::FILE)).unwrap(), text);
        }
    }
}
