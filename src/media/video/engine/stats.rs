//! What the engine did so far, as it is told.

use hallway_protocol::{ids::PersonId, video::Source};
use std::time::Duration;

/// How one remote stream comes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VideoQuality {
    /// Whose.
    pub of: PersonId,
    /// Which pictures.
    pub source: Source,
    /// Width and height of what is shown.
    pub size: (usize, usize),
    /// Pictures shown in the last second.
    pub rate: f32,
    /// Share of packets lost in the last second.
    pub loss: f32,
    /// Bits a second in the last second.
    pub bitrate: u32,
}

/// What the engine did so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VideoStats {
    /// Pictures taken from the camera and the screen.
    pub captured: u64,
    /// Frames encoded, of all layers.
    pub encoded: u64,
    /// Slices handed out for sending.
    pub sent: u64,
    /// Slices taken from the network.
    pub received: u64,
    /// Slices that never came.
    pub lost: u64,
    /// Frames that were decoded and shown.
    pub shown: u64,
    /// Frames dropped: incomplete, late, or before a keyframe; and slices for which the engine had no time.
    pub dropped: u64,
    /// Frames that the decoder was not shown, because nothing of ours makes such.
    pub refused: u64,
    /// Keyframes asked for.
    pub keyframes_wanted: u64,
    /// Bits a second that the encoders aim at, together.
    pub target_bitrate: u32,
    /// What is encoded of the camera now: width, height, pictures a second, of the largest layer.
    pub camera_encoding: Option<(usize, usize, f32)>,
    /// Each remote stream.
    pub streams: Vec<VideoQuality>,
    /// Longest time between a picture's arrival and its being shown in the last second.
    pub decode_delay: Duration,
}
