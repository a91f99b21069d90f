//! Everybody's pictures as they come: slices in, pictures to be shown and reports out.

mod arrivals;
mod missing;
mod preference;
mod stream;

use super::media_clock::MediaClock;
use crate::media::picture::Picture;
use hallway_protocol::{
    ids::PersonId,
    limits::CALL_MEMBERS,
    video::{Layer, Source, StreamKey, VideoFeedback, VideoSlice},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};
pub use stream::Quality;
use stream::RemoteStream;

/// Most streams at once: everybody's camera and screen. Slices of further ones are dropped.
pub const MOST_STREAMS: usize = 2 * CALL_MEMBERS;
/// Most streams that are remembered as not watched.
const MOST_UNWATCHED: usize = 8 * MOST_STREAMS;
/// A stream's last picture goes when nothing came for so long: nobody is there any more, or the link is gone.
const SILENT: Duration = Duration::from_secs(10);
/// What is played of a voice is known for so long; after that pictures are shown at once.
const VOICE_KNOWN: Duration = Duration::from_secs(1);

/// What is to be done.
#[derive(Clone, Debug)]
pub enum Output {
    /// Show a picture.
    Show {
        /// Whose.
        of: PersonId,
        /// Which pictures.
        source: Source,
        /// The picture.
        picture: Arc<Picture>,
    },
    /// Show nothing any more.
    Clear {
        /// Whose.
        of: PersonId,
        /// Which pictures.
        source: Source,
    },
    /// Ask for a keyframe.
    WantKeyframe {
        /// Whose.
        of: PersonId,
        /// Of which stream.
        stream: StreamKey,
    },
    /// Tell the sender how its pictures come, or what did not.
    Feedback(VideoFeedback),
    /// Another layer would suit the link.
    Prefer {
        /// Whose.
        of: PersonId,
        /// Which pictures.
        source: Source,
        /// Which layer.
        layer: Layer,
    },
    /// Even the smallest layer is too much for the link, or no longer.
    TooPoor {
        /// Whose.
        of: PersonId,
        /// Whether.
        too_poor: bool,
    },
}

/// Counts since the beginning, and how each stream comes.
#[derive(Clone, Debug, Default)]
pub struct Received {
    /// Slices that never came.
    pub lost: u64,
    /// Frames that were shown.
    pub shown: u64,
    /// Frames that were dropped.
    pub dropped: u64,
    /// Keyframes that were asked for.
    pub keyframes_wanted: u64,
    /// Frames that were refused before the decoder saw them.
    pub refused: u64,
    /// Each stream.
    pub streams: Vec<Quality>,
    /// The longest time from a frame's first slice to its being shown in the last second.
    pub decode_delay: Duration,
}

/// See the [module's description](self). The clock is the caller's.
#[derive(Default)]
pub struct Receiver {
    streams: BTreeMap<(PersonId, Source), RemoteStream>,
    /// Streams that were watched and are not any more: their last slices are still on the way.
    unwatched: BTreeSet<(PersonId, Source)>,
    voices: BTreeMap<PersonId, MediaClock>,
    /// Counts of streams that are gone.
    gone: Received,
}

impl Receiver {
    /// Takes a slice that came at `came`.
    pub fn receive(&mut self, of: PersonId, slice: &VideoSlice, came: Duration, now: Duration, out: &mut Vec<Output>) {
        let key = (of, slice.stream.source);
        if self.unwatched.contains(&key) {
            return;
        }
        if !self.streams.contains_key(&key) && self.streams.len() >= MOST_STREAMS {
            return;
        }
        let stream = self.streams.entry(key).or_insert_with(|| RemoteStream::new(of, slice.stream.source, now));
        stream.receive(slice, came);
        stream.step(now, voice(&self.voices, of, now), out);
    }

    /// Which layer is asked of the server now.
    pub fn watch(&mut self, of: PersonId, source: Source, layer: Option<Layer>, now: Duration, out: &mut Vec<Output>) {
        let key = (of, source);
        let Some(layer) = layer else {
            self.remove(key, out);
            if self.unwatched.len() < MOST_UNWATCHED {
                self.unwatched.insert(key);
            }
            return;
        };
        self.unwatched.remove(&key);
        if self.streams.contains_key(&key) || self.streams.len() < MOST_STREAMS {
            self.streams.entry(key).or_insert_with(|| RemoteStream::new(of, source, now)).watch(layer, now);
        }
    }

    /// Somebody says that the own link holds this stream of theirs back for others.
    pub fn step_down(&mut self, of: PersonId, stream: StreamKey, now: Duration, out: &mut Vec<Output>) {
        if let Some(watched) = self.streams.get_mut(&(of, stream.source)) {
            watched.step_down(stream.layer, now, out);
        }
    }

    /// Somebody is gone.
    pub fn forget(&mut self, of: PersonId, out: &mut Vec<Output>) {
        for source in [Source::Camera, Source::Screen] {
            self.remove((of, source), out);
            self.unwatched.remove(&(of, source));
        }
        self.voices.remove(&of);
    }

    /// What is played of somebody's voice.
    pub fn voice_played(&mut self, of: PersonId, clock: MediaClock) {
        if self.voices.contains_key(&of) || self.voices.len() < MOST_STREAMS {
            self.voices.insert(of, clock);
        }
    }

    /// Does what is due at `now`.
    pub fn step(&mut self, now: Duration, out: &mut Vec<Output>) {
        self.voices.retain(|_, clock| now.saturating_sub(clock.at) < VOICE_KNOWN);
        for ((of, _), stream) in &mut self.streams {
            stream.step(now, voice(&self.voices, *of, now), out);
        }
        let silent: Vec<_> =
            self.streams.iter().filter(|(_, stream)| stream.silent(now) >= SILENT).map(|(key, _)| *key).collect();
        for key in silent {
            self.remove(key, out);
        }
    }

    /// When [`Self::step`] has something to do although nothing came.
    #[must_use]
    pub fn due(&self) -> Option<Duration> {
        self.streams.values().filter_map(RemoteStream::due).min()
    }

    /// What came so far.
    #[must_use]
    pub fn received(&self) -> Received {
        let mut received = self.gone.clone();
        for stream in self.streams.values() {
            stream.add_to(&mut received);
            received.streams.push(stream.quality());
        }
        received
    }

    fn remove(&mut self, key: (PersonId, Source), out: &mut Vec<Output>) {
        if let Some(stream) = self.streams.remove(&key) {
            stream.add_to(&mut self.gone);
            self.gone.decode_delay = Duration::ZERO;
            out.push(Output::Clear { of: key.0, source: key.1 });
        }
    }
}

fn voice(voices: &BTreeMap<PersonId, MediaClock>, of: PersonId, now: Duration) -> Option<MediaClock> {
    voices.get(&of).copied().filter(|clock| now.saturating_sub(clock.at) < VOICE_KNOWN)
}

#[cfg(test)]
mod tests;
