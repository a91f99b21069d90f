//! Voice notes as the face draws them: the one that is recorded or waits to be sent, and the one that is played.

use hallway_protocol::file::FileId;
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// A note that can be played.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoteKey {
    /// The own one that is not sent yet.
    Draft,
    /// One that goes with a message.
    File(FileId),
}

/// Everything about voice notes that lasts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NotesView {
    /// How much of a note was recorded, in steps of a tenth of a second, while the microphone is open for one.
    pub recording: Option<Duration>,
    /// The note that was recorded, and is neither sent nor thrown away yet.
    pub draft: Option<NoteDraft>,
    /// The note that is played.
    pub playing: Option<NotePlaying>,
    /// Where those stand that were not played to their end.
    pub places: BTreeMap<NoteKey, Duration>,
    /// How many times as fast notes are played.
    pub speed: NoteSpeed,
    /// Whether pauses in them are passed over.
    pub skip_silence: bool,
}

/// A note that was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteDraft {
    /// How long it lasts.
    pub length: Duration,
    /// How loud it is over its time, as in [`Waveform`](hallway_protocol::file::Waveform).
    pub waveform: Arc<[u8]>,
}

/// A note that is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotePlaying {
    /// Which.
    pub key: NoteKey,
    /// The place that is heard, in steps of a quarter of a second.
    pub at: Duration,
    /// What it does.
    pub state: NoteState,
}

/// What a note does that is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteState {
    /// It is being fetched.
    Coming,
    /// It is heard.
    Heard,
    /// It waits while somebody speaks.
    Waiting,
}

/// How many times as fast notes are played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NoteSpeed {
    /// As they were spoken.
    #[default]
    Own,
    /// One and a half times as fast.
    Faster,
    /// Twice as fast.
    Double,
}

impl NoteSpeed {
    /// The next one in a row that begins anew.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Own => Self::Faster,
            Self::Faster => Self::Double,
            Self::Double => Self::Own,
        }
    }

    /// As a factor.
    #[must_use]
    pub fn factor(self) -> f32 {
        match self {
            Self::Own => 1.0,
            Self::Faster => 1.5,
            Self::Double => 2.0,
        }
    }
}
