//! What was measured of the link and of voice.

use crate::media::{video::engine::VideoStats, voice::encoding::Encoding};
use hallway_protocol::ids::PersonId;
use std::{collections::VecDeque, sync::Arc, time::Instant};

/// Measurements since the sign-in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SessionStats {
    /// Round trip of the live door, in milliseconds.
    pub rtt_ms: f32,
    /// Its variation, in milliseconds.
    pub jitter_ms: f32,
    /// Voice packets sent.
    pub voice_sent: u64,
    /// Voice packets received.
    pub voice_received: u64,
    /// Voice packets that never came.
    pub voice_lost: u64,
    /// Packets' worth of sound that was made up for lost ones.
    pub voice_concealed: u64,
    /// Voice packets that came too late to be played.
    pub voice_late: u64,
    /// Times the speaker device ran out of sound.
    pub underruns: u64,
    /// Samples of the microphone that were dropped because nobody took them in time.
    pub overruns: u64,
    /// What the jitter buffers hold at the moment, in milliseconds.
    pub buffer_ms: u32,
    /// Level of the microphone while it is open, tested or listened to for voice activation: 0 to 1.
    pub microphone_level: f32,
    /// From the last key-down to its grant, in milliseconds.
    pub grant_ms: Option<f32>,
    /// How the own voice is made into packets at the moment.
    pub encoding: Encoding,
    /// How well those are heard who talked in the last seconds. The own person stands among them, as the others hear it,
    /// once they have told.
    pub talkers: Vec<TalkerQuality>,
    /// What the video engine did so far.
    pub video: Arc<VideoStats>,
    /// One sample a second over the last minute, the oldest first.
    pub history: Arc<VecDeque<StatsSample>>,
}

/// How well somebody is heard.
#[derive(Clone, Debug, PartialEq)]
pub struct TalkerQuality {
    /// Who.
    pub person: PersonId,
    /// How well.
    pub grade: Grade,
    /// A sentence that tells why it is not better; of a good one, that it is good.
    pub reason: String,
    /// Share of packets that didn't come in time, 0.0 to 1.0.
    pub loss: f32,
    /// Variation of the packets' travel times, in milliseconds.
    pub jitter_ms: f32,
    /// Sound held back to even that out, in milliseconds.
    pub buffer_ms: f32,
}

/// A judgement of sound, for a sign that is seen at a glance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Hardly anything is missing.
    Good,
    /// Noticeably worse, but every word is understood.
    Fair,
    /// Words are lost, or come so late that people talk into each other.
    Poor,
}

/// What was measured over one second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StatsSample {
    /// The second's end.
    pub at: Instant,
    /// Round trip of the live door, in milliseconds.
    pub rtt_ms: f32,
    /// Its variation, in milliseconds.
    pub jitter_ms: f32,
    /// Share of the voice packets of all talkers that didn't come in time, 0.0 to 1.0; `None` where nobody talked.
    pub loss: Option<f32>,
    /// Sound held back in the fullest jitter buffer, in milliseconds; `None` where nobody talked.
    pub buffer_ms: Option<f32>,
    /// From key-down to the grant in that second, in milliseconds, where there was one.
    pub access_ms: Option<f32>,
    /// From a talker's mouth to the own ear, in milliseconds, as far as this client can know; `None` where nobody talked.
    /// See [`quality::mouth_to_ear`](crate::net::quality::mouth_to_ear).
    pub mouth_to_ear_ms: Option<f32>,
}
