//! What a person may choose about voice.

use crate::media::{
    devices::{sink::Speaker, source::Microphone},
    voice::gate::DEFAULT_TAIL,
};
use std::time::Duration;

/// The longest release tail: more is no last syllable.
pub const LONGEST_TAIL: Duration = Duration::from_millis(1000);
/// Where voice activation may begin, in dBFS: from a whisper in a quiet room to a shout.
pub const ACTIVATION_DBFS: std::ops::RangeInclusive<f32> = -70.0..=-10.0;

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
    /// Whether what the speaker plays is taken out of the own microphone; default on. Without it, whoever has no
    /// headphones sends an open room's voices back.
    pub echo_cancellation: bool,
    /// From which loudness on, in dBFS, voice opens the microphone by itself in open rooms; default never. In all other
    /// rooms the key has to be held.
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
        }
    }
}
